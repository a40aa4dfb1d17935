"""
Filters in Mastodon's form, and which of the viewer's match the posts of a page.

https://docs.joinmastodon.org/entities/Filter/,
https://docs.joinmastodon.org/entities/FilterResult/

Matching is done here and told with each post; apps hide or warn.
"""

from collections.abc import Mapping, Sequence

import msgspec

from martlet.mastodon import entities
from martlet.mastodon.serialize.pieces import Piece
from martlet.mastodon.serialize.times import iso_or_none
from martlet.model.filters import Filter, FilteredPost, Keyword
from martlet.model.names import PostId
from martlet.model.server import Server
from martlet.services.filter_matching import FilterMatcher, Match
from martlet.services.signing_in import Viewer
from martlet.storage import filters
from martlet.storage.database import Reader
from martlet.storage.posts import Shown


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
        filter_action=one.action,
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
    """What matches, as `statuses.Filtered` asks for it. One for each process."""

    def __init__(self, here: Server) -> None:
        self.matcher = FilterMatcher(here)

    def __call__(
        self,
        db: Reader,
        found: Sequence[Shown],
        pieces: Mapping[PostId, Piece],
        viewer: Viewer,
    ) -> Mapping[PostId, bytes]:
        """See `statuses.Filtered`. A boost has no words of its own."""
        versions = versions_of(pieces)
        matched = self.matcher.matches(db, found, versions, viewer.account, None)
        return {id: msgspec.json.encode(list(map(_result, each))) for id, each in matched.items()}


def versions_of(pieces: Mapping[PostId, Piece]) -> dict[PostId, int]:
    """Of those that have words of their own."""
    return {id: piece.detail.version for id, piece in pieces.items() if piece.detail.boost_of_id is None}


def _result(one: Match) -> entities.FilterResult:
    return entities.FilterResult(
        filter=bare(one.filter),
        keyword_matches=one.keywords or None,
        status_matches=list(map(str, one.posts)) or None,
    )
