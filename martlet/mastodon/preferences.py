"""What one has chosen for all apps: https://docs.joinmastodon.org/methods/preferences/"""

from martlet.mastodon import entities
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize.bodies import VISIBILITIES
from martlet.model.errors import NotFound
from martlet.model.visibility import Visibility
from martlet.storage import accounts
from martlet.storage.database import Reader

api = Api()


@api.get("/api/v1/preferences", scope="read:accounts", returns=entities.Preferences)
def show_preferences(db: Reader, call: Call[NoForm]) -> entities.Preferences:
    """https://docs.joinmastodon.org/methods/preferences/#get"""
    posting = accounts.posting_preferences(db, call.account)
    reading = accounts.reading_preferences(db, call.account)
    if posting is None or reading is None:
        raise NotFound
    show_media, open_warnings, play_gifs = reading
    return entities.Preferences(
        visibility=VISIBILITIES[Visibility(posting.visibility)],
        sensitive=bool(posting.is_sensitive),
        language=posting.language,
        quote_policy=posting.quoting,
        local_only=bool(posting.is_local_only),
        expires_in=posting.lifetime,
        expand_media=show_media,
        expand_spoilers=bool(open_warnings),
        autoplay_gifs=bool(play_gifs),
    )
