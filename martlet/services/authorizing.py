"""
OAuth 2: apps, the codes they are given, the tokens they hold.

RFC 6749 (codes, client credentials, passwords), RFC 7636 (PKCE, only S256),
RFC 7009 (revocation). Tokens do not expire: clients of the Mastodon API do
not renew any. Codes last ten minutes and are good once; one that is shown
again takes its token with it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from martlet.model import redirects, scopes
from martlet.model.errors import InvalidInput, MartletError
from martlet.model.names import AccountId, AppId, TokenId, UserId
from martlet.model.server import Server
from martlet.services import sweeping
from martlet.signing import tokens
from martlet.signing.tokens import Kind
from martlet.storage import logins, oauth
from martlet.storage.database import Reader, Writer
from martlet.storage.oauth import App, Code

CODE_MINUTES = 10
NAME_LIMIT = 60
REDIRECTS = 20
DEFAULT_SCOPE = "read"


class GrantRefused(MartletError):
    """`code` is the error's name in RFC 6749 sections 4.1.2.1 and 5.2."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def unknown_client() -> GrantRefused:
    return GrantRefused("invalid_client", "This app is not known here, or its secret is wrong.")


def wrong_scope() -> GrantRefused:
    return GrantRefused(
        "invalid_scope", "The requested scope is unknown, or more than the app registered for."
    )


# -- apps ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AppWish:
    """What an app says of itself."""

    name: str
    redirects: Sequence[str]
    scopes: str
    website: str | None


def register_app(db: Writer, wish: AppWish, here: Server) -> tuple[App, str]:
    """The app and its secret, which is not kept. Raises `InvalidInput`."""
    _check_app(wish)
    secret = tokens.make(Kind.CLIENT_SECRET)
    app = App(
        AppId(here.next_id()),
        tokens.make(Kind.CLIENT_ID),
        tokens.digest(secret),
        wish.name.strip(),
        wish.website or None,
        json.dumps(list(dict.fromkeys(wish.redirects))),
        scopes.in_order(wish.scopes) or DEFAULT_SCOPE,
        here.now_ms(),
    )
    oauth.insert_app(db, app)
    return app, secret


def _check_app(wish: AppWish) -> None:
    if not wish.name.strip():
        raise InvalidInput("Validation failed: Application name can't be blank", "client_name")
    if len(wish.name) > NAME_LIMIT:
        raise InvalidInput(
            f"Validation failed: Application name is too long (maximum is {NAME_LIMIT} characters)",
            "client_name",
        )
    if not wish.redirects:
        raise InvalidInput("Validation failed: Redirect URI can't be blank", "redirect_uris")
    if len(wish.redirects) > REDIRECTS:
        raise InvalidInput(f"Validation failed: at most {REDIRECTS} redirect URIs", "redirect_uris")
    for uri in wish.redirects:
        redirects.check(uri)
    if not scopes.parse(wish.scopes) <= scopes.KNOWN:
        raise InvalidInput("Validation failed: Scopes doesn't match configured on the server.", "scopes")
    if wish.website and not wish.website.startswith(("https://", "http://")):
        raise InvalidInput("Validation failed: Application website is not a web address", "website")


def authenticate_app(db: Reader, client_id: str, client_secret: str) -> App:
    """Raises `GrantRefused`."""
    app = oauth.find_app(db, client_id)
    shown = tokens.digest(client_secret)
    if app is None or not tokens.is_same(shown, app.secret_digest):
        raise unknown_client()
    return app


def granted(app: App, asked: str | None) -> str:
    """The scopes to be granted, in order. Raises `GrantRefused` for more than the app registered for."""
    may = scopes.parse(app.scopes)
    wanted = scopes.in_order(asked or "")
    if not wanted:
        return DEFAULT_SCOPE if scopes.covers(may, DEFAULT_SCOPE) else app.scopes
    wishes = scopes.parse(wanted)
    if not wishes <= scopes.KNOWN or not scopes.within(wishes, may):
        raise wrong_scope()
    return wanted


# -- tokens --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token, shown this once."""

    token: str
    scopes: str
    created_at: int


def issue(
    db: Writer,
    app: AppId,
    owner: tuple[UserId, AccountId] | None,
    granted_scopes: str,
    here: Server,
    id: TokenId | None = None,
) -> Issued:
    """A token for somebody, or without `owner` the app's own."""
    token = tokens.make(Kind.ACCESS)
    user, account = owner or (None, None)
    now = here.now_ms()
    id = id or TokenId(here.next_id())
    oauth.insert_token(db, id, tokens.digest(token), app, user, account, granted_scopes, now)
    return Issued(token, granted_scopes, now)


def revoke(db: Writer, app: App, token: str) -> None:
    """
    RFC 7009. A token that is not there has been revoked already.

    Raises `GrantRefused` for another app's.
    """
    kept = oauth.find_token(db, tokens.digest(token)) if token else None
    if not token or (kept is not None and kept.app != app.id):
        raise GrantRefused("unauthorized_client", "You are not authorized to revoke this token")
    if kept is not None:
        oauth.delete_token(db, kept.id)


# -- codes ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """What an app asks of somebody: RFC 6749 section 4.1.1, RFC 7636 section 4.3."""

    client_id: str
    redirect_uri: str
    response_type: str = "code"
    scope: str = ""
    state: str = ""
    challenge: str = ""
    challenge_method: str = ""


def find_asking(db: Reader, asked: Asked) -> App:
    """
    The app that asks, with an address it registered.

    Raises `GrantRefused`, which must be shown here: an unknown address is not one to be sent to.
    """
    app = oauth.find_app(db, asked.client_id)
    if app is None:
        raise GrantRefused("invalid_client", "This app is not known here.")
    if asked.redirect_uri not in app.redirects:
        raise GrantRefused(
            "invalid_redirect_uri", "The app asks to be sent an answer where it did not say before."
        )
    return app


def check_asked(app: App, asked: Asked) -> str:
    """The scopes asked for. Raises `GrantRefused`, which may be sent to the app."""
    if not asked.response_type:
        raise GrantRefused("invalid_request", "Missing required parameter: response_type.")
    if asked.response_type != "code":
        raise GrantRefused("unsupported_response_type", "Only the response type `code` is known here.")
    if asked.challenge_method and asked.challenge_method != "S256":
        raise GrantRefused("invalid_request", "The code_challenge_method must be S256.")
    if asked.challenge_method and not asked.challenge:
        raise GrantRefused("invalid_request", "Missing required parameter: code_challenge.")
    if asked.challenge and (not asked.challenge_method or not tokens.is_pkce_challenge(asked.challenge)):
        raise GrantRefused("invalid_request", "The code_challenge must be one of method S256.")
    return granted(app, asked.scope)


def allow(db: Writer, app: App, user: UserId, asked: Asked, here: Server) -> str:
    """Somebody allows an app what it asks: the code to be handed to it. Raises `GrantRefused`."""
    wanted = check_asked(app, asked)
    code = tokens.make(Kind.CODE)
    expires_at = here.now_ms() + CODE_MINUTES * 60_000
    oauth.insert_code(
        db,
        Code(
            tokens.digest(code), app.id, user, asked.redirect_uri, wanted, asked.challenge or None, expires_at
        ),
    )
    sweeping.want(db, here)
    return code


def redeem(db: Writer, app: App, shown: str, redirect_uri: str, verifier: str, here: Server) -> Issued | None:
    """
    A token for a code; None for one that is wrong, over, another app's, or used.

    A used one takes its token with it: somebody else has seen it.
    """
    code = oauth.find_code(db, tokens.digest(shown)) if shown else None
    if code is None or code.app_id != app.id or code.redirect_uri != redirect_uri:
        return None
    if code.challenge is None and verifier:
        return None
    if code.challenge is not None and not tokens.pkce_matches(verifier, code.challenge):
        return None
    id = TokenId(here.next_id())
    if code.token_id is not None or not oauth.take_code(db, code.digest, id):
        used = oauth.find_code(db, code.digest)
        if used is not None and used.token_id is not None:
            oauth.delete_token(db, used.token_id)
        return None
    login = logins.find(db, code.user_id)
    if here.now_ms() >= code.expires_at or login is None or login.is_barred:
        return None
    return issue(db, app.id, (login.user, login.account), code.scopes, here, id)
