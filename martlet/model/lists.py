"""Lists: whom one reads together, beside the home timeline."""

from dataclasses import dataclass
from typing import Literal

from martlet.model.names import AccountId, ListId

Replies = Literal["followed", "list", "none"]
"""Whose being answered lets an answer into the list: anyone the owner follows, the list's members, nobody."""


@dataclass(frozen=True, slots=True)
class List:
    """One row of `list`. What an exclusive list shows, the home timeline does not."""

    id: ListId
    owner_id: AccountId
    title: str
    replies: Replies = "list"
    is_exclusive: int = 0
