"""This server, as clients ask about it: https://docs.joinmastodon.org/methods/instance/"""

from typing import Any

from martlet.mastodon.routing import Api, Call, NoForm
from martlet.storage.database import Reader

api = Api()


@api.get("/api/v1/instance")
def show_v1(db: Reader, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/instance/#v1"""
    del db
    return {
        "uri": call.here.host,
        "title": call.here.name,
        "version": f"4.5.0 (compatible; Martlet {call.here.version})",
    }
