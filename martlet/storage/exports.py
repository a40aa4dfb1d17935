"""What somebody has gathered, whole, to be taken along: whom they follow, block and mute, their lists and bookmarks."""

from typing import NamedTuple

from martlet.model.names import AccountId
from martlet.storage.database import Reader
from martlet.storage.visibility import may_see


class Followed(NamedTuple):
    username: str
    host: str
    shows_boosts: int
    notifies: int
    languages: str | None


class Blocked(NamedTuple):
    username: str
    host: str
    expires_at: int | None


class Muted(NamedTuple):
    username: str
    host: str
    hides_notifications: int
    expires_at: int | None


class Listed(NamedTuple):
    title: str
    username: str
    host: str


class Counts(NamedTuple):
    follows: int
    blocks: int
    mutes: int
    domain_blocks: int
    lists: int
    bookmarks: int
    filters: int


def counts(db: Reader, account: AccountId) -> Counts:
    """How many of each there are. Follows are counted with their account, the others are few."""
    row = db.rows(
        """
        SELECT (SELECT following_count FROM account WHERE id = :account),
               (SELECT count(*) FROM block WHERE account_id = :account),
               (SELECT count(*) FROM mute WHERE account_id = :account),
               (SELECT count(*) FROM domain_block WHERE account_id = :account),
               (SELECT count(*) FROM list WHERE owner_id = :account),
               (SELECT count(*) FROM mark WHERE account_id = :account AND bookmarked_id IS NOT NULL),
               (SELECT count(*) FROM filter JOIN filter_keyword ON filter_keyword.filter_id = filter.id
                 WHERE filter.account_id = :account)
        """,
        account=account,
    )[0]
    return Counts(*row)


def follows(db: Reader, account: AccountId) -> list[Followed]:
    rows = db.rows(
        """
        SELECT account.username, account.host, follow.shows_boosts, follow.notifies, follow.languages
          FROM follow JOIN account ON account.id = follow.followed_id
         WHERE follow.follower_id = :account AND follow.is_accepted = 1 AND account.deleted_at IS NULL
         ORDER BY follow.id
        """,
        account=account,
    )
    return [Followed(*row) for row in rows]


def blocks(db: Reader, account: AccountId) -> list[Blocked]:
    rows = db.rows(
        """
        SELECT account.username, account.host, block.expires_at
          FROM block JOIN account ON account.id = block.blocked_id
         WHERE block.account_id = :account AND account.deleted_at IS NULL ORDER BY block.id
        """,
        account=account,
    )
    return [Blocked(*row) for row in rows]


def mutes(db: Reader, account: AccountId, now: int) -> list[Muted]:
    """Those that are not over."""
    rows = db.rows(
        """
        SELECT account.username, account.host, mute.hides_notifications, mute.expires_at
          FROM mute JOIN account ON account.id = mute.muted_id
         WHERE mute.account_id = :account AND (mute.expires_at IS NULL OR mute.expires_at > :now)
           AND account.deleted_at IS NULL
         ORDER BY mute.id
        """,
        account=account,
        now=now,
    )
    return [Muted(*row) for row in rows]


def domain_blocks(db: Reader, account: AccountId) -> list[str]:
    rows = db.rows("SELECT host FROM domain_block WHERE account_id = :account ORDER BY id", account=account)
    return [row[0] for row in rows]


def lists(db: Reader, account: AccountId) -> list[Listed]:
    rows = db.rows(
        """
        SELECT list.title, account.username, account.host
          FROM list
          JOIN list_member ON list_member.list_id = list.id
          JOIN account ON account.id = list_member.account_id
         WHERE list.owner_id = :account AND account.deleted_at IS NULL ORDER BY list.id, list_member.id
        """,
        account=account,
    )
    return [Listed(*row) for row in rows]


def bookmarks(db: Reader, account: AccountId) -> list[str]:
    """The uris of posts that the account may still see."""
    rows = db.rows(
        f"""
        SELECT post.uri
          FROM mark
          JOIN post ON post.id = mark.post_id
          JOIN account AS author ON author.id = post.author_id
         WHERE mark.account_id = :viewer AND mark.bookmarked_id IS NOT NULL AND {may_see("post", "author")}
         ORDER BY mark.bookmarked_id
        """,
        viewer=account,
    )
    return [row[0] for row in rows]
