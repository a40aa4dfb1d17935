"""
Sentences that are chosen in Python and said in the reader's language.

A `Sentence` is an English msgid with its values, translated only when a page
is rendered. Write it through `sentence("…")` with a literal, so that the test
which looks for untranslated words finds it.
"""

from msgspec import Struct


class Sentence(Struct, frozen=True):
    """`plural` is said where the value `n` is not one."""

    msgid: str
    values: dict[str, str | int] = {}
    plural: str = ""


def sentence(msgid: str, **values: str | int) -> Sentence:
    return Sentence(msgid, values)


def counted(one: str, many: str, **values: str | int) -> Sentence:
    """What is said of one, and of `n`."""
    return Sentence(one, values, many)
