"""
Finding posts and hashtags.

Who finds which posts: everyone who is signed in finds their own, those that
name them, and those they liked, boosted or bookmarked; everybody finds public
posts of people who allow it. Nobody finds what they may not see, or posts by
people whom they block or mute.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from time import monotonic
from typing import Literal

from martlet.model.ids import first_id_at, id_from
from martlet.model.names import NOBODY, AccountId, PostId
from martlet.model.paging import LAST_ID, Page
from martlet.model.server import Server
from martlet.storage import accounts, search, tags
from martlet.storage.database import Reader
from martlet.storage.listings import in_page_order
from martlet.storage.posts import Shown
from martlet.storage.search import Findable
from martlet.storage.search_parts import ANY_PART
from martlet.storage.tags import DAY_MS, Use, UsedTag
from martlet.text import facets, terms
from martlet.text.hashtags import hashtag_key
from martlet.text.names import own_hosts
from martlet.text.query import SearchQuery, Where, parse_query
from martlet.text.terms import Facets

BEGINNINGS_LIMIT = 128
"""As many words that begin alike are looked for one by one; more all at once, which takes longer."""
HISTORY_DAYS = 7
LONGEST = 1.0
"""Seconds after which no further posts are looked through."""
QUICK = 0.01
WINDOW = 2 * DAY_MS << 16
"""Two days, in ids: the newest window begins a day ahead of now and is to reach what was written today."""

_FINDABLE = {Where.PUBLIC: Findable.OPEN, Where.LIBRARY: Findable.LIBRARY, Where.ALL: Findable.ALL}


Patience = Literal["short", "long"]
"""How long an answer may take: "short" where others wait for it."""


class TakesLong(Exception):
    """To be asked for again with patience."""


@dataclass(frozen=True, slots=True)
class TagHistory:
    """A hashtag and its use in public, today first; a day without use is there too."""

    tag: UsedTag
    days: Sequence[Use]


def posts(
    db: Reader,
    viewer: AccountId,
    text: str,
    page: Page,
    here: Server,
    by: AccountId | None = None,
    patience: Patience = "long",
) -> list[Shown]:
    """
    Posts that are what `text` asks for, the newest first.

    `text` is in the language of `text.query`; `by`: only posts of this account.
    Raises `TakesLong` for want of patience.
    """
    asked = parse_query(text, own_hosts(here.host))
    wanted = _wanted(db, asked, viewer, by)
    findable = _FINDABLE[asked.where]
    whose = _whose(viewer, findable)
    within = _within(page, asked)
    if asked.is_empty or wanted is None or not whose or within.after >= within.before:
        return []
    if patience == "short" and not _is_quick(asked):
        raise TakesLong
    spell = _Speller(db, asked, patience)
    narrowed = replace(wanted, one_of_each=(*wanted.one_of_each, whose))
    now = here.now_ms()
    query = spell(narrowed)
    found: list[Shown] = []
    for part in [within] if patience == "short" or db.dialect == "postgres" else _windows(within, here):
        rest = replace(part, limit=page.limit - len(found))
        found += search.found(db, query, viewer, rest, now, findable)
        within = replace(within, before=part.before) if page.is_upward else replace(within, after=part.after)
        if len(found) == page.limit:
            break
    if viewer != NOBODY and findable is not Findable.OPEN:
        known = {one.id for one in found}
        rest = _up_to_the_last(within, found)
        ids = [id for id in search.marked(db, viewer, lambda: spell(wanted), rest) if id not in known]
        found += search.shown(db, ids, viewer, now, findable)
    found.sort(key=lambda one: one.id, reverse=not page.is_upward)
    return in_page_order(found[: page.limit], page)


def _is_quick(asked: SearchQuery) -> bool:
    """Whether matches are read off the index one after another, and not found by comparing long lists of posts."""
    return not asked.unwanted and len(asked.wanted) <= 1 and all(map(terms.is_one_word, asked.wanted))


def _windows(page: Page, here: Server) -> Iterator[Page]:
    """
    The page in parts, from its beginning on, each of more time than the last.

    SQLite cannot be interrupted while it compares lists. Between two parts there
    is time to stop: what was not found after `LONGEST` seconds is not looked for.
    """
    started = last = monotonic()
    low, high = page.after, min(page.before, first_id_at(here.now() + timedelta(days=1)))
    span = WINDOW
    while low + 1 < high and last - started < LONGEST:
        if page.is_upward:
            edge = min(low + span, high)
            yield replace(page, after=low, before=edge)
            low = edge - 1
        else:
            edge = max(high - span, low)
            yield replace(page, after=edge, before=high)
            high = edge + 1
        now = monotonic()
        if now - last < QUICK:
            span *= 4
        last = now


def _wanted(db: Reader, asked: SearchQuery, viewer: AccountId, by: AccountId | None) -> Facets | None:
    """What a post must be, beside what it says; None where no post can be all that."""
    all_of = [] if by is None else [facets.by(by)]
    none_of = list(_authors(db, asked.excluded_authors))
    if asked.is_mine is not None:
        (all_of if asked.is_mine else none_of).append(facets.by(viewer))
    for is_so, token in ((asked.is_reply, facets.REPLY), (asked.is_sensitive, facets.SENSITIVE)):
        if is_so is not None:
            (all_of if is_so else none_of).append(token)
    all_of += map(facets.having, asked.has)
    none_of += map(facets.having, asked.has_not)
    none_of += map(facets.written_in, asked.excluded_languages)
    groups: list[tuple[str, ...]] = [(token,) for token in sorted(all_of)]
    if asked.authors:
        authors = _authors(db, asked.authors)
        if not authors:
            return None
        groups.append(authors)
    if asked.languages:
        groups.append(tuple(map(facets.written_in, asked.languages)))
    return Facets(tuple(groups), tuple(sorted(none_of)))


def _authors(db: Reader, handles: Sequence[tuple[str, str | None]]) -> tuple[str, ...]:
    known = (accounts.find_by_handle(db, username, host or "") for username, host in handles)
    return tuple(facets.by(account.id) for account in known if account is not None)


def _whose(viewer: AccountId, findable: Findable) -> tuple[str, ...]:
    """Of these facets one is on every post that the viewer may find, but for what they marked."""
    library = () if viewer == NOBODY else (facets.by(viewer), facets.naming(viewer))
    return {
        Findable.OPEN: (facets.OPEN,),
        Findable.LIBRARY: library,
        Findable.ALL: (facets.OPEN, *library),
    }[findable]


def _within(page: Page, asked: SearchQuery) -> Page:
    """Ids tell when."""
    after = page.after if asked.since is None else max(page.after, first_id_at(asked.since) - 1)
    before = page.before if asked.until is None else min(page.before, first_id_at(asked.until))
    return replace(page, after=min(after, LAST_ID), before=max(before, 0))


def _up_to_the_last(page: Page, found: Sequence[Shown]) -> Page:
    """Where what was left out could still stand in a full page."""
    if len(found) < page.limit:
        return page
    return replace(page, before=found[-1].id) if page.is_upward else replace(page, after=found[-1].id)


@dataclass(frozen=True, slots=True)
class _Speller:
    """Writes a query as the database wants it."""

    db: Reader
    asked: SearchQuery
    patience: Patience

    def __call__(self, wanted: Facets) -> str:
        asked = self.asked
        if not asked.wanted and not wanted.one_of_each:
            wanted = replace(wanted, one_of_each=((terms.EVERY,),))
        if self.db.dialect == "postgres":
            return terms.tsquery(asked.wanted, asked.unwanted, wanted, ANY_PART)
        return terms.fts5_match(asked.wanted, asked.unwanted, wanted, self._words_beginning)

    def _words_beginning(self, start: str) -> Sequence[str] | None:
        words = search.words_beginning(self.db, start, BEGINNINGS_LIMIT + 1)
        if len(words) <= BEGINNINGS_LIMIT:
            return words
        if self.patience == "short":
            raise TakesLong
        return None


def post_at(db: Reader, viewer: AccountId, address: str) -> Shown | None:
    """The post that has this address, if the viewer may see it."""
    id = id_from(address.rpartition("/")[2])
    return search.at(db, viewer, address, PostId(id or 0))


def hashtags(
    db: Reader, text: str, here: Server, limit: int, offset: int = 0, *, only_reviewed: bool = False
) -> list[TagHistory]:
    """
    Hashtags used in public whose names begin so, with their use in these seven days.

    `only_reviewed`: of those that wait to be looked at, none; they wait only where the server wants to look first.
    """
    start = hashtag_key(text.strip().lstrip("#＃"))
    if not start:
        return []
    since = here.now_ms() // DAY_MS - HISTORY_DAYS + 1
    only_reviewed = only_reviewed and here.trends == "reviewed"
    found = tags.beginning(db, start, since, limit, offset, only_reviewed=only_reviewed)
    return histories(db, found, here)


def histories(db: Reader, found: Sequence[UsedTag], here: Server) -> list[TagHistory]:
    """Hashtags with their use in these seven days."""
    today = here.now_ms() // DAY_MS
    since = today - HISTORY_DAYS + 1
    uses = tags.history(db, {tag.id for tag in found}, since)
    return [
        TagHistory(tag, [uses[tag.id].get(day, Use(day, 0, 0)) for day in range(today, since - 1, -1)])
        for tag in found
    ]
