"""Reports: what people told the moderators of."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from martlet.model.ids import first_id_in
from martlet.model.names import AccountId, PostId, ReportId
from martlet.model.paging import Page
from martlet.storage.columns import assigned
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, lock_row, numbers


@dataclass(frozen=True, slots=True)
class Report:
    """One row of `report`; moments in milliseconds."""

    id: ReportId
    account_id: AccountId
    about_id: AccountId
    category: str
    comment: str
    is_forwarded: int
    post_ids: str
    """JSON: [id]"""
    rule_ids: str
    """JSON: [id]"""
    created_at: int
    resolved_at: int | None
    host: str = ""
    """The server whose moderators sent it; empty: somebody here reported."""
    assigned_id: AccountId | None = None
    """Who works on it."""
    resolved_by: AccountId | None = None
    """`NOBODY`: the operator."""
    changed_at: int = 0
    pack_ids: str = "[]"
    """JSON: [id]"""

    @property
    def posts(self) -> Sequence[PostId]:
        found: list[PostId] = json.loads(self.post_ids)
        return found

    @property
    def packs(self) -> Sequence[int]:
        found: list[int] = json.loads(self.pack_ids)
        return found

    @property
    def rules(self) -> Sequence[int]:
        found: list[int] = json.loads(self.rule_ids)
        return found


COLUMNS = ", ".join(Report.__slots__)


def insert(db: Writer, report: Report) -> None:
    db.run(
        f"INSERT INTO report ({COLUMNS}) VALUES ({', '.join(f':{name}' for name in Report.__slots__)})",
        **{name: getattr(report, name) for name in Report.__slots__},
    )


def count_open_of(db: Reader, host: str, since: int, limit: int) -> int:
    """How many reports another server has sent since a moment that nobody has dealt with, counted up to `limit`."""
    return int(
        db.value(
            """
            SELECT count(*) FROM (
                SELECT 1 FROM report
                 WHERE host = :host AND host <> '' AND resolved_at IS NULL AND id > :since LIMIT :limit) AS opened
            """,
            host=host,
            since=first_id_in(since),
            limit=limit,
        )
    )


def many(db: Reader, ids: Collection[ReportId]) -> dict[ReportId, Report]:
    """Those of the reports that are there, whoever asks: for moderators only."""
    if not ids:
        return {}
    rows = db.rows(f"SELECT {COLUMNS} FROM report WHERE id {among('ids')}", ids=numbers(ids))
    return {row[0]: Report(*row) for row in rows}


CHANGEABLE = frozenset({"category", "rule_ids", "assigned_id", "resolved_at", "resolved_by", "changed_at"})


@dataclass(frozen=True, slots=True)
class Choice:
    """Which reports are wanted; None: all."""

    is_resolved: bool = False
    by: AccountId | None = None
    about: AccountId | None = None


def page(db: Reader, page: Page, choice: Choice) -> list[Report]:
    """The newest first. For those only who work on reports."""
    where = "resolved_at IS NOT NULL" if choice.is_resolved else "resolved_at IS NULL"
    bound: dict[str, object] = {}
    if choice.by is not None:
        where, bound["by"] = f"{where} AND account_id = :by", choice.by
    if choice.about is not None:
        where, bound["about"] = f"{where} AND about_id = :about", choice.about
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM report
         WHERE {where} AND id < :before AND id > :after
         ORDER BY id {page.order} LIMIT :limit
        """,
        before=page.before,
        after=page.after,
        limit=page.limit,
        **bound,
    )
    found = [Report(*row) for row in rows]
    return found[::-1] if page.is_upward else found


def update(db: Writer, id: ReportId, **changes: object) -> None:
    db.run(f"UPDATE report SET {assigned(changes, CHANGEABLE)} WHERE id = :id", id=id, **changes)


def lock(db: Writer, id: ReportId) -> Report | None:
    """To be changed by what it was: others who want that wait."""
    db.row(f"SELECT 1 FROM report WHERE id = :id {lock_row(db.dialect)}", id=id)
    return many(db, [id]).get(id)


def resolve(db: Writer, id: ReportId, by: AccountId, now: int) -> None:
    """Nothing where somebody was faster."""
    db.run(
        """
        UPDATE report SET resolved_at = :now, resolved_by = :by, changed_at = :now
         WHERE id = :id AND resolved_at IS NULL
        """,
        id=id,
        by=by,
        now=now,
    )


def unresolved_about(db: Reader, account: AccountId) -> list[ReportId]:
    rows = db.rows(
        "SELECT id FROM report WHERE about_id = :account AND resolved_at IS NULL ORDER BY id", account=account
    )
    return [row[0] for row in rows]


# -- notes ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody who works on a report tells the others. The id says when."""

    id: int
    report_id: ReportId
    author_id: AccountId
    text: str


def insert_note(db: Writer, note: Note) -> None:
    db.run(
        "INSERT INTO report_note (id, report_id, author_id, text) VALUES (:id, :report_id, :author_id, :text)",
        **{name: getattr(note, name) for name in Note.__slots__},
    )


def notes(db: Reader, report: ReportId, limit: int) -> list[Note]:
    """The oldest first."""
    rows = db.rows(
        """
        SELECT id, report_id, author_id, text FROM report_note
         WHERE report_id = :report ORDER BY id LIMIT :limit
        """,
        report=report,
        limit=limit,
    )
    return [Note(*row) for row in rows]


def count_notes(db: Reader, report: ReportId) -> int:
    return int(db.value("SELECT count(*) FROM report_note WHERE report_id = :report", report=report))


def find_note(db: Reader, id: int) -> Note | None:
    row = db.row("SELECT id, report_id, author_id, text FROM report_note WHERE id = :id", id=id)
    return Note(*row) if row else None


def delete_note(db: Writer, id: int) -> None:
    db.run("DELETE FROM report_note WHERE id = :id", id=id)
