"""
The languages of the pages, how one is chosen, and how dates are said in them.

English stands in the templates. The others are `locale/*.po`, made into
stdlib `gettext` catalogues in memory when they are first needed (some
milliseconds each): no compiled files to forget, nothing to install.
Traditional Chinese is made from the simplified by OpenCC, with Taiwan's words.
"""

import re
import struct
from datetime import UTC, datetime
from enum import StrEnum
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO

from msgspec import Struct
from msgspec.structs import replace

from martlet.text import chinese
from martlet.text.languages import accepted


class Language(StrEnum):
    """BCP 47 tags, as `<html lang>` says them; a catalogue is `locale/<tag>.po`."""

    ENGLISH = "en"
    GERMAN = "de"
    CHINESE = "zh-Hans"
    TRADITIONAL = "zh-Hant"

    @property
    def own_name(self) -> str:
        return {"en": "English", "de": "Deutsch", "zh-Hans": "简体中文", "zh-Hant": "繁體中文"}[self.value]

    @property
    def is_chinese(self) -> bool:
        return self.value.startswith("zh")


MONTHS = {
    Language.ENGLISH: "January February March April May June July August September October November December",
    Language.GERMAN: "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}


def day(moment: datetime, language: Language) -> str:
    """22 November 2026 · 22. November 2026 · 2026年11月22日."""
    here = moment.astimezone(UTC)
    if language.is_chinese:
        return f"{here.year}年{here.month}月{here.day}日"
    month = MONTHS[language].split()[here.month - 1]
    return f"{here.day}{'.' if language is Language.GERMAN else ''} {month} {here.year}"


def short_day(moment: datetime, language: Language) -> str:
    """22 Nov 2026 · 22. Nov. 2026 · 2026年11月22日."""
    here = moment.astimezone(UTC)
    if language.is_chinese:
        return day(moment, language)
    month = MONTHS[language].split()[here.month - 1]
    if language is Language.GERMAN:
        return f"{here.day}. {month if len(month) < 5 else month[:3] + '.'} {here.year}"  # noqa: PLR2004  Mai, Juni
    return f"{here.day} {month[:3]} {here.year}"


def minute(moment: datetime, language: Language) -> str:
    """The day and the time. Pages are the same for everyone, so the time is UTC and says so."""
    return f"{day(moment, language)}, {moment.astimezone(UTC):%H:%M} UTC".replace("日, ", "日 ")


def figure(value: float, language: Language, places: int = 0) -> str:
    """12,345.6, with the signs between the digits as the language has them."""
    text = f"{value:,.{places}f}"
    return text.translate(str.maketrans(",.", ".,")) if language is Language.GERMAN else text


def choose(asked: str | None, account: str | None, accept: str | None) -> Language:
    """The language somebody asked for (`?lang=`, cookie), else their account's, else their browser's."""
    for wish in (asked, account, *accepted(accept or "")):
        if wish and (found := match(wish)) is not None:
            return found
    return Language.ENGLISH


def match(tag: str) -> Language | None:
    """The language that serves a BCP 47 tag."""
    if chinese.is_traditional(tag):
        return Language.TRADITIONAL
    primary = tag.strip().lower().replace("_", "-").partition("-")[0]
    return {"en": Language.ENGLISH, "de": Language.GERMAN, "zh": Language.CHINESE}.get(primary)


class Message(Struct, frozen=True):
    """One entry of a .po file: `msgstr` has one form, or as many as the language has plurals."""

    msgid: str
    plural: str | None
    msgstr: tuple[str, ...]


LINE = re.compile(r'\s*(msgid|msgid_plural|msgstr(?:\[\d\])?)?\s*"((?:[^"\\]|\\[nt"\\])*)"\s*')
ESCAPE = re.compile(r"\\(.)")
ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}


def read_po(text: str) -> list[Message]:
    """
    The entries of a .po file, its header (empty msgid) among them.

    Knows what our files use: comments, msgid, msgid_plural, msgstr, msgstr[n],
    and strings that run on over lines. ValueError on anything else.
    """
    messages: list[Message] = []
    fields: dict[str, str] = {}
    keyword = ""

    def close() -> None:
        if "msgid" in fields:
            forms = tuple(fields[name] for name in sorted(fields) if name.startswith("msgstr"))
            messages.append(Message(fields["msgid"], fields.get("msgid_plural"), forms))
        fields.clear()

    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        found = LINE.fullmatch(line)
        if found is None or not (found[1] or keyword):
            raise ValueError(f"line {number} is not of a .po file: {line}")
        if found[1] == "msgid":
            close()
        if found[1] in fields:
            raise ValueError(f"line {number} says once more what stands there already: {line}")
        keyword = found[1] or keyword
        fields[keyword] = fields.get(keyword, "") + ESCAPE.sub(lambda m: ESCAPES[m[1]], found[2])
    close()
    if len({message.msgid for message in messages}) < len(messages):
        raise ValueError("a sentence stands there twice")
    return messages


def compile_catalogue(messages: list[Message]) -> bytes:
    """The .mo bytes that `gettext` reads: two tables of (length, offset), then the strings, ids in order."""
    pairs = sorted(
        (
            (m.msgid if m.plural is None else f"{m.msgid}\0{m.plural}").encode(),
            "\0".join(m.msgstr).encode(),
        )
        for m in messages
    )
    start = 28 + 16 * len(pairs)
    strings = b""
    tables: list[int] = []
    for side in (0, 1):
        for pair in pairs:
            tables += (len(pair[side]), start + len(strings))
            strings += pair[side] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return head + struct.pack(f"<{len(tables)}I", *tables) + strings


def catalogue(language: Language) -> NullTranslations:
    if language is Language.ENGLISH:
        return NullTranslations()
    is_made = language is Language.TRADITIONAL
    name = Language.CHINESE if is_made else language
    messages = read_po(files("martlet.web").joinpath("locale", f"{name}.po").read_text(encoding="utf-8"))
    return GNUTranslations(BytesIO(compile_catalogue(_traditional(messages) if is_made else messages)))


def _traditional(messages: list[Message]) -> list[Message]:
    made = iter(chinese.traditional([text for one in messages for text in one.msgstr]))
    return [replace(one, msgstr=tuple(next(made) for _ in one.msgstr)) for one in messages]
