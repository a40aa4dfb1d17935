"""
Reading an account's log where it is handed out: pages of lines, each a document that has to prove itself.

Used by mirrors to keep in step. What is read is only looked at here; what becomes of it is for `services.mirroring`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from martlet.activitypub.kinds import ACTORS, kind_of
from martlet.archives import bundles
from martlet.archives.bundles import Line
from martlet.model.errors import MalformedDocument
from martlet.network.client import Client, Sign
from martlet.network.errors import AnswerRefused
from martlet.signing import canonical_json

MOST_BYTES = 4 * 1024 * 1024
LONGEST_LINE = 256 * 1024
_NOT_MODIFIED = 304
_LINES, _DOCUMENT = "application/jsonl", "application/json"
_LONGEST_CURSOR = 32
_PARTS = {"Tombstone": bundles.TOMBSTONES, "LogCheckpoint": bundles.CHECKPOINTS} | dict.fromkeys(
    ACTORS, bundles.ACTORS
)


@dataclass(frozen=True, slots=True)
class Page:
    """`after`: where to go on. A page without documents is the end, for now."""

    lines: list[Line]
    after: str
    etag: str
    is_new: bool = True


async def page(
    client: Client,
    base: str,
    actor: str,
    after: str,
    *,
    since: str = "",
    etag: str = "",
    sign: Sign | None = None,
) -> Page:
    """
    A page of an account's log at the server `base`. Raises `NoAnswer`, `MalformedDocument`.

    `since`: a moment, in the place of `after` where nothing was read yet. With the `etag` of the same page, one that is
    as it was comes back with `is_new` False.
    """
    where = {"actor": actor} | ({"since": since} if since and not after else {"after": after or "0"})
    answer = await client.get(
        f"{base}/carry/v1/outbox?{urlencode(where)}",
        accept=(_LINES,),
        headers={"if-none-match": etag} if etag else {},
        max_bytes=MOST_BYTES,
        sign=sign,
    )
    if answer.status == _NOT_MODIFIED and etag:
        return Page([], after, etag, is_new=False)
    if not answer.is_success:
        raise AnswerRefused(f"The log is answered with {answer.status}.")
    return Page(
        lines_of(answer.body),
        next_of(answer.headers.get("link", ""), after),
        answer.headers.get("etag", "")[:200],
    )


def lines_of(body: bytes) -> list[Line]:
    """The documents in a page. Raises `MalformedDocument`; whether they prove themselves is looked at later."""
    found = []
    for number, line in enumerate(body.splitlines(), 1):
        if not line:
            continue
        if len(line) > LONGEST_LINE:
            raise MalformedDocument("A document of the log is too long.")
        found.append(_line(canonical_json.parse_object(line), line, number))
    return found


def line_of(document: Mapping[str, Any]) -> Line | None:
    """A document that stood in another, as its author signed it; None for one that is too long."""
    body = canonical_json.encode(dict(document))
    return None if len(body) > LONGEST_LINE else _line(document, body, 1)


def _line(document: Mapping[str, Any], body: bytes, number: int) -> Line:
    return Line(_PARTS.get(kind_of(document), bundles.OBJECTS), number, body)


async def actor(client: Client, base: str, uri: str, sign: Sign | None = None) -> Line | None:
    """An account's document, byte for byte; None where it is not handed out. Raises `NoAnswer`, `MalformedDocument`."""
    answer = await client.get(
        f"{base}/carry/v1/actor?{urlencode({'id': uri})}",
        accept=(_DOCUMENT,),
        max_bytes=LONGEST_LINE,
        sign=sign,
    )
    if not answer.is_success:
        return None
    return _line(canonical_json.parse_object(answer.body), answer.body, 1)


def documents(lines: Sequence[Line]) -> list[Line]:
    """All but the checkpoint."""
    return [line for line in lines if line.part != bundles.CHECKPOINTS]


def next_of(link: str, after: str) -> str:
    """Where a `Link` with `rel="next"` leads, as far as it is a number of that server's."""
    for part in link[:8192].split(","):
        address, _, rest = part.strip().partition(">")
        if 'rel="next"' in rest and address.startswith("<"):
            found = parse_qs(urlsplit(address[1:]).query).get("after", [""])[0]
            if found.isascii() and found.isdigit() and len(found) <= _LONGEST_CURSOR:
                return found
    return after
