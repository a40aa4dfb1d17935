"""Writing posts, and changing them: one form, which keeps what was typed and uploaded whatever goes wrong."""

from msgspec.structs import replace

from martlet.http.answer import Answer
from martlet.model.errors import Conflict, InvalidInput, MartletError, NotAllowed, NotFound, TooMany
from martlet.model.ids import id_from
from martlet.model.names import DraftId, PostId, ScheduledId
from martlet.model.posts import MediaChange, Post, Revision
from martlet.model.posts import Typed as Further
from martlet.services import composing, drafting, editing, scheduling
from martlet.services.editing import EditedMeanwhile
from martlet.services.scheduling import TooSoon
from martlet.storage import circles, drafts, media, posts, users, variants
from martlet.storage.database import Reader, Writer
from martlet.text.language_detection import detect
from martlet.text.languages import LANGUAGES
from martlet.web import addresses, departing, pictures, showing, threads
from martlet.web.cards import PostCard
from martlet.web.typed import CHOICES, FURTHER, VISIBILITIES, ZONES, Typed, from_draft, from_form, post_in
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, Sentence, counted, problems_of, sentence
from martlet.web.writing_pages import Aim, KeptFile, WritePage

pages = Pages()

COMMON = (
    "en", "de", "zh", "ar", "bg", "bn", "ca", "cs", "da", "el", "es", "et", "fa", "fi", "fr", "he", "hi", "hr", "hu", "id",
    "it", "ja", "ko", "lt", "lv", "nb", "nl", "pl", "pt", "ro", "ru", "sk", "sl", "sr", "sv", "th", "tr", "uk", "ur", "vi",
)  # fmt: skip
SHOWN_AGAIN = ("files", "language")
"""Buttons that bring files up, or make room for one more language, and send nothing."""
STRANGERS = 5
"""People of other servers looked up before a post that names them is published."""
LOOKED_THROUGH = 20_000
Refused = (InvalidInput, NotAllowed, TooMany)
"""What the form is shown again for, with what was typed."""


class WouldBeWider(InvalidInput):
    """An answer would be read by more people than what it answers; its author is asked once."""

    code = "would_be_wider"

    def __init__(self) -> None:
        super().__init__("More people could read this answer than what it answers.", "audience")


# -- the form ------------------------------------------------------------


@pages.get(addresses.WRITE, access="member")
async def write(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_opened, visit))


def _opened(db: Reader, visit: Visit) -> WritePage:
    draft = id_from(visit.query.get("draft", ""))
    if draft is not None:
        kept = drafts.get(db, DraftId(draft), visit.account)
        typed = from_draft(drafting.draft_of(kept), str(visit.here.next_id()), kept.id)
        return page_of(db, visit, typed, (GONE,) if leave_out_lost(db, visit, typed) else ())
    return page_of(db, visit, fresh(db, visit))


def fresh(db: Reader, visit: Visit) -> Typed:
    """The form as it is opened: with what another page hands on, and whom an answer names."""
    reply, quote = post_in(visit.query.get("reply", "")), post_in(visit.query.get("quote", ""))
    user = users.find(db, visit.account)
    typed = Typed(
        key=str(visit.here.next_id()),
        audience="public" if user is None else showing.AUDIENCES[user.default_visibility],
        text=shared(visit.query),
        reply=reply,
        quote=quote,
    )
    if reply is not None:
        answered = posts.get(db, reply, visit.account)
        typed.audience = threads.audience_for_answer(showing.AUDIENCES[answered.visibility])
        typed.text = threads.names_for_answer(db, visit, answered)
    return typed


def leave_out_lost(db: Reader, visit: Visit, typed: Typed) -> bool:
    """What is answered or quoted may be gone, and a circle too; no words are lost with it. Whether anything was."""
    before = (typed.reply, typed.quote, typed.audience)
    if typed.reply is not None and posts.find(db, typed.reply, visit.account) is None:
        typed.reply = None
    if typed.quote is not None and posts.find(db, typed.quote, visit.account) is None:
        typed.quote = None
    if typed.audience == "circle" and typed.circle not in {
        one.id for one in circles.of_owner(db, visit.account)
    }:
        typed.audience = "private"
    if typed.audience == "limited" and typed.reply is None:
        typed.audience = "direct"
    return before != (typed.reply, typed.quote, typed.audience)


def _page_without_lost(db: Reader, visit: Visit, typed: Typed) -> WritePage:
    leave_out_lost(db, visit, typed)
    return page_of(db, visit, typed, (GONE,))


def shared(values: dict[str, str]) -> str:
    """What another page or app hands on to be posted (`title`, `text`, `url`); an address that the text has is not said twice."""
    title, text, url = (values.get(name, "").strip() for name in ("title", "text", "url"))
    parts = (title if title not in text else "", text, url if url not in text else "")
    return "\n\n".join(part for part in parts if part)[:LOOKED_THROUGH]


def page_of(
    db: Reader,
    visit: Visit,
    typed: Typed,
    problems: tuple[Problem, ...] = (),
    edits: PostCard | None = None,
    told: Sentence | None = None,
) -> WritePage:
    """Raises `NotFound` for what is answered or quoted and the writer may not see."""
    limits = visit.here.limits
    guess = detect(typed.text) or ""
    return WritePage(
        key=typed.key,
        audience=typed.audience,
        language=typed.language,
        languages=languages_with(typed.language),
        guessed=LANGUAGES[guess].own_name if guess in LANGUAGES else "",
        limit=limits.post,
        pictures=max(0, limits.media_per_post - len(typed.media)),
        account=str(visit.account),
        text=typed.text,
        warning=typed.warning,
        circles=tuple((str(one.id), one.title) for one in circles.of_owner(db, visit.account)),
        circle=str(typed.circle or ""),
        answered=_card(db, visit, typed.reply),
        quoted=_card(db, visit, typed.quote),
        draft=str(typed.draft or ""),
        kept=pictures.kept(db, visit, typed.media),
        further=tuple((one.language, one.text, one.warning) for one in typed.further),
        most_further=FURTHER,
        choices=typed.choices,
        most_choices=CHOICES,
        poll_days=typed.days,
        is_multiple=typed.is_multiple,
        hides_totals=typed.hides_totals,
        answers=typed.answers,
        may_ask=typed.may_ask,
        quoting=typed.quoting,
        ends=typed.ends,
        is_here_only=typed.is_here_only,
        is_sensitive=typed.is_sensitive,
        at=typed.at,
        zone=typed.zone,
        zones=zones(typed.zone),
        now=visit.here.now(),
        agreed=typed.agreed,
        edits=edits,
        told=told,
        problems=problems,
    )


def _card(db: Reader, visit: Visit, id: PostId | None) -> PostCard | None:
    """Raises `NotFound` for a post that the writer may not see."""
    return None if id is None else threads.item_of(db, visit, posts.get_shown(db, id, visit.account)).post


def languages_with(chosen: str) -> tuple[tuple[str, str], ...]:
    """Those that many write in, and the one that is chosen."""
    codes = dict.fromkeys([*([chosen] if chosen in LANGUAGES else []), *COMMON])
    return tuple((code, LANGUAGES[code].own_name) for code in codes)


def zones(chosen: str) -> tuple[tuple[str, str], ...]:
    """`("330", "UTC+5:30")`, by the hour."""
    offsets = sorted({*ZONES, int(chosen)})
    return tuple(
        (str(one), f"UTC{'−' if one < 0 else '+'}{abs(one) // 60}:{abs(one) % 60:02}") for one in offsets
    )


# -- sending -------------------------------------------------------------


@pages.upload(addresses.WRITE, limit=pictures.limit)
async def send(visit: Visit) -> Answer:
    typed = from_form(visit.form)
    act = visit.form.get("do", "send")
    try:
        changes = pictures.described(visit)
        typed.media = [one.id for one in changes]
        await pictures.describe(visit, changes)
        taken = await pictures.take_in(visit, typed)
        if act in SHOWN_AGAIN or pictures.arrange(typed, act):
            return visit.page(await visit.store.reading(page_of, visit, typed))
        if act == "keep":
            await visit.store.writing(_keep, visit, typed)
            return _on_to_unsent(visit, "draft_kept")
        await visit.store.reading(_check_wider, visit, typed)
        if taken:
            told = counted(
                "Your file is here. Say what can be seen, or just send.",
                "Your {n} files are here. Say what can be seen, or just send.",
                n=taken,
            )
            return visit.page(await visit.store.reading(page_of, visit, typed, (), None, told))
        typed.check_languages()
        await pictures.wait(visit, typed.media)
        await _meet(visit, typed.text)
        if act == "later":
            await visit.store.writing(_schedule, visit, typed)
            return _on_to_unsent(visit, "scheduled")
        made, is_out = await visit.store.writing(_publish, visit, typed)
    except NotFound:
        return await _without_lost(visit, typed)
    except Refused as error:
        if isinstance(error, WouldBeWider):
            typed.agreed = typed.audience
        return await _refused(visit, typed, error)
    if visit.is_from_outbox:
        return departing.done(PostId(made) if is_out else None)
    if visit.wants_part:
        seconds = 0 if is_out else scheduling.UNDO_SECONDS
        return visit.part("parts/answer_sent.html", frame=visit.frame(), sent=str(made), seconds=seconds)
    return _gone(visit, made, is_out=is_out)


async def _without_lost(visit: Visit, typed: Typed) -> Answer:
    page = await visit.store.reading(_page_without_lost, visit, typed)
    if visit.is_from_outbox:
        return departing.refused(visit, (GONE,), 422, typed.aimed())
    return visit.page(page, 422)


async def _refused(visit: Visit, typed: Typed, error: MartletError) -> Answer:
    if visit.is_from_outbox or visit.wants_part:
        return departing.refused(visit, problems(error), _status(error), {"agreed": typed.agreed})
    return visit.page(await visit.store.reading(page_of, visit, typed, problems(error)), _status(error))


def _on_to_unsent(visit: Visit, done: str) -> Answer:
    return departing.done() if visit.is_from_outbox else visit.go(addresses.UNSENT, done=done)


def _gone(visit: Visit, made: PostId | ScheduledId, *, is_out: bool) -> Answer:
    back = visit.own(visit.form.get("back", "")) or addresses.TIMELINE
    more = "&" if "?" in back else "?"
    if is_out:
        return visit.go(f"{back}{more}done=posted#p-{made}")
    return visit.go(f"{back}{more}sent={made}#sent")


def _keep(db: Writer, visit: Visit, typed: Typed) -> DraftId:
    return drafting.keep(db, typed.to_draft(visit.account), typed.draft, visit.here)


def _check_wider(db: Reader, visit: Visit, typed: Typed) -> None:
    """Raises `WouldBeWider`."""
    if typed.reply is None or typed.agreed == typed.audience:
        return
    answered = posts.find(db, typed.reply, visit.account)
    if answered is None:
        return
    usual = VISIBILITIES[threads.audience_for_answer(showing.AUDIENCES[answered.visibility])]
    if typed.audience != "limited" and typed.visibility > usual:
        raise WouldBeWider


def _schedule(db: Writer, visit: Visit, typed: Typed) -> None:
    """A moment that has passed was a slip; it is not sent at once, as apps have it. Raises `TooSoon`."""
    at = typed.moment()
    if at <= visit.here.now_ms():
        raise TooSoon
    _take_from_drafts(db, visit, typed)
    scheduling.publish_at(db, typed.to_draft(visit.account), at, visit.here)


def _publish(db: Writer, visit: Visit, typed: Typed) -> tuple[PostId | ScheduledId, bool]:
    """What became of it, and whether that is a post already."""
    _take_from_drafts(db, visit, typed)
    user = users.find(db, visit.account)
    seconds = 0 if user is None or visit.is_from_outbox else user.undo_seconds  # it waited long enough there
    made = scheduling.hold(db, typed.to_draft(visit.account), seconds, visit.here)
    return made, posts.find_unfiltered(db, PostId(made)) is not None


def _take_from_drafts(db: Writer, visit: Visit, typed: Typed) -> None:
    """What is sent is no draft any more."""
    if typed.draft is not None:
        drafting.forget(db, typed.draft, visit.account, visit.here)


async def _meet(visit: Visit, text: str) -> None:
    """Ask other servers for the people that a post names and this server does not know."""
    resolver = visit.desk.resolver
    if resolver is None or "@" not in text:
        return
    for handle in (await visit.store.reading(_strangers, visit, text[:LOOKED_THROUGH]))[:STRANGERS]:
        await resolver.handle(handle)


def _strangers(db: Reader, visit: Visit, text: str) -> list[str]:
    return composing.strangers(db, text, visit.account, visit.here)


GONE = Problem(
    "",
    sentence(
        "What this answers or quotes is gone, or its circle is. Your words are kept; look whom they are for now."
    ),
)
EDITED_MEANWHILE = Problem(
    "text",
    sentence(
        "The post was changed elsewhere meanwhile, so nothing was saved. What you wrote is here: look at the post as it is now, and save once more if yours shall count."
    ),
)
EDITED_MEANWHILE_QUEUED = Problem(
    "", sentence("the post was changed elsewhere meanwhile. Choose which of the two shall stand.")
)
PROBLEMS = {
    "edited_meanwhile": EDITED_MEANWHILE,
    "post_empty": Problem(
        "text", sentence("There is nothing to send yet: write something, or choose a picture.")
    ),
    "post_too_long": Problem("text", sentence("This is too long.")),
    "would_be_wider": Problem(
        "audience",
        sentence(
            "More people could read this than what it answers. If that is what you want, send it once more; else choose again."
        ),
    ),
    "unclear_languages": Problem(
        "language", sentence("Say for each text in which language it is; each may be there once.")
    ),
    "no_moment": Problem("at", sentence("Please say the day and the time.")),
    "too_soon": Problem("at", sentence("Choose a moment that is at least five minutes away.")),
    "too_many_scheduled": Problem(
        "at", sentence("Too many posts are waiting for that day, or altogether. Please choose another day.")
    ),
    "too_many_drafts": Problem("", sentence("You have 50 drafts already. Please send or delete one.")),
    "media_not_recognised": Problem(
        "files",
        sentence("One file is no picture, film or sound that this server knows. The others are kept."),
    ),
    "media_not_supported": Problem(
        "files", sentence("This server cannot read one of the files. The others are kept.")
    ),
    "media_damaged": Problem(
        "files", sentence("One file is damaged and cannot be read. The others are kept.")
    ),
    "media_too_large": Problem("files", sentence("One file is too large. The others are kept.")),
    "media_took_too_long": Problem(
        "files", sentence("Reading one file took too long, so it was given up. The others are kept.")
    ),
    "description_too_long": Problem("files", sentence("What you say about a picture is too long.")),
    "cannot_attach": Problem(
        "files",
        sentence(
            "These files cannot go together: a film or a sound stands alone. It may also still be made ready; then try again in a moment."
        ),
    ),
}


def problems(error: MartletError) -> tuple[Problem, ...]:
    known = PROBLEMS.get(error.code)
    if isinstance(error, InvalidInput) and error.field == "circle_id":
        known = Problem("audience", sentence("Nobody is in this circle yet."))
    return (known,) if known is not None else tuple(replace(one, field="") for one in problems_of(error))


def _status(error: MartletError) -> int:
    if isinstance(error, Conflict):
        return 409
    return 429 if isinstance(error, TooMany) else 422


# -- what others hand on -------------------------------------------------


@pages.get(addresses.SHARE, access="member")
async def share(visit: Visit) -> Answer:
    """A page or an app hands on what its reader wants to write about."""
    return visit.page(await visit.store.reading(_opened, visit))


@pages.handed_on(addresses.SHARE, limit=pictures.limit)
async def share_files(visit: Visit) -> Answer:
    """The same with files, as a phone's share sheet sends it. Nothing is published by it."""
    typed = await visit.store.reading(fresh, visit)
    typed.text = shared(visit.form)
    try:
        await pictures.take_in(visit, typed)
    except Refused as error:
        return visit.page(await visit.store.reading(page_of, visit, typed, problems(error)), _status(error))
    return visit.page(await visit.store.reading(page_of, visit, typed))


# -- one that is out -----------------------------------------------------


@pages.get(addresses.POST_EDIT, access="member")
async def ask_to_edit(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_as_it_is, visit))


def _as_it_is(db: Reader, visit: Visit) -> WritePage:
    post = _own(db, visit)
    audience: Aim = showing.AUDIENCES[post.visibility]
    typed = Typed(
        key=str(post.id),
        audience=audience,
        language=post.language or "",
        text=post.text or "",
        warning=post.warning,
        media=[one.id for one in media.of_posts(db, [post.id])[post.id]],
        further=tuple(
            Further(one.language, one.text, one.warning)
            for one in variants.of_post(db, post.id, post.variants)
        ),
        is_sensitive=bool(post.is_sensitive) and not post.warning,
    )
    page = page_of(db, visit, typed, edits=_card(db, visit, post.id))
    return replace(page, base=str(post.edited_at or 0))


def _own(db: Reader, visit: Visit) -> Post:
    return posts.get_own(db, threads.named(db, visit).id, visit.account)


@pages.upload(addresses.POST_EDIT, limit=pictures.limit)
async def edit(visit: Visit) -> Answer:
    post = await visit.store.reading(_own, visit)
    typed = from_form(visit.form)
    typed.audience = showing.AUDIENCES[post.visibility]
    typed.reply = typed.quote = typed.draft = None
    act = visit.form.get("do", "send")
    changes = pictures.described(visit)
    typed.media = [one.id for one in changes]
    try:
        taken = await pictures.take_in(visit, typed)
        if act in SHOWN_AGAIN or pictures.arrange(typed, act) or taken:
            return visit.page(await visit.store.reading(_edited_on, visit, typed, changes))
        typed.check_languages()
        await pictures.wait(visit, typed.media)
        await _meet(visit, typed.text)
        await visit.store.writing(_edit, visit, post.id, typed, tuple(changes))
    except (*Refused, EditedMeanwhile) as error:
        if visit.is_from_outbox:
            return await _edit_refused(visit, error)
        page = await visit.store.reading(_edited_on, visit, typed, changes, problems(error))
        return visit.page(page, _status(error))
    if visit.is_from_outbox:
        return departing.done()
    username = visit.params["username"]
    return visit.go(addresses.at(addresses.POST, username=username, id=str(post.id)), done="post_edited")


def _edit(db: Writer, visit: Visit, id: PostId, typed: Typed, changes: tuple[MediaChange, ...]) -> None:
    """What is said about files changes with the post, not before."""
    revision = Revision(
        text=typed.text,
        warning=typed.warning,
        is_sensitive=typed.is_sensitive,
        language=typed.language or None,
        variants=typed.further,
        media=tuple(typed.media),
        media_changes=changes,
        keeps_poll=True,
    )
    editing.edit(db, visit.account, id, revision, visit.here, id_from(visit.form.get("base", "")))


async def _edit_refused(visit: Visit, error: MartletError) -> Answer:
    """Where somebody was faster, both texts are shown on the device, and its owner chooses."""
    if not isinstance(error, EditedMeanwhile):
        return departing.refused(visit, problems(error), _status(error))
    post = await visit.store.reading(_own, visit)
    now = {"text": post.text or "", "warning": post.warning}
    return departing.refused(visit, (EDITED_MEANWHILE_QUEUED,), 409, {"base": str(post.edited_at or 0)}, now)


def _edited_on(
    db: Reader, visit: Visit, typed: Typed, changes: list[MediaChange], problems: tuple[Problem, ...] = ()
) -> WritePage:
    """With `EDITED_MEANWHILE` the writer has read that there is another version, and may save over it."""
    post = _own(db, visit)
    page = page_of(db, visit, typed, problems, edits=_card(db, visit, post.id))
    base = str(post.edited_at or 0) if EDITED_MEANWHILE in problems else visit.form.get("base", "")[:20]
    said = {str(one.id): one for one in changes}
    return replace(page, base=base, kept=tuple(_as_said(one, said.get(one.id)) for one in page.kept))


def _as_said(one: KeptFile, change: MediaChange | None) -> KeptFile:
    if change is None:
        return one
    picture = replace(
        one.picture, description=change.description or "", focus=change.focus or one.picture.focus
    )
    return replace(one, picture=picture)
