"""Chinese in the two scripts: the traditional is made of the simplified by OpenCC, with Taiwan's words."""

from collections.abc import Sequence

_PLACES = {"hant", "tw", "hk", "mo"}
"""The script, and where it is written unless the tag says otherwise."""
_BREAK = "\x1f"
"""Stands for a line's end within a text while all are converted at once."""


def is_traditional(tag: str) -> bool:
    """Whether a BCP 47 tag asks for the traditional script."""
    primary, *rest = tag.strip().lower().replace("_", "-").split("-")
    return primary == "zh" and "hans" not in rest and not _PLACES.isdisjoint(rest)


def traditional(texts: Sequence[str]) -> list[str]:
    """Each of the texts. As they are, where OpenCC is not to be had."""
    try:
        import opencc  # noqa: PLC0415 – slow to load, and not to be had for every platform
    except ImportError:
        return list(texts)
    joined = "\n".join(text.replace("\n", _BREAK) for text in texts)
    made: str = opencc.OpenCC("s2twp").convert(joined)
    return [text.replace(_BREAK, "\n") for text in made.split("\n")]
