"""
What an app is sent, in Mastodon's form: enough to show, and to fetch the rest.

Title and body are in the language of the person's account.
"""

import msgspec

from martlet.mastodon.notification_entities import PushPayload
from martlet.mastodon.serialize.accounts import pictures
from martlet.mastodon.serialize.notifications import TYPES
from martlet.model.notifications import Notification, NotificationKind
from martlet.model.reactions import Choice
from martlet.model.remote_media import FileUse
from martlet.model.server import Server
from martlet.storage import accounts, posts
from martlet.storage.database import Reader
from martlet.text.emoji import as_picture
from martlet.text.sanitize import plain

BODY_LENGTH = 140
K = NotificationKind
WORDS: dict[str, dict[NotificationKind, str]] = {
    "en": {
        K.MENTION: "{name} mentioned you",
        K.BOOST: "{name} boosted your post",
        K.LIKE: "{name} likes your post",
        K.FOLLOW: "{name} follows you",
        K.FOLLOW_REQUEST: "{name} asks to follow you",
        K.POST: "{name} has posted",
        K.POLL: "A poll has ended",
        K.EDIT: "{name} changed a post",
        K.QUOTE: "{name} quoted you",
        K.QUOTED_EDIT: "{name} changed a post you quoted",
        K.REACTION: "{name} reacted to your post with {emoji}",
        K.SIGN_UP: "{name} has joined",
        K.REPORT: "{name} has reported something",
    },
    "de": {
        K.MENTION: "{name} hat dich erwähnt",
        K.BOOST: "{name} hat deinen Beitrag geteilt",
        K.LIKE: "{name} gefällt dein Beitrag",
        K.FOLLOW: "{name} folgt dir",
        K.FOLLOW_REQUEST: "{name} möchte dir folgen",
        K.POST: "{name} hat etwas geschrieben",
        K.POLL: "Eine Umfrage ist zu Ende",
        K.EDIT: "{name} hat einen Beitrag geändert",
        K.QUOTE: "{name} hat dich zitiert",
        K.QUOTED_EDIT: "{name} hat einen von dir zitierten Beitrag geändert",
        K.REACTION: "{name} hat auf deinen Beitrag mit {emoji} reagiert",
        K.SIGN_UP: "{name} ist neu hier",
        K.REPORT: "{name} hat etwas gemeldet",
    },
    "zh": {
        K.MENTION: "{name} 提到了你",
        K.BOOST: "{name} 转发了你的帖子",
        K.LIKE: "{name} 喜欢你的帖子",
        K.FOLLOW: "{name} 关注了你",
        K.FOLLOW_REQUEST: "{name} 请求关注你",
        K.POST: "{name} 发了新帖",
        K.POLL: "投票已结束",
        K.EDIT: "{name} 修改了帖子",
        K.QUOTE: "{name} 引用了你",
        K.QUOTED_EDIT: "{name} 修改了你引用的帖子",
        K.REACTION: "{name} 用 {emoji} 回应了你的帖子",
        K.SIGN_UP: "{name} 加入了",
        K.REPORT: "{name} 提交了举报",
    },
}


def _emoji(told: Notification) -> str:
    choice = Choice.of_key(told.emoji)
    return f":{choice.name}:" if choice.is_custom else as_picture(choice.name)


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
    words = WORDS.get(locale.partition("-")[0], WORDS["en"])
    return msgspec.json.encode(
        PushPayload(
            access_token=token,
            preferred_locale=locale,
            notification_id=told.id,
            notification_type=TYPES[told.kind],
            icon=pictures(sender, FileUse.AVATAR, here)[1],
            title=words[told.kind].format(name=sender.display_name or sender.username, emoji=_emoji(told)),
            body=body if len(body) <= BODY_LENGTH else body[: BODY_LENGTH - 1] + "…",
        )
    )
