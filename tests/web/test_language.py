"""Words: nothing is left in English, and the reader's wish is heard."""

import re
from datetime import UTC, datetime
from gettext import GNUTranslations
from importlib.resources import files
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.text import chinese
from martlet.web import language
from martlet.web.language import Language, Message
from martlet.web.rendering import told
from martlet.web.wording import counted, sentence
from tests.web.words import all_words

TRANSLATED = [Language.GERMAN, Language.CHINESE]
PLURALS = {Language.GERMAN: 2, Language.CHINESE: 1}


def entries(tongue: Language) -> list[Message]:
    return language.read_po(
        files("martlet.web").joinpath("locale", f"{tongue}.po").read_text(encoding="utf-8")
    )


@pytest.mark.parametrize("tongue", TRANSLATED)
def test_every_sentence_is_translated_and_none_is_left_over(tongue: Language) -> None:
    assert {(m.msgid, m.plural) for m in entries(tongue) if m.msgid} == all_words()


@pytest.mark.parametrize("tongue", TRANSLATED)
def test_translations_have_the_same_gaps_to_fill(tongue: Language) -> None:
    for message in entries(tongue):
        if message.msgid:
            assert len(message.msgstr) == (PLURALS[tongue] if message.plural else 1), message.msgid
        for text in message.msgstr:
            assert text.strip(), message.msgid
            wanted = set(re.findall(r"\{\w*\}", message.plural or message.msgid))
            given_up = {"{n}"} if message.plural and "{n}" not in message.msgid else set()
            found = set(re.findall(r"\{\w*\}", text))
            assert wanted - given_up <= found <= wanted, text


def test_german_says_du() -> None:
    for message in entries(Language.GERMAN):
        for text in message.msgstr:
            assert not re.search(r"(?<![.!?:] )(?<!^)\b(Ihr|Ihre|Ihrem|Ihren|Ihnen)\b", text), text


def test_traditional_chinese_is_made_of_the_simplified() -> None:
    simplified, made = (language.catalogue(one) for one in (Language.CHINESE, Language.TRADITIONAL))
    assert made.gettext("Settings") == "設定"
    assert made.ngettext("one answer", "{n} answers", 2).count("{n}") == 1
    for message in entries(Language.CHINESE):
        said = made.gettext(message.msgid) if message.msgid and not message.plural else ""
        assert re.findall(r"\{\w*\}", said) == re.findall(r"\{\w*\}", message.msgstr[0]) or not said
    assert simplified.gettext("Settings") == "设置"
    told = [
        ("账号", "帳號"),
        ("屏蔽此人", "封鎖此人"),
        ("它签的内容", "它簽的內容"),
        ("标签、书签", "標籤、書籤"),
        ("等待审核", "等待審核"),
        ("通过电子邮件接收", "透過電子郵件接收"),
        ("未通过", "未通過"),
        ("最多只能", "最多只能"),
        ("这台服务器上的新帖子", "這台伺服器上的新貼文"),
        ("你关注的人发了帖", "你追蹤的人發了文"),
        ("封禁了一个邮箱域名", "封鎖了一個信箱網域"),
        ("账号已封禁，30 天后删除", "帳號已停權，30 天後刪除"),
        ("面向的人群", "面向的人群"),
        ("用 U 盘、邮件传递", "用隨身碟、郵件傳遞"),
    ]
    assert chinese.traditional([here for here, _ in told]) == [there for _, there in told]


def test_figures_have_the_signs_of_the_language() -> None:
    assert language.figure(12345.64, Language.ENGLISH, 1) == "12,345.6"
    assert language.figure(12345.64, Language.GERMAN, 1) == "12.345,6"
    assert language.figure(1000, Language.CHINESE) == "1,000"


@pytest.mark.parametrize("tongue", TRANSLATED)
def test_a_catalogue_counts(tongue: Language) -> None:
    catalogue = language.catalogue(tongue)
    one, many = "one answer", "{n} answers"
    told = [catalogue.ngettext(one, many, n) for n in (1, 2)]
    assert (told[0] == told[1]) == (PLURALS[tongue] == 1)
    assert one not in told


texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"),
    min_size=1,
)


@given(st.dictionaries(texts.map(lambda t: f"{t}."), texts, max_size=8))
def test_a_po_file_read_and_compiled_says_the_same(words: dict[str, str]) -> None:
    def quoted(text: str) -> str:
        for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t")):
            text = text.replace(plain, escaped)
        return f'"{text}"'

    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n'
    source = head + "".join(f"# said\nmsgid {quoted(a)}\nmsgstr {quoted(b)}\n\n" for a, b in words.items())
    made = GNUTranslations(BytesIO(language.compile_catalogue(language.read_po(source))))
    assert {msgid: made.gettext(msgid) for msgid in words} == words


@pytest.mark.parametrize("line", ['msgid "a', "msgid a", 'say "a"', '"a"', r'msgid "\x"'])
def test_a_broken_po_file_stops_the_start(line: str) -> None:
    with pytest.raises(ValueError, match="line 1 "):
        language.read_po(line)


@pytest.mark.parametrize(
    "source", ['msgid "a"\nmsgstr "b"\nmsgstr "c"', 'msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "b"']
)
def test_what_a_merge_doubled_stops_the_start(source: str) -> None:
    with pytest.raises(ValueError, match=r"once more|twice"):
        language.read_po(source)


@pytest.mark.parametrize(
    ("asked", "account", "accept", "chosen"),
    [
        (None, None, None, "en"),
        (None, None, "fr,ja;q=0.9", "en"),
        (None, None, "de-AT,de;q=0.9,en;q=0.8", "de"),
        (None, None, "en;q=0.5, zh-TW;q=0.9", "zh-Hant"),
        (None, None, "zh-HK", "zh-Hant"),
        (None, None, "zh_Hant_CN", "zh-Hant"),
        (None, None, "zh-Hans-HK", "zh-Hans"),
        (None, None, "de;q=0, zh-CN;q=0.1", "zh-Hans"),
        (None, "zh", "de", "zh-Hans"),
        ("de", "zh", "en", "de"),
        ("tlh", "pt-BR", "de", "de"),
        (None, None, ";;;,q=,de;q=9,en;q=x,*", "de"),
    ],
)
def test_the_nearest_wish_counts(
    asked: str | None, account: str | None, accept: str | None, chosen: str
) -> None:
    assert language.choose(asked, account, accept) == chosen


@given(st.text())
def test_no_header_is_too_strange(accept: str) -> None:
    assert language.choose(None, None, accept) in Language


def test_dates_are_said_as_people_say_them() -> None:
    moment = datetime(2026, 3, 5, 7, 4, tzinfo=UTC)
    assert [language.day(moment, tongue) for tongue in Language] == [
        "5 March 2026",
        "5. März 2026",
        "2026年3月5日",
        "2026年3月5日",
    ]
    assert [language.short_day(moment, t) for t in Language] == [
        "5 Mar 2026",
        "5. März 2026",
        "2026年3月5日",
        "2026年3月5日",
    ]
    assert language.short_day(datetime(2026, 11, 5, tzinfo=UTC), Language.GERMAN) == "5. Nov. 2026"
    assert [language.minute(moment, tongue) for tongue in Language] == [
        "5 March 2026, 07:04 UTC",
        "5. März 2026, 07:04 UTC",
        "2026年3月5日 07:04 UTC",
        "2026年3月5日 07:04 UTC",
    ]


def test_a_name_from_right_to_left_keeps_its_direction_to_itself() -> None:
    said = sentence("{name} boosted your post", name="محمد (3)")
    assert told(said, Language.ENGLISH) == "\u2068محمد (3)\u2069 boosted your post"
    counted_too = counted("{name} and one more", "{name} and {n} more", name="דנה", n=2)
    assert told(counted_too, Language.ENGLISH) == "\u2068דנה\u2069 and 2 more"
    assert (
        told(sentence("{name} boosted your post", name="Inês 林"), Language.ENGLISH)
        == "Inês 林 boosted your post"
    )
