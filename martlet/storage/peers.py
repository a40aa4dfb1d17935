"""Other servers: how they are to be spoken to, how it went lately, and which decisions are in force on their people."""

from dataclasses import dataclass

from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import lock_row


@dataclass(frozen=True, slots=True)
class Peer:
    """One row of `peer`. The last moments: since when a decision is in force on what we have of its people."""

    host: str
    signature: str
    failures: int
    failing_since: int | None
    next_try_at: int
    is_sending: int
    created_at: int
    limited_at: int | None
    suspended_at: int | None
    refused_media_at: int | None


COLUMNS = ", ".join(f"peer.{name}" for name in Peer.__slots__)


def find(db: Reader, host: str) -> Peer | None:
    row = db.row(f"SELECT {COLUMNS} FROM peer WHERE host = :host", host=host)
    return Peer(*row) if row else None


def every(db: Reader) -> list[Peer]:
    """All servers known, for those who run this one."""
    return [Peer(*row) for row in db.rows(f"SELECT {COLUMNS} FROM peer ORDER BY host")]


def failing(db: Reader, before: int) -> list[tuple[str, int]]:
    """Servers that have not answered since before a moment, with since when; the longest silent first."""
    rows = db.rows(
        "SELECT host, failing_since FROM peer WHERE failing_since < :before ORDER BY failing_since, host",
        before=before,
    )
    return [(row[0], row[1]) for row in rows]


def answering(db: Reader, limit: int) -> list[str]:
    """Some servers that answered when they were last told something."""
    rows = db.rows(
        "SELECT host FROM peer WHERE failures = 0 AND suspended_at IS NULL ORDER BY host LIMIT :limit",
        limit=limit,
    )
    return [row[0] for row in rows]


def silent(db: Reader, limit: int) -> list[tuple[str, int]]:
    """Servers that do not answer, with since when; the longest silent first."""
    rows = db.rows(
        """
        SELECT host, failing_since FROM peer WHERE failing_since IS NOT NULL
         ORDER BY failing_since, host LIMIT :limit
        """,
        limit=limit,
    )
    return [(row[0], row[1]) for row in rows]


def waiting_for(db: Reader, host: str, most: int) -> int:
    """How many deliveries wait for a server, counted up to `most`."""
    return int(
        db.value(
            "SELECT count(*) FROM (SELECT 1 FROM delivery WHERE host = :host LIMIT :most) AS part",
            host=host,
            most=most,
        )
    )


def page(db: Reader, after: str, beginning: str, limit: int, *, are_decided: bool) -> list[Peer]:
    """Servers known by name, those whose name begins so and comes after another; `are_decided`: limited or suspended ones."""
    decided = "AND (peer.limited_at IS NOT NULL OR peer.suspended_at IS NOT NULL)" if are_decided else ""
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM peer
         WHERE peer.host > :after AND peer.host >= :beginning AND peer.host < :end {decided}
         ORDER BY peer.host LIMIT :limit
        """,
        after=after,
        beginning=beginning,
        end=f"{beginning}\U0010ffff",
        limit=limit,
    )
    return [Peer(*row) for row in rows]


def waiting(db: Reader) -> dict[str, int]:
    """How many deliveries wait for each server."""
    return {row[0]: int(row[1]) for row in db.rows("SELECT host, count(*) FROM delivery GROUP BY host")}


def note(db: Writer, host: str, now: int) -> None:
    """Know a server from now on."""
    db.run(
        "INSERT INTO peer (host, created_at) VALUES (:host, :now) ON CONFLICT (host) DO NOTHING",
        host=host,
        now=now,
    )


def set_in_force(
    db: Writer, host: str, *, limited: int | None, suspended: int | None, refused_media: int | None
) -> None:
    """Since when what was decided is in force on what we have of a server's people; None: it is not."""
    db.run(
        """
        UPDATE peer SET limited_at = :limited, suspended_at = :suspended, refused_media_at = :refused_media
         WHERE host = :host
        """,
        host=host,
        limited=limited,
        suspended=suspended,
        refused_media=refused_media,
    )


def claim_sending(db: Writer, host: str) -> bool:
    """
    Whether nobody delivers to it yet: whoever is told so adds the job.

    Whoever is told that somebody does keeps that somebody from ending until what was
    written for the server can be seen.
    """
    is_sending = db.value(f"SELECT is_sending FROM peer WHERE host = :host {lock_row(db.dialect)}", host=host)
    if is_sending != 0:
        return False
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
