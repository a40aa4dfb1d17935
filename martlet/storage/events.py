"""Events and jobs: rows of work, taken by one worker at a time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers, skip_locked

_TURN = 0x6D61_7274_6C65_0002
PRESENT = """WITH RECURSIVE present (name) AS (
    SELECT min(name) FROM job WHERE parked_at IS NULL
     UNION ALL
    SELECT (SELECT min(name) FROM job WHERE parked_at IS NULL AND name > present.name)
      FROM present WHERE present.name IS NOT NULL)"""
"""The names of all jobs that there are, and NULL, at one look into the index for each."""


@dataclass(frozen=True, slots=True)
class EventRow:
    id: int
    kind: str
    body: str
    cause: str


@dataclass(frozen=True, slots=True)
class JobRow:
    id: int
    name: str
    body: str
    tries: int
    cause: str


@dataclass(frozen=True, slots=True)
class Parked:
    """A job that was set aside after too many tries."""

    id: int
    name: str
    body: str
    tries: int
    parked_at: int
    error: str


def oldest(db: Writer, limit: int) -> list[EventRow]:
    """
    The oldest events, nobody else's until this transaction is done.

    One process after the other, on PostgreSQL too: what follows from events is told in their order (`storage/broadcasts.py`).
    """
    take_turns(db)
    rows = db.rows(
        f"SELECT id, kind, body, cause FROM event ORDER BY id LIMIT :limit {skip_locked(db.dialect)}",
        limit=limit,
    )
    return [EventRow(*row) for row in rows]


def take_turns(db: Writer) -> None:
    """Wait until no other transaction reacts to events. SQLite has one writer anyway."""
    if db.dialect == "postgres":
        db.row("SELECT pg_advisory_xact_lock(:turn)", turn=_TURN)


def drop(db: Writer, ids: Collection[int]) -> None:
    """These events are reacted to."""
    if ids:
        db.run(f"DELETE FROM event WHERE id {among('ids')}", ids=numbers(ids))


def add_job(
    db: Writer, name: str, body: str, run_at: int, *, key: str | None = None, error: str = "", tries: int = 0
) -> None:
    """Wants a job done at its time. With a `key`, at most one such job waits: a later one is left out."""
    db.has_work = True
    db.run(
        """
        INSERT INTO job (name, body, key, run_at, tries, error, cause)
        VALUES (:name, :body, :key, :run_at, :tries, :error, :cause)
        ON CONFLICT (key) DO NOTHING
        """,
        name=name,
        body=body,
        key=key,
        run_at=run_at,
        tries=tries,
        error=error,
        cause=db.cause,
    )


def take_jobs(db: Writer, names: Collection[str], now: int, until: int, limit: int, by: int) -> list[JobRow]:
    """
    Jobs of these names that are due, the longest first; this worker's until the moment `until`, then another may take them.

    `by`: the slot of this process. Each name is asked for by itself, so that however many wait of one keep nobody from
    finding another.
    """
    rows = [
        row
        for name in names
        for row in db.rows(
            f"""
            SELECT run_at, id, name, body, tries, cause FROM job
             WHERE parked_at IS NULL AND name = :name AND run_at <= :now AND (taken_till IS NULL OR taken_till < :now)
             ORDER BY run_at LIMIT :limit {skip_locked(db.dialect)}
            """,
            name=name,
            now=now,
            limit=limit,
        )
    ]
    first = sorted(rows)[:limit]
    if first:
        db.run(
            f"UPDATE job SET taken_till = :until, taken_by = :by, tries = tries + 1 WHERE id {among('ids')}",
            until=until,
            by=by,
            ids=numbers(row[1] for row in first),
        )
    return [JobRow(id, name, body, tries + 1, cause) for _, id, name, body, tries, cause in first]


def with_keys(db: Reader, keys: Sequence[str], now: int) -> dict[str, bool]:
    """Those of the keys under which there are jobs, and whether each waits: nobody does it at this moment."""
    names = {f"key_{number}": key for number, key in enumerate(keys)}
    rows = db.rows(
        f"""
        SELECT key, CASE WHEN taken_till IS NULL OR taken_till < :now THEN 1 ELSE 0 END FROM job
         WHERE key IN (:{", :".join(names)})
        """,
        now=now,
        **names,
    )
    return {row[0]: bool(row[1]) for row in rows}


def run_sooner(db: Writer, name: str, body: str, now: int) -> bool:
    """A job that waits for its moment is due now; returns whether there is one."""
    changed = db.run(
        """
        UPDATE job SET run_at = :now
         WHERE parked_at IS NULL AND run_at > :now AND name = :name AND body = :body
           AND (taken_till IS NULL OR taken_till < :now)
        """,
        name=name,
        body=body,
        now=now,
    )
    db.has_work = db.has_work or bool(changed)
    return bool(changed)


def release(db: Writer, slot: int) -> None:
    """Whoever held this slot before is no more: what they had taken is free again."""
    db.run("UPDATE job SET taken_till = NULL WHERE taken_by = :slot AND taken_till IS NOT NULL", slot=slot)


def finish(db: Writer, id: int) -> None:
    db.run("DELETE FROM job WHERE id = :id", id=id)


def put_off(db: Writer, id: int, run_at: int, error: str) -> None:
    """Try a job again later."""
    db.run(
        "UPDATE job SET run_at = :run_at, taken_till = NULL, error = :error WHERE id = :id",
        id=id,
        run_at=run_at,
        error=error,
    )


def park(db: Writer, id: int, now: int, error: str) -> None:
    """Set a job aside; an operator decides."""
    db.run(
        "UPDATE job SET parked_at = :now, taken_till = NULL, error = :error WHERE id = :id",
        id=id,
        now=now,
        error=error,
    )


def parked(db: Reader, limit: int) -> list[Parked]:
    rows = db.rows(
        """
        SELECT id, name, body, tries, parked_at, error FROM job
         WHERE parked_at IS NOT NULL ORDER BY parked_at DESC LIMIT :limit
        """,
        limit=limit,
    )
    return [Parked(*row) for row in rows]


def waiting(db: Reader) -> tuple[int, int]:
    """How many events and jobs wait."""
    events = db.value("SELECT count(*) FROM event")
    return int(events), int(db.value("SELECT count(*) FROM job WHERE parked_at IS NULL"))


def due(db: Reader, now: int) -> tuple[bool, list[str]]:
    """Whether an event waits, and the names of jobs that are due and free to be taken: one look for each name there is."""
    has_events = bool(db.value("SELECT EXISTS (SELECT 1 FROM event)"))
    rows = db.rows(
        f"""
        {PRESENT}
        SELECT name FROM present
         WHERE name IS NOT NULL
           AND EXISTS (SELECT 1 FROM job
                        WHERE job.parked_at IS NULL AND job.name = present.name AND job.run_at <= :now
                          AND (job.taken_till IS NULL OR job.taken_till < :now))
        """,
        now=now,
    )
    return has_events, [row[0] for row in rows]


def unpark(db: Writer, id: int, now: int) -> bool:
    """Have a job that was set aside tried anew; whether there was one."""
    changed = db.run(
        "UPDATE job SET parked_at = NULL, tries = 0, run_at = :now WHERE id = :id AND parked_at IS NOT NULL",
        id=id,
        now=now,
    )
    db.has_work = True
    return changed > 0


def drop_parked(db: Writer, id: int) -> bool:
    """Give up a job that was set aside; whether there was one."""
    return db.run("DELETE FROM job WHERE id = :id AND parked_at IS NOT NULL", id=id) > 0
