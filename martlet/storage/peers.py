"""Other servers: how they are to be spoken to, and how it went lately."""

from dataclasses import dataclass

from martlet.storage.database import Reader, Writer


@dataclass(frozen=True, slots=True)
class Peer:
    """One row of `peer`."""

    host: str
    signature: str
    failures: int
    failing_since: int | None
    next_try_at: int
    is_sending: int
    limited_at: int | None
    suspended_at: int | None
    created_at: int


COLUMNS = ", ".join(Peer.__slots__)


def find(db: Reader, host: str) -> Peer | None:
    row = db.row(f"SELECT {COLUMNS} FROM peer WHERE host = :host", host=host)
    return Peer(*row) if row else None


def is_suspended(db: Reader, host: str) -> bool:
    return (
        db.value("SELECT 1 FROM peer WHERE host = :host AND suspended_at IS NOT NULL", host=host) is not None
    )


def note(db: Writer, host: str, now: int) -> None:
    """Know a server from now on."""
    db.run(
        "INSERT INTO peer (host, created_at) VALUES (:host, :now) ON CONFLICT (host) DO NOTHING",
        host=host,
        now=now,
    )


def claim_sending(db: Writer, host: str) -> bool:
    """Whether nobody delivers to it yet: whoever is told so adds the job."""
    return bool(db.run("UPDATE peer SET is_sending = 1 WHERE host = :host AND is_sending = 0", host=host))


def end_sending(db: Writer, host: str) -> None:
    db.run("UPDATE peer SET is_sending = 0 WHERE host = :host", host=host)


def succeeded(db: Writer, host: str) -> None:
    """It answers: whatever went wrong before is forgotten."""
    db.run(
        """
        UPDATE peer SET failures = 0, failing_since = NULL, next_try_at = 0
         WHERE host = :host AND (failures > 0 OR next_try_at > 0)
        """,
        host=host,
    )


def failed(db: Writer, host: str, now: int, next_try_at: int) -> None:
    db.run(
        """
        UPDATE peer SET failures = failures + 1, failing_since = coalesce(failing_since, :now),
                        next_try_at = :next_try_at
         WHERE host = :host
        """,
        host=host,
        now=now,
        next_try_at=next_try_at,
    )


def note_signature(db: Writer, host: str, scheme: str) -> None:
    """Which scheme of signatures the server accepted."""
    db.run(
        "UPDATE peer SET signature = :scheme WHERE host = :host AND signature <> :scheme",
        host=host,
        scheme=scheme,
    )
