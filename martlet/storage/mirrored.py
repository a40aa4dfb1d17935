"""Accounts elsewhere that this server is asked to be a mirror of, and is: what is kept of them, and what waits for them."""

import hashlib
from dataclasses import dataclass, fields

from martlet.model.mirrors import MirrorState
from martlet.model.names import AccountId, Uri
from martlet.storage.columns import assigned
from martlet.storage.database import Reader, Writer


@dataclass(frozen=True, slots=True)
class Mirrored:
    """One row. Moments are milliseconds; 0: never."""

    account_id: AccountId
    uri: Uri
    offer: Uri
    state: MirrorState
    may_push: int
    max_bytes: int
    used_bytes: int
    media_bytes: int
    since_at: int
    asked_at: int
    answered_at: int | None
    until_at: int
    cursor: str
    etag: str
    tried_at: int
    contact_at: int
    failures: int
    last_sequence: int
    missing: int
    checkpoint_sequence: int
    next_at: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """A document that is kept. `bytes`: how many it has."""

    uri: Uri
    kind: str
    said_at: int
    digest: bytes
    month: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that was left here for an account."""

    id: int
    digest: bytes
    body: bytes


FIELDS = [field.name for field in fields(Mirrored)]
COLUMNS = ", ".join(f"mirrored.{name}" for name in FIELDS)


def put(db: Writer, one: Mirrored) -> None:
    """A request, in the place of an earlier one of the account."""
    changes = ", ".join(f"{name} = excluded.{name}" for name in FIELDS if name not in ("account_id", "uri"))
    db.run(
        f"""
        INSERT INTO mirrored ({", ".join(FIELDS)}) VALUES ({", ".join(f":{name}" for name in FIELDS)})
        ON CONFLICT (account_id) DO UPDATE SET {changes}
        """,
        **{name: getattr(one, name) for name in FIELDS},
    )


def update(db: Writer, account: AccountId, **changes: object) -> None:
    db.run(
        f"UPDATE mirrored SET {assigned(changes, [*FIELDS, 'checkpoint'])} WHERE account_id = :account",
        account=account,
        **changes,
    )


def find(db: Reader, account: AccountId) -> Mirrored | None:
    row = db.row(f"SELECT {COLUMNS} FROM mirrored WHERE account_id = :account", account=account)
    return Mirrored(*row) if row else None


def find_by_uri(db: Reader, uri: Uri) -> Mirrored | None:
    row = db.row(f"SELECT {COLUMNS} FROM mirrored WHERE uri = :uri", uri=uri)
    return Mirrored(*row) if row else None


def find_accepted(db: Reader, uri: Uri) -> Mirrored | None:
    """An account that this server is a mirror of."""
    found = find_by_uri(db, uri)
    return found if found is not None and found.state == "accepted" else None


def every(db: Reader, limit: int) -> list[Mirrored]:
    """All of them, those that wait for an answer first."""
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM mirrored
         ORDER BY CASE state WHEN 'asked' THEN 0 WHEN 'accepted' THEN 1 ELSE 2 END, asked_at DESC LIMIT :limit
        """,
        limit=limit,
    )
    return [Mirrored(*row) for row in rows]


def expired(db: Reader, now: int, limit: int) -> list[Mirrored]:
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM mirrored WHERE state IN ('asked', 'accepted') AND until_at < :now
         ORDER BY until_at LIMIT :limit
        """,
        now=now,
        limit=limit,
    )
    return [Mirrored(*row) for row in rows]


def due(db: Reader, now: int, limit: int) -> list[Mirrored]:
    """Those whose log is read next."""
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM mirrored WHERE state = 'accepted' AND next_at <= :now
         ORDER BY next_at LIMIT :limit
        """,
        now=now,
        limit=limit,
    )
    return [Mirrored(*row) for row in rows]


def are_live(db: Reader) -> bool:
    """Whether this server is anybody's mirror, or asked to be."""
    return db.value("SELECT 1 FROM mirrored WHERE state IN ('asked', 'accepted') LIMIT 1") is not None


def unanswered(db: Reader, before: int, limit: int) -> list[Mirrored]:
    """Requests from before a moment that nobody has answered."""
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM mirrored WHERE state = 'asked' AND asked_at < :before
         ORDER BY asked_at LIMIT :limit
        """,
        before=before,
        limit=limit,
    )
    return [Mirrored(*row) for row in rows]


def unread(db: Reader, before: int, limit: int) -> list[str]:
    """Those whose log was last read before a moment, those left longest first."""
    rows = db.rows(
        """
        SELECT uri FROM mirrored
         WHERE state = 'accepted' AND contact_at < :before AND answered_at < :before
         ORDER BY contact_at LIMIT :limit
        """,
        before=before,
        limit=limit,
    )
    return [row[0] for row in rows]


# -- documents ---------------------------------------------------------------


def keep(db: Writer, account: AccountId, one: Kept, now: int) -> bool:
    """Note that a carried document is kept for the account; False where this version was noted before."""
    before = db.row(
        "SELECT digest, bytes FROM mirrored_document WHERE account_id = :account AND uri = :uri",
        account=account,
        uri=one.uri,
    )
    if before is not None and bytes(before[0]) == one.digest:
        return False
    row = db.row(
        """
        UPDATE mirrored SET last_sequence = last_sequence + 1, used_bytes = used_bytes + :more
         WHERE account_id = :account RETURNING last_sequence
        """,
        account=account,
        more=one.bytes - (0 if before is None else before[1]),
    )
    if row is None:
        return False
    db.run(
        """
        INSERT INTO mirrored_document (account_id, uri, sequence, changed_at, said_at, kind, digest, month, bytes)
        VALUES (:account, :uri, :sequence, :now, :said_at, :kind, :digest, :month, :bytes)
        ON CONFLICT (account_id, uri) DO UPDATE
           SET sequence = excluded.sequence, changed_at = excluded.changed_at, said_at = excluded.said_at,
               kind = excluded.kind, digest = excluded.digest, month = excluded.month, bytes = excluded.bytes
        """,
        account=account,
        sequence=row[0],
        now=now,
        uri=one.uri,
        said_at=one.said_at,
        kind=one.kind,
        digest=one.digest,
        month=one.month,
        bytes=one.bytes,
    )
    return True


def digests(db: Reader, account: AccountId) -> list[tuple[str, bytes]]:
    """The month and digest of all that is kept of an account."""
    rows = db.rows("SELECT month, digest FROM mirrored_document WHERE account_id = :account", account=account)
    return [(row[0], bytes(row[1])) for row in rows]


def oldest(db: Reader, account: AccountId, limit: int) -> list[Kept]:
    """The posts that were written first; tombstones stay."""
    rows = db.rows(
        """
        SELECT uri, kind, said_at, digest, month, bytes FROM mirrored_document
         WHERE account_id = :account AND kind <> 'tombstone' ORDER BY said_at, uri LIMIT :limit
        """,
        account=account,
        limit=limit,
    )
    return [Kept(Uri(row[0]), row[1], row[2], bytes(row[3]), row[4], row[5]) for row in rows]


def digest_of(body: bytes) -> bytes:
    """What a document is known by."""
    return hashlib.sha256(body).digest()


def newest_posts(
    db: Reader, account: AccountId, before: int, than: Uri, limit: int
) -> list[tuple[Uri, int, bytes]]:
    """Posts as they were written last, before a moment, and of that moment before a name: name, when, document."""
    rows = db.rows(
        """
        SELECT mirrored_document.uri, mirrored_document.said_at, carried_document.body
          FROM mirrored_document
          JOIN carried_document ON carried_document.uri = mirrored_document.uri
                               AND carried_document.digest = mirrored_document.digest
         WHERE mirrored_document.account_id = :account AND mirrored_document.said_at <= :before
           AND (mirrored_document.said_at < :before OR mirrored_document.uri < :than)
           AND mirrored_document.kind = 'post'
         ORDER BY mirrored_document.said_at DESC, mirrored_document.uri DESC LIMIT :limit
        """,
        account=account,
        before=before,
        than=than,
        limit=limit,
    )
    return [(Uri(row[0]), row[1], bytes(row[2])) for row in rows]


def count(db: Reader, account: AccountId) -> int:
    return int(
        db.value("SELECT COUNT(*) FROM mirrored_document WHERE account_id = :account", account=account)
    )


def drop(db: Writer, account: AccountId, one: Kept) -> None:
    """Keep a document no longer for the account."""
    db.run(
        "DELETE FROM mirrored_document WHERE account_id = :account AND uri = :uri",
        account=account,
        uri=one.uri,
    )
    db.run(
        "UPDATE mirrored SET used_bytes = used_bytes - :bytes WHERE account_id = :account",
        account=account,
        bytes=one.bytes,
    )


def find_by_digest(db: Reader, digest: bytes) -> tuple[AccountId, Kept] | None:
    """A document by its SHA-256, as it is named on its page."""
    row = db.row(
        """
        SELECT mirrored_document.account_id, mirrored_document.uri, mirrored_document.kind,
               mirrored_document.said_at, mirrored_document.digest, mirrored_document.month, mirrored_document.bytes
          FROM mirrored_document WHERE mirrored_document.digest = :digest
        """,
        digest=digest,
    )
    return None if row is None else (row[0], Kept(Uri(row[1]), row[2], row[3], bytes(row[4]), row[5], row[6]))


def forget_some(db: Writer, account: AccountId, limit: int) -> int:
    """Drop documents of an account, whatever they are, with their bytes; returns how many."""
    rows = db.rows(
        "SELECT uri FROM mirrored_document WHERE account_id = :account ORDER BY sequence LIMIT :limit",
        account=account,
        limit=limit,
    )
    for (uri,) in rows:
        db.run(
            "DELETE FROM mirrored_document WHERE account_id = :account AND uri = :uri",
            account=account,
            uri=uri,
        )
        db.run("DELETE FROM carried_document WHERE uri = :uri", uri=uri)
    return len(rows)


# -- what was left here for them ---------------------------------------------


def leave(db: Writer, account: AccountId, one: Waiting, host: str, now: int, device: str = "") -> bool:
    """`device`: of the account itself, which has left it. False where the same was left here before."""
    return bool(
        db.run(
            """
            INSERT INTO mirror_queue (id, account_id, host, device, digest, body, received_at)
            VALUES (:id, :account, :host, :device, :digest, :body, :now)
            ON CONFLICT (account_id, digest) DO NOTHING
            """,
            id=one.id,
            account=account,
            host=host,
            device=device,
            digest=one.digest,
            body=one.body,
            now=now,
        )
    )


def left_by(db: Reader, account: AccountId, host: str) -> tuple[int, int]:
    """How many acts one server has left for an account, and how many bytes they are."""
    return _left(db, "host = :which AND device = ''", account, host)


def left_for(db: Reader, account: AccountId) -> tuple[int, int]:
    """The same of all servers together."""
    return _left(db, "device = ''", account)


def left_by_device(db: Reader, account: AccountId, device: str) -> tuple[int, int]:
    """The same of one device of the account's own."""
    return _left(db, "device = :which", account, device)


def left_by_devices(db: Reader, account: AccountId) -> tuple[int, int]:
    """The same of all of them."""
    return _left(db, "device > ''", account)


def _left(db: Reader, rule: str, account: AccountId, which: str = "") -> tuple[int, int]:
    row = db.row(
        f"SELECT COUNT(*), COALESCE(SUM(LENGTH(body)), 0) FROM mirror_queue WHERE account_id = :account AND {rule}",
        account=account,
        **({"which": which} if which else {}),
    )
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


def waiting(db: Reader, account: AccountId, after: int, limit: int, most_bytes: int) -> list[Waiting]:
    """What waits for an account, the oldest first: one at least, and no more than these bytes if there are several."""
    sizes = db.rows(
        """
        SELECT id, LENGTH(body) FROM mirror_queue
         WHERE account_id = :account AND id > :after ORDER BY id LIMIT :limit
        """,
        account=account,
        after=after,
        limit=limit,
    )
    last, total = after, 0
    for id, size in sizes:
        total += size
        if last > after and total > most_bytes:
            break
        last = id
    rows = db.rows(
        """
        SELECT id, digest, body FROM mirror_queue
         WHERE account_id = :account AND id > :after AND id <= :last ORDER BY id
        """,
        account=account,
        after=after,
        last=last,
    )
    return [Waiting(row[0], bytes(row[1]), bytes(row[2])) for row in rows]


def taken(db: Writer, account: AccountId, digest: bytes) -> None:
    """Its server has it."""
    db.run(
        "DELETE FROM mirror_queue WHERE account_id = :account AND digest = :digest",
        account=account,
        digest=digest,
    )


def forget_left(db: Writer, before: int, limit: int) -> int:
    """Drop what nobody has fetched since a moment."""
    return db.run(
        """
        DELETE FROM mirror_queue
         WHERE id IN (SELECT id FROM mirror_queue WHERE received_at < :before ORDER BY received_at LIMIT :limit)
        """,
        before=before,
        limit=limit,
    )


# -- what may not be handed on -----------------------------------------------


def take_down(db: Writer, digest: bytes, name: str, reason: str, now: int) -> None:
    db.run(
        """
        INSERT INTO taken_down (digest, name, reason, created_at) VALUES (:digest, :name, :reason, :now)
        ON CONFLICT (digest) DO NOTHING
        """,
        digest=digest,
        name=name,
        reason=reason,
        now=now,
    )


def is_taken_down(db: Reader, digest: bytes) -> bool:
    return db.value("SELECT 1 FROM taken_down WHERE digest = :digest", digest=digest) is not None


def has_taken_down(db: Reader) -> bool:
    """Whether there is anything of the kind."""
    return db.value("SELECT 1 FROM taken_down LIMIT 1") is not None


def taken_down(db: Reader, limit: int) -> list[tuple[bytes, str, str, int]]:
    """Digest, name, reason, when: the newest first."""
    rows = db.rows(
        "SELECT digest, name, reason, created_at FROM taken_down ORDER BY created_at DESC LIMIT :limit",
        limit=limit,
    )
    return [(bytes(row[0]), row[1], row[2], row[3]) for row in rows]


def allow_again(db: Writer, digest: bytes) -> None:
    db.run("DELETE FROM taken_down WHERE digest = :digest", digest=digest)
