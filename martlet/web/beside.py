"""
What stands beside a list where there is room: whom one might follow, and what is talked about here.

It is asked for by script, and only on wide screens (`static/beside.js`), so that no list waits for it and phones do
not pay for it. To find whom to suggest is dear: a few are kept for some minutes for each member, and asked every time
whether they may still be shown.
"""

from martlet.http.answer import Answer
from martlet.model.trends import TrendKind
from martlet.services import suggesting, trending
from martlet.services.suggesting import Suggested
from martlet.storage import accounts, cards, tags
from martlet.storage.database import Reader
from martlet.web import addresses, faces, reasons
from martlet.web.explore_pages import Subject, Suggestion
from martlet.web.visits import Pages, Visit

pages = Pages()

PEOPLE, SUBJECTS = 3, 3
CANDIDATES = 8
KEPT_MS = 5 * 60 * 1000


@pages.get(addresses.BESIDE, access="member")
async def beside(visit: Visit) -> Answer:
    now = visit.here.now_ms()
    found = visit.desk.candidates.find(visit.account, now)
    if found is None:
        found = tuple(await visit.store.reading_aside(suggesting.to, visit.account, CANDIDATES, visit.here))
        visit.desk.candidates.keep(visit.account, found, now + KEPT_MS)
    people, subjects = await visit.store.reading(_shown, visit, found)
    return visit.part("parts/beside.html", people=people, subjects=subjects)


def _shown(
    db: Reader, visit: Visit, found: tuple[Suggested, ...]
) -> tuple[tuple[Suggestion, ...], tuple[Subject, ...]]:
    return _people(db, visit, found), _subjects(db, visit)


def _people(db: Reader, visit: Visit, found: tuple[Suggested, ...]) -> tuple[Suggestion, ...]:
    fit = suggesting.still_fitting(db, visit.account, found, visit.here)[:PEOPLE]
    known = accounts.many_shown(db, [one.account for one in fit])
    return tuple(
        Suggestion(
            str(one.account),
            faces.face_with_emoji(db, known[one.account], visit.here, is_inside=True),
            reasons.suggestion(one),
        )
        for one in fit
        if one.account in known
    )


def _subjects(db: Reader, visit: Visit) -> tuple[Subject, ...]:
    """Hashtags, and where these are few, pages elsewhere."""
    found = trending.shown(db, TrendKind.TAG, visit.account, visit.here)[:SUBJECTS]
    names = tags.many(db, [one.subject_id for one in found]) if found else {}
    made = [
        Subject(f"#{name}", addresses.at(addresses.TAG, name=name), reasons.trend(one))
        for one in found
        if one.subject_id in names
        for name in [names[one.subject_id].shown]
    ]
    if len(made) < SUBJECTS:
        links = trending.shown(db, TrendKind.LINK, visit.account, visit.here)[: SUBJECTS - len(made)]
        known = cards.many(db, [one.subject_id for one in links]) if links else {}
        made += [
            Subject(card.title or card.url, addresses.about_link(card.url), reasons.trend(one))
            for one in links
            if one.subject_id in known
            for card in [known[one.subject_id]]
        ]
    return tuple(made)
