"""Keeping lists: making and changing them, who is in them, and what they show."""

from collections.abc import Collection
from dataclasses import replace

from martlet.model.errors import InvalidInput, NotFound
from martlet.model.lists import List, Replies
from martlet.model.names import AccountId, ListId
from martlet.model.server import Server
from martlet.services import timelines as service
from martlet.storage import accounts, lists, timelines
from martlet.storage.database import AlreadyThere, Writer

TITLE_LENGTH = 255
LISTS = 50
MEMBERS = 1000
REPLIES: tuple[Replies, ...] = ("followed", "list", "none")


class TooManyLists(InvalidInput):
    code = "too_many_lists"

    def __init__(self) -> None:
        super().__init__(f"You have reached the maximum number of lists ({LISTS})")


def create(
    db: Writer, owner: AccountId, title: str, replies: str | None, *, is_exclusive: bool | None, here: Server
) -> List:
    """Raises `InvalidInput`."""
    if len(lists.of_owner(db, owner)) >= LISTS:
        raise TooManyLists
    one = List(
        ListId(here.next_id()), owner, _title(title), _replies(replies or "list"), int(bool(is_exclusive))
    )
    lists.put(db, one)
    return one


def change(
    db: Writer,
    id: ListId,
    owner: AccountId,
    *,
    title: str | None,
    replies: str | None,
    is_exclusive: bool | None,
) -> List:
    """What is None stays as it is. Raises `NotFound` and `InvalidInput`."""
    old = lists.get(db, id, owner)
    new = replace(
        old,
        title=old.title if title is None else _title(title),
        replies=old.replies if replies is None else _replies(replies),
        is_exclusive=old.is_exclusive if is_exclusive is None else int(is_exclusive),
    )
    lists.put(db, new)
    if not timelines.has_home(db, owner):
        return new
    if new.replies != old.replies:
        service.remake_list(db, new)
    if new.is_exclusive != old.is_exclusive:
        for member in lists.member_ids(db, id):
            _show_at_home(db, owner, member)
    return new


def delete(db: Writer, id: ListId, owner: AccountId) -> None:
    """Raises `NotFound`."""
    one = lists.get(db, id, owner)
    members = lists.member_ids(db, id)
    lists.delete(db, id)
    if one.is_exclusive and timelines.has_home(db, owner):
        for member in members:
            _show_at_home(db, owner, member)


def add(db: Writer, id: ListId, owner: AccountId, members: Collection[AccountId], here: Server) -> None:
    """
    Put accounts into a list.

    Raises `NotFound` for lists of others and for people the owner does not
    follow, `InvalidInput` for those who are in it already.
    """
    one = lists.get(db, id, owner)
    if len(lists.member_ids(db, id)) + len(members) > MEMBERS:
        raise InvalidInput(f"A list holds at most {MEMBERS} accounts")
    known = accounts.many(db, members)
    is_kept = timelines.has_home(db, owner)
    for member in members:
        if member not in known or (member != owner and not lists.follows(db, owner, member)):
            raise NotFound
        try:
            with db.part():
                lists.add_member(db, id, member, here.next_id())
        except AlreadyThere:
            raise InvalidInput("Validation failed: Account has already been taken") from None
    for member in members if is_kept else ():
        service.fill_list_from(db, one, member)
        if one.is_exclusive:
            _show_at_home(db, owner, member)


def remove(db: Writer, id: ListId, owner: AccountId, members: Collection[AccountId]) -> None:
    """Take accounts out of a list; who is not in it stays out of it. Raises `NotFound` for lists of others."""
    one = lists.get(db, id, owner)
    is_kept = timelines.has_home(db, owner)
    for member in members:
        lists.remove_member(db, id, member)
        timelines.take_out(db, id, member)
        if one.is_exclusive and is_kept:
            _show_at_home(db, owner, member)


def _show_at_home(db: Writer, owner: AccountId, member: AccountId) -> None:
    """The member's posts stand in the home timeline unless an exclusive list has them."""
    if any(one.is_exclusive for one in lists.containing(db, owner, member)):
        if member != owner:
            timelines.take_out(db, owner, member)
    else:
        service.fill_home_from(db, owner, member)


def _title(text: str) -> str:
    title = " ".join(text.split())
    if not title:
        raise InvalidInput("Validation failed: Title can't be blank", "title")
    if len(title) > TITLE_LENGTH:
        raise InvalidInput(
            f"Validation failed: Title is too long (maximum is {TITLE_LENGTH} characters)", "title"
        )
    return title


def _replies(text: str) -> Replies:
    for one in REPLIES:
        if text == one:
            return one
    raise InvalidInput("Validation failed: Replies policy is not included in the list", "replies_policy")
