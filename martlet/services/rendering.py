"""Keeping what was rendered, so that it is rendered once."""

import asyncio
from collections.abc import Callable, Mapping

from martlet.model.names import PostId
from martlet.storage import rendered
from martlet.storage.database import Reader, Store, Writer

Fresh = Mapping[PostId, tuple[int, bytes]]
"""Bodies with their versions."""
Keep = Callable[[Reader, Fresh], None]


def keep(db: Writer, fresh: Fresh) -> None:
    for post, (version, body) in fresh.items():
        rendered.put(db, post, version, body)


def keeper(store: Store) -> Keep:
    """
    Keeps what was rendered: at once where the transaction writes anyway, else soon after.

    What is lost on the way, by a crash say, is only rendered again.
    """

    def keep_or_send(db: Reader, fresh: Fresh) -> None:
        if isinstance(db, Writer):
            keep(db, fresh)
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # a thread of its own
            return
        task = loop.create_task(store.writing(keep, fresh))
        waiting.add(task)
        task.add_done_callback(waiting.discard)

    waiting: set[asyncio.Task[None]] = set()
    return keep_or_send
