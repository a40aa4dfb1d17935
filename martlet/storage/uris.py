"""What the network calls posts and accounts: looking them up, and knowing which names are no more."""

import json
from collections.abc import Collection

from martlet.model.names import AccountId, Uri
from martlet.model.posts import Post
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, among_words, numbers
from martlet.storage.posts import COLUMNS

_POST = f"SELECT {COLUMNS} FROM post WHERE uri = :uri"


def find_post(db: Reader, uri: Uri) -> Post | None:
    """The post, whoever asks: for work behind the scenes only."""
    row = db.row(_POST, uri=uri)
    return Post(*row) if row else None


def find_tombstone(db: Reader, uri: Uri) -> tuple[AccountId | None, int] | None:
    """Whose post it was that is no more, and when it was deleted."""
    row = db.row("SELECT author_id, deleted_at FROM tombstone WHERE uri = :uri", uri=uri)
    return (row[0], row[1]) if row else None


def is_settled(db: Reader, uri: Uri) -> bool:
    """Whether it is known what is called so: a post, or one that is no more."""
    return find_post(db, uri) is not None or find_tombstone(db, uri) is not None


def bury(db: Writer, uri: Uri, author: AccountId, now: int) -> None:
    """What is called so never comes, though we have not seen it yet."""
    db.run(
        """
        INSERT INTO tombstone (uri, author_id, deleted_at) VALUES (:uri, :author, :now) ON CONFLICT (uri) DO NOTHING
        """,
        uri=uri,
        author=author,
        now=now,
    )


def accounts_at(db: Reader, uris: Collection[Uri]) -> dict[Uri, AccountId]:
    """Those of the accounts, here or elsewhere, that we know."""
    if not uris:
        return {}
    rows = db.rows(
        f"SELECT uri, id FROM account WHERE uri {among_words(db.dialect, 'uris')}",
        uris=json.dumps(sorted(uris)),
    )
    return {row[0]: row[1] for row in rows}


def of_accounts(db: Reader, ids: Collection[AccountId]) -> dict[AccountId, Uri]:
    if not ids:
        return {}
    rows = db.rows(f"SELECT id, uri FROM account WHERE id {among('ids')}", ids=numbers(ids))
    return {row[0]: row[1] for row in rows}
