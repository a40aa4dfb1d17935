"""
Filters, version 1: https://docs.joinmastodon.org/methods/filters/#v1

Older apps see each keyword of a filter as a filter of its own, with the
keyword's id.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from martlet.mastodon import entities
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize.times import iso_or_none
from martlet.model.filters import Filter, FilterAction, Keyword
from martlet.model.names import FilterId
from martlet.services import filtering
from martlet.services.filtering import KeywordChange
from martlet.storage import filters
from martlet.storage.database import Reader, Writer

api = Api()


class V1FilterForm(Struct, frozen=True):
    phrase: Annotated[str | None, Meta(description="What is looked for.")] = None
    context: Annotated[list[str] | None, Meta(description="home, notifications, public, thread, account")] = (
        None
    )
    irreversible: Annotated[bool | None, Meta(description="Hide what is found altogether.")] = None
    whole_word: bool | None = None
    expires_in: (
        Annotated[int, Meta(ge=0, description="How many seconds from now the filter ends.")]
        | None
        | UnsetType
    ) = UNSET

    def action(self, old: FilterAction) -> FilterAction:
        """What this version cannot say stays as it is."""
        if self.irreversible is None or self.irreversible == (old == "hide"):
            return old
        return "hide" if self.irreversible else "warn"

    def to_change(self) -> KeywordChange:
        return KeywordChange(keyword=self.phrase, whole_word=self.whole_word)


def _shown(one: Keyword, whole: Filter) -> entities.V1Filter:
    """https://docs.joinmastodon.org/entities/V1_Filter/"""
    return entities.V1Filter(
        id=str(one.id),
        phrase=one.keyword,
        context=list(whole.contexts),
        whole_word=bool(one.whole_word),
        expires_at=iso_or_none(whole.expires_at),
        irreversible=whole.action == "hide",
    )


def _one(db: Reader, one: Keyword, call: Call[Any]) -> entities.V1Filter:
    return _shown(one, filters.get(db, one.filter_id, call.account))


@api.get("/api/v1/filters", scope="read:filters", returns=list[entities.V1Filter])
def show_filters(db: Reader, call: Call[NoForm]) -> list[entities.V1Filter]:
    """https://docs.joinmastodon.org/methods/filters/#get-v1"""
    known: Mapping[FilterId, Filter] = {one.id: one for one in filters.of_account(db, call.account)}
    keywords = filters.keywords(db, known.keys())
    return [_shown(one, known[id]) for id, each in keywords.items() for one in each]


@api.get("/api/v1/filters/{id}", scope="read:filters", returns=entities.V1Filter)
def show_filter(db: Reader, call: Call[NoForm]) -> entities.V1Filter:
    """https://docs.joinmastodon.org/methods/filters/#get-one-v1"""
    return _one(db, filters.get_keyword(db, call.id, call.account), call)


@api.post("/api/v1/filters", scope="write:filters", form=V1FilterForm, returns=entities.V1Filter)
def create_filter(db: Writer, call: Call[V1FilterForm]) -> entities.V1Filter:
    """https://docs.joinmastodon.org/methods/filters/#create-v1"""
    form = call.form
    made = filtering.create(
        db,
        call.account,
        form.phrase or "",
        form.context or (),
        form.action("warn"),
        None if form.expires_in is UNSET else form.expires_in,
        [form.to_change()],
        call.here,
    )
    return _shown(filters.keywords(db, [made.id])[made.id][0], made)


@api.put("/api/v1/filters/{id}", scope="write:filters", form=V1FilterForm, returns=entities.V1Filter)
def update_filter(db: Writer, call: Call[V1FilterForm]) -> entities.V1Filter:
    """https://docs.joinmastodon.org/methods/filters/#update-v1"""
    form, one = call.form, filters.get_keyword(db, call.id, call.account)
    old = filters.get(db, one.filter_id, call.account)
    ends = old.expires_at if form.expires_in is UNSET else filtering.ends_at(form.expires_in, call.here)
    wanted = replace(old, action=form.action(old.action), expires_at=ends)
    contexts = old.contexts if form.context is None else form.context
    return _one(db, filtering.change_single(db, one, wanted, contexts, form.to_change(), call.here), call)


@api.delete("/api/v1/filters/{id}", scope="write:filters", returns=dict[str, Any])
def delete_filter(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/filters/#delete-v1"""
    filtering.delete_single(db, call.id, call.account)
    return {}
