"""What one bookmarked: https://docs.joinmastodon.org/methods/bookmarks/"""

from typing import Annotated

from msgspec import Meta

from martlet.mastodon import entities
from martlet.mastodon.favourites import marked_page
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, id_in
from martlet.mastodon.serialize.statuses import Extra
from martlet.model.names import AccountId, PostId
from martlet.services import sorting_bookmarks
from martlet.storage import bookmark_folders, listings
from martlet.storage.database import Reader

api = Api()


class BookmarksForm(PageForm, frozen=True, kw_only=True):
    folder_id: Annotated[str | None, Meta(description="Only what is in this folder; not in Mastodon.")] = None


@api.get("/api/v1/bookmarks", scope="read:bookmarks", form=BookmarksForm, returns=list[entities.Status])
def bookmarks(db: Reader, call: Call[BookmarksForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/bookmarks/#get"""
    page, account = call.form.page(), call.account
    if call.form.folder_id:
        folder = sorting_bookmarks.get(db, account, id_in(call.form.folder_id))
        found = listings.in_folder(db, account, page, folder.id)
    else:
        found = listings.marked(db, account, page, "bookmarked_id")
    if found is None or not bookmark_folders.of_account(db, account):
        return marked_page(db, call, found)
    return marked_page(
        db, call, found, telling_folders(db, account, [one.boosted_id or one.id for one in found.shown])
    )


def telling_folders(db: Reader, account: AccountId, posts: list[PostId]) -> Extra:
    """Says of each post which folder it is in, as Pleroma does."""
    folders = bookmark_folders.of_bookmarks(db, account, posts)

    def tell(post: PostId) -> bytes:
        return b',"pleroma":{"bookmark_folder":%b}' % (
            b'"%d"' % folders[post] if post in folders else b"null"
        )

    return tell
