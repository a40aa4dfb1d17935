"""Activities that came in: kept until they are worked off, and their names a while longer."""

from dataclasses import dataclass

from martlet.model.names import Uri
from martlet.storage.database import Reader, Writer


@dataclass(frozen=True, slots=True)
class Incoming:
    """An activity that waits to be worked off; `signer` is the actor whose key signed the request."""

    id: int
    signer: Uri
    uri: Uri
    body: bytes


def insert(db: Writer, one: Incoming, now: int) -> bool:
    """False where the same signer has sent the same activity before."""
    return _insert(db, one, one.body, now)


def insert_worked_off(db: Writer, one: Incoming, now: int) -> bool:
    """The same for one that waits for nothing: only its name is kept."""
    return _insert(db, one, None, now)


def _insert(db: Writer, one: Incoming, body: bytes | None, now: int) -> bool:
    return bool(
        db.run(
            """
            INSERT INTO incoming (id, signer, uri, body, received_at) VALUES (:id, :signer, :uri, :body, :now)
            ON CONFLICT (signer, uri) DO NOTHING
            """,
            id=one.id,
            signer=one.signer,
            uri=one.uri,
            body=body,
            now=now,
        )
    )


def find(db: Reader, id: int) -> Incoming | None:
    """One that is not worked off."""
    row = db.row("SELECT id, signer, uri, body FROM incoming WHERE id = :id AND body IS NOT NULL", id=id)
    return Incoming(row[0], row[1], row[2], bytes(row[3])) if row else None


def finish(db: Writer, id: int) -> None:
    db.run("UPDATE incoming SET body = NULL WHERE id = :id", id=id)


def forget_before(db: Writer, moment: int) -> None:
    """Forget the names of what was worked off before."""
    db.run("DELETE FROM incoming WHERE received_at < :moment AND body IS NULL", moment=moment)
