"""Apps and tokens: https://docs.joinmastodon.org/methods/apps/, https://docs.joinmastodon.org/methods/oauth/"""

import hashlib
import json
import secrets

import msgspec

from martlet.mastodon import entities, scopes
from martlet.mastodon.errors import OAuthFailure
from martlet.mastodon.routing import Api, Call
from martlet.model.names import AccountId, AppId, TokenId, UserId
from martlet.storage import accounts, oauth
from martlet.storage.database import Reader, Writer

api = Api()


class AppForm(msgspec.Struct, frozen=True):
    client_name: str
    redirect_uris: str | list[str]
    scopes: str = "read"
    website: str | None = None


class TokenForm(msgspec.Struct, frozen=True):
    grant_type: str
    client_id: str = ""
    client_secret: str = ""
    username: str = ""
    password: str = ""
    scope: str = "read"


@api.post("/api/v1/apps", form=AppForm, returns=entities.CredentialApplication)
def create_app(db: Writer, call: Call[AppForm]) -> entities.CredentialApplication:
    """https://docs.joinmastodon.org/methods/apps/#create"""
    form = call.form
    secret = secrets.token_urlsafe(32)
    uris = form.redirect_uris.split() if isinstance(form.redirect_uris, str) else form.redirect_uris
    app = oauth.App(
        AppId(call.here.next_id()),
        secrets.token_urlsafe(24),
        hashlib.sha256(secret.encode()).digest(),
        form.client_name,
        form.website,
        json.dumps(uris),
        form.scopes,
        call.here.now_ms(),
    )
    oauth.insert_app(db, app)
    return entities.CredentialApplication(
        id=str(app.id),
        name=app.name,
        website=app.website,
        scopes=sorted(scopes.parse(app.scopes)),
        redirect_uris=uris,
        redirect_uri="\n".join(uris),
        client_id=app.client_id,
        client_secret=secret,
        client_secret_expires_at=0,
        vapid_key="",
    )


@api.post("/oauth/token", form=TokenForm, returns=entities.Token)
async def create_token(call: Call[TokenForm]) -> entities.Token:
    """https://docs.joinmastodon.org/methods/oauth/#token"""
    form = call.form

    def check(db: Reader) -> tuple[oauth.App | None, tuple[UserId, AccountId, str] | None]:
        return oauth.find_app(db, form.client_id), accounts.find_login(db, form.username)

    app, login = await call.store.reading(check)
    if app is None or login is None or form.grant_type != "password" or not _verify(form.password, login[2]):
        raise OAuthFailure("invalid_grant", "The name or the password is wrong.")
    token = secrets.token_urlsafe(32)
    digest = hashlib.sha256(token.encode()).digest()
    now = call.here.now_ms()
    await call.store.writing(
        oauth.insert_token, TokenId(call.here.next_id()), digest, app.id, login[0], login[1], form.scope, now
    )
    return entities.Token(access_token=token, token_type="Bearer", scope=form.scope, created_at=now // 1000)  # noqa: S106


def _verify(password: str, hashed: str) -> bool:
    return secrets.compare_digest(hashlib.sha256(password.encode()).hexdigest(), hashed)
