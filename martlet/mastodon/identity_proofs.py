"""Proofs of identity, which Mastodon gave up: https://docs.joinmastodon.org/methods/accounts/#identity_proofs"""

from typing import Any

from martlet.mastodon.routing import Api, Call, NoForm
from martlet.model.names import AccountId
from martlet.storage import accounts
from martlet.storage.database import Reader

api = Api()


@api.get("/api/v1/accounts/{id}/identity_proofs", scope="read:accounts", returns=list[dict[str, Any]])
def index(db: Reader, call: Call[NoForm]) -> list[dict[str, Any]]:
    """https://docs.joinmastodon.org/methods/accounts/#identity_proofs: always empty, for apps that still ask."""
    accounts.get_shown(db, AccountId(call.id))
    return []
