"""Follows that ended because somebody else decided so: counted for each who lost them, and listed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from martlet.model.names import AccountId
from martlet.model.paging import Page
from martlet.storage.database import Reader, Writer
from martlet.storage.follows import Follow


@dataclass(frozen=True, slots=True)
class Severance:
    """One row of `severance`. The id says when."""

    id: int
    account_id: AccountId
    kind: str
    """domain_block, user_domain_block, account_suspension"""
    target: str
    """A domain or a handle."""
    followers_count: int
    following_count: int
    told_at: int | None


COLUMNS = ", ".join(Severance.__slots__)


@dataclass(frozen=True, slots=True)
class Severed:
    """Somebody whom a severance concerns, with what was wanted of them."""

    handle: str
    shows_boosts: int
    notifies: int
    languages: str | None

    @property
    def language_list(self) -> Sequence[str]:
        found: list[str] = json.loads(self.languages) if self.languages else []
        return found


def note(db: Writer, id: int, account: AccountId, kind: str, target: str) -> int:
    """The severance of this kind and target that the account is still to be told of; a new one is called `id`."""
    db.run(
        """
        INSERT INTO severance (id, account_id, kind, target) VALUES (:id, :account, :kind, :target)
        ON CONFLICT (kind, target, account_id) WHERE told_at IS NULL DO NOTHING
        """,
        id=id,
        account=account,
        kind=kind,
        target=target,
    )
    return int(
        db.value(
            """
            SELECT id FROM severance
             WHERE kind = :kind AND target = :target AND account_id = :account AND told_at IS NULL
            """,
            account=account,
            kind=kind,
            target=target,
        )
    )


def add(db: Writer, severance: int, follow: Follow, other: AccountId) -> None:
    """One follow that ended; `other` is whom somebody here lost."""
    is_follower = int(follow.follower_id == other)
    added = db.run(
        """
        INSERT INTO severed_follow (severance_id, is_follower, other_id, shows_boosts, notifies, languages)
        VALUES (:severance, :is_follower, :other, :shows_boosts, :notifies, :languages)
        ON CONFLICT DO NOTHING
        """,
        severance=severance,
        is_follower=is_follower,
        other=other,
        shows_boosts=follow.shows_boosts,
        notifies=follow.notifies,
        languages=follow.languages,
    )
    if added:
        db.run(
            """
            UPDATE severance SET followers_count = followers_count + :is_follower,
                                 following_count = following_count + 1 - :is_follower
             WHERE id = :severance
            """,
            severance=severance,
            is_follower=is_follower,
        )


def tell_some(db: Writer, kind: str, target: str, now: int, limit: int) -> list[int]:
    """Some that are complete now, and whose people are told from here on."""
    rows = db.rows(
        """
        SELECT id FROM severance WHERE kind = :kind AND target = :target AND told_at IS NULL
         ORDER BY account_id LIMIT :limit
        """,
        kind=kind,
        target=target,
        limit=limit,
    )
    for row in rows:
        db.run("UPDATE severance SET told_at = :now WHERE id = :id", now=now, id=row[0])
    return [row[0] for row in rows]


def find(db: Reader, id: int) -> Severance | None:
    """Whoever it concerns: for work behind the scenes only."""
    row = db.row(f"SELECT {COLUMNS} FROM severance WHERE id = :id", id=id)
    return Severance(*row) if row else None


def find_own(db: Reader, id: int, account: AccountId) -> Severance | None:
    row = db.row(
        f"SELECT {COLUMNS} FROM severance WHERE id = :id AND account_id = :account AND told_at IS NOT NULL",
        id=id,
        account=account,
    )
    return Severance(*row) if row else None


def of_account(db: Reader, account: AccountId, page: Page) -> list[Severance]:
    """The newest first."""
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM severance
         WHERE account_id = :account AND told_at IS NOT NULL AND id < :before AND id > :after
         ORDER BY id {page.order} LIMIT :limit
        """,
        account=account,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )
    found = [Severance(*row) for row in rows]
    return found[::-1] if page.is_upward else found


def people(db: Reader, severance: int, *, are_followers: bool) -> list[Severed]:
    """Whom the severance concerns, those that are still known."""
    rows = db.rows(
        """
        SELECT account.username || CASE WHEN account.host = '' THEN '' ELSE '@' || account.host END,
               severed_follow.shows_boosts, severed_follow.notifies, severed_follow.languages
          FROM severed_follow JOIN account ON account.id = severed_follow.other_id
         WHERE severed_follow.severance_id = :severance AND severed_follow.is_follower = :is_follower
         ORDER BY account.username, account.host
        """,
        severance=severance,
        is_follower=int(are_followers),
    )
    return [Severed(*row) for row in rows]


def count_people(db: Reader, severance: int) -> int:
    return int(
        db.value("SELECT count(*) FROM severed_follow WHERE severance_id = :severance", severance=severance)
    )
