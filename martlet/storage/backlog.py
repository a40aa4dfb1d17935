"""How much work waits: counted no further than `MOST`, so that asking costs little however much it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from martlet.storage.database import Reader
from martlet.storage.events import PRESENT

MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Backlog:
    """Each number ends at `MOST`."""

    waiting: Mapping[str, int]
    """Jobs that are due or will be, by lane."""
    parked: Mapping[str, int]
    """Jobs that were set aside after too many tries, by lane."""
    late_ms: int
    """How long the oldest job that is due has waited."""
    deliveries: int
    events: int


def count(db: Reader, lanes: Mapping[str, Sequence[str]], rest: str, now: int) -> Backlog:
    """`lanes`: the names of the jobs in each; those of all others are counted as `rest`."""
    lane_of = {name: lane for lane, names in lanes.items() for name in names}
    waiting, parked = dict.fromkeys([*lanes, rest], 0), dict.fromkeys([*lanes, rest], 0)
    for into, which in ((waiting, "parked_at IS NULL"), (parked, "parked_at IS NOT NULL")):
        sql = f"SELECT name, count(*) FROM (SELECT name FROM job WHERE {which} LIMIT :most) AS part GROUP BY name"
        for name, number in db.rows(sql, most=MOST):
            into[lane_of.get(name, rest)] += number
    first = db.value(
        f"""
        {PRESENT}
        SELECT min((SELECT min(run_at) FROM job WHERE parked_at IS NULL AND job.name = present.name)) FROM present
        """
    )
    return Backlog(
        waiting,
        parked,
        max(0, now - int(first)) if first is not None else 0,
        _number(db, "delivery"),
        _number(db, "event"),
    )


def _number(db: Reader, table: str) -> int:
    return int(db.value(f"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT :most) AS part", most=MOST))


def ends_of_events(db: Reader) -> tuple[int, int] | None:
    """The ids of the oldest and the newest event that wait; None where there is none."""
    row = db.row("SELECT (SELECT min(id) FROM event), (SELECT max(id) FROM event)")
    return None if row is None or row[0] is None else (int(row[0]), int(row[1]))
