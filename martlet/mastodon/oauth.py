"""Tokens for apps: https://docs.joinmastodon.org/methods/oauth/; the page that asks people is `web/consenting.py`."""

import binascii
from base64 import b64decode
from typing import Annotated
from urllib.parse import unquote_plus

from msgspec import Meta, Struct

from martlet.http.answer import PRIVATE
from martlet.http.limits import network_of
from martlet.http.request import Request
from martlet.mastodon import entities
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize import accounts as serialize
from martlet.model import scopes
from martlet.model.errors import NotAllowed
from martlet.services import authorizing, signing_in
from martlet.services.authorizing import GrantRefused, Issued
from martlet.services.signing_in import WrongLogin
from martlet.storage import accounts
from martlet.storage.database import Reader, Writer
from martlet.storage.oauth import App

api = Api()

Text = Annotated[str, Meta(max_length=2000)]


class TokenForm(Struct, frozen=True):
    grant_type: Text = ""
    client_id: Text = ""
    client_secret: Text = ""
    code: Text = ""
    code_verifier: Text = ""
    redirect_uri: Text = ""
    username: Text = ""
    password: Text = ""
    scope: Text | None = None


class RevokeForm(Struct, frozen=True):
    token: Text = ""
    client_id: Text = ""
    client_secret: Text = ""
    token_type_hint: Text = ""


class Nothing(Struct):
    """`{}`."""


@api.post("/oauth/token", access="unchecked", form=TokenForm, returns=entities.Token)
async def create_token(call: Call[TokenForm]) -> entities.Token:
    """https://docs.joinmastodon.org/methods/oauth/#token"""
    call.headers.append(PRIVATE)
    form = call.form
    if not form.grant_type:
        raise GrantRefused("invalid_request", "Missing required parameter: grant_type.")
    grants = {
        "authorization_code": _by_code,
        "client_credentials": _by_app,
        "password": _by_password,
    }
    if form.grant_type not in grants:
        raise GrantRefused("unsupported_grant_type", "This kind of grant is not known here.")
    app = await call.store.reading(_app, call.request, form.client_id, form.client_secret)
    issued = await grants[form.grant_type](call, app)
    return entities.Token(
        access_token=issued.token,
        token_type="Bearer",  # noqa: S106 - the kind of token
        scope=issued.scopes,
        created_at=issued.created_at // 1000,
    )


async def _by_code(call: Call[TokenForm], app: App) -> Issued:
    form = call.form
    if not form.code:
        raise GrantRefused("invalid_request", "Missing required parameter: code.")
    issued = await call.store.writing(
        authorizing.redeem, app, form.code, form.redirect_uri, form.code_verifier, call.here
    )
    if issued is None:
        raise GrantRefused(
            "invalid_grant",
            "The code is wrong, over or used, or was made for another app, address or verifier.",
        )
    return issued


async def _by_app(call: Call[TokenForm], app: App) -> Issued:
    granted = authorizing.granted(app, call.form.scope)
    return await call.store.writing(authorizing.issue, app.id, None, granted, call.here)


async def _by_password(call: Call[TokenForm], app: App) -> Issued:
    """Not for those who want a second step asked for: there is no place for it here."""
    granted = authorizing.granted(app, call.form.scope)
    network = network_of(call.request.address)
    try:
        login = await signing_in.identify(call.ground, call.form.username, call.form.password, network)
        signing_in.check_may_enter(login)
    except WrongLogin as error:
        raise GrantRefused("invalid_grant", error.message) from None
    except NotAllowed as error:
        raise GrantRefused("invalid_grant", error.message) from None
    if login.has_second_step:
        raise GrantRefused(
            "invalid_grant", "This account asks for a second step: sign in through the browser."
        )
    return await call.store.writing(
        authorizing.issue, app.id, (login.user, login.account), granted, call.here
    )


def _app(db: Reader, request: Request, client_id: str, client_secret: str) -> App:
    """By HTTP Basic or by the form, RFC 6749 section 2.3.1. Raises `GrantRefused`."""
    given = request.header(b"authorization")
    if given[:6].lower() == "basic ":
        try:
            pair = b64decode(given[6:].strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise authorizing.unknown_client() from None
        client_id, _, client_secret = (unquote_plus(part) for part in pair.partition(":"))
    return authorizing.authenticate_app(db, client_id, client_secret)


@api.post("/oauth/revoke", access="unchecked", form=RevokeForm, returns=Nothing)
def revoke_token(db: Writer, call: Call[RevokeForm]) -> Nothing:
    """https://docs.joinmastodon.org/methods/oauth/#revoke"""
    form = call.form
    try:
        app = _app(db, call.request, form.client_id, form.client_secret)
    except GrantRefused:
        raise GrantRefused("unauthorized_client", "You are not authorized to revoke this token") from None
    authorizing.revoke(db, app, form.token)
    return Nothing()


class UserInfo(Struct, kw_only=True):
    """OpenID Connect Core section 5.3, as far as Mastodon answers it."""

    iss: str
    sub: str
    name: str
    preferred_username: str
    profile: str
    picture: str


@api.get("/oauth/userinfo", scope="profile", returns=UserInfo)
def userinfo(db: Reader, call: Call[NoForm]) -> UserInfo:
    """https://docs.joinmastodon.org/methods/oauth/#userinfo"""
    return _of_person(db, call)


def _of_person(db: Reader, call: Call[NoForm]) -> UserInfo:
    account = accounts.get(db, call.account)
    return UserInfo(
        iss=f"{call.here.url}/",
        sub=account.uri,
        name=account.display_name,
        preferred_username=account.username,
        profile=account.url,
        picture=serialize.entity(db, account, call.here).avatar,
    )


@api.post("/oauth/userinfo", scope="profile", returns=UserInfo)
def post_userinfo(db: Writer, call: Call[NoForm]) -> UserInfo:
    """https://docs.joinmastodon.org/methods/oauth/#userinfo"""
    return _of_person(db, call)


class AuthorizationServer(Struct, kw_only=True):
    """RFC 8414 section 2."""

    issuer: str
    service_documentation: str
    authorization_endpoint: str
    token_endpoint: str
    app_registration_endpoint: str
    revocation_endpoint: str
    userinfo_endpoint: str
    scopes_supported: list[str]
    response_types_supported: list[str]
    response_modes_supported: list[str]
    grant_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    code_challenge_methods_supported: list[str]


@api.get("/.well-known/oauth-authorization-server", returns=AuthorizationServer)
def authorization_server(db: Reader, call: Call[NoForm]) -> AuthorizationServer:
    """https://docs.joinmastodon.org/methods/oauth/#authorization-server-metadata"""
    del db
    url = call.here.url
    return AuthorizationServer(
        issuer=f"{url}/",
        service_documentation="https://docs.joinmastodon.org/",
        authorization_endpoint=f"{url}/oauth/authorize",
        token_endpoint=f"{url}/oauth/token",
        app_registration_endpoint=f"{url}/api/v1/apps",
        revocation_endpoint=f"{url}/oauth/revoke",
        userinfo_endpoint=f"{url}/oauth/userinfo",
        scopes_supported=sorted(scopes.KNOWN),
        response_types_supported=["code"],
        response_modes_supported=["query"],
        grant_types_supported=["authorization_code", "client_credentials", "password"],
        token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post"],
        code_challenge_methods_supported=["S256"],
    )
