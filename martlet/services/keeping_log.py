"""
An account's log: its signed documents in the order in which they changed, which bundles and mirrors read.

Reactions write one row for what is published, boosted, changed or deleted for everybody. The documents themselves are made when somebody asks for them, and kept byte for byte. A checkpoint says, signed,
how many documents of each month there are and what all of them are together: whoever carries a log cannot
leave anything out of it unnoticed.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from martlet.activitypub import build
from martlet.activitypub.build import Document
from martlet.activitypub.things import Checkpoint, Month
from martlet.model.accounts import Account
from martlet.model.events import (
    AlbumPostRenewed,
    PollClosed,
    PostDeleted,
    PostEdited,
    PostImported,
    PostMarked,
    PostPublished,
    QuoteChanged,
    QuotePolicyChanged,
    ReplyPolicyChanged,
)
from martlet.model.names import AccountId, PostId, Uri
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import documenting
from martlet.signing import canonical_json
from martlet.signing.server_keys import ServerSecret
from martlet.storage import accounts, logs, posts, uris
from martlet.storage.database import Writer
from martlet.storage.logs import Entry

Changed = PostEdited | AlbumPostRenewed | PostMarked | PollClosed | QuotePolicyChanged | ReplyPolicyChanged
LONGEST_MONTH = len("2026-11")


@dataclass(frozen=True, slots=True)
class Made:
    """A signed document, byte for byte."""

    body: bytes
    is_tombstone: bool = False


# -- what happens goes into the log ------------------------------------------


def of_post(db: Writer, event: PostPublished | PostImported | Changed, here: Server) -> None:
    _note(db, event.post, here)


def of_quote(db: Writer, event: QuoteChanged, here: Server) -> None:
    _note(db, event.quote, here)


def _note(db: Writer, id: PostId, here: Server) -> None:
    post = posts.find_unfiltered(db, id)
    if post is not None and post.is_local and post.is_open:
        logs.append(db, post.author_id, post.uri, here.now_ms())


def of_deletion(db: Writer, event: PostDeleted, here: Server) -> None:
    """Only what was in the log: the name of anything else is nobody's business."""
    is_open = event.visibility >= Visibility.UNLISTED and not event.is_local_only
    if is_open and logs.has(db, event.author, event.uri):
        logs.append(db, event.author, event.uri, here.now_ms())


# -- what it holds -----------------------------------------------------------


def document(db: Writer, author: Account, entry: Entry, secret: ServerSecret, here: Server) -> Made | None:
    """
    The signed document that an entry stands for. None for one that is for everybody no more, and for one that has
    changed since it was last handed on: that stands at the end of the log now.
    """
    made = _made(db, author, entry.uri, secret, here)
    if made is None:
        logs.remove(db, author.id, entry.uri)
        return None
    digest = hashlib.sha256(made.body).digest()
    if entry.digest is None:
        logs.note_made(db, author.id, entry, digest, month_of(canonical_json.parse_object(made.body)))
    elif entry.digest != digest:
        logs.append(db, author.id, entry.uri, here.now_ms())
        return None
    return made


def _made(db: Writer, author: Account, uri: Uri, secret: ServerSecret, here: Server) -> Made | None:
    post = uris.find_post(db, uri)
    if post is not None:
        is_in = post.author_id == author.id and post.is_open
        return Made(documenting.lasting_document(db, post, author, secret, here)) if is_in else None
    buried = uris.find_tombstone(db, uri)
    if buried is None or buried[0] != author.id:
        return None
    body = documenting.tombstone_document(db, uri, author, buried[1], secret, here)
    return Made(body, is_tombstone=True)


def make_some(
    db: Writer, account: AccountId, after: int, limit: int, secret: ServerSecret, here: Server
) -> tuple[list[Made], int]:
    """The documents of the next entries after a sequence, and after which one to go on; that is `after` at the end."""
    author = accounts.get(db, account)
    if author.is_gone or not author.is_here:
        return [], after
    found = logs.entries(db, account, after, limit)
    made = [document(db, author, entry, secret, here) for entry in found]
    return [one for one in made if one is not None], found[-1].sequence if found else after


def month_of(said: Document) -> str:
    """The month under which a document is counted, by what it says of itself."""
    return str(said.get("deleted") or said.get("published") or "")[:LONGEST_MONTH]


def checkpoint(db: Writer, account: AccountId, secret: ServerSecret, here: Server) -> bytes | None:
    """
    The signed statement of all that the log holds, as it is now; None while some documents are still to be made,
    and for an empty log.
    """
    author, sequence = accounts.get(db, account), logs.last_sequence(db, account)
    kept = logs.find_checkpoint(db, account)
    if kept is not None and kept.sequence == sequence:
        return kept.body
    found = logs.digests(db, account)
    if not found:
        return None
    name = Uri(f"{author.uri}#log-{sequence}")
    said = build.checkpoint(Checkpoint(name, author.uri, sequence, here.now_ms(), months(found)))
    body = documenting.signed(db, said, author, secret, here)
    logs.put_checkpoint(db, account, logs.Checkpoint(sequence, body), here.now_ms())
    return body


def months(found: Iterable[tuple[str, bytes]]) -> tuple[Month, ...]:
    """The digests of documents by the month of each, put together."""
    by_month: dict[str, list[bytes]] = defaultdict(list)
    for month, digest in found:
        by_month[month].append(digest)
    return tuple(
        Month(month, len(digests), hashlib.sha256(b"".join(sorted(digests))).digest())
        for month, digests in sorted(by_month.items())
    )
