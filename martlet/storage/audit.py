"""The audit log: what those who look after the server did. Rows are added, never changed."""

from collections.abc import Collection
from dataclasses import dataclass

from martlet.model.audit import Entry
from martlet.model.names import AccountId, ReportId
from martlet.model.paging import Page
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers

COLUMNS = ", ".join(Entry.__slots__)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which entries are wanted; None: all."""

    actor: AccountId | None = None
    target_kind: str | None = None
    target: int | None = None
    report: ReportId | None = None


def insert(db: Writer, entry: Entry) -> None:
    """Raises `AlreadyThere` for a second undoing of the same."""
    names = Entry.__slots__
    db.run(
        f"INSERT INTO audit_entry ({COLUMNS}) VALUES ({', '.join(f':{name}' for name in names)})",
        **{name: getattr(entry, name) for name in names},
    )


def find(db: Reader, id: int) -> Entry | None:
    row = db.row(f"SELECT {COLUMNS} FROM audit_entry WHERE id = :id", id=id)
    return Entry(*row) if row else None


def page(db: Reader, page: Page, choice: Choice) -> list[Entry]:
    """The newest first."""
    wanted = {
        "actor_id": choice.actor,
        "target_kind": choice.target_kind,
        "target_id": choice.target,
        "report_id": choice.report,
    }
    chosen = {name: value for name, value in wanted.items() if value is not None}
    where = "".join(f" AND {name} = :{name}" for name in chosen)
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM audit_entry
         WHERE id < :before AND id > :after{where}
         ORDER BY id {page.order} LIMIT :limit
        """,
        before=page.before,
        after=page.after,
        limit=page.limit,
        **chosen,
    )
    found = [Entry(*row) for row in rows]
    return found[::-1] if page.is_upward else found


def undone_by(db: Reader, ids: Collection[int]) -> dict[int, int]:
    """Which of the entries were undone, and by which."""
    if not ids:
        return {}
    rows = db.rows(f"SELECT undoes_id, id FROM audit_entry WHERE undoes_id {among('ids')}", ids=numbers(ids))
    return {row[0]: row[1] for row in rows}
