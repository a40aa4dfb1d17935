"""Apps, their codes and tokens. Secrets are kept as SHA-256 digests only."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from martlet.model.names import AccountId, AppId, TokenId, UserId
from martlet.storage.database import Reader, Row, Writer
from martlet.storage.dialect import among, numbers


@dataclass(frozen=True, slots=True)
class App:
    id: AppId
    client_id: str
    secret_digest: bytes
    name: str
    website: str | None
    redirect_uris: str
    """JSON: [uri]"""
    scopes: str
    created_at: int

    @property
    def redirects(self) -> list[str]:
        found: list[str] = json.loads(self.redirect_uris)
        return found


APP_COLUMNS = "id, client_id, secret_digest, name, website, redirect_uris, scopes, created_at"


def insert_app(db: Writer, app: App, *, is_personal: bool = False) -> None:
    """`is_personal`: it stands for one token that somebody made, and goes with it."""
    db.run(
        f"""
        INSERT INTO app ({APP_COLUMNS}, is_personal)
        VALUES (:id, :client_id, :secret_digest, :name, :website, :redirect_uris, :scopes, :created_at, :is_personal)
        """,
        is_personal=int(is_personal),
        **{name: getattr(app, name) for name in App.__slots__},
    )


def find_app(db: Reader, client_id: str) -> App | None:
    row = db.row(f"SELECT {APP_COLUMNS} FROM app WHERE client_id = :client_id", client_id=client_id)
    return _app(row)


def find_app_by_id(db: Reader, id: AppId) -> App | None:
    return _app(db.row(f"SELECT {APP_COLUMNS} FROM app WHERE id = :id", id=id))


def _app(row: Row | None) -> App | None:
    return App(*row) if row else None


def insert_token(
    db: Writer,
    id: TokenId,
    digest: bytes,
    app: AppId,
    user: UserId | None,
    account: AccountId | None,
    scopes: str,
    created_at: int,
    expires_at: int | None = None,
) -> None:
    db.run(
        """
        INSERT INTO token (id, digest, app_id, user_id, account_id, scopes, created_at, expires_at)
        VALUES (:id, :digest, :app, :user, :account, :scopes, :created_at, :expires_at)
        """,
        expires_at=expires_at,
        id=id,
        digest=digest,
        app=app,
        user=user,
        account=account,
        scopes=scopes,
        created_at=created_at,
    )


_BEARER = """
    SELECT token.id, token.app_id, token.user_id, token.account_id, token.scopes,
           users.confirmed_at, users.approved_at, users.disabled_at,
           account.suspended_at, account.deletes_at, users.role, users.seen_at,
           EXISTS (SELECT 1 FROM filter WHERE filter.account_id = token.account_id),
           EXISTS (SELECT 1 FROM thread_mute WHERE thread_mute.account_id = token.account_id),
           token.expires_at
      FROM token
      LEFT JOIN users ON users.id = token.user_id
      LEFT JOIN account ON account.id = token.account_id
"""
_BY_DIGEST = f"{_BEARER} WHERE token.digest = :digest"


def find_bearer(db: Reader, digest: bytes) -> Row | None:
    """
    All that a request needs to know of its token's owner, in one look.

    (token, app, user, account, scopes, confirmed_at, approved_at, disabled_at, suspended_at, deletes_at, role,
    seen_at, has filters, has muted threads, expires_at)
    """
    return db.row(_BY_DIGEST, digest=digest)


def find_bearers(db: Reader, tokens: Collection[TokenId]) -> list[Row]:
    """The same of tokens that are known, as their owners are now; those that were revoked are left out."""
    if not tokens:
        return []
    return db.rows(f"{_BEARER} WHERE token.id {among('tokens')}", tokens=numbers(tokens))


@dataclass(frozen=True, slots=True)
class Kept:
    """A token as we have it: never the token itself."""

    id: TokenId
    app: AppId
    user: UserId | None
    account: AccountId | None
    scopes: str


def find_token(db: Reader, digest: bytes) -> Kept | None:
    row = db.row(
        "SELECT id, app_id, user_id, account_id, scopes FROM token WHERE digest = :digest", digest=digest
    )
    return Kept(*row) if row else None


def delete_token(db: Writer, id: TokenId) -> None:
    db.run("DELETE FROM token WHERE id = :id", id=id)


def delete_all(db: Writer, user: UserId) -> None:
    """All of a person's tokens, and codes that could still become some."""
    db.run(
        """
        DELETE FROM app WHERE is_personal = 1 AND id IN (SELECT app_id FROM token WHERE user_id = :user)
        """,
        user=user,
    )
    db.run("DELETE FROM token WHERE user_id = :user", user=user)
    db.run("DELETE FROM authorization_code WHERE user_id = :user", user=user)


@dataclass(frozen=True, slots=True)
class Code:
    """What somebody allowed an app, until it fetches its token. The code itself is not kept."""

    digest: bytes
    app_id: AppId
    user_id: UserId
    redirect_uri: str
    scopes: str
    challenge: str | None
    expires_at: int
    token_id: TokenId | None = None


CODE_COLUMNS = ", ".join(Code.__slots__)


def insert_code(db: Writer, code: Code) -> None:
    db.run(
        f"""
        INSERT INTO authorization_code ({CODE_COLUMNS})
        VALUES (:digest, :app_id, :user_id, :redirect_uri, :scopes, :challenge, :expires_at, :token_id)
        """,
        **{name: getattr(code, name) for name in Code.__slots__},
    )


def find_code(db: Reader, digest: bytes) -> Code | None:
    row = db.row(f"SELECT {CODE_COLUMNS} FROM authorization_code WHERE digest = :digest", digest=digest)
    return Code(*row) if row else None


def take_code(db: Writer, digest: bytes, token: TokenId) -> bool:
    """Whether the code was unused: of two who show it at once, one is told no."""
    taken = db.run(
        "UPDATE authorization_code SET token_id = :token WHERE digest = :digest AND token_id IS NULL",
        digest=digest,
        token=token,
    )
    return taken == 1


def delete_codes_before(db: Writer, now: int) -> None:
    """Forget codes that expired, used or not."""
    db.run("DELETE FROM authorization_code WHERE expires_at < :now", now=now)


def delete_of_app(db: Writer, user: UserId, app: AppId) -> bool:
    """What one app holds of somebody; whether it held a token."""
    db.run("DELETE FROM authorization_code WHERE user_id = :user AND app_id = :app", user=user, app=app)
    is_gone = db.run("DELETE FROM token WHERE user_id = :user AND app_id = :app", user=user, app=app) > 0
    if is_gone:
        db.run("DELETE FROM app WHERE id = :app AND is_personal = 1", app=app)
    return is_gone


def count_personal(db: Reader, user: UserId) -> int:
    """How many tokens somebody has made for their own programs."""
    sql = """
        SELECT count(*) FROM token JOIN app ON app.id = token.app_id
         WHERE token.user_id = :user AND app.is_personal = 1
    """
    return int(db.value(sql, user=user))


def delete_expired(db: Writer, app: AppId, now: int) -> None:
    """A personal app whose time is up, with its token."""
    db.run(
        """
        DELETE FROM app WHERE id = :app AND is_personal = 1
           AND EXISTS (SELECT 1 FROM token WHERE token.app_id = app.id AND token.expires_at <= :now)
        """,
        app=app,
        now=now,
    )


@dataclass(frozen=True, slots=True)
class Grant:
    """An app that acts for somebody."""

    app: AppId
    name: str
    website: str | None
    created_at: int
    seen_at: int | None
    expires_at: int | None
    is_personal: bool
    """Whether they made its token themselves."""


def grants_of(db: Reader, user: UserId) -> list[Grant]:
    """One for each app, however many tokens it has; last used first."""
    rows = db.rows(
        """
        SELECT app.id, app.name, app.website, min(token.created_at), max(token.seen_at),
               max(token.expires_at), app.is_personal
          FROM token JOIN app ON app.id = token.app_id
         WHERE token.user_id = :user
         GROUP BY app.id, app.name, app.website, app.is_personal
         ORDER BY coalesce(max(token.seen_at), min(token.created_at)) DESC, app.id DESC
        """,
        user=user,
    )
    return [
        Grant(app, name, website, created_at, seen_at, expires_at, bool(is_personal))
        for app, name, website, created_at, seen_at, expires_at, is_personal in rows
    ]
