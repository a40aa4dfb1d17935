"""Hashtags on profiles: https://docs.joinmastodon.org/methods/featured_tags/"""

import contextlib
from typing import Annotated, Any

from msgspec import Meta, Struct

from martlet.mastodon import entities
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize import tags as serialize
from martlet.model.names import AccountId
from martlet.services import featuring, following_tags, searching
from martlet.services.featuring import AlreadyFeatured
from martlet.storage import accounts, featured_tags
from martlet.storage.database import Reader, Writer

api = Api()

SUGGESTED = 10


class NameForm(Struct, frozen=True):
    name: Annotated[str, Meta(description="The hashtag, with its sign or without.")] = ""


@api.get("/api/v1/featured_tags", scope="read:accounts", returns=list[entities.FeaturedTag])
def show_own(db: Reader, call: Call[NoForm]) -> list[entities.FeaturedTag]:
    """https://docs.joinmastodon.org/methods/featured_tags/#get"""
    return serialize.featured(db, accounts.get(db, call.account))


@api.post("/api/v1/featured_tags", scope="write:accounts", form=NameForm, returns=entities.FeaturedTag)
def feature(db: Writer, call: Call[NameForm]) -> entities.FeaturedTag:
    """https://docs.joinmastodon.org/methods/featured_tags/#feature"""
    made = featuring.feature(db, call.account, call.form.name, call.here)
    return serialize.featured_one(made, accounts.get(db, call.account))


@api.delete("/api/v1/featured_tags/{id}", scope="write:accounts", returns=dict[str, Any])
def drop(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/featured_tags/#unfeature"""
    featuring.drop(db, call.account, call.id)
    return {}


@api.get("/api/v1/featured_tags/suggestions", scope="read:accounts", returns=list[entities.Tag])
def suggest(db: Reader, call: Call[NoForm]) -> list[entities.Tag]:
    """https://docs.joinmastodon.org/methods/featured_tags/#suggestions"""
    found = featured_tags.suggested(db, call.account, SUGGESTED)
    return serialize.many(db, searching.histories(db, found, call.here), call.viewer, call.here)


@api.get(
    "/api/v1/accounts/{id}/featured_tags",
    scope="read:accounts",
    access="public",
    returns=list[entities.FeaturedTag],
)
def show_of_account(db: Reader, call: Call[NoForm]) -> list[entities.FeaturedTag]:
    """https://docs.joinmastodon.org/methods/accounts/#featured_tags"""
    account = accounts.get_shown(db, AccountId(call.id))
    return [] if account.is_gone else serialize.featured(db, account)


@api.post("/api/v1/tags/{name}/feature", scope="write:accounts", returns=entities.Tag)
def feature_named(db: Writer, call: Call[NoForm]) -> entities.Tag:
    """https://docs.joinmastodon.org/methods/tags/#feature"""
    following_tags.key_of(call.params["name"])
    with contextlib.suppress(AlreadyFeatured):
        featuring.feature(db, call.account, call.params["name"], call.here)
    return serialize.named(db, call.params["name"], call.viewer, call.here)


@api.post("/api/v1/tags/{name}/unfeature", scope="write:accounts", returns=entities.Tag)
def drop_named(db: Writer, call: Call[NoForm]) -> entities.Tag:
    """https://docs.joinmastodon.org/methods/tags/#unfeature"""
    following_tags.key_of(call.params["name"])
    featuring.drop_named(db, call.account, call.params["name"])
    return serialize.named(db, call.params["name"], call.viewer, call.here)
