"""People, as members see them: of here and of elsewhere, with what is between."""

from collections.abc import Sequence
from typing import Literal

from martlet.http.answer import Answer
from martlet.model.accounts import Account
from martlet.model.errors import NotFound
from martlet.model.names import PostId
from martlet.model.paging import Page
from martlet.services import finding_accounts, gathering
from martlet.storage import accounts, follows, listings, relations
from martlet.storage.database import Reader
from martlet.storage.listings import OfAccount
from martlet.storage.posts import Shown
from martlet.storage.relations import Relation
from martlet.web import addresses, faces, showing
from martlet.web.member_pages import Between, PeoplePage, PersonPage, Tab
from martlet.web.visits import Visit

AT_ONCE, LISTED = 20, 40

Which = Literal["posts", "replies", "media"]
WANTED: dict[Which, OfAccount] = {
    "posts": OfAccount(has_replies=False),
    "replies": OfAccount(),
    "media": OfAccount(has_boosts=False, only_media=True),
}


async def show(visit: Visit) -> Answer:
    """Raises `NotFound` for people whom this server does not know."""
    account = await visit.store.reading(_account, visit)
    page = await visit.store.reading(_page, visit, account)
    if not account.is_here and await visit.store.reading(_is_due, visit, account):
        await visit.store.writing(gathering.want_profile, account.id, visit.here)
    return visit.page(page)


def asked_for(visit: Visit) -> Which:
    """Which of somebody's posts the address asks for."""
    asked = visit.query.get("show", "posts")
    return "replies" if asked == "replies" else "media" if asked == "media" else "posts"


def tabs(own: str, which: str, *, has_albums: bool) -> tuple[Tab, ...]:
    """`own`: the address of the profile. Albums have only people of here."""
    found = [
        Tab(name, own if name == "posts" else f"{own}?show={name}", is_current=name == which)
        for name in WANTED
    ]
    return (
        (*found, Tab("albums", f"{own}/albums", is_current=which == "albums")) if has_albums else tuple(found)
    )


def _account(db: Reader, visit: Visit) -> Account:
    account = finding_accounts.by_handle(db, visit.params["username"], visit.here)
    if account.is_gone:
        raise NotFound
    return account


def _is_due(db: Reader, visit: Visit, account: Account) -> bool:
    return gathering.is_profile_due(db, account.id, visit.here.now_ms())


def _page(db: Reader, visit: Visit, account: Account) -> PersonPage:
    which = asked_for(visit)
    there = between(db, visit, account)
    page = visit.paging(AT_ONCE)
    shown = listings.by(db, account.id, visit.account, page, WANTED[which])
    has_pins = visit.is_first_page and which == "posts"
    limit = visit.here.limits.pins
    pinned = listings.pinned(db, account.id, visit.account, Page(limit=limit)) if has_pins else []
    pins = frozenset(one.id for one in pinned)
    own = addresses.at(addresses.PROFILE, username=account.handle)
    newer, older = visit.ends(own if which == "posts" else f"{own}?show={which}", shown, AT_ONCE)
    return PersonPage(
        id=str(account.id),
        profile=showing.profile(
            db, account, visit.here, showing.featured(db, account, visit.account), visit.account
        ),
        between=there,
        which=which,
        tabs=tabs(own, which, has_albums=account.is_here),
        posts=_posts(db, visit, [*pinned, *(one for one in shown if one.id not in pins)], pins),
        newer=newer,
        older=older,
        elsewhere=None if account.is_here else account.url,
    )


def _posts(db: Reader, visit: Visit, shown: list[Shown], pins: frozenset[PostId]) -> Sequence[str]:
    return visit.desk.feeds.render(db, shown, visit.account, visit.language, "account", pins)


# -- who follows whom ----------------------------------------------------


async def list_of(visit: Visit, which: Literal["followers", "following"]) -> Answer:
    """Raises `NotFound`."""
    return visit.page(await visit.store.reading(_listed, visit, which))


def _listed(db: Reader, visit: Visit, which: Literal["followers", "following"]) -> PeoplePage:
    account, here = _account(db, visit), visit.here
    face = faces.face_with_emoji(db, account, here, is_inside=True)
    if account.hides_follows and account.id != visit.account:
        return PeoplePage(face, which, (), is_hidden=True)
    read = follows.followers if which == "followers" else follows.following
    found = read(db, account.id, visit.account, visit.paging(LISTED), here.now_ms())
    people = accounts.many_shown(db, [one.account_id for one in found])
    own = f"{addresses.at(addresses.PROFILE, username=account.handle)}/{which}"
    return PeoplePage(
        face,
        which,
        tuple(
            faces.face_with_emoji(db, people[one.account_id], here, is_inside=True)
            for one in found
            if one.account_id in people
        ),
        older=f"{own}?max_id={found[-1].id}" if len(found) == LISTED else None,
    )


def between(db: Reader, visit: Visit, account: Account) -> Between:
    if account.id == visit.account:
        return Between(is_self=True)
    found = relations.between(db, visit.account, [account.id], visit.here.now_ms()).get(account.id)
    return Between() if found is None else _told(found)


def _told(found: Relation) -> Between:
    return Between(
        follows=bool(found.follows),
        has_asked=found.follows == 0,
        is_followed_by=bool(found.followed_by),
        is_muting=found.mute_id is not None,
        is_blocking=found.block_id is not None,
        is_blocked_by=found.blocked_by_id is not None,
        is_endorsing=found.endorsement_id is not None,
        note=found.note or "",
    )
