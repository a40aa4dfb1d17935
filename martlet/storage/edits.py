"""The versions of edited posts. A post that was never edited has none."""

from dataclasses import dataclass

from martlet.model.names import AccountId, PostId
from martlet.storage.database import Reader, Writer


@dataclass(frozen=True, slots=True)
class Edit:
    """One row of `post_edit`."""

    author_id: AccountId
    text: str
    html: str
    warning: str
    is_sensitive: int
    media: str
    """JSON: [{id, description}]"""
    poll: str
    """JSON: [option]"""
    created_at: int
    variants: str = "[]"
    """JSON: [[language, text, html, warning]]"""


NAMES = tuple(Edit.__slots__)


def insert(db: Writer, post: PostId, position: int, edit: Edit) -> None:
    db.run(
        f"""
        INSERT INTO post_edit (post_id, position, {", ".join(NAMES)})
        VALUES (:post, :position, {", ".join(f":{name}" for name in NAMES)})
        """,
        post=post,
        position=position,
        **{name: getattr(edit, name) for name in NAMES},
    )


def count(db: Reader, post: PostId) -> int:
    return int(db.value("SELECT count(*) FROM post_edit WHERE post_id = :post", post=post))


def of_post(db: Reader, post: PostId, last: int | None = None) -> list[Edit]:
    """From the first version to the present one; `last`: the first and so many of the last."""
    after = -1 if last is None else count(db, post) - last
    rows = db.rows(
        f"""
        SELECT {", ".join(NAMES)} FROM post_edit
         WHERE post_id = :post AND (position = 0 OR position >= :after) ORDER BY position
        """,
        post=post,
        after=after,
    )
    return [Edit(*row) for row in rows]
