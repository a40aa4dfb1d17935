"""What came in bundles: signed documents of people elsewhere, byte for byte, and keys that were first seen there."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from martlet.model.carrying import Carried, Rank, Trust
from martlet.model.names import PostId, Uri
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, among_words, numbers

COLUMNS = (
    "uri, kind, author, key_uri, trust, said_at, signed_at, votes, digest, has_rival, carried_at, carrier"
)


@dataclass(frozen=True, slots=True)
class CarriedKey:
    uri: Uri
    owner: Uri
    public: str
    first_seen_at: int


# -- documents ---------------------------------------------------------------


def find(db: Reader, uri: Uri) -> Carried | None:
    row = db.row(f"SELECT {COLUMNS} FROM carried_document WHERE uri = :uri", uri=uri)
    return None if row is None else _carried(row)


def names_known(db: Reader, names: Collection[Uri]) -> set[str]:
    """Those of the names under which anything is here or was deleted, in one look."""
    among = among_words(db.dialect, "names")
    rows = db.rows(
        f"""
        SELECT uri FROM carried_document WHERE uri {among}
        UNION ALL SELECT uri FROM post WHERE uri {among}
        UNION ALL SELECT uri FROM tombstone WHERE uri {among}
        """,
        names=json.dumps(list(names)),
    )
    return {row[0] for row in rows}


def find_body(db: Reader, uri: Uri) -> bytes | None:
    body = db.value("SELECT body FROM carried_document WHERE uri = :uri", uri=uri)
    return None if body is None else bytes(body)


def _carried(row: tuple[Any, ...]) -> Carried:
    uri, kind, author, key_uri, trust, said_at, signed_at, votes, digest, has_rival, carried_at, carrier = row
    rank = Rank(trust == Trust.CONFIRMED, kind == "tombstone", said_at, signed_at, votes, bytes(digest))
    return Carried(
        Uri(uri), kind, Uri(author), Uri(key_uri), Trust(trust), rank, bool(has_rival), carried_at, carrier
    )


def put(db: Writer, one: Carried, body: bytes) -> None:
    """Keep a version in the place of the one that was kept under its name."""
    db.run(
        """
        INSERT INTO carried_document (uri, kind, author, key_uri, trust, said_at, signed_at, votes, digest, has_rival,
                                      carried_at, carrier, body)
        VALUES (:uri, :kind, :author, :key_uri, :trust, :said_at, :signed_at, :votes, :digest, :has_rival, :carried_at, :carrier, :body)
        ON CONFLICT (uri) DO UPDATE
           SET kind = excluded.kind, author = excluded.author, key_uri = excluded.key_uri, trust = excluded.trust,
               said_at = excluded.said_at, signed_at = excluded.signed_at, votes = excluded.votes, digest = excluded.digest,
               has_rival = excluded.has_rival, carried_at = excluded.carried_at, carrier = excluded.carrier, body = excluded.body
        """,
        uri=one.uri,
        kind=one.kind,
        author=one.author,
        key_uri=one.key_uri,
        trust=int(one.trust),
        said_at=one.rank.said_at,
        signed_at=one.rank.signed_at,
        votes=one.rank.votes,
        digest=one.rank.digest,
        has_rival=int(one.has_rival),
        carried_at=one.carried_at,
        carrier=one.carrier,
        body=body,
    )


@dataclass(frozen=True, slots=True)
class Copy:
    """A post as it was carried here."""

    post_id: PostId
    uri: Uri
    digest: bytes
    carrier: str


def copies(db: Reader, posts: Collection[PostId]) -> list[Copy]:
    """Of those posts that a file or a mirror brought, or that this server mirrors: what it brought."""
    if not posts:
        return []
    rows = db.rows(
        f"""
        SELECT post.id, post.uri, carried_document.digest, carried_document.carrier
          FROM post JOIN carried_document ON carried_document.uri = post.uri
         WHERE post.id {among("posts")} ORDER BY post.id
        """,
        posts=numbers(posts),
    )
    return [Copy(row[0], Uri(row[1]), bytes(row[2]), row[3]) for row in rows]


def note_rival(db: Writer, uri: Uri) -> None:
    """Its author has signed another version of the same moment."""
    db.run("UPDATE carried_document SET has_rival = 1 WHERE uri = :uri", uri=uri)


def set_trust(db: Writer, uri: Uri, trust: Trust) -> None:
    db.run("UPDATE carried_document SET trust = :trust WHERE uri = :uri", uri=uri, trust=int(trust))


def delete(db: Writer, uri: Uri) -> None:
    db.run("DELETE FROM carried_document WHERE uri = :uri", uri=uri)


def certain_names(db: Reader, author: Uri, limit: int) -> list[Uri]:
    """Under which names posts, boosts and tombstones of an author are kept that are certain."""
    rows = db.rows(
        """
        SELECT uri FROM carried_document
         WHERE author = :author AND trust = 3 AND kind IN ('post', 'boost', 'tombstone') LIMIT :limit
        """,
        author=author,
        limit=limit,
    )
    return [Uri(row[0]) for row in rows]


def bodies(db: Reader, names: Collection[Uri]) -> list[tuple[str, bytes]]:
    """What is kept under names: its kind, and its bytes."""
    among = among_words(db.dialect, "names")
    rows = db.rows(
        f"SELECT kind, body FROM carried_document WHERE uri {among} ORDER BY uri",
        names=json.dumps(list(names)),
    )
    return [(row[0], bytes(row[1])) for row in rows]


def aside_of(db: Reader, author: Uri, after: Uri, limit: int) -> list[tuple[Carried, bytes]]:
    """What is kept of an author without being certain, by its names."""
    rows = db.rows(
        f"""
        SELECT {COLUMNS}, body FROM carried_document
         WHERE author = :author AND trust < 3 AND uri > :after ORDER BY uri LIMIT :limit
        """,
        author=author,
        after=after,
        limit=limit,
    )
    return [(_carried(row[:-1]), bytes(row[-1])) for row in rows]


def newest_aside(db: Reader, author: Uri, limit: int) -> list[tuple[Carried, bytes]]:
    """The last posts that are kept of an author without being certain."""
    rows = db.rows(
        f"""
        SELECT {COLUMNS}, body FROM carried_document
         WHERE author = :author AND trust < 3 AND kind = 'post' ORDER BY said_at DESC, uri LIMIT :limit
        """,
        author=author,
        limit=limit,
    )
    return [(_carried(row[:-1]), bytes(row[-1])) for row in rows]


def checkpoints_of(db: Reader, author: Uri, until: int, limit: int) -> list[tuple[int, bytes]]:
    """The last signed statements of what an author's log held that came here until a moment, with when, the newest first."""
    rows = db.rows(
        """
        SELECT carried_at, body FROM carried_document
         WHERE author = :author AND kind = 'checkpoint' AND carried_at <= :until
         ORDER BY carried_at DESC LIMIT :limit
        """,
        author=author,
        until=until,
        limit=limit,
    )
    return [(row[0], bytes(row[1])) for row in rows]


def checkpoints_there(db: Reader, author: Uri, limit: int) -> list[tuple[int, Uri]]:
    """When each of them came here, and its name; the oldest first."""
    rows = db.rows(
        """
        SELECT carried_at, uri FROM carried_document WHERE author = :author AND kind = 'checkpoint'
         ORDER BY carried_at LIMIT :limit
        """,
        author=author,
        limit=limit,
    )
    return [(row[0], Uri(row[1])) for row in rows]


def certain_of(db: Reader, author: Uri, limit: int) -> list[tuple[bytes, bytes]]:
    """The digests and bytes of posts and tombstones of an author that are certain."""
    rows = db.rows(
        """
        SELECT digest, body FROM carried_document
         WHERE author = :author AND trust = 3 AND kind IN ('post', 'boost', 'tombstone') LIMIT :limit
        """,
        author=author,
        limit=limit,
    )
    return [(bytes(row[0]), bytes(row[1])) for row in rows]


def forget_aside(db: Writer, before: int, limit: int) -> int:
    """Drop what came before a moment and has not become certain since; returns how much."""
    return db.run(
        """
        DELETE FROM carried_document
         WHERE uri IN (SELECT uri FROM carried_document WHERE trust < 3 AND carried_at < :before
                        ORDER BY carried_at LIMIT :limit)
        """,
        before=before,
        limit=limit,
    )


def has_aside(db: Reader, author: Uri) -> bool:
    return (
        db.value("SELECT 1 FROM carried_document WHERE author = :author AND trust < 3 LIMIT 1", author=author)
        is not None
    )


def authors_aside(db: Reader, limit: int) -> list[tuple[Uri, int, int, Trust]]:
    """Authors of whom something is set aside: how many posts, when the last of them came, how far it is certain."""
    rows = db.rows(
        """
        SELECT author, SUM(CASE WHEN kind = 'post' THEN 1 ELSE 0 END), MAX(carried_at), MIN(trust)
          FROM carried_document WHERE trust < 3
         GROUP BY author ORDER BY MAX(carried_at) DESC LIMIT :limit
        """,
        limit=limit,
    )
    return [(Uri(row[0]), int(row[1]), int(row[2]), Trust(row[3])) for row in rows]


# -- keys --------------------------------------------------------------------


def find_key(db: Reader, uri: Uri) -> CarriedKey | None:
    row = db.row("SELECT uri, owner, public, first_seen_at FROM carried_key WHERE uri = :uri", uri=uri)
    return None if row is None else CarriedKey(*row)


def keys_of(db: Reader, owner: Uri) -> list[CarriedKey]:
    rows = db.rows(
        "SELECT uri, owner, public, first_seen_at FROM carried_key WHERE owner = :owner ORDER BY uri",
        owner=owner,
    )
    return [CarriedKey(*row) for row in rows]


def pin_key(db: Writer, key: CarriedKey) -> None:
    """From now on this is the key that goes by its name, until its owner's server says otherwise."""
    db.run(
        """
        INSERT INTO carried_key (uri, owner, public, first_seen_at) VALUES (:uri, :owner, :public, :first_seen_at)
        ON CONFLICT (uri) DO NOTHING
        """,
        uri=key.uri,
        owner=key.owner,
        public=key.public,
        first_seen_at=key.first_seen_at,
    )


def forget_keys(db: Writer, owner: Uri) -> None:
    """Its owner's server has said which are its keys."""
    db.run("DELETE FROM carried_key WHERE owner = :owner", owner=owner)
