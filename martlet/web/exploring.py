"""What is talked about here, and whom one might follow: each with the reason why it is shown."""

from collections.abc import Sequence

from martlet.http.answer import Answer
from martlet.model.errors import NotFound
from martlet.model.names import NOBODY, AccountId, PostId
from martlet.model.trends import WINDOW_HOURS, TrendKind
from martlet.services import suggesting, trending
from martlet.storage import accounts, cards, directory, posts, tags
from martlet.storage.database import Reader
from martlet.storage.posts import Shown
from martlet.storage.trends import Trend
from martlet.web import addresses, faces, reasons, showing
from martlet.web.cards import Featured
from martlet.web.explore_pages import (
    DiscoverPage,
    ExplorePage,
    Rule,
    Suggestion,
    Talk,
    TopLink,
    TopPost,
    TopTag,
)
from martlet.web.visits import Pages, Visit
from martlet.web.wording import sentence

pages = Pages()

TAGS, LINKS, POSTS, PEOPLE = 10, 5, 10, 12
KEPT_MS = 60 * 1000
_LATELY = sentence("Wrote here lately, and wants to be found.")


@pages.get(addresses.EXPLORE, access="anyone")
async def explore(visit: Visit) -> Answer:
    """For visitors not where the owner keeps the public timelines to the people here."""
    if visit.is_for_member:
        return visit.page(await visit.store.reading_aside(_for_member, visit))
    if not visit.here.public_preview:
        raise NotFound
    return await visit.store.reading(_for_visitor, visit)


def _for_member(db: Reader, visit: Visit) -> ExplorePage:
    me, here = visit.account, visit.here
    found = suggesting.to(db, me, PEOPLE, here)
    known = accounts.many_shown(db, [one.account for one in found])
    top, shown = _posts(db, visit, me)
    rendered = {
        one.id: _one(visit.desk.feeds.render(db, [one], me, visit.language, "public")) for one in shown
    }
    return ExplorePage(
        talk=_talk(db, visit, me, _with_reasons(top, rendered)),
        people=tuple(
            Suggestion(
                str(one.account),
                faces.face_with_emoji(db, known[one.account], here, is_inside=True),
                reasons.suggestion(one),
            )
            for one in found
            if one.account in known
        ),
        rule=_rule(visit),
    )


def _for_visitor(db: Reader, visit: Visit) -> Answer:
    here = visit.here
    top, shown = _posts(db, visit, NOBODY)
    people = listed(db, visit, PEOPLE)
    measured = [_shown(db, visit, kind, NOBODY) for kind in (TrendKind.TAG, TrendKind.LINK)]

    def make() -> tuple[DiscoverPage, int]:
        rendered: dict[PostId, str] = {}
        until = here.now_ms() + KEPT_MS
        for one in shown:
            found = visit.desk.public.render(db, [one], visit.language)
            until = min(until, found.until)
            rendered[one.id] = _one(found.posts)
        known = accounts.many_shown(db, people)
        return DiscoverPage(
            talk=_talk(db, visit, NOBODY, _with_reasons(top, rendered)),
            people=tuple(
                Suggestion(str(id), faces.face_with_emoji(db, known[id], here), (_LATELY,))
                for id in people
                if id in known
            ),
            rule=_rule(visit),
        ), until

    flat = [*(one for kind in measured for one in kind), *top, *shown, *people]
    return visit.public_page(("explore", *flat), make)


def listed(db: Reader, visit: Visit, most: int) -> list[AccountId]:
    """People of here who wrote lately and want to be found; none where the owner shows no directory."""
    if not visit.here.disclosure.directory:
        return []
    found = directory.page(db, NOBODY, "active", visit.here.now_ms(), offset=0, limit=most, only_here=True)
    return [one.account_id for one in found]


def tags_of_visitors(db: Reader, visit: Visit) -> tuple[Featured, ...]:
    """The hashtags that trend."""
    found = _shown(db, visit, TrendKind.TAG, NOBODY)
    known = tags.many(db, [one.subject_id for one in found]) if found else {}
    names = [known[one.subject_id].shown for one in found if one.subject_id in known]
    return tuple(Featured(name, addresses.at(addresses.TAG, name=name)) for name in names)


def _shown(db: Reader, visit: Visit, kind: TrendKind, viewer: AccountId) -> list[Trend]:
    most = {TrendKind.TAG: TAGS, TrendKind.LINK: LINKS}.get(kind, POSTS)
    return trending.shown(db, kind, viewer, visit.here)[:most]


def _posts(db: Reader, visit: Visit, viewer: AccountId) -> tuple[list[Trend], list[Shown]]:
    """The posts that trend, as far as the viewer wants to see them."""
    found = _shown(db, visit, TrendKind.POST, viewer)
    ids = [PostId(one.subject_id) for one in found]
    return found, posts.welcome(db, ids, viewer, visit.here.now_ms())


def _with_reasons(top: list[Trend], rendered: dict[PostId, str]) -> tuple[TopPost, ...]:
    return tuple(
        TopPost(rendered[PostId(one.subject_id)], reasons.trend(one))
        for one in top
        if rendered.get(PostId(one.subject_id))
    )


def _one(posts: Sequence[str]) -> str:
    """Empty where the reader's filters hide it."""
    return posts[0] if posts else ""


def _talk(db: Reader, visit: Visit, viewer: AccountId, top: tuple[TopPost, ...]) -> Talk:
    words, links = (_shown(db, visit, kind, viewer) for kind in (TrendKind.TAG, TrendKind.LINK))
    known = tags.many(db, [one.subject_id for one in words])
    found = cards.many(db, [one.subject_id for one in links])
    return Talk(
        tags=tuple(
            TopTag(name, addresses.at(addresses.TAG, name=name), reasons.trend(one))
            for one in words
            if one.subject_id in known
            for name in [known[one.subject_id].shown]
        ),
        links=tuple(
            TopLink(showing.link_card(card, visit.here), addresses.about_link(card.url), reasons.trend(one))
            for one in links
            if one.subject_id in found
            for card in [found[one.subject_id]]
        ),
        posts=top,
    )


def _rule(visit: Visit) -> Rule:
    return Rule(visit.here.trend_people, WINDOW_HOURS, is_on=visit.here.trends != "off")
