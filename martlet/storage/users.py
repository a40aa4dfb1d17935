"""People who may sign in: their role and what they prefer."""

from dataclasses import dataclass

from martlet.model.names import AccountId, UserId
from martlet.storage.columns import assigned
from martlet.storage.database import Reader, Writer


@dataclass(frozen=True, slots=True)
class User:
    """One row of `users`, without its secrets. Moments in milliseconds."""

    id: UserId
    account_id: AccountId
    email: str
    role: str
    locale: str
    confirmed_at: int | None
    approved_at: int | None
    disabled_at: int | None
    default_visibility: int
    default_sensitive: int
    default_language: str | None
    default_quoting: str
    default_local_only: int
    default_lifetime: int | None
    show_media: str
    open_warnings: int
    play_gifs: int
    undo_seconds: int


COLUMNS = ", ".join(f"users.{name}" for name in User.__slots__)
CHANGEABLE = frozenset(User.__slots__) - {"id", "account_id", "email"} | {"default_replying"}


def find(db: Reader, account: AccountId) -> User | None:
    """Whoever signs in to an account; None for accounts elsewhere."""
    row = db.row(f"SELECT {COLUMNS} FROM users WHERE account_id = :account", account=account)
    return User(*row) if row else None


def first(db: Reader) -> AccountId | None:
    """The oldest account that somebody signs in to: its id says since when this server has people."""
    found: int | None = db.value("SELECT min(account_id) FROM users")
    return None if found is None else AccountId(found)


def locale(db: Reader, account: AccountId) -> str | None:
    """The language of whoever signs in to an account."""
    found: str | None = db.value("SELECT locale FROM users WHERE account_id = :account", account=account)
    return found


def update(db: Writer, account: AccountId, **changes: object) -> None:
    """Set columns of whoever signs in to the account."""
    db.run(
        f"UPDATE users SET {assigned(changes, CHANGEABLE)} WHERE account_id = :account",
        account=account,
        **changes,
    )
