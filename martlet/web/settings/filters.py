"""Filters: what somebody would rather not read, and what becomes of it."""

import dataclasses
from collections.abc import Iterable
from typing import get_args

from msgspec.structs import replace

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.filters import Filter, FilterAction
from martlet.model.ids import id_from
from martlet.model.names import FilterId, PostId
from martlet.model.server import moment
from martlet.services import filtering
from martlet.services.filtering import CONTEXTS, KeywordChange
from martlet.storage import filters, posts
from martlet.storage.database import Reader, Writer
from martlet.web import addresses, showing
from martlet.web.keeping_pages import FilterPage, FilterPostPage, FilterRow, FiltersPage, WordRow
from martlet.web.settings_pages import AskPage
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, sentence

pages = Pages()

WORDS = 5
"""Shown of each filter in the list."""
NEW_WORDS = 4
"""Empty fields for more; sent again, there are new ones."""
POSTS = 40
SECONDS = ("1800", "3600", "43200", "86400", "604800", "2592000")
KEEP = "keep"
LIMIT = 2000


@pages.get(addresses.FILTERS, access="member")
async def show(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_all, visit))


def _all(db: Reader, visit: Visit) -> FiltersPage:
    found = filters.of_account(db, visit.account)
    words = filters.keywords(db, [one.id for one in found])
    single = filters.posts(db, [one.id for one in found])
    now = visit.here.now_ms()
    return FiltersPage(
        tuple(
            FilterRow(
                id=str(one.id),
                title=one.title,
                action=one.action,
                words=tuple(word.keyword for word in words[one.id][:WORDS]),
                more=max(0, len(words[one.id]) - WORDS) + len(single[one.id]),
                until=None if one.expires_at is None else moment(one.expires_at),
                is_over=one.expires_at is not None and one.expires_at <= now,
            )
            for one in found
        )
    )


# -- one of them ---------------------------------------------------------


def _get(db: Reader, visit: Visit) -> Filter:
    """Raises `NotFound`."""
    return filters.get(db, FilterId(id_from(visit.params["id"]) or 0), visit.account)


@pages.get(addresses.FILTER_NEW, access="member")
async def ask_new(visit: Visit) -> Answer:
    return visit.page(FilterPage(None, words=_empty()))


@pages.get(addresses.FILTER, access="member")
async def open_one(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_opened, visit))


def _empty() -> tuple[WordRow, ...]:
    return tuple(WordRow(f"n-{n}", "", is_whole=True, is_new=True) for n in range(1, NEW_WORDS + 1))


def _opened(db: Reader, visit: Visit) -> FilterPage:
    one = _get(db, visit)
    kept = (
        WordRow(f"w-{word.id}", word.keyword, bool(word.whole_word))
        for word in filters.keywords(db, [one.id])[one.id]
    )
    single = {post.post_id: post.id for post in filters.posts(db, [one.id])[one.id][-POSTS:]}
    shown = posts.shown(db, single, visit.account)
    cards = showing.cards(db, shown, visit.here, reader=visit.account)
    return FilterPage(
        id=str(one.id),
        title=one.title,
        action=one.action,
        contexts=one.contexts,
        words=(*kept, *_empty()),
        seconds=KEEP if one.expires_at is not None else "",
        until=None if one.expires_at is None else moment(one.expires_at),
        posts=tuple((str(single[PostId(int(card.id))]), card) for card in cards),
    )


def _typed(visit: Visit, there: FilterPage) -> FilterPage:
    form = visit.form
    rows = tuple(
        replace(row, text=visit.field(row.name, LIMIT), is_whole=f"whole-{row.name}" in form)
        for row in there.words
    )
    action = form.get("action", "")
    return replace(
        there,
        title=visit.field("title", LIMIT),
        action=action if action in get_args(FilterAction) else "warn",
        contexts=tuple(one for one in CONTEXTS if one in form),
        words=rows,
        seconds=form.get("seconds", ""),
    )


def _changes(visit: Visit, rows: Iterable[WordRow]) -> list[KeywordChange]:
    """A word that is emptied goes, as one that is ticked to go."""
    changes = []
    for row in rows:
        text = row.text.strip()
        id = None if row.is_new else id_from(row.name.removeprefix("w-"))
        is_dropped = not text or f"drop-{row.name}" in visit.form
        if id is not None or not is_dropped:
            changes.append(KeywordChange(id, text, row.is_whole, is_dropped))
    return changes


def _problems(typed: FilterPage) -> tuple[Problem, ...]:
    found = []
    if not typed.title.strip():
        found.append(Problem("title", sentence("This is needed.")))
    elif len(typed.title.strip()) > filtering.TITLE_LENGTH:
        found.append(Problem("title", sentence("This is too long.")))
    if not typed.contexts:
        found.append(Problem("contexts", sentence("Please choose one.")))
    found += [
        Problem(row.name, sentence("This is too long."))
        for row in typed.words
        if len(row.text.strip()) > filtering.KEYWORD_LENGTH
    ]
    return tuple(found) or (Problem("", sentence("There are too many filters or words.")),)


def _action(text: str) -> FilterAction:
    return next((one for one in get_args(FilterAction) if one == text), "warn")


@pages.post(addresses.FILTER_NEW, access="member")
async def make(visit: Visit) -> Answer:
    typed = _typed(visit, FilterPage(None, words=_empty()))
    try:
        await visit.store.writing(_make, visit, typed)
    except InvalidInput:
        return visit.page(replace(typed, problems=_problems(typed)), 422)
    return visit.go(addresses.FILTERS, done="filter_kept")


def _make(db: Writer, visit: Visit, typed: FilterPage) -> None:
    seconds = int(typed.seconds) if typed.seconds in SECONDS else None
    filtering.create(
        db,
        visit.account,
        typed.title,
        typed.contexts,
        _action(typed.action),
        seconds,
        _changes(visit, typed.words),
        visit.here,
    )


@pages.post(addresses.FILTER, access="member")
async def change(visit: Visit) -> Answer:
    typed = _typed(visit, await visit.store.reading(_opened, visit))
    try:
        await visit.store.writing(_change, visit, typed)
    except InvalidInput:
        return visit.page(replace(typed, problems=_problems(typed)), 422)
    return visit.go(addresses.FILTERS, done="filter_kept")


def _change(db: Writer, visit: Visit, typed: FilterPage) -> None:
    old = _get(db, visit)
    seconds = int(typed.seconds) if typed.seconds in SECONDS else None
    wanted = dataclasses.replace(
        old,
        title=typed.title.strip(),
        action=_action(typed.action),
        expires_at=old.expires_at if typed.seconds == KEEP else filtering.ends_at(seconds, visit.here),
    )
    filtering.change(db, old, wanted, typed.contexts, _changes(visit, typed.words), visit.here)


@pages.get(addresses.FILTER_DELETE, access="member")
async def ask_delete(visit: Visit) -> Answer:
    one = await visit.store.reading(_get, visit)
    page = AskPage(
        sentence("Delete “{name}”?", name=one.title),
        sentence("What it kept away is shown again. Its words are forgotten."),
        sentence("Delete the filter"),
        addresses.at(addresses.FILTER, id=str(one.id)),
        "filters",
    )
    return visit.page(page)


@pages.post(addresses.FILTER_DELETE, access="member")
async def delete(visit: Visit) -> Answer:
    await visit.store.writing(_delete, visit)
    return visit.go(addresses.FILTERS, done="filter_deleted")


def _delete(db: Writer, visit: Visit) -> None:
    filtering.delete(db, _get(db, visit).id, visit.account)


# -- single posts --------------------------------------------------------


@pages.get(addresses.FILTER_POST, access="member")
async def ask_post(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_for_post, visit))


def _for_post(db: Reader, visit: Visit, problems: tuple[Problem, ...] = ()) -> FilterPostPage:
    """Raises `NotFound`."""
    shown = posts.get_shown(db, PostId(id_from(visit.params["id"]) or 0), visit.account)
    cards = showing.cards(db, [shown], visit.here, reader=visit.account)
    if not cards:
        raise NotFound
    found = tuple((str(one.id), one.title, "") for one in filters.of_account(db, visit.account))
    return FilterPostPage(cards[0], found, problems)


@pages.post(addresses.FILTER_POST, access="member")
async def add_post(visit: Visit) -> Answer:
    try:
        id = await visit.store.writing(_add_post, visit)
    except InvalidInput:
        problem = Problem("filter", sentence("It is in this filter already, or the filter is full."))
        return visit.page(await visit.store.reading(_for_post, visit, (problem,)), 422)
    if id is None:
        problem = Problem("filter", sentence("Please choose one."))
        return visit.page(await visit.store.reading(_for_post, visit, (problem,)), 422)
    return visit.go(addresses.at(addresses.FILTER, id=str(id)), done="filter_kept")


def _add_post(db: Writer, visit: Visit) -> FilterId | None:
    chosen = id_from(visit.form.get("filter", ""))
    if chosen is None:
        return None
    one = filters.get(db, FilterId(chosen), visit.account)
    filtering.add_post(db, one, PostId(id_from(visit.params["id"]) or 0), visit.here)
    return one.id


@pages.post(addresses.FILTER_POST_DROP, access="member")
async def drop_post(visit: Visit) -> Answer:
    id = await visit.store.writing(_drop_post, visit)
    return visit.go(addresses.at(addresses.FILTER, id=str(id)), done="filter_kept")


def _drop_post(db: Writer, visit: Visit) -> FilterId:
    one = filters.get_post(db, id_from(visit.params["id"]) or 0, visit.account)
    filtering.delete_post(db, one.id, visit.account)
    return one.filter_id
