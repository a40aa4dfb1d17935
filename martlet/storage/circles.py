"""Circles: people to write to, chosen by somebody among those who follow them."""

from typing import NamedTuple

from martlet.model.errors import NotFound
from martlet.model.names import AccountId, CircleId
from martlet.model.paging import Page
from martlet.storage.database import Reader, Writer


class Circle(NamedTuple):
    """One row of `circle`."""

    id: CircleId
    owner_id: AccountId
    title: str


_IS_MEMBER = """account.suspended_at IS NULL AND account.deletes_at IS NULL
    AND EXISTS (SELECT 1 FROM follow WHERE follow.follower_id = circle_member.account_id
                                       AND follow.followed_id = :owner AND follow.is_accepted = 1)"""
"""Whoever unfollows the owner is in no circle of theirs, and is again if they come back."""


def get(db: Reader, id: CircleId, owner: AccountId) -> Circle:
    """Raises `NotFound` for other people's circles as for none."""
    row = db.row(
        "SELECT id, owner_id, title FROM circle WHERE id = :id AND owner_id = :owner", id=id, owner=owner
    )
    if row is None:
        raise NotFound
    return Circle(*row)


def of_owner(db: Reader, owner: AccountId) -> list[Circle]:
    rows = db.rows("SELECT id, owner_id, title FROM circle WHERE owner_id = :owner ORDER BY id", owner=owner)
    return [Circle(*row) for row in rows]


def put(db: Writer, one: Circle) -> None:
    """A new circle, or a known one's new title."""
    db.run(
        """
        INSERT INTO circle (id, owner_id, title) VALUES (:id, :owner_id, :title)
        ON CONFLICT (id) DO UPDATE SET title = excluded.title
        """,
        **one._asdict(),
    )


def delete(db: Writer, id: CircleId) -> None:
    """The circle; what was written to it stays with those who could read it."""
    db.run("DELETE FROM circle WHERE id = :id", id=id)


def members(db: Reader, one: Circle, page: Page) -> list[tuple[int, AccountId]]:
    """Who is in it, the last added first, each with the id by which the list is paged."""
    rows = db.rows(
        f"""
        SELECT circle_member.id, circle_member.account_id
          FROM circle_member JOIN account ON account.id = circle_member.account_id
         WHERE circle_member.circle_id = :id AND circle_member.id < :before AND circle_member.id > :after
           AND {_IS_MEMBER}
         ORDER BY circle_member.id {page.order} LIMIT :limit
        """,
        id=one.id,
        owner=one.owner_id,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )
    found = [(row[0], row[1]) for row in rows]
    return found[::-1] if page.is_upward else found


def count(db: Reader, id: CircleId) -> int:
    return int(db.value("SELECT count(*) FROM circle_member WHERE circle_id = :id", id=id))


def add(db: Writer, id: CircleId, account: AccountId, moment_id: int) -> bool:
    """Whether they were not in it already."""
    return (
        db.run(
            """
            INSERT INTO circle_member (circle_id, account_id, id) VALUES (:circle, :account, :id)
            ON CONFLICT DO NOTHING
            """,
            circle=id,
            account=account,
            id=moment_id,
        )
        > 0
    )


def remove(db: Writer, id: CircleId, account: AccountId) -> None:
    db.run(
        "DELETE FROM circle_member WHERE circle_id = :circle AND account_id = :account",
        circle=id,
        account=account,
    )
