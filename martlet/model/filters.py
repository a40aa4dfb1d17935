"""Filters: what somebody would rather not read, and what is to happen to it."""

from dataclasses import dataclass
from typing import Literal

from martlet.model.names import AccountId, FilterId, PostId

FilterContext = Literal["home", "notifications", "public", "thread", "account"]
"""Where a filter works. Lists are `home`; hashtags and all other lists of strangers' posts are `public`."""
FilterAction = Literal["warn", "hide", "blur"]


@dataclass(frozen=True, slots=True)
class Filter:
    """One row of `filter`; `expires_at` in milliseconds."""

    id: FilterId
    account_id: AccountId
    title: str
    contexts: tuple[FilterContext, ...]
    action: FilterAction
    expires_at: int | None


@dataclass(frozen=True, slots=True)
class Keyword:
    """One row of `filter_keyword`."""

    id: int
    filter_id: FilterId
    keyword: str
    whole_word: int


@dataclass(frozen=True, slots=True)
class FilteredPost:
    """One row of `filter_post`: a single post that a filter is for."""

    id: int
    filter_id: FilterId
    post_id: PostId
