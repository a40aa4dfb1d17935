"""Search for members: people, hashtags and posts that this server knows, and people elsewhere by their whole name."""

import re

from martlet.http.answer import Answer
from martlet.model.names import AccountId
from martlet.model.paging import Page
from martlet.services import finding_accounts, searching
from martlet.services.searching import TakesLong
from martlet.storage import accounts
from martlet.storage.database import Reader
from martlet.web import addresses, faces
from martlet.web.cards import Face
from martlet.web.member_pages import FoundTag, SearchPage
from martlet.web.visits import Pages, Visit

pages = Pages()

LOOKED_AT = 1000
PEOPLE, TAGS, POSTS = 8, 8, 20
SUGGESTED = 5
_ADDRESS = re.compile(r"https?://\S+")


@pages.get(addresses.SEARCH, access="member")
async def search(visit: Visit) -> Answer:
    asked = visit.query.get("q", "").strip()[:LOOKED_AT]
    if not asked:
        return visit.page(SearchPage(""))
    is_far = await _ask_others(visit, asked)
    try:
        page = await visit.store.reading(_found, visit, asked, "short", is_far=is_far)
    except TakesLong:
        page = await visit.store.reading_aside(_found, visit, asked, "long", is_far=is_far)
    return visit.page(page)


@pages.get(addresses.SEARCH_SUGGEST, access="member")
async def suggest(visit: Visit) -> Answer:
    """People and hashtags that begin with what is typed so far, as a part of the page; nobody else is asked."""
    asked = visit.query.get("q", "").strip()[:LOOKED_AT]
    people, tags = await visit.store.reading(_beginning, visit, asked) if asked else ((), ())
    return visit.part("parts/suggestions.html", people=people, tags=tags)


def _beginning(db: Reader, visit: Visit, asked: str) -> tuple[tuple[Face, ...], tuple[FoundTag, ...]]:
    here, me = visit.here, visit.account
    found = [] if asked.startswith("#") else finding_accounts.by_words(db, me, asked, here, SUGGESTED)
    tags = [] if "@" in asked else searching.hashtags(db, asked, here, SUGGESTED)
    return _faces(db, visit, [one.account_id for one in found]), _tags(tags)


async def _ask_others(visit: Visit, asked: str) -> bool:
    """A handle with its host, or an address, is asked for where it lives."""
    resolver = visit.desk.resolver
    if resolver is None:
        return False
    if _ADDRESS.fullmatch(asked):
        await resolver.address(asked)
        return True
    if "@" in asked.removeprefix("@") and " " not in asked:
        await resolver.handle(asked)
        return True
    return False


def _found(
    db: Reader,
    visit: Visit,
    asked: str,
    patience: searching.Patience,
    *,
    is_far: bool,
) -> SearchPage:
    here, me = visit.here, visit.account
    if _ADDRESS.fullmatch(asked):
        post, person = searching.post_at(db, me, asked), finding_accounts.by_address(db, asked)
        return SearchPage(
            asked,
            people=_faces(db, visit, [person.account_id] if person else []),
            posts=visit.desk.feeds.render(db, [post] if post else [], me, visit.language, "public"),
            is_far=is_far,
        )
    people = [] if asked.startswith("#") else finding_accounts.by_words(db, me, asked, here, PEOPLE)
    tags = [] if "@" in asked else searching.hashtags(db, asked, here, TAGS)
    posts = searching.posts(db, me, asked, Page(limit=POSTS), here, patience=patience)
    return SearchPage(
        asked,
        people=_faces(db, visit, [one.account_id for one in people]),
        tags=_tags(tags),
        posts=visit.desk.feeds.render(db, posts, me, visit.language, "public"),
        is_far=is_far,
    )


def _tags(found: list[searching.TagHistory]) -> tuple[FoundTag, ...]:
    return tuple(
        FoundTag(one.tag.shown, addresses.at(addresses.TAG, name=one.tag.shown), _people(one))
        for one in found
    )


def _people(one: searching.TagHistory) -> int:
    """On the day with the most."""
    return max((day.accounts for day in one.days), default=0)


def _faces(db: Reader, visit: Visit, ids: list[AccountId]) -> tuple[Face, ...]:
    found = accounts.many_shown(db, ids)
    return tuple(
        faces.face_with_emoji(db, found[id], visit.here, is_inside=True) for id in ids if id in found
    )
