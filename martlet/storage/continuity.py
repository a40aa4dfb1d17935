"""Root keys of accounts, here and elsewhere, and what was signed with them (`model.continuity`)."""

from dataclasses import dataclass

from martlet.model.carrying import Trust
from martlet.model.continuity import Pin
from martlet.model.names import AccountId, Uri
from martlet.storage.database import Reader, Writer

_PIN = "actor, root, trust, pinned_at, other_root"


@dataclass(frozen=True, slots=True)
class Kept:
    """A statement as it is kept; whoever reads it looks into its body."""

    root: str
    sequence: int
    digest: bytes
    body: bytes
    first_seen_at: int


def find_pin(db: Reader, actor: Uri) -> Pin | None:
    row = db.row(f"SELECT {_PIN} FROM root_pin WHERE actor = :actor", actor=actor)
    return None if row is None else _pin(row)


def pins_of(db: Reader, root: str, limit: int) -> list[Pin]:
    """The accounts that have a root key: one, and the names that it had before."""
    rows = db.rows(
        f"SELECT {_PIN} FROM root_pin WHERE root = :root ORDER BY actor LIMIT :limit", root=root, limit=limit
    )
    return [_pin(row) for row in rows]


def _pin(row: tuple[str, str, int, int, str]) -> Pin:
    actor, root, trust, pinned_at, other_root = row
    return Pin(Uri(actor), root, Trust(trust), pinned_at, other_root)


def put_pin(db: Writer, pin: Pin) -> None:
    db.run(
        """
        INSERT INTO root_pin (actor, root, trust, pinned_at, other_root)
        VALUES (:actor, :root, :trust, :pinned_at, :other_root)
        ON CONFLICT (actor) DO UPDATE
           SET root = excluded.root, trust = excluded.trust, pinned_at = excluded.pinned_at, other_root = excluded.other_root
        """,
        actor=pin.actor,
        root=pin.root,
        trust=int(pin.trust),
        pinned_at=pin.pinned_at,
        other_root=pin.other_root,
    )


def statements(db: Reader, root: str) -> list[Kept]:
    """By their numbers."""
    rows = db.rows(
        """
        SELECT root, sequence, digest, body, first_seen_at FROM continuity_statement
         WHERE root = :root ORDER BY sequence, digest
        """,
        root=root,
    )
    return [Kept(row[0], row[1], bytes(row[2]), bytes(row[3]), row[4]) for row in rows]


def put_statement(db: Writer, kept: Kept) -> bool:
    """False where it was there."""
    return (
        db.run(
            """
            INSERT INTO continuity_statement (root, sequence, digest, body, first_seen_at)
            VALUES (:root, :sequence, :digest, :body, :first_seen_at)
            ON CONFLICT (root, sequence, digest) DO NOTHING
            """,
            root=kept.root,
            sequence=kept.sequence,
            digest=kept.digest,
            body=kept.body,
            first_seen_at=kept.first_seen_at,
        )
        == 1
    )


def pins_of_followed(db: Reader, account: AccountId, limit: int) -> list[Pin]:
    """The root keys of those whom an account follows, and its own."""
    rows = db.rows(
        """
        SELECT root_pin.actor, root_pin.root, root_pin.trust, root_pin.pinned_at, root_pin.other_root
          FROM follow JOIN account ON account.id = follow.followed_id JOIN root_pin ON root_pin.actor = account.uri
         WHERE follow.follower_id = :account AND follow.is_accepted = 1
         UNION ALL
        SELECT root_pin.actor, root_pin.root, root_pin.trust, root_pin.pinned_at, root_pin.other_root
          FROM account JOIN root_pin ON root_pin.actor = account.uri WHERE account.id = :account
         LIMIT :limit
        """,
        account=account,
        limit=limit,
    )
    return [_pin(row) for row in rows]


def delete_statement(db: Writer, kept: Kept) -> None:
    db.run(
        "DELETE FROM continuity_statement WHERE root = :root AND sequence = :sequence AND digest = :digest",
        root=kept.root,
        sequence=kept.sequence,
        digest=kept.digest,
    )
