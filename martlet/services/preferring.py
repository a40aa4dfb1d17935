"""What people prefer when they read: told to apps that ask, and the language in which they are spoken to."""

from martlet.model.errors import InvalidInput
from martlet.model.names import AccountId
from martlet.storage import users
from martlet.storage.database import Writer

MEDIA = ("default", "show_all", "hide_all")


def prefer_reading(
    db: Writer, account: AccountId, media: str, *, opens_warnings: bool, plays_gifs: bool
) -> None:
    """Raises `InvalidInput` for a way to show media that there is not."""
    if media not in MEDIA:
        raise InvalidInput("Validation failed: Media display is not included in the list", "media")
    users.update(db, account, show_media=media, open_warnings=int(opens_warnings), play_gifs=int(plays_gifs))


def prefer_language(db: Writer, account: AccountId, tag: str) -> None:
    """`tag` as pages and letters have it; who calls has made sure that there is such a language."""
    users.update(db, account, locale=tag)
