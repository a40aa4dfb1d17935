"""
What of an import was not to be had at first: tried again in the background, while the import counts as done.

Each row is a try of its own. What was not to be had in the end is told with what was not possible.
"""

import time
from typing import Literal

import msgspec

from martlet.model.server import Server
from martlet.services import importing, importing_marks
from martlet.services.importing import AT_ONCE, SECONDS, Turn
from martlet.services.looking_up import Lookups
from martlet.services.ports import Ground, Resolver
from martlet.storage import bulk_imports
from martlet.storage.database import Writer


async def retry(ground: Ground, resolver: Resolver, body: str, here: Server) -> None:
    """The job that tries the rows of one import once more, as far as its time allows."""
    turn = msgspec.json.decode(body, type=Turn)
    absent: Literal["again", "failed"] = (
        "failed" if turn.number + 1 == len(importing.AGAIN_AFTER) else "again"
    )
    started, lookups, store = time.monotonic(), Lookups(ground, resolver), ground.store
    while time.monotonic() - started < SECONDS:
        one = await store.reading(bulk_imports.find, turn.id)
        if one is None:
            return
        found = await store.reading(bulk_imports.rows, one.id, "again", AT_ONCE, turn.after)
        if not found:
            await store.writing(_next, turn, here)
            return
        take = importing_marks.take if one.kind == "posts" else importing.row_of_a_list
        await importing.take_rows(ground, lookups, one, found, take, absent)
        turn = msgspec.structs.replace(turn, after=found[-1].position)
    await store.writing(importing.try_again, turn, here)


def _next(db: Writer, turn: Turn, here: Server) -> None:
    if turn.number + 1 < len(importing.AGAIN_AFTER):
        importing.try_again(db, Turn(turn.id, turn.number + 1), here)
