"""Whom to follow, with the reason: https://docs.joinmastodon.org/methods/suggestions/"""

from typing import Annotated, Any

from msgspec import Meta, Struct

from martlet.mastodon import entities, trend_entities
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize import accounts as serialize
from martlet.mastodon.serialize import reasons
from martlet.model.ids import id_from
from martlet.model.names import AccountId
from martlet.services import suggesting
from martlet.services.suggesting import Suggested
from martlet.storage import accounts
from martlet.storage.database import Reader, Writer

api = Api()

LISTED, MOST_LISTED = 40, 80
_OLD_NAMES = {
    "featured": "staff",
    "friends_of_friends": "past_interactions",
    "similar_to_recently_followed": "past_interactions",
    "most_followed": "global",
    "most_interactions": "global",
}


class SuggestionsForm(Struct, frozen=True, kw_only=True):
    limit: Annotated[int | None, Meta(description="How many, at most.")] = None

    @property
    def most(self) -> int:
        return min(max(self.limit or LISTED, 1), MOST_LISTED)


@api.get(
    "/api/v2/suggestions",
    scope="read",
    form=SuggestionsForm,
    is_slow=True,
    returns=list[trend_entities.Suggestion],
)
def show(db: Reader, call: Call[SuggestionsForm]) -> list[trend_entities.Suggestion]:
    """https://docs.joinmastodon.org/methods/suggestions/#v2"""
    found = suggesting.to(db, call.account, call.form.most, call.here)
    shown = _accounts(db, call, found)
    language = reasons.language_of(db, call.account, call.here)
    return [
        trend_entities.Suggestion(
            source=_OLD_NAMES[one.sources[0]],
            sources=list(one.sources),
            account=shown[one.account],
            martlet=reasons.suggestion(one, language),
        )
        for one in found
        if one.account in shown
    ]


@api.get(
    "/api/v1/suggestions", scope="read", form=SuggestionsForm, is_slow=True, returns=list[entities.Account]
)
def show_accounts(db: Reader, call: Call[SuggestionsForm]) -> list[entities.Account]:
    """https://docs.joinmastodon.org/methods/suggestions/#v1"""
    found = suggesting.to(db, call.account, call.form.most, call.here)
    shown = _accounts(db, call, found)
    return [shown[one.account] for one in found if one.account in shown]


def _accounts(db: Reader, call: Call[Any], found: list[Suggested]) -> dict[AccountId, entities.Account]:
    known = accounts.many(db, {one.account for one in found})
    shown = serialize.many(db, known.values(), call.here)
    return dict(zip(known, shown, strict=True))


@api.delete("/api/v1/suggestions/{id}", scope="read", returns=dict[str, Any])
def remove(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/suggestions/#remove"""
    account = id_from(call.params["id"])  # what is no account is no error here, as documented
    if account is not None:
        suggesting.dismiss(db, call.account, AccountId(account), call.here)
    return {}
