"""
Roles: making and changing them, and giving them to people.

Nobody makes, changes or gives away a role that is not below their own, or that
allows what theirs does not. The owner's role cannot be changed but in name and
colour, and there is always somebody who has it.
"""

import re
from dataclasses import dataclass, replace

import msgspec

from martlet.model.audit import State, Target
from martlet.model.errors import Conflict, InvalidInput, NotFound
from martlet.model.events import AccountChanged
from martlet.model.names import AccountId
from martlet.model.notifications import NotificationKind
from martlet.model.roles import ALL, EVERYBODY, FIRST, HIGHEST, OWNER, Actor, Permission, Role
from martlet.model.server import Server
from martlet.services import auditing, permitting
from martlet.storage import accounts, notifications, roles, users
from martlet.storage.database import Reader, Writer
from martlet.text.cleaning import one_line

KEY = re.compile(r"[a-z][a-z0-9_-]{0,29}")
COLOR = re.compile(r"#[0-9a-fA-F]{6}")
NAME = 60
MOST = 100
MOST_COLLECTIONS = 1000


@dataclass(frozen=True, slots=True)
class RoleWish:
    """What a role is to be like; None: as it is."""

    name: str | None = None
    color: str | None = None
    position: int | None = None
    permissions: int | None = None
    is_highlighted: bool | None = None
    collection_limit: int | None = None

    def of(self, role: Role) -> Role:
        return replace(
            role,
            name=role.name if self.name is None else one_line(self.name),
            color=role.color if self.color is None else self.color,
            position=role.position if self.position is None else self.position,
            permissions=role.permissions if self.permissions is None else self.permissions,
            is_highlighted=role.is_highlighted if self.is_highlighted is None else int(self.is_highlighted),
            collection_limit=role.collection_limit
            if self.collection_limit is None
            else self.collection_limit,
        )


def get(db: Reader, key: str) -> Role:
    """Raises `NotFound`."""
    found = roles.find(db, key)
    if found is None:
        raise NotFound(f"There is no role called {key!r}; there are {', '.join(roles.every(db))}.")
    return found


def create(db: Writer, actor: Actor, key: str, wish: RoleWish, here: Server) -> Role:
    """Raises `InvalidInput`, `Conflict` or `NotAllowed`."""
    permitting.check_actor(actor, Permission.MANAGE_ROLES)
    if not KEY.fullmatch(key):
        raise InvalidInput("A role is called by up to 30 small letters, digits, - and _.", "role")
    there = roles.every(db)
    if key in there:
        raise Conflict(f"There is a role called {key!r} already.")
    if len(there) >= MOST:
        raise InvalidInput(f"There can be {MOST} roles.", "role")
    role = wish.of(Role(key, here.next_id(), key.capitalize(), "", 1, 0, 0))
    _check(role)
    _check_may_give(actor, role)
    roles.put(db, role)
    auditing.record(db, actor, "role.create", _target(role), {"is_there": False}, _values(role), here)
    return role


def change(db: Writer, actor: Actor, key: str, wish: RoleWish, here: Server) -> Role:
    """Raises `NotFound`, `InvalidInput` or `NotAllowed`."""
    permitting.check_actor(actor, Permission.MANAGE_ROLES)
    before = get(db, key)
    role = wish.of(before)
    if key == OWNER.key and (role.position, role.permissions) != (before.position, before.permissions):
        raise InvalidInput("The owner may do everything, and is above all others.", "permissions")
    if key == EVERYBODY.key:
        _check_everybody(role)
    elif key != OWNER.key:
        _check(role)
    _check_may_give(actor, before)
    _check_may_give(actor, role)
    if role != before:
        roles.put(db, role)
        auditing.record(db, actor, "role.change", _target(role), _values(before), _values(role), here)
    return role


def delete(db: Writer, actor: Actor, key: str, here: Server) -> None:
    """Whoever had it is somebody without a role. Raises `NotFound`, `InvalidInput` or `NotAllowed`."""
    permitting.check_actor(actor, Permission.MANAGE_ROLES)
    role = get(db, key)
    if key in FIRST:
        raise InvalidInput(f"The role {key!r} stays; it can be changed.", "role")
    _check_may_give(actor, role)
    roles.delete(db, key)
    auditing.record(db, actor, "role.delete", _target(role), _values(role), {"is_there": False}, here)


def assign(db: Writer, actor: Actor, account: AccountId, key: str, here: Server) -> None:
    """Raises `NotFound` for accounts that nobody signs in to here, `InvalidInput` or `NotAllowed`."""
    accounts.lock(db, account)
    before = roles.of_account(db, account).key
    give(db, actor, account, key)
    if before != key:
        name = auditing.account_target(db, account).name
        target = Target("holder", account, name)
        auditing.record(db, actor, "role.assign", target, {"role": before}, {"role": key}, here)


def give(db: Writer, actor: Actor, account: AccountId, key: str) -> None:
    """The same, for somebody who writes it down themselves."""
    permitting.check_actor(actor, Permission.MANAGE_ROLES)
    role = roles.find(db, key)
    if role is None:
        raise InvalidInput(
            f"There is no role called {key!r}; there are {', '.join(roles.every(db))}.", "role"
        )
    user = users.find(db, account)
    if user is None:
        raise NotFound("Nobody signs in to that account here.")
    permitting.check_outranks(db, actor, account)
    _check_may_give(actor, role)
    users.update(db, account, role=key)
    if not role.may(Permission.MANAGE_EMAIL_SUBSCRIPTIONS):
        accounts.update(db, account, mails_posts=0)
    accounts.count(db, account)  # roles are shown with the account, so it has a new version
    notifications.forget_kinds(db, account, _not_for(role))
    db.emit(AccountChanged(account))


def _not_for(role: Role) -> list[NotificationKind]:
    """What people with this role are not told of."""
    for_staff = {
        NotificationKind.REPORT: Permission.MANAGE_REPORTS,
        NotificationKind.SIGN_UP: Permission.MANAGE_USERS,
    }
    return [kind for kind, needed in for_staff.items() if not role.may(needed)]


def state(db: Reader, key: str) -> State:
    """What the audit log says of a role as it is."""
    role = roles.find(db, key)
    return {"is_there": False} if role is None else _values(role)


def set_back(db: Writer, actor: Actor, key: str, wanted: State) -> None:
    """What an undoing does. Whoever had a role that went does not have it again. Raises `NotAllowed`."""
    before = roles.find(db, key)
    if before is not None:
        _check_may_give(actor, before)
    if wanted.get("is_there") is False:
        roles.delete(db, key)
        return
    role = msgspec.convert(wanted, Role)
    _check_may_give(actor, role)
    roles.put(db, role)


def _values(role: Role) -> State:
    values: State = msgspec.to_builtins(role)
    return values


def _target(role: Role) -> Target:
    return Target("role", role.id, role.key)


def _check_may_give(actor: Actor, role: Role) -> None:
    if not actor.role.may_give(role):
        raise permitting.refusal()


def _check(role: Role) -> None:
    if not role.name or len(role.name) > NAME:
        raise InvalidInput(f"A role's name has 1 to {NAME} characters.", "name")
    if role.color and not COLOR.fullmatch(role.color):
        raise InvalidInput("A role's colour is written as #rrggbb.", "color")
    if not 1 <= role.position <= HIGHEST:
        raise InvalidInput(f"A role's position is 1 to {HIGHEST}.", "position")
    if role.permissions & ~int(ALL) or role.permissions & Permission.ADMINISTRATOR:
        raise InvalidInput("Only the owner's role has the permission of an administrator.", "permissions")
    if not 0 <= role.collection_limit <= MOST_COLLECTIONS:
        raise InvalidInput(f"A role allows 0 to {MOST_COLLECTIONS} collections.", "collection_limit")


def _check_everybody(role: Role) -> None:
    if role.position != EVERYBODY.position or role.permissions & ~int(Permission.INVITE_USERS) or role.name:
        raise InvalidInput(
            "Of everybody's role only invite_users and the collections can be changed.", "role"
        )
    if not 0 <= role.collection_limit <= MOST_COLLECTIONS:
        raise InvalidInput(f"A role allows 0 to {MOST_COLLECTIONS} collections.", "collection_limit")
