"""Whom the caller mutes: https://docs.joinmastodon.org/methods/mutes/"""

from martlet.mastodon import entities
from martlet.mastodon.accounts import LISTED, MOST_LISTED
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call
from martlet.storage import relations
from martlet.storage.database import Reader

api = Api()


@api.get("/api/v1/mutes", scope="read:mutes", form=PageForm, returns=list[entities.MutedAccount])
def index(db: Reader, call: Call[PageForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/mutes/#get"""
    page = call.form.page(LISTED, MOST_LISTED)
    found = relations.mutes(db, call.account, page, call.here.now_ms())
    if found:
        call.link(found[0].id, found[-1].id)
    return call.pages.accounts.muted(db, found)
