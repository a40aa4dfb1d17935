"""Who has an account here, for those who look after the server."""

from dataclasses import dataclass

from martlet.model.names import AccountId, UserId
from martlet.storage.database import Reader


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody who has an account here. Moments in milliseconds."""

    account: AccountId
    user: UserId
    username: str
    email: str
    role: str
    created_at: int
    seen_at: int | None
    confirmed_at: int | None
    approved_at: int | None
    disabled_at: int | None
    limited_at: int | None
    suspended_at: int | None
    deletes_at: int | None
    posts: int

    @property
    def states(self) -> tuple[str, ...]:
        """What is unusual about the account, in words; none for most."""
        known = (
            ("not confirmed", self.confirmed_at is None),
            ("not approved", self.approved_at is None),
            ("frozen", self.disabled_at is not None),
            ("limited", self.limited_at is not None),
            ("suspended", self.suspended_at is not None),
            ("leaving", self.deletes_at is not None),
        )
        return tuple(word for word, is_so in known if is_so)


_SELECT = """
    SELECT account.id, users.id, account.username, users.email, users.role, users.created_at, users.seen_at,
           users.confirmed_at, users.approved_at, users.disabled_at, account.limited_at, account.suspended_at,
           account.deletes_at, account.posts_count
      FROM users JOIN account ON account.id = users.account_id
     WHERE account.deleted_at IS NULL
"""


def residents(db: Reader) -> list[Resident]:
    """Everybody, in the order they came."""
    return [Resident(*row) for row in db.rows(f"{_SELECT} ORDER BY users.id")]


def find(db: Reader, username: str) -> Resident | None:
    row = db.row(
        f"{_SELECT} AND account.username_folded = :name AND account.host = ''", name=username.lower()
    )
    return Resident(*row) if row else None
