"""
How long a post is, counted as Mastodon counts it.

A link counts 23 however long it is; of a mention `@ada@peer.example` only
`@ada` counts; the content warning counts too. What is counted are characters
as people see them (extended grapheme clusters, Unicode annex 29): "é", "👩‍💻" and
"🇩🇪" are one each, however they are coded. Mastodon's server and apps count so;
counting code points would refuse posts that the app had let somebody write.
"""

import re
import unicodedata

from martlet.text.links import Link
from martlet.text.render import Hashtag, Parsed

LINK_LENGTH = 23

_EACH_ONE_CHARACTER = re.compile(
    r"[\n\x20-\x7e\xa1-\xac\xae-\u02ff\u0370-\u0482\u048a-\u0590\u1e00-\u1fff\u2010-\u2027\u2030-\u205e\u20a0-\u20cf"
    r"\u2190-\u22ff\u2460-\u25ff\u3000-\u3029\u3030-\u3098\u309b-\u3dff\u4e00-\ua48c\uac00-\ud7a3\uf900-\ufaff"
    r"\uff01-\uff9d\U00020000-\U000323af]*"
)
_JOINER = "\u200d"
_HANGUL_L, _HANGUL_V, _HANGUL_T = range(0x1100, 0x1160), range(0x1160, 0x11A8), range(0x11A8, 0x1200)
_HANGUL_SYLLABLES = range(0xAC00, 0xD7A4)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_EXTENDING = (
    range(0x1F3FB, 0x1F400),
    range(0xE0020, 0xE0080),
    range(0xFF9E, 0xFFA0),
    range(0x200C, 0x200D),
    range(0xE33, 0xE34),
    range(0xEB3, 0xEB4),
)
_ENDS_ALONE = frozenset({"Cc", "Zl", "Zp"})


def post_length(parsed: Parsed, content_warning: str = "") -> int:
    text = parsed.text
    length = characters(text) + characters(content_warning)
    for piece in parsed.pieces:
        if isinstance(piece, Link):
            length += LINK_LENGTH - characters(text[piece.start : piece.end])
        elif not isinstance(piece, Hashtag):
            length += 1 + len(piece.username) - characters(text[piece.start : piece.end])
    return length


def characters(text: str) -> int:
    """Extended grapheme clusters in `text`, by the rules that matter in living scripts."""
    if _EACH_ONE_CHARACTER.fullmatch(text):
        return len(text)
    count = 0
    before = ""
    flags = 0  # flag letters in a row so far
    joined_picture = False  # a picture, and whatever extends it, stands before
    for character in text:
        is_flag = ord(character) in _FLAG_LETTERS
        if not before or not _continues(before, character, flags, joined_picture):
            count += 1
            joined_picture = False
        flags = flags + 1 if is_flag else 0
        joined_picture = joined_picture or _is_picture(character)
        before = character
    return count


def _continues(before: str, character: str, flags: int, joined_picture: bool) -> bool:  # noqa: FBT001 – the scan's state
    """Whether no boundary lies between the two. The rules' numbers are those of annex 29."""
    if before == "\r" and character == "\n":  # GB3
        return True
    if unicodedata.category(before) in _ENDS_ALONE:  # GB4
        return False
    if _extends(character):  # GB9, GB9a
        return True
    if before == _JOINER:  # GB11
        return joined_picture and _is_picture(character)
    if flags:  # GB12, GB13
        return flags % 2 == 1 and ord(character) in _FLAG_LETTERS
    return _hangul_goes_on(ord(before), ord(character))  # GB6–GB8


def _extends(character: str) -> bool:
    if character == _JOINER or unicodedata.category(character) in {"Mn", "Me", "Mc"}:
        return True
    return any(ord(character) in block for block in _EXTENDING)


def _is_picture(character: str) -> bool:
    """Close enough to Extended_Pictographic: a symbol that is not a letter, a flag or a skin tone."""
    return unicodedata.category(character) in {"So", "Cn"} and ord(character) not in _FLAG_LETTERS


def _hangul_goes_on(before: int, here: int) -> bool:
    if before in _HANGUL_L:
        return here in _HANGUL_L or here in _HANGUL_V or here in _HANGUL_SYLLABLES
    if before in _HANGUL_V or (before in _HANGUL_SYLLABLES and (before - 0xAC00) % 28 == 0):
        return here in _HANGUL_V or here in _HANGUL_T
    return (before in _HANGUL_T or before in _HANGUL_SYLLABLES) and here in _HANGUL_T
