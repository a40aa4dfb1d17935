"""Accounts, and who follows whom: https://docs.joinmastodon.org/methods/accounts/"""

from typing import Annotated, Any

from msgspec import Meta, Struct

from martlet.mastodon import entities
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, Later, NoForm, id_in
from martlet.mastodon.serialize import accounts as serialize
from martlet.model.accounts import Account
from martlet.model.errors import NotFound
from martlet.model.names import AccountId
from martlet.services import finding_accounts, gathering, packing
from martlet.storage import accounts, follows, users
from martlet.storage.database import Reader
from martlet.storage.follows import Listed

api = Api()

LISTED, MOST_LISTED = 40, 80
MOST_AT_ONCE = 200


class IdsForm(Struct, frozen=True):
    id: Annotated[list[str] | None, Meta(description="Ids of accounts.")] = None


class LookupForm(Struct, frozen=True):
    acct: Annotated[str, Meta(description="A handle: `ada`, or `ada@server.example`.")] = ""


class SearchForm(Struct, frozen=True):
    q: Annotated[str, Meta(description="What names begin with, or a handle.")]
    limit: int | None = None
    offset: int | None = None
    resolve: Annotated[
        bool | None, Meta(description="Whether to ask another server for a handle that is not known here.")
    ] = None
    following: Annotated[bool | None, Meta(description="Whether to find only accounts one follows.")] = None


def account_ids(texts: list[str] | None) -> list[AccountId]:
    """Ids as clients give them; what cannot be one is left out."""
    found = []
    for text in texts or ():
        try:
            found.append(AccountId(id_in(text)))
        except NotFound:
            continue
    return list(dict.fromkeys(found))[:MOST_AT_ONCE]


@api.get(
    "/api/v1/accounts",
    scope="read:accounts",
    access="public",
    form=IdsForm,
    returns=list[entities.Account],
)
def index(db: Reader, call: Call[IdsForm]) -> list[entities.Account]:
    """https://docs.joinmastodon.org/methods/accounts/#index"""
    ids = account_ids(call.form.id)
    found = accounts.many_shown(db, ids)
    return serialize.many(db, [found[id] for id in ids if id in found], call.here)


@api.get("/api/v1/accounts/verify_credentials", scope="profile", returns=entities.CredentialAccount)
def verify_credentials(db: Reader, call: Call[NoForm]) -> entities.CredentialAccount:
    """https://docs.joinmastodon.org/methods/accounts/#verify_credentials"""
    return own(db, call)


def own(db: Reader, call: Call[Any]) -> entities.CredentialAccount:
    """The caller's own account."""
    user = users.find(db, call.account)
    if user is None:
        raise NotFound
    return serialize.credential(db, accounts.get(db, call.account), user, call.here)


@api.get(
    "/api/v1/accounts/lookup",
    scope="read:accounts",
    access="public",
    form=LookupForm,
    returns=entities.Account,
)
def lookup(db: Reader, call: Call[LookupForm]) -> entities.Account:
    """https://docs.joinmastodon.org/methods/accounts/#lookup"""
    return serialize.entity(db, finding_accounts.by_handle(db, call.form.acct, call.here), call.here)


@api.get(
    "/api/v1/accounts/search",
    scope="read:accounts",
    form=SearchForm,
    returns=list[entities.Account],
    is_slow=True,
)
def search(db: Reader, call: Call[SearchForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/accounts/#search"""
    form = call.form
    found = finding_accounts.by_words(
        db,
        call.account,
        form.q,
        call.here,
        limit=min(max(form.limit or LISTED, 1), MOST_LISTED),
        offset=min(max(form.offset or 0, 0), 10_000),
        only_followed=bool(form.following),
    )
    return call.pages.accounts.page(db, found)


@api.get("/api/v1/accounts/familiar_followers", scope="read:follows", form=IdsForm,
         returns=list[entities.FamiliarFollowers])  # fmt: skip
def familiar_followers(db: Reader, call: Call[IdsForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/accounts/#familiar_followers"""
    asked = account_ids(call.form.id)
    shown = accounts.many_shown(db, asked)
    there = [id for id in asked if id in shown and not shown[id].is_gone]
    found = follows.familiar_followers(db, there, call.account)
    return b"[%b]" % b",".join(
        b'{"id":"%d","accounts":%b}' % (id, call.pages.accounts.page(db, listed))
        for id, listed in found.items()
    )


@api.get("/api/v1/accounts/{id}", scope="read:accounts", access="public", returns=entities.Account)
def show(db: Reader, call: Call[NoForm]) -> entities.Account | Later:
    """
    https://docs.joinmastodon.org/methods/accounts/#get

    What is old of an account elsewhere is asked for, for people who are signed in; nobody waits for it.
    """
    account = accounts.get_shown(db, AccountId(call.id))
    is_elsewhere = call.account and not account.is_here and not account.is_gone
    if is_elsewhere and gathering.is_profile_due(db, account.id, call.here.now_ms()):
        return Later(_with_more)
    return _shown(db, account, call)


def _shown(db: Reader, account: Account, call: Call[Any]) -> entities.Account:
    """With what it says of whoever asks."""
    shown = serialize.entity(db, account, call.here)
    if not account.is_gone:
        shown.feature_approval.current_user = packing.standing_of(db, account, call.account)
    return shown


async def _with_more(call: Call[Any]) -> entities.Account:
    await call.store.writing(gathering.want_profile, AccountId(call.id), call.here)
    return await call.store.reading(_entity, call)


def _entity(db: Reader, call: Call[Any]) -> entities.Account:
    return _shown(db, accounts.get_shown(db, AccountId(call.id)), call)


@api.get("/api/v1/accounts/{id}/followers", scope="read:accounts", access="public", form=PageForm,
         returns=list[entities.Account])  # fmt: skip
def followers(db: Reader, call: Call[PageForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/accounts/#followers"""
    account = accounts.get_shown(db, AccountId(call.id))
    if not _shows_follows(account, call):
        return b"[]"
    page = call.form.page(LISTED, MOST_LISTED)
    return listed(db, call, follows.followers(db, account.id, call.account, page, call.here.now_ms()))


@api.get("/api/v1/accounts/{id}/following", scope="read:accounts", access="public", form=PageForm,
         returns=list[entities.Account])  # fmt: skip
def following(db: Reader, call: Call[PageForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/accounts/#following"""
    account = accounts.get_shown(db, AccountId(call.id))
    if not _shows_follows(account, call):
        return b"[]"
    page = call.form.page(LISTED, MOST_LISTED)
    return listed(db, call, follows.following(db, account.id, call.account, page, call.here.now_ms()))


def _shows_follows(account: Account, call: Call[PageForm]) -> bool:
    return not account.is_gone and (account.id == call.account or not account.hides_follows)


def listed(db: Reader, call: Call[PageForm], found: list[Listed]) -> bytes:
    """A page of accounts, with where the pages beside it are."""
    if found:
        call.link(found[0].id, found[-1].id)
    return call.pages.accounts.page(db, found)
