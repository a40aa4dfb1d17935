"""Signed documents of accounts here, byte for byte."""

from martlet.model.names import AccountId, Uri
from martlet.storage.database import Reader, Writer


def find(db: Reader, uri: Uri, version: int) -> bytes | None:
    """The document made from this version of what it shows."""
    body = db.value(
        "SELECT body FROM document WHERE uri = :uri AND version = :version", uri=uri, version=version
    )
    return None if body is None else bytes(body)


def put(db: Writer, uri: Uri, account: AccountId, version: int, body: bytes, now: int) -> bytes:
    """Keep a document unless one of this version is there; returns the one that is kept."""
    db.run(
        """
        INSERT INTO document (uri, account_id, version, body, created_at) VALUES (:uri, :account, :version, :body, :now)
        ON CONFLICT (uri) DO UPDATE SET version = excluded.version, body = excluded.body,
                                        created_at = excluded.created_at
         WHERE document.version < excluded.version
        """,
        uri=uri,
        account=account,
        version=version,
        body=body,
        now=now,
    )
    return find(db, uri, version) or body


def delete(db: Writer, uri: Uri) -> None:
    db.run("DELETE FROM document WHERE uri = :uri", uri=uri)
