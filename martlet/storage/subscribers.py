"""Those who read somebody's public posts by e-mail, and the posts that wait for the next letters."""

from collections.abc import Collection
from dataclasses import dataclass

from martlet.model.names import AccountId, PostId
from martlet.model.paging import Page
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers


@dataclass(frozen=True, slots=True)
class Subscriber:
    """One row of `subscriber`; the address is encrypted. Moments in milliseconds."""

    id: int
    account_id: AccountId
    digest: bytes
    email: bytes
    locale: str
    created_at: int
    confirmed_at: int | None = None


NAMES = tuple(Subscriber.__slots__)
COLUMNS = ", ".join(NAMES)


def insert(db: Writer, subscriber: Subscriber) -> None:
    """Raises `AlreadyThere` where the account has this address already."""
    db.run(
        f"INSERT INTO subscriber ({COLUMNS}) VALUES ({', '.join(f':{name}' for name in NAMES)})",
        **{name: getattr(subscriber, name) for name in NAMES},
    )


def find(db: Reader, id: int) -> Subscriber | None:
    row = db.row(f"SELECT {COLUMNS} FROM subscriber WHERE id = :id", id=id)
    return Subscriber(*row) if row else None


def find_by_digest(db: Reader, account: AccountId, digest: bytes) -> Subscriber | None:
    row = db.row(
        f"SELECT {COLUMNS} FROM subscriber WHERE account_id = :account AND digest = :digest",
        account=account,
        digest=digest,
    )
    return Subscriber(*row) if row else None


def of_digest(db: Reader, digest: bytes, limit: int) -> list[Subscriber]:
    """All confirmed ones of an address, the oldest first."""
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM subscriber
         WHERE digest = :digest AND confirmed_at IS NOT NULL ORDER BY id LIMIT :limit
        """,
        digest=digest,
        limit=limit,
    )
    return [Subscriber(*row) for row in rows]


def confirm(db: Writer, id: int, now: int) -> None:
    db.run("UPDATE subscriber SET confirmed_at = :now WHERE id = :id", id=id, now=now)


def delete(db: Writer, ids: Collection[int]) -> None:
    db.run(f"DELETE FROM subscriber WHERE id {among('ids')}", ids=numbers(ids))


def delete_of(db: Writer, account: AccountId, id: int) -> None:
    """One of an account's own."""
    db.run("DELETE FROM subscriber WHERE id = :id AND account_id = :account", id=id, account=account)


def count(db: Reader, account: AccountId, most: int) -> int:
    """Those who wait to be confirmed as well; counted no further than `most`."""
    found: int = db.value(
        "SELECT count(*) FROM (SELECT 1 FROM subscriber WHERE account_id = :account LIMIT :most) AS known",
        account=account,
        most=most,
    )
    return found


def page(db: Reader, account: AccountId, page: Page) -> list[Subscriber]:
    """Those who have confirmed their address, the newest first."""
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM subscriber
         WHERE account_id = :account AND confirmed_at IS NOT NULL AND id < :before AND id > :after
         ORDER BY id {page.order} LIMIT :limit
        """,
        account=account,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )
    found = [Subscriber(*row) for row in rows]
    return found[::-1] if page.is_upward else found


def many(db: Reader, ids: Collection[int]) -> list[Subscriber]:
    """Those of them who still want letters."""
    rows = db.rows(
        f"SELECT {COLUMNS} FROM subscriber WHERE id {among('ids')} AND confirmed_at IS NOT NULL ORDER BY id",
        ids=numbers(ids),
    )
    return [Subscriber(*row) for row in rows]


def after(db: Reader, account: AccountId, id: int, limit: int) -> list[Subscriber]:
    """The next ones of an account, in the order in which they came."""
    return page(db, account, Page(after=id, limit=limit, is_upward=True))[::-1]


def are_there(db: Reader, account: AccountId) -> bool:
    return bool(after(db, account, 0, 1))


def forget_unconfirmed(db: Writer, before: int) -> None:
    db.run("DELETE FROM subscriber WHERE confirmed_at IS NULL AND created_at < :before", before=before)


# -- posts ---------------------------------------------------------------


def await_letter(db: Writer, account: AccountId, post: PostId) -> None:
    db.run(
        """
        INSERT INTO unmailed_post (post_id, account_id) VALUES (:post, :account)
        ON CONFLICT (post_id) DO NOTHING
        """,
        post=post,
        account=account,
    )


def take_posts(db: Writer, account: AccountId) -> list[PostId]:
    """Those that wait, the oldest first; they wait no longer."""
    rows = db.rows("DELETE FROM unmailed_post WHERE account_id = :account RETURNING post_id", account=account)
    return sorted(row[0] for row in rows)
