"""
A notification in the words that a browser shows while no page of ours is open (`static/worker.js`).

JSON: title, body, icon, tag (one that is told again takes the place of the earlier), url (where it leads, on this
server), lang.
"""

import msgspec
from msgspec.structs import replace

from martlet.model.names import PostId
from martlet.model.notifications import GROUPED, Notification, NotificationKind, ungrouped
from martlet.model.server import Server
from martlet.storage import accounts, notification_groups, posts
from martlet.storage.database import Reader
from martlet.text.sanitize import plain
from martlet.web import addresses, faces, language
from martlet.web.desk import places
from martlet.web.feeds import Feeds
from martlet.web.news import OF_SEVERAL, WORDS
from martlet.web.rendering import plainly
from martlet.web.wording import Sentence

BODY_LENGTH = 140
PAGES: dict[NotificationKind, str] = {
    NotificationKind.FOLLOW_REQUEST: addresses.FOLLOW_REQUESTS,
    NotificationKind.PENDING_REPLY: addresses.NEWS,
    NotificationKind.STRIKE: addresses.DECISIONS,
    NotificationKind.SEVERED: addresses.DECISIONS,
}
"""Where some kinds lead; others to the post, or else to whoever did it."""


class Told(msgspec.Struct, frozen=True):
    title: str
    body: str
    icon: str
    tag: str
    url: str
    lang: str


class PushVoice:
    """One for each process; see `services.pushing.WordOfPages`."""

    def __init__(self, here: Server) -> None:
        self._here = here
        self._feeds = Feeds(here)

    def word(self, db: Reader, told: Notification) -> bytes | None:
        """None where the post has gone, is no longer for this person, or is one that a filter of theirs hides."""
        here = self._here
        sender = accounts.find(db, told.from_id)
        if sender is None or sender.is_gone:
            return None
        tongue = language.match(accounts.locale_of(db, told.account_id)) or language.Language.ENGLISH
        body, address = "", addresses.at(addresses.PROFILE, username=sender.handle)
        if told.post_id is not None:
            post = posts.find(db, told.post_id, viewer=told.account_id)
            if post is None or self._is_hidden(db, told, post.id):
                return None
            body = post.warning or plain(post.html)
            author = accounts.get(db, post.author_id).handle
            address = addresses.at(addresses.POST, username=author, id=str(post.id))
        if told.report_id is not None:
            address = addresses.at(places.REPORT, id=str(told.report_id))
        face = faces.face(sender, here)
        return msgspec.json.encode(
            Told(
                title=plainly(_sentence(db, told, face.name, here), tongue),
                body=body if len(body) <= BODY_LENGTH else body[: BODY_LENGTH - 1] + "…",
                icon=face.avatar,
                tag=told.group_key if told.kind in GROUPED else ungrouped(told.id),
                url=PAGES.get(told.kind, address),
                lang=tongue.value,
            )
        )

    def _is_hidden(self, db: Reader, told: Notification, post: PostId) -> bool:
        shown = posts.shown(db, [post], told.account_id)
        return any(self._feeds.is_hidden(db, one, told.account_id, "notifications") for one in shown)


def _sentence(db: Reader, told: Notification, name: str, here: Server) -> Sentence:
    """What happened, of all that belong together."""
    said = WORDS[told.kind][1]
    others = 0
    if told.kind in OF_SEVERAL:
        group = notification_groups.find(db, told.account_id, told.group_key, here.now_ms())
        others = group.counted - 1 if group is not None else 0
    if others > 0:
        said = OF_SEVERAL[told.kind]
    values: dict[str, str | int] = {"name": name} if "{name}" in said.msgid else {}
    if said.plural:
        values["n"] = others
    return replace(said, values=values)
