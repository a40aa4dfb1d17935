"""Search: https://docs.joinmastodon.org/methods/search/"""

import re
from dataclasses import replace
from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct

from martlet.http.forms import Malformed
from martlet.mastodon import entities
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, id_in
from martlet.mastodon.serialize import tags as serialize
from martlet.model.errors import NotFound, NotSignedIn
from martlet.model.names import AccountId
from martlet.model.paging import Page
from martlet.services import finding_accounts, searching
from martlet.services.searching import Patience, TakesLong
from martlet.storage.database import Reader

api = Api()

LISTED, MOST_LISTED = 20, 40
FURTHEST = 1000
"""Results that `offset` skips at most; ids go on from there."""
QUERY_LOOKED_AT = 2000
"""Characters of a query."""
_ADDRESS = re.compile(r"(https?://[^\s?#]+?)/*(?:[?#]\S*)?")


class SearchV1(Struct, kw_only=True):
    accounts: list[entities.Account]
    statuses: list[entities.Status]
    hashtags: list[str]


class _Named(Struct):
    name: str


class SearchForm(Struct, frozen=True, kw_only=True):
    q: Annotated[str, Meta(description="What to look for.")] = ""
    type: Annotated[
        str | None, Meta(description="Only `accounts`, `hashtags` or `statuses`; all of them without it.")
    ] = None
    resolve: Annotated[
        bool | None, Meta(description="Whether to ask another server for a handle or address.")
    ] = None
    following: Annotated[bool | None, Meta(description="Only accounts one follows.")] = None
    account_id: Annotated[str | None, Meta(description="Only posts of this account.")] = None
    exclude_unreviewed: Annotated[
        bool | None,
        Meta(description="Leave out hashtags that wait to be reviewed, on servers that review them."),
    ] = None
    max_id: Annotated[str | None, Meta(description="Only posts that are older than this id.")] = None
    min_id: Annotated[str | None, Meta(description="Posts that come right after this id.")] = None
    limit: Annotated[int | None, Meta(description="How many of each type, at most.")] = None
    offset: Annotated[int | None, Meta(description="How many of each type to leave out.")] = None

    def page(self) -> Page:
        return PageForm(max_id=self.max_id, min_id=self.min_id, limit=self.limit).page(LISTED, MOST_LISTED)

    def wants(self, what: str) -> bool:
        return not self.type or self.type == what


@api.get("/api/v2/search", scope="read:search", access="public", form=SearchForm, returns=entities.Search)
async def search(call: Call[SearchForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/search/#v2"""
    _check(call)
    there = await _resolve(call) if call.form.resolve and not call.form.offset else None
    if there is not None:
        found = await call.store.reading(_at_address, call, there)
        if found is not None:
            return found
    try:
        return await call.store.reading(_search, call, "short")
    except TakesLong:
        return await call.store.reading_aside(_search, call, "long")


class _Found(Struct):
    """What was found, as far as the older form needs it taken apart."""

    accounts: Raw
    statuses: Raw
    hashtags: list[_Named]


@api.get("/api/v1/search", scope="read:search", form=SearchForm, returns=SearchV1)
async def search_v1(call: Call[SearchForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/search/#v1: older apps want hashtags by their names alone."""
    found = msgspec.json.decode(await search(call), type=_Found)
    names = msgspec.json.encode([one.name for one in found.hashtags])
    return _found(bytes(found.accounts), bytes(found.statuses), names)


async def _resolve(call: Call[SearchForm]) -> str | None:
    """Ask other servers for what is not known here yet: a handle with its host, or an address; its uri."""
    text = call.form.q.strip()[:QUERY_LOOKED_AT]
    if call.resolver is None:
        return None
    if text.startswith(("https://", "http://")):
        if not await call.store.reading(_is_known, call, text):
            return await call.resolver.address(text)
    elif "@" in text.removeprefix("@") and call.form.wants("accounts"):
        await call.resolver.handle(text)
    return None


def _is_known(db: Reader, call: Call[SearchForm], address: str) -> bool:
    found = _ADDRESS.fullmatch(address)
    return found is not None and _at_address(db, call, found[1]) is not None


def _check(call: Call[SearchForm]) -> None:
    """Raises `Malformed` and `NotSignedIn`, as Mastodon would."""
    form = call.form
    if not form.q.strip():
        raise Malformed("param is missing or the value is empty or invalid: q")
    if call.account:
        return
    if form.offset:
        raise NotSignedIn("Search queries pagination is not supported without authentication")
    if form.resolve:
        raise NotSignedIn(
            "Search queries that resolve remote resources are not supported without authentication"
        )
    if not call.here.public_preview:
        raise NotSignedIn("The access token is invalid")


def _search(db: Reader, call: Call[SearchForm], patience: Patience) -> bytes:
    text = call.form.q.strip()[:QUERY_LOOKED_AT]
    offset = min(max(call.form.offset or 0, 0), FURTHEST)
    address = _ADDRESS.fullmatch(text)
    found = _at_address(db, call, address[1]) if address and not offset else None
    if found is not None:
        return found
    return _found(
        _accounts(db, call, text, offset),
        _statuses(db, call, text, offset, patience),
        _hashtags(db, call, text, offset),
    )


def _at_address(db: Reader, call: Call[SearchForm], address: str) -> bytes | None:
    """The one post or account whose address it is; None where there is none, or none that the caller may see."""
    if call.form.wants("statuses"):
        post = searching.post_at(db, call.account, address)
        if post is not None:
            return _found(statuses=call.pages.page(db, [post], call.viewer))
    if call.form.wants("accounts"):
        account = finding_accounts.by_address(db, address)
        if account is not None:
            return _found(accounts=call.pages.accounts.page(db, [account]))
    return None


def _found(accounts: bytes = b"[]", statuses: bytes = b"[]", hashtags: bytes = b"[]") -> bytes:
    return b'{"accounts":%b,"statuses":%b,"hashtags":%b}' % (accounts, statuses, hashtags)


def _accounts(db: Reader, call: Call[SearchForm], text: str, offset: int) -> bytes:
    if not call.form.wants("accounts") or text.startswith("#"):
        return b"[]"
    found = finding_accounts.by_words(
        db,
        call.account,
        text,
        call.here,
        call.form.page().limit,
        offset,
        only_followed=bool(call.form.following),
    )
    return call.pages.accounts.page(db, found)


def _statuses(db: Reader, call: Call[SearchForm], text: str, offset: int, patience: Patience) -> bytes:
    if not call.form.wants("statuses"):
        return b"[]"
    page = call.form.page()
    try:
        by = AccountId(id_in(call.form.account_id)) if call.form.account_id else None
    except NotFound:
        return b"[]"
    found = searching.posts(
        db, call.account, text, replace(page, limit=page.limit + offset), call.here, by, patience
    )
    return call.pages.page(db, found[offset:], call.viewer)


def _hashtags(db: Reader, call: Call[SearchForm], text: str, offset: int) -> bytes:
    if not call.form.wants("hashtags") or "@" in text:
        return b"[]"
    found = searching.hashtags(
        db,
        text,
        call.here,
        call.form.page().limit,
        offset,
        only_reviewed=bool(call.form.exclude_unreviewed),
    )
    return serialize.encoded(db, found, call.viewer, call.here)
