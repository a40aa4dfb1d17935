"""The profile directory: who wants to be found and has written something."""

from collections.abc import Mapping
from typing import Literal

from martlet.model.names import AccountId
from martlet.storage.database import Reader, Writer
from martlet.storage.follows import Listed
from martlet.storage.visibility import of_welcome_server, welcomes

WINDOW = 2000
"""So many entries are looked at, at most; whoever wants to see further is shown nothing."""

Order = Literal["active", "new"]
_ORDERS: dict[Order, str] = {"active": "day DESC, account_id DESC", "new": "account_id DESC"}


def put(db: Writer, days: Mapping[AccountId, tuple[bool, int]]) -> None:
    """Accounts, each with whether it is here, and the day of its last post (days since 1970)."""
    db.run_each(
        """
        INSERT INTO directory_entry (account_id, is_here, day) VALUES (:account, :is_here, :day)
        ON CONFLICT (account_id) DO UPDATE SET day = excluded.day WHERE directory_entry.day < excluded.day
        """,
        (
            {"account": account, "is_here": int(is_here), "day": day}
            for account, (is_here, day) in days.items()
        ),
    )


def delete(db: Writer, account: AccountId) -> None:
    db.run("DELETE FROM directory_entry WHERE account_id = :account", account=account)


def page(
    db: Reader, viewer: AccountId, order: Order, now: int, *, offset: int, limit: int, only_here: bool
) -> list[Listed]:
    """Those whom the viewer does not block or mute, as far as `WINDOW` reaches."""
    here = "WHERE is_here = 1" if only_here else ""
    rows = db.rows(
        f"""
        SELECT entry.account_id, account.id, account.version
          FROM (SELECT account_id, day FROM directory_entry {here} ORDER BY {_ORDERS[order]} LIMIT {WINDOW}) AS entry
          JOIN account ON account.id = entry.account_id
         WHERE account.is_discoverable = 1 AND account.limited_at IS NULL AND account.suspended_at IS NULL
           AND account.deletes_at IS NULL AND account.moved_to_id IS NULL
           AND {welcomes("account.id")} AND {of_welcome_server("account")}
         ORDER BY {_ORDERS[order].replace("day", "entry.day").replace("account_id", "entry.account_id")}
         LIMIT :limit OFFSET :offset
        """,
        viewer=viewer,
        now=now,
        limit=limit,
        offset=min(offset, WINDOW),
    )
    return [Listed(*row) for row in rows]
