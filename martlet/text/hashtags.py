"""
Hashtags: `#Straßenbahn`, `#北京天气`, `＃東京`, `#l·l`.

A name is made of letters, digits and combining marks of any script and "_";
"·", "・" and the zero-width non-joiner only in its middle. It is not all
digits. The sign does not stand inside a word or an address; after Chinese
characters and kana, which are written without blanks, it may.
"""

import re
import unicodedata

from martlet.text.folding import fold_letters

NAME_LIMIT = 200

WRITTEN_WITHOUT_BLANKS = (
    "\u3005-\u3007\u3041-\u30fa\u30fc-\u312f\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"
)
"""Inside a character class: Chinese characters, kana, bopomofo."""

NOT_INSIDE_A_WORD = rf"(?<![=/@#＃&].)(?<!(?![{WRITTEN_WITHOUT_BLANKS}])\w.)"
"""What may not stand before a `#` or `@`; put behind the sign, so that the search can leap from sign to sign."""

_CANDIDATE = re.compile(rf"[#＃]{NOT_INSIDE_A_WORD}([^\s!-/:-@\[-^`{{-~＃]+)")
_WITHOUT_MARKS = re.compile(r"[\w·・\u200c]+")
_JOINTS = "·・\u200c"


def find_hashtags(text: str) -> list[tuple[int, int, str]]:
    """Start, end and name (as typed, without the sign) of each hashtag."""
    if "#" not in text and "＃" not in text:
        return []
    found = []
    for candidate in _CANDIDATE.finditer(text):
        name = _leading_name(candidate[1])
        if name is not None:
            found.append((candidate.start(), candidate.start(1) + len(name), name))
    return found


def is_hashtag(name: str) -> bool:
    """Whether `#name` would be one hashtag, whole."""
    return _leading_name(name) == name


def hashtag_key(name: str) -> str:
    """What is the same for every spelling of a hashtag: `#Müller` and `#muller` meet. Empty if nothing is left."""
    folded = fold_letters(name)
    if folded.isalnum():
        return folded
    return "".join(letter for letter in folded if _may_be_in_a_name(letter))


def _leading_name(text: str) -> str | None:
    plain = _WITHOUT_MARKS.match(text)
    end = plain.end() if plain else 0
    for character in text[end : NAME_LIMIT + 1]:
        if not _may_be_in_a_name(character):
            break
        end += 1
    name = text[:end].rstrip(_JOINTS)
    if end > NAME_LIMIT or not name or name[0] in _JOINTS or name.isdecimal():
        return None
    return name if any(character.isalnum() for character in name) else None


def _may_be_in_a_name(character: str) -> bool:
    return character.isalnum() or character in "_·・\u200c" or unicodedata.category(character)[0] == "M"
