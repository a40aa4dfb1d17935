"""What people bring from other servers, row by row: how far it has come, and what could not be taken."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from martlet.model.errors import NotFound
from martlet.model.names import AccountId, PostId, Uri
from martlet.storage.columns import assigned
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import lock_row


@dataclass(frozen=True, slots=True)
class BulkImport:
    """One row of `bulk_import`; moments in milliseconds."""

    id: int
    account_id: AccountId
    kind: str
    is_overwrite: int
    state: str
    """asking, working, done, refused"""
    stage: str
    position: int
    total: int
    created_at: int
    taken: int = 0
    known: int = 0
    failed: int = 0
    error: str = ""
    finished_at: int | None = None


class ImportRow(NamedTuple):
    """`state`: waiting, again (was not to be had so far), failed; `body` is JSON."""

    position: int
    state: str
    name: str
    body: str
    reason: str = ""


NAMES = tuple(BulkImport.__slots__)
COLUMNS = ", ".join(NAMES)
CHANGEABLE = frozenset(NAMES) - {"id", "account_id", "kind", "created_at"}


def insert(db: Writer, one: BulkImport) -> None:
    """Raises `AlreadyThere` while another one of the account is being worked off."""
    db.run(
        f"INSERT INTO bulk_import ({COLUMNS}) VALUES ({', '.join(f':{name}' for name in NAMES)})",
        **{name: getattr(one, name) for name in NAMES},
    )


def find(db: Reader, id: int) -> BulkImport | None:
    row = db.row(f"SELECT {COLUMNS} FROM bulk_import WHERE id = :id", id=id)
    return BulkImport(*row) if row else None


def lock(db: Writer, id: int) -> BulkImport | None:
    """The import as it is; nobody else changes it until the transaction is over."""
    row = db.row(f"SELECT {COLUMNS} FROM bulk_import WHERE id = :id {lock_row(db.dialect)}", id=id)
    return BulkImport(*row) if row else None


def get(db: Reader, id: int, account: AccountId) -> BulkImport:
    """One of the account's own. Raises `NotFound`."""
    found = find(db, id)
    if found is None or found.account_id != account:
        raise NotFound
    return found


def of_account(db: Reader, account: AccountId, limit: int) -> list[BulkImport]:
    """The newest first."""
    rows = db.rows(
        f"SELECT {COLUMNS} FROM bulk_import WHERE account_id = :account ORDER BY id DESC LIMIT :limit",
        account=account,
        limit=limit,
    )
    return [BulkImport(*row) for row in rows]


def update(db: Writer, id: int, **changes: object) -> None:
    """Raises `AlreadyThere` where it is to be worked off while another one is."""
    db.run(f"UPDATE bulk_import SET {assigned(changes, CHANGEABLE)} WHERE id = :id", id=id, **changes)


def count(db: Writer, id: int, *, taken: int = 0, known: int = 0, failed: int = 0) -> None:
    db.run(
        """
        UPDATE bulk_import SET taken = taken + :taken, known = known + :known, failed = failed + :failed WHERE id = :id
        """,
        id=id,
        taken=taken,
        known=known,
        failed=failed,
    )


def count_failed(db: Writer, id: int) -> int:
    """Count one failed row more; returns how many there are now."""
    count(db, id, failed=1)
    return int(db.value("SELECT failed FROM bulk_import WHERE id = :id", id=id))


def shorten(db: Writer, id: int) -> None:
    """Count one row less: it is nothing that can be brought."""
    db.run("UPDATE bulk_import SET total = total - 1 WHERE id = :id", id=id)


def delete(db: Writer, id: int) -> None:
    db.run("DELETE FROM bulk_import WHERE id = :id", id=id)


def older_than(db: Reader, moment: int, limit: int) -> list[BulkImport]:
    rows = db.rows(
        f"SELECT {COLUMNS} FROM bulk_import WHERE created_at < :moment ORDER BY created_at LIMIT :limit",
        moment=moment,
        limit=limit,
    )
    return [BulkImport(*row) for row in rows]


# -- rows ----------------------------------------------------------------


def put_rows(db: Writer, id: int, rows: Iterable[ImportRow]) -> None:
    db.run_each(
        """
        INSERT INTO bulk_import_row (import_id, position, state, name, body, reason)
        VALUES (:id, :position, :state, :name, :body, :reason)
        ON CONFLICT (import_id, position) DO NOTHING
        """,
        ({"id": id, **row._asdict()} for row in rows),
    )


def rows(db: Reader, id: int, state: str, limit: int, after: int = -1) -> list[ImportRow]:
    """Some of the rows in a state, in their order; `after` the position of another."""
    found = db.rows(
        """
        SELECT position, state, name, body, reason FROM bulk_import_row
         WHERE import_id = :id AND state = :state AND position > :after ORDER BY position LIMIT :limit
        """,
        id=id,
        state=state,
        after=after,
        limit=limit,
    )
    return [ImportRow(*row) for row in found]


def row_state(db: Reader, id: int, position: int) -> str | None:
    """None where the row is done."""
    found: str | None = db.value(
        "SELECT state FROM bulk_import_row WHERE import_id = :id AND position = :position",
        id=id,
        position=position,
    )
    return found


def set_row(db: Writer, id: int, position: int, state: str, reason: str = "") -> None:
    db.run(
        """
        UPDATE bulk_import_row SET state = :state, reason = :reason WHERE import_id = :id AND position = :position
        """,
        id=id,
        position=position,
        state=state,
        reason=reason,
    )


def give_up(db: Writer, account: AccountId, kind: str) -> None:
    """What was not to be had of earlier imports of a kind is tried no more, and counts as failed."""
    of_kind = "SELECT id FROM bulk_import WHERE account_id = :account AND kind = :kind AND state = 'done'"
    db.run(
        f"""
        UPDATE bulk_import SET failed = failed + (
               SELECT count(*) FROM bulk_import_row WHERE import_id = bulk_import.id AND state = 'again')
         WHERE id IN ({of_kind})
        """,
        account=account,
        kind=kind,
    )
    db.run(
        f"""
        UPDATE bulk_import_row SET state = 'failed', reason = 'not_found'
         WHERE state = 'again' AND import_id IN ({of_kind})
        """,
        account=account,
        kind=kind,
    )


def pending(db: Reader, account: AccountId) -> dict[int, int]:
    """How many rows of imports that are done were not to be had so far, by import."""
    rows = db.rows(
        """
        SELECT bulk_import.id, count(*) FROM bulk_import
          JOIN bulk_import_row ON bulk_import_row.import_id = bulk_import.id AND bulk_import_row.state = 'again'
         WHERE bulk_import.account_id = :account AND bulk_import.state = 'done'
         GROUP BY bulk_import.id
        """,
        account=account,
    )
    return dict(rows)


def delete_row(db: Writer, id: int, position: int) -> None:
    db.run(
        "DELETE FROM bulk_import_row WHERE import_id = :id AND position = :position", id=id, position=position
    )


# -- what is not in it ---------------------------------------------------

_HANDLE = "account.username_folded || '@' || CASE WHEN account.host = '' THEN :host ELSE account.host END"
_NOT_NAMED = (
    "NOT EXISTS (SELECT 1 FROM bulk_import_row AS named WHERE named.import_id = :id AND named.name = {})"
)
_PAIRS = {
    "follows": ("follow", "follower_id", "followed_id"),
    "blocks": ("block", "account_id", "blocked_id"),
    "mutes": ("mute", "account_id", "muted_id"),
}


def accounts_not_named(db: Reader, one: BulkImport, host: str, after: int, limit: int) -> list[AccountId]:
    """Whom somebody follows, blocks or mutes without a row that names them; `host` is our own. In the order of ids."""
    table, own, other = _PAIRS[one.kind]
    found = db.rows(
        f"""
        SELECT account.id FROM {table} JOIN account ON account.id = {table}.{other}
         WHERE {table}.{own} = :account AND {table}.{other} > :after AND {_NOT_NAMED.format(_HANDLE)}
         ORDER BY {table}.{other} LIMIT :limit
        """,
        id=one.id,
        account=one.account_id,
        host=host,
        after=after,
        limit=limit,
    )
    return [row[0] for row in found]


def hosts_not_named(db: Reader, one: BulkImport) -> list[str]:
    found = db.rows(
        f"SELECT host FROM domain_block WHERE account_id = :account AND {_NOT_NAMED.format('domain_block.host')}",
        id=one.id,
        account=one.account_id,
    )
    return [row[0] for row in found]


def bookmarks_not_named(db: Reader, one: BulkImport, after: int, limit: int) -> list[PostId]:
    found = db.rows(
        f"""
        SELECT mark.post_id FROM mark JOIN post ON post.id = mark.post_id
         WHERE mark.account_id = :account AND mark.post_id > :after AND mark.bookmarked_id IS NOT NULL
           AND {_NOT_NAMED.format("post.uri")}
         ORDER BY mark.post_id LIMIT :limit
        """,
        id=one.id,
        account=one.account_id,
        after=after,
        limit=limit,
    )
    return [row[0] for row in found]


def list_members_not_named(
    db: Reader, one: BulkImport, list_id: int, title: str, host: str
) -> list[AccountId]:
    """`title` as it stands before the handle in the rows' names, with what divides the two."""
    found = db.rows(
        f"""
        SELECT account.id FROM list_member JOIN account ON account.id = list_member.account_id
         WHERE list_member.list_id = :list AND {_NOT_NAMED.format(f":title || {_HANDLE}")}
        """,
        id=one.id,
        list=list_id,
        title=title,
        host=host,
    )
    return [row[0] for row in found]


def names(db: Reader, id: int) -> set[str]:
    """What all rows are about."""
    rows = db.rows("SELECT name FROM bulk_import_row WHERE import_id = :id", id=id)
    return {row[0] for row in rows}


def is_bookmarked(db: Reader, account: AccountId, post: PostId) -> bool:
    return (
        db.value(
            "SELECT 1 FROM mark WHERE account_id = :account AND post_id = :post AND bookmarked_id IS NOT NULL",
            account=account,
            post=post,
        )
        is not None
    )


# -- posts of archives ---------------------------------------------------


def imported_post(db: Reader, account: AccountId, uri: Uri) -> PostId | None:
    """The post, there or not any more, that came as `uri`."""
    found: PostId | None = db.value(
        "SELECT post_id FROM imported_post WHERE account_id = :account AND uri = :uri",
        account=account,
        uri=uri,
    )
    return found


def note_post(db: Writer, account: AccountId, uri: Uri, post: PostId) -> None:
    """Raises `AlreadyThere`."""
    db.run(
        "INSERT INTO imported_post (account_id, uri, post_id) VALUES (:account, :uri, :post)",
        account=account,
        uri=uri,
        post=post,
    )
