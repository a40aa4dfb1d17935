"""Accounts shown on a profile: https://docs.joinmastodon.org/methods/endorsements/"""

from martlet.mastodon import entities
from martlet.mastodon.accounts import LISTED, MOST_LISTED, listed
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize import relationships
from martlet.model.names import AccountId
from martlet.services import profiles
from martlet.storage import accounts, relations
from martlet.storage.database import Reader, Writer

api = Api()


@api.get("/api/v1/endorsements", scope="read:accounts", form=PageForm, returns=list[entities.Account])
def index(db: Reader, call: Call[PageForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/endorsements/#get"""
    return listed(db, call, relations.endorsements(db, call.account, call.form.page(LISTED, MOST_LISTED)))


@api.get("/api/v1/accounts/{id}/endorsements", scope="read:accounts", access="public", form=PageForm,
         returns=list[entities.Account])  # fmt: skip
def of_account(db: Reader, call: Call[PageForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/accounts/#endorsements"""
    account = accounts.get_shown(db, AccountId(call.id))
    if account.is_gone:
        return b"[]"
    return listed(db, call, relations.endorsements(db, account.id, call.form.page(LISTED, MOST_LISTED)))


@api.post("/api/v1/accounts/{id}/endorse", scope="write:accounts", returns=entities.Relationship)
def endorse(db: Writer, call: Call[NoForm]) -> entities.Relationship:
    """https://docs.joinmastodon.org/methods/accounts/#endorse"""
    return _endorsed(db, call)


@api.post("/api/v1/accounts/{id}/pin", scope="write:accounts", returns=entities.Relationship)
def pin(db: Writer, call: Call[NoForm]) -> entities.Relationship:
    """https://docs.joinmastodon.org/methods/accounts/#pin is the older name of `endorse`."""
    return _endorsed(db, call)


@api.post("/api/v1/accounts/{id}/unendorse", scope="write:accounts", returns=entities.Relationship)
def unendorse(db: Writer, call: Call[NoForm]) -> entities.Relationship:
    """https://docs.joinmastodon.org/methods/accounts/#unendorse"""
    return _no_longer(db, call)


@api.post("/api/v1/accounts/{id}/unpin", scope="write:accounts", returns=entities.Relationship)
def unpin(db: Writer, call: Call[NoForm]) -> entities.Relationship:
    """https://docs.joinmastodon.org/methods/accounts/#unpin is the older name of `unendorse`."""
    return _no_longer(db, call)


def _endorsed(db: Writer, call: Call[NoForm]) -> entities.Relationship:
    profiles.endorse(db, call.account, AccountId(call.id), call.here)
    return relationships.one(db, call.account, AccountId(call.id), call.here)


def _no_longer(db: Writer, call: Call[NoForm]) -> entities.Relationship:
    profiles.end_endorsement(db, call.account, AccountId(call.id))
    return relationships.one(db, call.account, AccountId(call.id), call.here)
