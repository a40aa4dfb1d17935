"""What imports of block lists decided about other servers, and what was decided before."""

from collections.abc import Iterable

import msgspec

from martlet.model.moderation import Decision
from martlet.storage.database import Reader, Writer


def insert(db: Writer, entry: int, was: Decision | None, is_now: Decision) -> None:
    """What is there of an import that was interrupted stays."""
    db.run(
        """
        INSERT INTO imported_policy (entry_id, host, was, is_now) VALUES (:entry, :host, :was, :is_now)
        ON CONFLICT (entry_id, host) DO NOTHING
        """,
        entry=entry,
        host=is_now.host,
        was=None if was is None else _text(was),
        is_now=_text(is_now),
    )


def some(db: Reader, entry: int, limit: int) -> list[tuple[Decision | None, Decision]]:
    """Of one import: what was decided before, and what it decided."""
    rows = db.rows(
        "SELECT was, is_now FROM imported_policy WHERE entry_id = :entry ORDER BY host LIMIT :limit",
        entry=entry,
        limit=limit,
    )
    return [(None if row[0] is None else _decision(row[0]), _decision(row[1])) for row in rows]


def delete(db: Writer, entry: int, hosts: Iterable[str]) -> None:
    db.run_each(
        "DELETE FROM imported_policy WHERE entry_id = :entry AND host = :host",
        ({"entry": entry, "host": host} for host in hosts),
    )


def _text(decision: Decision) -> str:
    return msgspec.json.encode(decision).decode()


def _decision(text: str) -> Decision:
    return msgspec.json.decode(text, type=Decision)
