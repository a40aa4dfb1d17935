"""Addresses that posts link to: which card they lead to, when their pages were asked for, and which posts wait."""

from collections.abc import Sequence
from dataclasses import dataclass

from martlet.model.names import PostId
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, lock_row, numbers


@dataclass(frozen=True, slots=True)
class Link:
    """`asked_at`: when its page was last asked for. `due_at`: when a job will ask, None where none will."""

    id: int
    url: str
    site: str
    card_id: int | None = None
    asked_at: int | None = None
    due_at: int | None = None
    failures: int = 0


_NAMES = tuple(Link.__slots__)
_COLUMNS = ", ".join(f"link.{name}" for name in _NAMES)


def find(db: Reader, id: int) -> Link | None:
    row = db.row(f"SELECT {_COLUMNS} FROM link WHERE id = :id", id=id)
    return Link(*row) if row else None


def find_at(db: Reader, url: str) -> Link | None:
    row = db.row(f"SELECT {_COLUMNS} FROM link WHERE url = :url", url=url)
    return Link(*row) if row else None


def lock(db: Writer, id: int) -> Link | None:
    """The link as it is now; nobody else changes it until the transaction is over."""
    row = db.row(f"SELECT {_COLUMNS} FROM link WHERE id = :id {lock_row(db.dialect)}", id=id)
    return Link(*row) if row else None


def put(db: Writer, link: Link) -> Link:
    """Insert or update a link. Where its address is known under another id, that one stays."""
    db.run(
        f"""
        INSERT INTO link ({", ".join(_NAMES)}) VALUES ({", ".join(f":{name}" for name in _NAMES)})
        ON CONFLICT (url) DO UPDATE
           SET card_id = excluded.card_id, asked_at = excluded.asked_at, due_at = excluded.due_at,
               failures = excluded.failures
        """,
        **{name: getattr(link, name) for name in _NAMES},
    )
    return find_at(db, link.url) or link


def delete(db: Writer, id: int) -> None:
    """Delete a link; posts that waited for its card do so no more."""
    db.run("DELETE FROM link WHERE id = :id", id=id)


def are_waiting(db: Reader, site: str, limit: int) -> bool:
    """Whether `limit` links to one site wait to be asked for."""
    return _nth(db, "site = :site AND due_at IS NOT NULL", limit, site=site)


def are_many_waiting(db: Reader, limit: int) -> bool:
    """Whether `limit` links to all sites wait. So many entries of the index are looked at, and no more."""
    return _nth(db, "site >= '' AND due_at IS NOT NULL", limit)


def _nth(db: Reader, where: str, limit: int, **parameters: object) -> bool:
    found = db.row(f"SELECT 1 FROM link WHERE {where} LIMIT 1 OFFSET :before", before=limit - 1, **parameters)
    return found is not None


def wait(db: Writer, link: int, post: PostId) -> None:
    """The post will show what comes of the link."""
    db.run(
        "INSERT INTO awaited_card (link_id, post_id) VALUES (:link, :post) ON CONFLICT DO NOTHING",
        link=link,
        post=post,
    )


def waiting(db: Reader, link: int, limit: int) -> Sequence[PostId]:
    """Posts that wait for it, the oldest first."""
    rows = db.rows(
        "SELECT post_id FROM awaited_card WHERE link_id = :link ORDER BY post_id LIMIT :limit",
        link=link,
        limit=limit,
    )
    return [row[0] for row in rows]


def wait_no_more(db: Writer, link: int, posts: Sequence[PostId]) -> None:
    db.run(
        f"DELETE FROM awaited_card WHERE link_id = :link AND post_id {among('posts')}",
        link=link,
        posts=numbers(posts),
    )


def is_known_itself(db: Reader, url: str, card: int) -> bool:
    """Whether a card was made from the page at this very address, not from one that only claims it."""
    return bool(
        db.value(
            "SELECT EXISTS (SELECT 1 FROM link WHERE url = :url AND card_id = :card AND asked_at IS NOT NULL)",
            url=url,
            card=card,
        )
    )


def forget_failed(db: Writer, before: int, limit: int) -> None:
    """Links of which nothing came, and that nobody has asked about since."""
    db.run(
        """
        DELETE FROM link WHERE id IN (
            SELECT id FROM link WHERE card_id IS NULL AND due_at IS NULL AND asked_at < :before
             ORDER BY asked_at LIMIT :limit)
        """,
        before=before,
        limit=limit,
    )
