"""When somebody's server is to be watched, because there are other roads to what they write (`federation/roads/watching.py`)."""

from collections.abc import Sequence

import msgspec

from martlet.model.events import Followed
from martlet.model.names import Uri, origin_of
from martlet.model.server import Server
from martlet.storage import accounts, events, gateways
from martlet.storage.database import Writer

WATCH = "watch_roads"
ASK = "ask_for_addresses"
COLLECT = "collect_deliveries"
EVERY_HOUR = 3_600_000
SOON = 60_000
RENEWED = 7 * 86_400_000
"""Milliseconds after which a server that has other addresses is asked for them again."""
KEYS = (f"{WATCH}:0", f"{WATCH}:1")
"""Of the job that is under way, and of the one that waits."""


def learn(db: Writer, actor: Uri, listed: Sequence[str], here: Server, sequence: int = 0) -> None:
    """What an actor document that is certain lists as gateways, or a continuity statement with its sequence."""
    if gateways.learn(db, actor, listed, sequence, here.now_ms()) and listed:
        again(db, here, 1)


def of_follow(db: Writer, event: Followed, here: Server) -> None:
    """Soon the server of who is followed is asked for its other addresses, and watched where they have mirrors."""
    account = accounts.find(db, event.followed)
    if account is None or account.is_here:
        return
    ask_later(db, origin_of(account.uri), here.now_ms() + SOON)
    if gateways.of_actor(db, account.uri):
        again(db, here, 1)


def ask_later(db: Writer, origin: str, at: int) -> None:
    body = msgspec.json.encode(origin).decode()
    events.add_job(db, ASK, body, at, key=f"{ASK}:{origin}:{at // RENEWED}")


def ask_now(db: Writer, origin: str, now: int) -> None:
    """Ask a server that has just called us, to see whether it can be reached."""
    events.add_job(db, ASK, msgspec.json.encode(origin).decode(), now, key=f"{ASK}:{origin}:now")


def again(db: Writer, here: Server, seconds: float) -> None:
    """Watch in so many seconds, unless a job for that waits. One that is under way does not know what is new, and does not count."""
    there = events.with_keys(db, KEYS, here.now_ms())
    if not any(is_waiting for is_waiting in there.values()):
        key = next(key for key in KEYS if key not in there)
        events.add_job(db, WATCH, "", here.now_ms() + int(seconds * 1000), key=key)


class Collecting(msgspec.Struct):
    """What may wait at a server for this one; `is_regular`: it is asked again in an hour, as long as somebody there is followed."""

    origin: str
    is_regular: bool = False


def collect(db: Writer, origin: str, here: Server) -> None:
    """Fetch what waits at a server for this one, now."""
    _collect(db, Collecting(origin), here.now_ms(), f"{COLLECT}:{origin}")


def collect_later(db: Writer, origin: str, at: int) -> None:
    """Ask then, and every hour from then on."""
    _collect(db, Collecting(origin, is_regular=True), at, f"{COLLECT}:{origin}:{at // EVERY_HOUR}")


def _collect(db: Writer, wanted: Collecting, at: int, key: str) -> None:
    events.add_job(db, COLLECT, msgspec.json.encode(wanted).decode(), at, key=key)
