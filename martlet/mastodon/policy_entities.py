"""Who may answer a post, as an extension: GoToSocial's entities (docs/client-api-extensions.md)."""

from msgspec import Struct


class PolicyRules(Struct, kw_only=True):
    """Who may at once, and who with approval; each also under the name it had before GoToSocial 0.20."""

    automatic_approval: list[str]
    manual_approval: list[str]
    always: list[str]
    with_approval: list[str]


class InteractionPolicy(Struct, kw_only=True):
    """An extension, GoToSocial's: who may do what with a post."""

    can_favourite: PolicyRules
    can_reply: PolicyRules
    can_reblog: PolicyRules


class DefaultPolicies(Struct, kw_only=True):
    public: InteractionPolicy
    unlisted: InteractionPolicy
    private: InteractionPolicy
    direct: InteractionPolicy
