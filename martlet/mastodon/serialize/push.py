"""
What an app is sent, in Mastodon's form: enough to show, and to fetch the rest.

Title and body are in the language of the person's account.
"""

import msgspec

from martlet.mastodon.notification_entities import PushPayload
from martlet.mastodon.serialize.accounts import pictures
from martlet.mastodon.serialize.notification_titles import title
from martlet.mastodon.serialize.notifications import TYPES
from martlet.model.notifications import Notification
from martlet.model.remote_media import FileUse
from martlet.model.server import Server
from martlet.storage import accounts, posts
from martlet.storage.database import Reader
from martlet.text.sanitize import plain

BODY_LENGTH = 140


def word(db: Reader, told: Notification, token: str, here: Server) -> bytes | None:
    """None where the post has gone, or is no longer for this person."""
    sender = accounts.find(db, told.from_id)
    if sender is None or sender.is_gone:
        return None
    body = plain(sender.note_html)
    if told.post_id is not None:
        post = posts.find(db, told.post_id, viewer=told.account_id)
        if post is None:
            return None
        body = post.warning or plain(post.html)
    locale = accounts.locale_of(db, told.account_id)
    return msgspec.json.encode(
        PushPayload(
            access_token=token,
            preferred_locale=locale,
            notification_id=told.id,
            notification_type=TYPES[told.kind],
            icon=pictures(sender, FileUse.AVATAR, here)[1],
            title=title(told, sender.display_name or sender.username, locale),
            body=body if len(body) <= BODY_LENGTH else body[: BODY_LENGTH - 1] + "…",
        )
    )
