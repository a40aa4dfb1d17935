"""Telling other servers of mirrors: offers and their end, answers to offers. All of it is signed, as documents are."""

from martlet.activitypub import build, mirror_grants
from martlet.activitypub.build import Document
from martlet.activitypub.things import Accept, Offer, Reject, Undo
from martlet.model.accounts import Account
from martlet.model.events import MirrorAnswered, MirrorAsked, MirrorEnded
from martlet.model.mirrors import Grant
from martlet.model.names import Uri
from martlet.model.server import Server
from martlet.services import delivering, documenting, identities
from martlet.signing.server_keys import ServerSecret
from martlet.storage import accounts, mirrors, remotes
from martlet.storage.database import Reader, Writer
from martlet.storage.mirrors import Mirror


def of_request(db: Writer, event: MirrorAsked, here: Server, secret: ServerSecret) -> None:
    """Ask the server that somebody here wants for a mirror."""
    found = _own(db, event.mirror)
    if found is None:
        return
    mirror, author = found
    grant = Grant(author.uri, 0, mirror.max_bytes, mirror.until_at, bool(mirror.may_push))
    offer = mirror_grants.offer(Offer(mirror.offer, author.uri, grant, mirror.asked_at), mirror.server)
    _send(db, author, offer, {mirror.inbox}, here, secret)


def of_end(db: Writer, event: MirrorEnded, here: Server, secret: ServerSecret) -> None:
    """Tell a mirror that it is wanted no longer."""
    found = _own(db, event.mirror)
    if found is None:
        return
    mirror, author = found
    undo = build.act(Undo(Uri(f"{mirror.offer}/undo"), author.uri, mirror.offer))
    _send(db, author, undo | {"to": [mirror.server]}, {mirror.inbox}, here, secret)


def _own(db: Reader, id: int) -> tuple[Mirror, Account] | None:
    mirror = mirrors.find(db, id)
    author = accounts.find(db, mirror.account_id) if mirror is not None else None
    if mirror is None or author is None or author.is_gone or not mirror.inbox:
        return None
    return mirror, author


def of_answer(db: Writer, event: MirrorAnswered, here: Server, secret: ServerSecret) -> None:
    """Answer whoever has asked this server to be their mirror, or was mirrored until now."""
    asker = accounts.find(db, event.account)
    if asker is None or asker.is_here:
        return
    identities.ensure_server(db, here)
    server = accounts.get(db, identities.SERVER)
    kind = "accepts" if event.is_accepted else "rejects"
    name = Uri(f"{server.uri}#{kind}/{here.next_id()}")
    answer = (Accept if event.is_accepted else Reject)(name, server.uri, event.offer)
    inboxes = remotes.inboxes_of(db, [asker.id], shared=False)
    _send(db, server, build.act(answer) | {"to": [asker.uri]}, inboxes, here, secret)


def _send(
    db: Writer, sender: Account, document: Document, inboxes: set[str], here: Server, secret: ServerSecret
) -> None:
    delivering.send(db, sender.id, documenting.signed(db, document, sender, secret, here), inboxes, here)
