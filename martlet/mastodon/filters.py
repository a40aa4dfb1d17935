"""Filters, version 2: https://docs.joinmastodon.org/methods/filters/"""

from dataclasses import replace
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from martlet.mastodon import entities
from martlet.mastodon.routing import Api, Call, NoForm, id_in
from martlet.mastodon.serialize import filters as serialize
from martlet.model.filters import Filter, FilterAction
from martlet.model.names import FilterId, PostId
from martlet.services import filtering
from martlet.services.filtering import KeywordChange
from martlet.storage import filters
from martlet.storage.database import Reader, Writer

api = Api()

_Seconds = Annotated[int, Meta(ge=0, description="How many seconds from now the filter ends.")]


class KeywordAttributes(Struct, frozen=True):
    id: str | None = None
    keyword: str | None = None
    whole_word: bool | None = None
    destroy: bool = msgspec.field(default=False, name="_destroy")

    def to_change(self) -> KeywordChange:
        """Raises `NotFound` for what cannot be an id."""
        id = id_in(self.id) if self.id else None
        return KeywordChange(id, self.keyword, self.whole_word, self.destroy)


class FilterForm(Struct, frozen=True):
    title: str | None = None
    context: Annotated[list[str] | None, Meta(description="home, notifications, public, thread, account")] = (
        None
    )
    filter_action: FilterAction | None = None
    expires_in: _Seconds | None | UnsetType = UNSET
    keywords_attributes: list[KeywordAttributes] = msgspec.field(default_factory=list)

    def changes(self) -> list[KeywordChange]:
        return [one.to_change() for one in self.keywords_attributes]


class KeywordForm(Struct, frozen=True):
    keyword: str | None = None
    whole_word: bool | None = None


class FilterStatusForm(Struct, frozen=True):
    status_id: str


def _one(db: Reader, found: Filter) -> entities.Filter:
    return serialize.whole(db, [found])[0]


def _filter(db: Reader, call: Call[Any]) -> Filter:
    """The `{id}` in the path. Raises `NotFound`."""
    return filters.get(db, FilterId(call.id), call.account)


@api.get("/api/v2/filters", scope="read:filters", returns=list[entities.Filter])
def show_filters(db: Reader, call: Call[NoForm]) -> list[entities.Filter]:
    """https://docs.joinmastodon.org/methods/filters/#get"""
    return serialize.whole(db, filters.of_account(db, call.account))


@api.get("/api/v2/filters/{id}", scope="read:filters", returns=entities.Filter)
def show_filter(db: Reader, call: Call[NoForm]) -> entities.Filter:
    """https://docs.joinmastodon.org/methods/filters/#get-one"""
    return _one(db, _filter(db, call))


@api.post("/api/v2/filters", scope="write:filters", form=FilterForm, returns=entities.Filter)
def create_filter(db: Writer, call: Call[FilterForm]) -> entities.Filter:
    """https://docs.joinmastodon.org/methods/filters/#create"""
    form = call.form
    made = filtering.create(
        db,
        call.account,
        form.title or "",
        form.context or (),
        form.filter_action or "warn",
        None if form.expires_in is UNSET else form.expires_in,
        form.changes(),
        call.here,
    )
    return _one(db, made)


@api.put("/api/v2/filters/{id}", scope="write:filters", form=FilterForm, returns=entities.Filter)
def update_filter(db: Writer, call: Call[FilterForm]) -> entities.Filter:
    """https://docs.joinmastodon.org/methods/filters/#update"""
    form, old = call.form, _filter(db, call)
    wanted = replace(
        old,
        title=old.title if form.title is None else form.title.strip(),
        action=form.filter_action or old.action,
        expires_at=old.expires_at
        if form.expires_in is UNSET
        else filtering.ends_at(form.expires_in, call.here),
    )
    contexts = old.contexts if form.context is None else form.context
    return _one(db, filtering.change(db, old, wanted, contexts, form.changes(), call.here))


@api.delete("/api/v2/filters/{id}", scope="write:filters", returns=dict[str, Any])
def delete_filter(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/filters/#delete"""
    filtering.delete(db, FilterId(call.id), call.account)
    return {}


@api.get("/api/v2/filters/{id}/keywords", scope="read:filters", returns=list[entities.FilterKeyword])
def show_keywords(db: Reader, call: Call[NoForm]) -> list[entities.FilterKeyword]:
    """https://docs.joinmastodon.org/methods/filters/#keywords-get"""
    one = _filter(db, call)
    return [serialize.keyword_entity(keyword) for keyword in filters.keywords(db, [one.id])[one.id]]


@api.post(
    "/api/v2/filters/{id}/keywords", scope="write:filters", form=KeywordForm, returns=entities.FilterKeyword
)
def add_keyword(db: Writer, call: Call[KeywordForm]) -> entities.FilterKeyword:
    """https://docs.joinmastodon.org/methods/filters/#keywords-create"""
    form = call.form
    whole_word = True if form.whole_word is None else form.whole_word
    added = filtering.add_keyword(
        db, _filter(db, call), form.keyword or "", whole_word=whole_word, here=call.here
    )
    return serialize.keyword_entity(added)


@api.get("/api/v2/filters/keywords/{id}", scope="read:filters", returns=entities.FilterKeyword)
def show_keyword(db: Reader, call: Call[NoForm]) -> entities.FilterKeyword:
    """https://docs.joinmastodon.org/methods/filters/#keywords-get-one"""
    return serialize.keyword_entity(filters.get_keyword(db, call.id, call.account))


@api.put(
    "/api/v2/filters/keywords/{id}", scope="write:filters", form=KeywordForm, returns=entities.FilterKeyword
)
def update_keyword(db: Writer, call: Call[KeywordForm]) -> entities.FilterKeyword:
    """https://docs.joinmastodon.org/methods/filters/#keywords-update"""
    old = filters.get_keyword(db, call.id, call.account)
    wanted = filtering.changed_keyword(old, call.form.keyword, whole_word=call.form.whole_word)
    return serialize.keyword_entity(filtering.put_keyword(db, wanted, call.account))


@api.delete("/api/v2/filters/keywords/{id}", scope="write:filters", returns=dict[str, Any])
def delete_keyword(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/filters/#keywords-delete"""
    filtering.delete_keyword(db, call.id, call.account)
    return {}


@api.get("/api/v2/filters/{id}/statuses", scope="read:filters", returns=list[entities.FilterStatus])
def show_statuses(db: Reader, call: Call[NoForm]) -> list[entities.FilterStatus]:
    """https://docs.joinmastodon.org/methods/filters/#statuses-get"""
    one = _filter(db, call)
    return [serialize.post_entity(post) for post in filters.posts(db, [one.id])[one.id]]


@api.post(
    "/api/v2/filters/{id}/statuses",
    scope="write:filters",
    form=FilterStatusForm,
    returns=entities.FilterStatus,
)
def add_status(db: Writer, call: Call[FilterStatusForm]) -> entities.FilterStatus:
    """https://docs.joinmastodon.org/methods/filters/#statuses-add"""
    one = _filter(db, call)
    return serialize.post_entity(filtering.add_post(db, one, PostId(id_in(call.form.status_id)), call.here))


@api.get("/api/v2/filters/statuses/{id}", scope="read:filters", returns=entities.FilterStatus)
def show_status(db: Reader, call: Call[NoForm]) -> entities.FilterStatus:
    """https://docs.joinmastodon.org/methods/filters/#statuses-get-one"""
    return serialize.post_entity(filters.get_post(db, call.id, call.account))


@api.delete("/api/v2/filters/statuses/{id}", scope="write:filters", returns=dict[str, Any])
def delete_status(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/filters/#statuses-remove"""
    filtering.delete_post(db, call.id, call.account)
    return {}
