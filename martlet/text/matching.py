"""
Whether a keyword of a filter stands in a text.

Case and compatibility forms (full-width letters, ligatures) do not matter. A
whole word ends where letters and digits end; Chinese characters and kana,
which are written without blanks, neither need such an end nor prevent it:
"手机" is found in "我的手机坏了", "cat" in "我的cat坏了", but not in "category".
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from martlet.text.hashtags import WRITTEN_WITHOUT_BLANKS

_LETTER = rf"(?![{WRITTEN_WITHOUT_BLANKS}])\w"
_STARTS_AS_WORD = re.compile(_LETTER)


def folded(text: str) -> str:
    """What `found_in` looks for and looks in."""
    return unicodedata.normalize("NFKC", text).casefold()


def found_in(folded_text: str, keywords: Iterable[tuple[str, bool]]) -> list[str]:
    """Those of the keywords, each with whether it is a whole word, that stand in a text (see `folded`)."""
    found = []
    for keyword, is_whole_word in keywords:
        wanted, pattern = _prepared(keyword, is_whole_word)
        if wanted and wanted in folded_text and (pattern is None or pattern.search(folded_text)):
            found.append(keyword)
    return found


@lru_cache(maxsize=4096)
def _prepared(keyword: str, is_whole_word: bool) -> tuple[str, re.Pattern[str] | None]:  # noqa: FBT001 - the filter's own setting
    wanted = folded(keyword)
    if not is_whole_word or not wanted:
        return wanted, None
    before = rf"(?<!{_LETTER})" if _STARTS_AS_WORD.match(wanted) else ""
    after = rf"(?!{_LETTER})" if _STARTS_AS_WORD.match(wanted[-1]) else ""
    return wanted, re.compile(before + re.escape(wanted) + after)
