"""What people here keep for their root keys: device keys, the encrypted copy."""

from dataclasses import dataclass

from martlet.model.names import AccountId
from martlet.storage.database import Reader, Writer


@dataclass(frozen=True, slots=True)
class DeviceKey:
    id: int
    account_id: AccountId
    name: str
    public: str
    """Multibase."""
    created_at: int
    revoked_at: int | None


_COLUMNS = "id, account_id, name, public, created_at, revoked_at"


def devices(db: Reader, account: AccountId) -> list[DeviceKey]:
    """All that there have been, the oldest first."""
    rows = db.rows(
        f"SELECT {_COLUMNS} FROM device_key WHERE account_id = :account ORDER BY id", account=account
    )
    return [DeviceKey(*row) for row in rows]


def insert_device(db: Writer, key: DeviceKey) -> None:
    db.run(
        """
        INSERT INTO device_key (id, account_id, name, public, created_at)
        VALUES (:id, :account, :name, :public, :created_at)
        """,
        id=key.id,
        account=key.account_id,
        name=key.name,
        public=key.public,
        created_at=key.created_at,
    )


def revoke_device(db: Writer, account: AccountId, id: int, now: int) -> bool:
    """False where there is no such key, or it was revoked before."""
    changed = db.run(
        "UPDATE device_key SET revoked_at = :now WHERE id = :id AND account_id = :account AND revoked_at IS NULL",
        id=id,
        account=account,
        now=now,
    )
    return changed == 1


def delete_device(db: Writer, account: AccountId, id: int) -> None:
    db.run("DELETE FROM device_key WHERE id = :id AND account_id = :account", id=id, account=account)


def find_copy(db: Reader, account: AccountId) -> str | None:
    found = db.value("SELECT body FROM root_copy WHERE account_id = :account", account=account)
    return None if found is None else str(found)


def put_copy(db: Writer, account: AccountId, body: str, now: int) -> None:
    db.run(
        """
        INSERT INTO root_copy (account_id, body, created_at) VALUES (:account, :body, :now)
        ON CONFLICT (account_id) DO UPDATE SET body = excluded.body, created_at = excluded.created_at
        """,
        account=account,
        body=body,
        now=now,
    )


def delete_copy(db: Writer, account: AccountId) -> None:
    db.run("DELETE FROM root_copy WHERE account_id = :account", account=account)
