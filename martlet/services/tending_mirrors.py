"""
The clock of mirrors: every half minute (one and a half times `roads_seconds`), while there are any, a job finds whose log
is due to be read, which mirror is due to be asked for what was left there, and what is over.
"""

import msgspec

from martlet.model.server import Server
from martlet.storage import events, mirrored, mirrors
from martlet.storage.database import Writer

TEND = "tend_mirrors"
SYNC = "sync_mirrored"
DRAIN = "drain_mirror"
PAUSE = 1500
"""Milliseconds between two looks, for each of the `roads_seconds`."""
AT_ONCE = 200
SYNC_PAUSE = 300_000
"""Milliseconds after which a log is read that nobody has told us anything of; what is published is also brought."""
DRAIN_PAUSE = 1000
"""The same between two questions to a mirror. Shorter than the time between two looks: each of them finds it due."""
LONGEST_PAUSE = 3_600_000


def want(db: Writer, here: Server) -> None:
    """There is a mirror to look after. The moment is part of the key: a job that is under way does not know of this."""
    between = PAUSE * here.roads_seconds
    due_at = (here.now_ms() // between + 1) * between
    events.add_job(db, TEND, "", due_at, key=f"{TEND}:{due_at}")


def want_now(db: Writer, here: Server) -> None:
    events.add_job(db, TEND, "", here.now_ms(), key=f"{TEND}:now")


def tend(db: Writer, here: Server) -> None:
    """Add jobs for what is due; each looks after one mirror, and none waits twice."""
    now = here.now_ms()
    for one in mirrored.due(db, now, AT_ONCE):
        mirrored.update(db, one.account_id, next_at=now + pause(SYNC_PAUSE, one.failures))
        _add(db, SYNC, one.account_id, now)
    for mirror in mirrors.due(db, now, AT_ONCE):
        mirrors.update(db, mirror.id, next_at=now + pause(DRAIN_PAUSE * here.roads_seconds, mirror.failures))
        _add(db, DRAIN, mirror.id, now)
    if mirrored.are_live(db) or mirrors.are_live(db):
        want(db, here)


def _add(db: Writer, name: str, id: int, now: int) -> None:
    events.add_job(db, name, msgspec.json.encode(id).decode(), now, key=f"{name}:{id}")


def pause(usual: int, failures: int) -> int:
    """Milliseconds: longer from failure to failure."""
    return int(min(usual * 2 ** min(failures, 10), LONGEST_PAUSE))
