"""How much waits for those who look after the server: counted no further than `MOST`."""

from dataclasses import dataclass
from typing import Final

from martlet.storage.database import Reader

MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class Waiting:
    """Each number ends at `MOST`."""

    reports: int
    sign_ups: int
    appeals: int
    held: int
    """Posts that nobody but their author sees until a moderator has looked at them."""


def count(db: Reader) -> Waiting:
    return Waiting(
        _number(db, "SELECT 1 FROM report WHERE resolved_at IS NULL"),
        _number(
            db,
            """
            SELECT 1 FROM users JOIN account ON account.id = users.account_id
             WHERE users.approved_at IS NULL AND account.deleted_at IS NULL
            """,
        ),
        _number(db, "SELECT 1 FROM appeal WHERE is_approved IS NULL"),
        _number(db, "SELECT 1 FROM held_post WHERE state = 'held'"),
    )


def _number(db: Reader, rows: str) -> int:
    return int(db.value(f"SELECT count(*) FROM ({rows} LIMIT :most) AS part", most=MOST))
