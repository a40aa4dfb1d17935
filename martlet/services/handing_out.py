"""
Handing out documents byte for byte, by name or in the order of a log: those of people here and of accounts that this
server is a mirror of. Whoever reads them believes their proofs, never the server that hands them out (roads D.6).

What is kept ready is read; only what still has to be signed, or no longer says what the post says, is made in a
transaction that writes.
"""

from dataclasses import dataclass

from martlet.activitypub.build import Keys
from martlet.model.names import AccountId, Uri
from martlet.model.server import Server
from martlet.services import documenting, identities, keeping_log
from martlet.services.ports import Signing
from martlet.signing.server_keys import ServerSecret
from martlet.storage import accounts, handed_out, logs, posts, uris
from martlet.storage.database import Reader, Writer
from martlet.storage.handed_out import Source

MOST = 100
"""Documents in one page of a log."""
MOST_BYTES = 1024 * 1024
"""Bytes of a page, but for its last document and the checkpoint."""
SHORT = 2000
"""Of a log with so many changes a checkpoint is made whenever it is asked for; of longer ones at times only."""
CHECKED_FOR = 600_000
"""Milliseconds for which the checkpoint of a long log is good enough."""


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a log. `last`: after which sequence to go on. `is_end`: there was no more."""

    bodies: list[bytes]
    last: int
    is_end: bool


@dataclass(frozen=True, slots=True)
class Document:
    """`is_gone`: a tombstone."""

    body: bytes
    is_gone: bool = False


# -- a log -------------------------------------------------------------------


async def page(ground: Signing, source: Source, after: int) -> Page:
    """What a log has after a sequence, as much of it as one answer takes."""
    found = await ground.store.reading(_ready_page, source, after, ground.here)
    if found is not None:
        return found
    return await ground.store.writing(_made_page, source, after, ground.secret, ground.here)


def _ready_page(db: Reader, source: Source, after: int, here: Server) -> Page | None:
    found = handed_out.lines(db, source, after, MOST)
    bodies, last, size = [], after, 0
    for line in found:
        body = line.body
        if body is None:
            body = _lasting(db, source, line.uri, here) if source.is_here else b""
        if body is None:
            return None
        bodies.append(body)
        last, size = line.sequence, size + len(body)
        if size >= MOST_BYTES:
            return Page(bodies, last, is_end=False)
    return Page(bodies, last, is_end=len(found) < MOST)


def _lasting(db: Reader, source: Source, uri: Uri, here: Server) -> bytes | None:
    """The document of a poll, whose votes it counts; None where it has to be signed anew."""
    post = uris.find_post(db, uri)
    if post is None or not post.is_open or post.poll_id is None:
        return None
    return documenting.find_lasting_document(db, post, accounts.get(db, source.account_id), here)


def _made_page(db: Writer, source: Source, after: int, secret: ServerSecret, here: Server) -> Page:
    author, bodies, last, size = accounts.get(db, source.account_id), list[bytes](), after, 0
    found = logs.entries(db, source.account_id, after, MOST)
    for entry in found:
        made = keeping_log.document(db, author, entry, secret, here)
        last = entry.sequence
        if made is not None:
            bodies.append(made.body)
            size += len(made.body)
        if size >= MOST_BYTES:
            return Page(bodies, last, is_end=False)
    return Page(bodies, last, is_end=len(found) < MOST)


def has_old_checkpoint(source: Source, here: Server) -> bool:
    """Whether the log has changed since its checkpoint was made, so long ago that there should be a new one."""
    if not source.is_here or source.checkpoint == source.last_sequence:
        return False
    return source.last_sequence <= SHORT or here.now_ms() - source.checked_at > CHECKED_FOR


async def checkpoint(ground: Signing, source: Source, *, renews: bool) -> bytes | None:
    """The signed statement of all that a log holds; `renews`: one that is old is made anew."""
    store = ground.store
    if not source.is_here:
        return await store.reading(handed_out.mirrored_checkpoint, source.account_id)
    is_old = renews and has_old_checkpoint(source, ground.here)
    if is_old and not await store.reading(logs.has_unmade, source.account_id):
        return await store.writing(keeping_log.checkpoint, source.account_id, ground.secret, ground.here)
    kept = await store.reading(logs.find_checkpoint, source.account_id)
    return None if kept is None else kept.body


# -- one document ------------------------------------------------------------


async def document(ground: Signing, uri: Uri) -> tuple[Document, AccountId | None] | None:
    """
    A post, or what is left of it, and who of this server wrote it: None for an account that is mirrored.

    None at all where nothing of that name is handed out.
    """
    store = ground.store
    kept = await store.reading(handed_out.mirrored_document, uri)
    if kept is not None:
        return Document(kept[1], is_gone=kept[0] == "tombstone"), None
    author = await store.reading(_author_of, uri)
    if author is None:
        kept = await store.reading(handed_out.adopted_document, uri)
        return None if kept is None else (Document(kept[1], is_gone=kept[0] == "tombstone"), None)
    ready = await store.reading(handed_out.own_post, uri)
    if ready is not None:
        return Document(ready), author
    made = await store.writing(_made, uri, author, ground.secret, ground.here)
    return None if made is None else (made, author)


def _author_of(db: Reader, uri: Uri) -> AccountId | None:
    """Who of this server has published something of that name for everybody, or has deleted it."""
    post = uris.find_post(db, uri)
    if post is not None:
        author = accounts.find(db, post.author_id)
        is_ours = post.is_local and post.is_open
        return author.id if is_ours and author is not None and not author.is_gone else None
    buried = uris.find_tombstone(db, uri)
    if buried is None or buried[0] is None or not logs.has(db, buried[0], uri):
        return None
    author = accounts.find(db, buried[0])
    return author.id if author is not None and author.is_here and not author.is_gone else None


def _made(db: Writer, uri: Uri, id: AccountId, secret: ServerSecret, here: Server) -> Document | None:
    author, post = accounts.get(db, id), uris.find_post(db, uri)
    if post is not None:
        is_open = posts.find_unfiltered(db, post.id) is not None and post.is_open
        return Document(documenting.lasting_document(db, post, author, secret, here)) if is_open else None
    buried = uris.find_tombstone(db, uri)
    if buried is None:
        return None
    return Document(documenting.tombstone_document(db, uri, author, buried[1], secret, here), is_gone=True)


async def actor(ground: Signing, source: Source) -> tuple[bytes, int] | None:
    """An actor document, and when it was made, in milliseconds."""
    if not source.is_here:
        return await ground.store.reading(handed_out.mirrored_actor, source.uri)
    kept = await ground.store.reading(handed_out.own_actor, source.uri)
    if kept is not None:
        return kept
    keys = await identities.public_keys(ground, source.account_id)
    await ground.store.writing(_make_actor, source.account_id, keys, ground.secret, ground.here)
    return await ground.store.reading(handed_out.own_actor, source.uri)


def _make_actor(db: Writer, id: AccountId, keys: Keys, secret: ServerSecret, here: Server) -> bytes:
    return documenting.profile_document(db, accounts.get(db, id), keys, secret, here)
