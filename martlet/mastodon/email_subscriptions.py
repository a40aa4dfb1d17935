"""Having somebody's public posts sent by e-mail: Mastodon 4.6, which does not document it."""

from typing import Annotated

from msgspec import Meta, Struct

from martlet.http.limits import network_of
from martlet.mastodon.emails import Nothing
from martlet.mastodon.registration import in_their_words
from martlet.mastodon.routing import Api, Call, id_in
from martlet.model.errors import InvalidInput
from martlet.model.names import AccountId
from martlet.services import newsletter_words, subscribing
from martlet.services.subscribing import Wish
from martlet.storage.database import Writer

api = Api()


class SubscriptionForm(Struct, frozen=True):
    email: Annotated[str, Meta(max_length=2000, description="Where the letters are to go.")] = ""


@api.post("/api/v1/accounts/{id}/email_subscriptions", form=SubscriptionForm, returns=Nothing)
def create(db: Writer, call: Call[SubscriptionForm]) -> Nothing:
    """
    Ask an address whether it wants the public posts of an account of this server whose `email_subscriptions` is true.

    The answer is the same for addresses that get them already.
    """
    spoken = newsletter_words.locale_asked_for(call.request.header(b"accept-language"))
    wish = Wish(
        AccountId(id_in(call.params["id"])), call.form.email, spoken, network_of(call.request.address)
    )
    try:
        subscribing.subscribe(db, wish, call.ground.secret, call.here)
    except InvalidInput as error:
        raise in_their_words(error) from None
    return Nothing()
