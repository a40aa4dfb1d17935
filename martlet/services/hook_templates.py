"""
The body of a web hook in its owner's own form, as Mastodon's templates are written.

    {"text": "New: {{object.account.acct}} ({{event}})"}

`{{a.b.0.c}}` stands for a value of what is told, by names and, in lists, by numbers.
A text goes in without its quotation marks and with JSON's escapes, so that it can
stand inside of another; everything else as JSON. What is not there is `null`.
"""

import re
from typing import Any, Final

import msgspec

from martlet.model.errors import InvalidInput

LONGEST: Final = 10_000
PLACES: Final = 100
_PLACE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_PATH = re.compile(r"\s*([A-Za-z_]\w*(?:\.\w+){0,12})\s*")


def check(template: str) -> str:
    """Raises `InvalidInput` for one that cannot be filled in."""
    places = _PLACE.findall(template)
    if len(template) > LONGEST or len(places) > PLACES:
        raise InvalidInput("Validation failed: Template is too long", "template")
    if any(not _PATH.fullmatch(place) for place in places) or "{{" in _PLACE.sub("", template):
        raise InvalidInput("Validation failed: Template has a place that names no value", "template")
    return template


def fill(template: str, payload: bytes) -> bytes:
    """The template with the values of a JSON object in their places."""
    values = msgspec.json.decode(payload)

    def value(found: re.Match[str]) -> str:
        said = msgspec.json.encode(_at(values, found[1].strip().split("."))).decode()
        return said[1:-1] if said.startswith('"') else said

    return _PLACE.sub(value, template).encode()


def _at(value: Any, path: list[str]) -> Any:
    for name in path:
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value
