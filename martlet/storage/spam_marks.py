"""What posts look like that a moderator called spam."""

import json
from collections.abc import Collection

from martlet.model.holds import Bands, Fingerprint, SpamMark
from martlet.model.paging import Page
from martlet.storage.database import Reader, Row, Writer
from martlet.storage.dialect import among, among_words, numbers

_COLUMNS = "id, post_id, url, text_digest, band_0, band_1, band_2, band_3, expires_at"


def put(db: Writer, mark: SpamMark) -> None:
    bands = mark.fingerprint.bands or (None, None, None, None)
    db.run(
        f"""
        INSERT INTO spam_mark ({_COLUMNS})
        VALUES (:id, :post, :url, :text, :band_0, :band_1, :band_2, :band_3, :expires_at)
        """,
        id=mark.id,
        post=mark.post_id,
        url=mark.url,
        text=mark.fingerprint.text,
        band_0=bands[0],
        band_1=bands[1],
        band_2=bands[2],
        band_3=bands[3],
        expires_at=mark.expires_at,
    )
    db.run_each(
        "INSERT INTO spam_picture (mark_id, digest) VALUES (:mark, :digest)",
        ({"mark": mark.id, "digest": one} for one in mark.fingerprint.pictures),
    )


def find(db: Reader, id: int) -> SpamMark | None:
    row = db.row(f"SELECT {_COLUMNS} FROM spam_mark WHERE id = :id", id=id)
    return _marks(db, [row])[0] if row else None


def page(db: Reader, page: Page) -> list[SpamMark]:
    """The newest first."""
    rows = db.rows(
        f"""
        SELECT {_COLUMNS} FROM spam_mark WHERE id < :before AND id > :after
         ORDER BY id {page.order} LIMIT :limit
        """,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )
    found = _marks(db, rows)
    return found[::-1] if page.is_upward else found


def _marks(db: Reader, rows: Collection[Row]) -> list[SpamMark]:
    pictures: dict[int, list[str]] = {row[0]: [] for row in rows}
    if pictures:
        for mark, digest in db.rows(
            f"SELECT mark_id, digest FROM spam_picture WHERE mark_id {among('ids')}", ids=numbers(pictures)
        ):
            pictures[mark].append(digest)
    found = []
    for id, post, url, text, b0, b1, b2, b3, expires_at in rows:
        bands = None if b0 is None else (b0, b1, b2, b3)
        print_ = Fingerprint(text, bands, tuple(sorted(pictures[id])))
        found.append(SpamMark(id, post, url, print_, expires_at))
    return found


def delete(db: Writer, id: int) -> None:
    db.run("DELETE FROM spam_mark WHERE id = :id", id=id)


def drop_expired(db: Writer, now: int) -> None:
    db.run("DELETE FROM spam_mark WHERE expires_at < :now", now=now)


# -- looking something up ------------------------------------------------


def are_there(db: Reader, now: int) -> bool:
    return db.value("SELECT id FROM spam_mark WHERE expires_at > :now LIMIT 1", now=now) is not None


def with_text(db: Reader, digest: str, now: int) -> int | None:
    found: int | None = db.value(
        "SELECT id FROM spam_mark WHERE text_digest = :digest AND expires_at > :now LIMIT 1",
        digest=digest,
        now=now,
    )
    return found


def with_a_band(db: Reader, bands: Bands, now: int, limit: int) -> list[tuple[int, Bands]]:
    """Those that share one of the four numbers."""
    some = " UNION ".join(
        f"SELECT id, band_0, band_1, band_2, band_3 FROM spam_mark WHERE band_{at} = :b{at} AND expires_at > :now"
        for at in range(4)
    )
    rows = db.rows(
        f"SELECT * FROM ({some}) AS some_marks LIMIT :limit",
        now=now,
        limit=limit,
        b0=bands[0],
        b1=bands[1],
        b2=bands[2],
        b3=bands[3],
    )
    return [(row[0], (row[1], row[2], row[3], row[4])) for row in rows]


def with_picture(db: Reader, digests: Collection[str], now: int) -> int | None:
    found: int | None = db.value(
        f"""
        SELECT spam_mark.id FROM spam_picture JOIN spam_mark ON spam_mark.id = spam_picture.mark_id
         WHERE spam_picture.digest {among_words(db.dialect, "digests")} AND spam_mark.expires_at > :now LIMIT 1
        """,
        digests=json.dumps(list(digests)),
        now=now,
    )
    return found
