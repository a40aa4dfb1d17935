"""Emoji chosen for posts: who chose which, and how often each was."""

from collections.abc import Collection
from typing import NamedTuple

from martlet.model.names import AccountId, PostId, Uri
from martlet.model.reactions import Choice
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers
from martlet.storage.marks import Marker
from martlet.storage.visibility import welcomes


class Counted(NamedTuple):
    """How often an emoji was chosen for a post; with where a custom one lies, if it is known."""

    post_id: PostId
    choice: Choice
    times: int
    emoji_id: int | None
    file: str | None
    file_static: str | None


def insert(
    db: Writer, post: PostId, account: AccountId, choice: Choice, id: int, uri: Uri | None = None
) -> bool:
    """False where the account has chosen it before."""
    made = db.run(
        """
        INSERT INTO reaction (post_id, account_id, name, host, id, uri)
        VALUES (:post, :account, :name, :host, :id, :uri)
        ON CONFLICT (post_id, account_id, name, host) DO NOTHING
        """,
        post=post,
        account=account,
        name=choice.name,
        host=choice.host,
        id=id,
        uri=uri,
    )
    if made:
        db.run(
            """
            INSERT INTO reaction_count (post_id, name, host, id, count) VALUES (:post, :name, :host, :id, 1)
            ON CONFLICT (post_id, name, host) DO UPDATE SET count = reaction_count.count + 1
            """,
            post=post,
            name=choice.name,
            host=choice.host,
            id=id,
        )
        _note_change(db, post)
    return bool(made)


def delete(db: Writer, post: PostId, account: AccountId, choice: Choice) -> bool:
    """False where the account has not chosen it."""
    bound = {"post": post, "name": choice.name, "host": choice.host}
    gone = db.run(
        """
        DELETE FROM reaction
         WHERE post_id = :post AND account_id = :account AND name = :name AND host = :host
        """,
        account=account,
        **bound,
    )
    if gone:
        db.run(
            "DELETE FROM reaction_count WHERE post_id = :post AND name = :name AND host = :host AND count <= 1",
            **bound,
        )
        db.run(
            """
            UPDATE reaction_count SET count = count - 1 WHERE post_id = :post AND name = :name AND host = :host
            """,
            **bound,
        )
        _note_change(db, post)
    return bool(gone)


def _note_change(db: Writer, post: PostId) -> None:
    db.run("UPDATE post SET revision = revision + 1 WHERE id = :post", post=post)


def find(db: Reader, post: PostId, account: AccountId, choice: Choice) -> int | None:
    """The id of somebody's choice, if it is still there."""
    found: int | None = db.value(
        """
        SELECT id FROM reaction
         WHERE post_id = :post AND account_id = :account AND name = :name AND host = :host
        """,
        post=post,
        account=account,
        name=choice.name,
        host=choice.host,
    )
    return found


def named(db: Reader, account: AccountId, uri: Uri) -> tuple[PostId, Choice] | None:
    """What an account elsewhere chose by this name."""
    row = db.row(
        "SELECT post_id, name, host FROM reaction WHERE uri = :uri AND account_id = :account",
        uri=uri,
        account=account,
    )
    return (row[0], Choice(row[1], row[2])) if row else None


def of_account(db: Reader, account: AccountId, limit: int) -> list[tuple[PostId, Choice]]:
    """Some of what an account chose."""
    rows = db.rows(
        "SELECT post_id, name, host FROM reaction WHERE account_id = :account LIMIT :limit",
        account=account,
        limit=limit,
    )
    return [(row[0], Choice(row[1], row[2])) for row in rows]


def own(db: Reader, posts: Collection[PostId], account: AccountId) -> frozenset[tuple[PostId, Choice]]:
    """What the account chose for these posts."""
    rows = db.rows(
        f"SELECT post_id, name, host FROM reaction WHERE post_id {among('ids')} AND account_id = :account",
        ids=numbers(posts),
        account=account,
    )
    return frozenset((row[0], Choice(row[1], row[2])) for row in rows)


def counts(db: Reader, posts: Collection[PostId]) -> dict[PostId, list[Counted]]:
    """The counts of each post that has any, by post; what was chosen first stands first."""
    if not posts:
        return {}
    rows = db.rows(
        f"""
        SELECT reaction_count.post_id, reaction_count.name, reaction_count.host, reaction_count.count,
               emoji.id, emoji.file, emoji.file_static
          FROM reaction_count
          LEFT JOIN emoji ON emoji.host = reaction_count.host AND emoji.shortcode = reaction_count.name
                         AND emoji.disabled_at IS NULL
         WHERE reaction_count.post_id {among("ids")}
         ORDER BY reaction_count.id
        """,
        ids=numbers(posts),
    )
    found: dict[PostId, list[Counted]] = {}
    for post, name, host, *rest in rows:
        found.setdefault(post, []).append(Counted(post, Choice(name, host), *rest))
    return found


def other_kinds(db: Reader, post: PostId, choice: Choice) -> int:
    """How many different emoji a post has besides this one."""
    counted = db.value(
        """
        SELECT count(*) FROM reaction_count WHERE post_id = :post AND NOT (name = :name AND host = :host)
        """,
        post=post,
        name=choice.name,
        host=choice.host,
    )
    return int(counted)


def who(db: Reader, post: PostId, choice: Choice, viewer: AccountId, limit: int, now: int) -> list[Marker]:
    """Those who chose one, whoever did so last first."""
    rows = db.rows(
        f"""
        SELECT reaction.id, account.id, account.version
          FROM reaction JOIN account ON account.id = reaction.account_id
         WHERE reaction.post_id = :post AND reaction.name = :name AND reaction.host = :host
           AND account.suspended_at IS NULL AND account.deletes_at IS NULL
           AND {welcomes("reaction.account_id")}
         ORDER BY reaction.id DESC LIMIT :limit
        """,
        post=post,
        name=choice.name,
        host=choice.host,
        viewer=viewer,
        limit=limit,
        now=now,
    )
    return [Marker(*row) for row in rows]
