"""
Bytes of a page → its text, whatever it claims to be written in.

Asked in this order: a byte order mark, the answer's header, the page itself
(its first kilobytes), UTF-8, and what pages of its language or country are
commonly written in. The first that fits is taken; a claim that makes the text
unreadable is not believed.
"""

import codecs
import re
from collections.abc import Iterator

_LOOKED_AT = 4096
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DECLARED = re.compile(
    rb"<meta[^>]{0,200}?charset\s{0,10}=\s{0,10}[\"']?\s{0,10}([A-Za-z0-9_:.-]{2,30})", re.IGNORECASE
)
_LANGUAGE = re.compile(rb"<html[^>]{0,500}?\slang\s{0,10}=\s{0,10}[\"']?([A-Za-z-]{2,20})", re.IGNORECASE)
_IN_HEADER = re.compile(r"charset\s{0,10}=\s{0,10}[\"']?([A-Za-z0-9_:.-]{2,30})", re.IGNORECASE)
# As browsers read these names (https://encoding.spec.whatwg.org/#names-and-labels).
_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "utf-16": "utf-8",
    "utf-16-le": "utf-8",
    "utf-16-be": "utf-8",
}
_ONE_BYTE = frozenset(
    {f"iso8859-{n}" for n in range(1, 17)}
    | {f"cp125{n}" for n in range(9)}
    | {"ascii", "cp866", "cp874", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic"}
)
_SEVERAL_BYTES = frozenset(
    {"utf-8", "utf-16", "utf-16-le", "utf-16-be", "gb2312", "gbk", "gb18030", "big5", "big5hkscs"}
    | {"shift_jis", "cp932", "euc_jp", "iso2022_jp", "euc_kr", "cp949"}
)
"""What pages may be written in, by the names of Python's codecs: no other that it knows is a page's."""
_COMMON = {
    "zh": "gb18030",
    "cn": "gb18030",
    "zh-tw": "big5hkscs",
    "zh-hk": "big5hkscs",
    "zh-hant": "big5hkscs",
    "tw": "big5hkscs",
    "hk": "big5hkscs",
    "ja": "cp932",
    "jp": "cp932",
    "ko": "cp949",
    "kr": "cp949",
    "ru": "cp1251",
    "uk": "cp1251",
    "bg": "cp1251",
    "pl": "cp1250",
    "cs": "cp1250",
    "cz": "cp1250",
    "hu": "cp1250",
    "el": "cp1253",
    "gr": "cp1253",
    "tr": "cp1254",
}
"""By language, and by the last label of a host."""
_WRONG = "\ufffd"
_BEARABLE = 1000
"""One wrong character in so many is a slip; more are another encoding."""


def decode(body: bytes, content_type: str = "", host: str = "") -> str:
    """The text of a page; what cannot be read of it stands as U+FFFD. The end may be cut off anywhere."""
    best, as_utf_8 = "", _decoded(body, "utf-8")
    for charset in _candidates(body, content_type, host):
        if charset in _ONE_BYTE and _WRONG not in as_utf_8:
            return as_utf_8  # any bytes are text in such a charset, and no other text is UTF-8 by chance
        text = _decoded(body, charset)
        wrong = text.count(_WRONG)
        if wrong * _BEARABLE <= len(text):
            return text
        if not best or wrong < best.count(_WRONG):
            best = text
    return best


def _candidates(body: bytes, content_type: str, host: str) -> Iterator[str]:
    for mark, charset in _MARKS:
        if body.startswith(mark):
            yield charset
    named = _IN_HEADER.search(content_type)
    if named:
        yield from _known(named[1])
    start = body[:_LOOKED_AT]
    declared = _DECLARED.search(start)
    if declared:
        yield from _known(declared[1].decode("ascii"))
    yield "utf-8"
    language = _LANGUAGE.search(start)
    tag = language[1].decode("ascii").lower() if language else ""
    for hint in (tag, tag.partition("-")[0], host.rpartition(".")[2]):
        if hint in _COMMON:
            yield _COMMON[hint]
    yield "cp1252"


def _known(label: str) -> Iterator[str]:
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return
    if name in _ONE_BYTE or name in _SEVERAL_BYTES:
        yield _WIDER.get(name, name)


def _decoded(body: bytes, charset: str) -> str:
    return codecs.getincrementaldecoder(charset)("replace").decode(body, final=False).lstrip("\ufeff")
