"""What people want of notifications from those they do not know, and whom they let through."""

from typing import NamedTuple

from martlet.model.names import AccountId, PostId
from martlet.model.notification_policy import THREAD_DEPTH, Policy, Treatment
from martlet.model.visibility import Visibility
from martlet.storage.database import Reader, Writer

_COLUMNS = ", ".join(f"notification_policy.{name}" for name in Policy._fields)


class Standing(NamedTuple):
    """What is between a recipient and a sender; moments in milliseconds, roles empty for people elsewhere."""

    policy: Policy
    created_at: int
    is_limited: bool
    kind: str
    role: str
    recipient_role: str
    is_permitted: bool
    is_followed: bool
    following_id: int | None
    """The sender's follow of the recipient, in force."""


def find(db: Reader, account: AccountId) -> Policy:
    """What holds for everybody, where the account has said nothing."""
    row = db.row(f"SELECT {_COLUMNS} FROM notification_policy WHERE account_id = :account", account=account)
    return _policy(row) if row else Policy()


def put(db: Writer, account: AccountId, policy: Policy) -> None:
    names = Policy._fields
    db.run(
        f"""
        INSERT INTO notification_policy (account_id, {", ".join(names)})
        VALUES (:account, {", ".join(f":{name}" for name in names)})
        ON CONFLICT (account_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in names)}
        """,
        account=account,
        **{name: str(value) for name, value in policy._asdict().items()},
    )


def standing(db: Reader, account: AccountId, sender: AccountId) -> Standing | None:
    """None where there is no such sender."""
    row = db.row(
        f"""
        SELECT account.created_at, account.limited_at IS NOT NULL, account.kind,
               (SELECT role FROM users WHERE users.account_id = :sender),
               (SELECT role FROM users WHERE users.account_id = :account),
               EXISTS (SELECT 1 FROM notification_permission AS let
                        WHERE let.account_id = :account AND let.from_id = :sender),
               EXISTS (SELECT 1 FROM follow WHERE follow.follower_id = :account AND follow.followed_id = :sender
                                              AND follow.is_accepted = 1),
               (SELECT follow.id FROM follow WHERE follow.follower_id = :sender AND follow.followed_id = :account
                                               AND follow.is_accepted = 1),
               {_COLUMNS}
          FROM account LEFT JOIN notification_policy ON notification_policy.account_id = :account
         WHERE account.id = :sender
        """,
        account=account,
        sender=sender,
    )
    if row is None:
        return None
    created_at, is_limited, kind, role, recipient_role, is_permitted, is_followed, following, *policy = row
    return Standing(
        Policy() if policy[0] is None else _policy(policy),
        created_at,
        bool(is_limited),
        kind,
        role or "",
        recipient_role or "",
        bool(is_permitted),
        bool(is_followed),
        following,
    )


def wrote_in_private(db: Reader, account: AccountId, sender: AccountId, answered: PostId) -> bool:
    """Whether the account wrote a post to the sender, for mentioned people only: this one, or one above it."""
    return bool(
        db.value(
            """
            WITH RECURSIVE above (id, parent_id, author_id, visibility, depth) AS (
                SELECT id, reply_to_id, author_id, visibility, 1 FROM post WHERE id = :answered
                UNION ALL
                SELECT post.id, post.reply_to_id, post.author_id, post.visibility, above.depth + 1
                  FROM above JOIN post ON post.id = above.parent_id WHERE above.depth < :most)
            SELECT EXISTS (
                SELECT 1 FROM above JOIN mention ON mention.post_id = above.id AND mention.account_id = :sender
                                                AND mention.is_silent = 0
                 WHERE above.author_id = :account AND above.visibility = :private)
            """,
            answered=answered,
            account=account,
            sender=sender,
            most=THREAD_DEPTH,
            private=int(Visibility.MENTIONED),
        )
    )


# -- people let through ----------------------------------------------------


def permit(db: Writer, account: AccountId, sender: AccountId) -> None:
    """Let a sender through; what was kept aside of theirs has still to be brought into the list."""
    db.run(
        """
        INSERT INTO notification_permission (account_id, from_id, is_merged) VALUES (:account, :sender, 0)
        ON CONFLICT (account_id, from_id) DO UPDATE SET is_merged = 0
        """,
        account=account,
        sender=sender,
    )


def note_merged(db: Writer, account: AccountId, sender: AccountId) -> None:
    db.run(
        "UPDATE notification_permission SET is_merged = 1 WHERE account_id = :account AND from_id = :sender",
        account=account,
        sender=sender,
    )


def is_merging(db: Reader, account: AccountId) -> bool:
    """Whether something that was kept aside is still on its way into the account's list."""
    return bool(
        db.value(
            "SELECT EXISTS (SELECT 1 FROM notification_permission WHERE account_id = :account AND is_merged = 0)",
            account=account,
        )
    )


def forbid(db: Writer, account: AccountId, sender: AccountId) -> None:
    db.run(
        "DELETE FROM notification_permission WHERE account_id = :account AND from_id = :sender",
        account=account,
        sender=sender,
    )


def _policy(row: tuple[str, ...] | list[str]) -> Policy:
    return Policy(*map(Treatment, row))
