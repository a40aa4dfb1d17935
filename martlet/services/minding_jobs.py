"""Jobs that were set aside after too many tries: having them done again, or giving them up."""

from martlet.model.audit import Target
from martlet.model.errors import NotFound
from martlet.model.roles import Actor, Permission
from martlet.model.server import Server
from martlet.services import auditing, permitting
from martlet.storage import events
from martlet.storage.database import Writer


def retry(db: Writer, actor: Actor, id: int, here: Server) -> None:
    """Raises `NotAllowed`, and `NotFound` for one that was not set aside."""
    _do(db, actor, id, "job.retry", events.unpark(db, id, here.now_ms()), here)


def drop(db: Writer, actor: Actor, id: int, here: Server) -> None:
    """Raises `NotAllowed`, and `NotFound` for one that was not set aside."""
    _do(db, actor, id, "job.drop", events.drop_parked(db, id), here)


def _do(db: Writer, actor: Actor, id: int, act: str, was_there: bool, here: Server) -> None:  # noqa: FBT001 - what was done
    permitting.check_actor(actor, Permission.VIEW_DEVOPS)
    if not was_there:
        raise NotFound(f"There is no job {id} that was set aside.")
    auditing.record(db, actor, act, Target("job", id, f"#{id}"), {}, {}, here)
