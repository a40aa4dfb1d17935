"""What happened, in one line, in the person's language: what apps show that know no more of it."""

from functools import cache

from martlet.model.notifications import Notification, NotificationKind
from martlet.model.reactions import Choice
from martlet.text import chinese
from martlet.text.emoji import as_picture

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
        K.PENDING_REPLY: "{name} wants to answer you",
        K.SIGN_UP: "{name} has joined",
        K.REPORT: "{name} has reported something",
        K.PACKED: "{name} put you into a collection",
        K.PACK_CHANGED: "{name} changed a collection you are in",
        K.REFUSED: "Your post was not let through by those who look after this server",
        K.STRIKE: "Something was decided about your account",
        K.SEVERED: "Some of your follows have ended",
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
        K.PENDING_REPLY: "{name} möchte dir antworten",
        K.SIGN_UP: "{name} ist neu hier",
        K.REPORT: "{name} hat etwas gemeldet",
        K.PACKED: "{name} hat dich in eine Sammlung aufgenommen",
        K.PACK_CHANGED: "{name} hat eine Sammlung geändert, in der du bist",
        K.REFUSED: "Dein Beitrag wurde von denen, die diesen Server betreuen, nicht freigegeben",
        K.STRIKE: "Über dein Konto wurde etwas entschieden",
        K.SEVERED: "Einige Folgebeziehungen sind zu Ende",
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
        K.PENDING_REPLY: "{name} 想回复你",
        K.SIGN_UP: "{name} 加入了",
        K.REPORT: "{name} 提交了举报",
        K.PACKED: "{name} 将你加入了合集",
        K.PACK_CHANGED: "{name} 修改了收录你的合集",
        K.REFUSED: "你的帖子没有通过本站管理员的审核",
        K.STRIKE: "你的账号有新的管理决定",
        K.SEVERED: "部分关注关系已终止",
    },
}


def title(told: Notification, sender: str, locale: str) -> str:
    """Plain text; `sender` is what its account is called."""
    return _words(locale)[told.kind].format(name=sender, emoji=_emoji(told))


def _words(locale: str) -> dict[NotificationKind, str]:
    if chinese.is_traditional(locale):
        return _traditional()
    return WORDS.get(locale.partition("-")[0], WORDS["en"])


@cache
def _traditional() -> dict[NotificationKind, str]:
    words = WORDS["zh"]
    return dict(zip(words, chinese.traditional([*words.values()]), strict=True))


def _emoji(told: Notification) -> str:
    choice = Choice.of_key(told.emoji)
    return f":{choice.name}:" if choice.is_custom else as_picture(choice.name)
