"""Old posts that go by themselves."""

from msgspec.structs import replace

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput
from martlet.services import expiring
from martlet.storage import expiries
from martlet.storage.database import Reader
from martlet.storage.expiries import Cleanup
from martlet.web import addresses
from martlet.web.settings_pages import OldPostsPage
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, sentence

pages = Pages()

AGES = ("604800", "1209600", "2592000", "7776000", "15552000", "31536000", "63072000")
"""Seconds."""
AT_FIRST = OldPostsPage("", ("direct", "pinned", "liked", "bookmarked"))
KEPT = ("direct", "pinned", "polls", "media", "liked", "bookmarked")


@pages.get(addresses.OLD_POSTS, access="member")
async def ask(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_as_it_is, visit))


def _as_it_is(db: Reader, visit: Visit) -> OldPostsPage:
    there = expiries.find_cleanup(db, visit.account)
    if there is None:
        return AT_FIRST
    return OldPostsPage(
        age=str(there.min_age),
        keeps=tuple(one for one in KEPT if getattr(there, f"keeps_{one}")),
        likes="" if there.min_likes is None else str(there.min_likes),
        boosts="" if there.min_boosts is None else str(there.min_boosts),
    )


@pages.post(addresses.OLD_POSTS, access="member")
async def change(visit: Visit) -> Answer:
    """Nothing goes before its owner has said once more that it may."""
    form = visit.form
    age = form.get("age", "")
    there = await visit.store.reading(_as_it_is, visit)
    typed = OldPostsPage(
        age=age if age in (*AGES, there.age) else "",
        keeps=tuple(one for one in KEPT if one in form),
        likes=visit.field("likes", 20).strip(),
        boosts=visit.field("boosts", 20).strip(),
    )
    if not typed.age:
        await visit.store.writing(expiring.stop_cleaning_up, visit.account)
        return visit.go(addresses.OLD_POSTS, done="saved")
    problems = _problems(typed, is_sure="sure" in form)
    if not problems:
        try:
            await visit.store.writing(expiring.clean_up_from_now_on, _cleanup(visit, typed), visit.here)
        except InvalidInput:
            problems = (Problem("age", sentence("This does not look right. Please check it.")),)
    if problems:
        return visit.page(replace(typed, problems=problems), 422)
    return visit.go(addresses.OLD_POSTS, done="saved")


def _problems(typed: OldPostsPage, *, is_sure: bool) -> tuple[Problem, ...]:
    found = [
        Problem(name, sentence("A number from 1, or nothing."))
        for name, text in (("likes", typed.likes), ("boosts", typed.boosts))
        if text and not (text.isascii() and text.isdecimal() and 0 < int(text) < 1_000_000)  # noqa: PLR2004  plenty
    ]
    if not is_sure:
        found.append(Problem("sure", sentence("Please say once more that these posts may go.")))
    return tuple(found)


def _cleanup(visit: Visit, typed: OldPostsPage) -> Cleanup:
    return Cleanup(
        account_id=visit.account,
        min_age=int(typed.age),
        keeps_direct=int("direct" in typed.keeps),
        keeps_pinned=int("pinned" in typed.keeps),
        keeps_polls=int("polls" in typed.keeps),
        keeps_media=int("media" in typed.keeps),
        keeps_liked=int("liked" in typed.keeps),
        keeps_bookmarked=int("bookmarked" in typed.keeps),
        min_likes=int(typed.likes) if typed.likes else None,
        min_boosts=int(typed.boosts) if typed.boosts else None,
    )
