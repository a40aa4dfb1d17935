"""Who quotes what, and what stands between a viewer and those they see quoted."""

from collections.abc import Collection
from dataclasses import dataclass

from martlet.model.names import AccountId, PostId, Uri
from martlet.model.paging import Page
from martlet.storage import posts
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers
from martlet.storage.posts import Shown


def followed_among(db: Reader, viewer: AccountId, authors: Collection[AccountId]) -> frozenset[AccountId]:
    """Those of the authors whom the viewer follows."""
    rows = db.rows(
        f"""
        SELECT followed_id FROM follow
         WHERE follower_id = :viewer AND followed_id {among("authors")} AND is_accepted = 1
        """,
        authors=numbers(authors),
        viewer=viewer,
    )
    return frozenset(row[0] for row in rows)


def unwelcome(
    db: Reader, viewer: AccountId, authors: Collection[AccountId], now: int
) -> dict[AccountId, str]:
    """Those of the authors whom the viewer blocks, by themselves or with their server, or mutes now; and which it is."""
    if not authors:
        return {}
    rows = db.rows(
        f"""
        SELECT blocked_id, 'blocked_account' FROM block WHERE account_id = :viewer AND blocked_id {among("authors")}
        UNION ALL
        SELECT account.id, 'blocked_domain'
          FROM account JOIN domain_block ON domain_block.account_id = :viewer AND domain_block.host = account.host
         WHERE account.id {among("authors")} AND account.host <> ''
        UNION ALL
        SELECT muted_id, 'muted_account' FROM mute
         WHERE account_id = :viewer AND muted_id {among("authors")}
           AND (expires_at IS NULL OR expires_at > :now)
        """,
        viewer=viewer,
        authors=numbers(authors),
        now=now,
    )
    return {row[0]: row[1] for row in sorted(rows, key=lambda row: _WEIGHT[row[1]])}


_WEIGHT = {"muted_account": 0, "blocked_domain": 1, "blocked_account": 2}
"""Of two that hold, the heavier is told."""


def of_post(db: Reader, quoted: PostId, viewer: AccountId, page: Page) -> list[Shown]:
    """The posts that quote a post with its author's consent, newest first."""
    found = posts.page(
        db,
        "post",
        "post.quote_of_id = :quoted AND post.quote_state = 'accepted' AND post.id < :before AND post.id > :after",
        f"ORDER BY post.id {page.order} LIMIT :limit",
        quoted=quoted,
        viewer=viewer,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )
    return found[::-1] if page.is_upward else found


def note_deleted(db: Writer, quoted: PostId) -> None:
    """Tell those who quote a post that it is no more."""
    db.run(
        """
        UPDATE post SET quote_state = 'deleted', version = version + 1, revision = revision + 1
         WHERE quote_of_id = :quoted AND quote_state IS NOT NULL
        """,
        quoted=quoted,
    )


def quoters(db: Reader, quoted: PostId) -> list[AccountId]:
    """Who quotes a post with its author's consent, here or elsewhere."""
    rows = db.rows(
        "SELECT DISTINCT author_id FROM post WHERE quote_of_id = :quoted AND quote_state = 'accepted'",
        quoted=quoted,
    )
    return [row[0] for row in rows]


@dataclass(frozen=True, slots=True)
class RemoteQuote:
    """One row of `remote_quote`."""

    post_id: PostId
    quoted_uri: Uri
    is_legacy: int = 0
    request: Uri | None = None
    consent: Uri | None = None


_COLUMNS = ", ".join(RemoteQuote.__slots__)


def find_remote(db: Reader, post: PostId) -> RemoteQuote | None:
    row = db.row(f"SELECT {_COLUMNS} FROM remote_quote WHERE post_id = :post", post=post)
    return RemoteQuote(*row) if row else None


def find_request(db: Reader, request: Uri) -> RemoteQuote | None:
    row = db.row(f"SELECT {_COLUMNS} FROM remote_quote WHERE request = :request", request=request)
    return RemoteQuote(*row) if row else None


def with_consent(db: Reader, consent: Uri) -> list[RemoteQuote]:
    """The quotes that name this consent: one, if everybody is honest."""
    rows = db.rows(f"SELECT {_COLUMNS} FROM remote_quote WHERE consent = :consent LIMIT 100", consent=consent)
    return [RemoteQuote(*row) for row in rows]


def put_remote(db: Writer, quote: RemoteQuote) -> None:
    names = RemoteQuote.__slots__
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name != "post_id")
    db.run(
        f"""
        INSERT INTO remote_quote ({_COLUMNS}) VALUES ({", ".join(f":{name}" for name in names)})
        ON CONFLICT (post_id) DO UPDATE SET {changes}
        """,
        **{name: getattr(quote, name) for name in names},
    )


def delete_remote(db: Writer, post: PostId) -> None:
    db.run("DELETE FROM remote_quote WHERE post_id = :post", post=post)
