"""People to write to, with Fedibird's and kmyblue's names (docs/client-api-extensions.md)."""

from typing import Any

from msgspec import Struct

from martlet.mastodon import entities
from martlet.mastodon.lists import MembersForm
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize import accounts as serialize
from martlet.model.names import CircleId, PostId
from martlet.model.paging import Page
from martlet.services import circling
from martlet.storage import accounts, circles
from martlet.storage.circles import Circle
from martlet.storage.database import Reader, Writer

api = Api()


class CircleForm(Struct, frozen=True):
    title: str = ""


class CircleEntity(Struct, kw_only=True):
    """An extension."""

    id: str
    title: str


def entity(one: Circle) -> CircleEntity:
    return CircleEntity(id=str(one.id), title=one.title)


@api.get("/api/v1/circles", scope="read:lists", returns=list[CircleEntity])
def index(db: Reader, call: Call[NoForm]) -> list[CircleEntity]:
    """docs/client-api-extensions.md: all of one's own."""
    return [entity(one) for one in circles.of_owner(db, call.account)]


@api.get("/api/v1/circles/{id}", scope="read:lists", returns=CircleEntity)
def show(db: Reader, call: Call[NoForm]) -> CircleEntity:
    """docs/client-api-extensions.md"""
    return entity(circles.get(db, CircleId(call.id), call.account))


@api.post("/api/v1/circles", scope="write:lists", form=CircleForm, returns=CircleEntity)
def create(db: Writer, call: Call[CircleForm]) -> CircleEntity:
    """docs/client-api-extensions.md"""
    return entity(circling.create(db, call.account, call.form.title, call.here))


@api.put("/api/v1/circles/{id}", scope="write:lists", form=CircleForm, returns=CircleEntity)
def update(db: Writer, call: Call[CircleForm]) -> CircleEntity:
    """docs/client-api-extensions.md"""
    return entity(circling.rename(db, CircleId(call.id), call.account, call.form.title))


@api.delete("/api/v1/circles/{id}", scope="write:lists", returns=dict[str, Any])
def delete(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """docs/client-api-extensions.md: what was written to it stays."""
    circling.delete(db, CircleId(call.id), call.account)
    return {}


@api.get("/api/v1/circles/{id}/accounts", scope="read:lists", form=PageForm, returns=list[entities.Account])
def show_members(db: Reader, call: Call[PageForm]) -> list[entities.Account]:
    """docs/client-api-extensions.md: the last added first. `limit=0` gets all, without pages."""
    one = circles.get(db, CircleId(call.id), call.account)
    gets_all = call.form.limit == 0
    page = Page(limit=circling.MEMBERS) if gets_all else call.form.page(40, 80)
    found = circles.members(db, one, page)
    if found and not gets_all:
        call.link(found[0][0], found[-1][0] if len(found) == page.limit else None)
    people = accounts.many(db, [account for _, account in found])
    return serialize.many(db, [people[account] for _, account in found], call.here)


@api.post("/api/v1/circles/{id}/accounts", scope="write:lists", form=MembersForm, returns=dict[str, Any])
def add_members(db: Writer, call: Call[MembersForm]) -> dict[str, Any]:
    """docs/client-api-extensions.md: people who follow one."""
    circling.add(db, CircleId(call.id), call.account, call.form.ids(), call.here)
    return {}


@api.delete("/api/v1/circles/{id}/accounts", scope="write:lists", form=MembersForm, returns=dict[str, Any])
def remove_members(db: Writer, call: Call[MembersForm]) -> dict[str, Any]:
    """docs/client-api-extensions.md"""
    circling.remove(db, CircleId(call.id), call.account, call.form.ids())
    return {}


@api.get("/api/v1/statuses/{id}/mentioned_by", scope="read:statuses", returns=list[entities.Account])
def show_readers(db: Reader, call: Call[NoForm]) -> list[entities.Account]:
    """docs/client-api-extensions.md: who reads one's own post to a circle."""
    ids = circling.of_post(db, call.account, PostId(call.id))
    found = accounts.many(db, ids)
    return serialize.many(db, [found[id] for id in ids if id in found], call.here)
