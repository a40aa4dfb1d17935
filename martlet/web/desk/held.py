"""Posts that wait for a moderator: the queue, one with what it answers, what is done about it; and what is known of spam."""

from collections.abc import Callable

from msgspec import Struct

from martlet.http.answer import Answer
from martlet.model.errors import NotFound
from martlet.model.holds import Hold, HoldReason, SpamMark
from martlet.model.ids import moment_of
from martlet.model.names import PostId
from martlet.model.posts import Post
from martlet.model.roles import Permission
from martlet.model.server import moment
from martlet.model.visibility import Visibility
from martlet.services import holding, marking_spam
from martlet.storage import accounts, holds, posts, spam_marks
from martlet.storage.database import Reader
from martlet.text.sanitize import plain
from martlet.web import addresses, showing
from martlet.web.desk import office, people, places
from martlet.web.desk_pages import (
    Block,
    Buttons,
    DeskPage,
    Fact,
    Facts,
    Form,
    Posts,
    Press,
    Row,
    Rows,
    Say,
    Tag,
    Value,
    Weight,
)
from martlet.web.desk_pages import Choice as View
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Sentence, counted, sentence

pages = Pages()
HELD = sentence("Posts that wait")
SPAM = sentence("Known spam")
MAY = Permission.MANAGE_REPORTS
REASONS: dict[HoldReason, Sentence] = {
    HoldReason.LINKS: sentence("somebody new, with a link"),
    HoldReason.MENTIONS: sentence("somebody new, naming many"),
    HoldReason.MASS_MENTION: sentence("names very many who do not follow"),
    HoldReason.SPAM: sentence("like what was marked as spam"),
    HoldReason.ANSWERS_HELD: sentence("below a post that waits"),
}
MEANT: dict[Visibility, Sentence] = {
    Visibility.PUBLIC: sentence("everybody"),
    Visibility.UNLISTED: sentence("everybody, but not in public timelines"),
}
REFUSED = Tag(sentence("not let through"), "off")


# -- the queue -----------------------------------------------------------


def _choices(current: str) -> tuple[View, ...]:
    return (
        View(sentence("Waiting"), places.HELD, current == places.HELD),
        View(sentence("Not let through"), f"{places.HELD}?state=refused", current == "refused"),
        View(SPAM, places.SPAM, current == places.SPAM),
    )


@pages.get(places.HELD, access="member", permission=MAY)
async def overview(visit: Visit) -> Answer:
    return await office.show(visit, _overview)


def _overview(db: Reader, visit: Visit) -> DeskPage:
    """What waits as a queue with the oldest first, what was refused the newest first."""
    is_refused = visit.query.get("state") == "refused"
    page = office.page_asked(visit, is_queue=not is_refused)
    found = holds.page(db, "refused" if is_refused else "held", page)
    if not is_refused:
        found = found[::-1]
    address = addresses.with_query(places.HELD, {"state": "refused" if is_refused else ""})
    way = office.ends if is_refused else office.queue_ends
    newer, older = way(visit, address, [one.id for one in found])
    empty = (
        sentence("Nothing was refused yet.") if is_refused else sentence("Nothing waits. The sky is clear.")
    )
    rows = Rows(
        _rows(db, visit, found),
        empty,
        lede=None if is_refused else sentence("Nobody but its author sees a post that waits."),
        newer=newer,
        older=older,
    )
    return DeskPage(HELD, (rows,), choices=_choices("refused" if is_refused else places.HELD))


def _rows(db: Reader, visit: Visit, found: list[Hold]) -> tuple[Row, ...]:
    written = {one.id: one for one in posts.many_unfiltered(db, [one.post_id for one in found])}
    authors = people.many(db, [one.author_id for one in written.values()])
    rows = []
    for one in found:
        post = written.get(one.post_id)
        author = authors.get(post.author_id) if post is not None else None
        if post is None or author is None:
            continue
        rows.append(
            Row(
                f"@{author.handle}",
                addresses.at(places.HELD_POST, id=str(post.id)),
                said=(*_why(one), moment_of(one.id)),
                face=people.face_of(visit, author),
                quote=" ".join(filter(None, (post.warning, plain(post.html))))[: people.QUOTED],
            )
        )
    return tuple(rows)


def _why(hold: Hold) -> tuple[Value, ...]:
    return tuple(REASONS[one] for one in hold.why)


# -- one post ------------------------------------------------------------


@pages.get(places.HELD_POST, access="member", permission=MAY)
async def one(visit: Visit) -> Answer:
    return await office.show(visit, _page)


def _found(db: Reader, visit: Visit) -> tuple[Hold, Post]:
    """Raises `NotFound`."""
    id = PostId(office.id_of(visit))
    hold, post = holding.get(db, id), posts.find_unfiltered(db, id)
    if post is None:
        raise NotFound
    return hold, post


def _page(db: Reader, visit: Visit) -> DeskPage:
    hold, post = _found(db, visit)
    author = accounts.get(db, post.author_id)
    shown = showing.cards(db, posts.shown_unfiltered(db, [post.id]), visit.here, reader=visit.account)
    facts = Facts(
        (
            Fact(sentence("State"), REFUSED.text if hold.state == "refused" else sentence("waits")),
            *(Fact(sentence("Why"), why) for why in _why(hold)),
            Fact(sentence("For whom it is meant"), MEANT[Visibility(hold.visibility)]),
            Fact(sentence("Came"), moment_of(hold.id)),
            Fact(sentence("Who wrote it"), f"@{author.handle}", people.at_desk(author.id)),
        )
    )
    return DeskPage(
        sentence("A post by {name}", name=f"@{author.handle}"),
        (
            facts,
            Posts(showing.as_seen(shown), sentence("The post"), sentence("It is gone.")),
            *_context(db, visit, post),
            Buttons(
                tuple(
                    Press(words.button, addresses.at(places.HELD_ACT, id=str(post.id), act=act), words.kind)
                    for act, words in ACTS.items()
                    if act != "refuse" or hold.state == "held"
                ),
                lede=sentence("Each asks once more, and says who will see it."),
            ),
        ),
        back=(HELD, places.HELD),
        who=people.face_of(visit, author),
    )


def _context(db: Reader, visit: Visit, post: Post) -> tuple[Block, ...]:
    """What it answers, as far as whoever looks may see it anyway; or that that waits as well."""
    if post.reply_to_id is None:
        return ()
    if holds.find(db, post.reply_to_id) is not None:
        there = Press(
            sentence("Look at that first"), addresses.at(places.HELD_POST, id=str(post.reply_to_id)), "go"
        )
        return (Buttons((there,), lede=sentence("What this post answers waits as well.")),)
    found = showing.cards(
        db, posts.shown(db, [post.reply_to_id], visit.account), visit.here, reader=visit.account
    )
    return (
        Posts(
            showing.as_seen(found),
            sentence("What it answers"),
            sentence("You may not see what it answers."),
        ),
    )


# -- what is done --------------------------------------------------------


class Act(Struct, frozen=True):
    """What something is called that is done about a post, what it asks and means, and what does it."""

    button: Sentence
    title: Sentence
    means: tuple[Sentence, ...]
    yes: Sentence
    change: Callable[..., None]
    kind: Weight = ""


_TOLD = sentence("It stays its author's alone. If they are here, they are told that it was not let through.")
_BACK = sentence("You can take it back in the log.")
ACTS: dict[str, Act] = {
    "release": Act(
        sentence("Let it through"),
        sentence("Let this post through?"),
        (
            sentence(
                "It goes out as if it had been written now: to timelines, other servers, and those it names."
            ),
            sentence("This cannot be taken back."),
        ),
        sentence("Yes, let it through"),
        holding.release,
        "go",
    ),
    "refuse": Act(
        sentence("Do not let it through"),
        sentence("Not let this post through?"),
        (_TOLD, _BACK),
        sentence("No, do not let it through"),
        holding.refuse,
    ),
    "spam": Act(
        sentence("It is spam"),
        sentence("Mark this post as spam?"),
        (
            _TOLD,
            sentence(
                "What is like it waits as well from now on, if it is by strangers or by somebody new. Only a digest is kept."
            ),
            _BACK,
        ),
        sentence("Yes, it is spam"),
        holding.refuse_as_spam,
        "stop",
    ),
}
"""The mildest first: the order of the buttons."""


@pages.get(places.HELD_ACT, access="member", permission=MAY)
async def ask(visit: Visit) -> Answer:
    return await office.show(visit, _ask)


def _ask(db: Reader, visit: Visit) -> DeskPage:
    _, post = _found(db, visit)
    name = visit.params["act"]
    if name not in ACTS:
        raise NotFound
    act, above = ACTS[name], addresses.at(places.HELD_POST, id=str(post.id))
    asked = office.confirm(
        act.title,
        Form(addresses.at(places.HELD_ACT, id=str(post.id), act=name), act.yes, kind=act.kind or "go"),
        back=(HELD, above),
        says=act.means,
        who=people.face_of(visit, accounts.get(db, post.author_id)),
    )
    return office.with_words(asked, plain(post.html))


@pages.post(places.HELD_ACT, access="member", permission=MAY)
async def decide(visit: Visit) -> Answer:
    if visit.params["act"] not in ACTS:
        raise NotFound
    change = ACTS[visit.params["act"]].change
    problems = await office.tried(visit, change, visit.actor, PostId(office.id_of(visit)), visit.here)
    if problems:
        return await office.again(visit, problems, _ask)
    return visit.go(places.HELD, done="desk_done")


# -- spam ----------------------------------------------------------------


@pages.get(places.SPAM, access="member", permission=MAY)
async def marks(visit: Visit) -> Answer:
    return await office.show(visit, _marks)


def _marks(db: Reader, visit: Visit) -> DeskPage:
    found = spam_marks.page(db, office.page_asked(visit))
    newer, older = office.ends(visit, places.SPAM, [one.id for one in found])
    rows = tuple(map(_mark_row, found))
    says = Say(
        sentence(
            "Posts like these wait, if they are by strangers or by somebody new. Of each only a digest is kept."
        ),
        "note",
    )
    lines = Rows(rows, sentence("Nothing was marked as spam."), newer=newer, older=older)
    return DeskPage(SPAM, (says, lines), back=(HELD, places.HELD), choices=_choices(places.SPAM))


def _mark_row(one: SpamMark) -> Row:
    known: list[Value] = [sentence("by its words")] if one.fingerprint.text else []
    if one.fingerprint.pictures:
        known.append(counted("by one picture", "by {n} pictures", n=len(one.fingerprint.pictures)))
    way = Press(sentence("Remove"), addresses.at(places.SPAM_END, id=str(one.id)), hidden=(), about=one.url)
    return Row(
        one.url,
        said=(*known, sentence("marked"), moment_of(one.id), sentence("until"), moment(one.expires_at)),
        drawing="warn",
        presses=(way,),
    )


@pages.post(places.SPAM_END, access="member", permission=MAY)
async def unmark(visit: Visit) -> Answer:
    await visit.store.writing(marking_spam.unmark, visit.actor, office.id_of(visit), visit.here)
    return visit.go(places.SPAM, done="desk_done")
