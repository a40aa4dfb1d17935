"""Writing posts, and changing them: one form, which keeps what was typed and uploaded whatever goes wrong."""

from dataclasses import dataclass, field, replace
from typing import get_args

from martlet.http import limits
from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput, MartletError, NotAllowed, TooMany
from martlet.model.ids import id_from
from martlet.model.names import MediaId, PostId
from martlet.model.posts import Draft, MediaChange, PollDraft, Post, Revision
from martlet.model.replying import EVERYBODY, WORDS, ReplyPolicy
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import composing, editing, posting, uploading
from martlet.services.uploading import Description
from martlet.storage import media, posts, users
from martlet.storage.database import Reader, Writer
from martlet.text.languages import LANGUAGES
from martlet.web import addresses, showing, threads
from martlet.web.cards import Audience, PostCard
from martlet.web.member_pages import Kept, WritePage
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, problems_of, sentence

pages = Pages()

VISIBILITIES: dict[Audience, Visibility] = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.UNLISTED,
    "private": Visibility.FOLLOWERS,
    "limited": Visibility.FOLLOWERS,  # an answer: made as narrow as what it answers
    "direct": Visibility.MENTIONED,
}
FILES = 4
"""Places for new files on the form; more may be added by sending it again."""
CHOICES = 4
COMMON = [
    "en",
    "de",
    "zh",
    "ar",
    "bg",
    "bn",
    "ca",
    "cs",
    "da",
    "el",
    "es",
    "et",
    "fa",
    "fi",
    "fr",
    "he",
    "hi",
    "hr",
    "hu",
    "id",
    "it",
    "ja",
    "ko",
    "lt",
    "lv",
    "nb",
    "nl",
    "pl",
    "pt",
    "ro",
    "ru",
    "sk",
    "sl",
    "sr",
    "sv",
    "th",
    "tr",
    "uk",
    "ur",
    "vi",
]
DAYS = ("1", "3", "7", "30")
DAY_SECONDS = 86_400
LIFETIMES = ("3600", "86400", "604800", "2592000")
"""Seconds after which a post goes by itself."""
KEY_LIMIT = 40
SAID = "said-"
"""What the fields for uploaded files' descriptions begin with; their ids follow."""
STRANGERS = 5
"""People of other servers looked up before a post that names them is published."""
LOOKED_THROUGH = 20_000


@dataclass(slots=True)
class Typed:
    """What stands in the form."""

    key: str
    audience: Audience
    language: str
    text: str = ""
    warning: str = ""
    reply: PostId | None = None
    quote: PostId | None = None
    media: list[MediaId] = field(default_factory=list)
    choices: tuple[str, ...] = ()
    days: str = "1"
    is_multiple: bool = False
    answers: str = ""
    may_ask: bool = False
    ends: str = ""
    is_here_only: bool = False

    @property
    def replying(self) -> ReplyPolicy | None:
        """None: as the author prefers. Whoever else `may_ask` answers once the author has looked at it."""
        if self.answers not in WORDS:
            return None
        asking = (EVERYBODY,) if self.may_ask and self.answers != EVERYBODY else ()
        return ReplyPolicy((self.answers,), asking)

    def poll(self) -> PollDraft | None:
        if not self.choices:
            return None
        return PollDraft(self.choices, int(self.days) * DAY_SECONDS, self.is_multiple, False)


def _limit(here: Server) -> int:
    """A few files at once."""
    return here.limits.image_bytes * FILES + here.limits.video_bytes


# -- a new post ----------------------------------------------------------


@pages.get(addresses.WRITE, access="member")
async def write(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_empty, visit))


def _empty(db: Reader, visit: Visit) -> WritePage:
    reply, quote = _post(visit.query.get("reply", "")), _post(visit.query.get("quote", ""))
    typed = Typed(
        str(visit.here.next_id()), *_usual(db, visit), text=_shared(visit.query), reply=reply, quote=quote
    )
    if reply is not None:
        answered = posts.get(db, reply, visit.account)
        typed.audience = threads.audience_for_answer(showing.AUDIENCES[answered.visibility])
        typed.text = threads.names_for_answer(db, visit, answered)
    return _page(db, visit, typed)


def _usual(db: Reader, visit: Visit) -> tuple[Audience, str]:
    """The audience and the language that somebody prefers."""
    user = users.find(db, visit.account)
    if user is None:
        return "public", visit.language.value
    return showing.AUDIENCES[user.default_visibility], user.default_language or visit.language.value


def _shared(query: dict[str, str]) -> str:
    """What another page or app hands on to be posted (`/write?title=&text=&url=`)."""
    parts = (query.get(name, "").strip() for name in ("title", "text", "url"))
    return "\n\n".join(part for part in parts if part)[:LOOKED_THROUGH]


@pages.upload(addresses.WRITE, limit=_limit)
async def publish(visit: Visit) -> Answer:
    typed = _typed(visit)
    try:
        await _take_files(visit, typed)
        await _meet(visit, typed.text)
        post = await visit.store.writing(_publish, visit, typed)
    except (InvalidInput, NotAllowed, TooMany) as error:
        return visit.page(await visit.store.reading(_page, visit, typed, _problems(error)), _status(error))
    back = visit.own(visit.form.get("back", ""))
    return visit.go(f"{back or addresses.TIMELINE}#p-{post}")


def _typed(visit: Visit) -> Typed:
    form = visit.form
    asked = form.get("audience", "")
    audience: Audience = asked if asked in get_args(Audience) else "public"  # type: ignore[assignment]  # just looked up
    return Typed(
        key=visit.field("key", KEY_LIMIT)[:KEY_LIMIT],
        audience=audience,
        language=form.get("language", ""),
        text=form.get("text", "").replace("\r\n", "\n"),
        warning=form.get("warning", ""),
        reply=_post(form.get("reply", "")),
        quote=_post(form.get("quote", "")),
        choices=tuple(text for n in range(1, CHOICES + 1) if (text := form.get(f"poll_{n}", "").strip())),
        days=form["days"] if form.get("days") in DAYS else "1",
        is_multiple=form.get("multiple") == "1",
        answers=form.get("answers", ""),
        may_ask="may_ask" in form,
        ends=form["ends"] if form.get("ends") in LIFETIMES else "",
        is_here_only="here_only" in form,
    )


def _post(text: str) -> PostId | None:
    id = id_from(text)
    return None if id is None else PostId(id)


async def _take_files(visit: Visit, typed: Typed) -> None:
    """Upload what was chosen; what was uploaded before is changed, or left out. Raises `InvalidInput`."""
    for id, said in _kept(visit):
        typed.media.append(id)
        await uploading.change(visit.ground, visit.account, id, Description(said), None)
    await _upload(visit, typed)


def _kept(visit: Visit) -> list[tuple[MediaId, str]]:
    """The files that are uploaded already and not left out: each has a field of its own for what can be seen."""
    found = (
        (id_from(name.removeprefix(SAID)), text) for name, text in visit.form.items() if name.startswith(SAID)
    )
    return [(MediaId(id), text) for id, text in found if id is not None and f"drop-{id}" not in visit.form]


async def _upload(visit: Visit, typed: Typed) -> None:
    for n in range(1, FILES + 1):
        file = visit.files.get(f"picture_{n}")
        if file is not None and file.size:
            visit.count(limits.UPLOADS)
            said = Description(visit.form.get(f"description_{n}", ""))
            typed.media.append(await uploading.upload(visit.ground, visit.account, file.path, None, said))


async def _meet(visit: Visit, text: str) -> None:
    """Ask other servers for the people that a post names and this server does not know."""
    resolver = visit.desk.resolver
    if resolver is None or "@" not in text:
        return
    for handle in (await visit.store.reading(_strangers, visit, text[:LOOKED_THROUGH]))[:STRANGERS]:
        await resolver.handle(handle)


def _strangers(db: Reader, visit: Visit, text: str) -> list[str]:
    return composing.strangers(db, text, visit.account, visit.here)


def _publish(db: Writer, visit: Visit, typed: Typed) -> PostId:
    draft = Draft(
        author=visit.account,
        text=typed.text,
        visibility=VISIBILITIES[typed.audience],
        reply_to=typed.reply,
        warning=typed.warning,
        language=typed.language or None,
        media=tuple(typed.media),
        poll=typed.poll(),
        quote_of=typed.quote,
        lifetime=int(typed.ends) if typed.ends else None,
        replying=typed.replying,
        is_local_only=True if typed.is_here_only else None,
        idempotency_key=f"web-{typed.key}" if typed.key else "",
    )
    return posting.publish(db, draft, visit.here)


PROBLEMS = {
    "post_empty": Problem(
        "text", sentence("There is nothing to send yet: write something, or choose a picture.")
    ),
    "post_too_long": Problem("text", sentence("This is too long.")),
}


def _problems(error: MartletError) -> tuple[Problem, ...]:
    known = PROBLEMS.get(error.code)
    return (known,) if known is not None else tuple(replace(one, field="") for one in problems_of(error))


def _status(error: MartletError) -> int:
    return 429 if isinstance(error, TooMany) else 422


def _page(
    db: Reader,
    visit: Visit,
    typed: Typed,
    problems: tuple[Problem, ...] = (),
    edits: PostCard | None = None,
) -> WritePage:
    kept = media.many(db, typed.media, visit.account)
    return WritePage(
        key=typed.key,
        audience=typed.audience,
        language=typed.language,
        languages=languages_with(typed.language),
        limit=visit.here.limits.post,
        pictures=max(0, min(FILES, visit.here.limits.media_per_post - len(typed.media))),
        text=typed.text,
        warning=typed.warning,
        answered=_card(db, visit, typed.reply),
        quoted=_card(db, visit, typed.quote),
        kept=tuple(Kept(str(id), showing.picture(kept[id], visit.here)) for id in typed.media if id in kept),
        choices=typed.choices,
        poll_days=typed.days,
        is_multiple=typed.is_multiple,
        answers=typed.answers,
        may_ask=typed.may_ask,
        ends=typed.ends,
        is_here_only=typed.is_here_only,
        edits=edits,
        problems=problems,
    )


def _card(db: Reader, visit: Visit, id: PostId | None) -> PostCard | None:
    """Raises `NotFound` for a post that the writer may not see."""
    return None if id is None else threads.item_of(db, visit, posts.get_shown(db, id, visit.account)).post


def languages_with(chosen: str) -> tuple[tuple[str, str], ...]:
    """Those that many write in, and the one that is chosen."""
    codes = dict.fromkeys([*([chosen] if chosen in LANGUAGES else []), *COMMON])
    return tuple((code, LANGUAGES[code].own_name) for code in codes)


# -- one that is out -----------------------------------------------------


@pages.get(addresses.POST_EDIT, access="member")
async def ask_to_edit(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_as_it_is, visit))


def _as_it_is(db: Reader, visit: Visit) -> WritePage:
    post = _own(db, visit)
    typed = Typed(
        key=str(post.id),
        audience=showing.AUDIENCES[post.visibility],
        language=post.language or "",
        text=post.text or "",
        warning=post.warning,
        media=[one.id for one in media.of_posts(db, [post.id])[post.id]],
    )
    return _page(db, visit, typed, edits=_card(db, visit, post.id))


def _own(db: Reader, visit: Visit) -> Post:
    return posts.get_own(db, threads.named(db, visit).id, visit.account)


@pages.upload(addresses.POST_EDIT, limit=_limit)
async def edit(visit: Visit) -> Answer:
    post = await visit.store.reading(_own, visit)
    typed = _typed(visit)
    typed.audience = showing.AUDIENCES[post.visibility]
    try:
        kept = _kept(visit)
        typed.media.extend(id for id, _ in kept)
        await _upload(visit, typed)
        changes = tuple(MediaChange(id, said) for id, said in kept)  # with the post, not before
        await _meet(visit, typed.text)
        await visit.store.writing(_edit, visit, post.id, typed, changes)
    except (InvalidInput, NotAllowed, TooMany) as error:
        return visit.page(await visit.store.reading(_refused, visit, typed, error), _status(error))
    username = visit.params["username"]
    return visit.go(addresses.at(addresses.POST, username=username, id=str(post.id)), done="post_edited")


def _edit(db: Writer, visit: Visit, id: PostId, typed: Typed, changes: tuple[MediaChange, ...]) -> None:
    post = posts.get_own(db, id, visit.account)
    revision = Revision(
        text=typed.text,
        warning=typed.warning,
        is_sensitive=bool(post.is_sensitive),
        language=typed.language or None,
        media=tuple(typed.media),
        media_changes=changes,
        keeps_poll=True,
    )
    editing.edit(db, visit.account, id, revision, visit.here)


def _refused(db: Reader, visit: Visit, typed: Typed, error: MartletError) -> WritePage:
    return _page(db, visit, typed, _problems(error), edits=_card(db, visit, _own(db, visit).id))
