"""Bundles that people make or bring in the browser: how far each has come, and what was in it."""

from dataclasses import dataclass

from martlet.model.errors import NotFound
from martlet.model.names import AccountId
from martlet.storage.columns import assigned
from martlet.storage.database import Reader, Writer


@dataclass(frozen=True, slots=True)
class BundleFile:
    """One row of `bundle_file`; moments in milliseconds."""

    id: int
    account_id: AccountId
    kind: str
    """made, brought"""
    wanted: str
    state: str
    """working, done, refused"""
    created_at: int
    error: str = ""
    tries: int = 0
    done: int = 0
    total: int = 0
    found: str = "{}"
    finished_at: int | None = None


NAMES = tuple(BundleFile.__slots__)
COLUMNS = ", ".join(NAMES)
CHANGEABLE = frozenset(NAMES) - {"id", "account_id", "kind", "created_at"}


def insert(db: Writer, one: BundleFile) -> None:
    """Raises `AlreadyThere` while another one of the account is under way."""
    db.run(
        f"INSERT INTO bundle_file ({COLUMNS}) VALUES ({', '.join(f':{name}' for name in NAMES)})",
        **{name: getattr(one, name) for name in NAMES},
    )


def find(db: Reader, id: int) -> BundleFile | None:
    row = db.row(f"SELECT {COLUMNS} FROM bundle_file WHERE id = :id", id=id)
    return BundleFile(*row) if row else None


def get(db: Reader, id: int, account: AccountId) -> BundleFile:
    """One of the account's own. Raises `NotFound`."""
    found = find(db, id)
    if found is None or found.account_id != account:
        raise NotFound
    return found


def of_account(db: Reader, account: AccountId, limit: int) -> list[BundleFile]:
    """The newest first."""
    rows = db.rows(
        f"SELECT {COLUMNS} FROM bundle_file WHERE account_id = :account ORDER BY id DESC LIMIT :limit",
        account=account,
        limit=limit,
    )
    return [BundleFile(*row) for row in rows]


def update(db: Writer, id: int, **changes: object) -> None:
    """Set columns of one that is under way."""
    db.run(
        f"UPDATE bundle_file SET {assigned(changes, CHANGEABLE)} WHERE id = :id AND state = 'working'",
        id=id,
        **changes,
    )


def older_than(db: Reader, moment: int, limit: int) -> list[int]:
    rows = db.rows(
        "SELECT id FROM bundle_file WHERE created_at < :moment ORDER BY created_at LIMIT :limit",
        moment=moment,
        limit=limit,
    )
    return [row[0] for row in rows]


def delete(db: Writer, id: int) -> None:
    db.run("DELETE FROM bundle_file WHERE id = :id", id=id)
