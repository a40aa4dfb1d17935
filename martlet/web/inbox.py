"""
Private messages as an inbox of their own: conversations, each opened into what was said, with a box to answer in.

They are posts for the people named in them, kept in the clear on the servers of all of them; every page says so.
"""

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput, MartletError, NotAllowed, NotFound
from martlet.model.ids import id_from
from martlet.model.names import AccountId, PostId
from martlet.model.posts import Draft
from martlet.model.visibility import Visibility
from martlet.services import conversing, posting
from martlet.services.threads import FOR_PEOPLE_HERE, around
from martlet.storage import accounts, conversations, posts
from martlet.storage.conversations import Conversation
from martlet.storage.database import Reader, Writer
from martlet.storage.posts import Shown
from martlet.storage.threads import Place
from martlet.web import addresses, faces, showing
from martlet.web.cards import Face, PostCard
from martlet.web.contact_pages import ConversationPage, ConversationRow, InboxPage, LeavePage, WriteToPage
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, problems_of, sentence

pages = Pages()

AT_ONCE = 30
OPENED = 60
"""Posts of a conversation that are shown at once."""
KEY_LIMIT = 40
EMPTY = Problem("text", sentence("There is nothing to send yet: write something."))
TOO_LONG = Problem("text", sentence("This is too long."))


# -- all of them ---------------------------------------------------------


@pages.get(addresses.INBOX, access="member")
async def inbox(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_inbox, visit))


def _inbox(db: Reader, visit: Visit) -> InboxPage:
    page = visit.paging(AT_ONCE)
    found = conversations.page(db, visit.account, page)
    cards = _last_posts(db, visit, found)
    who = _people(db, visit, {id for one in found for id in one.participants})
    rows = tuple(
        ConversationRow(
            id=str(one.id),
            people=tuple(who[id] for id in one.participants if id in who),
            last=cards.get(one.last_post_id),
            is_unread=bool(one.is_unread),
        )
        for one in found
    )
    has_more = len(found) == page.limit or page.is_upward
    return InboxPage(
        rows,
        newer=f"{addresses.INBOX}?min_id={found[0].last_post_id}"
        if found and not visit.is_first_page
        else None,
        older=f"{addresses.INBOX}?max_id={found[-1].last_post_id}" if found and has_more else None,
    )


def _last_posts(db: Reader, visit: Visit, found: list[Conversation]) -> dict[PostId, PostCard]:
    shown = posts.shown(db, [one.last_post_id for one in found], visit.account)
    cards = showing.cards(db, shown, visit.here, reader=visit.account)
    return {PostId(int(card.id)): card for card in cards}


def _people(db: Reader, visit: Visit, ids: set[AccountId]) -> dict[AccountId, Face]:
    found = accounts.many(db, ids)
    return {id: faces.face_with_emoji(db, one, visit.here, is_inside=True) for id, one in found.items()}


# -- one of them ---------------------------------------------------------


def _get(db: Reader, visit: Visit) -> Conversation:
    """The conversation of the address. Raises `NotFound`."""
    id = id_from(visit.params["id"])
    found = conversations.find(db, id, visit.account) if id is not None else None
    if found is None:
        raise NotFound
    return found


@pages.get(addresses.CONVERSATION, access="member")
async def open_one(visit: Visit) -> Answer:
    """What is opened has been read."""
    there = await visit.store.reading(_get, visit)
    if there.is_unread:
        await visit.store.writing(conversing.mark_read, visit.account, there.id)
    return visit.page(await visit.store.reading(_opened, visit, there))


def _opened(
    db: Reader, visit: Visit, there: Conversation, text: str = "", problems: tuple[Problem, ...] = ()
) -> ConversationPage:
    last = posts.find(db, there.last_post_id, visit.account)
    said = _said(db, visit, there, last.thread_id) if last is not None else []
    who = _people(db, visit, set(there.participants))
    return ConversationPage(
        id=str(there.id),
        people=tuple(who[id] for id in there.participants if id in who),
        posts=visit.desk.feeds.render(db, said[-OPENED:], visit.account, visit.language, "thread"),
        key=str(visit.here.next_id()),
        whole=_page_of(db, last.id, last.author_id) if last is not None and len(said) > OPENED else None,
        text=text,
        problems=problems,
    )


def _page_of(db: Reader, post: PostId, author: AccountId) -> str:
    return addresses.at(addresses.POST, username=accounts.get(db, author).handle, id=str(post))


def _said(db: Reader, visit: Visit, there: Conversation, thread: PostId) -> list[Shown]:
    """What these people wrote to each other in the thread, the oldest first."""
    found = around(db, Place(thread, thread), FOR_PEOPLE_HERE, visit.account, visit.here.now_ms())
    itself = [found.itself] if found.itself is not None else []
    every = {one.id: one for one in (*found.above, *itself, *found.below)}
    people = {visit.account, *there.participants}
    known = posts.details(db, every)
    return [
        every[id]
        for id in sorted(every)
        if id in known and known[id].visibility == Visibility.MENTIONED and known[id].author_id in people
    ]


@pages.post(addresses.CONVERSATION, access="member")
async def answer(visit: Visit) -> Answer:
    there = await visit.store.reading(_get, visit)
    text = _text(visit)
    try:
        post = await visit.store.writing(_send, visit, text, there.participants, there.last_post_id)
    except (InvalidInput, NotAllowed) as error:
        page = await visit.store.reading(_opened, visit, there, text, _problems(error))
        return visit.page(page, 422)
    return visit.go(f"{addresses.at(addresses.CONVERSATION, id=str(there.id))}#p-{post}")


def _text(visit: Visit) -> str:
    return visit.form.get("text", "").replace("\r\n", "\n")


def _send(
    db: Writer, visit: Visit, text: str, people: tuple[AccountId, ...], reply_to: PostId | None
) -> PostId:
    """Names whoever is written to, unless the text does. Raises `InvalidInput`, `NotAllowed`."""
    if not text.strip():
        raise InvalidInput("Nothing was written.", "text")
    known = accounts.many(db, people)
    named = "".join(
        f"@{known[id].handle} " for id in people if id in known and f"@{known[id].handle}" not in text
    )
    key = visit.field("key", KEY_LIMIT)[:KEY_LIMIT]
    draft = Draft(
        author=visit.account,
        text=named + text,
        visibility=Visibility.MENTIONED,
        reply_to=reply_to,
        idempotency_key=f"web-{key}" if key else "",
    )
    return posting.publish(db, draft, visit.here)


def _problems(error: MartletError) -> tuple[Problem, ...]:
    if error.code == "post_too_long":
        return (TOO_LONG,)
    if isinstance(error, InvalidInput) and error.field == "text":
        return (EMPTY,)
    return tuple(Problem("text", one.sentence) for one in problems_of(error))


@pages.post(addresses.CONVERSATION_UNREAD, access="member")
async def mark_unread(visit: Visit) -> Answer:
    there = await visit.store.reading(_get, visit)
    await visit.store.writing(conversing.mark_unread, visit.account, there.id)
    return visit.go(addresses.INBOX, done="marked_unread")


@pages.get(addresses.CONVERSATION_DELETE, access="member")
async def ask_delete(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_to_leave, visit))


def _to_leave(db: Reader, visit: Visit) -> LeavePage:
    there = _get(db, visit)
    who = _people(db, visit, set(there.participants))
    return LeavePage(str(there.id), tuple(who[id] for id in there.participants if id in who))


@pages.post(addresses.CONVERSATION_DELETE, access="member")
async def delete(visit: Visit) -> Answer:
    there = await visit.store.reading(_get, visit)
    await visit.store.writing(conversing.leave, visit.account, there.id)
    return visit.go(addresses.INBOX, done="conversation_left")


# -- to somebody for the first time --------------------------------------


@pages.get(addresses.WRITE_TO, access="member")
async def write_to(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_to, visit))


def _to(db: Reader, visit: Visit, text: str = "", problems: tuple[Problem, ...] = ()) -> WriteToPage:
    """Raises `NotFound`."""
    account = accounts.get_shown(db, AccountId(id_from(visit.params["id"]) or 0))
    if account.is_gone:
        raise NotFound
    face = faces.face_with_emoji(db, account, visit.here, is_inside=True)
    return WriteToPage(face, str(visit.here.next_id()), text, problems)


@pages.post(addresses.WRITE_TO, access="member")
async def send(visit: Visit) -> Answer:
    await visit.store.reading(_to, visit)
    text, person = _text(visit), AccountId(id_from(visit.params["id"]) or 0)
    try:
        post = await visit.store.writing(_send, visit, text, (person,), None)
    except (InvalidInput, NotAllowed) as error:
        return visit.page(await visit.store.reading(_to, visit, text, _problems(error)), 422)
    own = addresses.at(addresses.POST, username=visit.signed_in.account.username, id=str(post))
    return visit.go(own, done="message_sent")
