"""Timelines: https://docs.joinmastodon.org/methods/timelines/"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from martlet.mastodon import entities
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, Later
from martlet.model.errors import InvalidInput, NotFound, NotSignedIn
from martlet.model.names import AccountId, ListId
from martlet.services import timelines as service
from martlet.storage import cards, listings, lists, timelines
from martlet.storage.database import Reader
from martlet.storage.listings import Narrowing, Tags
from martlet.storage.posts import Shown
from martlet.text import web_links
from martlet.text.hashtags import hashtag_key
from martlet.text.urls import InvalidUrl

TAGS_AT_ONCE = 4

api = Api()

_Only = Annotated[bool, Meta(description="Only posts that have pictures, films or sounds.")]


class PublicForm(PageForm, frozen=True, kw_only=True):
    local: Annotated[bool, Meta(description="Only posts written here.")] = False
    remote: Annotated[bool, Meta(description="Only posts from other servers.")] = False
    only_media: _Only = False

    def narrowing(self) -> Narrowing:
        if self.local == self.remote:
            return Narrowing("all", self.only_media)
        return Narrowing("here" if self.local else "elsewhere", self.only_media)


class TagForm(PublicForm, frozen=True, kw_only=True):
    any: Annotated[list[str], Meta(description="Further hashtags; one of them is enough.")] = msgspec.field(
        default_factory=list
    )
    all: Annotated[list[str], Meta(description="Hashtags that have to be there as well.")] = msgspec.field(
        default_factory=list
    )
    none: Annotated[list[str], Meta(description="Hashtags that may not be there.")] = msgspec.field(
        default_factory=list
    )

    def tags(self, name: str) -> Tags:
        return Tags(_keys([name, *self.any[:TAGS_AT_ONCE]]), _keys(self.all), _keys(self.none))


def _keys(names: list[str]) -> list[str]:
    return [hashtag_key(name) for name in names[: TAGS_AT_ONCE + 1]]


@api.get("/api/v1/timelines/home", scope="read:statuses", form=PageForm, returns=list[entities.Status])
def home(db: Reader, call: Call[PageForm]) -> bytes | Later:
    """https://docs.joinmastodon.org/methods/timelines/#home"""
    page, now = call.form.page(), call.here.now_ms()
    found = timelines.home(db, call.account, page, now)
    if len(found) < page.limit and not timelines.is_filled_before(db, call.account, now):
        return Later(_rebuilt_home)
    return _answer(db, call, found)


async def _rebuilt_home(call: Call[PageForm]) -> bytes:
    await service.rebuild(call.store, call.account, call.here)
    return await call.store.reading(_own_page, call, call.account)


@api.get("/api/v1/timelines/list/{id}", scope="read:lists", form=PageForm, returns=list[entities.Status])
def list_timeline(db: Reader, call: Call[PageForm]) -> bytes | Later:
    """https://docs.joinmastodon.org/methods/timelines/#list"""
    chosen = lists.get(db, ListId(call.id), call.account)
    if not timelines.has_home(db, call.account):
        return Later(_rebuilt_list)
    return _own_page(db, call, chosen.id)


async def _rebuilt_list(call: Call[PageForm]) -> bytes:
    await service.rebuild(call.store, call.account, call.here)
    return await call.store.reading(_own_page, call, ListId(call.id))


def _own_page(db: Reader, call: Call[PageForm], timeline: AccountId | ListId) -> bytes:
    found = timelines.written_ahead(db, timeline, call.account, call.form.page(), call.here.now_ms())
    return _answer(db, call, found)


@api.get(
    "/api/v1/timelines/public",
    scope="read:statuses",
    access="public",
    form=PublicForm,
    returns=list[entities.Status],
)
def public(db: Reader, call: Call[PublicForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/timelines/#public"""
    _check_preview(call)
    found = listings.public(db, call.account, call.form.page(), call.here.now_ms(), call.form.narrowing())
    return _answer(db, call, found)


@api.get(
    "/api/v1/timelines/tag/{hashtag}",
    scope="read:statuses",
    access="public",
    form=TagForm,
    returns=list[entities.Status],
)
def tagged(db: Reader, call: Call[TagForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/timelines/#tag"""
    _check_preview(call)
    found = listings.tagged(
        db,
        call.account,
        call.form.page(),
        call.here.now_ms(),
        call.form.tags(call.params["hashtag"]),
        call.form.narrowing(),
    )
    return _answer(db, call, found)


class LinkForm(PageForm, frozen=True, kw_only=True):
    url: Annotated[str, Meta(description="A page's address: what a card calls it, or as posts link to it.")]


@api.get(
    "/api/v1/timelines/link",
    scope="read:statuses",
    access="public",
    form=LinkForm,
    returns=list[entities.Status],
)
def linking(db: Reader, call: Call[LinkForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/timelines/#link"""
    _check_preview(call)
    card = cards.find_linked(db, _address(call.form.url))
    if card is None:
        raise NotFound
    found = listings.linking(db, call.account, call.form.page(), call.here.now_ms(), card)
    return _answer(db, call, found)


def _address(text: str) -> str:
    try:
        return web_links.normalised(text)
    except InvalidUrl:
        raise NotFound from None


def _check_preview(call: Call[Any]) -> None:
    """Where the public pages are for members only: raises `NotSignedIn` or `InvalidInput`."""
    if call.here.public_preview or call.account:
        return
    if call.viewer.token is None:
        raise NotSignedIn("The access token is invalid")
    raise InvalidInput("This method requires an authenticated user")


def _answer(db: Reader, call: Call[Any], found: list[Shown]) -> bytes:
    if found:
        call.link(found[0].id, found[-1].id)
    return call.pages.page(db, found, call.viewer)
