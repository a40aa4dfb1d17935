"""Custom emoji are written `:shortcode:`, apart from words and from one another's colons."""

import re

SHORTCODE = re.compile(r"[A-Za-z0-9_]{1,128}")
"""What a shortcode may be, whoever sends it: match it whole (`fullmatch`)."""

_WRITTEN = re.compile(r"(?<![^\W_])(?<!:):([A-Za-z0-9_]{1,128}):(?![^\W_]|:)")


def shortcodes(text: str) -> tuple[str, ...]:
    """Each shortcode that the text may mean, once, in order; whether there is such an emoji is not known here."""
    if text.count(":") < 2:  # noqa: PLR2004 – a pair of colons
        return ()
    return tuple(dict.fromkeys(_WRITTEN.findall(text)))
