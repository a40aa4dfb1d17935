"""
Announcements: written by those who run the server, read by everybody here.

One is kept unpublished until it is published, by hand or by a job at its
moment, and taken off by a job when it is over. Its text is plain, as a post's
is; people, hashtags and posts that it names are looked up when it is written.
"""

import json
from dataclasses import replace

import msgspec

from martlet.model.announcements import Announcement, AnnouncementWish
from martlet.model.audit import State, Target
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.events import AnnouncementPublished, AnnouncementReacted, AnnouncementRemoved
from martlet.model.names import NOBODY, AccountId, PostId, Uri
from martlet.model.roles import Actor
from martlet.model.server import Server
from martlet.services import auditing, composing, emoji_reacting
from martlet.services.emoji_reacting import CannotReact
from martlet.storage import announcements, events, posts, uris
from martlet.storage.database import Reader, Store, Writer
from martlet.text.render import Parsed

PUBLISH, END = "publish_announcement", "end_announcement"
"""The jobs' names."""
MOST_KINDS = 8
"""Different emoji of one announcement, as in Mastodon."""
MOST_POSTS = 20
"""Links in it that are looked at for posts."""


class EmptyAnnouncement(InvalidInput):
    code = "empty_announcement"

    def __init__(self) -> None:
        super().__init__("Validation failed: Text can't be blank", "text")


class EndsBeforeItStarts(InvalidInput):
    code = "ends_before_it_starts"

    def __init__(self) -> None:
        super().__init__("Validation failed: Ends at must be later than starts at", "ends_at")


class Due(msgspec.Struct, frozen=True):
    """An announcement whose moment comes, unless it was given another since."""

    announcement: int
    at: int


# -- those who run the server --------------------------------------------


def write(db: Writer, actor: Actor, wish: AnnouncementWish, here: Server) -> Announcement:
    """Keep one; it is published at the moment that it names, or by `publish`. Raises `InvalidInput`."""
    now = here.now_ms()
    made = _as_wished(db, here.next_id(), wish, now, here)
    announcements.insert(db, made)
    _plan(db, made)
    _note(db, actor, "announcement.write", made, {"is_there": False}, {"is_there": True}, here)
    return made


def change(db: Writer, actor: Actor, id: int, wish: AnnouncementWish, here: Server) -> Announcement:
    """
    Say something else. One that is published stays so, and is to be read anew by those who had read it.

    Raises `NotFound`, `InvalidInput`.
    """
    before = announcements.take_any(db, id)
    made = _say(db, before, wish, here)
    _note(db, actor, "announcement.change", made, {"text": before.text}, {"text": made.text}, here)
    return made


def _say(db: Writer, before: Announcement, wish: AnnouncementWish, here: Server) -> Announcement:
    id = before.id
    made = _as_wished(db, id, wish, here.now_ms(), here)
    made = replace(
        made,
        created_at=before.created_at,
        published_at=before.published_at,
        publish_at=made.publish_at if before.published_at is None else None,
    )
    announcements.update(db, made)
    if made.published_at is not None and made.text != before.text:
        announcements.forget_readers(db, id)
    if made.published_at is not None:
        db.emit(AnnouncementPublished(id))
    _plan(db, made)
    return made


def publish(db: Writer, actor: Actor, id: int, here: Server) -> Announcement:
    """Raises `NotFound`; `InvalidInput` for one that is over already."""
    found = announcements.take_any(db, id)
    if found.over_at is not None and found.over_at <= here.now_ms():
        raise InvalidInput("Validation failed: The announcement is over already", "ends_at")
    if found.published_at is not None:
        return found
    made = _show(db, found, here)
    _note(db, actor, "announcement.publish", made, {"is_published": False}, {"is_published": True}, here)
    return made


def unpublish(db: Writer, actor: Actor, id: int, here: Server) -> Announcement:
    """Nobody is shown it any more; it can be published again. Raises `NotFound`."""
    found = announcements.take_any(db, id)
    made = _take_off(db, found)
    was: State = {"is_published": found.published_at is not None}
    _note(db, actor, "announcement.unpublish", made, was, {"is_published": False}, here)
    return made


def delete(db: Writer, actor: Actor, id: int, here: Server) -> None:
    """Raises `NotFound`."""
    found = announcements.take_any(db, id)
    announcements.delete(db, id)
    db.emit(AnnouncementRemoved(id))
    _note(db, actor, "announcement.delete", found, {}, {}, here)


def state(db: Reader, id: int, names: frozenset[str]) -> State:
    """What the audit log says of an announcement as it is."""
    try:
        found = announcements.get_any(db, id)
    except NotFound:
        return {"is_there": False}
    known: State = {
        "is_there": True,
        "text": found.text,
        "is_published": found.published_at is not None,
    }
    return {name: value for name, value in known.items() if name in names}


def set_back(db: Writer, id: int, wanted: State, here: Server) -> None:
    """What an undoing does; one that was deleted does not come back. Raises `NotFound` and `InvalidInput`."""
    found = announcements.take_any(db, id)
    if wanted.get("is_there") is False:
        announcements.delete(db, id)
        db.emit(AnnouncementRemoved(id))
    elif "is_published" in wanted:
        if wanted["is_published"]:
            _show(db, found, here)
        else:
            _take_off(db, found)
    else:
        wish = AnnouncementWish(
            str(wanted["text"]), found.starts_at, found.ends_at, bool(found.is_all_day), found.publish_at
        )
        _say(db, found, wish, here)


def _show(db: Writer, found: Announcement, here: Server) -> Announcement:
    made = replace(found, published_at=here.now_ms(), publish_at=None)
    announcements.update(db, made)
    db.emit(AnnouncementPublished(made.id))
    return made


def _take_off(db: Writer, found: Announcement) -> Announcement:
    made = replace(found, published_at=None, publish_at=None)
    announcements.update(db, made)
    db.emit(AnnouncementRemoved(made.id))
    return made


def _note(
    db: Writer, actor: Actor, act: str, one: Announcement, before: State, after: State, here: Server
) -> None:
    auditing.record(db, actor, act, Target("announcement", one.id, one.text), before, after, here)


def _as_wished(db: Reader, id: int, wish: AnnouncementWish, now: int, here: Server) -> Announcement:
    words = composing.read(wish.text, "", here)
    if not words.text:
        raise EmptyAnnouncement
    if wish.starts_at is not None and wish.ends_at is not None and wish.ends_at < wish.starts_at:
        raise EndsBeforeItStarts
    composed = composing.compose(db, words, NOBODY, here)
    return Announcement(
        id=id,
        text=words.text,
        html=composed.html,
        mentions=json.dumps(composed.mentioned),
        posts=json.dumps(_posts_in(db, words.parsed, here)),
        tags=json.dumps([tag.shown for tag in composed.tags]),
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        is_all_day=int(wish.is_all_day and (wish.starts_at is not None or wish.ends_at is not None)),
        publish_at=wish.publish_at,
        published_at=None,
        created_at=now,
        updated_at=now,
    )


def _posts_in(db: Reader, parsed: Parsed, here: Server) -> list[PostId]:
    """Posts that everybody may read and to which the text links."""
    found: dict[PostId, None] = {}
    for link in parsed.links[:MOST_POSTS]:
        own = link.url.removeprefix(f"{here.url}/@").partition("/")[2] if here.url in link.url else ""
        kept = uris.find_post(db, Uri(link.url))
        id = kept.id if kept is not None else PostId(int(own)) if own.isdigit() and len(own) < 19 else None  # noqa: PLR2004 - digits that fit
        post = posts.find(db, id, NOBODY) if id is not None else None
        if post is not None and post.boost_of_id is None:
            found[post.id] = None
    return list(found)


def _plan(db: Writer, one: Announcement) -> None:
    """Jobs for the moments at which something happens to it."""
    moments = ((PUBLISH, one.publish_at), (END, one.over_at))
    for name, at in moments:
        if at is not None:
            body = msgspec.json.encode(Due(one.id, at)).decode()
            events.add_job(db, name, body, at, key=f"{name}:{one.id}:{at}")


async def publish_due(store: Store, body: str, here: Server) -> None:
    """The job that publishes one whose moment has come."""
    await store.writing(_publish_due, msgspec.json.decode(body, type=Due), here)


def _publish_due(db: Writer, due: Due, here: Server) -> None:
    found = _due(db, due)
    is_over = found is not None and found.over_at is not None and found.over_at <= here.now_ms()
    if found is not None and found.published_at is None and found.publish_at == due.at and not is_over:
        _show(db, found, here)


async def end_due(store: Store, body: str, here: Server) -> None:
    """The job that takes one off which is over."""
    del here
    await store.writing(_end_due, msgspec.json.decode(body, type=Due))


def _end_due(db: Writer, due: Due) -> None:
    found = _due(db, due)
    if found is not None and found.published_at is not None and found.over_at == due.at:
        _take_off(db, found)


def _due(db: Writer, due: Due) -> Announcement | None:
    try:
        return announcements.take_any(db, due.announcement)
    except NotFound:
        return None


# -- everybody here ------------------------------------------------------


def get(db: Reader, id: int, here: Server) -> Announcement:
    """One that is shown. Raises `NotFound`."""
    found = announcements.find_shown(db, id, here.now_ms())
    if found is None:
        raise NotFound
    return found


def dismiss(db: Writer, account: AccountId, id: int, here: Server) -> None:
    """The account has read it. Raises `NotFound`."""
    announcements.put_read(db, get(db, id, here).id, account)


def react(db: Writer, account: AccountId, id: int, text: str, here: Server) -> None:
    """Choose an emoji; a second time changes nothing. Raises `NotFound`, `CannotReact`."""
    get(db, id, here)
    name = _name(db, text, here)
    announcements.take_any(db, id)
    if announcements.other_kinds(db, id, name) >= MOST_KINDS:
        raise CannotReact("Validation failed: Limit of different reactions reached")
    announcements.put_reaction(db, id, account, name, here.next_id())
    db.emit(AnnouncementReacted(id, name))


def unreact(db: Writer, account: AccountId, id: int, text: str, here: Server) -> None:
    """Raises `NotFound`, `CannotReact`."""
    get(db, id, here)
    name = _name(db, text, here)
    announcements.take_any(db, id)
    announcements.delete_reaction(db, id, account, name)
    db.emit(AnnouncementReacted(id, name))


def _name(db: Reader, text: str, here: Server) -> str:
    choice = emoji_reacting.choice_of(db, text, here)
    if choice.host:
        raise CannotReact("Validation failed: Name is not a recognized emoji")
    return choice.name
