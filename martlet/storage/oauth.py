"""Apps and their tokens. Secrets are kept as SHA-256 digests only."""

from dataclasses import dataclass

from martlet.model.names import AccountId, AppId, TokenId, UserId
from martlet.storage.database import Reader, Row, Writer


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


APP_COLUMNS = "id, client_id, secret_digest, name, website, redirect_uris, scopes, created_at"


def insert_app(db: Writer, app: App) -> None:
    db.run(
        f"""
        INSERT INTO app ({APP_COLUMNS})
        VALUES (:id, :client_id, :secret_digest, :name, :website, :redirect_uris, :scopes, :created_at)
        """,
        **{name: getattr(app, name) for name in App.__slots__},
    )


def find_app(db: Reader, client_id: str) -> App | None:
    row = db.row(f"SELECT {APP_COLUMNS} FROM app WHERE client_id = :client_id", client_id=client_id)
    return App(*row) if row else None


def find_app_by_id(db: Reader, id: AppId) -> App | None:
    row = db.row(f"SELECT {APP_COLUMNS} FROM app WHERE id = :id", id=id)
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
) -> None:
    db.run(
        """
        INSERT INTO token (id, digest, app_id, user_id, account_id, scopes, created_at)
        VALUES (:id, :digest, :app, :user, :account, :scopes, :created_at)
        """,
        id=id,
        digest=digest,
        app=app,
        user=user,
        account=account,
        scopes=scopes,
        created_at=created_at,
    )


def find_bearer(db: Reader, digest: bytes) -> Row | None:
    """
    All that a request needs to know of its token's owner, in one look.

    (token, app, user, account, scopes, confirmed_at, approved_at, disabled_at, suspended_at, deletes_at, role,
    seen_at, has filters, has muted threads)
    """
    return db.row(
        """
        SELECT token.id, token.app_id, token.user_id, token.account_id, token.scopes,
               users.confirmed_at, users.approved_at, users.disabled_at,
               account.suspended_at, account.deletes_at, users.role, users.seen_at,
               EXISTS (SELECT 1 FROM filter WHERE filter.account_id = token.account_id),
               EXISTS (SELECT 1 FROM thread_mute WHERE thread_mute.account_id = token.account_id)
          FROM token
          LEFT JOIN users ON users.id = token.user_id
          LEFT JOIN account ON account.id = token.account_id
         WHERE token.digest = :digest
        """,
        digest=digest,
    )
