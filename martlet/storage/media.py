"""Pictures, video and sound: what is known of each file. The bytes are the room `media`'s."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeAlias

from martlet.model.names import AccountId, AlbumId, DraftId, MediaId, PostId, ScheduledId, Uri
from martlet.storage.columns import assigned
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, lock_row, numbers

Digest: TypeAlias = bytes
"""A SHA-256."""


@dataclass(frozen=True, slots=True)
class Media:
    """One row of `media`."""

    id: MediaId
    owner_id: AccountId
    post_id: PostId | None
    position: int
    state: str
    kind: str
    content_type: str
    file: str
    preview: str
    bytes: int
    remote_url: str | None
    description: str
    focus_x: float
    focus_y: float
    blurhash: str | None
    meta: str
    """JSON: sizes and so on, in Mastodon's form"""
    error: str
    created_at: int
    scheduled_id: ScheduledId | None = None
    is_refused: int = 0
    """Its server's media are not shown here: people get the address and decide."""
    album_id: AlbumId | None = None
    digest: Digest | None = None
    """SHA-256 of `file`: of ours as it is served, of one elsewhere as its server says."""


NAMES = tuple(Media.__slots__)
COLUMNS = ", ".join(NAMES)


def insert(db: Writer, media: Media) -> None:
    db.run(
        f"INSERT INTO media ({COLUMNS}) VALUES ({', '.join(f':{name}' for name in NAMES)})",
        **{name: getattr(media, name) for name in NAMES},
    )


def find(db: Reader, id: MediaId, owner: AccountId) -> Media | None:
    """One of the owner's own."""
    row = db.row(f"SELECT {COLUMNS} FROM media WHERE id = :id AND owner_id = :owner", id=id, owner=owner)
    return Media(*row) if row else None


def of_posts(db: Reader, posts: Collection[PostId]) -> dict[PostId, list[Media]]:
    """The media of posts, in their order; not what an edit has taken off them."""
    found: dict[PostId, list[Media]] = {id: [] for id in posts}
    if posts:
        for row in db.rows(
            f"SELECT {COLUMNS} FROM media WHERE post_id {among('posts')} AND position >= 0 ORDER BY post_id, position",
            posts=numbers(posts),
        ):
            found[row[2]].append(Media(*row))
    return found


def find_unfiltered(db: Reader, id: MediaId) -> Media | None:
    """Whoever owns it: for work behind the scenes only."""
    row = db.row(f"SELECT {COLUMNS} FROM media WHERE id = :id", id=id)
    return Media(*row) if row else None


def many(db: Reader, ids: Collection[MediaId], owner: AccountId) -> dict[MediaId, Media]:
    """Those of the media that are the owner's own."""
    if not ids:
        return {}
    rows = db.rows(
        f"SELECT {COLUMNS} FROM media WHERE id {among('ids')} AND owner_id = :owner",
        ids=numbers(ids),
        owner=owner,
    )
    return {row[0]: Media(*row) for row in rows}


def attach(db: Writer, id: MediaId, post: PostId, position: int) -> bool:
    """Show media with a post; False where another post has got it, or one that is yet to be published."""
    return bool(
        db.run(
            """
            UPDATE media SET post_id = :post, position = :position, draft_id = NULL
             WHERE id = :id AND (post_id IS NULL OR post_id = :post) AND scheduled_id IS NULL AND album_id IS NULL
            """,
            id=id,
            post=post,
            position=position,
        )
    )


def hold(db: Writer, id: MediaId, scheduled: ScheduledId) -> bool:
    """Keep media for a post that is yet to be published; False where another has got it."""
    return bool(
        db.run(
            """
            UPDATE media SET scheduled_id = :scheduled, draft_id = NULL
             WHERE id = :id AND post_id IS NULL AND scheduled_id IS NULL AND album_id IS NULL
            """,
            id=id,
            scheduled=scheduled,
        )
    )


def release_held(db: Writer, scheduled: ScheduledId, now: int) -> None:
    """Let the media of a post that was to be published be used again, for as long as a new upload's."""
    db.run(
        "UPDATE media SET scheduled_id = NULL, created_at = :now WHERE scheduled_id = :scheduled",
        scheduled=scheduled,
        now=now,
    )


def is_named(db: Reader, key: str) -> bool:
    """Whether any of our own media names this file: a picture in an album shares its files with the post it is from."""
    return bool(
        db.value(
            """
            SELECT EXISTS (SELECT 1 FROM media WHERE file = :key AND remote_url IS NULL AND file <> '')
                OR EXISTS (SELECT 1 FROM media WHERE preview = :key AND remote_url IS NULL AND preview <> '')
            """,
            key=key,
        )
    )


def lock(db: Writer, ids: Collection[MediaId]) -> None:
    """Nobody else forgets these until the transaction is over."""
    if ids:
        db.rows(
            f"SELECT id FROM media WHERE id {among('ids')} ORDER BY id {lock_row(db.dialect)}",
            ids=numbers(ids),
        )


def keep_with_draft(db: Writer, ids: Collection[MediaId], draft: DraftId, owner: AccountId) -> None:
    """Those of the owner's files that no post has, nor is to have, wait with a draft."""
    if ids:
        db.run(
            f"""
            UPDATE media SET draft_id = :draft
             WHERE id {among("ids")} AND owner_id = :owner
               AND post_id IS NULL AND scheduled_id IS NULL AND album_id IS NULL
            """,
            ids=numbers(ids),
            draft=draft,
            owner=owner,
        )


def release_from_draft(db: Writer, draft: DraftId, now: int) -> None:
    """As `release_held` does for what was to be published."""
    db.run(
        "UPDATE media SET draft_id = NULL, created_at = :now WHERE draft_id = :draft", draft=draft, now=now
    )


def take_off(db: Writer, post: PostId) -> None:
    """Show a post without its media. They stay with it, for its history."""
    db.run("UPDATE media SET position = -1 WHERE post_id = :post AND position >= 0", post=post)


def release(db: Writer, post: PostId, now: int) -> None:
    """Let the media of a post that is deleted be used again, for as long as a new upload's."""
    db.run(
        "UPDATE media SET post_id = NULL, position = 0, created_at = :now WHERE post_id = :post",
        post=post,
        now=now,
    )


def update(db: Writer, id: MediaId, **changes: object) -> None:
    db.run(f"UPDATE media SET {assigned(changes, NAMES)} WHERE id = :id", id=id, **changes)


def make_ready(db: Writer, media: Media) -> None:
    """Write down what processing found. What was said about the file meanwhile stays."""
    found = ("state", "kind", "content_type", "file", "preview", "bytes", "blurhash", "meta", "digest")
    update(db, media.id, **{name: getattr(media, name) for name in found})


def fail(db: Writer, id: MediaId, error: str) -> None:
    """The file cannot be shown; `error` says why, to its sender."""
    update(db, id, state="failed", error=error)


def find_own(db: Reader, digest: Digest) -> Media | None:
    """A file of ours by its SHA-256, whoever's it is: only for digests that a document for everybody names."""
    row = db.row(
        f"""
        SELECT {COLUMNS} FROM media
         WHERE digest = :digest AND remote_url IS NULL AND state = 'ready' AND file <> '' LIMIT 1
        """,
        digest=digest,
    )
    return Media(*row) if row else None


def elsewhere_of(db: Reader, uri: Uri, digest: Digest, url: str) -> list[Media]:
    """Files elsewhere of the post of this name, by their SHA-256, or by their address where no digest was told."""
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM media
         WHERE post_id = (SELECT id FROM post WHERE uri = :uri) AND position >= 0 AND remote_url IS NOT NULL
           AND (digest = :digest OR (digest IS NULL AND remote_url = :url))
         ORDER BY position
        """,
        uri=uri,
        digest=digest,
        url=url,
    )
    return [Media(*row) for row in rows]


def undigested(db: Reader, limit: int) -> list[Media]:
    """Files of ours of which no SHA-256 is known yet."""
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM media
         WHERE digest IS NULL AND remote_url IS NULL AND state = 'ready' AND file <> '' ORDER BY id LIMIT :limit
        """,
        limit=limit,
    )
    return [Media(*row) for row in rows]


def keys_at_both_ends(db: Reader, limit: int) -> list[str]:
    """Files of ours, of the newest media and of the oldest, so many each."""
    rows = [
        row
        for order in ("DESC", "ASC")
        for row in db.rows(
            f"SELECT file, remote_url, state FROM media ORDER BY id {order} LIMIT :limit", limit=limit
        )
    ]
    ready = [file for file, remote_url, state in rows if file and remote_url is None and state == "ready"]
    return list(dict.fromkeys(ready))


def touch_post(db: Writer, post: PostId) -> None:
    """What the post shows has changed."""
    db.run("UPDATE post SET version = version + 1, revision = revision + 1 WHERE id = :post", post=post)


def delete(db: Writer, id: MediaId) -> None:
    db.run("DELETE FROM media WHERE id = :id", id=id)


def of_owner(db: Reader, owner: AccountId, limit: int) -> list[Media]:
    """Some of an account's files, shown or not."""
    rows = db.rows(
        f"SELECT {COLUMNS} FROM media WHERE owner_id = :owner LIMIT :limit", owner=owner, limit=limit
    )
    return [Media(*row) for row in rows]


def unused(db: Reader, before: int, limit: int) -> list[Media]:
    """Media that no post has shown since the moment `before`, and none is going to, nor a draft."""
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM media
         WHERE post_id IS NULL AND scheduled_id IS NULL AND album_id IS NULL AND draft_id IS NULL
           AND created_at < :before
         ORDER BY created_at LIMIT :limit
        """,
        before=before,
        limit=limit,
    )
    return [Media(*row) for row in rows]
