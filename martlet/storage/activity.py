"""How much is done here, by week: counted while it happens and kept, never counted anew."""

from typing import Literal, NamedTuple

from martlet.storage.database import Reader, Writer

Counted = Literal["posts", "people", "registrations"]


class Week(NamedTuple):
    """`week` is its first millisecond, a Monday's; `people` are those who were here in it."""

    week: int
    posts: int
    people: int
    registrations: int


def add(db: Writer, week: int, what: Counted, number: int = 1) -> None:
    db.run(
        f"""
        INSERT INTO weekly_activity (week, {what}) VALUES (:week, :number)
        ON CONFLICT (week) DO UPDATE SET {what} = weekly_activity.{what} + excluded.{what}
        """,
        week=week,
        number=number,
    )


def since(db: Reader, week: int) -> dict[int, Week]:
    """The weeks in which there was anything, by their first millisecond."""
    rows = db.rows(
        "SELECT week, posts, people, registrations FROM weekly_activity WHERE week >= :week", week=week
    )
    return {row[0]: Week(*row) for row in rows}


class Written(NamedTuple):
    """A post, for counting it."""

    id: int
    author_id: int
    is_here: int
    is_boost: int
    is_directory: int
    """Whether its author may stand in the profile directory."""


def written(db: Reader, after: int, until: int, limit: int) -> list[Written]:
    """The oldest posts with ids between two."""
    rows = db.rows(
        """
        SELECT post.id, post.author_id, CASE WHEN account.host = '' THEN 1 ELSE 0 END,
               CASE WHEN post.boost_of_id IS NULL THEN 0 ELSE 1 END,
               CASE WHEN account.is_discoverable = 1 AND account.moved_to_id IS NULL AND post.visibility >= 3
                         AND post.is_local_only = 0
                    THEN 1 ELSE 0 END
          FROM post JOIN account ON account.id = post.author_id
         WHERE post.id > :after AND post.id <= :until
         ORDER BY post.id LIMIT :limit
        """,
        after=after,
        until=until,
        limit=limit,
    )
    return [Written(*row) for row in rows]


def was_here_since(db: Reader, user: int, moment: int) -> bool:
    return bool(
        db.value("SELECT 1 FROM users WHERE id = :user AND seen_at >= :moment", user=user, moment=moment)
    )
