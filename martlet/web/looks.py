"""
How pages are in one browser: light or dark, the size of text, pictures at once or only when asked for, keys.

It is kept in a cookie, because a phone at night and a desk by day want different things.
"""

from typing import Literal, get_args

from msgspec import Struct
from msgspec.structs import astuple

Theme = Literal["system", "light", "dark"]
Text = Literal["usual", "large", "larger"]
Pictures = Literal["all", "few"]
Keys = Literal["off", "on"]
"""Whether single keys go from post to post, and answer."""


class Look(Struct, frozen=True):
    theme: Theme = "system"
    text: Text = "usual"
    pictures: Pictures = "all"
    keys: Keys = "off"

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
    size, _, rest = rest.partition(".")
    pictures, _, keys = rest.partition(".")
    return Look(
        theme=next((one for one in get_args(Theme) if one == theme), AS_USUAL.theme),
        text=next((one for one in get_args(Text) if one == size), AS_USUAL.text),
        pictures=next((one for one in get_args(Pictures) if one == pictures), AS_USUAL.pictures),
        keys=next((one for one in get_args(Keys) if one == keys), AS_USUAL.keys),
    )
