"""What was changed between two versions of a text, word by word."""

import re
from difflib import SequenceMatcher
from typing import Literal

MOST = 1200
"""Words (or characters, where there are no spaces) that are held against each other: it costs their square."""

LONGEST = 20_000
"""Characters that are looked at."""

Kind = Literal["same", "new", "gone"]

_WORD = re.compile(
    r"\s+|[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U000323af]|[^\W_]+(?:['’-][^\W_]+)*|.",
    re.DOTALL,
)


def changes(before: str, after: str) -> list[tuple[Kind, str]] | None:
    """
    The text in stretches: in both versions, new, gone. None where they are too long to be held against each other.

    Stretches that are not gone make up the new text; those that are not new, the old one.
    """
    if max(len(before), len(after)) > LONGEST:
        return None
    old, new = _WORD.findall(before), _WORD.findall(after)
    if len(old) > MOST or len(new) > MOST:
        return None
    found: list[tuple[Kind, str]] = []
    for _, a, b, c, d in SequenceMatcher(None, old, new, autojunk=True).get_opcodes():
        gone, came = "".join(old[a:b]), "".join(new[c:d])
        if gone == came:
            found.append(("same", gone))
            continue
        if gone:
            found.append(("gone", gone))
        if came:
            found.append(("new", came))
    return found
