"""People of this server as anybody may read them."""

from typing import Literal

from martlet.http.accepting import wants_document
from martlet.http.answer import Answer, redirect
from martlet.model.accounts import Account
from martlet.model.errors import NotFound
from martlet.model.names import NOBODY
from martlet.model.paging import Page
from martlet.model.server import Server
from martlet.storage import accounts, follows, listings
from martlet.storage.database import Reader
from martlet.storage.listings import OfAccount
from martlet.text import hashtags, names
from martlet.web import addresses, copies, faces, people, showing
from martlet.web.public_pages import KnownPeoplePage, ProfilePage
from martlet.web.visits import Pages, Visit

pages = Pages()

AT_ONCE = 20


@pages.get(addresses.PROFILE, access="anyone")
async def profile(visit: Visit) -> Answer:
    feed = addresses.feed_meant(visit.request.path)
    if feed is not None:
        return redirect(feed, 301)
    if not visit.is_for_member and _is_elsewhere(visit.params["username"], visit.here):
        return await copies.profile(visit)
    if wants_document(visit.request):
        name = visit.params["username"].partition("@")[0]
        return visit.go(addresses.at(addresses.ACCOUNT_DOCUMENT, username=name))
    if visit.is_for_member:
        return await people.show(visit)
    return await visit.store.reading(_profile, visit)


def _is_elsewhere(username: str, here: Server) -> bool:
    host = username.partition("@")[2]
    return bool(host) and not here.is_here(host.lower())


def _profile(db: Reader, visit: Visit) -> Answer:
    """Raises `NotFound` for people who are elsewhere, suspended or gone, too."""
    account, here = find(db, visit.params["username"], visit.here), visit.here
    which = people.asked_for(visit)
    shown = listings.by(db, account.id, NOBODY, visit.paging(AT_ONCE), people.WANTED[which])
    has_pins = visit.is_first_page and which == "posts"
    pinned = listings.pinned(db, account.id, NOBODY, Page(limit=here.limits.pins)) if has_pins else []
    shows = showing.featured(db, account)

    def make() -> tuple[ProfilePage, int]:
        pins = frozenset(one.id for one in pinned)
        others = [one for one in shown if one.id not in pins]
        own = addresses.at(addresses.PROFILE, username=account.username)
        newer, older = visit.ends(own if which == "posts" else f"{own}?show={which}", shown, AT_ONCE)
        listed = visit.desk.public.render(db, [*pinned, *others], visit.language, pins)
        return ProfilePage(
            profile=showing.profile(db, account, here, shows),
            which=which,
            tabs=people.tabs(own, which, has_albums=True),
            posts=listed.posts,
            newer=newer,
            older=older,
        ), listed.until

    return visit.public_page((account, *shown, *pinned, *shows), make)


@pages.get(addresses.TAGGED, access="anyone")
async def tagged(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_tagged, visit))


def _tagged(db: Reader, visit: Visit) -> ProfilePage:
    """Somebody's posts with a hashtag. Raises `NotFound` for what is none, too."""
    account, name = find(db, visit.params["username"], visit.here), visit.params["name"]
    if not hashtags.is_hashtag(name):
        raise NotFound
    wanted = OfAccount(has_boosts=False, tag=hashtags.hashtag_key(name))
    shown = listings.by(db, account.id, NOBODY, visit.paging(AT_ONCE), wanted)
    own = addresses.at(addresses.TAGGED, username=account.username, name=name)
    newer, older = visit.ends(own, shown, AT_ONCE)
    profile = addresses.at(addresses.PROFILE, username=account.username)
    return ProfilePage(
        profile=showing.profile(db, account, visit.here, showing.featured(db, account)),
        which="tag",
        tabs=people.tabs(profile, "tag", has_albums=True),
        posts=visit.desk.public.render(db, shown, visit.language).posts,
        newer=newer,
        older=older,
        tag=name,
    )


@pages.get(addresses.FOLLOWERS, access="anyone")
async def followers(visit: Visit) -> Answer:
    return await _list_of(visit, "followers")


@pages.get(addresses.FOLLOWING, access="anyone")
async def followed(visit: Visit) -> Answer:
    return await _list_of(visit, "following")


async def _list_of(visit: Visit, which: Literal["followers", "following"]) -> Answer:
    if visit.is_for_member:
        return await people.list_of(visit, which)
    return visit.page(await visit.store.reading(_known, visit, which))


def _known(db: Reader, visit: Visit, which: Literal["followers", "following"]) -> KnownPeoplePage:
    """Raises `NotFound`."""
    account, here = find(db, visit.params["username"], visit.here), visit.here
    face = faces.face_with_emoji(db, account, here)
    if account.hides_follows:
        return KnownPeoplePage(face, which, (), is_hidden=True)
    read = follows.followers if which == "followers" else follows.following
    found = read(db, account.id, NOBODY, visit.paging(people.LISTED), here.now_ms())
    known = accounts.many_shown(db, [one.account_id for one in found])
    own = f"{addresses.at(addresses.PROFILE, username=account.username)}/{which}"
    return KnownPeoplePage(
        face,
        which,
        tuple(
            faces.face_with_emoji(db, known[one.account_id], here) for one in found if one.account_id in known
        ),
        older=f"{own}?max_id={found[-1].id}" if len(found) == people.LISTED else None,
    )


def find(db: Reader, username: str, here: Server) -> Account:
    """Whom `ada`, or `ada@this.server`, names. Raises `NotFound`."""
    name, at, host = username.partition("@")
    if not names.is_username(name) or (at and not here.is_here(host.lower())):
        raise NotFound
    account = accounts.get_shown_by_handle(db, name)
    if account.is_gone:
        raise NotFound
    return account
