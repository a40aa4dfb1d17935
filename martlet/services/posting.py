"""Publishing posts."""

import hashlib
from dataclasses import dataclass, replace

import msgspec

from martlet.model.accounts import Account
from martlet.model.errors import Conflict, InvalidInput, NotFound
from martlet.model.events import PostPublished
from martlet.model.names import AccountId, PostId
from martlet.model.posts import Draft, Post
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import composing
from martlet.storage import accounts, attached, posts, timelines
from martlet.storage.database import Writer


class PostTooLong(InvalidInput):
    code = "post_too_long"

    def __init__(self, length: int, limit: int) -> None:
        super().__init__(f"Validation failed: Text character limit of {limit} exceeded")
        self.length = length
        self.limit = limit


class PostEmpty(InvalidInput):
    code = "post_empty"

    def __init__(self) -> None:
        super().__init__("Validation failed: Text can't be blank")


@dataclass(frozen=True, slots=True)
class Preferences:
    """What an author has chosen for posts that do not say otherwise."""

    visibility: Visibility
    is_sensitive: bool
    language: str | None
    quoting: str


def publish(db: Writer, draft: Draft, here: Server) -> PostId:
    """
    Turn a draft into a post, and let the world know.

    The same draft sent twice with one idempotency key is one post. Raises
    `PostTooLong`, `PostEmpty`, `NotFound` for a parent the author cannot see.
    """
    known = _sent_before(db, draft)
    if known is not None:
        return known
    _check(draft, here)
    author = accounts.get(db, draft.author)
    parent = _parent(db, draft)
    composed = composing.compose(db, draft.text, here)
    id = PostId(here.next_id())
    post = _post(id, draft, author, parent, composed.html, _preferences(db, draft.author), here)
    posts.insert(db, post)
    attached.insert_mentions(db, id, composed.mentioned)
    attached.insert_tags(db, id, ((here.next_id(), tag) for tag in composed.tags))
    posts.note_published(db, post)
    timelines.put(db, draft.author, [id])
    if draft.idempotency_key:
        posts.remember_key(db, draft.author, draft.idempotency_key, _digest(draft), id, post.created_at)
    db.emit(PostPublished(id))
    return id


def _check(draft: Draft, here: Server) -> None:
    length = len(draft.text) + len(draft.warning)
    if length > here.limits.post:
        raise PostTooLong(length, here.limits.post)
    if not draft.text.strip() and not draft.media:
        raise PostEmpty


def _parent(db: Writer, draft: Draft) -> Post | None:
    if draft.reply_to is None:
        return None
    parent = posts.find(db, draft.reply_to, viewer=draft.author)
    if parent is None or parent.boost_of_id is not None:
        raise NotFound("The post you are trying to reply to does not appear to exist.")
    return parent


def _post(
    id: PostId,
    draft: Draft,
    author: Account,
    parent: Post | None,
    html: str,
    preferences: Preferences,
    here: Server,
) -> Post:
    is_sensitive = preferences.is_sensitive if draft.is_sensitive is None else draft.is_sensitive
    post = Post(
        id=id,
        uri=here.post_uri(author.username, id),
        url=here.post_url(author.username, id),
        author_id=author.id,
        visibility=preferences.visibility if draft.visibility is None else draft.visibility,
        thread_id=id,
        is_local=1,
        created_at=here.now_ms(),
        text=draft.text,
        html=html,
        warning=draft.warning,
        is_sensitive=int(is_sensitive or bool(draft.warning)),
        language=draft.language or preferences.language,
        quoting=draft.quoting or preferences.quoting,
        app_id=draft.app,
    )
    if parent is None:
        return post
    return replace(
        post, reply_to_id=parent.id, reply_to_account_id=parent.author_id, thread_id=parent.thread_id
    )


def _preferences(db: Writer, author: AccountId) -> Preferences:
    row = accounts.posting_preferences(db, author)
    if row is None:  # an account nobody signs in to
        return Preferences(Visibility.PUBLIC, is_sensitive=False, language=None, quoting="public")
    return Preferences(Visibility(row[0]), bool(row[1]), row[2], row[3])


def _digest(draft: Draft) -> bytes:
    return hashlib.sha256(msgspec.json.encode(draft)).digest()


def _sent_before(db: Writer, draft: Draft) -> PostId | None:
    """The post that this key made. Raises `Conflict` if the key was used for something else."""
    if not draft.idempotency_key:
        return None
    found = posts.find_key(db, draft.author, draft.idempotency_key)
    if found is None:
        return None
    post, digest = found
    if digest != _digest(draft):
        raise Conflict("This idempotency key was used for another post.")
    return post
