"""
Which documents were signed before their key was revoked, though they only come now (roads D.2, D.4).

Whoever has stolen a key writes any date. What cannot be dated back is when something came here: a checkpoint that was
here before the moment of the revocation was signed before it, and so were all the documents that it counts. It has one
digest for a month, over all of that month's documents, so they have to be there together: in the bundle alone, or with
those that are here already. One that is missing or too many, and the month counts for nothing; it never counts for
something that was not in it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from martlet.activitypub.values import moment
from martlet.archives import bundles
from martlet.archives.bundles import Bundle, Line
from martlet.model import checkpoints
from martlet.model.errors import EvidenceRejected, MalformedDocument
from martlet.model.names import Uri
from martlet.services import continuing, keeping_log
from martlet.signing import canonical_json, proofs
from martlet.signing.keys import PublicKey
from martlet.signing.lines import Lines
from martlet.storage import carried
from martlet.storage.database import Reader, Writer

MOST_CHECKPOINTS = 16
"""Of one author, the newest ones that came before the revocation."""
_MOST_LOOKED_AT = 2 * checkpoints.MOST
MOST_DOCUMENTS = 20_000
"""Of one author that are here already: as many as a bundle holds."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A document as a checkpoint counts it. `digest`: SHA-256 of its line."""

    name: str
    month: str
    said_at: int
    digest: bytes


class _Said(msgspec.Struct, rename="camel"):
    """What a document says of itself that the log goes by."""

    id: str
    attributed_to: str = ""
    actor: str = ""
    published: str = ""
    updated: str = ""
    deleted: str = ""


def of_bundle(bundle: Bundle) -> dict[str, list[Dated]]:
    """The documents of a bundle that a log could hold, by author. Nothing of them is believed yet."""
    return of_lines(bundle.lines(bundles.OBJECTS, bundles.TOMBSTONES))


def of_lines(lines: Iterable[Line]) -> dict[str, list[Dated]]:
    """The same of lines that were read elsewhere."""
    found: dict[str, list[Dated]] = defaultdict(list)
    for line in lines:
        said = _said(line.body)
        if said is not None:
            author = said.attributed_to or said.actor
            found[author].append(_dated(said, hashlib.sha256(line.body).digest()))
    return found


def _said(body: bytes) -> _Said | None:
    try:
        return msgspec.json.decode(body, type=_Said)
    except (msgspec.DecodeError, RecursionError):
        return None


def _dated(said: _Said, digest: bytes) -> Dated:
    month = keeping_log.month_of({"deleted": said.deleted, "published": said.published})
    times = (moment(one) or 0 for one in (said.published, said.updated, said.deleted))
    return Dated(said.id, month, max(times), digest)


def covered(
    db: Reader, author: Uri, key: tuple[Uri, PublicKey], after: int, there: Sequence[Dated], now: datetime
) -> frozenset[bytes]:
    """
    The digests of those documents that a checkpoint counts which came here before `key` was revoked, and is signed with it.

    `after`: the moment of the revocation in milliseconds; `there`: what is in the bundle.
    """
    kept = [
        said
        for _, body in carried.checkpoints_of(db, author, after, MOST_CHECKPOINTS)
        if (said := _signed_with(key, body, now)) is not None and said.get("attributedTo") == author
    ]
    if not kept:
        return frozenset()
    names = {one.name for one in there}
    both = [*there, *(one for one in _here(db, author) if one.name not in names)]
    found: set[bytes] = set()
    for said in kept:
        until, months = moment(said.get("published")) or 0, _months(said)
        for some in (there, both):
            found.update(_counted(months, (one for one in some if one.said_at <= until)))
    return frozenset(found)


def thin(db: Writer, author: Uri) -> None:
    """Of the checkpoints that have come, keep as many as `model.checkpoints` says."""
    there = carried.checkpoints_there(db, author, _MOST_LOOKED_AT)
    if len(there) > checkpoints.MOST:
        word = continuing.word_on(db, author)
        revoked_at = () if word is None else [one.after for one in word.statement.revoked]
        for at in checkpoints.superfluous([came_at for came_at, _ in there], revoked_at):
            carried.delete(db, there[at][1])


def _here(db: Reader, author: Uri) -> Iterator[Dated]:
    """Documents that came in files before, and are certain."""
    for digest, body in carried.certain_of(db, author, MOST_DOCUMENTS):
        said = _said(body)
        if said is not None:
            yield _dated(said, digest)


def _signed_with(key: tuple[Uri, PublicKey], body: bytes, now: datetime) -> Mapping[str, Any] | None:
    try:
        line = Lines().read(body)
        proof = proofs.find(line.document)
        if proof is None or proof.key_id != key[0]:
            return None
        proofs.check(proof, key[1], line.message, now)
    except (EvidenceRejected, MalformedDocument, canonical_json.NotCanonical):
        return None
    return line.document


def _months(said: Mapping[str, Any]) -> dict[str, tuple[object, object]]:
    """How many documents there are of each month, and the digest of them all in hexadecimal digits."""
    found = said.get("months")
    return {
        str(one.get("month")): (one.get("totalItems"), one.get("digest"))
        for one in (found if isinstance(found, list) else ())
        if isinstance(one, dict)
    }


def _counted(months: Mapping[str, tuple[object, object]], some: Iterable[Dated]) -> Iterator[bytes]:
    """Of each month of which just those documents are there that were counted, all."""
    by_month: dict[str, set[bytes]] = defaultdict(set)
    for one in some:
        by_month[one.month].add(one.digest)
    pairs = ((month, digest) for month, digests in by_month.items() for digest in digests)
    for made in keeping_log.months(pairs):
        if months.get(made.month) == (made.total, made.digest.hex()):
            yield from by_month[made.month]
