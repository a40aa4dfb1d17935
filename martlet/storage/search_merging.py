"""
Keeping SQLite's search indexes in few parts.

With every transaction that indexes something, FTS5 begins a part (a segment)
of its own. A query looks for each of its words in each part: in a large town,
that was half of what a search cost. So where there are two of a size they are
merged, a few pages in a transaction, beside those who write; FTS5 itself makes
one of posts' parts only where sixteen of a size have piled up. See
"The 'merge' Command", "The 'usermerge' Configuration Option" and "The
'automerge' Configuration Option" in https://sqlite.org/fts5.html.

All posts with one word are merged at once, however many pages that takes: a
tenth of a second for a million. It comes once when a town has grown to double
its size, and a few times after its index was made anew.
"""

from martlet.model.names import PostId
from martlet.storage.database import Writer

INDEXES = ("post_search", "account_search")
POSTS = 8
"""After about so many that were indexed there are parts to be merged."""
PAGES = 16
"""Of an index, a kilobyte each, that are written in one transaction."""
NOTHING = 1
"""Rows that the command itself counts as changed."""


def is_due(indexed: PostId) -> bool:
    """Whether it is time to merge, now that this post was indexed."""
    return (indexed >> 16) % POSTS == 0


def merge(db: Writer) -> bool:
    """Do a little of it, in each index; whether there may be more to do."""
    if db.dialect != "sqlite":
        return False
    went_on = [_merge(db, index) for index in INDEXES]
    return any(went_on)


def _merge(db: Writer, index: str) -> bool:
    before = _changes(db)
    db.run(f"INSERT INTO {index} ({index}, rank) VALUES ('merge', {PAGES})")
    return _changes(db) - before > NOTHING


def _changes(db: Writer) -> int:
    return int(db.value("SELECT total_changes()"))
