"""
Pins between servers: the posts that an account's own server lists as featured, a few of them.

Of people here, followers' servers are told; of people elsewhere, their own word is taken, and their collection.
"""

from collections.abc import Sequence

import msgspec

from martlet.activitypub import addressing, build
from martlet.activitypub.things import Add, Remove
from martlet.model.accounts import Account
from martlet.model.events import PostPinned, PostUnpinned
from martlet.model.names import AccountId, PostId, Uri
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import delivering, documenting
from martlet.signing.server_keys import ServerSecret
from martlet.storage import events, marks, remotes, uris
from martlet.storage.database import Reader, Writer

FETCH = "fetch_featured"
SETTLED_AFTER = 5 * 60 * 1000
"""Milliseconds after which somebody's collection is looked at, once they have pinned or unpinned something."""

# -- of people elsewhere -------------------------------------------------


def change(db: Writer, act: Add | Remove, actor: Account, here: Server) -> None:
    """
    Somebody pins one of their own posts, or unpins it; other collections and other people's posts are left alone.

    Which of two came first does not show in them, and they come in any order: a little later the collection is asked.
    """
    remote = remotes.find(db, actor.id)
    if remote is None or not remote.featured or act.collection != remote.featured:
        return
    post = _own(db, actor.id, act.target)
    if post is None:
        return
    if isinstance(act, Remove):
        marks.unpin(db, actor.id, post)
    else:
        marks.pin(db, actor.id, post, here.next_id(), here.limits.pins)
    body = msgspec.json.encode(actor.id).decode()
    events.add_job(db, FETCH, body, here.now_ms() + SETTLED_AFTER, key=f"{FETCH}:{actor.id}")


def replace(db: Writer, account: AccountId, featured: Sequence[Uri], here: Server) -> None:
    """What somebody's server lists as featured now, the last pinned first."""
    found = [id for uri in featured if (id := _own(db, account, uri)) is not None]
    ids = list(dict.fromkeys(found))[: here.limits.pins]
    marks.replace_pins(db, account, [(id, here.next_id()) for id in reversed(ids)])


def _own(db: Reader, account: AccountId, uri: Uri) -> PostId | None:
    """A post by the account itself that is not for named people only, and no boost."""
    post = uris.find_post(db, uri)
    if post is None or post.author_id != account or post.boost_of_id is not None:
        return None
    return None if post.visibility == Visibility.MENTIONED else post.id


def collection(db: Reader, account: AccountId) -> Uri | None:
    """Where somebody's server lists what they have pinned."""
    remote = remotes.find(db, account)
    return Uri(remote.featured) if remote is not None and remote.featured else None


# -- of people here ------------------------------------------------------


def of_pin(db: Writer, event: PostPinned, here: Server, secret: ServerSecret) -> None:
    _tell_of_pin(db, event.post, Add, here, secret)


def of_unpin(db: Writer, event: PostUnpinned, here: Server, secret: ServerSecret) -> None:
    _tell_of_pin(db, event.post, Remove, here, secret)


def _tell_of_pin(
    db: Writer, id: PostId, kind: type[Add] | type[Remove], here: Server, secret: ServerSecret
) -> None:
    """Send an `Add` or `Remove` to followers' servers, for public and unlisted posts only."""
    found = delivering.own_post(db, id)
    if found is None or not found[0].is_open:
        return
    post, author = found
    uri = Uri(f"{author.uri}#{kind.__name__.lower()}s/{here.next_id()}")
    act = kind(uri, author.uri, post.uri, documenting.featured_of(author))
    inboxes = remotes.inboxes_of_followers(db, author.id)
    delivering.send_document(
        db, author, build.act(act) | {"to": [addressing.PUBLIC]}, inboxes, here, secret, Visibility.PUBLIC
    )
