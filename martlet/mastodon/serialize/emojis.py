"""Custom emoji: which of them a text uses."""

import re

from martlet.mastodon import entities
from martlet.model.remote_media import FileForm, FileUse
from martlet.model.server import Server
from martlet.storage import emojis
from martlet.storage.database import Reader

_SHORTCODE = re.compile(r":([A-Za-z0-9_]{1,128}):")


def used_in(db: Reader, text: str, host: str, here: Server) -> list[entities.CustomEmoji]:
    """The emoji of `host` (empty: our own) whose `:shortcode:` stands in the text."""
    if ":" not in text:
        return []
    codes = set(_SHORTCODE.findall(text))
    return [entity(one, here) for one in emojis.named(db, codes, host)] if codes else []


def entity(emoji: emojis.Emoji, here: Server) -> entities.CustomEmoji:
    return entities.CustomEmoji(
        shortcode=emoji.shortcode,
        url=here.file_url(FileUse.EMOJI, emoji.id, emoji.file),
        static_url=here.file_url(FileUse.EMOJI, emoji.id, emoji.file_static, FileForm.SMALL),
        visible_in_picker=bool(emoji.is_listed),
        category=emoji.category,
    )
