"""
Whose filters a post may match, of many who hear of it.

Filters of those who listen are kept in memory until they change. Only those
whose filter matches are then shown the post with what it matched, one by one.
"""

from collections.abc import Collection, Mapping
from typing import Final

from martlet.mastodon.serialize.filters import versions_of
from martlet.mastodon.serialize.pieces import Piece
from martlet.model.filters import Filter
from martlet.model.names import AccountId, PostId
from martlet.services.filter_matching import FilterMatcher
from martlet.storage import filters
from martlet.storage.database import Reader
from martlet.text import matching

KEPT: Final = 4000
"""Accounts whose filters are kept."""

_Kept = tuple[Filter, list[tuple[str, bool]]]


class KeptFilters:
    def __init__(self, matcher: FilterMatcher) -> None:
        self._matcher = matcher
        self._kept: dict[AccountId, list[_Kept]] = {}

    def forget(self, account: AccountId) -> None:
        self._kept.pop(account, None)

    def matching(
        self, db: Reader, pieces: Mapping[PostId, Piece], accounts: Collection[AccountId]
    ) -> set[AccountId]:
        """Those of the accounts who have a filter, in whatever context, that matches one of the posts."""
        if not accounts:
            return set()
        self._look_up(db, accounts)
        of = {account: self._kept.get(account, []) for account in accounts}
        chosen = self._for_single_posts(db, of, pieces.keys())
        texts = self._matcher.texts(db, versions_of(pieces))
        whole = [text for text in texts.values() if text]
        return {
            account
            for account, kept in of.items()
            if any(
                one.id in chosen or any(matching.found_in(text, keywords) for text in whole)
                for one, keywords in kept
            )
        }

    def _for_single_posts(
        self, db: Reader, of: Mapping[AccountId, list[_Kept]], posts: Collection[PostId]
    ) -> set[int]:
        """The filters that are for these very posts."""
        ids = [one.id for kept in of.values() for one, _ in kept]
        return {id for id, _ in filters.posts_among(db, ids, posts)}

    def _look_up(self, db: Reader, accounts: Collection[AccountId]) -> None:
        missing = [account for account in accounts if account not in self._kept]
        if not missing:
            return
        if len(self._kept) + len(missing) > KEPT:
            self._kept.clear()
            missing = list(accounts)
        found = filters.of_accounts(db, missing)
        keywords = filters.keywords(db, [one.id for one in found])
        made: dict[AccountId, list[_Kept]] = {account: [] for account in missing}
        for one in found:
            words = [(word.keyword, bool(word.whole_word)) for word in keywords[one.id]]
            made[one.account_id].append((one, words))
        self._kept |= made
