"""Who asks to follow the caller: https://docs.joinmastodon.org/methods/follow_requests/"""

from martlet.mastodon import entities
from martlet.mastodon.accounts import LISTED, MOST_LISTED, listed
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm, id_in
from martlet.mastodon.serialize import relationships
from martlet.model.names import AccountId
from martlet.services import following
from martlet.storage import follows
from martlet.storage.database import Reader, Writer

api = Api()


@api.get("/api/v1/follow_requests", scope="read:follows", form=PageForm, returns=list[entities.Account])
def index(db: Reader, call: Call[PageForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/follow_requests/#get"""
    return listed(db, call, follows.requests(db, call.account, call.form.page(LISTED, MOST_LISTED)))


@api.post(
    "/api/v1/follow_requests/{account_id}/authorize", scope="write:follows", returns=entities.Relationship
)
def authorize(db: Writer, call: Call[NoForm]) -> entities.Relationship:
    """https://docs.joinmastodon.org/methods/follow_requests/#accept"""
    follower = AccountId(id_in(call.params["account_id"]))
    following.accept(db, call.account, follower, call.here)
    return relationships.one(db, call.account, follower, call.here)


@api.post("/api/v1/follow_requests/{account_id}/reject", scope="write:follows", returns=entities.Relationship)
def reject(db: Writer, call: Call[NoForm]) -> entities.Relationship:
    """https://docs.joinmastodon.org/methods/follow_requests/#reject"""
    follower = AccountId(id_in(call.params["account_id"]))
    following.reject(db, call.account, follower)
    return relationships.one(db, call.account, follower, call.here)
