"""What is shown with a post: pictures, films, sounds."""

from typing import Any

from martlet.activitypub.kinds import MEDIA, kind_of
from martlet.activitypub.things import Attachment
from martlet.activitypub.values import (
    MOST_ATTACHMENTS,
    MOST_ITEMS,
    Thing,
    address,
    in_language,
    number,
    seconds,
    text,
    things,
)


def attachments(thing: Thing, kind: str) -> tuple[Attachment, ...]:
    found = [
        made
        for one in things(thing.get("attachment"), MOST_ITEMS)
        if kind_of(one) in MEDIA and (made := _attachment(one)) is not None
    ]
    if kind in ("Video", "Audio", "Image") and not found:
        itself = _attachment({**thing, "summary": None})
        found = (
            [itself]
            if itself is not None and itself.media_type.startswith(("video/", "audio/", "image/"))
            else []
        )
    return tuple(found[:MOST_ATTACHMENTS])


def _attachment(thing: Thing) -> Attachment | None:
    wanted = ("image/", "video/", "audio/")
    url = address(thing.get("url") or thing.get("href"), wanted)
    if not url:
        return None
    media_type = text(thing.get("mediaType"), 100)
    for link in things(thing.get("url"), MOST_ITEMS):
        if not media_type and url in (link.get("href"), link.get("url")):
            media_type = text(link.get("mediaType"), 100)
    described, _ = in_language(thing, "name", 10_000)
    blurhash = text(thing.get("blurhash"), 200) or None
    return Attachment(
        url,
        media_type or {"Image": "image/", "Video": "video/", "Audio": "audio/"}.get(kind_of(thing), ""),
        described or text(thing.get("summary"), 10_000),
        blurhash if blurhash is None or blurhash.isascii() else None,
        number(thing.get("width"), 100_000),
        number(thing.get("height"), 100_000),
        seconds(thing.get("duration")),
        _focus(thing.get("focalPoint")),
    )


def _focus(value: Any) -> tuple[float, float] | None:
    if not isinstance(value, list) or len(value) != 2:  # noqa: PLR2004 - across and up
        return None
    across, up = value
    if not all(isinstance(one, int | float) and -1 <= one <= 1 for one in value):
        return None
    return float(across), float(up)
