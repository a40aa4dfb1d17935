"""Reports: what people told the moderators of."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from martlet.model.ids import first_id_in
from martlet.model.names import AccountId, PostId, ReportId
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers


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

    @property
    def posts(self) -> Sequence[PostId]:
        found: list[PostId] = json.loads(self.post_ids)
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
