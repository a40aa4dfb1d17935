"""Joining through an app: https://docs.joinmastodon.org/methods/accounts/#create"""

from typing import Annotated

from msgspec import Meta, Struct

from martlet.http import limits
from martlet.http.answer import PRIVATE
from martlet.http.limits import network_of
from martlet.mastodon import entities
from martlet.mastodon.routing import Api, Call
from martlet.model.errors import InvalidInput, NotAllowed
from martlet.model.names import AppId
from martlet.services import authorizing, registering
from martlet.services.registering import Wish

api = Api()

Text = Annotated[str, Meta(max_length=2000)]

CODES = {
    "blank": "ERR_BLANK",
    "taken": "ERR_TAKEN",
    "email_taken": "ERR_TAKEN",
    "blocked": "ERR_BLOCKED",
    "reserved": "ERR_RESERVED",
    "too_long": "ERR_TOO_LONG",
    "too_short": "ERR_TOO_SHORT",
    "accepted": "ERR_ACCEPTED",
    "below_limit": "ERR_BELOW_LIMIT",
}
"""Ours to Mastodon's; all others are ERR_INVALID."""


class RegistrationForm(Struct, frozen=True):
    username: Text = ""
    email: Text = ""
    password: Text = ""
    agreement: bool = False
    locale: Annotated[str, Meta(max_length=35)] = "en"
    reason: Annotated[str, Meta(max_length=20_000)] | None = None
    invite_code: Text | None = None
    date_of_birth: Text | None = None

    def to_wish(self, app: AppId) -> Wish:
        return Wish(
            self.username,
            self.email,
            self.password,
            self.agreement,
            self.locale or "en",
            self.reason or "",
            self.invite_code or "",
            self.date_of_birth or "",
            app,
        )


@api.post(
    "/api/v1/accounts",
    scope="write:accounts",
    access="app",
    form=RegistrationForm,
    returns=entities.Token,
    rule=limits.SIGN_UPS,
)
async def create_account(call: Call[RegistrationForm]) -> entities.Token:
    """https://docs.joinmastodon.org/methods/accounts/#create"""
    app = call.viewer.app
    if call.account or app is None:
        raise NotAllowed("This method requires an client credentials authentication")
    call.headers.append(PRIVATE)
    address = call.request.address
    try:
        login = await registering.join(call.ground, call.form.to_wish(app), address, network_of(address))
    except InvalidInput as error:
        raise in_their_words(error) from None
    issued = await call.store.writing(
        authorizing.issue, app, (login.user, login.account), call.viewer.scopes, call.here
    )
    return entities.Token(
        access_token=issued.token,
        token_type="Bearer",  # noqa: S106 - the kind of token
        scope=issued.scopes,
        created_at=issued.created_at // 1000,
    )


def in_their_words(error: InvalidInput) -> InvalidInput:
    details = {
        field: [(CODES.get(code, "ERR_INVALID"), sentence) for code, sentence in found]
        for field, found in error.details.items()
    }
    return InvalidInput(error.message, error.field, details)
