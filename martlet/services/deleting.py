"""
Deleting posts.

The post is gone with its transaction: for everyone, from every list. Entries of
timelines that name it are shown to nobody, and trimmed with the timeline.
"""

from martlet.model.events import PostDeleted
from martlet.model.names import AccountId, PostId, Uri
from martlet.model.posts import Post
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import uploading
from martlet.storage import accounts, attached, featured_tags, logs, marks, media, posts, quotes, telling
from martlet.storage.database import Reader, Writer


def delete(db: Writer, author: AccountId, id: PostId, here: Server, *, keeps_media: bool = True) -> None:
    """
    Delete one's own post; its media can be used again for a day. A boost is taken back.

    Raises `NotFound`.
    """
    posts.lock_to_delete(db, id)
    post = posts.get_own(db, id, author)
    if post.boost_of_id is not None:
        take_back(db, post, here)
        return
    told_to = told(db, post)
    for booster, boost in logs.boosts_of(db, post.id):
        logs.append(db, booster, boost, here.now_ms())
    posts.delete_boosts(db, post.id, here.now_ms())
    if post.reply_to_id is not None and post.visibility >= Visibility.UNLISTED:
        posts.count(db, post.reply_to_id, replies=-1)
    if post.quote_of_id is not None and post.quote_state == "accepted":
        posts.count(db, post.quote_of_id, quotes=-1)
    quotes.note_deleted(db, post.id)
    if post.is_open:
        featured_tags.uncount_post(db, post)
    if not keeps_media:
        uploading.let_go(db, media.of_posts(db, [post.id])[post.id], here.now_ms())
    media.release(db, post.id, here.now_ms())
    accounts.count(db, author, posts=-1)
    _remove(db, post, here, told_to)


def take_back(db: Writer, boost: Post, here: Server) -> None:
    """Undo a boost; nothing happens where that was done meanwhile."""
    posts.lock_to_delete(db, boost.id)
    boosted = boost.boost_of_id
    if boosted is None or posts.find_unfiltered(db, boost.id) is None:
        return
    original = posts.find_unfiltered(db, boosted)
    marks.forget_boost(db, boost.author_id, boosted)
    marks.untell(db, "boost", boost.author_id, boosted)
    accounts.count(db, boost.author_id, posts=-1)
    posts.count(db, boosted, boosts=-1)
    told = () if original is None else (original.author_id,)
    _remove(db, boost, here, told, None if original is None else original.uri)


def told(db: Reader, post: Post) -> tuple[AccountId, ...]:
    """Who has the post besides followers."""
    found = dict.fromkeys(attached.mentioned_ids(db, post.id))
    if post.reply_to_account_id is not None:
        found[post.reply_to_account_id] = None
    if post.visibility >= Visibility.UNLISTED:
        found |= dict.fromkeys((*telling.boosters(db, post.id), *quotes.quoters(db, post.id)))
    quoted = posts.find_unfiltered(db, post.quote_of_id) if post.quote_of_id is not None else None
    if quoted is not None:
        found[quoted.author_id] = None
    return tuple(found)


def _remove(
    db: Writer, post: Post, here: Server, told: tuple[AccountId, ...], boosted: Uri | None = None
) -> None:
    posts.delete(db, post, here.now_ms())
    is_local_only = bool(post.is_local_only)
    db.emit(
        PostDeleted(
            post.id, post.author_id, post.uri, int(post.visibility), boosted, is_local_only, told=told
        )
    )
