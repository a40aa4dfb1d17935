"""Lists: https://docs.joinmastodon.org/methods/lists/"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from martlet.mastodon import entities
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm, id_in
from martlet.mastodon.serialize import accounts as serialize
from martlet.model.lists import List
from martlet.model.names import AccountId, ListId
from martlet.model.paging import Page
from martlet.services import listing
from martlet.storage import accounts, lists
from martlet.storage.database import Reader, Writer

api = Api()

_Exclusive = Annotated[bool | None, Meta(description="Keep posts by members out of the home timeline.")]


class ListForm(msgspec.Struct, frozen=True):
    title: str | None = None
    replies_policy: Annotated[str | None, Meta(description="followed, list or none")] = None
    exclusive: _Exclusive = None


class MembersForm(msgspec.Struct, frozen=True):
    account_ids: list[str] = msgspec.field(default_factory=list)

    def ids(self) -> list[AccountId]:
        """Raises `NotFound` for what cannot be an account."""
        return [AccountId(id_in(text)) for text in dict.fromkeys(self.account_ids)]


def entity(one: List) -> entities.List:
    """https://docs.joinmastodon.org/entities/List/"""
    return entities.List(
        id=str(one.id), title=one.title, replies_policy=one.replies, exclusive=bool(one.is_exclusive)
    )


@api.get("/api/v1/lists", scope="read:lists", returns=list[entities.List])
def show_lists(db: Reader, call: Call[NoForm]) -> list[entities.List]:
    """https://docs.joinmastodon.org/methods/lists/#get"""
    return [entity(one) for one in lists.of_owner(db, call.account)]


@api.get("/api/v1/lists/{id}", scope="read:lists", returns=entities.List)
def show_list(db: Reader, call: Call[NoForm]) -> entities.List:
    """https://docs.joinmastodon.org/methods/lists/#get-one"""
    return entity(lists.get(db, ListId(call.id), call.account))


@api.post("/api/v1/lists", scope="write:lists", form=ListForm, returns=entities.List)
def create_list(db: Writer, call: Call[ListForm]) -> entities.List:
    """https://docs.joinmastodon.org/methods/lists/#create"""
    form = call.form
    made = listing.create(
        db, call.account, form.title or "", form.replies_policy, is_exclusive=form.exclusive, here=call.here
    )
    return entity(made)


@api.put("/api/v1/lists/{id}", scope="write:lists", form=ListForm, returns=entities.List)
def update_list(db: Writer, call: Call[ListForm]) -> entities.List:
    """https://docs.joinmastodon.org/methods/lists/#update"""
    form = call.form
    changed = listing.change(
        db,
        ListId(call.id),
        call.account,
        title=form.title,
        replies=form.replies_policy,
        is_exclusive=form.exclusive,
    )
    return entity(changed)


@api.delete("/api/v1/lists/{id}", scope="write:lists", returns=dict[str, Any])
def delete_list(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/lists/#delete"""
    listing.delete(db, ListId(call.id), call.account)
    return {}


@api.get("/api/v1/lists/{id}/accounts", scope="read:lists", form=PageForm, returns=list[entities.Account])
def show_members(db: Reader, call: Call[PageForm]) -> list[entities.Account]:
    """https://docs.joinmastodon.org/methods/lists/#accounts. `limit=0` gets all, without pages."""
    one = lists.get(db, ListId(call.id), call.account)
    gets_all = call.form.limit == 0
    page = Page(limit=listing.MEMBERS) if gets_all else call.form.page(40, 80)
    ids = lists.members(db, one.id, page)
    if ids and not gets_all:
        call.link(ids[0], ids[-1] if len(ids) == page.limit else None)
    found = accounts.many(db, ids)
    return serialize.many(db, [found[id] for id in ids], call.here)


@api.post("/api/v1/lists/{id}/accounts", scope="write:lists", form=MembersForm, returns=dict[str, Any])
def add_members(db: Writer, call: Call[MembersForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/lists/#accounts-add"""
    listing.add(db, ListId(call.id), call.account, call.form.ids(), call.here)
    return {}


@api.delete("/api/v1/lists/{id}/accounts", scope="write:lists", form=MembersForm, returns=dict[str, Any])
def remove_members(db: Writer, call: Call[MembersForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/lists/#accounts-remove"""
    listing.remove(db, ListId(call.id), call.account, call.form.ids())
    return {}


@api.get("/api/v1/accounts/{id}/lists", scope="read:lists", returns=list[entities.List])
def lists_containing(db: Reader, call: Call[NoForm]) -> list[entities.List]:
    """https://docs.joinmastodon.org/methods/accounts/#lists"""
    member = accounts.get(db, AccountId(call.id))
    return [entity(one) for one in lists.containing(db, call.account, member.id)]
