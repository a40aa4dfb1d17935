"""Who is calling: from a token to a person, and whether they may come in."""

import hashlib
from dataclasses import dataclass

from martlet.model.errors import NotAllowed, NotSignedIn
from martlet.model.names import NOBODY, AccountId, AppId, TokenId, UserId
from martlet.storage import oauth
from martlet.storage.database import Reader


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever makes a request. Without a token nobody; with an app's own token an app without a person."""

    account: AccountId = NOBODY
    user: UserId | None = None
    token: TokenId | None = None
    app: AppId | None = None
    scopes: str = ""
    role: str = "user"
    seen_at: int | None = None
    has_filters: bool = False
    has_muted_threads: bool = False


def viewer_of(db: Reader, token: str) -> Viewer:
    """
    The person behind a token.

    Raises `NotSignedIn` for an unknown or revoked token, `NotAllowed` for
    people who are not confirmed, not approved, frozen or suspended.
    """
    row = oauth.find_bearer(db, hashlib.sha256(token.encode()).digest()) if token else None
    if row is None:
        raise NotSignedIn("The access token is invalid")
    (
        id,
        app,
        user,
        account,
        scopes,
        confirmed,
        approved,
        disabled,
        suspended,
        deletes,
        role,
        seen,
        filters,
        mutes,
    ) = row
    if user is not None:
        if disabled is not None or suspended is not None or deletes is not None:
            raise NotAllowed("Your login is currently disabled")
        if confirmed is None:
            raise NotAllowed("Your login is missing a confirmed e-mail address")
        if approved is None:
            raise NotAllowed("Your login is currently pending approval")
    return Viewer(account or NOBODY, user, id, app, scopes, role or "user", seen, bool(filters), bool(mutes))
