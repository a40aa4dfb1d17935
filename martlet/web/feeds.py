"""
Lists of posts for somebody who is signed in, as HTML.

Most posts look the same to everybody who has made the same marks on them: kept under the row that a page's query
has just read, revision and versions in it, they are rendered once and cost one look each from then on, as in
`mastodon.serialize.ready`. What differs in more than marks (a poll, a quote, one's own post) is never kept, nor
anything for longer than it may be out of step with what is not in that row (the name of whom it answers).
"""

import threading
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from martlet.model.filters import FilterAction, FilterContext
from martlet.model.names import AccountId, PostId
from martlet.model.server import Server
from martlet.services.filter_matching import FilterMatcher
from martlet.storage import filters, posts
from martlet.storage.database import Reader
from martlet.storage.posts import BOOKMARKED, BOOSTED, LIKED, Shown
from martlet.web import showing
from martlet.web.cards import FeedPost, PostCard
from martlet.web.language import Language
from martlet.web.rendering import Posts, Ready, environment

KEPT_BYTES = 16 * 1024 * 1024
KEPT_MS = 10 * 60 * 1000
TEMPLATE = "parts/feed_post.html"
BOOSTABLE = ("public", "unlisted")


class _Kept(NamedTuple):
    author_id: AccountId
    html: Ready
    until: int


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
        self._kept: dict[tuple[Shown, Language], _Kept] = {}
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
        result: list[str] = [""] * len(shown)
        missing: list[int] = []
        for place, one in enumerate(shown):
            if one.id in hidden:
                continue
            kept = self._kept.get((one, tongue))
            if (
                kept is None
                or kept.until < now
                or kept.author_id == reader
                or one.id in pinned | filtered.keys()
            ):
                missing.append(place)
            else:
                result[place] = kept.html
        if missing:
            made = self._made(db, [shown[place] for place in missing], reader, tongue, pinned, filtered)
            for place in missing:
                result[place] = made.get(shown[place].id, "")
        return result

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
        authors = {
            one.id: one.author_id for one in posts.details(db, [_meant(one) for one in shown]).values()
        }
        cards = {card.id: card for card in showing.cards(db, shown, self._here, pinned, reader)}
        until = self._here.now_ms() + KEPT_MS
        made: dict[PostId, Ready] = {}
        for one in shown:
            card, author = cards.get(str(_meant(one))), authors.get(_meant(one))
            if card is None or author is None:
                continue
            item = feed_post(card, one, is_own=author == reader)
            if one.id in filtered:
                item = _applied(item, filtered[one.id])
            html = render_one(item, tongue)
            made[one.id] = html
            if _is_same_for_all(card) and author != reader and one.id not in filtered:
                self._keep((one, tongue), _Kept(author, html, until))
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

    def _keep(self, key: tuple[Shown, Language], kept: _Kept) -> None:
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


def _is_same_for_all(card: PostCard) -> bool:
    return card.poll is None and card.quote is None and not card.is_pinned and not card.is_broken
