"""
Folding: spellings that a reader takes for the same word become the same text.

Width and compatibility forms (NFKC), case, and the marks on Latin and Greek
letters fall away: "Ｍüller" and "MULLER" are both "muller", "Straße" is
"strasse". Letters of other scripts keep what makes them other letters (й is
not и, が is not か); points that are left out in ordinary writing (Arabic,
Hebrew) fall away.
"""

import unicodedata

_GREEK_AND_LATIN = (range(0xC0, 0x250), range(0x250, 0x2B0), range(0x370, 0x400), range(0x1E00, 0x2000))

_NO_MARK_TO_LOSE = {
    "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "ŧ": "t", "þ": "th",
    "æ": "ae", "œ": "oe", "ß": "ss", "ƀ": "b", "ɓ": "b", "ɖ": "d", "ɗ": "d", "ǥ": "g", "ŀ": "l",
    "ё": "е", "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي",
}  # fmt: skip

_POINTS = (
    range(0x300, 0x370), range(0x591, 0x5BE), range(0x5BF, 0x5C0), range(0x5C1, 0x5C3), range(0x5C4, 0x5C6),
    range(0x5C7, 0x5C8), range(0x610, 0x61B), range(0x640, 0x641), range(0x64B, 0x660), range(0x670, 0x671),
    range(0x200B, 0x2010), range(0xFE00, 0xFE10), range(0xAD, 0xAE),
)  # fmt: skip


def _letters() -> dict[int, str]:
    table = {ord(letter): plain for letter, plain in _NO_MARK_TO_LOSE.items()}
    for block in _GREEK_AND_LATIN:
        for point in block:
            parts = unicodedata.normalize("NFD", chr(point).casefold())
            plain = "".join(part for part in parts if not unicodedata.combining(part))
            if plain != chr(point):
                table.setdefault(point, "".join(_NO_MARK_TO_LOSE.get(letter, letter) for letter in plain))
    return table


UNMARKED: dict[int, str] = _letters() | {point: "" for block in _POINTS for point in block}
"""For `str.translate`: letters without their marks; marks and invisible joiners to nothing."""


def fold_letters(text: str) -> str:
    """The folding described above, without the folding of Chinese that search adds."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", text).casefold().translate(UNMARKED)
