"""Who may answer which post, and the answers that wait for approval or have it."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from martlet.model.names import AccountId, PostId, Uri
from martlet.model.paging import Page
from martlet.model.replying import FOLLOWERS, FOLLOWING, ReplyPolicy
from martlet.storage.columns import assigned
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers

# -- policies ------------------------------------------------------------


def policy(db: Reader, post: PostId) -> ReplyPolicy | None:
    """None: everybody may answer."""
    text = db.value("SELECT policy FROM reply_policy WHERE post_id = :post", post=post)
    return None if text is None else ReplyPolicy.from_text(text)


def policies(db: Reader, posts: Collection[PostId]) -> dict[PostId, ReplyPolicy]:
    """Of those posts that have one."""
    rows = db.rows(
        f"SELECT post_id, policy FROM reply_policy WHERE post_id {among('posts')}", posts=numbers(posts)
    )
    return {row[0]: ReplyPolicy.from_text(row[1]) for row in rows}


def put_policy(db: Writer, post: PostId, wanted: ReplyPolicy) -> None:
    """What lets everybody answer is no row."""
    if wanted.is_open:
        db.run("DELETE FROM reply_policy WHERE post_id = :post", post=post)
        return
    db.run(
        """
        INSERT INTO reply_policy (post_id, policy) VALUES (:post, :policy)
        ON CONFLICT (post_id) DO UPDATE SET policy = excluded.policy
        """,
        post=post,
        policy=wanted.text,
    )


def groups(db: Reader, author: AccountId, account: AccountId) -> set[str]:
    """Which of the author's groups somebody is in: those who follow them, and those whom they follow."""
    rows = db.rows(
        """
        SELECT follower_id FROM follow WHERE follower_id = :account AND followed_id = :author AND is_accepted = 1
        UNION ALL
        SELECT follower_id FROM follow WHERE follower_id = :author AND followed_id = :account AND is_accepted = 1
        """,
        author=author,
        account=account,
    )
    return {FOLLOWERS if row[0] == account else FOLLOWING for row in rows}


def is_follower(db: Reader, author: AccountId, account: AccountId) -> bool:
    return FOLLOWERS in groups(db, author, account)


def is_named(db: Reader, post: PostId, account: AccountId) -> bool:
    """Whether a post names somebody."""
    found = db.value(
        "SELECT 1 FROM mention WHERE post_id = :post AND account_id = :account AND is_silent = 0",
        post=post,
        account=account,
    )
    return found is not None


# -- requests ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReplyRequest:
    """One row of `reply_request`."""

    post_id: PostId
    id: int
    asked_id: AccountId
    visibility: int
    named: str
    """JSON; see `named_in`."""
    state: str
    request: Uri | None = None
    consent: Uri | None = None
    decided_at: int | None = None

    @property
    def is_withheld(self) -> bool:
        """The answer is nobody's to read but its author's and, while it waits, of the one who is asked."""
        return self.state != "approved"

    @property
    def named_in(self) -> list[AccountId]:
        found: list[AccountId] = json.loads(self.named)
        return found


NAMES = tuple(ReplyRequest.__slots__)
_COLUMNS = ", ".join(f"reply_request.{name}" for name in NAMES)


def find(db: Reader, post: PostId) -> ReplyRequest | None:
    return _one(db, "post_id = :value", post)


def find_by_id(db: Reader, id: int, asked: AccountId) -> ReplyRequest | None:
    """One that somebody was asked for."""
    found = _one(db, "id = :value", id)
    return found if found is not None and found.asked_id == asked else None


def find_by_uri(db: Reader, request: Uri) -> ReplyRequest | None:
    return _one(db, "request = :value", request)


def with_consent(db: Reader, consent: Uri) -> ReplyRequest | None:
    return _one(db, "consent = :value", consent)


def _one(db: Reader, condition: str, value: object) -> ReplyRequest | None:
    row = db.row(f"SELECT {_COLUMNS} FROM reply_request WHERE {condition} LIMIT 1", value=value)
    return ReplyRequest(*row) if row else None


def insert(db: Writer, one: ReplyRequest) -> None:
    db.run(
        f"INSERT INTO reply_request ({', '.join(NAMES)}) VALUES ({', '.join(f':{name}' for name in NAMES)})",
        **{name: getattr(one, name) for name in NAMES},
    )


def update(db: Writer, post: PostId, **changes: object) -> None:
    db.run(f"UPDATE reply_request SET {assigned(changes, NAMES)} WHERE post_id = :post", post=post, **changes)


def states(db: Reader, posts: Collection[PostId]) -> dict[PostId, str]:
    """The states of those of the posts that wait or waited for approval."""
    rows = db.rows(
        f"SELECT post_id, state FROM reply_request WHERE post_id {among('posts')}", posts=numbers(posts)
    )
    return {row[0]: row[1] for row in rows}


def waiting(db: Reader, asked: AccountId, page: Page, parent: PostId | None) -> list[ReplyRequest]:
    """The answers that somebody is asked for, newest first; only those to one post, where one is given."""
    rows = db.rows(
        f"""
        SELECT {_COLUMNS} FROM reply_request JOIN post ON post.id = reply_request.post_id
         WHERE reply_request.asked_id = :asked AND reply_request.state = 'pending'
           AND reply_request.id < :before AND reply_request.id > :after
           AND (:parent = 0 OR post.reply_to_id = :parent)
         ORDER BY reply_request.id {page.order} LIMIT :limit
        """,
        asked=asked,
        before=page.before,
        after=page.after,
        limit=page.limit,
        parent=parent or 0,
    )
    found = [ReplyRequest(*row) for row in rows]
    return found[::-1] if page.is_upward else found


# -- approvals between others ---------------------------------------------


def put_approval(db: Writer, uri: Uri, reply: Uri, target: Uri, author: Uri) -> None:
    db.run(
        """
        INSERT INTO reply_approval (uri, reply, target, author) VALUES (:uri, :reply, :target, :author)
        ON CONFLICT (uri) DO NOTHING
        """,
        uri=uri,
        reply=reply,
        target=target,
        author=author,
    )


def is_approved(db: Reader, reply: Uri, target: Uri, author: Uri) -> bool:
    """Whether the author of a post elsewhere has approved this answer to it."""
    found = db.value(
        "SELECT 1 FROM reply_approval WHERE reply = :reply AND target = :target AND author = :author LIMIT 1",
        reply=reply,
        target=target,
        author=author,
    )
    return found is not None


def take_approval(db: Writer, uri: Uri, author: Uri) -> Uri | None:
    """Forget what the author approved by this name; returns the answer."""
    reply = db.value(
        "SELECT reply FROM reply_approval WHERE uri = :uri AND author = :author", uri=uri, author=author
    )
    if reply is None:
        return None
    db.run("DELETE FROM reply_approval WHERE uri = :uri", uri=uri)
    return Uri(reply)


def keep_readers(db: Writer, post: PostId, readers: Collection[AccountId]) -> None:
    """Nobody reads the post by being mentioned in it but these."""
    db.run(
        f"DELETE FROM mention WHERE post_id = :post AND NOT account_id {among('readers')}",
        post=post,
        readers=numbers(readers),
    )
