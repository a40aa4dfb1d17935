"""Who is calling: from a token or a password to a person, and whether they may come in."""

import contextlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from martlet.model.errors import NotAllowed, NotSignedIn
from martlet.model.names import NOBODY, AccountId, AppId, TokenId, UserId
from martlet.model.server import Server
from martlet.services import attempting, hashing
from martlet.services.ports import Ground
from martlet.signing import passwords, tokens
from martlet.storage import logins, oauth
from martlet.storage.database import Reader, Row, Writer
from martlet.storage.logins import Login


class WrongLogin(NotSignedIn):
    """The name or the password is wrong, and we do not say which."""

    code = "wrong_login"

    def __init__(self) -> None:
        super().__init__("The name or the password is not right.")


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
    accepts: str = ""
    """The languages that the request asks for, as it does (Accept-Language)."""


def viewer_of(db: Reader, token: str, now: int) -> Viewer:
    """
    The person behind a token.

    Raises `NotSignedIn` for an unknown, revoked or expired token, `NotAllowed` for
    people who are not confirmed, not approved, frozen or suspended.
    """
    row = oauth.find_bearer(db, tokens.digest(token)) if token else None
    if row is None or _is_over(row, now):
        raise NotSignedIn("The access token is invalid")
    return _viewer(row)


def viewers_of(db: Reader, tokens: Collection[TokenId]) -> dict[TokenId, Viewer]:
    """The same people as they are now, by the tokens they came with; who may not come in any more is left out."""
    found = {}
    for row in oauth.find_bearers(db, tokens):
        with contextlib.suppress(NotAllowed):
            found[TokenId(row[0])] = _viewer(row)
    return found


def _is_over(row: Row, now: int) -> bool:
    expires_at: int | None = row[-1]
    return expires_at is not None and expires_at <= now


@lru_cache(maxsize=4096)
def _viewer(row: Row) -> Viewer:
    """From what `find_bearer` found just now; the same row is the same viewer."""
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
        _,
    ) = row
    if user is not None:
        if disabled is not None or suspended is not None or deletes is not None:
            raise NotAllowed("Your login is currently disabled")
        if confirmed is None:
            raise NotAllowed("Your login is missing a confirmed e-mail address")
        if approved is None:
            raise NotAllowed("Your login is currently pending approval")
    return Viewer(account or NOBODY, user, id, app, scopes, role or "user", seen, bool(filters), bool(mutes))


async def identify(ground: Ground, name: str, password: str, network: str) -> Login:
    """
    Whose name (or e-mail address) and password these are; whether they may come in is another question.

    Counted before it is tried, for the name and for the `network` it comes
    from. Somebody who does not exist costs the same (attacks A10). Raises
    `WrongLogin` or `TooMany`.
    """
    who = name.strip().removeprefix("@").lower()
    await ground.store.writing(_count, who, network, ground.here)
    login = await ground.store.reading(_find, who, ground.here)
    is_right = await hashing.is_right(password, login.password_hash if login else None)
    if login is None or not is_right:
        raise WrongLogin
    fresh = await hashing.hash_password(password) if passwords.needs_rehash(login.password_hash) else None
    await ground.store.writing(_recognised, login, who, network, fresh)
    return login


def _count(db: Writer, who: str, network: str, here: Server) -> None:
    attempting.count(db, attempting.SIGN_IN_FROM_NETWORK, network, here)
    attempting.count(db, attempting.SIGN_IN_TO_ACCOUNT, who, here)
    attempting.count(db, attempting.SIGN_IN_FROM_HERE, f"{who} {network}", here)


def _recognised(db: Writer, login: Login, who: str, network: str, fresh: str | None) -> None:
    attempting.forget(db, attempting.SIGN_IN_FROM_HERE, f"{who} {network}")
    if fresh is not None:
        logins.rehash(db, login.user, login.password_hash, fresh)


def _find(db: Reader, who: str, here: Server) -> Login | None:
    return logins.find_by_name(db, who) or (
        logins.find_by_name(db, who.removesuffix(f"@{here.host}")) if who.endswith(f"@{here.host}") else None
    )


def check_may_enter(login: Login) -> None:
    """Raises `NotAllowed` for people who are not confirmed, not approved, frozen, suspended or leaving."""
    if login.is_barred or login.deletes_at is not None:
        raise NotAllowed("Your login is currently disabled")
    if login.confirmed_at is None:
        raise NotAllowed("Your login is missing a confirmed e-mail address")
    if login.approved_at is None:
        raise NotAllowed("Your login is currently pending approval")
