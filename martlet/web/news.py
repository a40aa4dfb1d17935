"""Notifications in words, several of a kind as one."""

from collections.abc import Callable, Collection, Mapping
from typing import Literal

from msgspec.structs import replace

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.ids import id_from
from martlet.model.names import AccountId, PostId
from martlet.model.notifications import NotificationKind
from martlet.model.server import Server
from martlet.services import approving, marking
from martlet.storage import accounts, markers, notifications, replies
from martlet.storage.database import Reader, Writer
from martlet.storage.notifications import Choice, Told
from martlet.web import addresses, announced, faces, showing
from martlet.web.cards import Face, Preview
from martlet.web.feeds import Filtered
from martlet.web.member_pages import NewsItem, NewsPage
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Sentence, counted, sentence

pages = Pages()

AT_ONCE = 40
NO_FILTER = Filtered("blur")
OTHERS = 5
"""Faces shown besides the first."""
DECISIONS: dict[str, Callable[[Writer, AccountId, int, Server], object]] = {
    "approve": approving.approve,
    "refuse": approving.refuse,
}
"""About answers that need approval, by the name of the button."""

WORDS: dict[NotificationKind, tuple[str, Sentence]] = {
    NotificationKind.MENTION: ("reply", sentence("{name} wrote to you")),
    NotificationKind.BOOST: ("boost", sentence("{name} boosted your post")),
    NotificationKind.LIKE: ("like", sentence("{name} likes your post")),
    NotificationKind.FOLLOW: ("people", sentence("{name} follows you")),
    NotificationKind.FOLLOW_REQUEST: ("people", sentence("{name} asks to follow you")),
    NotificationKind.POST: ("write", sentence("{name} wrote a post")),
    NotificationKind.POLL: ("poll", sentence("A poll has ended")),
    NotificationKind.EDIT: ("write", sentence("{name} changed a post that you boosted")),
    NotificationKind.QUOTE: ("write", sentence("{name} quoted your post")),
    NotificationKind.QUOTED_EDIT: ("write", sentence("{name} changed a post that you quoted")),
    NotificationKind.REACTION: ("like", sentence("{name} chose an emoji for your post")),
    NotificationKind.PENDING_REPLY: (
        "reply",
        sentence("{name} wants to answer your post. Others see the answer once you let it be there."),
    ),
    NotificationKind.SIGN_UP: ("me", sentence("{name} is new here")),
    NotificationKind.REPORT: ("warn", sentence("{name} reported something")),
    NotificationKind.PACKED: ("people", sentence("{name} put you into a collection")),
    NotificationKind.PACK_CHANGED: ("people", sentence("{name} changed a collection that you are in")),
    NotificationKind.REFUSED: (
        "warn",
        sentence("Your post was not let through by those who look after this server. Nobody else sees it."),
    ),
    NotificationKind.STRIKE: (
        "warn",
        sentence("Something was decided about your account. Your settings say what."),
    ),
    NotificationKind.SEVERED: (
        "leave",
        sentence("Some of your follows have ended. Your settings say which."),
    ),
}
"""By kind: the drawing, and what is said."""
OF_SEVERAL: dict[NotificationKind, Sentence] = {
    NotificationKind.BOOST: counted(
        "{name} and one other boosted your post", "{name} and {n} others boosted your post"
    ),
    NotificationKind.LIKE: counted(
        "{name} and one other like your post", "{name} and {n} others like your post"
    ),
    NotificationKind.FOLLOW: counted("{name} and one other follow you", "{name} and {n} others follow you"),
    NotificationKind.REACTION: counted(
        "{name} and one other chose an emoji for your post",
        "{name} and {n} others chose an emoji for your post",
    ),
}
"""The same where several did so."""


Only = Literal["", "mentions", "posts", "people"]
ONLY: dict[Only, frozenset[NotificationKind]] = {
    "": frozenset(kind for kind in NotificationKind if kind in WORDS),
    "mentions": frozenset({NotificationKind.MENTION, NotificationKind.QUOTE, NotificationKind.PENDING_REPLY}),
    "posts": frozenset({NotificationKind.LIKE, NotificationKind.BOOST, NotificationKind.REACTION}),
    "people": frozenset({NotificationKind.FOLLOW, NotificationKind.FOLLOW_REQUEST}),
}
"""What can be looked at alone: at most three kinds, which are read each from its own index."""


@pages.get(addresses.NEWS, access="member")
async def news(visit: Visit) -> Answer:
    """What is shown on the first page has been read, unless only some of it was asked for."""
    page, newest = await visit.store.reading(_page, visit)
    if visit.is_first_page and not page.only:
        if newest is not None:
            await visit.store.writing(marking.mark_on, visit.account, "notifications", newest, visit.here)
        visit.news = 0
    return visit.page(page)


def _page(db: Reader, visit: Visit) -> tuple[NewsPage, int | None]:
    """And the newest of what is told, where it was not read before."""
    only: Only = next((one for one in ONLY if one == visit.query.get("only", "")), "")
    choice = Choice(ONLY[only])
    listed = notifications.page(db, visit.account, visit.paging(AT_ONCE), choice, visit.here.now_ms())
    filtered = _filtered(db, visit, listed)
    found = [one for one in listed if _filter_of(one, filtered).action != "hide"]
    marker = next(iter(markers.of_account(db, visit.account, ["notifications"])), None)
    read = marker.last_read_id if marker is not None else 0
    groups: dict[str, list[Told]] = {}
    for one in found:
        groups.setdefault(one.notification.group_key, []).append(one)
    people = accounts.many(db, {one.notification.from_id for one in found})
    who = {id: faces.face_with_emoji(db, one, visit.here, is_inside=True) for id, one in people.items()}
    about = showing.previews(db, [one.post for one in found if one.post is not None])
    newest = listed[0].notification.id if listed else 0
    answers = [
        one.post.id for one in found if one.notification.kind is NotificationKind.PENDING_REPLY and one.post
    ]
    states = replies.states(db, answers) if answers else {}
    waiting = {id for id in answers if states.get(id) == "pending"}
    items = tuple(
        replace(
            _item(group, who, about, read, waiting),
            filtered=_filter_of(group[0], filtered).title,
        )
        for group in groups.values()
        if group[0].notification.from_id in who
    )
    own = f"{addresses.NEWS}?only={only}&" if only else f"{addresses.NEWS}?"
    older = f"{own}max_id={listed[-1].notification.id}" if len(listed) == AT_ONCE else None
    told = announced.of(db, visit) if visit.is_first_page else ()
    return NewsPage(items, older, only, visit.is_first_page, told), newest if newest > read else None


def _filtered(db: Reader, visit: Visit, listed: list[Told]) -> dict[PostId, Filtered]:
    about = list({one.post.id: one.post for one in listed if one.post is not None}.values())
    return visit.desk.feeds.filtered(db, about, visit.account, "notifications")


def _filter_of(told: Told, filtered: dict[PostId, Filtered]) -> Filtered:
    """A filter that only folds pictures folds nothing here, where words are shown alone."""
    found = filtered.get(told.post.id, NO_FILTER) if told.post is not None else NO_FILTER
    return NO_FILTER if found.action == "blur" else found


def _item(
    group: list[Told],
    who: dict[AccountId, Face],
    about: Mapping[PostId, Preview],
    read: int,
    waiting: Collection[PostId],
) -> NewsItem:
    first = group[0].notification
    drawing, said = WORDS[first.kind]
    senders = list(dict.fromkeys(told.notification.from_id for told in group))
    others = [who[id] for id in senders[1:] if id in who]
    if others and first.kind in OF_SEVERAL:
        said = OF_SEVERAL[first.kind]
    face = who[first.from_id]
    values: dict[str, str | int] = {"name": face.name} if "{name}" in said.msgid else {}
    if said.plural:
        values["n"] = len(others)
    shown = group[0].post
    post = about.get(shown.id) if shown is not None else None
    return NewsItem(
        id=str(first.id),
        drawing=drawing,
        sentence=replace(said, values=values),
        who=face,
        post=post,
        others=tuple(others[:OTHERS]),
        asks=str(first.from_id) if first.kind is NotificationKind.FOLLOW_REQUEST else None,
        answer=str(shown.id) if shown is not None and shown.id in waiting else None,
        is_new=first.id > read,
    )


@pages.post(addresses.NEWS_ANSWER, access="member")
async def decide(visit: Visit) -> Answer:
    """About an answer to one's own post: whether others see it."""
    wanted = next((one for one in DECISIONS if one in visit.form), None)
    if wanted is None:
        raise InvalidInput("The form does not say what is to be done.")
    await visit.store.writing(_decide, visit, PostId(id_from(visit.params["id"]) or 0), wanted)
    return visit.go(addresses.NEWS, done=f"answer_{wanted}")


def _decide(db: Writer, visit: Visit, post: PostId, wanted: str) -> None:
    """Raises `NotFound`."""
    request = replies.find(db, post)
    if request is None:
        raise NotFound
    DECISIONS[wanted](db, visit.account, request.id, visit.here)
