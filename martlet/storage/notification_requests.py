"""
Whose notifications are kept aside, until their recipient lets them through or sends them away.

A request is a row; what it says is read off the notifications themselves, so
that it is right whatever became of them. Only mentions and quotes ask for a
decision: of them alone a request is made.
"""

from collections.abc import Collection
from typing import NamedTuple

from martlet.model.names import AccountId, NotificationId, PostId
from martlet.model.notifications import NotificationKind
from martlet.model.paging import LAST_ID, Page
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers
from martlet.storage.notifications import WANTED

ASKING = frozenset({NotificationKind.MENTION, NotificationKind.QUOTE})
MOST_COUNTED = 100

# The `+` keeps these queries off the index of kinds, in which everybody's notifications to the account are together.
_HELD = """SELECT {} FROM notification AS held
                WHERE held.account_id = request.account_id AND held.from_id = request.from_id
                  AND +held.is_filtered = 1 AND held.kind IN ('mention', 'quote')"""
_COUNT = f"SELECT count(*) FROM ({_HELD.format('held.id')} LIMIT {MOST_COUNTED}) AS counted"
_FROM = f"""notification_request AS request
    JOIN account AS sender ON sender.id = request.from_id
    JOIN notification ON notification.id = ({_HELD.format("max(held.id)")})"""
_SHOWN = f"sender.suspended_at IS NULL AND sender.deletes_at IS NULL AND {WANTED}"


class Request(NamedTuple):
    """As it is shown: the version is the sender's, `updated_at` and the post are the newest notification's."""

    id: int
    from_id: AccountId
    from_version: int
    counted: int
    """Of mentions and quotes, up to a hundred."""
    updated_at: int
    last_post_id: PostId | None


class Summary(NamedTuple):
    """Each up to a hundred, and a hundred for each."""

    requests: int
    notifications: int


class Held(NamedTuple):
    """A notification that is kept aside."""

    id: NotificationId
    kind: str
    post_id: PostId | None


_COLUMNS = (
    f"request.id, request.from_id, sender.version, ({_COUNT}), notification.created_at, notification.post_id"
)


def put(db: Writer, id: int, account: AccountId, sender: AccountId) -> None:
    """`id` is for a new one; where there is one already it stays."""
    db.run(
        """
        INSERT INTO notification_request (id, account_id, from_id) VALUES (:id, :account, :sender)
        ON CONFLICT (account_id, from_id) DO NOTHING
        """,
        id=id,
        account=account,
        sender=sender,
    )


def page(db: Reader, account: AccountId, page: Page, now: int) -> list[Request]:
    """The newest first."""
    rows = db.rows(
        f"""
        SELECT {_COLUMNS} FROM {_FROM}
         WHERE request.account_id = :account AND request.id < :before AND request.id > :after AND {_SHOWN}
         ORDER BY request.id {page.order} LIMIT :limit
        """,
        account=account,
        before=page.before,
        after=page.after,
        limit=page.limit,
        now=now,
    )
    found = [Request(*row) for row in rows]
    return found[::-1] if page.is_upward else found


def find(db: Reader, id: int, account: AccountId, now: int) -> Request | None:
    """One of the account's own."""
    found = page(db, account, Page(min(id + 1, LAST_ID), id - 1, 1), now)
    return found[0] if found else None


def summary(db: Reader, account: AccountId, now: int) -> Summary:
    """How many people wait for a decision, and how many notifications are kept aside of them."""
    counts = [one.counted for one in page(db, account, Page(limit=MOST_COUNTED), now)]
    return Summary(len(counts), sum(counts))


def take(db: Writer, ids: Collection[int], account: AccountId) -> list[AccountId]:
    """Remove those of the requests that are the account's, and return who asked."""
    rows = db.rows(
        f"DELETE FROM notification_request WHERE account_id = :account AND id {among('ids')} RETURNING from_id",
        account=account,
        ids=numbers(ids),
    )
    return sorted(row[0] for row in rows)


def delete_of(db: Writer, account: AccountId, sender: AccountId) -> None:
    db.run(
        "DELETE FROM notification_request WHERE account_id = :account AND from_id = :sender",
        account=account,
        sender=sender,
    )


def delete_all(db: Writer, account: AccountId) -> None:
    db.run("DELETE FROM notification_request WHERE account_id = :account", account=account)


# -- what is kept aside ------------------------------------------------------


def held(db: Reader, account: AccountId, sender: AccountId, page: Page) -> list[Held]:
    """The oldest first."""
    rows = db.rows(
        """
        SELECT id, kind, post_id FROM notification
         WHERE from_id = :sender AND account_id = :account AND id > :after AND id < :before AND +is_filtered = 1
         ORDER BY id LIMIT :limit
        """,
        account=account,
        sender=sender,
        after=page.after,
        before=page.before,
        limit=page.limit,
    )
    return [Held(*row) for row in rows]


def release(db: Writer, ids: Collection[NotificationId]) -> None:
    """They stand in the list from now on."""
    db.run(f"UPDATE notification SET is_filtered = 0 WHERE id {among('ids')}", ids=numbers(ids))


def discard(db: Writer, ids: Collection[NotificationId]) -> None:
    db.run(f"DELETE FROM notification WHERE id {among('ids')}", ids=numbers(ids))
