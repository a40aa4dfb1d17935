"""Files of other servers: where they come from, what is kept of them here, and how much room that takes."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from martlet.model.names import AccountId, MediaId
from martlet.model.remote_media import FileUse, is_remote
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers


@dataclass(frozen=True, slots=True)
class Source:
    """Where a file is, the server whose people show it, and by which other name that one may be known."""

    url: str
    host: str
    handles_host: str

    @property
    def address_host(self) -> str:
        """Where the file itself is, often a server for files alone."""
        return urlsplit(self.url).hostname or ""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One row of `remote_file`."""

    used_for: FileUse
    subject_id: int
    host: str
    url: str
    file: str
    small: str
    bytes: int
    used_at: int
    taken_till: int
    failures: int
    retry_at: int
    failure: str

    @property
    def keys(self) -> list[str]:
        """Of its files in the cache, each once."""
        return list(dict.fromkeys(key for key in (self.file, self.small) if key))


@dataclass(frozen=True, slots=True)
class Space:
    """How much of a server's is kept."""

    host: str
    files: int
    bytes: int


COLUMNS = ", ".join(RemoteFile.__slots__)
Named = tuple[FileUse, int]
ALL = ""
"""In place of a host: all servers together."""

_OF_MEDIA = """
    SELECT media.{}, remote_account.host, account.host
      FROM media JOIN account ON account.id = media.owner_id
      JOIN remote_account ON remote_account.account_id = account.id
     WHERE media.id = :id AND media.post_id IS NOT NULL AND media.is_refused = 0 AND account.suspended_at IS NULL
"""
_OF_ACCOUNT = """
    SELECT account.{}, remote_account.host, account.host
      FROM account JOIN remote_account ON remote_account.account_id = account.id
     WHERE account.id = :id AND account.suspended_at IS NULL
"""
_SOURCES = {
    FileUse.MEDIA: _OF_MEDIA.format("file"),
    FileUse.PREVIEW: _OF_MEDIA.format("preview"),
    FileUse.AVATAR: _OF_ACCOUNT.format("avatar"),
    FileUse.HEADER: _OF_ACCOUNT.format("header"),
    FileUse.EMOJI: "SELECT file, host, host FROM emoji WHERE id = :id AND disabled_at IS NULL",
}


def find_source(db: Reader, use: FileUse, id: int) -> Source | None:
    """Where a file comes from; None where nothing of another server's is shown (any more)."""
    row = db.row(_SOURCES[use], id=id)
    if row is None or not is_remote(row[0]):
        return None
    return Source(*row)


def find(db: Reader, use: FileUse, id: int) -> RemoteFile | None:
    row = db.row(
        f"SELECT {COLUMNS} FROM remote_file WHERE used_for = :use AND subject_id = :id", use=use, id=id
    )
    return _made(row) if row else None


def _made(row: Sequence[object]) -> RemoteFile:
    return RemoteFile(FileUse(str(row[0])), *row[1:])  # type: ignore[arg-type]  # as the table has them


# -- one file ------------------------------------------------------------


def claim(db: Writer, use: FileUse, id: int, source: Source, now: int, till: int) -> bool:
    """
    Whether whoever asks is to fetch the file: nobody else does, and it is not to be left alone yet.

    What was kept or known of another file that was shown in its place does not matter any more.
    """
    return bool(
        db.run(
            """
            INSERT INTO remote_file (used_for, subject_id, host, url, taken_till)
            VALUES (:use, :id, :host, :url, :till)
            ON CONFLICT (used_for, subject_id) DO UPDATE SET taken_till = excluded.taken_till
             WHERE remote_file.taken_till <= :now
               AND (remote_file.retry_at <= :now OR remote_file.url <> excluded.url)
            """,
            use=use,
            id=id,
            host=source.host,
            url=source.url,
            now=now,
            till=till,
        )
    )


def release(db: Writer, use: FileUse, id: int) -> None:
    """End a claim without having fetched."""
    db.run("UPDATE remote_file SET taken_till = 0 WHERE used_for = :use AND subject_id = :id", use=use, id=id)


def keep(
    db: Writer, use: FileUse, id: int, source: Source, file: str, small: str, bytes: int, now: int
) -> list[str]:
    """Note that a file is kept; returns the keys of the files that it replaces."""
    before = find(db, use, id)
    _put(db, use, id, source, file=file, small=small, bytes=bytes, used_at=now)
    _count(db, [] if before is None else [before], [(source.host, bytes)])
    return [] if before is None else before.keys


def fail(db: Writer, use: FileUse, id: int, source: Source, failure: str, retry_at: int) -> list[str]:
    """Note that a file could not be had and when to try again; returns the keys of the files that it replaces."""
    before = find(db, use, id)
    failures = before.failures + 1 if before is not None and before.url == source.url else 1
    _put(db, use, id, source, failures=failures, retry_at=retry_at, failure=failure)
    _count(db, [] if before is None else [before], [])
    return [] if before is None else before.keys


def _put(db: Writer, use: FileUse, id: int, source: Source, **values: object) -> None:
    names = [name for name in RemoteFile.__slots__ if name not in ("used_for", "subject_id")]
    found = {"file": "", "small": "", "bytes": 0, "used_at": 0, "taken_till": 0}
    found |= {"failures": 0, "retry_at": 0, "failure": ""}
    changes = ", ".join(f"{name} = excluded.{name}" for name in names)
    db.run(
        f"""
        INSERT INTO remote_file (used_for, subject_id, {", ".join(names)})
        VALUES (:use, :id, {", ".join(f":{name}" for name in names)})
        ON CONFLICT (used_for, subject_id) DO UPDATE SET {changes}
        """,
        use=use,
        id=id,
        **(found | {"host": source.host, "url": source.url} | values),
    )


def touch(db: Writer, used: Iterable[Named], now: int) -> None:
    """Note that these files were looked at now."""
    db.run_each(
        "UPDATE remote_file SET used_at = :now WHERE used_for = :use AND subject_id = :id",
        ({"now": now, "use": use, "id": id} for use, id in sorted(used)),
    )


# -- many ----------------------------------------------------------------


def forget(db: Writer, found: Collection[RemoteFile]) -> list[str]:
    """Delete the rows; returns the keys of their files."""
    for one in found:
        db.run(
            "DELETE FROM remote_file WHERE used_for = :use AND subject_id = :id",
            use=one.used_for,
            id=one.subject_id,
        )
    _count(db, found, [])
    return [key for one in found for key in one.keys]


def of_subjects(db: Reader, use: FileUse, ids: Collection[int]) -> list[RemoteFile]:
    """Those of them that are known."""
    if not ids:
        return []
    rows = db.rows(
        f"SELECT {COLUMNS} FROM remote_file WHERE used_for = :use AND subject_id {among('ids')}",
        use=use,
        ids=numbers(ids),
    )
    return [_made(row) for row in rows]


def of_media(db: Reader, ids: Collection[MediaId]) -> list[RemoteFile]:
    """The files of these media, and their previews."""
    return [*of_subjects(db, FileUse.MEDIA, ids), *of_subjects(db, FileUse.PREVIEW, ids)]


def of_account(db: Reader, account: AccountId) -> list[RemoteFile]:
    """Its avatar and header."""
    return [*of_subjects(db, FileUse.AVATAR, [account]), *of_subjects(db, FileUse.HEADER, [account])]


def of_host(db: Reader, host: str, limit: int) -> list[RemoteFile]:
    rows = db.rows(
        f"SELECT {COLUMNS} FROM remote_file WHERE host = :host LIMIT :limit", host=host, limit=limit
    )
    return [_made(row) for row in rows]


def any_of_them(db: Reader, limit: int) -> list[RemoteFile]:
    return [_made(row) for row in db.rows(f"SELECT {COLUMNS} FROM remote_file LIMIT :limit", limit=limit)]


def least_recently_used(db: Reader, limit: int) -> list[RemoteFile]:
    """Kept files, those that nobody looked at for longest first."""
    rows = db.rows(
        f"SELECT {COLUMNS} FROM remote_file WHERE bytes > 0 ORDER BY used_at LIMIT :limit", limit=limit
    )
    return [_made(row) for row in rows]


def failed_before(db: Reader, moment: int, limit: int) -> list[RemoteFile]:
    """Failed files whose pause was over before then."""
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM remote_file WHERE bytes = 0 AND retry_at < :moment AND taken_till < :moment
         ORDER BY retry_at LIMIT :limit
        """,
        moment=moment,
        limit=limit,
    )
    return [_made(row) for row in rows]


# -- room ----------------------------------------------------------------


def total(db: Reader) -> Space:
    """How much is kept of all servers together."""
    row = db.row("SELECT host, files, bytes FROM remote_space WHERE host = :all", all=ALL)
    return Space(*row) if row else Space(ALL, 0, 0)


def largest(db: Reader, limit: int) -> list[Space]:
    """The servers of which most is kept."""
    rows = db.rows(
        """
        SELECT host, files, bytes FROM remote_space WHERE host <> :all AND files > 0
         ORDER BY bytes DESC, host LIMIT :limit
        """,
        all=ALL,
        limit=limit,
    )
    return [Space(*row) for row in rows]


def _count(db: Writer, gone: Collection[RemoteFile], new: Collection[tuple[str, int]]) -> None:
    changes: dict[str, tuple[int, int]] = {}
    held = [(one.host, -1, -one.bytes) for one in gone if one.bytes]
    for host, files, bytes in (*held, *((host, 1, bytes) for host, bytes in new)):
        for name in (ALL, host):
            before = changes.get(name, (0, 0))
            changes[name] = before[0] + files, before[1] + bytes
    for host, (files, bytes) in sorted(changes.items()):
        db.run(
            """
            INSERT INTO remote_space (host, files, bytes) VALUES (:host, :files, :bytes)
            ON CONFLICT (host) DO UPDATE SET files = remote_space.files + excluded.files,
                                             bytes = remote_space.bytes + excluded.bytes
            """,
            host=host,
            files=files,
            bytes=bytes,
        )
        db.run("DELETE FROM remote_space WHERE host = :host AND files <= 0", host=host)
