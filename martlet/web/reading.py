"""What anybody may read without signing in: the front page, who runs this, people and their posts."""

from datetime import UTC, datetime

from martlet.http.accepting import wants_document
from martlet.http.answer import Answer
from martlet.model.accounts import Account
from martlet.model.errors import NotFound
from martlet.model.ids import id_from
from martlet.model.names import NOBODY, PostId
from martlet.model.paging import Page
from martlet.model.posts import Post
from martlet.model.server import Server, moment
from martlet.services import stating
from martlet.services.threads import FOR_VISITORS, around, wholeness
from martlet.storage import accounts, listings, posts, server_texts, server_values
from martlet.storage import threads as threads_rows
from martlet.storage.database import Reader
from martlet.storage.listings import Narrowing
from martlet.storage.posts import Shown
from martlet.storage.threads import Place
from martlet.web import addresses, conversing, exploring, faces, public_people, showing, threads
from martlet.web.cards import Html
from martlet.web.joining import find_owner, rule_cards
from martlet.web.pages import AboutPage, LandingPage, StatementPage
from martlet.web.public_pages import EmbedPage, PostPage, Theme
from martlet.web.public_posts import kept_until
from martlet.web.visits import Pages, Visit
from martlet.web.wording import sentence

pages = Pages()

ON_LANDING, FACES = 10, 6
ON_PROFILE = 20


@pages.get(addresses.HOME, access="anyone")
async def landing(visit: Visit) -> Answer:
    if visit.is_for_member:
        return visit.go(addresses.TIMELINE)
    counts = await visit.ground.figures.now(visit.store, visit.here)
    return await visit.store.reading(_landing, visit, counts.active_month)


def _landing(db: Reader, visit: Visit, people: int) -> Answer:
    here = visit.here
    shown: list[Shown] = []
    if here.public_preview:
        wanted = Narrowing(where="here")
        shown = listings.public(db, NOBODY, Page(limit=ON_LANDING), here.now_ms(), wanted)
    rules = rule_cards(server_values.rules(db), visit.language)
    owner = find_owner(db, visit)
    listed = exploring.listed(db, visit, FACES) if here.public_preview else []
    tags = exploring.tags_of_visitors(db, visit) if here.public_preview else ()

    def make() -> tuple[LandingPage, int]:
        found = visit.desk.public.render(db, shown, visit.language)
        known = accounts.many_shown(db, listed)
        return LandingPage(
            here.registration,
            rules,
            owner,
            people,
            found.posts,
            tags,
            tuple(faces.face_with_emoji(db, known[id], here) for id in listed if id in known),
            is_open=here.public_preview,
        ), min(found.until, here.now_ms() + exploring.KEPT_MS)

    return visit.public_page((here.registration, rules, owner, people, *shown, *listed, *tags), make)


@pages.get(addresses.ABOUT, access="anyone")
async def about(visit: Visit) -> Answer:
    counts = await visit.ground.figures.now(visit.store, visit.here)
    return visit.page(await visit.store.reading(_about, visit, counts.active_month))


def _about(db: Reader, visit: Visit, people: int) -> AboutPage:
    text = stating.about(db)
    return AboutPage(
        rule_cards(server_values.rules(db), visit.language),
        find_owner(db, visit),
        people,
        text_html=Html(text.html) if text is not None else None,
        has_terms=stating.terms(db, visit.here) is not None,
    )


@pages.get(addresses.PRIVACY, access="anyone")
async def privacy(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_privacy, visit.here))


def _privacy(db: Reader, here: Server) -> StatementPage:
    text = stating.privacy(db, here)
    return StatementPage(
        sentence("Privacy policy"), addresses.PRIVACY, Html(text.html), written_at=moment(text.updated_at)
    )


@pages.get(addresses.TERMS, access="anyone")
async def terms(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_terms, None, visit.here))


@pages.get(addresses.TERMS_OF_DAY, access="anyone")
async def terms_of_day(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_terms, visit.params["date"], visit.here))


def _terms(db: Reader, day: str | None, here: Server) -> StatementPage:
    """Of a day, or those of today. Raises `NotFound`."""
    found = stating.terms(db, here) if day is None else server_texts.terms_of(db, day)
    if found is None:
        raise NotFound
    versions = [one.effective_on for one in server_texts.every_terms(db)]
    return StatementPage(
        sentence("Terms of service"),
        addresses.TERMS if day is None else addresses.at(addresses.TERMS_OF_DAY, date=found.effective_on),
        Html(found.html),
        holds_from=_day(found.effective_on),
        is_in_force=stating.is_effective(found.effective_on, here),
        others=tuple(_day(one) for one in versions if one != found.effective_on),
    )


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# -- posts ---------------------------------------------------------------


@pages.get(addresses.POST, access="anyone")
async def post(visit: Visit) -> Answer:
    if wants_document(visit.request):
        name, id = visit.params["username"].partition("@")[0], visit.params["id"]
        return visit.go(addresses.at(addresses.POST_DOCUMENT, username=name, id=id))
    if visit.is_for_member:
        return await threads.show(visit)
    return await visit.store.reading(_post, visit)


def _post(db: Reader, visit: Visit) -> Answer:
    """Raises `NotFound`."""
    here, render = visit.here, visit.desk.public.render
    account, kept = _named(db, visit)
    found = around(db, Place(kept.id, kept.thread_id), FOR_VISITORS, NOBODY, here.now_ms())
    itself = found.itself or posts.get_shown(db, kept.id, NOBODY)
    whole = wholeness(db, kept.thread_id)

    def make() -> tuple[PostPage, int]:
        above = render(db, found.above, visit.language)
        may_have_gaps = whole is not None and whole.here < whole.total
        below, its_own = conversing.below_for_visitors(db, visit, found, kept, may_have_gaps=may_have_gaps)
        card = showing.cards(db, [itself], here)[0]
        until = kept_until(card, here.now_ms())
        return PostPage(
            card,
            above.posts,
            **below,
            is_indexable=showing.is_indexable(account) and bool(account.is_indexable),
            wholeness=whole,
            asked_at=moment(whole.asked_at) if whole is not None and whole.asked_at else None,
            is_elsewhere=threads_rows.get_place(db, kept.id, NOBODY).is_elsewhere,
            is_cut=len(found.below) >= FOR_VISITORS.below,
        ), min(until, above.until, its_own)

    links = tuple(found.links.values())
    return visit.public_page((account, itself, *found.above, 0, *found.below, whole, links), make)


def _named(db: Reader, visit: Visit) -> tuple[Account, Post]:
    """The post in the address. Raises `NotFound` alike for what is not there and what is not for everybody."""
    account = public_people.find(db, visit.params["username"], visit.here)
    id = id_from(visit.params["id"])
    kept = posts.find(db, PostId(id), NOBODY) if id is not None else None
    if kept is None or kept.author_id != account.id or kept.boost_of_id is not None:
        raise NotFound
    return account, kept


@pages.get(addresses.EMBED, access="anyone")
async def embed(visit: Visit) -> Answer:
    """See `mastodon.oembed`."""
    return await visit.store.reading(_embed, visit)


def _embed(db: Reader, visit: Visit) -> Answer:
    account, kept = _named(db, visit)
    shown = posts.get_shown(db, kept.id, NOBODY)

    def make() -> tuple[EmbedPage, int]:
        card = showing.cards(db, [shown], visit.here)[0]
        page = EmbedPage(card, addresses.answer_to(card.id), theme_of(visit))
        return page, kept_until(card, visit.here.now_ms())

    return visit.embedded((account, shown), make)


def theme_of(visit: Visit) -> Theme:
    """The one that the page around a frame has."""
    asked = visit.query.get("theme")
    return "dark" if asked == "dark" else "light" if asked == "light" else ""
