"""Which language a text is in is told where it is plain to see, and never wrongly."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.text.language_detection import LOOKED_AT, detect
from martlet.text.languages import LANGUAGES
from tests.client import Api
from tests.mastodon.acts import publish

SAMPLES = {
    "en": [
        "The swifts came back today and the whole street is looking at them.",
        "I think we should talk about what happened there last week before it is too late.",
    ],
    "de": [
        "Heute sind die Mauersegler zurück, und die ganze Straße schaut ihnen zu.",
        "Ich glaube, wir sollten darüber reden, was dort letzte Woche passiert ist.",
    ],
    "fr": [
        "Les martinets sont revenus aujourd'hui et toute la rue les regarde.",
        "Je pense que nous devons parler de ce qui est arrivé la semaine dernière.",
    ],
    "es": [
        "Los vencejos han vuelto hoy y toda la calle los está mirando.",
        "Creo que deberíamos hablar de lo que pasó allí la semana pasada.",
    ],
    "pt": [
        "Os andorinhões voltaram hoje e a rua toda está a olhar para eles.",
        "Eu acho que devemos falar sobre o que aconteceu na semana passada, mas não hoje.",
    ],
    "it": [
        "I rondoni sono tornati oggi e tutta la strada li sta guardando.",
        "Penso che dovremmo parlare di quello che è successo la settimana scorsa, ma non oggi.",
    ],
    "nl": [
        "De gierzwaluwen zijn vandaag terug en de hele straat kijkt naar ze.",
        "Ik denk dat we moeten praten over wat er vorige week is gebeurd.",
    ],
    "sv": [
        "Tornseglarna är tillbaka idag och hela gatan tittar på dem.",
        "Jag tycker att vi ska prata om vad som hände förra veckan, men inte nu.",
    ],
    "fi": [
        "Tervapääskyt ovat tulleet takaisin tänään ja koko katu katselee niitä.",
        "Minä luulen että meidän pitäisi puhua siitä mitä viime viikolla tapahtui, mutta ei nyt.",
    ],
    "pl": [
        "Jerzyki dzisiaj wróciły i cała ulica na nie patrzy, ale nie wszyscy je widzą.",
        "Myślę, że powinniśmy porozmawiać o tym, co się stało w zeszłym tygodniu.",
    ],
    "cs": [
        "Rorýsi jsou dnes zpátky a celá ulice se na ně dívá.",
        "Myslím, že bychom měli mluvit o tom, co se stalo minulý týden, ale ne teď.",
    ],
    "tr": [
        "Ebabiller bugün geri döndü ve bütün sokak onlara bakıyor, bu çok güzel bir şey.",
        "Bence geçen hafta olanlar için daha çok konuşmamız gerekiyor ama şimdi değil.",
    ],
    "ru": [
        "Стрижи сегодня вернулись, и вся улица на них смотрит.",
        "Я думаю, что мы должны поговорить о том, что было на прошлой неделе.",
    ],
    "uk": [
        "Стрижі сьогодні повернулися, і вся вулиця на них дивиться, але це не все.",
        "Я думаю, що ми повинні поговорити про те, що було на минулому тижні.",
    ],
    "el": ["Οι σταχτάρες γύρισαν σήμερα και όλος ο δρόμος τις κοιτάζει."],
    "he": ["הסיסים חזרו היום וכל הרחוב מסתכל עליהם."],
    "ar": ["عادت السمامات اليوم إلى المدينة وكل الشارع ينظر إليها في هدوء."],
    "fa": ["پرستوها امروز برگشتند و همه‌ی خیابان دارد به آن‌ها نگاه می‌کند."],
    "ja": ["今日アマツバメが帰ってきて、通りのみんなが見上げている。"],
    "zh": ["雨燕今天回来了，整条街的人都在看。"],
    "ko": ["오늘 칼새가 돌아와서 온 거리가 바라보고 있어요."],
    "th": ["วันนี้นกแอ่นกลับมาแล้ว และคนทั้งถนนก็มองดู"],
    "hi": ["आज अबाबील वापस आ गए हैं और पूरी गली उनको देख रही है।"],
    "vi": ["Hôm nay chim yến đã trở về và cả con phố đang nhìn chúng, thật là đẹp với những người ở đây."],
    "hu": ["A sarlósfecskék ma visszatértek, és az egész utca őket nézi, de nem mindenki látja."],
    "ro": ["Drepnelele s-au întors azi și toată strada se uită la ele, dar nu este nimic nou în asta."],
    "id": ["Burung layang-layang sudah kembali hari ini dan seluruh jalan melihat mereka dengan senang."],
    "da": ["Mursejlerne er tilbage i dag, og hele gaden kigger på dem, men det er ikke noget nyt."],
}
"""Two sentences of each: the same in all languages."""
MAY_BE_UNSURE = {"da"}
"""Danish and Norwegian are written with the same common words."""


def test_sentences() -> None:
    for code, sentences in SAMPLES.items():
        for sentence in sentences:
            found = detect(sentence)
            assert found == code or (found is None and code in MAY_BE_UNSURE), (code, found, sentence)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "lol same",
        "na klar",
        "Hello",
        "今日",
        "🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉",
        "ok ok ok ok ok ok ok ok ok ok",
        "München Berlin Hamburg Köln Stuttgart",
        "https://example.com/the/and/of/that #the #and @the",
        "Good morning the swifts are back и сегодня стрижи вернулись",
    ],
)
def test_short_and_mixed_texts_have_none(text: str) -> None:
    assert detect(text) is None


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    assert detect(text) in {None, *LANGUAGES}


@given(st.text(max_size=50))
def test_what_stands_far_down_is_not_looked_at(text: str) -> None:
    english = (SAMPLES["en"][0] + " ") * 40
    assert len(english) > LOOKED_AT
    assert detect(english + text) == "en"


def test_where_the_author_says_nothing(api: Api) -> None:
    """What they say holds, then what is plain to see, then what they usually write in."""
    ada = api.person("ada")
    with api.built.ground.store.write() as db:
        db.run("UPDATE users SET default_language = 'fr'")
    cases: list[tuple[str, dict[str, Any], str]] = [
        (SAMPLES["de"][0], {}, "de"),
        (SAMPLES["de"][0], {"language": "en"}, "en"),
        ("Hm", {}, "fr"),
    ]
    for text, more, language in cases:
        assert publish(api, ada, text, **more)["language"] == language
