"""
One of somebody's own old posts, kept as if it had been written here at its time.

It is their word that they wrote it, as with anything they write; it stands
under their name with an id of ours. Nobody is told: no notification, nothing
goes to other servers or into anybody's timelines; it stands in the profile and
the outbox at its date (attacks G10). What was for mentioned people only is kept
for its author alone. What came before, or was deleted here, does not come again
(attacks G7).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from martlet.activitypub import addressing
from martlet.activitypub.things import Writing
from martlet.model.accounts import Account
from martlet.model.errors import InvalidInput
from martlet.model.events import PostImported
from martlet.model.names import AccountId, MediaId, PollId, PostId, Uri
from martlet.model.posts import Post
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import phrasing, quoting, replying
from martlet.services.import_rows import Outcome
from martlet.storage import (
    accounts,
    attached,
    bulk_imports,
    featured_tags,
    media,
    polls,
    posts,
    uris,
)
from martlet.storage.attached import Tag
from martlet.storage.database import AlreadyThere, Reader, Writer
from martlet.text import hashtags, sanitize
from martlet.text.cleaning import one_line
from martlet.text.languages import normalise_language

SAME_MOMENT = 8
"""Ids tried for a moment, each a millisecond later."""
WARNING_LIMIT = 1000
_OPTION_LIMIT = 500


class CannotImport(InvalidInput):
    """Why a post is left out; the code is what its owner is told by."""


class OfSomebodyElse(CannotImport):
    code = "of_somebody_else"

    def __init__(self) -> None:
        super().__init__("The archive's owner did not write this.")


class Undated(CannotImport):
    code = "undated"

    def __init__(self) -> None:
        super().__init__("The post says not when it was written.")


class Empty(CannotImport):
    code = "empty"

    def __init__(self) -> None:
        super().__init__("There is nothing of the post that can be shown.")


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file of the post; `media` is None where it was not in the archive, or cannot be shown."""

    media: MediaId | None


def is_known(db: Reader, account: AccountId, uri: Uri) -> bool:
    """Whether a post came before, was written here, or was deleted here."""
    return (
        bulk_imports.imported_post(db, account, uri) is not None
        or uris.find_tombstone(db, uri) is not None
        or _own(db, account, uri) is not None
    )


def _own(db: Reader, account: AccountId, uri: Uri) -> Post | None:
    found = uris.find_post(db, uri)
    return found if found is not None and found.author_id == account else None


def take(
    db: Writer,
    account: AccountId,
    said: Writing,
    followers: str,
    files: Sequence[AttachedFile],
    here: Server,
) -> Outcome:
    """`followers`: the old account's collection, by which posts for followers are known. Raises `CannotImport`."""
    if is_known(db, account, said.uri):
        return Outcome.KNOWN
    author = accounts.get(db, account)
    kept = [one.media for one in files if one.media is not None]
    html = phrasing.html(said, here)
    if said.created_at is None:
        raise Undated
    if not html and not kept and said.poll is None:
        raise Empty
    post = _insert(db, author, said, followers, html, is_with_media=bool(kept), here=here)
    bulk_imports.note_post(db, account, said.uri, post.id)
    for position, id in enumerate(kept):
        media.attach(db, id, post.id, position)
    _name(db, post, said)
    _tag(db, post, said, here)
    if post.poll_id is not None:
        _close_poll(db, post, said, here)
    posts.note_published(db, post)
    db.emit(PostImported(post.id))
    return Outcome.TAKEN


def _insert(
    db: Writer,
    author: Account,
    said: Writing,
    followers: str,
    html: str,
    *,
    is_with_media: bool,
    here: Server,
) -> Post:
    created_at = min(said.created_at or 0, here.now_ms())
    visibility = addressing.visibility(said.to, said.cc, followers)
    for attempt in range(SAME_MOMENT):
        id = PostId(here.ids.next_at(created_at + attempt))
        reply_to, by, thread = _answered(db, author.id, said, id, here)
        post = Post(
            id=id,
            uri=here.post_uri(author.username, id),
            url=here.post_url(author.username, id),
            author_id=author.id,
            visibility=visibility,
            thread_id=thread,
            is_local=1,
            created_at=created_at,
            reply_to_id=reply_to,
            reply_to_account_id=by,
            text=sanitize.plain(html),
            html=html,
            warning=one_line(sanitize.plain(said.warning))[:WARNING_LIMIT],
            is_sensitive=int(said.is_sensitive or bool(said.warning)),
            language=normalise_language(said.language),
            has_media=int(is_with_media),
            quoting=quoting.rule_for(visibility, "public"),
            edited_at=_edited_at(said, created_at, here),
            poll_id=None if said.poll is None else PollId(here.next_id()),
            is_local_only=int(said.is_local_only),
        )
        try:
            with db.part():
                posts.insert(db, post)
        except AlreadyThere:
            continue
        return post
    raise InvalidInput("There are too many posts of this moment.")


def _edited_at(said: Writing, created_at: int, here: Server) -> int | None:
    if said.edited_at is None or said.edited_at <= created_at:
        return None
    return min(said.edited_at, here.now_ms())


def _answered(
    db: Reader, account: AccountId, said: Writing, id: PostId, here: Server
) -> tuple[PostId | None, AccountId | None, PostId]:
    """
    What a post answers, whose that is, and the thread.

    One's own posts by what they were called before. An answer to what is not here stays an answer: it has a gap above.
    """
    if said.reply_to is None:
        return None, None, id
    parent = None
    own = bulk_imports.imported_post(db, account, said.reply_to)
    if own is not None:
        parent = posts.find(db, own, viewer=account)
    elif (known := uris.find_post(db, said.reply_to)) is not None and known.boost_of_id is None:
        parent = posts.find(db, known.id, viewer=account)
        if parent is not None and replying.verdict(db, parent, account) != "free":
            parent = None
    if parent is None:
        gap = PostId(here.ids.next_at(id >> 16))
        return None if gap == id or posts.find_unfiltered(db, gap) is not None else gap, None, id
    return parent.id, parent.author_id, parent.thread_id


def _name(db: Writer, post: Post, said: Writing) -> None:
    """Who is named in it, as far as they are known; of what was for them only, nobody here learns."""
    if post.visibility == Visibility.MENTIONED:
        return
    found = uris.accounts_at(db, {one.uri for one in said.mentions})
    attached.insert_mentions(db, post.id, sorted(set(found.values()) - {post.author_id}))


def _tag(db: Writer, post: Post, said: Writing, here: Server) -> None:
    shown = {hashtags.hashtag_key(name): name for name in said.hashtags if hashtags.is_hashtag(name)}
    attached.insert_tags(
        db, post.id, ((here.next_id(), Tag(key, name)) for key, name in shown.items() if key)
    )
    if shown and post.is_open:
        featured_tags.count_post(db, post)


def _close_poll(db: Writer, post: Post, said: Writing, here: Server) -> None:
    """A poll of before is over, whatever its time was, with what came of it."""
    if said.poll is None or post.poll_id is None:
        return
    now = here.now_ms()
    options = tuple((one_line(title)[:_OPTION_LIMIT], votes) for title, votes in said.poll.options)
    polls.insert(
        db,
        polls.Poll(
            id=post.poll_id,
            post_id=post.id,
            expires_at=min(said.poll.expires_at or post.created_at, now),
            closed_at=now,
            is_multiple=int(said.poll.is_multiple),
            hides_totals=0,
            voters_count=said.poll.voters_count or max((votes for _, votes in options), default=0),
            options=options,
        ),
    )
