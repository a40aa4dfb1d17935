"""
Following somebody to where their root key says that they are now.

No `Move` is needed for it, and none can bring their followers anywhere else.
"""

import msgspec

from martlet.model.errors import MartletError
from martlet.model.names import Uri, host_of
from martlet.model.server import Server
from martlet.services import continuing, moving
from martlet.services.ports import Ground, Resolver
from martlet.storage import accounts, continuity
from martlet.storage.database import Writer


async def follow(ground: Ground, resolver: Resolver, body: str, here: Server) -> None:
    """The job. Raises what comes of a server that does not answer, so that it is tried again."""
    root = msgspec.json.decode(body, type=str)
    standing = (await ground.store.reading(continuing.known, root)).standing
    if standing is None:
        return
    is_known = await ground.store.reading(accounts.find_by_uri, standing.actor) is not None
    if not is_known and (
        host_of(standing.actor) == here.host or await resolver.address(standing.actor) is None
    ):
        raise NotThereYet
    await ground.store.writing(_record, root, standing.actor, here)


class NotThereYet(MartletError):
    code = "not_there_yet"

    def __init__(self) -> None:
        super().__init__("The server where an account goes on does not answer yet.")


def _record(db: Writer, root: str, actor: Uri, here: Server) -> None:
    target = accounts.find_by_uri(db, actor)
    if target is None:
        return
    for pin in continuity.pins_of(db, root, continuing.MOST_NAMES):
        mover = accounts.find_by_uri(db, pin.actor) if pin.actor != actor else None
        if mover is not None:
            moving.by_root(db, mover, target, here)
