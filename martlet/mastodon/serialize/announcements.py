"""Announcements in Mastodon's form: https://docs.joinmastodon.org/entities/Announcement/"""

import json
from collections.abc import Sequence
from urllib.parse import quote

import msgspec
from msgspec import UNSET

from martlet.mastodon import server_entities as entities
from martlet.mastodon.entities import Reaction, StatusMention, StatusTag
from martlet.mastodon.serialize import emojis
from martlet.mastodon.serialize.times import iso, iso_or_none
from martlet.model.announcements import Announcement
from martlet.model.names import NOBODY, AccountId, PostId
from martlet.model.remote_media import FileForm, FileUse
from martlet.model.server import Server
from martlet.storage import accounts, announcements, posts
from martlet.storage.announcements import Chosen
from martlet.storage.database import Reader
from martlet.text.emoji import as_picture
from martlet.text.hashtags import hashtag_key


def many(
    db: Reader, found: Sequence[Announcement], viewer: AccountId, here: Server
) -> list[entities.Announcement]:
    """As somebody is shown them; as everybody (`NOBODY`), without what one has read and chosen."""
    ids = [one.id for one in found]
    chosen = announcements.chosen(db, ids)
    own = announcements.own(db, viewer, ids) if viewer else frozenset()
    read = announcements.read_by(db, viewer, ids) if viewer else frozenset()
    return [
        entities.Announcement(
            id=str(one.id),
            content=one.html,
            starts_at=iso_or_none(one.starts_at),
            ends_at=iso_or_none(one.ends_at),
            all_day=bool(one.is_all_day),
            published_at=iso(one.published_at or one.updated_at),
            updated_at=iso(one.updated_at),
            read=one.id in read if viewer else UNSET,
            mentions=_mentions(db, one),
            statuses=_posts(db, one),
            tags=[
                StatusTag(name=name, url=here.tag_url(quote(hashtag_key(name))))
                for name in json.loads(one.tags)
            ],
            emojis=emojis.used_in(db, one.text, "", here),
            reactions=[
                reaction(each, here, is_own=(one.id, each.name) in own) for each in chosen.get(one.id, ())
            ],
        )
        for one in found
    ]


def reaction(chosen: Chosen, here: Server, *, is_own: bool) -> Reaction:
    name = chosen.name if chosen.name.isascii() else as_picture(chosen.name)
    found = Reaction(name=name, count=chosen.times, me=is_own)
    if chosen.emoji_id is not None and chosen.file is not None:
        still = chosen.file_static or chosen.file
        found.url = here.file_url(FileUse.EMOJI, chosen.emoji_id, chosen.file)
        found.static_url = here.file_url(FileUse.EMOJI, chosen.emoji_id, still, FileForm.SMALL)
    return found


def streamed(db: Reader, id: int, here: Server) -> bytes | None:
    """One that is shown, as everybody is told of it when it is published."""
    found = announcements.find_shown(db, id, here.now_ms())
    return None if found is None else msgspec.json.encode(many(db, [found], NOBODY, here)[0])


def streamed_reaction(db: Reader, id: int, name: str, here: Server) -> bytes:
    """How often an emoji is chosen now; who chose it is not told."""
    for each in announcements.chosen(db, [id]).get(id, ()):
        if each.name == name:
            told = msgspec.to_builtins(reaction(each, here, is_own=False))
            del told["me"]
            break
    else:
        told = {"name": name if name.isascii() else as_picture(name), "count": 0}
    return msgspec.json.encode(told | {"announcement_id": str(id)})


def _mentions(db: Reader, one: Announcement) -> list[StatusMention]:
    found = accounts.many_shown(db, [AccountId(id) for id in json.loads(one.mentions)])
    return [
        StatusMention(id=str(each.id), username=each.username, url=each.url, acct=each.handle)
        for each in found.values()
    ]


def _posts(db: Reader, one: Announcement) -> list[entities.AnnouncementStatus]:
    found = (posts.find(db, PostId(id), NOBODY) for id in json.loads(one.posts))
    return [entities.AnnouncementStatus(id=str(post.id), url=post.url) for post in found if post is not None]
