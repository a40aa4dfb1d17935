"""When somebody's server is to be watched, because there are other roads to what they write (`federation/roads/watching.py`)."""

from collections.abc import Sequence

from martlet.model.events import Followed
from martlet.model.names import Uri
from martlet.model.server import Server
from martlet.storage import accounts, events, gateways
from martlet.storage.database import Writer

WATCH = "watch_roads"
KEYS = (f"{WATCH}:0", f"{WATCH}:1")
"""Of the job that is under way, and of the one that waits."""


def learn(db: Writer, actor: Uri, listed: Sequence[str], here: Server, sequence: int = 0) -> None:
    """What an actor document that is certain lists as gateways, or a continuity statement with its sequence."""
    if gateways.learn(db, actor, listed, sequence, here.now_ms()) and listed:
        again(db, here, 1)


def of_follow(db: Writer, event: Followed, here: Server) -> None:
    account = accounts.find(db, event.followed)
    if account is not None and not account.is_here and gateways.of_actor(db, account.uri):
        again(db, here, 1)


def again(db: Writer, here: Server, seconds: float) -> None:
    """Watch in so many seconds, unless a job for that waits. One that is under way does not know what is new, and does not count."""
    there = events.with_keys(db, KEYS, here.now_ms())
    if not any(is_waiting for is_waiting in there.values()):
        key = next(key for key in KEYS if key not in there)
        events.add_job(db, WATCH, "", here.now_ms() + int(seconds * 1000), key=key)
