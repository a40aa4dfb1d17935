"""Which of somebody's filters match the posts that they are about to be shown."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from martlet.model.filters import Filter, FilterContext
from martlet.model.names import AccountId, PostId
from martlet.model.server import Server
from martlet.storage import filters
from martlet.storage.database import Reader
from martlet.storage.posts import Shown
from martlet.text import matching
from martlet.text.sanitize import plain

KEPT = 4096


class Match(NamedTuple):
    """A filter that matches a post: by words that it looks for, or because the post itself was put into it."""

    filter: Filter
    keywords: list[str]
    posts: list[PostId]


class FilterMatcher:
    """Keeps the folded words of posts, by id and version. One for each process."""

    def __init__(self, here: Server) -> None:
        self._here = here
        self._kept: OrderedDict[PostId, tuple[int, str]] = OrderedDict()

    def matches(
        self,
        db: Reader,
        found: Sequence[Shown],
        versions: Mapping[PostId, int],
        account: AccountId,
        context: FilterContext | None,
    ) -> dict[PostId, list[Match]]:
        """
        By the id of the page's post; without those that none matches.

        `versions`: of all posts with words of their own. Filters for other contexts are left out.
        """
        now = self._here.now_ms()
        active = [
            one
            for one in filters.of_account(db, account)
            if (one.expires_at is None or one.expires_at > now)
            and (context is None or context in one.contexts)
        ]
        if not active or not found:
            return {}
        ids = [one.id for one in active]
        keywords = {
            id: [(one.keyword, bool(one.whole_word)) for one in each]
            for id, each in filters.keywords(db, ids).items()
        }
        seen = {id for one in found for id in (one.id, one.boosted_id) if id is not None}
        chosen = filters.posts_among(db, ids, seen)
        texts = self.texts(db, versions)
        results: dict[PostId, list[Match]] = {}
        for shown in found:
            for one in active:
                words = matching.found_in(texts.get(shown.boosted_id or shown.id, ""), keywords[one.id])
                posts = [
                    id for id in (shown.id, shown.boosted_id) if id is not None and (one.id, id) in chosen
                ]
                if words or posts:
                    results.setdefault(shown.id, []).append(Match(one, words, posts))
        return results

    def texts(self, db: Reader, versions: Mapping[PostId, int]) -> dict[PostId, str]:
        """The folded words of posts, in which keywords are looked for."""
        texts: dict[PostId, str] = {}
        missing: dict[PostId, int] = {}
        for id, version in versions.items():
            kept = self._kept.get(id)
            if kept is not None and kept[0] == version:
                texts[id] = kept[1]
            else:
                missing[id] = version
        if missing:
            for id, (html, *others) in filters.words(db, missing).items():
                texts[id] = matching.folded("\n".join([plain(html), *others]))
                self._kept[id] = (missing[id], texts[id])
                self._kept.move_to_end(id)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return texts
