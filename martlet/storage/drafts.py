"""Posts that their authors have not finished."""

from dataclasses import dataclass

from martlet.model.errors import NotFound
from martlet.model.names import AccountId, DraftId
from martlet.storage.database import Reader, Writer


@dataclass(frozen=True, slots=True)
class Kept:
    """One row of `draft`; `body` is JSON of `model.posts.Draft`."""

    id: DraftId
    account_id: AccountId
    body: str
    changed_at: int


COLUMNS = ", ".join(Kept.__slots__)


def put(db: Writer, one: Kept) -> None:
    """A new draft, or what a known one has become."""
    db.run(
        f"""
        INSERT INTO draft ({COLUMNS}) VALUES (:id, :account_id, :body, :changed_at)
        ON CONFLICT (id) DO UPDATE SET body = excluded.body, changed_at = excluded.changed_at
        """,
        **{name: getattr(one, name) for name in Kept.__slots__},
    )


def find(db: Reader, id: DraftId, account: AccountId) -> Kept | None:
    """One of the account's own."""
    row = db.row(
        f"SELECT {COLUMNS} FROM draft WHERE id = :id AND account_id = :account", id=id, account=account
    )
    return Kept(*row) if row else None


def get(db: Reader, id: DraftId, account: AccountId) -> Kept:
    """Raises `NotFound` for other people's as for none."""
    found = find(db, id, account)
    if found is None:
        raise NotFound
    return found


def of_account(db: Reader, account: AccountId, limit: int) -> list[Kept]:
    """Those written on last, first."""
    rows = db.rows(
        f"SELECT {COLUMNS} FROM draft WHERE account_id = :account ORDER BY changed_at DESC LIMIT :limit",
        account=account,
        limit=limit,
    )
    return [Kept(*row) for row in rows]


def count(db: Reader, account: AccountId) -> int:
    return int(db.value("SELECT count(*) FROM draft WHERE account_id = :account", account=account))


def delete(db: Writer, id: DraftId, account: AccountId) -> None:
    db.run("DELETE FROM draft WHERE id = :id AND account_id = :account", id=id, account=account)
