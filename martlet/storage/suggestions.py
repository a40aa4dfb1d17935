"""Whom somebody might want to follow: candidates from several sources, each found by a bounded query."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from martlet.model.ids import first_id_in
from martlet.model.names import AccountId
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import ONE_LOOK, among, numbers
from martlet.storage.visibility import of_welcome_server, welcomes


class Candidate(NamedTuple):
    """`reason` is the number that speaks for the account: followers or interactions, whatever the source counts."""

    account: AccountId
    reason: int


_IS_SUGGESTIBLE = """account.is_discoverable = 1 AND account.limited_at IS NULL AND account.suspended_at IS NULL
    AND account.deletes_at IS NULL AND account.deleted_at IS NULL AND account.moved_to_id IS NULL"""


def fitting(db: Reader, ids: Collection[AccountId], viewer: AccountId, now: int) -> frozenset[AccountId]:
    """
    Those who may be suggested to the viewer.

    They want to be discovered, are in good standing, have not moved; the viewer neither follows them nor has asked
    to, blocks or mutes them, their server, or is blocked by them, and has not said that they should go.
    """
    if not ids:
        return frozenset()
    rows = db.rows(
        f"""
        SELECT account.id FROM account
         WHERE account.id {among("ids")} AND account.id <> :viewer AND {_IS_SUGGESTIBLE}
           AND NOT EXISTS (SELECT 1 FROM follow WHERE follow.follower_id = :viewer
                              AND follow.followed_id = account.id {ONE_LOOK})
           AND NOT EXISTS (SELECT 1 FROM dismissed_suggestion AS dismissed
                            WHERE dismissed.account_id = :viewer AND dismissed.dismissed_id = account.id {ONE_LOOK})
           AND {welcomes("account.id")} AND {of_welcome_server("account")}
        """,
        ids=numbers(ids),
        viewer=viewer,
        now=now,
    )
    return frozenset(row[0] for row in rows)


def followed_by_friends(db: Reader, viewer: AccountId, friends: int, each: int) -> list[Candidate]:
    """
    Whom those follow whom the viewer follows, by how many of them do.

    Of the `friends` last followed, the `each` whom they followed last; nobody's who hides whom they follow.
    """
    followed = db.rows(
        """
        SELECT friend.id FROM (
            SELECT followed_id FROM follow WHERE follower_id = :viewer AND is_accepted = 1
             ORDER BY id DESC LIMIT :friends) AS lately
          JOIN account AS friend ON friend.id = lately.followed_id
         WHERE friend.hides_follows = 0 AND friend.suspended_at IS NULL
        """,
        viewer=viewer,
        friends=friends,
    )
    counts: dict[AccountId, int] = {}
    for (friend,) in followed:
        for (account,) in db.rows(
            """
            SELECT followed_id FROM follow WHERE follower_id = :friend AND is_accepted = 1
             ORDER BY id DESC LIMIT :each
            """,
            friend=friend,
            each=each,
        ):
            counts[account] = counts.get(account, 0) + 1
    return _most(counts)


def alike(db: Reader, viewer: AccountId, recent: int, limit: int) -> list[Candidate]:
    """Who features the same hashtags as those whom the viewer followed last, by how many of these they share."""
    rows = db.rows(
        """
        SELECT DISTINCT featured_tag.tag_id FROM (
            SELECT followed_id FROM follow WHERE follower_id = :viewer AND is_accepted = 1
             ORDER BY id DESC LIMIT :recent) AS lately
          JOIN featured_tag ON featured_tag.account_id = lately.followed_id
         ORDER BY featured_tag.tag_id LIMIT :recent
        """,
        viewer=viewer,
        recent=recent,
    )
    counts: dict[AccountId, int] = {}
    for (tag,) in rows:
        for (account,) in db.rows(
            "SELECT account_id FROM featured_tag WHERE tag_id = :tag ORDER BY account_id DESC LIMIT :limit",
            tag=tag,
            limit=limit,
        ):
            counts[account] = counts.get(account, 0) + 1
    return _most(counts)


def kept(db: Reader, source: str) -> list[Candidate]:
    """What a job found last, in its order."""
    rows = db.rows(
        "SELECT account_id, reason FROM suggested_account WHERE source = :source ORDER BY place, account_id",
        source=source,
    )
    return [Candidate(*row) for row in rows]


def keep(db: Writer, source: str, found: Sequence[Candidate]) -> None:
    """In place of what was found before. Accounts that have gone meanwhile are left out."""
    db.run("DELETE FROM suggested_account WHERE source = :source", source=source)
    db.run_each(
        """
        INSERT INTO suggested_account (source, account_id, place, reason)
        SELECT :source, id, :place, :reason FROM account WHERE id = :account
        """,
        (
            {"source": source, "account": one.account, "place": place, "reason": one.reason}
            for place, one in enumerate(found)
        ),
    )


def most_followed(db: Reader, since: int, people: int, each: int, limit: int) -> list[Candidate]:
    """Whom those follow who were here since a moment: of the `people` here last, the `each` followed last."""
    here = db.rows(
        "SELECT account_id FROM users WHERE seen_at >= :since ORDER BY seen_at DESC LIMIT :people",
        since=since,
        people=people,
    )
    counts: dict[AccountId, int] = {}
    for (follower,) in here:
        for (account,) in db.rows(
            """
            SELECT followed_id FROM follow WHERE follower_id = :follower AND is_accepted = 1
             ORDER BY id DESC LIMIT :each
            """,
            follower=follower,
            each=each,
        ):
            counts[account] = counts.get(account, 0) + 1
    return _suggestible(db, _most(counts, at_least=2), limit)


def most_interactions(db: Reader, since: int, posts: int, limit: int) -> list[Candidate]:
    """Whose public posts were liked and boosted most, of the newest `posts` since a moment."""
    rows = db.rows(
        """
        SELECT author_id, sum(likes_count + boosts_count) FROM (
            SELECT post.author_id, post.likes_count, post.boosts_count FROM post
             WHERE post.visibility = 4 AND post.is_local_only = 0 AND post.boost_of_id IS NULL
               AND (post.reply_to_id IS NULL OR post.reply_to_account_id = post.author_id) AND post.id > :after
             ORDER BY post.id DESC LIMIT :posts) AS newest
         GROUP BY author_id
        """,
        after=first_id_in(since),
        posts=posts,
    )
    return _suggestible(db, _most({row[0]: int(row[1]) for row in rows}, at_least=2), limit)


def _suggestible(db: Reader, found: Sequence[Candidate], limit: int) -> list[Candidate]:
    """The first that may be suggested to anybody."""
    chosen: list[Candidate] = []
    for start in range(0, len(found), limit):
        part = found[start : start + limit]
        rows = db.rows(
            f"SELECT id FROM account WHERE id {among('ids')} AND {_IS_SUGGESTIBLE}",
            ids=numbers(one.account for one in part),
        )
        fit = {row[0] for row in rows}
        chosen += [one for one in part if one.account in fit]
        if len(chosen) >= limit:
            break
    return chosen[:limit]


def _most(counts: dict[AccountId, int], at_least: int = 1) -> list[Candidate]:
    found = (Candidate(account, count) for account, count in counts.items() if count >= at_least)
    return sorted(found, key=lambda one: (-one.reason, -one.account))


def dismiss(db: Writer, account: AccountId, dismissed: AccountId, at: int, most: int) -> None:
    """Suggest somebody no more; of the `most` last dismissed this is remembered."""
    db.run(
        """
        INSERT INTO dismissed_suggestion (account_id, dismissed_id, at)
        SELECT :account, id, :at FROM account WHERE id = :dismissed
        ON CONFLICT (account_id, dismissed_id) DO UPDATE SET at = excluded.at
        """,
        account=account,
        dismissed=dismissed,
        at=at,
    )
    rest = db.rows(
        """
        SELECT dismissed_id FROM dismissed_suggestion WHERE account_id = :account
         ORDER BY at DESC LIMIT 100 OFFSET :most
        """,
        account=account,
        most=most,
    )
    _forget(db, account, (row[0] for row in rest))


def _forget(db: Writer, account: AccountId, dismissed: Iterable[AccountId]) -> None:
    db.run(
        f"DELETE FROM dismissed_suggestion WHERE account_id = :account AND dismissed_id {among('ids')}",
        account=account,
        ids=numbers(dismissed),
    )
