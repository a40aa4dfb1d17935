"""Answers that wait for approval, as an extension (docs/client-api-extensions.md)."""

from msgspec import UNSET, Struct, UnsetType

from martlet.mastodon.entities import Account, Status


class InteractionRequest(Struct, kw_only=True):
    """An extension, GoToSocial's: an answer that waits for approval, or waited."""

    id: str
    type: str
    created_at: str
    account: Account
    status: Status
    reply: Status
    accepted_at: str | UnsetType = UNSET
    rejected_at: str | UnsetType = UNSET
