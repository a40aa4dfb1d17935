"""
Servers that cannot be reached directly just now: a row for each, none for all others.

All processes share the rows. One of them at a time is let through to try the direct road again (`claim_probe`).
"""

from dataclasses import dataclass

from martlet.storage.database import Reader, Writer

MOST = 2000
"""Servers of which it is remembered; of more, the rest are tried directly."""


@dataclass(frozen=True, slots=True)
class Circuit:
    """An open circuit: `failures` in a row, and when the direct road is tried next, in milliseconds."""

    host: str
    opened_at: int
    failures: int
    probe_at: int
    why: str


def every(db: Reader) -> list[Circuit]:
    rows = db.rows(
        "SELECT host, opened_at, failures, probe_at, why FROM circuit ORDER BY host LIMIT :most", most=MOST
    )
    return [Circuit(*row) for row in rows]


def find(db: Reader, host: str) -> Circuit | None:
    row = db.row("SELECT host, opened_at, failures, probe_at, why FROM circuit WHERE host = :host", host=host)
    return None if row is None else Circuit(*row)


def fail(db: Writer, host: str, why: str, now: int, probe_at: int) -> bool:
    """The direct road failed; returns whether it was open before, as far as was known."""
    was_closed = db.value("SELECT 1 FROM circuit WHERE host = :host", host=host) is None
    db.run(
        """
        INSERT INTO circuit (host, opened_at, failures, probe_at, why) VALUES (:host, :now, 1, :probe_at, :why)
        ON CONFLICT (host)
        DO UPDATE SET failures = circuit.failures + 1, probe_at = excluded.probe_at, why = excluded.why
        """,
        host=host,
        now=now,
        probe_at=probe_at,
        why=why,
    )
    return was_closed


def claim_probe(db: Writer, host: str, now: int, next_at: int) -> bool:
    """Whether the direct road may be tried now: by whoever asks first after its moment; then not before `next_at`."""
    return bool(
        db.run(
            "UPDATE circuit SET probe_at = :next_at WHERE host = :host AND probe_at <= :now",
            host=host,
            now=now,
            next_at=next_at,
        )
    )


def close(db: Writer, host: str) -> bool:
    """The direct road works; returns whether that is news."""
    return bool(db.run("DELETE FROM circuit WHERE host = :host", host=host))


def forget_old(db: Writer, before: int) -> int:
    """Drop those that nobody has tried since a moment."""
    return db.run("DELETE FROM circuit WHERE probe_at < :before", before=before)


def probe_now(db: Writer, host: str, now: int) -> None:
    """The direct road is to be tried at once."""
    db.run("UPDATE circuit SET probe_at = :now WHERE host = :host AND probe_at > :now", host=host, now=now)
