"""Counted attempts: exact across all processes, because the counting is a transaction."""

from martlet.storage.database import Reader, Writer


def count(db: Writer, name: str, window_at: int) -> int:
    """Count one more; returns how many it are in this window."""
    return int(
        db.value(
            """
            INSERT INTO attempt (name, window_at, tries) VALUES (:name, :window_at, 1)
            ON CONFLICT (name, window_at) DO UPDATE SET tries = attempt.tries + 1
            RETURNING tries
            """,
            name=name,
            window_at=window_at,
        )
    )


def tries(db: Reader, name: str, window_at: int) -> int:
    found = db.value(
        "SELECT tries FROM attempt WHERE name = :name AND window_at = :window_at",
        name=name,
        window_at=window_at,
    )
    return int(found or 0)


def forget(db: Writer, name: str) -> None:
    db.run("DELETE FROM attempt WHERE name = :name", name=name)


def delete_before(db: Writer, window_at: int) -> None:
    db.run("DELETE FROM attempt WHERE window_at < :window_at", window_at=window_at)
