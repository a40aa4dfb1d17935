"""
Broadcasts: what every process with open streams is told once it is committed.

On SQLite they are numbered rows, read from the last one on; on PostgreSQL
notifications. Both come in the order of commits, and only while somebody
listens: without an open stream a broadcast costs one look.
"""

from typing import NamedTuple

import msgspec

from martlet.model.broadcasts import Broadcast
from martlet.storage.database import Reader, Writer

CHANNEL = "martlet_streams"
KEPT = 4096
"""Rows that a slow process may lie behind."""
_SWEPT_EVERY = 256


class BroadcastRow(NamedTuple):
    id: int
    kind: str
    body: str


def is_wanted(db: Reader) -> bool:
    """Whether any process has open streams."""
    return db.value("SELECT 1 FROM stream_listener LIMIT 1") is not None


def put(db: Writer, told: Broadcast) -> None:
    """Tell all processes that listen, after the commit."""
    kind, body = told.kind, msgspec.json.encode(told).decode()
    if db.dialect == "postgres":
        db.run(
            "SELECT pg_notify(:channel, :told) FROM stream_listener LIMIT 1",
            channel=CHANNEL,
            told=f"{kind} {body}",
        )
        return
    rows = db.rows(
        """
        INSERT INTO broadcast (kind, body) SELECT :kind, :body WHERE EXISTS (SELECT 1 FROM stream_listener)
        RETURNING id
        """,
        kind=kind,
        body=body,
    )
    if not rows:
        return
    db.has_work = True  # so that this process rings the others' bells
    if rows[0][0] % _SWEPT_EVERY == 0:
        db.run("DELETE FROM broadcast WHERE id <= :last", last=rows[0][0] - KEPT)


def newest(db: Reader) -> int:
    """The number of the last row; 0 where there is none."""
    return int(db.value("SELECT max(id) FROM broadcast") or 0)


def after(db: Reader, last: int, limit: int) -> list[BroadcastRow]:
    rows = db.rows(
        "SELECT id, kind, body FROM broadcast WHERE id > :last ORDER BY id LIMIT :limit",
        last=last,
        limit=limit,
    )
    return [BroadcastRow(*row) for row in rows]


def listen(db: Writer, slot: int) -> None:
    """From this commit on, the process in this slot is told."""
    db.run("INSERT INTO stream_listener (slot) VALUES (:slot) ON CONFLICT DO NOTHING", slot=slot)


def stop_listening(db: Writer, slot: int) -> None:
    db.run("DELETE FROM stream_listener WHERE slot = :slot", slot=slot)
