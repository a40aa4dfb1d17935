"""Posts that wait for their moment."""

from dataclasses import dataclass

from martlet.model.errors import NotFound
from martlet.model.names import AccountId, PostId, ScheduledId
from martlet.model.paging import Page
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import lock_row


@dataclass(frozen=True, slots=True)
class Scheduled:
    """One row of `scheduled_post`; `draft` is JSON of `model.posts.Draft`, `failure` why it was not published."""

    id: ScheduledId
    account_id: AccountId
    publish_at: int
    draft: str
    failure: str = ""


COLUMNS = ", ".join(Scheduled.__slots__)


def insert(db: Writer, one: Scheduled) -> None:
    db.run(
        f"INSERT INTO scheduled_post ({COLUMNS}) VALUES (:id, :account_id, :publish_at, :draft, :failure)",
        **{name: getattr(one, name) for name in Scheduled.__slots__},
    )


def find(db: Reader, id: int, account: AccountId) -> Scheduled | None:
    """One of the account's own."""
    row = db.row(
        f"SELECT {COLUMNS} FROM scheduled_post WHERE id = :id AND account_id = :account",
        id=id,
        account=account,
    )
    return Scheduled(*row) if row else None


def get(db: Reader, id: ScheduledId, account: AccountId) -> Scheduled:
    """Raises `NotFound` for other people's as for none."""
    found = find(db, id, account)
    if found is None:
        raise NotFound
    return found


def take_unfiltered(db: Writer, id: ScheduledId) -> Scheduled | None:
    """Whoever's it is; nobody else changes or publishes it until the transaction is over."""
    row = db.row(f"SELECT {COLUMNS} FROM scheduled_post WHERE id = :id {lock_row(db.dialect)}", id=id)
    return Scheduled(*row) if row else None


def of_account(db: Reader, account: AccountId, page: Page) -> list[Scheduled]:
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM scheduled_post
         WHERE account_id = :account AND id < :before AND id > :after ORDER BY id {page.order} LIMIT :limit
        """,
        account=account,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )
    return [Scheduled(*row) for row in (reversed(rows) if page.is_upward else rows)]


def lock_all(db: Writer, account: AccountId) -> None:
    """Nobody else schedules posts for this account until the transaction is over."""
    db.row(f"SELECT id FROM users WHERE account_id = :account {lock_row(db.dialect)}", account=account)


def count(db: Reader, account: AccountId) -> int:
    return int(db.value("SELECT count(*) FROM scheduled_post WHERE account_id = :account", account=account))


def count_between(db: Reader, account: AccountId, first: int, end: int, but: ScheduledId) -> int:
    """How many there are for the moments from `first` on, before `end`, one left out."""
    return int(
        db.value(
            """
            SELECT count(*) FROM scheduled_post
             WHERE account_id = :account AND publish_at >= :first AND publish_at < :end AND id <> :but
            """,
            account=account,
            first=first,
            end=end,
            but=but,
        )
    )


def put_off(db: Writer, id: ScheduledId, publish_at: int) -> None:
    """Another moment; whatever failed before is forgotten."""
    db.run("UPDATE scheduled_post SET publish_at = :at, failure = '' WHERE id = :id", id=id, at=publish_at)


def note_failure(db: Writer, id: ScheduledId, failure: str) -> None:
    db.run("UPDATE scheduled_post SET failure = :failure WHERE id = :id", id=id, failure=failure)


def delete(db: Writer, id: ScheduledId) -> None:
    db.run("DELETE FROM scheduled_post WHERE id = :id", id=id)


def hand_key_on(db: Writer, one: Scheduled, post: PostId) -> None:
    """An idempotency key that stood for what was scheduled stands for the post it became."""
    db.run(
        "UPDATE idempotency SET post_id = :post WHERE account_id = :account AND post_id = :scheduled",
        post=post,
        account=one.account_id,
        scheduled=one.id,
    )
