"""Accounts that people recommend to others: https://docs.joinmastodon.org/methods/collections/"""

from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from msgspec import Meta, Struct

from martlet.mastodon import collection_entities as entities
from martlet.mastodon.accounts import account_ids
from martlet.mastodon.entities import CollectionWithAccounts
from martlet.mastodon.routing import Api, Call, NoForm, id_in
from martlet.mastodon.serialize import packs as serialize
from martlet.model.errors import NotFound
from martlet.model.names import AccountId
from martlet.model.packs import Pack
from martlet.services import packing
from martlet.services.packing import PackRefused, PackWish
from martlet.storage import accounts, packs
from martlet.storage.database import Reader, Writer

api = Api()

AT_ONCE, MOST, FARTHEST = 40, 80, 10_000


class OffsetForm(Struct, frozen=True):
    offset: Annotated[int | None, Meta(description="How many to leave out.")] = None
    limit: Annotated[int | None, Meta(description="How many, at most.")] = None

    @property
    def start(self) -> int:
        return min(max(self.offset or 0, 0), FARTHEST)

    @property
    def length(self) -> int:
        return min(max(self.limit or AT_ONCE, 1), MOST)


class CollectionForm(Struct, frozen=True):
    """What is left out stays as it is."""

    name: Annotated[str | None, Meta(description="At most 40 characters.")] = None
    description: Annotated[str | None, Meta(description="At most 100 characters, plain text.")] = None
    language: Annotated[str | None, Meta(description="ISO 639-1.")] = None
    tag_name: Annotated[str | None, Meta(description="One hashtag that describes it.")] = None
    sensitive: bool | None = None
    discoverable: Annotated[bool | None, Meta(description="Whether others find it on the profile.")] = None

    def wish(self) -> PackWish:
        return PackWish(
            name=self.name,
            description=self.description,
            language=self.language,
            tag=self.tag_name,
            is_sensitive=self.sensitive,
            is_discoverable=self.discoverable,
        )


class NewCollectionForm(CollectionForm, frozen=True):
    account_ids: Annotated[list[str] | None, Meta(description="Whom to put into it.")] = None


class ItemForm(Struct, frozen=True):
    account_id: Annotated[str | None, Meta(description="Whom to put into it.")] = None


def _several(db: Reader, call: Call[OffsetForm], found: list[Pack]) -> entities.Collections:
    """A page, with where those beside it are. Read one more than the page has, to know whether there are."""
    form = call.form
    shown = found[: form.length]
    links = []
    if len(found) > form.length:
        links.append((form.start + form.length, "next"))
    if form.start:
        links.append((max(form.start - form.length, 0), "prev"))
    if links:
        address = call.here.url + call.request.path
        told = ", ".join(
            f'<{address}?{urlencode({"limit": form.length, "offset": offset})}>; rel="{relation}"'
            for offset, relation in links
        )
        call.headers.append((b"link", told.encode("ascii")))
    return entities.Collections(collections=serialize.many(db, shown, call.account, call.here))


@api.get("/api/v1/accounts/{id}/collections", scope="read:collections", access="public", form=OffsetForm,
         returns=entities.Collections)  # fmt: skip
def of_account(db: Reader, call: Call[OffsetForm]) -> entities.Collections:
    """https://docs.joinmastodon.org/methods/collections/#get_collections"""
    account = accounts.get_shown(db, AccountId(call.id))
    form = call.form
    found = packs.of_account(db, account.id, call.account, offset=form.start, limit=form.length + 1)
    return _several(db, call, found)


@api.get("/api/v1/accounts/{id}/in_collections", scope="read:collections", form=OffsetForm,
         returns=entities.Collections)  # fmt: skip
def containing(db: Reader, call: Call[OffsetForm]) -> entities.Collections:
    """https://docs.joinmastodon.org/methods/collections/#in_collections: nobody is told of others what they are in."""
    if accounts.get_shown(db, AccountId(call.id)).id != call.account:
        raise packing.refusal()
    form = call.form
    return _several(db, call, packs.containing(db, call.account, offset=form.start, limit=form.length + 1))


@api.get("/api/v1/collections/{id}", scope="read:collections", access="public",
         returns=CollectionWithAccounts)  # fmt: skip
def show(db: Reader, call: Call[NoForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/collections/#get_collection"""
    found = packs.get(db, call.id, call.account)
    members = packs.members(db, [found.id], call.account, call.here.now_ms()).get(found.id, [])
    owner = accounts.get(db, found.account_id)
    versions = {owner.id: owner.version} | {one.member.account_id: one.version for one in members}
    people = call.pages.accounts.of(db, versions)
    told = msgspec.json.encode(serialize.one(db, found, call.account, call.here))
    return b'{"accounts":[%b],"collection":%b}' % (b",".join(people[id] for id in versions), told)


@api.post("/api/v1/collections", scope="write:collections", form=NewCollectionForm,
          returns=entities.WrappedCollection)  # fmt: skip
def create(db: Writer, call: Call[NewCollectionForm]) -> entities.WrappedCollection:
    """https://docs.joinmastodon.org/methods/collections/#create"""
    members = account_ids(call.form.account_ids)
    return _wrapped(db, packing.create(db, call.account, call.form.wish(), members, call.here), call)


@api.patch("/api/v1/collections/{id}", scope="write:collections", form=CollectionForm,
           returns=entities.WrappedCollection)  # fmt: skip
def change(db: Writer, call: Call[CollectionForm]) -> entities.WrappedCollection:
    """https://docs.joinmastodon.org/methods/collections/#update_collection"""
    return _wrapped(db, packing.change(db, call.id, call.account, call.form.wish(), call.here), call)


def _wrapped(db: Reader, pack: Pack, call: Call[Any]) -> entities.WrappedCollection:
    return entities.WrappedCollection(collection=serialize.one(db, pack, call.account, call.here))


@api.delete("/api/v1/collections/{id}", scope="write:collections", returns=dict[str, Any])
def delete(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/collections/#delete_collection"""
    packing.delete(db, call.id, call.account)
    return {}


@api.post("/api/v1/collections/{id}/items", scope="write:collections", form=ItemForm,
          returns=entities.WrappedCollectionItem)  # fmt: skip
def add(db: Writer, call: Call[ItemForm]) -> entities.WrappedCollectionItem:
    """https://docs.joinmastodon.org/methods/collections/#add_account"""
    packing.own(db, call.id, call.account)
    if not call.form.account_id:
        raise PackRefused("`account_id` parameter is missing", "account_id")
    try:
        member = AccountId(id_in(call.form.account_id))
    except NotFound:
        raise PackRefused("Validation failed: The account is not known here", "account_id") from None
    return entities.WrappedCollectionItem(
        collection_item=serialize.item(packing.add(db, call.id, call.account, member, call.here))
    )


@api.delete("/api/v1/collections/{id}/items/{item}", scope="write:collections", returns=dict[str, Any])
def remove(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/collections/#remove_account"""
    packing.remove(db, call.id, call.account, id_in(call.params["item"]))
    return {}


@api.post("/api/v1/collections/{id}/items/{item}/revoke", scope="write:collections", returns=dict[str, Any])
def revoke(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/collections/#revoke_item"""
    packing.revoke(db, call.id, call.account, id_in(call.params["item"]))
    return {}
