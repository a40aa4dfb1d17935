"""Follows of people here that somebody elsewhere refused or ended: kept for as long as that may be taken back."""

from typing import NamedTuple

from martlet.model.names import AccountId, Uri
from martlet.storage.database import Reader, Writer
from martlet.storage.follows import Follow


class Refused(NamedTuple):
    """`languages` as in `follows.Follow`."""

    follower_id: AccountId
    shows_boosts: int
    notifies: int
    languages: str | None


def put(db: Writer, there: Follow, uri: Uri, now: int) -> None:
    """`uri`: what the refusal is called."""
    db.run(
        """
        INSERT INTO refused_follow (follower_id, followed_id, uri, shows_boosts, notifies, languages, refused_at)
        VALUES (:follower, :followed, :uri, :boosts, :notifies, :languages, :now)
        ON CONFLICT (follower_id, followed_id) DO UPDATE
            SET uri = excluded.uri, shows_boosts = excluded.shows_boosts, notifies = excluded.notifies,
                languages = excluded.languages, refused_at = excluded.refused_at
        """,
        follower=there.follower_id,
        followed=there.followed_id,
        uri=uri,
        boosts=there.shows_boosts,
        notifies=there.notifies,
        languages=there.languages,
        now=now,
    )


def find(db: Reader, followed: AccountId, uri: Uri) -> Refused | None:
    """What an account refused under this name."""
    row = db.row(
        """
        SELECT follower_id, shows_boosts, notifies, languages FROM refused_follow
         WHERE followed_id = :followed AND uri = :uri
        """,
        followed=followed,
        uri=uri,
    )
    return Refused(*row) if row else None


def delete(db: Writer, follower: AccountId, followed: AccountId) -> None:
    db.run(
        "DELETE FROM refused_follow WHERE follower_id = :follower AND followed_id = :followed",
        follower=follower,
        followed=followed,
    )


def forget_before(db: Writer, moment: int) -> None:
    db.run("DELETE FROM refused_follow WHERE refused_at < :moment", moment=moment)
