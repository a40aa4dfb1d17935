"""What was decided about somebody, for them to read, and to appeal against once; and follows that it cost."""

from martlet.http.answer import NOSNIFF, PRIVATE, Answer
from martlet.model.errors import Conflict, InvalidInput, NotFound
from martlet.model.ids import id_from, moment_of
from martlet.model.paging import Page
from martlet.model.sanctions import APPEAL_DAYS, Measure, Strike
from martlet.model.server import moment
from martlet.services import appealing, mailing, severing
from martlet.storage import posts, severances, strikes
from martlet.storage.database import Reader
from martlet.storage.severances import Severance
from martlet.text.sanitize import plain
from martlet.web import addresses
from martlet.web.cards import SeveranceCard, StrikeCard
from martlet.web.pages import DecisionsPage, LinkSpentPage, StrikePage
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, Sentence, problems_of, sentence

pages = Pages()

SHOWN = 100
POST_LENGTH = 300
FILES = ("followers.csv", "following.csv")
CSV = (b"content-type", b"text/csv; charset=utf-8")
WHAT: dict[Measure, Sentence] = {
    Measure.WARN: sentence("You are warned."),
    Measure.MARK_POSTS: sentence("Some of your posts are marked as sensitive."),
    Measure.DELETE_POSTS: sentence("Some of your posts were deleted."),
    Measure.SENSITIZE: sentence("All of your posts are shown as sensitive."),
    Measure.LIMIT: sentence("Only those who follow you come across your account."),
    Measure.FREEZE: sentence("Your account is frozen. You cannot sign in."),
    Measure.SUSPEND: sentence(
        "Your account is suspended. Nobody sees it, and 30 days after the decision it will be removed."
    ),
}


def _card(db: Reader, visit: Visit, strike: Strike) -> StrikeCard:
    appeal = strikes.find_appeal(db, strike.id)
    may_appeal = appealing.may_appeal(db, strike, visit.here)
    return StrikeCard(
        what=WHAT[Measure(strike.measure)],
        text=strike.text,
        decided_at=moment(strike.created_at),
        address=mailing.strike_path(strike.id, visit.ground.secret, visit.here),
        posts=_posts(db, strike),
        is_overruled=strike.overruled_at is not None,
        appeal=appeal.text if appeal else None,
        appeal_state=appeal.state if appeal else None,
        appeals_until=moment(strike.created_at + APPEAL_DAYS * appealing.DAY) if may_appeal else None,
    )


def _posts(db: Reader, strike: Strike) -> tuple[str, ...]:
    """Those of their own posts that are still there."""
    found = posts.many_unfiltered(db, strikes.posts_of(strike))
    own = sorted((one for one in found if one.author_id == strike.account_id), key=lambda one: one.id)
    return tuple(plain(one.html)[:POST_LENGTH] for one in own)


# -- one decision --------------------------------------------------------


@pages.get(addresses.STRIKE)
async def show(visit: Visit) -> Answer:
    return await _show(visit)


async def _show(
    visit: Visit, text: str = "", problems: tuple[Problem, ...] = (), status: int = 200
) -> Answer:
    page = await visit.store.reading(_page, visit, text, problems)
    return visit.page(LinkSpentPage("strike"), 404) if page is None else visit.page(page, status)


def _page(db: Reader, visit: Visit, text: str, problems: tuple[Problem, ...]) -> StrikePage | None:
    strike = mailing.find_strike(db, visit.params["token"], visit.ground.secret, visit.here)
    return None if strike is None else StrikePage(_card(db, visit, strike), text, appealing.TEXT, problems)


@pages.post(addresses.STRIKE)
async def appeal(visit: Visit) -> Answer:
    """Whoever has the link is whom it was sent to; they may not be able to sign in."""
    text = visit.field("text", appealing.TEXT)
    strike = await visit.store.reading(
        mailing.find_strike, visit.params["token"], visit.ground.secret, visit.here
    )
    if strike is None:
        return visit.page(LinkSpentPage("strike"), 404)
    try:
        await visit.store.writing(appealing.appeal, strike.account_id, strike.id, text, visit.here)
    except (InvalidInput, Conflict) as error:
        status = 409 if isinstance(error, Conflict) else 422
        return await _show(visit, text[: appealing.TEXT], problems_of(error), status)
    return visit.go(visit.request.path, done="appealed")


# -- all of them ---------------------------------------------------------


@pages.get(addresses.DECISIONS, access="member")
async def overview(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_overview, visit))


def _overview(db: Reader, visit: Visit) -> DecisionsPage:
    return DecisionsPage(
        strikes=tuple(_card(db, visit, one) for one in strikes.of_account(db, visit.account, SHOWN)),
        severances=tuple(map(_severance, severances.of_account(db, visit.account, Page(limit=SHOWN)))),
    )


def _severance(one: Severance) -> SeveranceCard:
    return SeveranceCard(
        target=one.target,
        is_own=one.kind == "user_domain_block",
        ended_at=moment_of(one.id),
        followers=one.followers_count,
        following=one.following_count,
        followers_address=addresses.at(addresses.SEVERED, id=str(one.id), name="followers.csv"),
        following_address=addresses.at(addresses.SEVERED, id=str(one.id), name="following.csv"),
    )


@pages.get(addresses.SEVERED, access="member")
async def severed(visit: Visit) -> Answer:
    """A list that can be brought here again, or to another server."""
    id, name = id_from(visit.params["id"]), visit.params["name"]
    if id is None or name not in FILES:
        raise NotFound
    body = await visit.store.reading_aside(_table, visit, id, name)
    kept = (b"content-disposition", f'attachment; filename="{name}"'.encode("ascii"))
    return Answer(body, 200, [CSV, kept, NOSNIFF, PRIVATE])


def _table(db: Reader, visit: Visit, id: int, name: str) -> bytes:
    one = severing.get_own(db, id, visit.account)
    return severing.table(db, one, visit.here, are_followers=name == "followers.csv")
