"""Passkeys: of each, the public half."""

from dataclasses import dataclass

from martlet.model.names import UserId
from martlet.storage.database import Reader, Writer


@dataclass(frozen=True, slots=True)
class Passkey:
    """`credential` is the device's own name of it; `public_key` as COSE has it. Moments in milliseconds."""

    id: int
    user_id: UserId
    credential: bytes
    public_key: bytes
    sign_count: int
    name: str
    created_at: int
    used_at: int | None


COLUMNS = ", ".join(Passkey.__slots__)


def insert(db: Writer, one: Passkey) -> None:
    """Raises `AlreadyThere` for a credential that somebody has."""
    db.run(
        f"""
        INSERT INTO passkey ({COLUMNS})
        VALUES (:id, :user_id, :credential, :public_key, :sign_count, :name, :created_at, :used_at)
        """,
        **{name: getattr(one, name) for name in Passkey.__slots__},
    )


def of_user(db: Reader, user: UserId) -> list[Passkey]:
    """The oldest first."""
    rows = db.rows(f"SELECT {COLUMNS} FROM passkey WHERE user_id = :user ORDER BY id", user=user)
    return [Passkey(*row) for row in rows]


def find(db: Reader, credential: bytes) -> Passkey | None:
    row = db.row(f"SELECT {COLUMNS} FROM passkey WHERE credential = :credential", credential=credential)
    return Passkey(*row) if row else None


def take_count(db: Writer, id: int, before: int, count: int, now: int) -> bool:
    """Whether the count was still what it was when it was looked at: of two that show the same, one is told no."""
    taken = db.run(
        "UPDATE passkey SET sign_count = :count, used_at = :now WHERE id = :id AND sign_count = :before",
        id=id,
        before=before,
        count=count,
        now=now,
    )
    return taken == 1


def delete(db: Writer, user: UserId, id: int) -> bool:
    """Whether this person had such a passkey."""
    return db.run("DELETE FROM passkey WHERE id = :id AND user_id = :user", id=id, user=user) == 1


def delete_all(db: Writer, user: UserId) -> None:
    db.run("DELETE FROM passkey WHERE user_id = :user", user=user)
