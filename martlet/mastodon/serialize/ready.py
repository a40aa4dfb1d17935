"""
Posts as they were last shown, ready to be shown again.

Most posts look the same to everybody who has made the same marks on them:
kept under the row that a page's query has just read, revision and versions in
it, they cost one look each. What differs in more than marks (a poll, a quote,
filters, muted threads) is never kept here.
"""

import threading
from typing import Literal, NamedTuple

from martlet.model.names import AccountId
from martlet.storage.posts import Shown

KEPT_BYTES = 16 * 1024 * 1024

ForAuthor = Literal["same", "pinnable", "other"]
"""What the author of the (boosted) post is shown: the same, the same and whether it is pinned, or something else."""


class Ready(NamedTuple):
    """A post's JSON for whoever did not write it, but for its last brace."""

    author_id: AccountId
    for_author: ForAuthor
    body: bytes


class ReadyPosts:
    """The posts of one process: for people who are signed in, or for those who are not."""

    def __init__(self) -> None:
        self.kept: dict[Shown, Ready] = {}
        self._size = 0
        self._lock = threading.Lock()

    def keep(self, one: Shown, ready: Ready) -> None:
        with self._lock:
            before = self.kept.pop(one, None)
            self.kept[one] = ready
            self._size += len(ready.body) - (len(before.body) if before else 0)
            while self._size > KEPT_BYTES:
                oldest = next(iter(self.kept))
                self._size -= len(self.kept.pop(oldest).body)
