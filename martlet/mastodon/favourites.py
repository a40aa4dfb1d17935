"""What one liked: https://docs.joinmastodon.org/methods/favourites/"""

from typing import Any

from martlet.mastodon import entities
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call
from martlet.mastodon.serialize.statuses import Extra, no_extra
from martlet.storage import listings
from martlet.storage.database import Reader
from martlet.storage.listings import Marked

api = Api()


@api.get("/api/v1/favourites", scope="read:favourites", form=PageForm, returns=list[entities.Status])
def favourites(db: Reader, call: Call[PageForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/favourites/#get"""
    return marked_page(db, call, listings.marked(db, call.account, call.form.page(), "liked_id"))


def marked_page(db: Reader, call: Call[Any], marked: Marked | None, extra: Extra = no_extra) -> bytes:
    """The posts; the links carry the ids of the marks."""
    if marked is None:
        return b"[]"
    call.link(marked.newest, marked.oldest if marked.may_go_on else None)
    return call.pages.page(db, marked.shown, call.viewer, extra)
