"""
Who may answer one's posts by default, with GoToSocial's names (docs/client-api-extensions.md).

A policy has three parts in this API. Here only `can_reply` can be other than `public`.
"""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from martlet.mastodon import policy_entities as entities
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize.policies import policy_entity
from martlet.model.names import AccountId
from martlet.model.replying import ReplyPolicy
from martlet.model.visibility import Visibility
from martlet.services import replying
from martlet.storage import accounts
from martlet.storage.database import Reader, Writer

api = Api()

_Values = Annotated[
    list[str] | None, Meta(description="`public`, `followers`, `following`, `mentioned`, `author`.")
]
_OURSELVES = frozenset({"author", "me"})
"""Always allowed, said or not."""


class RulesForm(Struct, frozen=True):
    """Who may at once, and who with approval; under the names of GoToSocial 0.20 or those before."""

    automatic_approval: _Values = None
    manual_approval: _Values = None
    always: _Values = None
    with_approval: _Values = None

    def to_policy(self) -> ReplyPolicy:
        """Raises `InvalidInput`."""
        automatic = self.automatic_approval if self.automatic_approval is not None else self.always
        manual = self.manual_approval if self.manual_approval is not None else self.with_approval
        return replying.checked(ReplyPolicy(_others(automatic or ()), _others(manual or ())))


def _others(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in _OURSELVES)


class InteractionForm(Struct, frozen=True):
    can_reply: RulesForm | None = None
    can_favourite: Annotated[RulesForm | None, Meta(description="Not looked at: everybody may.")] = None
    can_reblog: Annotated[RulesForm | None, Meta(description="Not looked at: everybody may.")] = None

    def to_policy(self) -> ReplyPolicy | None:
        """None where it says nothing of answers. Raises `InvalidInput`."""
        return None if self.can_reply is None else self.can_reply.to_policy()


class DefaultsForm(Struct, frozen=True):
    """What is left out becomes what it was at first: everybody."""

    public: InteractionForm | None = None
    unlisted: InteractionForm | None = None
    private: InteractionForm | None = None
    direct: InteractionForm | None = None


_BY_NAME = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.UNLISTED,
    "private": Visibility.FOLLOWERS,
    "direct": Visibility.MENTIONED,
}


@api.get("/api/v1/interaction_policies/defaults", scope="read:accounts", returns=entities.DefaultPolicies)
def show(db: Reader, call: Call[NoForm]) -> entities.DefaultPolicies:
    """https://docs.gotosocial.org/en/latest/api/swagger/ (getDefaultInteractionPolicies)"""
    return _defaults(db, call.account)


@api.patch(
    "/api/v1/interaction_policies/defaults",
    scope="write:accounts",
    form=DefaultsForm,
    returns=entities.DefaultPolicies,
)
def update(db: Writer, call: Call[DefaultsForm]) -> entities.DefaultPolicies:
    """https://docs.gotosocial.org/en/latest/api/swagger/ (updateDefaultInteractionPolicies)"""
    forms = {visibility: getattr(call.form, name) for name, visibility in _BY_NAME.items()}
    chosen = {visibility: form.to_policy() for visibility, form in forms.items() if form is not None}
    replying.prefer(db, call.account, {one: policy for one, policy in chosen.items() if policy is not None})
    return _defaults(db, call.account)


def _defaults(db: Reader, account: AccountId) -> entities.DefaultPolicies:
    kept = accounts.preferred_replying(db, account)
    return entities.DefaultPolicies(
        **{name: policy_entity(replying.default(kept, visibility)) for name, visibility in _BY_NAME.items()}
    )
