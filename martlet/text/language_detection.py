"""
Which language a text is in, where its author did not say: a careful guess, or None.

Most scripts belong to one language, or tell a few apart by letters of their own; languages in Latin or Cyrillic
letters are told by their commonest words. A guess is made only where enough words agree on one language and few on any
other, so short or mixed texts have none (docs/decisions/0024-language-detection.md).
"""

import re
import unicodedata
from functools import lru_cache

LOOKED_AT = 1500
"""Characters of a text."""
LEAST_LETTERS = 16
LEAST_SYMBOLS = 6
"""In scripts in which a character is a syllable or a word."""
MAIN_SHARE = 0.8
"""Of all letters, so many have to be of one script."""
LEAST_WORDS = 3
"""So many different common words of a language have to be there."""
LEAST_PART = 0.2
"""So large a part of all words have to be common ones."""
LEAD = 1.6
"""So many times as many as of the next language."""

_NO_WORDS = re.compile(r"https?://\S+|[@#]\S+|:\w+:|`[^`]*`")
_LETTER = r"(?:[^\W\d_]|[\u0300-\u036f\u0900-\u0963])"
_WORD = re.compile(rf"{_LETTER}+(?:['’]{_LETTER}+)?")
_LATIN, _OTHER = re.compile(r"[A-Za-z]"), re.compile(r"[^\x00-\x7f]")

_BY_SCRIPT = {
    "GREEK": "el",
    "HEBREW": "he",
    "THAI": "th",
    "HANGUL": "ko",
    "GEORGIAN": "ka",
    "ARMENIAN": "hy",
    "KHMER": "km",
    "LAO": "lo",
    "MYANMAR": "my",
    "TAMIL": "ta",
    "TELUGU": "te",
    "KANNADA": "kn",
    "MALAYALAM": "ml",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "SINHALA": "si",
    "ETHIOPIC": "am",
    "TIBETAN": "bo",
}
_SYLLABLES = frozenset(
    {"HANGUL", "CJK", "HIRAGANA", "KATAKANA", "ETHIOPIC", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN"}
)
_JAPANESE = frozenset({"HIRAGANA", "KATAKANA"})
_URDU, _PERSIAN = frozenset("ٹڈڑےںھ"), frozenset("پچژگکی")
_ARABIC = frozenset("ةىكيأإؤئ")

_COMMON = """
en the and of to in is that it for was on are with as this be at have not you we they from but his her she he by or an my i what so if about just there their which can will would who all been has when more
de der die das und ist nicht ich ein eine zu den mit von auf für im es sich dem auch als wie bei aber war noch nur wir sie er oder um aus am nach einen einer wird sind kann hat mehr über heute mir mich schon dass wenn
fr le la les de des et est un une en que qui pas pour dans ce il je on ne sur au avec plus par nous vous se mais ou son sa du ça cette été être sont c'est j'ai aux comme tout elle fait très bien
es el la los las de que y en un una es por con no para se del al lo como más pero sus le ya este muy cuando también fue hay está son mi si porque qué nos hoy donde todo desde sobre hasta yo
pt o a os as de que e em um uma é por com não para se do da no na dos das mais mas ao como foi são muito já também eu você está isso tem ser pelo pela meu minha quando hoje até nos ou
it il lo la gli le di che e in un una è per con non si del della dei delle al alla da come più ma sono anche questo nel nella ho ha io mi ci se perché quando molto oggi tutto dal era essere
nl de het een en van ik is dat niet op te in je zijn met voor er aan maar om ook als dan nog wat bij uit naar zo wel was hij zij we hebben heeft kan door over deze worden geen meer mijn vandaag
sv och att det i en jag är som på för av med inte den till har om ett men så var de vi du från man nu när kan han hon ska mycket eller också efter bara idag mig där vad under
da og at det i en jeg er som på for af med ikke den til har om et men så var de vi du fra man nu når kan han hun skal meget eller også efter kun dag mig der hvad under blev noget
nb og at det i en jeg er som på for av med ikke den til har om et men så var de vi du fra man nå når kan han hun skal mye eller også etter bare dag meg der hva ble noe etter være
fi ja on ei se että en ole mutta kun niin hän oli jos tai myös nyt vain mitä minä kuin sitä olen mun ovat tämä siitä joka jo vielä ollut sen tänään sinä me te he kanssa mukaan
pl i w nie na się z do to że jest jak co o ale po za od tak czy już mnie mi tylko przez są był być dla bardzo jego może tym ten ta jeszcze gdy ja go dzisiaj które który
cs a se v na je že to s z do jsem ale si jako za po tak už jen jsou by ve pro od byl když jeho co nebo mi mě které který také ještě není bylo dnes jak této
sk a sa v na je že to s z do som ale si ako za po tak už len sú by vo pre od bol keď jeho čo alebo mi ma ktoré ktorý tiež ešte nie bolo dnes aj
tr ve bir bu da de için ile çok ne ben o ama daha gibi var mi kadar sonra en olarak olan değil her şey ki ya sen biz benim bana olduğu diye zaman bugün yok mı
ro și în de la a nu este cu pe un o că mai se din pentru sunt ca dar au fost fi ce am sau care acest această eu le prin după foarte azi când iar
hu a az és nem hogy egy is van ez de meg csak mint már még volt ki el ha vagy nagyon azt lesz itt én most amit majd miért mert ezt ami akkor ma
id yang dan di ini itu dengan untuk tidak dari dalam akan pada saya juga ada ke karena bisa aku kita mereka kami sudah atau seperti lebih anda oleh sangat tapi hari
ca el la els les de que i en un una és per amb no del al com més però què també molt ha són aquest aquesta jo ho hi pel des sobre avui quan
vi là và của có không được một cho người trong với này những các tôi đã để khi đó như từ rất cũng bạn ở về nhiều hôm nay
eo la kaj de estas en mi ne al por ke kun sur ĉi tiu ĝi el sed pri ili kiel li ni vi plej estis pli tre hodiaŭ kiu kio ankaŭ
ru и в не на я что с он как это по но его к из у за то так же от мы для вы бы ты все она был только меня было уже если или ещё есть мне сегодня очень
uk і в не на я що з він як це по але його до із у за то так же від ми для ви би ти все вона був тільки мене було вже якщо або ще є мені сьогодні дуже та
bg и в не на аз че с той как това по но го към от за то така ние за вие би ти всичко тя беше само ме вече ако или още е ми днес много се да са си ще
sr и у не на ја да са он како је по али га ка из за то тако од ми за ви би ти све она био само ме већ ако или још сам се који данас веома
hi है के में की और से को का यह हैं पर नहीं कि था एक भी हो मैं तो लिए
mr आहे आणि या मध्ये तो ते ती नाही हे एक पण मी आहेत झाले करून काय होते
"""

_LETTERS = {
    "pl": "łąęśźżń",
    "cs": "řěů",
    "sk": "ľĺŕôä",
    "de": "ßäöü",
    "es": "ñ¿¡",
    "pt": "ãõ",
    "tr": "ğış",
    "hu": "őű",
    "ro": "șță",
    "vi": "ăơưđ",
    "da": "æøå",
    "nb": "æøå",
    "sv": "åäö",
    "fi": "äö",
    "fr": "œèù",
    "eo": "ĉĝĥĵŝŭ",
    "uk": "іїєґ",
    "ru": "ыэё",
    "sr": "ђјљњћџ",
    "bg": "ъ",
}
"""Letters that few languages have."""


@lru_cache(maxsize=1)
def _languages_of() -> dict[str, tuple[str, ...]]:
    """Common word, or rare letter, to the languages in which it is one."""
    found: dict[str, list[str]] = {}
    for line in _COMMON.strip().splitlines():
        code, *words = line.split()
        for word in dict.fromkeys(words):
            found.setdefault(word, []).append(code)
    for code, letters in _LETTERS.items():
        for letter in letters:
            found.setdefault(f"{letter}…", []).append(code)
    return {word: tuple(codes) for word, codes in found.items()}


def detect(text: str) -> str | None:
    """The ISO 639 code of the language, without a region; None where it is not plain to see."""
    text = _NO_WORDS.sub(" ", text[:LOOKED_AT])
    scripts: dict[str, int] = {}
    if latin := len(_LATIN.findall(text)):
        scripts["LATIN"] = latin
    for letter in _OTHER.findall(text):
        if letter.isalpha():
            script = _script(letter)
            scripts[script] = scripts.get(script, 0) + 1
    if not scripts:
        return None
    total, most = sum(scripts.values()), max(scripts, key=lambda one: scripts[one])
    kana = sum(scripts.get(one, 0) for one in _JAPANESE)
    if kana and (kana + scripts.get("CJK", 0)) / total >= MAIN_SHARE:
        return "ja" if total >= LEAST_SYMBOLS else None
    if scripts[most] / total < MAIN_SHARE:
        return None
    if total < (LEAST_SYMBOLS if most in _SYLLABLES else LEAST_LETTERS):
        return None
    if most == "CJK":
        return "zh"
    if most == "ARABIC":
        return _in_arabic_letters(text)
    return _BY_SCRIPT.get(most) or _by_words(text)


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    """The first word of the letter's name in Unicode: its script."""
    return unicodedata.name(letter, "?").partition(" ")[0]


def _in_arabic_letters(text: str) -> str | None:
    urdu, persian, arabic = (sum(text.count(one) for one in some) for some in (_URDU, _PERSIAN, _ARABIC))
    if urdu >= LEAST_WORDS:
        return "ur"
    if persian >= LEAST_WORDS and persian > LEAD * arabic:
        return "fa"
    return "ar" if arabic >= LEAST_WORDS and arabic > LEAD * persian else None


def _by_words(text: str) -> str | None:
    """A common word speaks for each of its languages, the less the more they are."""
    known = _languages_of()
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text)]
    weights: dict[str, float] = {}
    found: dict[str, list[str]] = {}
    for word in words:
        codes = known.get(word, ())
        for code in codes:
            weights[code] = weights.get(code, 0) + 1 / len(codes)
            found.setdefault(code, []).append(word)
    for letter in set(text.lower()):
        codes = known.get(f"{letter}…", ())
        for code in codes:
            weights[code] = weights.get(code, 0) + 1 / len(codes)
    if not found:
        return None
    first, *rest = sorted(weights, key=lambda one: (-weights[one], one))
    common = found.get(first, [])
    if len(set(common)) < LEAST_WORDS or len(common) < LEAST_PART * len(words):
        return None
    return first if not rest or weights[first] >= LEAD * weights[rest[0]] else None
