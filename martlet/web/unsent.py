"""What is written and not out yet: drafts, posts that wait for their moment, and what was sent some seconds ago."""

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.ids import id_from
from martlet.model.names import DraftId, ScheduledId
from martlet.model.paging import Page
from martlet.model.posts import Draft
from martlet.model.server import moment
from martlet.services import drafting, scheduling
from martlet.storage import scheduled, users
from martlet.storage.database import Reader, Writer
from martlet.storage.drafts import Kept
from martlet.storage.scheduled import Scheduled
from martlet.web import addresses, typed, writing
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem
from martlet.web.writing_pages import UnsentPage, UnsentPost

pages = Pages()

AT_ONCE = 40
SHOWN = 200
"""Characters of what was written."""


@pages.get(addresses.UNSENT, access="member")
async def unsent(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_page, visit))


def _page(db: Reader, visit: Visit, problems: tuple[Problem, ...] = ()) -> UnsentPage:
    before = visit.paging(AT_ONCE)
    waiting = scheduled.of_account(db, visit.account, Page(before.before, 0, AT_ONCE))
    user = users.find(db, visit.account)
    return UnsentPage(
        drafts=tuple(map(_draft, drafting.of_account(db, visit.account))) if visit.is_first_page else (),
        scheduled=tuple(map(_scheduled, sorted(waiting, key=lambda one: one.publish_at))),
        zones=writing.zones("0"),
        holds=user is not None and user.undo_seconds > 0,
        older=f"{addresses.UNSENT}?max_id={waiting[-1].id}" if len(waiting) == AT_ONCE else None,
        problems=problems,
    )


def _draft(one: Kept) -> UnsentPost:
    draft = drafting.draft_of(one)
    return UnsentPost(str(one.id), _words(draft), len(draft.media), moment(one.changed_at))


def _scheduled(one: Scheduled) -> UnsentPost:
    draft, at = scheduling.draft_of(one), moment(one.publish_at)
    return UnsentPost(
        str(one.id), _words(draft), len(draft.media), at, one.failure, at.strftime("%Y-%m-%dT%H:%M")
    )


def _words(draft: Draft) -> str:
    """The first of them; an empty draft is one of pictures alone."""
    text = " ".join((draft.warning or draft.text).split())
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


@pages.post(addresses.UNSENT_ACT, access="member")
async def act(visit: Visit) -> Answer:
    """Buttons `drop` (a draft), `cancel` (what waits; it is a draft again), `move` (to another moment); `id` of which."""
    if (draft := id_from(visit.form.get("drop", ""))) is not None:
        await visit.store.writing(drafting.forget, DraftId(draft), visit.account, visit.here)
        return visit.go(addresses.UNSENT, done="draft_deleted")
    if (waiting := id_from(visit.form.get("cancel", ""))) is not None:
        kept = await visit.store.writing(
            scheduling.take_back, visit.account, ScheduledId(waiting), visit.here
        )
        return _open(visit, kept)
    moved = id_from(visit.form.get("move", ""))
    if moved is None:
        raise NotFound
    try:
        await visit.store.writing(_move, visit, ScheduledId(moved))
    except InvalidInput as error:
        found = tuple(Problem(f"at-{moved}", one.sentence) for one in writing.problems(error))
        return visit.page(await visit.store.reading(_page, visit, found), 422)
    return visit.go(addresses.UNSENT, done="moment_changed")


def _move(db: Writer, visit: Visit, id: ScheduledId) -> None:
    form = {"at": visit.form.get(f"at-{id}", ""), "zone": visit.form.get(f"zone-{id}", "0")}
    scheduling.change_moment(db, visit.account, id, typed.from_form(form).moment(), visit.here)


def _open(visit: Visit, draft: DraftId) -> Answer:
    return visit.go(addresses.WRITE, draft=str(draft))


@pages.post(addresses.TAKE_BACK, access="member")
async def undo(visit: Visit) -> Answer:
    """Take back what was sent some seconds ago: it opens in the form again. What is out already is only told."""
    id = ScheduledId(id_from(visit.form.get("sent", "")) or 0)
    try:
        draft = await visit.store.writing(scheduling.take_back, visit.account, id, visit.here)
    except NotFound:
        return visit.go(addresses.TIMELINE, done="out_already")
    return _open(visit, draft)


@pages.post(addresses.HOLDING, access="member")
async def hold(visit: Visit) -> Answer:
    await visit.store.writing(scheduling.prefer_holding, visit.account, "holds" in visit.form)
    return visit.go(addresses.UNSENT, done="holding_changed")
