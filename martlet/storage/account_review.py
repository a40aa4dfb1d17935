"""Accounts as those who look after the server list and see them: with addresses, states and roles."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from martlet.model.names import AccountId, AppId, UserId
from martlet.model.paging import Page
from martlet.storage.database import Reader
from martlet.storage.dialect import among, among_words, numbers

Origin = Literal["local", "remote"]
Status = Literal["active", "pending", "frozen", "limited", "suspended", "sensitized"]
IPS = 20
"""Addresses shown of one person."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which accounts are wanted; None or empty: whatever it is. All that is given has to be so."""

    origin: Origin | None = None
    statuses: frozenset[Status] = frozenset()
    roles: tuple[str, ...] | None = None
    """The keys of roles that they have one of."""
    invited_by: AccountId | None = None
    username: str = ""
    """It begins so, and so do the next two."""
    display_name: str = ""
    email: str = ""
    host: str = ""
    address: str = ""
    """The IP address of somebody who is signed in."""


_STATUSES: dict[Status, str] = {
    "active": "account.suspended_at IS NULL",
    "pending": "users.approved_at IS NULL",
    "frozen": "users.disabled_at IS NOT NULL",
    "limited": "account.limited_at IS NOT NULL",
    "suspended": "account.suspended_at IS NOT NULL",
    "sensitized": "account.sensitized_at IS NOT NULL",
}
_OF_PEOPLE_HERE = frozenset({"pending", "frozen"})


def page(db: Reader, page: Page, choice: Choice) -> list[AccountId]:
    """The newest first; the server's own and those that are gone for good are left out."""
    where = ["account.id > 0", "account.deleted_at IS NULL"]
    bound: dict[str, object] = {}
    is_of_users = bool(
        choice.statuses & _OF_PEOPLE_HERE or choice.roles is not None or choice.email
        or choice.address or choice.invited_by is not None
    )  # fmt: skip
    where += [_STATUSES[one] for one in sorted(choice.statuses)]
    if choice.origin is not None:
        where.append("account.host = ''" if choice.origin == "local" else "account.host <> ''")
    if choice.host:
        where.append("account.host = :host AND account.host <> ''")
        bound["host"] = choice.host.lower()
    if choice.username:
        where.append("account.username_folded >= :username AND account.username_folded < :username_end")
        bound |= _range("username", choice.username)
    if choice.display_name:
        where.append("lower(account.display_name) >= :name AND lower(account.display_name) < :name_end")
        bound |= _range("name", choice.display_name)
    if choice.email:
        where.append("users.email_folded >= :email AND users.email_folded < :email_end")
        bound |= _range("email", choice.email)
    if choice.roles is not None:
        where.append(f"users.role <> 'user' AND users.role {among_words(db.dialect, 'roles')}")
        bound["roles"] = json.dumps(choice.roles)
    if choice.invited_by is not None:
        where.append("users.invitation_id IN (SELECT id FROM invitation WHERE made_by = :inviter)")
        bound["inviter"] = choice.invited_by
    if choice.address:
        where.append("users.id IN (SELECT user_id FROM session WHERE address = :address)")
        bound["address"] = choice.address
    source, id = ("account", "account.id")
    if is_of_users:
        source, id = ("users JOIN account ON account.id = users.account_id", "users.account_id")
    rows = db.rows(
        f"""
        SELECT {id} FROM {source}
         WHERE {id} < :before AND {id} > :after AND {" AND ".join(where)}
         ORDER BY {id} {page.order} LIMIT :limit
        """,
        before=page.before,
        after=page.after,
        limit=page.limit,
        **bound,
    )
    found = [AccountId(row[0]) for row in rows]
    return found[::-1] if page.is_upward else found


def _range(name: str, beginning: str) -> dict[str, object]:
    """Texts that begin so, in the order of their letters."""
    folded = beginning.lower()
    return {name: folded, f"{name}_end": folded + "\U0010ffff"}


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What only those who look after the server see of somebody who signs in here. Moments in milliseconds."""

    account: AccountId
    user: UserId
    email: str
    role: str
    locale: str
    created_at: int
    confirmed_at: int | None
    approved_at: int | None
    disabled_at: int | None
    reason: str
    invited_by: AccountId | None
    app: AppId | None
    """Through which they joined."""


def details(db: Reader, accounts: Collection[AccountId]) -> dict[AccountId, Reviewed]:
    """Of those of the accounts to which somebody signs in here."""
    if not accounts:
        return {}
    rows = db.rows(
        f"""
        SELECT users.account_id, users.id, users.email, users.role, users.locale, users.created_at,
               users.confirmed_at, users.approved_at, users.disabled_at, users.reason, invitation.made_by,
               users.app_id
          FROM users LEFT JOIN invitation ON invitation.id = users.invitation_id
         WHERE users.account_id {among("accounts")}
        """,
        accounts=numbers(accounts),
    )
    return {row[0]: Reviewed(*row) for row in rows}


def addresses(db: Reader, users: Collection[UserId]) -> dict[UserId, list[tuple[str, int]]]:
    """From where people are signed in, and when they last were: the newest first."""
    found: dict[UserId, list[tuple[str, int]]] = {}
    if not users:
        return found
    rows = db.rows(
        f"""
        SELECT user_id, address, max(seen_at) AS seen FROM session
         WHERE user_id {among("users")} AND address <> ''
         GROUP BY user_id, address ORDER BY seen DESC
        """,
        users=numbers(users),
    )
    for user, address, seen_at in rows:
        known = found.setdefault(user, [])
        if len(known) < IPS:
            known.append((address, seen_at))
    return found
