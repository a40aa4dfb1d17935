"""
Reading single values out of what strangers wrote, tolerantly: one or a list, a uri or the thing itself, a wrong type
as nothing at all. What is too much to be honest raises `MalformedDocument`.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from martlet.model.errors import MalformedDocument
from martlet.model.names import Uri, is_uri

HTML_LIMIT = 200_000
TEXT_LIMIT = 2_000
NAME_LIMIT = 2_048
LONGEST = 10_000_000.0
"""Seconds of a film or sound."""
MOST_RECIPIENTS = 2_000
MOST_TAGS = 1_000
MOST_OPTIONS = 500
MOST_LINKS = 64
MOST_FIELDS = 50
MOST_ALIASES = 256
MOST_ITEMS = 1_000

LONGEST_CODE = 35
"""Characters of a language's tag."""
MOST_LANGUAGES = 10
UNDETERMINED = "und"

Thing = Mapping[str, Any]

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_SECONDS = re.compile(
    r"P(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,6})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?", re.ASCII
)


def each(value: Any, limit: int) -> Sequence[Any]:
    """One thing or a list of them. Raises `MalformedDocument` for more than `limit`."""
    if value is None:
        return ()
    if not isinstance(value, list):
        return (value,)
    if len(value) > limit:
        raise MalformedDocument(f"The document has a list of {len(value):,}; {limit:,} are allowed.")
    return value


def things(value: Any, limit: int) -> list[Thing]:
    return [one for one in each(value, limit) if isinstance(one, dict)] if value else []


def first(value: Any) -> Any:
    return (value[0] if value else None) if isinstance(value, list) else value


def text(value: Any, limit: int = TEXT_LIMIT) -> str:
    """A text, alone in a list perhaps, or as JSON-LD writes it out with its language."""
    if not isinstance(value, str):
        if value is None:
            return ""
        value = first(value)
        if isinstance(value, dict):
            value = value.get("@value")
    return value[:limit] if isinstance(value, str) else ""


def uri(value: Any) -> Uri | None:
    """A uri, or the `id` of what stands in its place."""
    if not isinstance(value, str):
        if value is None:
            return None
        value = first(value)
        if isinstance(value, dict):
            value = value.get("id")
    return Uri(value) if isinstance(value, str) and is_uri(value) else None


def needed_uri(thing: Thing, name: str) -> Uri:
    found = uri(thing.get(name))
    if found is None:
        raise MalformedDocument(f"The document has no good `{name}`.")
    return found


def uris(value: Any, limit: int) -> tuple[Uri, ...]:
    return tuple(found for found in map(uri, each(value, limit)) if found is not None)


def recipients(value: Any) -> tuple[str, ...]:
    """`to` or `cc`. The public's name is no address in all its spellings."""
    found = [
        one[:NAME_LIMIT] if isinstance(one, str) else uri(one)
        for one in each(value, MOST_RECIPIENTS)
        if isinstance(one, str | dict)
    ]
    return tuple([one for one in found if one])


def address(value: Any, kinds: tuple[str, ...] = ("text/html",)) -> str:
    """An http(s) address for people or pictures, from a text, a Link or a list of them; `kinds` are preferred."""
    found = ""
    for one in each(value, MOST_ITEMS):
        link = href(one)
        if link and media_type(one).startswith(kinds):
            return link
        found = found or link
    return found


def largest(value: Any) -> str:
    """The address of the largest of several pictures of one thing."""
    pictures = [one for one in each(value, MOST_ITEMS) if href(one)]
    sizes = [number(one.get("width")) if isinstance(one, dict) else 0 for one in pictures]
    return address(pictures[sizes.index(max(sizes))], ("image/",)) if pictures else ""


def href(one: Any) -> str:
    """Where a text, a Link or something that has an address leads; empty where that is no http(s) address."""
    if isinstance(one, dict):
        one = first(one.get("href") or one.get("url"))
        if isinstance(one, dict):
            one = one.get("href")
    is_good = isinstance(one, str) and one.startswith(("https://", "http://")) and len(one) <= NAME_LIMIT
    return str(one) if is_good else ""


def media_type(one: Any) -> str:
    """What something says it is, in either of the words for it; empty if it does not say."""
    return text(one.get("mediaType") or one.get("mimeType"), 100) if isinstance(one, dict) else ""


def moment(value: Any) -> int | None:
    """Milliseconds; None for what is no moment in our reckoning."""
    found = _MOMENT.fullmatch(value) if isinstance(value, str) and len(value) < 64 else None  # noqa: PLR2004 - a moment is short
    if found is None:
        return None
    try:
        base = datetime.fromisoformat(found[1] + (found[3] or "Z"))
        milliseconds = int(base.astimezone(UTC).timestamp() * 1000) + int((found[2] or "").ljust(3, "0")[:3])
    except (ValueError, OverflowError):
        return None
    return milliseconds if milliseconds >= 0 else None


def seconds(value: Any) -> float | None:
    """An xsd:duration of days and less, or a number of seconds."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if 0 <= value < LONGEST else None
    found = _SECONDS.fullmatch(value) if isinstance(value, str) else None
    if found is None or not any(found.groups()):
        return None
    days, hours, minutes, rest = (float(part or 0) for part in found.groups())
    return days * 86_400 + hours * 3_600 + minutes * 60 + rest


def number(value: Any, limit: int = 2**31 - 1) -> int:
    """A whole number that is not negative; 0 for anything else."""
    return min(value, limit) if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def flag(value: Any) -> bool:
    return value is True


def total(value: Any) -> int | None:
    """How many a collection has, where it stands there with its number."""
    counted = value.get("totalItems") if isinstance(value, dict) else None
    return number(counted) if isinstance(counted, int) and not isinstance(counted, bool) else None


def in_language(thing: Thing, name: str, limit: int, spoken: str | None = None) -> tuple[str, str | None]:
    """
    A text and its language: `content` with `contentMap`, or one of the two.

    `spoken` is the language that the document says it is in elsewhere: of
    several texts the one in it is taken, else the first.
    """
    plain, by_language = text(thing.get(name), limit), thing.get(f"{name}Map")
    if not isinstance(by_language, dict):
        return plain, spoken
    options = {code: said[:limit] for code, said in by_language.items() if isinstance(said, str) and said}
    if not options:
        return plain, spoken
    if plain:
        code = next((code for code, said in options.items() if said == plain), None)
        return plain, code or (spoken if len(options) > 1 else next(iter(options)))
    code = spoken if spoken in options else next(iter(options))
    return options[code], code


def further_languages(
    thing: Thing, own: str | None, limit: int, most: int
) -> tuple[tuple[str, str, str], ...]:
    """The `content` of a document in other languages than its `own`, each with its `summary`; so many at most."""
    by_language, warnings = thing.get("contentMap"), thing.get("summaryMap")
    if own is None or not isinstance(by_language, dict):
        return ()
    shown = warnings if isinstance(warnings, dict) else {}
    found = (
        (code, said[:limit], text(shown.get(code), 2_000))
        for code, said in by_language.items()
        if code != own and len(code) <= LONGEST_CODE and isinstance(said, str) and said
    )
    return tuple(islice(found, most))


def language(thing: Thing, around: Thing | None = None) -> str | None:
    """The language of a document as it says beside its texts: PeerTube's, Lemmy's and Mobilizon's ways, and JSON-LD's."""
    for named in (thing.get("language"), thing.get("inLanguage")):
        if named is None:
            continue
        one = first(named)
        code = text(one.get("identifier") if isinstance(one, dict) else one, 35)
        if code and code != UNDETERMINED:
            return code
    for document in (thing, around or {}):
        for context in things(document.get("@context"), MOST_ITEMS):
            if "@language" not in context:
                continue
            code = text(context["@language"], 35)
            if code and code != UNDETERMINED:
                return code
    return None
