"""A post in its conversation, as members read it, with a box to answer in; and what else may be done with a post."""

from typing import Literal

from martlet.http import limits
from martlet.http.answer import Answer
from martlet.model.errors import NotFound
from martlet.model.ids import id_from
from martlet.model.names import AccountId, PostId
from martlet.model.posts import Post
from martlet.model.server import moment
from martlet.services import commenting, deleting, gathering
from martlet.services.threads import FOR_PEOPLE_HERE, around, wholeness
from martlet.storage import accounts, attached, carried, posts, reactions, threads
from martlet.storage.database import Reader, Writer
from martlet.storage.posts import Shown
from martlet.web import addresses, conversing, feeds, people, showing
from martlet.web.cards import Audience, FeedPost
from martlet.web.carried_words import TRUST
from martlet.web.member_pages import AnswerBox, DeletePostPage, EmojiChoice, MorePage, ThreadPage
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem

pages = Pages()

ASKED_AGAIN = 60_000
"""Milliseconds between two fetches of a thread that somebody asks for by a button."""


async def show(visit: Visit) -> Answer:
    """Raises `NotFound` alike for what is not there and what the reader may not see."""
    post = await visit.store.reading(named, visit)
    if await visit.store.reading(_is_due, visit, post):
        await visit.store.writing(_want, visit, post)
    return visit.page(await visit.store.reading(page_of, visit, post))


def named(db: Reader, visit: Visit, reader: AccountId | None = None) -> Post:
    """The post of the address, for whoever is signed in, or for `reader`. Raises `NotFound`."""
    id = id_from(visit.params["id"])
    post = posts.find(db, PostId(id), visit.account if reader is None else reader) if id is not None else None
    if post is None or post.boost_of_id is not None:
        raise NotFound
    author = accounts.get(db, post.author_id)
    if author.handle.lower() != visit.params["username"].lower().removesuffix(f"@{visit.here.host}"):
        raise NotFound
    return post


def _is_due(db: Reader, visit: Visit, post: Post) -> bool:
    place = threads.get_place(db, post.id, visit.account)
    return gathering.is_thread_due(place, visit.here.now_ms())


def _want(db: Writer, visit: Visit, post: Post) -> None:
    gathering.want_thread(db, threads.get_place(db, post.id, visit.account), visit.here)


def page_of(
    db: Reader, visit: Visit, post: Post, text: str | None = None, problems: tuple[Problem, ...] = ()
) -> ThreadPage:
    """`text`: what was typed as an answer, else whom it would name."""
    place = threads.get_place(db, post.id, visit.account)
    found = around(db, place, FOR_PEOPLE_HERE, visit.account, visit.here.now_ms())
    itself = found.itself or posts.get_shown(db, post.id, visit.account)
    item = item_of(db, visit, itself)
    whole = wholeness(db, post.thread_id) if place.is_elsewhere else None
    may_have_gaps = whole is not None and whole.here < whole.total
    return ThreadPage(
        item=item,
        **conversing.above(db, visit, found),
        **conversing.below(db, visit, found, post, may_have_gaps=may_have_gaps),
        **conversing.taking_part(db, visit, found, post),
        newest=str(max([itself.id, *found.links])),
        wholeness=whole,
        asked_at=moment(whole.asked_at) if whole is not None and whole.asked_at else None,
        is_elsewhere=place.is_elsewhere,
        key=str(visit.here.next_id()),
        text=names_for_answer(db, visit, post) if text is None else text,
        audience=audience_for_answer(item.post.visibility),
        account=str(visit.account),
        limit=visit.here.limits.post,
        problems=problems,
    )


def item_of(db: Reader, visit: Visit, shown: Shown) -> FeedPost:
    """Raises `NotFound` for a post that was deleted since it was read."""
    cards = showing.cards(db, [shown], visit.here, reader=visit.account)
    author = posts.details(db, [shown.id])
    if not cards or shown.id not in author:
        raise NotFound
    return feeds.feed_post(cards[0], shown, is_own=author[shown.id].author_id == visit.account)


def audience_for_answer(answered: Audience) -> Audience:
    """An answer is no more open than what it answers, and in public it is quiet."""
    return "unlisted" if answered == "public" else answered


def names_for_answer(db: Reader, visit: Visit, post: Post) -> str:
    """Whom an answer names at first: the author, and whom the post names, but not oneself."""
    found = accounts.many(db, [post.author_id, *attached.mentioned_ids(db, post.id)])
    order = [post.author_id, *(id for id in found if id != post.author_id)]
    handles = [found[id].handle for id in order if id in found and id != visit.account]
    return "".join(f"@{handle} " for handle in handles)


@pages.get(addresses.ANSWER_BOX, access="member")
async def answer_box(visit: Visit) -> Answer:
    """The box alone, to be put under a post of a list or a conversation; without script its thread's page has it."""
    box = await visit.store.reading(_box, visit)
    if not visit.wants_part:
        return visit.go(f"{box.item.post.address}#answer")
    return visit.part("parts/answer_in_place.html", frame=visit.frame(), page=box)


def _box(db: Reader, visit: Visit) -> AnswerBox:
    """Raises `NotFound`."""
    shown = posts.get_shown(db, PostId(id_from(visit.params["id"]) or 0), visit.account)
    if shown.boosted_id is not None:
        raise NotFound
    item = item_of(db, visit, shown)
    return AnswerBox(
        item=item,
        key=str(visit.here.next_id()),
        text=names_for_answer(db, visit, posts.get(db, shown.id, visit.account)),
        audience=audience_for_answer(item.post.visibility),
        account=str(visit.account),
        limit=visit.here.limits.post,
    )


@pages.post(addresses.POST_FETCH, access="member")
async def fetch(visit: Visit) -> Answer:
    """Ask the other servers again for what is missing, unless they were asked just now."""
    post = await visit.store.reading(named, visit)
    await visit.store.writing(_want_again, visit, post)
    own = addresses.at(addresses.POST, username=visit.params["username"], id=str(post.id))
    return visit.go(f"{own}?done=thread_asked#answers")


def _want_again(db: Writer, visit: Visit, post: Post) -> None:
    place = threads.get_place(db, post.id, visit.account)
    asked_at = 0 if place.fetch is None else place.fetch.started_at
    if place.is_elsewhere and visit.here.now_ms() - asked_at >= ASKED_AGAIN:
        gathering.want_thread(db, place, visit.here)


# -- more ----------------------------------------------------------------


@pages.get(addresses.POST_MORE, access="member")
async def more(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_more, visit))


def _more(db: Reader, visit: Visit) -> MorePage:
    post = named(db, visit)
    author = accounts.get(db, post.author_id)
    came = None if post.is_local else carried.find(db, post.uri)
    item = item_of(db, visit, posts.get_shown(db, post.id, visit.account))
    return MorePage(
        item=item,
        emoji=_emoji(db, visit, post, item),
        author_id=str(author.id),
        is_pinned=post.id in posts.pinned_by(db, visit.account),
        is_muted=bool(posts.muted_threads(db, visit.account, [post.thread_id])),
        between=people.between(db, visit, author),
        has_code=author.id == visit.account and post.is_open,
        comment=_as_comment(db, visit, post),
        came_at=None if came is None else moment(came.carried_at),
        trust=None if came is None else TRUST[came.trust],
        has_rival=came is not None and came.has_rival,
        quotes=post.quotes_count if author.id == visit.account else 0,
        is_quoting_own=_is_quoting_own(db, visit, post),
        link=(post.url or post.uri) if post.is_open else "",
    )


def _is_quoting_own(db: Reader, visit: Visit, post: Post) -> bool:
    if post.quote_of_id is None or post.quote_state != "accepted" or post.author_id == visit.account:
        return False
    quoted = posts.find(db, post.quote_of_id, visit.account)
    return quoted is not None and quoted.author_id == visit.account


def _emoji(db: Reader, visit: Visit, post: Post, item: FeedPost) -> tuple[EmojiChoice, ...]:
    counted = reactions.counts(db, [post.id]).get(post.id, [])
    own = {choice for _, choice in reactions.own(db, [post.id], visit.account)} if counted else set()
    return tuple(
        EmojiChoice(chosen, one.choice.key, one.choice in own)
        for chosen, one in zip(item.post.chosen, counted, strict=False)
    )


def _as_comment(db: Reader, visit: Visit, post: Post) -> Literal["none", "shown", "hidden"]:
    if not post.is_open or not commenting.may_hide(db, visit.account, post, visit.here):
        return "none"
    return "hidden" if commenting.is_hidden(db, visit.account, post.id) else "shown"


@pages.get(addresses.POST_DELETE, access="member")
async def ask_to_delete(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_ask_to_delete, visit))


def _ask_to_delete(db: Reader, visit: Visit) -> DeletePostPage:
    post = posts.get_own(db, named(db, visit).id, visit.account)
    shown = posts.get_shown(db, post.id, visit.account)
    return DeletePostPage(item_of(db, visit, shown).post)


@pages.post(addresses.POST_DELETE, access="member")
async def delete(visit: Visit) -> Answer:
    post = await visit.store.reading(named, visit)
    visit.count(limits.DELETIONS)
    await visit.store.writing(deleting.delete, visit.account, post.id, visit.here)
    return visit.go(addresses.TIMELINE, done="post_deleted")
