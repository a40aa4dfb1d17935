"""Invitations: made by people here, or by whoever runs the server."""

import secrets
from datetime import timedelta

from martlet.model.audit import State, Target
from martlet.model.errors import InvalidInput, NotAllowed, NotFound
from martlet.model.names import AccountId
from martlet.model.roles import EVERYBODY, Actor, Permission
from martlet.model.server import Server
from martlet.services import auditing, permitting
from martlet.storage import invitations, roles
from martlet.storage.database import Reader, Writer
from martlet.storage.invitations import Invitation

MOST_USES = 1000
MOST_DAYS = 366
MOST_LIVE = 100
"""Invitations that one person may have open at a time."""
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_LENGTH = 16


def invite(
    db: Writer, by: AccountId | None, max_uses: int | None, life: timedelta | None, here: Server
) -> Invitation:
    """
    A new invitation; `by` None: from whoever runs the server.

    `max_uses` and `life` None: as often, as long as wanted. Raises `NotAllowed` or `InvalidInput`.
    """
    if not may_invite(here):
        raise NotAllowed("Nobody can join this server at the moment.")
    if by is not None and not _may_invite(db, by):
        raise permitting.refusal()
    if max_uses is not None and not 1 <= max_uses <= MOST_USES:
        raise InvalidInput(f"An invitation can be for 1 to {MOST_USES} people.", "uses")
    if life is not None and not timedelta() < life <= timedelta(days=MOST_DAYS):
        raise InvalidInput(f"An invitation can last 1 to {MOST_DAYS} days.", "days")
    now = here.now_ms()
    if by is not None and sum(one.is_live(now) for one in invitations.made_by(db, by)) >= MOST_LIVE:
        raise NotAllowed(f"At most {MOST_LIVE} invitations can be open at a time.")
    invitation = Invitation(
        here.next_id(),
        "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)),
        by,
        0,
        max_uses,
        None if life is None else now + int(life.total_seconds() * 1000),
        None,
        now,
    )
    invitations.insert(db, invitation)
    return invitation


def may_invite(here: Server) -> bool:
    return here.registration != "closed"


def _may_invite(db: Reader, account: AccountId) -> bool:
    """By the account's own role, or by everybody's: no role allows less than that."""
    own, everybody = roles.of_account(db, account), roles.find(db, EVERYBODY.key) or EVERYBODY
    return bool((own.granted | everybody.granted) & Permission.INVITE_USERS)


def end(db: Writer, by: AccountId, id: int, here: Server) -> None:
    """Take an invitation back. Raises `NotFound` for one of somebody else's."""
    if not invitations.revoke(db, by, id, here.now_ms()):
        raise NotFound


def end_of_anybody(db: Writer, actor: Actor, id: int, here: Server) -> None:
    """The same by those who may, whoever made it. Raises `NotAllowed` and `NotFound`."""
    permitting.check_actor(actor, Permission.MANAGE_INVITES)
    found = invitations.find(db, id)
    if found is None:
        raise NotFound
    if found.revoked_at is None:
        invitations.revoke_by_code(db, found.code, here.now_ms())
        target = Target("invitation", id, "")
        auditing.record(db, actor, "invitation.end", target, {"is_ended": False}, {"is_ended": True}, here)


def state(db: Reader, id: int) -> State:
    """What the audit log says of an invitation as it is."""
    found = invitations.find(db, id)
    return {} if found is None else {"is_ended": found.revoked_at is not None}


def set_back(db: Writer, id: int) -> None:
    """What an undoing does: it can be used again."""
    invitations.restore(db, id)


def end_any(db: Writer, code: str, here: Server) -> None:
    """What whoever runs the server may: take back anybody's. Raises `NotFound`."""
    if not invitations.revoke_by_code(db, code, here.now_ms()):
        raise NotFound(f"There is no invitation {code}.")
