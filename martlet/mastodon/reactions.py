"""What people do with posts: https://docs.joinmastodon.org/methods/statuses/#favourite and what follows there."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

from msgspec import Meta, Struct

from martlet.http import limits
from martlet.mastodon import entities
from martlet.mastodon.bookmarks import telling_folders
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm, id_in
from martlet.mastodon.statuses import visibility_in
from martlet.model.errors import InvalidInput
from martlet.model.names import PostId
from martlet.model.visibility import Visibility
from martlet.services import reacting, sorting_bookmarks
from martlet.storage import marks, posts
from martlet.storage.database import Reader, Writer
from martlet.storage.marks import Marker

api = Api()


class BookmarkForm(Struct, frozen=True):
    folder_id: Annotated[
        str | None, Meta(description="Into this folder; empty: out of any. Not in Mastodon.")
    ] = None


class BoostForm(Struct, frozen=True):
    visibility: Annotated[str | None, Meta(description="`public`, `unlisted` or `private`.")] = None

    def to_visibility(self) -> Visibility | None:
        """Raises `InvalidInput`."""
        visibility = visibility_in(self.visibility)
        if visibility is Visibility.MENTIONED:
            raise InvalidInput("Validation failed: Visibility is not included in the list", "visibility")
        return visibility


def _post(db: Reader, call: Call[Any]) -> bytes:
    """The post that was named."""
    return call.pages.one(db, posts.get_shown(db, PostId(call.id), call.account), call.viewer)


@api.post("/api/v1/statuses/{id}/favourite", scope="write:favourites", returns=entities.Status)
def favourite(db: Writer, call: Call[NoForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/statuses/#favourite"""
    reacting.like(db, call.account, PostId(call.id), call.here)
    return _post(db, call)


@api.post("/api/v1/statuses/{id}/unfavourite", scope="write:favourites", returns=entities.Status)
async def unfavourite(call: Call[NoForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/statuses/#unfavourite"""
    await call.store.writing(reacting.unlike, call.account, PostId(call.id))
    return await call.store.reading(_post, call)


@api.post(
    "/api/v1/statuses/{id}/bookmark", scope="write:bookmarks", form=BookmarkForm, returns=entities.Status
)
def bookmark(db: Writer, call: Call[BookmarkForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/statuses/#bookmark"""
    id, folder = PostId(call.id), call.form.folder_id
    reacting.bookmark(db, call.account, id, call.here)
    if folder is None:
        return _post(db, call)
    sorting_bookmarks.sort_into(db, call.account, id, id_in(folder) if folder else None)
    shown = posts.get_shown(db, id, call.account)
    extra = telling_folders(db, call.account, [shown.boosted_id or shown.id])
    return call.pages.one(db, shown, call.viewer, extra)


@api.post("/api/v1/statuses/{id}/unbookmark", scope="write:bookmarks", returns=entities.Status)
async def unbookmark(call: Call[NoForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/statuses/#unbookmark"""
    await call.store.writing(reacting.unbookmark, call.account, PostId(call.id))
    return await call.store.reading(_post, call)


@api.post("/api/v1/statuses/{id}/reblog", scope="write:statuses", form=BoostForm, returns=entities.Status)
def reblog(db: Writer, call: Call[BoostForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/statuses/#boost answers with the boost."""
    wanted = call.form.to_visibility()
    boost = reacting.boost(db, call.account, PostId(call.id), wanted, call.here)
    return call.pages.one(db, posts.get_shown(db, boost, call.account), call.viewer)


@api.post(
    "/api/v1/statuses/{id}/unreblog",
    scope="write:statuses",
    returns=entities.Status,
    rule=limits.DELETIONS,
)
async def unreblog(call: Call[NoForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/statuses/#unreblog answers with the boosted post."""
    boosted = await call.store.writing(reacting.unboost, call.account, PostId(call.id), call.here)
    return await call.store.reading(_named(boosted), call)


def _named(id: PostId) -> Callable[[Reader, Call[Any]], bytes]:
    return lambda db, call: call.pages.one(db, posts.get_shown(db, id, call.account), call.viewer)


@api.post("/api/v1/statuses/{id}/pin", scope="write:accounts", returns=entities.Status)
def pin(db: Writer, call: Call[NoForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/statuses/#pin"""
    reacting.pin(db, call.account, PostId(call.id), call.here)
    return _post(db, call)


@api.post("/api/v1/statuses/{id}/unpin", scope="write:accounts", returns=entities.Status)
def unpin(db: Writer, call: Call[NoForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/statuses/#unpin"""
    reacting.unpin(db, call.account, PostId(call.id))
    return _post(db, call)


@api.post("/api/v1/statuses/{id}/mute", scope="write:mutes", returns=entities.Status)
def mute(db: Writer, call: Call[NoForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/statuses/#mute"""
    reacting.mute_thread(db, call.account, PostId(call.id))
    call.viewer = replace(call.viewer, has_muted_threads=True)
    return _post(db, call)


@api.post("/api/v1/statuses/{id}/unmute", scope="write:mutes", returns=entities.Status)
def unmute(db: Writer, call: Call[NoForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/statuses/#unmute"""
    reacting.unmute_thread(db, call.account, PostId(call.id))
    return _post(db, call)


@api.get(
    "/api/v1/statuses/{id}/favourited_by",
    scope="read:statuses",
    access="public",
    form=PageForm,
    returns=list[entities.Account],
)
def favourited_by(db: Reader, call: Call[PageForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/statuses/#favourited_by"""
    post = reacting.meant(db, PostId(call.id), call.account)
    page = call.form.page(40, 80)
    return _people(db, call, marks.liked_by(db, post.id, call.account, page, call.here.now_ms()))


@api.get(
    "/api/v1/statuses/{id}/reblogged_by",
    scope="read:statuses",
    access="public",
    form=PageForm,
    returns=list[entities.Account],
)
def reblogged_by(db: Reader, call: Call[PageForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/statuses/#reblogged_by"""
    post = reacting.meant(db, PostId(call.id), call.account)
    page = call.form.page(40, 80)
    return _people(db, call, marks.boosted_by(db, post.id, call.account, page, call.here.now_ms()))


def _people(db: Reader, call: Call[PageForm], found: list[Marker]) -> bytes:
    if found:
        call.link(found[0].id, found[-1].id)
    known = call.pages.accounts.of(db, {one.account_id: one.version for one in found})
    return b"[" + b",".join(known[one.account_id] for one in found) + b"]"
