"""
Who may do what to whom: the one rule for those who look after the server.

Methods of the client API name the permission they need (`permission=` in
`mastodon/routing.py`), and it is asked before anything of the request is read;
use cases ask `check_outranks` before they act upon somebody. Commands act as
`OPERATOR`.
"""

from martlet.model.errors import NotAllowed
from martlet.model.names import AccountId
from martlet.model.roles import EVERYBODY, Actor, Permission, Role
from martlet.services.signing_in import Viewer
from martlet.storage import roles
from martlet.storage.database import Reader


def role_called(db: Reader, key: str) -> Role:
    """The role of a viewer; one that is no more allows what everybody may."""
    return roles.find(db, key) or roles.find(db, EVERYBODY.key) or EVERYBODY


def actor_of(db: Reader, account: AccountId) -> Actor:
    return Actor(account, roles.of_account(db, account))


def may(db: Reader, viewer: Viewer, permission: Permission) -> bool:
    """Whether the viewer's role allows it; of several permissions, one of them."""
    return bool(viewer.account and role_called(db, viewer.role).granted & permission)


def check(db: Reader, viewer: Viewer, permission: Permission) -> None:
    """Raises `NotAllowed`."""
    if not may(db, viewer, permission):
        raise refusal()


def check_actor(actor: Actor, permission: Permission) -> None:
    """Raises `NotAllowed`."""
    if not actor.role.may(permission):
        raise refusal()


def check_one_of(actor: Actor, permissions: Permission) -> None:
    """Raises `NotAllowed`."""
    if not actor.role.granted & permissions:
        raise refusal()


def check_outranks(db: Reader, actor: Actor, account: AccountId) -> None:
    """
    Nobody acts upon somebody of the same or a higher rank, nor upon themselves.

    Raises `NotAllowed`.
    """
    if actor.account == account or not actor.role.outranks(roles.of_account(db, account)):
        raise refusal()


def refusal() -> NotAllowed:
    """In Mastodon's words."""
    return NotAllowed("This action is not allowed")
