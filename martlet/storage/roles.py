"""Roles: those that every server has, as they are now, and those that were made here."""

import json
from collections.abc import Collection, Mapping

from martlet.model.names import AccountId
from martlet.model.roles import EVERYBODY, FIRST, Permission, Role
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, among_words, numbers

COLUMNS = ", ".join(Role.__slots__)


def every(db: Reader) -> dict[str, Role]:
    """All roles by their keys, the highest first."""
    kept = {row[0]: Role(*row) for row in db.rows(f"SELECT {COLUMNS} FROM role")}
    found: Mapping[str, Role] = {**FIRST, **kept}
    return dict(sorted(found.items(), key=lambda item: (-item[1].position, item[0])))


def find(db: Reader, key: str) -> Role | None:
    row = db.row(f"SELECT {COLUMNS} FROM role WHERE key = :key", key=key)
    return Role(*row) if row else FIRST.get(key)


def of_account(db: Reader, account: AccountId) -> Role:
    """Somebody's role; everybody's for those who have none, and for accounts elsewhere."""
    key: str | None = db.value("SELECT role FROM users WHERE account_id = :account", account=account)
    if key is None or key == EVERYBODY.key:
        return find(db, EVERYBODY.key) or EVERYBODY
    return find(db, key) or find(db, EVERYBODY.key) or EVERYBODY


def holders(db: Reader, permission: Permission) -> list[AccountId]:
    """Whose role allows it: those who look after the server. What everybody may is not asked."""
    keys = [role.key for role in every(db).values() if role.may(permission) and role.key != EVERYBODY.key]
    rows = db.rows(
        f"""
        SELECT account_id FROM users
         WHERE role <> 'user' AND role {among_words(db.dialect, "keys")} ORDER BY id
        """,
        keys=json.dumps(keys),
    )
    return [row[0] for row in rows]


def badges(db: Reader, accounts: Collection[AccountId]) -> dict[AccountId, Role]:
    """The roles of those of the accounts that show one."""
    if not accounts:
        return {}
    rows = db.rows(
        f"SELECT account_id, role FROM users WHERE account_id {among('accounts')} AND role <> 'user'",
        accounts=numbers(accounts),
    )
    known = every(db) if rows else {}
    return {account: known[key] for account, key in rows if key in known and known[key].is_highlighted}


def put(db: Writer, role: Role) -> None:
    """Keep a role as it is from now on; everybody who has it is shown anew, and loses what it does not allow."""
    columns = [name for name in Role.__slots__ if name != "key"]
    db.run(
        f"""
        INSERT INTO role ({COLUMNS}) VALUES ({", ".join(f":{name}" for name in Role.__slots__)})
        ON CONFLICT (key) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in columns)}
        """,
        **{name: getattr(role, name) for name in Role.__slots__ if name != "permissions"},
        permissions=int(role.permissions),
    )
    if not role.may(Permission.MANAGE_EMAIL_SUBSCRIPTIONS):
        _end_mailing(db, role.key)
    _show_anew(db, role.key)


def delete(db: Writer, key: str) -> None:
    """Whoever had it has everybody's role."""
    _end_mailing(db, key)
    _show_anew(db, key)
    db.run("UPDATE users SET role = 'user' WHERE role <> 'user' AND role = :key", key=key)
    db.run("DELETE FROM role WHERE key = :key", key=key)


def count_holders(db: Reader, key: str) -> int:
    return int(db.value("SELECT count(*) FROM users WHERE role <> 'user' AND role = :key", key=key))


def _show_anew(db: Writer, key: str) -> None:
    db.run(
        """
        UPDATE account SET version = version + 1
         WHERE id IN (SELECT account_id FROM users WHERE role <> 'user' AND role = :key)
        """,
        key=key,
    )


def _end_mailing(db: Writer, key: str) -> None:
    db.run(
        """
        UPDATE account SET mails_posts = 0
         WHERE mails_posts = 1
           AND id IN (SELECT account_id FROM users WHERE role <> 'user' AND role = :key)
        """,
        key=key,
    )
