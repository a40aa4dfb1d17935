"""Entities of bookmark folders, which are Pleroma's: docs/client-api-extensions.md."""

from msgspec import Struct


class BookmarkFolder(Struct, kw_only=True):
    """Pleroma's: `emoji` is a character or `:shortcode:`, which then has an address."""

    id: str
    name: str
    emoji: str | None
    emoji_url: str | None


class StatusPleroma(Struct, kw_only=True):
    """What Pleroma tells of a post: here no more than the id of the viewer's folder that it is in."""

    bookmark_folder: str | None
