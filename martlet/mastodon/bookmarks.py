"""What one bookmarked: https://docs.joinmastodon.org/methods/bookmarks/"""

from martlet.mastodon import entities
from martlet.mastodon.favourites import marked_page
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call
from martlet.storage import listings
from martlet.storage.database import Reader

api = Api()


@api.get("/api/v1/bookmarks", scope="read:bookmarks", form=PageForm, returns=list[entities.Status])
def bookmarks(db: Reader, call: Call[PageForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/bookmarks/#get"""
    return marked_page(db, call, listings.marked(db, call.account, call.form.page(), "bookmarked_id"))
