"""
Emoji: characters, and custom ones.

Custom emoji are written `:shortcode:`, apart from words and from one another's colons. Of characters that are
emoji each has one spelling here, for choosing and counting; how it is shown is another matter (`as_picture`).
"""

import re

SHORTCODE = re.compile(r"[A-Za-z0-9_]{1,128}")
"""What a shortcode may be, whoever sends it: match it whole (`fullmatch`)."""

_WRITTEN = re.compile(r"(?<![^\W_])(?<!:):([A-Za-z0-9_]{1,128}):(?![^\W_]|:)")


def shortcodes(text: str) -> tuple[str, ...]:
    """Each shortcode that the text may mean, once, in order; whether there is such an emoji is not known here."""
    if text.count(":") < 2:  # noqa: PLR2004 – a pair of colons
        return ()
    return tuple(dict.fromkeys(_WRITTEN.findall(text)))


_PICTURE = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf"
    "\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa\U0001f400-\U0001faff]"
)
_VARIANT, _JOINER, _KEYCAP = "\ufe0f", "\u200d", "\u20e3"
_PART = f"{_PICTURE}{_VARIANT}?[\U0001f3fb-\U0001f3ff]?(?:[\U000e0020-\U000e007e]{{1,8}}\U000e007f)?"
_EMOJI = re.compile(
    f"(?:{_PART}(?:{_JOINER}{_PART}){{0,9}}|[\U0001f1e6-\U0001f1ff]{{2}}|[0-9#*]{_VARIANT}?{_KEYCAP})"
)
_PICTURES_ANYWAY = frozenset(
    "⌚⌛⏩⏪⏫⏬⏰⏳◽◾☔☕♈♉♊♋♌♍♎♏♐♑♒♓♿⚓⚡⚪⚫⚽⚾⛄⛅⛎⛔⛪⛲⛳⛵⛺⛽✅✊✋✨❌❎❓❔❕❗➕➖➗➰➿⬛⬜⭐⭕"
)


def one_emoji(text: str) -> str | None:
    """
    The one spelling of a single emoji; None for anything else.

    Without the mark that asks for a picture, as Misskey spells them: what only differs in it is the same.
    """
    text = text.strip()
    if not _EMOJI.fullmatch(text):
        return None
    return text if _JOINER in text else text.replace(_VARIANT, "")


def as_picture(emoji: str) -> str:
    """The same with the mark, where a browser would show a letter without it."""
    if len(emoji) == 1 and ord(emoji) <= 0xFFFF and emoji not in _PICTURES_ANYWAY:  # noqa: PLR2004 - the plane of letters
        return emoji + _VARIANT
    return emoji.replace(_KEYCAP, _VARIANT + _KEYCAP) if emoji.endswith(_KEYCAP) else emoji
