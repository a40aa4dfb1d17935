"""Whom the caller blocks: https://docs.joinmastodon.org/methods/blocks/"""

from martlet.mastodon import entities
from martlet.mastodon.accounts import LISTED, MOST_LISTED, listed
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call
from martlet.storage import relations
from martlet.storage.database import Reader
from martlet.storage.follows import Listed

api = Api()


@api.get("/api/v1/blocks", scope="read:blocks", form=PageForm, returns=list[entities.Account])
def index(db: Reader, call: Call[PageForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/blocks/#get"""
    found = relations.blocks(db, call.account, call.form.page(LISTED, MOST_LISTED))
    return listed(db, call, [Listed(one.id, one.account_id, one.version) for one in found])
