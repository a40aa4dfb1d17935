"""
Filters in Mastodon's form, and which of the viewer's match the posts of a page.

https://docs.joinmastodon.org/entities/Filter/,
https://docs.joinmastodon.org/entities/FilterResult/

Matching is done here and told with each post; apps hide or warn.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence

import msgspec

from martlet.mastodon import entities
from martlet.mastodon.serialize.pieces import Piece
from martlet.mastodon.serialize.statuses import Context
from martlet.mastodon.serialize.times import iso_or_none
from martlet.model.filters import Filter, FilteredPost, Keyword
from martlet.model.names import PostId
from martlet.model.server import Server
from martlet.services.signing_in import Viewer
from martlet.storage import filters
from martlet.storage.database import Reader
from martlet.storage.posts import Shown
from martlet.text import matching
from martlet.text.sanitize import plain

ACTIONS = {"warn": "warn", "hide": "hide", "blur": "blur_media"}
KEPT = 4096


def keyword_entity(one: Keyword) -> entities.FilterKeyword:
    return entities.FilterKeyword(id=str(one.id), keyword=one.keyword, whole_word=bool(one.whole_word))


def post_entity(one: FilteredPost) -> entities.FilterStatus:
    return entities.FilterStatus(id=str(one.id), status_id=str(one.post_id))


def bare(one: Filter) -> entities.Filter:
    """A filter as it stands in a FilterResult, without what it looks for."""
    return entities.Filter(
        id=str(one.id),
        title=one.title,
        context=list(one.contexts),
        expires_at=iso_or_none(one.expires_at),
        filter_action=ACTIONS[one.action],
    )


def whole(db: Reader, found: Sequence[Filter]) -> list[entities.Filter]:
    ids = [one.id for one in found]
    keywords, posts = filters.keywords(db, ids), filters.posts(db, ids)
    result = []
    for one in found:
        entity = bare(one)
        entity.keywords = [keyword_entity(keyword) for keyword in keywords[one.id]]
        entity.statuses = [post_entity(post) for post in posts[one.id]]
        result.append(entity)
    return result


class FilterResults:
    """Matches filters; keeps the folded words of posts, by id and version. One for each process."""

    def __init__(self, here: Server) -> None:
        self._here = here
        self._kept: OrderedDict[PostId, tuple[int, str]] = OrderedDict()

    def __call__(
        self,
        db: Reader,
        found: Sequence[Shown],
        pieces: Mapping[PostId, Piece],
        viewer: Viewer,
        context: Context | None,
    ) -> Mapping[PostId, bytes]:
        """See `statuses.Filtered`."""
        now = self._here.now_ms()
        active = [
            one
            for one in filters.of_account(db, viewer.account)
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
        texts = self._texts(db, pieces)
        results: dict[PostId, bytes] = {}
        for shown in found:
            matched = []
            for one in active:
                words = matching.found_in(texts.get(shown.boosted_id or shown.id, ""), keywords[one.id])
                posts = [str(id) for id in (shown.id, shown.boosted_id) if (one.id, id) in chosen]
                if words or posts:
                    matched.append(
                        entities.FilterResult(
                            filter=bare(one), keyword_matches=words or None, status_matches=posts or None
                        )
                    )
            if matched:
                results[shown.id] = msgspec.json.encode(matched)
        return results

    def _texts(self, db: Reader, pieces: Mapping[PostId, Piece]) -> dict[PostId, str]:
        """The folded words of each post; a boost has none of its own."""
        texts: dict[PostId, str] = {}
        missing: dict[PostId, int] = {}
        for id, piece in pieces.items():
            detail = piece.detail
            if detail.boost_of_id is not None:
                continue
            kept = self._kept.get(id)
            if kept is not None and kept[0] == detail.version:
                texts[id] = kept[1]
            else:
                missing[id] = detail.version
        if missing:
            for id, (html, *others) in filters.words(db, missing).items():
                texts[id] = matching.folded("\n".join([plain(html), *others]))
                self._kept[id] = (missing[id], texts[id])
                self._kept.move_to_end(id)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return texts
