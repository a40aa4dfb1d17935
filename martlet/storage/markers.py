"""How far somebody has read in a timeline, kept for all of their apps."""

from collections.abc import Collection
from dataclasses import dataclass

from martlet.model.names import AccountId
from martlet.storage.database import Reader, Writer


@dataclass(frozen=True, slots=True)
class Marker:
    """One row of `marker`: `timeline` is home or notifications, `version` grows with every change."""

    timeline: str
    last_read_id: int
    version: int
    updated_at: int


def of_account(db: Reader, account: AccountId, timelines: Collection[str]) -> list[Marker]:
    """Those that were ever set."""
    rows = db.rows(
        """
        SELECT timeline, last_read_id, version, updated_at FROM marker WHERE account_id = :account
        """,
        account=account,
    )
    return [Marker(*row) for row in rows if row[0] in timelines]


def put(db: Writer, account: AccountId, timeline: str, last_read_id: int, now: int) -> Marker:
    row = db.rows(
        """
        INSERT INTO marker (account_id, timeline, last_read_id, version, updated_at)
        VALUES (:account, :timeline, :last_read_id, 1, :now)
        ON CONFLICT (account_id, timeline) DO UPDATE
           SET last_read_id = excluded.last_read_id, version = marker.version + 1, updated_at = excluded.updated_at
        RETURNING timeline, last_read_id, version, updated_at
        """,
        account=account,
        timeline=timeline,
        last_read_id=last_read_id,
        now=now,
    )[0]
    return Marker(*row)
