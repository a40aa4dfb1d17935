"""Custom emoji: https://docs.joinmastodon.org/methods/custom_emojis/"""

from martlet.mastodon import entities
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize.emojis import entity
from martlet.storage import emojis
from martlet.storage.database import Reader

api = Api()


@api.get("/api/v1/custom_emojis", returns=list[entities.CustomEmoji])
def index(db: Reader, call: Call[NoForm]) -> list[entities.CustomEmoji]:
    """https://docs.joinmastodon.org/methods/custom_emojis/#get"""
    return [entity(one, call.here) for one in emojis.listed(db)]
