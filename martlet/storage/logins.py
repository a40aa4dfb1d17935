"""What people sign in with: password, second step, whether they may come in at all."""

from dataclasses import dataclass

from martlet.model.names import AccountId, UserId
from martlet.storage.columns import assigned
from martlet.storage.database import Reader, Row, Writer
from martlet.storage.dialect import lock_row


@dataclass(frozen=True, slots=True)
class Login:
    """A person's way in. Moments in milliseconds; the TOTP secret is encrypted."""

    user: UserId
    account: AccountId
    username: str
    email: str
    unconfirmed_email: str | None
    password_hash: str
    role: str
    locale: str
    created_at: int
    confirmed_at: int | None
    approved_at: int | None
    disabled_at: int | None
    suspended_at: int | None
    deletes_at: int | None
    deleted_at: int | None
    totp_secret: bytes | None
    totp_enabled_at: int | None
    totp_last_step: int
    show_media: str = "default"
    opens_warnings: int = 0

    @property
    def has_second_step(self) -> bool:
        return self.totp_enabled_at is not None

    @property
    def is_barred(self) -> bool:
        """Suspended, frozen or gone."""
        return any(one is not None for one in (self.disabled_at, self.suspended_at, self.deleted_at))


_SELECT = """
    SELECT users.id, users.account_id, account.username, users.email, users.unconfirmed_email,
           users.password_hash, users.role, users.locale, users.created_at, users.confirmed_at, users.approved_at,
           users.disabled_at, account.suspended_at, account.deletes_at, account.deleted_at,
           users.totp_secret, users.totp_enabled_at, users.totp_last_step, users.show_media, users.open_warnings
      FROM users JOIN account ON account.id = users.account_id
"""
_CHANGEABLE = """
    email email_folded unconfirmed_email password_hash locale confirmed_at approved_at disabled_at
    totp_secret totp_enabled_at totp_last_step
"""
CHANGEABLE = frozenset(_CHANGEABLE.split())


def _login(row: Row | None) -> Login | None:
    return Login(*row) if row else None


def find(db: Reader, user: UserId) -> Login | None:
    return _login(db.row(f"{_SELECT} WHERE users.id = :user", user=user))


def find_and_lock(db: Writer, user: UserId) -> Login | None:
    """To be changed by what was read: others who want that wait."""
    db.row(f"SELECT 1 FROM users WHERE id = :user {lock_row(db.dialect)}", user=user)
    return find(db, user)


def find_of_account(db: Reader, account: AccountId) -> Login | None:
    return _login(db.row(f"{_SELECT} WHERE users.account_id = :account", account=account))


def find_by_email(db: Reader, email: str) -> Login | None:
    return _login(db.row(f"{_SELECT} WHERE users.email_folded = :email", email=email.lower()))


def find_by_name(db: Reader, name: str) -> Login | None:
    """By e-mail address or username; no username has an @ in it."""
    if "@" in name:
        return find_by_email(db, name)
    return _login(
        db.row(f"{_SELECT} WHERE account.username_folded = :name AND account.host = ''", name=name.lower())
    )


def staff_names(db: Reader) -> list[str]:
    """The usernames of those who run this server."""
    rows = db.rows(
        """
        SELECT account.username FROM users JOIN account ON account.id = users.account_id
         WHERE users.role <> 'user'
        """
    )
    return [row[0] for row in rows]


def update(db: Writer, user: UserId, **changes: object) -> None:
    """Set columns. Raises `AlreadyThere` for an e-mail address that is taken."""
    db.run(f"UPDATE users SET {assigned(changes, CHANGEABLE)} WHERE id = :user", user=user, **changes)


def rehash(db: Writer, user: UserId, old: str, new: str) -> None:
    """Keep a password's new hash, unless the password was changed meanwhile."""
    db.run(
        "UPDATE users SET password_hash = :new WHERE id = :user AND password_hash = :old",
        user=user,
        old=old,
        new=new,
    )


def take_totp_step(db: Writer, user: UserId, step: int) -> bool:
    """Whether this step was still to be had: of two who show the same code at once, one is told no."""
    taken = db.run(
        "UPDATE users SET totp_last_step = :step WHERE id = :user AND totp_last_step < :step",
        user=user,
        step=step,
    )
    return taken == 1


def recovery_digests(db: Reader, user: UserId) -> list[bytes]:
    """Those of the codes that are not used yet."""
    rows = db.rows("SELECT digest FROM recovery_code WHERE user_id = :user AND used_at IS NULL", user=user)
    return [row[0] for row in rows]


def take_recovery_code(db: Writer, user: UserId, digest: bytes, now: int) -> bool:
    """Whether the code was there and unused."""
    taken = db.run(
        "UPDATE recovery_code SET used_at = :now WHERE user_id = :user AND digest = :digest AND used_at IS NULL",
        user=user,
        digest=digest,
        now=now,
    )
    return taken == 1


def put_recovery_digests(db: Writer, user: UserId, digests: list[bytes]) -> None:
    """In place of all older ones."""
    db.run("DELETE FROM recovery_code WHERE user_id = :user", user=user)
    db.run_each(
        "INSERT INTO recovery_code (user_id, digest) VALUES (:user, :digest)",
        ({"user": user, "digest": digest} for digest in digests),
    )
