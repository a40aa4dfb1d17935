"""
How a file leaves: status, headers and which bytes, as plain data. A door sends them.

What is served was written by us, under the one type its key names, and is
told to run nothing: whatever hides in a file, no browser and no peer takes it for
a page or a document. Files are seen by whoever knows their address (which cannot
be guessed), and are gone from here as soon as they are deleted; a copy that
a browser or a proxy has kept is beyond our reach.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from martlet.media.errors import MediaMissing
from martlet.media.store import LocalStore, content_type_of

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline';"
        " form-action 'none'; frame-ancestors 'none'; sandbox"
    ),
    "Cross-Origin-Resource-Policy": "cross-origin",  # pictures are for every app and peer
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Accept-Ranges, Content-Length, Content-Range, ETag",
    "Timing-Allow-Origin": "*",
    "Referrer-Policy": "no-referrer",
}
FOR_EVER = "public, max-age=31536000, immutable"
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Served:
    """
    `length` bytes of `path`, beginning at `offset`; no `path` where there is nothing to send.

    To HEAD, a door sends the same without the bytes.
    """

    status: int
    headers: dict[str, str]
    path: Path | None = None
    offset: int = 0
    length: int = 0


def serve(
    store: LocalStore,
    key: str,
    cache_control: str = FOR_EVER,
    *,
    range: str | None = None,
    if_range: str | None = None,
    if_none_match: str | None = None,
) -> Served:
    """
    The answer to a GET for `key`, which may be any text at all (RFC 9110, 13 and 14).

    `cache_control` is for whoever has got it. What the client asks for with `Accept` has no say: there is one form of a file.
    """
    try:
        content_type = content_type_of(key)
        size = store.size(key)
    except MediaMissing:
        return Served(404, {**HEADERS, "Cache-Control": "no-store", "Content-Length": "0"})

    etag = f'"{key.rpartition("/")[2]}"'
    headers = {
        **HEADERS,
        "Content-Type": content_type,
        "Cache-Control": cache_control,
        "ETag": etag,
        "Accept-Ranges": "bytes",
    }
    if if_none_match is not None and _names(if_none_match, etag):
        return Served(304, headers)

    path = store.path(key)
    bounds = _bounds(range or "", size)
    if bounds is None or if_range not in {None, etag}:
        return Served(200, {**headers, "Content-Length": str(size)}, path, 0, size)

    start, end = bounds
    if start >= size:
        return Served(
            416,
            {
                **HEADERS,
                "Content-Range": f"bytes */{size}",
                "Cache-Control": "no-store",
                "Content-Length": "0",
            },
        )
    length = end - start + 1
    headers |= {"Content-Range": f"bytes {start}-{end}/{size}", "Content-Length": str(length)}
    return Served(206, headers, path, start, length)


def _names(if_none_match: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in if_none_match[:4096].split(",")]
    return etag in tags or "*" in tags


def _bounds(range: str, size: int) -> tuple[int, int] | None:
    """
    First and last byte wanted, counted from 0; `bytes=-n` wants the last n.

    None for several ranges, other units and whatever makes no sense: all of
    them are answered with the whole file (14.2).
    """
    wanted = _RANGE.fullmatch(range.strip())
    if wanted is None:
        return None
    first, last = wanted.groups()
    if not first:
        length = int(last or 0)
        return (max(size - length, 0) if length else size, size - 1) if last else None
    if not last:
        return int(first), size - 1
    return (int(first), min(int(last), size - 1)) if int(first) <= int(last) else None
