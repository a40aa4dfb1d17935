"""
What posts alike have in common, as digests: for knowing spam again that changes a name, a number or a link's end.

The *shape* of a text is its letters in one spelling, without people named, numbers
and white space, links cut down to their hosts. Texts of the same shape have the same
digest. Of longer ones there are four numbers besides (MinHash, Broder 1997): of texts
of which a little differs most of them are the same, of others hardly one is.
"""

import hashlib
import re
import struct
import unicodedata

FEWEST = 12
"""Letters of a text that can be known again."""
FEWEST_ALIKE = 40
"""Letters of one of which a part may differ."""
LONGEST = 3000
GRAM = 4
NEAR = 3
"""So many of the four numbers are the same of texts alike: three times in four where one word of twenty differs."""
_FOUR = struct.Struct(">4L")
_PEOPLE = re.compile(r"@[\w.-]+(?:@[\w.-]+)?")
_LINK = re.compile(r"https?://(?:www\.)?([^\s/?#]+)[^\s]*", re.IGNORECASE)
_NO_LETTER = re.compile(r"[\W\d_]+")


def shape(text: str) -> str:
    """Empty for a text without letters."""
    text = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
    text = _PEOPLE.sub(" ", _LINK.sub(r" \1 ", text))
    return _NO_LETTER.sub("", text)


def digest(shaped: str) -> str:
    """The same for texts of one shape; empty for a shape that too many texts have."""
    return hashlib.sha256(shaped.encode()).hexdigest() if len(shaped) >= FEWEST else ""


def bands(shaped: str) -> tuple[int, int, int, int] | None:
    """Four numbers of 32 bits; None for what is too short to be only alike."""
    if len(shaped) < FEWEST_ALIKE:
        return None
    grams = {shaped[at : at + GRAM] for at in range(len(shaped) - GRAM + 1)}
    hashed = [_FOUR.unpack(hashlib.blake2b(gram.encode(), digest_size=16).digest()) for gram in grams]
    first, second, third, fourth = map(min, zip(*hashed, strict=True))
    return first, second, third, fourth


def are_near(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    return sum(a == b for a, b in zip(one, other, strict=True)) >= NEAR


def of_picture(blurhash: str | None, width: int, height: int) -> str:
    """What the same picture has each time it is sent: how it looks from afar, and its size. Empty: not known."""
    if not blurhash or len(blurhash) < FEWEST or width <= 0 or height <= 0:
        return ""
    return hashlib.sha256(f"{blurhash} {width}x{height}".encode()).hexdigest()
