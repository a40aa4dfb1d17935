"""
Where apps and browsers want to be told of notifications.

Each token of an app, and each session of a browser, has at most one subscription.
"""

from dataclasses import dataclass

import msgspec

from martlet.model.names import AccountId, TokenId
from martlet.model.notifications import NotificationKind
from martlet.storage.database import Reader, Writer


@dataclass(frozen=True, slots=True)
class PushSubscription:
    """One row of `push_subscription`."""

    id: int
    token_id: TokenId | None
    """None: of a browser."""
    session_id: int | None
    account_id: AccountId
    endpoint: str
    p256dh: str
    auth: str
    is_standard: int
    alerts: str
    """JSON: [kind of notification]"""
    policy: str
    """all, followed, follower, none"""
    token: bytes
    created_at: int

    @property
    def kinds(self) -> frozenset[NotificationKind]:
        return frozenset(msgspec.json.decode(self.alerts, type=list[NotificationKind]))


NAMES = tuple(PushSubscription.__slots__)
COLUMNS = ", ".join(f"push_subscription.{name}" for name in NAMES)


def put(db: Writer, subscription: PushSubscription) -> None:
    """In place of the token's or session's earlier one."""
    if subscription.token_id is not None:
        delete_of_token(db, subscription.token_id)
    if subscription.session_id is not None:
        delete_of_session(db, subscription.session_id)
    db.run(
        f"INSERT INTO push_subscription ({', '.join(NAMES)}) VALUES ({', '.join(f':{name}' for name in NAMES)})",
        **{name: getattr(subscription, name) for name in NAMES},
    )


def find_of_token(db: Reader, token: TokenId) -> PushSubscription | None:
    return _one(db.row(f"SELECT {COLUMNS} FROM push_subscription WHERE token_id = :token", token=token))


def find_of_session(db: Reader, session: int) -> PushSubscription | None:
    return _one(
        db.row(f"SELECT {COLUMNS} FROM push_subscription WHERE session_id = :session", session=session)
    )


def find(db: Reader, id: int) -> PushSubscription | None:
    return _one(db.row(f"SELECT {COLUMNS} FROM push_subscription WHERE id = :id", id=id))


def of_account(db: Reader, account: AccountId) -> list[PushSubscription]:
    rows = db.rows(
        f"SELECT {COLUMNS} FROM push_subscription WHERE account_id = :account ORDER BY id", account=account
    )
    return [PushSubscription(*row) for row in rows]


def change(db: Writer, token: TokenId, alerts: str, policy: str) -> None:
    db.run(
        "UPDATE push_subscription SET alerts = :alerts, policy = :policy WHERE token_id = :token",
        token=token,
        alerts=alerts,
        policy=policy,
    )


def delete_of_token(db: Writer, token: TokenId) -> None:
    db.run("DELETE FROM push_subscription WHERE token_id = :token", token=token)


def delete_of_session(db: Writer, session: int) -> None:
    db.run("DELETE FROM push_subscription WHERE session_id = :session", session=session)


def delete(db: Writer, id: int) -> None:
    db.run("DELETE FROM push_subscription WHERE id = :id", id=id)


def note_taken(db: Writer, id: int) -> None:
    """A message was taken: the subscription lives."""
    db.run("UPDATE push_subscription SET refusals = 0 WHERE id = :id AND refusals > 0", id=id)


def note_refused(db: Writer, id: int, most: int) -> None:
    """A message was refused; after `most` in a row the subscription goes."""
    db.run("UPDATE push_subscription SET refusals = refusals + 1 WHERE id = :id", id=id)
    db.run("DELETE FROM push_subscription WHERE id = :id AND refusals >= :most", id=id, most=most)


def _one(row: tuple[object, ...] | None) -> PushSubscription | None:
    return PushSubscription(*row) if row else None  # type: ignore[arg-type]  # as the schema has them
