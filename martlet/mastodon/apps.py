"""Apps introduce themselves: https://docs.joinmastodon.org/methods/apps/"""

from typing import Annotated

from msgspec import Meta, Struct

from martlet.http import limits
from martlet.mastodon import entities
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.model.errors import NotSignedIn
from martlet.services import authorizing
from martlet.services.authorizing import AppWish
from martlet.storage import oauth
from martlet.storage.database import Reader, Writer

api = Api()


class AppForm(Struct, frozen=True):
    client_name: Annotated[str, Meta(max_length=1000)]
    redirect_uris: Annotated[str, Meta(max_length=20_000)] | list[str]
    scopes: Annotated[str, Meta(max_length=2000)] | list[str] = "read"
    website: Annotated[str, Meta(max_length=2000)] | None = None

    def to_wish(self) -> AppWish:
        """Addresses come as a list, or as lines of a text."""
        uris = self.redirect_uris.split() if isinstance(self.redirect_uris, str) else self.redirect_uris
        wanted = self.scopes if isinstance(self.scopes, str) else " ".join(self.scopes)
        return AppWish(self.client_name, uris, wanted or authorizing.DEFAULT_SCOPE, self.website)


@api.post("/api/v1/apps", form=AppForm, returns=entities.CredentialApplication, rule=limits.APPS)
def create_app(db: Writer, call: Call[AppForm]) -> entities.CredentialApplication:
    """https://docs.joinmastodon.org/methods/apps/#create"""
    app, secret = authorizing.register_app(db, call.form.to_wish(), call.here)
    return entities.CredentialApplication(
        id=str(app.id),
        name=app.name,
        website=app.website,
        scopes=app.scopes.split(),
        redirect_uris=app.redirects,
        redirect_uri="\n".join(app.redirects),
        client_id=app.client_id,
        client_secret=secret,
        client_secret_expires_at=0,
        vapid_key=call.ground.vapid.public_text_for_apps,
    )


@api.get("/api/v1/apps/verify_credentials", access="app", returns=entities.Application)
def verify_credentials(db: Reader, call: Call[NoForm]) -> entities.Application:
    """https://docs.joinmastodon.org/methods/apps/#verify_credentials"""
    app = oauth.find_app_by_id(db, call.viewer.app) if call.viewer.app else None
    if app is None:
        raise NotSignedIn("The access token is invalid")
    return entities.Application(
        id=str(app.id),
        name=app.name,
        website=app.website,
        scopes=app.scopes.split(),
        redirect_uris=app.redirects,
        redirect_uri="\n".join(app.redirects),
        vapid_key=call.ground.vapid.public_text_for_apps,
    )
