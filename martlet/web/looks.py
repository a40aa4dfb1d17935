"""
How pages look in one browser: light or dark, the size of text, pictures at once or only when asked for.

It is kept in a cookie, because a phone at night and a desk by day want different things.
"""

from dataclasses import astuple, dataclass
from typing import Literal, get_args

Theme = Literal["system", "light", "dark"]
Text = Literal["usual", "large", "larger"]
Pictures = Literal["all", "few"]


@dataclass(frozen=True, slots=True)
class Look:
    theme: Theme = "system"
    text: Text = "usual"
    pictures: Pictures = "all"

    @property
    def said(self) -> str:
        """As the cookie has it."""
        return ".".join(astuple(self))


AS_USUAL = Look()


def look_of(text: str) -> Look:
    """What a cookie or a form says; what it cannot mean is as usual."""
    if not text:
        return AS_USUAL
    theme, _, rest = text.partition(".")
    size, _, pictures = rest.partition(".")
    return Look(
        theme=next((one for one in get_args(Theme) if one == theme), AS_USUAL.theme),
        text=next((one for one in get_args(Text) if one == size), AS_USUAL.text),
        pictures=next((one for one in get_args(Pictures) if one == pictures), AS_USUAL.pictures),
    )
