"""Whom something concerns: people here who are to be told of it."""

from martlet.model.names import AccountId, PostId
from martlet.storage.database import Reader


def is_liked(db: Reader, post: PostId, by: AccountId) -> bool:
    return (
        db.value(
            "SELECT 1 FROM mark WHERE account_id = :by AND post_id = :post AND liked_id IS NOT NULL",
            by=by,
            post=post,
        )
        is not None
    )


def like_of(db: Reader, by: AccountId, post: PostId) -> int | None:
    """What somebody's like is, if it is still there."""
    found: int | None = db.value(
        "SELECT liked_id FROM mark WHERE account_id = :by AND post_id = :post", by=by, post=post
    )
    return found


def boosters(db: Reader, post: PostId) -> list[AccountId]:
    """Who boosted a post, here or elsewhere."""
    return [row[0] for row in db.rows("SELECT author_id FROM post WHERE boost_of_id = :post", post=post)]


def boosters_here(db: Reader, post: PostId) -> list[AccountId]:
    """People here who boosted a post."""
    rows = db.rows(
        """
        SELECT boost.author_id FROM post AS boost JOIN users ON users.account_id = boost.author_id
         WHERE boost.boost_of_id = :post
        """,
        post=post,
    )
    return [row[0] for row in rows]


def quoters_here(db: Reader, post: PostId) -> list[tuple[AccountId, PostId]]:
    """People here who quoted a post, with their quotes."""
    rows = db.rows(
        """
        SELECT quote.author_id, quote.id FROM post AS quote JOIN users ON users.account_id = quote.author_id
         WHERE quote.quote_of_id = :post AND quote.quote_state = 'accepted'
        """,
        post=post,
    )
    return [(row[0], row[1]) for row in rows]


def voters_here(db: Reader, post: PostId) -> list[AccountId]:
    """People here who voted in a post's poll."""
    rows = db.rows(
        """
        SELECT DISTINCT poll_vote.account_id
          FROM poll
          JOIN poll_vote ON poll_vote.poll_id = poll.id
          JOIN users ON users.account_id = poll_vote.account_id
         WHERE poll.post_id = :post
        """,
        post=post,
    )
    return [row[0] for row in rows]


def reporter(db: Reader, report: int) -> AccountId | None:
    """Who made a report."""
    found: AccountId | None = db.value("SELECT account_id FROM report WHERE id = :report", report=report)
    return found
