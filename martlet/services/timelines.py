"""Home timelines: written ahead for those who were here lately, rebuilt for those who come back."""

import msgspec

from martlet.model.events import PostPublished
from martlet.model.names import NOBODY, AccountId, PostId
from martlet.model.server import Server
from martlet.storage import events, timelines
from martlet.storage.database import Store, Writer

REBUILT = 40
"""Posts taken from each followed account when a home timeline is rebuilt."""
DELIVER = "deliver_to_homes"


class Delivery(msgspec.Struct, frozen=True):
    """A fan-out under way: everyone up to the follower `after` has the post."""

    post: PostId
    after: AccountId


def tell_followers(db: Writer, event: PostPublished, here: Server) -> None:
    """Write a new post into its author's followers' home timelines, the first ones at once."""
    _deliver(db, Delivery(event.post, NOBODY), here)


async def go_on(store: Store, body: str, here: Server) -> None:
    """The job that does the next part of a fan-out too large for one transaction."""
    await store.writing(_deliver, msgspec.json.decode(body, type=Delivery), here)


def _deliver(db: Writer, delivery: Delivery, here: Server) -> None:
    last = timelines.deliver(db, delivery.post, delivery.after, here.limits.fan_out)
    if last is not None:
        rest = Delivery(delivery.post, last)
        key = f"{DELIVER}:{delivery.post}:{last}"
        events.add_job(db, DELIVER, msgspec.json.encode(rest).decode(), here.now_ms(), key=key)


def rebuild_home(db: Writer, account: AccountId, here: Server) -> None:
    """Make the home timeline of someone who was away long, and keep it from now on."""
    timelines.fill_home(db, account, REBUILT)
    timelines.keep_home(db, account, here.now_ms())
