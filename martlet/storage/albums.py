"""Albums and the pictures in them. Who may see an album is the rule for posts (`visibility`)."""

from collections.abc import Collection, Sequence

from martlet.model.albums import Album
from martlet.model.errors import NotFound
from martlet.model.names import AccountId, AlbumId, MediaId, PostId
from martlet.model.visibility import Visibility
from martlet.storage.columns import assigned
from martlet.storage.database import Reader, Row, Writer
from martlet.storage.dialect import among, lock_row, numbers
from martlet.storage.media import COLUMNS as MEDIA_COLUMNS
from martlet.storage.media import Media
from martlet.storage.visibility import may_see

NAMES = tuple(Album.__slots__)
COLUMNS = ", ".join(f"album.{name}" for name in NAMES)
_SHOWN = f"album.deleted_at IS NULL AND {may_see('album', 'author')}"
_AUDIENCE = NAMES.index("visibility")
_FROM = "album JOIN account AS author ON author.id = album.author_id"


def _album(row: Row) -> Album:
    return Album(**dict(zip(NAMES, row, strict=True)) | {"visibility": Visibility(row[_AUDIENCE])})


def insert(db: Writer, album: Album) -> None:
    db.run(
        f"INSERT INTO album ({', '.join(NAMES)}) VALUES ({', '.join(f':{name}' for name in NAMES)})",
        **{name: getattr(album, name) for name in NAMES},
    )


def update(db: Writer, id: AlbumId, **changes: object) -> None:
    db.run(f"UPDATE album SET {assigned(changes, NAMES)} WHERE id = :id", id=id, **changes)


def delete(db: Writer, id: AlbumId) -> None:
    db.run("DELETE FROM album WHERE id = :id", id=id)


def get(db: Reader, id: AlbumId, viewer: AccountId) -> Album:
    """Raises `NotFound`, also for those who may not see it, and while it is deleted."""
    row = db.row(f"SELECT {COLUMNS} FROM {_FROM} WHERE album.id = :id AND {_SHOWN}", id=id, viewer=viewer)
    if row is None:
        raise NotFound
    return _album(row)


def lock_own(db: Writer, id: AlbumId, author: AccountId) -> Album:
    """
    One's own, also a deleted one; nobody else changes it until the transaction is over.

    Raises `NotFound`.
    """
    row = db.row(
        f"SELECT {COLUMNS} FROM album WHERE id = :id AND author_id = :author {lock_row(db.dialect)}",
        id=id,
        author=author,
    )
    if row is None:
        raise NotFound
    return _album(row)


def lock_owner(db: Writer, author: AccountId) -> None:
    """Nobody else makes albums for this account until the transaction is over."""
    db.row(f"SELECT id FROM users WHERE account_id = :author {lock_row(db.dialect)}", author=author)


def get_unfiltered(db: Reader, id: AlbumId) -> Album:
    """Raises `NotFound`."""
    album = find_unfiltered(db, id)
    if album is None:
        raise NotFound
    return album


def find_unfiltered(db: Reader, id: AlbumId) -> Album | None:
    row = db.row(f"SELECT {COLUMNS} FROM album WHERE id = :id", id=id)
    return _album(row) if row else None


def of_author(db: Reader, author: AccountId, viewer: AccountId, limit: int) -> list[Album]:
    """Those that the viewer may see, the newest first."""
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM {_FROM}
         WHERE album.author_id = :listed AND {_SHOWN} ORDER BY album.id DESC LIMIT :limit
        """,
        listed=author,
        viewer=viewer,
        limit=limit,
    )
    return [_album(row) for row in rows]


def deleted_of(db: Reader, author: AccountId, limit: int) -> list[Album]:
    """Those that their author can still bring back."""
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM album
         WHERE author_id = :author AND deleted_at IS NOT NULL ORDER BY album.id DESC LIMIT :limit
        """,
        author=author,
        limit=limit,
    )
    return [_album(row) for row in rows]


def every_of(db: Reader, author: AccountId, limit: int) -> list[Album]:
    """All of an author's, deleted ones too."""
    rows = db.rows(
        f"SELECT {COLUMNS} FROM album WHERE author_id = :author LIMIT :limit", author=author, limit=limit
    )
    return [_album(row) for row in rows]


def count(db: Reader, author: AccountId) -> int:
    return int(db.value("SELECT count(*) FROM album WHERE author_id = :author", author=author))


def of_posts(db: Reader, posts: Collection[PostId]) -> dict[PostId, Album]:
    """The albums that posts show."""
    if not posts:
        return {}
    rows = db.rows(
        f"SELECT {COLUMNS} FROM album WHERE post_id {among('posts')} AND deleted_at IS NULL",
        posts=numbers(posts),
    )
    found = (_album(row) for row in rows)
    return {one.post_id: one for one in found if one.post_id is not None}


# -- pictures ------------------------------------------------------------


def pictures(db: Reader, id: AlbumId) -> list[Media]:
    """In their order."""
    rows = db.rows(
        f"SELECT {MEDIA_COLUMNS} FROM media WHERE album_id = :id ORDER BY album_id, position, id", id=id
    )
    return [Media(*row) for row in rows]


def covers(db: Reader, found: Sequence[Album]) -> dict[AlbumId, Media]:
    """The picture that stands for each album: the chosen one, else its first."""
    if not found:
        return {}
    chosen = {one.cover_id for one in found if one.cover_id is not None}
    rows = db.rows(
        f"SELECT {MEDIA_COLUMNS} FROM media WHERE album_id {among('albums')} AND position = 0",
        albums=numbers([one.id for one in found]),
    )
    if chosen:
        rows += db.rows(
            f"SELECT {MEDIA_COLUMNS} FROM media WHERE id {among('chosen')} AND album_id IS NOT NULL",
            chosen=numbers(chosen),
        )
    shown = (Media(*row) for row in rows)
    return {one.album_id: one for one in shown if one.album_id is not None}


def choosable(db: Reader, album: Album, before: int, limit: int) -> list[Media]:
    """Pictures of the author's posts that could be put in, the newest first: seen by as many, and not in it yet."""
    rows = db.rows(
        f"""
        SELECT {MEDIA_COLUMNS} FROM media
         WHERE owner_id = :author AND id < :before AND post_id IS NOT NULL AND position >= 0
           AND kind = 'image' AND state = 'ready'
           AND EXISTS (SELECT 1 FROM post
                        WHERE post.id = media.post_id AND post.visibility >= :visibility
                          AND (post.is_local_only = 0 OR :is_local_only = 1))
           AND NOT EXISTS (SELECT 1 FROM album WHERE album.post_id = media.post_id)
           AND NOT EXISTS (SELECT 1 FROM media AS there WHERE there.album_id = :album AND there.file = media.file)
         ORDER BY id DESC LIMIT :limit
        """,
        author=album.author_id,
        before=before,
        visibility=int(album.visibility),
        is_local_only=album.is_local_only,
        album=album.id,
        limit=limit,
    )
    return [Media(*row) for row in rows]


def put_in(db: Writer, picture: MediaId, album: AlbumId, position: int) -> bool:
    """Put an upload into an album; False where something else has got it."""
    return bool(
        db.run(
            """
            UPDATE media SET album_id = :album, position = :position
             WHERE id = :picture AND post_id IS NULL AND scheduled_id IS NULL AND album_id IS NULL AND draft_id IS NULL
            """,
            picture=picture,
            album=album,
            position=position,
        )
    )


def order(db: Writer, album: AlbumId, ids: Sequence[MediaId]) -> None:
    """Give the album's pictures the places that they have here."""
    db.run_each(
        "UPDATE media SET position = :position WHERE id = :id AND album_id = :album",
        ({"position": position, "id": id, "album": album} for position, id in enumerate(ids)),
    )
