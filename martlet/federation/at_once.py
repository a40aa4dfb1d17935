"""
Acts that need nothing from elsewhere: they take effect where they are written down, in one transaction.

Most of what comes is like that: a post that answers nobody or somebody known, a like, a follow. Whatever
may have to be fetched first is a job (`Inbox.take_in`).
"""

from martlet.activitypub.things import (
    Accept,
    Act,
    Block,
    Boost,
    Delete,
    Flag,
    Follow,
    Like,
    Other,
    Publish,
    Reject,
    Remove,
    Revise,
    Undo,
    Writing,
)
from martlet.model.names import Uri, host_of
from martlet.model.server import Server
from martlet.storage import uris
from martlet.storage.database import Reader

_ALONE = Accept | Block | Flag | Follow | Like | Other | Reject | Remove | Undo


def may_need_nothing(act: Act) -> bool:
    """Whether it is worth asking `needs_nothing`."""
    match act:
        case Publish() | Revise():
            return isinstance(act.post, Writing) and not _asks_for_consent(act.post)
        case Delete():
            return act.target != act.actor  # an account takes long to go
        case _:
            return isinstance(act, Boost | _ALONE)


def needs_nothing(db: Reader, act: Act, here: Server) -> bool:
    """Whether all is known that the act is about; of acts of which it `may` be."""
    match act:
        case Boost():
            return _is_known(db, act.target, here)
        case Publish(post=Writing() as said) | Revise(post=Writing() as said):
            return said.choice is not None or _is_surrounded(db, said, here)
        case _:
            return True


def is_known_by_its_post(act: Act) -> bool:
    """A post comes once by its own name, however often its act does: the act's need not be kept."""
    return isinstance(act, Publish) and isinstance(act.post, Writing) and act.post.choice is None


def _asks_for_consent(said: Writing) -> bool:
    return said.quote_of is not None or said.reply_authorization is not None


def _is_surrounded(db: Reader, said: Writing, here: Server) -> bool:
    """Whether what it answers is known, and everybody whom it names."""
    if said.reply_to is not None and not _is_known(db, said.reply_to, here):
        return False
    elsewhere = {one.uri for one in said.mentions if host_of(one.uri) != here.host}
    return not elsewhere or elsewhere <= uris.accounts_at(db, elsewhere).keys()


def _is_known(db: Reader, post: Uri, here: Server) -> bool:
    return host_of(post) == here.host or uris.is_settled(db, post)
