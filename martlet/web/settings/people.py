"""People of one's own: followers, whom one blocks or mutes, whom one recommends."""

from collections.abc import Sequence
from typing import Literal

from martlet.http.answer import Answer
from martlet.model.errors import NotFound
from martlet.model.ids import id_from
from martlet.model.names import AccountId
from martlet.model.server import moment
from martlet.services import following
from martlet.storage import accounts, follows, relations
from martlet.storage.database import Reader
from martlet.storage.follows import Listed
from martlet.storage.relations import KeptAway
from martlet.web import addresses, faces
from martlet.web.settings_pages import AskPage, OwnPeoplePage, PersonRow
from martlet.web.visits import Pages, Visit
from martlet.web.wording import sentence

pages = Pages()

AT_ONCE = 40
Which = Literal["followers", "blocked", "muted", "endorsed"]
PLACES: dict[Which, str] = {
    "followers": addresses.OWN_FOLLOWERS,
    "blocked": addresses.BLOCKED,
    "muted": addresses.MUTED,
    "endorsed": addresses.ENDORSED,
}


@pages.get(addresses.OWN_FOLLOWERS, access="member")
async def followers(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_listed, visit, "followers"))


@pages.get(addresses.BLOCKED, access="member")
async def blocked(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_listed, visit, "blocked"))


@pages.get(addresses.MUTED, access="member")
async def muted(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_listed, visit, "muted"))


@pages.get(addresses.ENDORSED, access="member")
async def endorsed(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_listed, visit, "endorsed"))


def _listed(db: Reader, visit: Visit, which: Which) -> OwnPeoplePage:
    found = _found(db, visit, which)
    newer, older = visit.ends(PLACES[which], found, AT_ONCE)
    people = accounts.many(db, [one.account_id for one in found])
    quiet = _quiet(db, visit, list(people)) if which == "muted" else frozenset()
    rows = tuple(
        PersonRow(
            id=str(one.account_id),
            face=faces.face_with_emoji(db, people[one.account_id], visit.here, is_inside=True),
            until=moment(one.expires_at)
            if isinstance(one, KeptAway) and one.expires_at is not None
            else None,
            is_quiet=one.account_id in quiet,
        )
        for one in found
        if one.account_id in people
    )
    return OwnPeoplePage(which, rows, newer, older)


def _found(db: Reader, visit: Visit, which: Which) -> Sequence[Listed | KeptAway]:
    me, page, now = visit.account, visit.paging(AT_ONCE), visit.here.now_ms()
    if which == "followers":
        return follows.followers(db, me, me, page, now)
    if which == "blocked":
        return relations.blocks(db, me, page)
    if which == "muted":
        return relations.mutes(db, me, page, now)
    return relations.endorsements(db, me, page)


def _quiet(db: Reader, visit: Visit, ids: list[AccountId]) -> frozenset[AccountId]:
    """Of whom not even news come."""
    found = relations.between(db, visit.account, ids, visit.here.now_ms())
    return frozenset(id for id, one in found.items() if one.hides_notifications)


# -- a follower less -----------------------------------------------------


@pages.get(addresses.FOLLOWER_REMOVE, access="member")
async def ask_remove(visit: Visit) -> Answer:
    account = await visit.store.reading(accounts.get_shown, _id(visit))
    page = AskPage(
        sentence("Remove {name}?", name=account.display_name or account.username),
        sentence(
            "They no longer read what you write for followers. They are not told, and may follow again unless you block them."
        ),
        sentence("Remove this follower"),
        addresses.OWN_FOLLOWERS,
        "followers",
    )
    return visit.page(page)


@pages.post(addresses.FOLLOWER_REMOVE, access="member")
async def remove(visit: Visit) -> Answer:
    await visit.store.writing(following.remove_follower, visit.account, _id(visit))
    return visit.go(addresses.OWN_FOLLOWERS, done="follower_removed")


def _id(visit: Visit) -> AccountId:
    """Raises `NotFound`."""
    id = id_from(visit.params["id"])
    if id is None:
        raise NotFound
    return AccountId(id)
