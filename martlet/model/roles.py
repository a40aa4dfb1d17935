"""
Roles: what somebody who looks after the server may do, and to whom.

A role has permissions, one bit each as in the client API, and a position.
Nobody acts upon somebody whose position is the same as theirs or higher, and
nobody gives away what they do not have themselves.
https://docs.joinmastodon.org/entities/Role/
"""

from dataclasses import dataclass
from enum import IntFlag
from functools import reduce
from operator import or_

from martlet.model.names import NOBODY, AccountId


class Permission(IntFlag):
    """The bits are those of the client API, and permanent."""

    ADMINISTRATOR = 0x1
    """Stands for all others."""
    VIEW_DEVOPS = 0x2
    VIEW_AUDIT_LOG = 0x4
    VIEW_DASHBOARD = 0x8
    MANAGE_REPORTS = 0x10
    MANAGE_FEDERATION = 0x20
    MANAGE_SETTINGS = 0x40
    MANAGE_BLOCKS = 0x80
    """Of e-mail addresses, their domains, and IP addresses."""
    MANAGE_TAXONOMIES = 0x100
    """Trends and hashtags."""
    MANAGE_APPEALS = 0x200
    MANAGE_USERS = 0x400
    MANAGE_INVITES = 0x800
    MANAGE_RULES = 0x1000
    MANAGE_ANNOUNCEMENTS = 0x2000
    MANAGE_CUSTOM_EMOJIS = 0x4000
    MANAGE_WEBHOOKS = 0x8000
    INVITE_USERS = 0x10000
    MANAGE_ROLES = 0x20000
    MANAGE_USER_ACCESS = 0x40000
    DELETE_USER_DATA = 0x80000
    VIEW_FEEDS = 0x100000
    MANAGE_EMAIL_SUBSCRIPTIONS = 0x400000
    """To have one's own public posts read by e-mail. The bit before is not ours: an invitation lets in without it."""


NONE = Permission(0)
ALL = reduce(or_, Permission)
_MODERATION = (
    Permission.VIEW_AUDIT_LOG
    | Permission.VIEW_DASHBOARD
    | Permission.MANAGE_REPORTS
    | Permission.MANAGE_TAXONOMIES
    | Permission.MANAGE_APPEALS
    | Permission.MANAGE_USERS
    | Permission.MANAGE_INVITES
    | Permission.INVITE_USERS
)

MODERATING = (
    Permission.VIEW_AUDIT_LOG
    | Permission.VIEW_DASHBOARD
    | Permission.MANAGE_REPORTS
    | Permission.MANAGE_FEDERATION
    | Permission.MANAGE_BLOCKS
    | Permission.MANAGE_TAXONOMIES
    | Permission.MANAGE_APPEALS
    | Permission.MANAGE_USERS
    | Permission.MANAGE_INVITES
)
"""Whoever has one of these looks after the server."""

HIGHEST = 999
"""The position of a role that can be made or changed; the owner's is above."""
COLLECTIONS = 10


@dataclass(frozen=True, slots=True)
class Role:
    """`key` is what `users.role` and commands call it; `name` is shown, and empty for everybody's."""

    key: str
    id: int
    name: str
    color: str
    position: int
    permissions: int
    is_highlighted: int
    collection_limit: int = COLLECTIONS

    @property
    def granted(self) -> Permission:
        """All that the role allows."""
        return ALL if self.permissions & Permission.ADMINISTRATOR else Permission(self.permissions & int(ALL))

    def may(self, permission: Permission) -> bool:
        """Whether it allows all of what is asked."""
        return permission & self.granted == permission

    def outranks(self, other: "Role") -> bool:
        return self.position > other.position

    def may_give(self, other: "Role") -> bool:
        """Whether somebody with this role may give the other one away, or change it."""
        return self.outranks(other) and self.may(other.granted)


EVERYBODY = Role("user", -99, "", "", 0, Permission.INVITE_USERS, 0)
OWNER = Role("owner", 3, "Owner", "", 1000, Permission.ADMINISTRATOR, 1)
FIRST = {
    role.key: role
    for role in (
        EVERYBODY,
        Role("moderator", 1, "Moderator", "", 10, _MODERATION, 1),
        Role("admin", 2, "Admin", "", 100, ALL & ~(Permission.ADMINISTRATOR | Permission.VIEW_DEVOPS), 1),
        OWNER,
    )
}
"""Those that every server has. The ids are those that Mastodon gives to its first roles; apps compare them."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever does something to others or to the server: somebody in their role, or the operator."""

    account: AccountId
    role: Role

    @property
    def is_operator(self) -> bool:
        return self.account == NOBODY


OPERATOR = Actor(NOBODY, Role("operator", 0, "Operator", "", 1001, Permission.ADMINISTRATOR, 0))
"""Whoever runs commands on the machine has the database anyway."""
