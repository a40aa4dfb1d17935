"""
What those who look after this server decide about whom it mirrors, written down.

That a mirror was accepted or ended is told to the other server, and done for good. A document that was taken down may be
allowed again: it comes back when somebody brings it.
"""

from martlet.model.audit import State, Target
from martlet.model.names import AccountId
from martlet.model.roles import Actor, Permission
from martlet.model.server import Server
from martlet.services import auditing, mirroring, permitting
from martlet.storage import mirrored
from martlet.storage.database import Reader, Writer

MAY = Permission.MANAGE_FEDERATION
TAKEN_DOWN = "taken_down"
"""Kind of target; its name is the digest."""


def accept(db: Writer, actor: Actor, account: AccountId, here: Server) -> None:
    """See `mirroring.accept`. Raises `NotAllowed`, `NotFound`."""
    permitting.check_actor(actor, MAY)
    before = _state_of(db, account)
    mirroring.accept(db, account, here)
    _record(db, actor, "mirror.accept", account, before, here)


def end(db: Writer, actor: Actor, account: AccountId, here: Server) -> None:
    """See `mirroring.end`. Raises `NotAllowed`, `NotFound`."""
    permitting.check_actor(actor, MAY)
    before = _state_of(db, account)
    mirroring.end(db, account, here)
    _record(
        db,
        actor,
        "mirror.end" if before.get("state") == "accepted" else "mirror.refuse",
        account,
        before,
        here,
    )


def take_down(db: Writer, actor: Actor, digest: bytes, reason: str, here: Server) -> bool:
    """See `mirroring.take_down`. Raises `NotAllowed`."""
    permitting.check_actor(actor, MAY)
    before = state(db, digest.hex())
    was_here = mirroring.take_down(db, digest, reason, here)
    if not before["is_taken_down"]:
        target = Target(TAKEN_DOWN, 0, digest.hex())
        auditing.record(db, actor, "taken_down.add", target, before, {"is_taken_down": True}, here)
    return was_here


def state(db: Reader, digest: str) -> State:
    """What the audit log says of a digest as it is."""
    return {"is_taken_down": mirrored.is_taken_down(db, bytes.fromhex(digest))}


def set_back(db: Writer, digest: str) -> None:
    """What an undoing does: it may be brought again."""
    mirrored.allow_again(db, bytes.fromhex(digest))


def _state_of(db: Reader, account: AccountId) -> State:
    found = mirrored.find(db, account)
    return {} if found is None else {"state": found.state}


def _record(db: Writer, actor: Actor, act: str, account: AccountId, before: State, here: Server) -> None:
    after = _state_of(db, account)
    if after != before:
        target = Target("mirror", account, mirroring.known_name(db, account))
        auditing.record(db, actor, act, target, before, after, here)
