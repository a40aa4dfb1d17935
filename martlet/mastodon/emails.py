"""Waiting for an e-mail address to be confirmed: https://docs.joinmastodon.org/methods/emails/"""

from typing import Annotated

from msgspec import Meta, Struct

from martlet.http.limits import network_of
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.model import scopes
from martlet.model.errors import NotAllowed, NotSignedIn
from martlet.services import mailing
from martlet.signing import tokens
from martlet.storage import logins, oauth
from martlet.storage.database import Reader, Writer
from martlet.storage.logins import Login

api = Api()


class ConfirmationForm(Struct, frozen=True):
    """`email` takes the place of an address that was wrong."""

    email: Annotated[str, Meta(max_length=2000)] | None = None


class Nothing(Struct):
    """`{}`."""


@api.post("/api/v1/emails/confirmations", access="unchecked", form=ConfirmationForm, returns=Nothing)
def send_again(db: Writer, call: Call[ConfirmationForm]) -> Nothing:
    """https://docs.joinmastodon.org/methods/emails/#confirmation"""
    login = _waiting(db, call, "write:accounts")
    if login.confirmed_at is not None:
        raise NotAllowed("This method is only available while the e-mail is awaiting confirmation")
    mailing.want_confirmation_at(
        db, login, call.form.email or login.email, network_of(call.request.address), call.here
    )
    return Nothing()


@api.get("/api/v1/emails/check_confirmation", access="unchecked", returns=bool)
def is_confirmed(db: Reader, call: Call[NoForm]) -> bool:
    """https://docs.joinmastodon.org/methods/emails/#check_confirmation"""
    return _waiting(db, call, "read:accounts").confirmed_at is not None


def _waiting(db: Reader, call: Call[ConfirmationForm] | Call[NoForm], scope: str) -> Login:
    """Whose token it is, though they may not come in yet. Raises `NotSignedIn` or `NotAllowed`."""
    given = call.request.header(b"authorization")
    shown = given[7:].strip() if given[:7].lower() == "bearer " else ""
    kept = oauth.find_token(db, tokens.digest(shown)) if shown else None
    login = logins.find(db, kept.user) if kept is not None and kept.user is not None else None
    if kept is None or login is None:
        raise NotSignedIn("The access token is invalid")
    if not scopes.covers(scopes.parse(kept.scopes), scope):
        raise NotAllowed("This action is outside the authorized scopes")
    if login.is_barred or login.deletes_at is not None:
        raise NotAllowed("Your login is currently disabled")
    return login
