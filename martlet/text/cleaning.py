"""
Text as people and strangers send it → text we keep.

What is taken out can be seen by nobody and serves only to mislead or to break
things: NUL and other control characters, halves of surrogate pairs (which no
database takes), and, in one-line texts such as names, everything that turns
the reading direction of what follows or pads a name with nothing. What makes
up emoji and Persian or Hindi words (joiners, variation selectors) stays.

All is brought to NFC: "é" is one letter, however it was typed. NFKC would
change what people wrote, so it is left to search and to hashtags.
"""

import re
import unicodedata

_LINE_ENDS = re.compile(r"\r\n?|[\u0085\u2028\u2029]")

_NOT_IN_TEXT = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)

_NOT_IN_A_LINE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    r"\u202a-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb]"
)

_JOINERS_ALONE = re.compile(r"[\u200c\u200d\ufe00-\ufe0f\s]+")


def many_lines(text: str) -> str:
    r"""A text of many lines: line ends are ``\n``, nothing invisible that breaks things is left."""
    if "\r" in text or not text.isascii():
        text = unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", text))
    return _NOT_IN_TEXT.sub("", text)


def one_line(text: str) -> str:
    """A name or title: one line, no bidi controls, no padding; empty if nothing of it can be seen."""
    text = " ".join(_NOT_IN_A_LINE.sub("", text).split())
    if text.isascii():
        return text
    if _JOINERS_ALONE.fullmatch(text):
        return ""
    return unicodedata.normalize("NFC", text)
