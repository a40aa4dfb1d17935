"""
Lists of posts for somebody who is signed in, as HTML.

Most posts look the same to everybody who has made the same marks on them: kept under the row that a page's query
has just read, revision and versions in it, they are rendered once and cost one look each from then on, as in
`mastodon.serialize.ready`. A poll and one's own post are kept for one reader alone; what quotes another post holds as
long as that one does for the reader. Nothing is kept for longer than it may be out of step with what is not in those
rows (the name of whom it answers).
"""

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from martlet.model.filters import FilterAction, FilterContext
from martlet.model.names import NOBODY, AccountId, PostId
from martlet.model.server import Server
from martlet.services.filter_matching import FilterMatcher
from martlet.storage import filters, posts
from martlet.storage.database import Reader
from martlet.storage.posts import BOOKMARKED, BOOSTED, LIKED, Detail, Shown
from martlet.web import showing
from martlet.web.cards import FeedPost, PostCard
from martlet.web.language import Language
from martlet.web.rendering import Posts, Ready, environment
from martlet.web.shelf import lasts_until

KEPT_BYTES = 16 * 1024 * 1024
TEMPLATE = "parts/feed_post.html"
BOOSTABLE = ("public", "unlisted")


class _Kept(NamedTuple):
    author_id: AccountId
    html: Ready
    until: int
    quoted_id: PostId | None
    quoted: Shown | None
    """As it was when this was rendered; None where it was not shown either."""


class Filtered(NamedTuple):
    """What a filter does with a post: leaves it out, folds it under its own name, folds its pictures."""

    action: FilterAction
    title: str = ""


STRICTEST: tuple[FilterAction, ...] = ("hide", "warn", "blur")


class Feeds:
    """One for each process."""

    def __init__(self, here: Server) -> None:
        self._here = here
        self._matcher = FilterMatcher(here)
        self._kept: dict[tuple[Shown, Language, AccountId], _Kept] = {}
        """For one reader, or `NOBODY`: for all but the author."""
        self._size = 0
        self._lock = threading.Lock()

    def render(
        self,
        db: Reader,
        shown: Sequence[Shown],
        reader: AccountId,
        tongue: Language,
        context: FilterContext,
        pinned: frozenset[PostId] = frozenset(),
    ) -> Posts:
        """
        The posts in their order; what is gone since it was read is left out, and what the reader hides.

        `context`: where they are shown, for the reader's filters.
        """
        return Posts(html for html in self.each(db, shown, reader, tongue, context, pinned) if html)

    def each(
        self,
        db: Reader,
        shown: Sequence[Shown],
        reader: AccountId,
        tongue: Language,
        context: FilterContext,
        pinned: frozenset[PostId] = frozenset(),
    ) -> list[str]:
        """The same, one for each; an empty one for what is left out."""
        filtered = self.filtered(db, shown, reader, context)
        hidden = {id for id, how in filtered.items() if how.action == "hide"}
        now = self._here.now_ms()
        special = pinned | filtered.keys()
        found = [None if one.id in special else self._find(one, tongue, reader, now) for one in shown]
        stale = self._stale(db, found, reader)
        result: list[str] = [""] * len(shown)
        missing: list[int] = []
        for place, (one, kept) in enumerate(zip(shown, found, strict=True)):
            if kept is not None and place not in stale:
                result[place] = kept.html
            elif one.id not in hidden:
                missing.append(place)
        if missing:
            made = self._made(db, [shown[place] for place in missing], reader, tongue, pinned, filtered)
            for place in missing:
                result[place] = made.get(shown[place].id, "")
        return result

    def _find(self, one: Shown, tongue: Language, reader: AccountId, now: int) -> _Kept | None:
        kept = self._kept.get((one, tongue, NOBODY))
        if kept is None or kept.author_id == reader:
            kept = self._kept.get((one, tongue, reader))
        return kept if kept is not None and kept.until >= now else None

    def _stale(self, db: Reader, found: Sequence[_Kept | None], reader: AccountId) -> set[int]:
        """The places of those whose quoted post is not shown to the reader as it was when they were rendered."""
        quoting = [
            (place, kept.quoted_id, kept.quoted)
            for place, kept in enumerate(found)
            if kept is not None and kept.quoted_id is not None
        ]
        if not quoting:
            return set()
        quoted = _as_shown(db, {id for _, id, _ in quoting}, reader)
        return {place for place, id, before in quoting if quoted.get(id) != before}

    def is_hidden(self, db: Reader, one: Shown, reader: AccountId, context: FilterContext) -> bool:
        """Whether a filter of the reader's leaves the post out."""
        return bool(self.hidden(db, [one], reader, context))

    def hidden(
        self, db: Reader, shown: Sequence[Shown], reader: AccountId, context: FilterContext
    ) -> set[PostId]:
        """Those that a filter of the reader's leaves out."""
        found = self.filtered(db, shown, reader, context)
        return {id for id, how in found.items() if how.action == "hide"}

    def _made(
        self,
        db: Reader,
        shown: Sequence[Shown],
        reader: AccountId,
        tongue: Language,
        pinned: frozenset[PostId],
        filtered: Mapping[PostId, Filtered],
    ) -> dict[PostId, Ready]:
        """By the id of the page's post; kept where it may be shown to others."""
        details = posts.details(db, [_meant(one) for one in shown])
        quoted = _quoted(
            db, details.values(), reader
        )  # before the cards: what is newer than this is rendered anew
        cards = {card.id: card for card in showing.cards(db, shown, self._here, pinned, reader)}
        now = self._here.now_ms()
        made: dict[PostId, Ready] = {}
        for one in shown:
            card, detail = cards.get(str(_meant(one))), details.get(_meant(one))
            if card is None or detail is None:
                continue
            author, is_own = detail.author_id, detail.author_id == reader
            item = feed_post(card, one, is_own=is_own)
            if one.id in filtered:
                item = _applied(item, filtered[one.id])
            html = render_one(item, tongue)
            made[one.id] = html
            until = lasts_until(card, now)
            if until > now and not card.is_pinned and one.id not in filtered:
                quotes = detail.quote_of_id if detail.quote_state == "accepted" else None
                for_whom = reader if is_own or _has_poll(card) else NOBODY
                kept = _Kept(author, html, until, quotes, quoted.get(quotes) if quotes else None)
                self._keep((one, tongue, for_whom), kept)
        return made

    def filtered(
        self, db: Reader, shown: Sequence[Shown], reader: AccountId, context: FilterContext
    ) -> dict[PostId, Filtered]:
        """The strictest of the reader's filters that match each post; nobody filters what they wrote themselves."""
        if not filters.of_account(db, reader):
            return {}
        details = posts.details(db, [_meant(one) for one in shown])
        versions = {id: one.version for id, one in details.items()}
        others = [one for one in shown if (d := details.get(_meant(one))) and d.author_id != reader]
        found = self._matcher.matches(db, others, versions, reader, context)
        return {
            id: Filtered(one.filter.action, one.filter.title)
            for id, each in found.items()
            for one in [min(each, key=lambda match: STRICTEST.index(match.filter.action))]
        }

    def _keep(self, key: tuple[Shown, Language, AccountId], kept: _Kept) -> None:
        with self._lock:
            before = self._kept.pop(key, None)
            self._kept[key] = kept
            self._size += len(kept.html) - (len(before.html) if before else 0)
            while self._size > KEPT_BYTES:
                self._size -= len(self._kept.pop(next(iter(self._kept))).html)


def feed_post(card: PostCard, one: Shown, *, is_own: bool) -> FeedPost:
    return FeedPost(
        card,
        is_liked=bool(one.marks & LIKED),
        is_boosted=bool(one.marks & BOOSTED),
        is_saved=bool(one.marks & BOOKMARKED),
        is_own=is_own,
        is_boostable=card.visibility in BOOSTABLE or (is_own and card.visibility == "private"),
    )


def _applied(item: FeedPost, how: Filtered) -> FeedPost:
    if how.action == "blur":
        return replace(item, post=replace(item.post, is_sensitive=True))
    return replace(item, filtered=how.title)


def render_one(item: FeedPost, tongue: Language) -> Ready:
    return Ready(environment(tongue).render_template(TEMPLATE, item=item))


def _meant(one: Shown) -> PostId:
    return one.boosted_id or one.id


def _quoted(db: Reader, details: Iterable[Detail], reader: AccountId) -> dict[PostId, Shown]:
    """The posts that these quote with their authors' consent, as the reader is shown them."""
    wanted = {one.quote_of_id for one in details if one.quote_of_id and one.quote_state == "accepted"}
    return _as_shown(db, wanted, reader)


def _as_shown(db: Reader, ids: Collection[PostId], reader: AccountId) -> dict[PostId, Shown]:
    """Without the reader's own marks, which are not shown where a post is quoted."""
    return {one.id: one._replace(marks=0) for one in posts.shown(db, ids, reader)}


def _has_poll(card: PostCard) -> bool:
    """Of its own or in what it quotes: what somebody voted is shown to them alone."""
    quoted = card.quote.post if card.quote is not None else None
    return card.poll is not None or (quoted is not None and quoted.poll is not None)
