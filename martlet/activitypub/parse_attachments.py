"""What is shown with a post: pictures, films, sounds; and the links that hang on it besides."""

from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from martlet.activitypub.kinds import MEDIA, NOTES, kind_of
from martlet.activitypub.things import Attachment
from martlet.activitypub.values import (
    MOST_ITEMS,
    MOST_LINKS,
    Thing,
    each,
    href,
    in_language,
    largest,
    media_type,
    number,
    seconds,
    text,
    things,
)

SHOWN = ("image/", "video/", "audio/")
PAGES = ("text/html", "application/x-mpegURL", "application/json", "application/activity+json")
"""What is no file to be looked at."""
BEST_HEIGHT = 1080
"""Of a film in several sizes, the largest up to this one is shown."""
MOST_SIZES = 100
_ITSELF = {"Image": "image/", "Video": "video/", "Audio": "audio/"}
_ENDINGS = {
    **dict.fromkeys(("png", "gif", "webp", "avif", "jpg", "jpeg"), "image/"),
    **dict.fromkeys(("mp4", "webm", "mov", "m4v"), "video/"),
    **dict.fromkeys(("mp3", "ogg", "oga", "opus", "flac", "m4a", "wav"), "audio/"),
}


def attachments(thing: Thing, kind: str) -> tuple[Attachment, ...]:
    """
    Everything to look at or hear, in its order.

    A film, sound or picture that is published as itself is its own first
    attachment; a page that brings nothing but one picture of itself shows that.
    """
    attached = _attached(thing)
    if not attached and kind in NOTES:
        return ()
    files = [
        one for one in attached if kind_of(one) in MEDIA or (kind_of(one) == "Link" and _media_type(one))
    ]
    found = [made for made in map(_attachment, files) if made is not None]
    if kind in _ITSELF and not any(one.media_type.startswith(_ITSELF[kind]) for one in found):
        found[:0] = _itself(thing, _ITSELF[kind])
    elif kind in ("Article", "Page", "Event") and not found and not links(thing):
        pictures = (_attachment({"type": "Image", **one}) for one in things(thing.get("image"), MOST_ITEMS))
        found = [one for one in pictures if one is not None][:1]
    return tuple(found)


def digests(thing: Thing) -> list[str]:
    """The digests of the files that are shown with it, as they are written."""
    found = (text(one.get("digestMultibase"), 100) for one in _attached(thing))
    return [one for one in found if one]


def _itself(thing: Thing, wanted: str) -> list[Attachment]:
    """The film, sound or picture that the object is; of a film that no browser plays, its preview picture."""
    said = media_type(thing)
    file = {**thing, "type": "Document", "mediaType": said if said.startswith(SHOWN) else "", "summary": None}
    itself, preview = _attachment(file, (wanted,)), largest(thing.get("icon"))
    if itself is not None and itself.media_type.startswith(wanted):
        return [itself]
    return [Attachment(preview, "image/")] if preview else []


def links(thing: Thing) -> tuple[str, ...]:
    """Addresses that a post is about, as Lemmy attaches them: no pictures, and not files."""
    found = [href(one) for one in _attached(thing) if kind_of(one) == "Link" and not _media_type(one)]
    return tuple(dict.fromkeys([address for address in found if address]))[:MOST_LINKS] if found else ()


def _attached(thing: Thing) -> list[Thing]:
    return things(thing.get("attachment"), MOST_ITEMS)


def _attachment(thing: Thing, wanted: tuple[str, ...] = SHOWN) -> Attachment | None:
    file = _best(list(islice(_files(thing), MOST_SIZES)), wanted)
    if file is None:
        return None
    described, _ = in_language(thing, "name", 10_000)
    blurhash = text(thing.get("blurhash"), 200) or None
    return Attachment(
        href(file),
        media_type(file) or _media_type(thing) or _guessed(href(file)),
        described or text(thing.get("summary"), 10_000),
        blurhash if blurhash is None or blurhash.isascii() else None,
        number(thing.get("width") or file.get("width"), 100_000),
        number(thing.get("height") or file.get("height"), 100_000),
        seconds(thing.get("duration")),
        _focus(thing.get("focalPoint")),
        largest(thing.get("icon")),
        text(thing.get("digestMultibase"), 100),
    )


def _files(thing: Thing) -> Iterator[Thing]:
    """The file's addresses: one, or one for each size; PeerTube nests them in the link to its playlist."""
    for one in each(thing.get("url") or thing.get("href"), MOST_ITEMS):
        if isinstance(one, str):
            yield {"href": one, "mediaType": media_type(thing)}
        elif isinstance(one, dict):
            yield one
            yield from things(one.get("tag"), MOST_ITEMS)


def _best(files: list[Thing], wanted: tuple[str, ...]) -> Thing | None:
    """What can be played, and is large enough but not larger."""
    good = [one for one in files if href(one) and not _is_silent(one)]
    shown = [one for one in good if media_type(one).startswith(wanted)]
    if not shown:
        is_file = len(good) == 1 and not media_type(good[0]).startswith(PAGES)
        return good[0] if is_file else None
    if not media_type(shown[0]).startswith("video/"):
        return shown[0]
    fitting = [one for one in shown if number(one.get("height")) <= BEST_HEIGHT]
    if fitting:
        return max(fitting, key=lambda one: number(one.get("height")))
    return min(shown, key=lambda one: number(one.get("height")))


def _is_silent(file: Thing) -> bool:
    """PeerTube keeps a film's sound in a file of its own for some, and says so."""
    codecs = {
        text(one.get("value"))
        for one in things(file.get("attachment"), MOST_ITEMS)
        if text(one.get("name")) == "ffprobe_codec_type"
    }
    return bool(codecs) and "audio" not in codecs


def _media_type(thing: Thing) -> str:
    """The media type of an attachment; empty where it is no picture, film or sound."""
    said = media_type(thing)
    if said:
        return said if said.startswith(SHOWN) else ""
    return _ITSELF.get(kind_of(thing)) or _guessed(href(thing))


def _guessed(address: str) -> str:
    try:
        return _ENDINGS.get(urlsplit(address).path.rpartition(".")[2].lower(), "")
    except ValueError:
        return ""


def _focus(value: Any) -> tuple[float, float] | None:
    if not isinstance(value, list) or len(value) != 2:  # noqa: PLR2004 - across and up
        return None
    across, up = value
    if not all(isinstance(one, int | float) and -1 <= one <= 1 for one in value):
        return None
    return float(across), float(up)
