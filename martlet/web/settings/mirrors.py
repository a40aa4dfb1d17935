"""Mirrors: other servers that keep copies of what a member writes for everybody."""

from msgspec.structs import replace

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.ids import id_from
from martlet.model.mirrors import MOST_MIRRORS
from martlet.model.names import Uri, host_of
from martlet.model.server import moment
from martlet.services import asking_mirrors
from martlet.storage import logs, mirrors
from martlet.storage.database import Reader
from martlet.storage.mirrors import Mirror
from martlet.web import addresses
from martlet.web.mirror_pages import MirrorCard, MirrorsPage
from martlet.web.mirror_words import NO_MIRROR, STATES, heard
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, Sentence, counted, sentence

pages = Pages()

LIVE = ("looking", "asked", "accepted")
LONGEST = 300
WRONG: dict[str, Sentence] = {
    "too_many_mirrors": sentence("You have as many as there may be. End one of them first."),
    "no_mirror_there": sentence("Type the name of another server, such as mirror.example."),
    "asked_already": sentence("You have asked this server already."),
}


@pages.get(addresses.MIRRORS, access="member")
async def show(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_as_it_is, visit))


def _as_it_is(db: Reader, visit: Visit) -> MirrorsPage:
    last = logs.last_sequence(db, visit.account)
    found = mirrors.of_account(db, visit.account)
    return MirrorsPage(tuple(_card(one, last, visit.here.now_ms()) for one in reversed(found)), MOST_MIRRORS)


def _card(one: Mirror, last: int, now: int) -> MirrorCard:
    is_kept = one.state == "accepted"
    behind = max(last - one.kept_sequence, 0)
    kept = (
        sentence("It has all that you published.")
        if not behind
        else counted("One change is still on its way.", "{n} changes are still on their way.", n=behind)
    )
    return MirrorCard(
        id=str(one.id),
        host=host_of(Uri(f"{one.base}/")),
        base=one.base,
        state=NO_MIRROR if one.error == "no_mirror" else STATES[one.state],
        is_live=one.state in LIVE,
        is_good=is_kept and not one.failures,
        asked_at=moment(one.asked_at),
        until=moment(one.until_at),
        may_push=bool(one.may_push),
        heard=heard(one.heard_at, now) if is_kept else None,
        kept=kept if is_kept and one.looked_at else None,
    )


@pages.post(addresses.MIRRORS, access="member")
async def ask(visit: Visit) -> Answer:
    server, may_push = visit.field("server", LONGEST), "push" in visit.form
    try:
        await visit.store.writing(asking_mirrors.ask, visit.account, server, visit.here, may_push=may_push)
    except InvalidInput as error:
        page = await visit.store.reading(_as_it_is, visit)
        problem = Problem("server", WRONG.get(error.code, WRONG["no_mirror_there"]))
        return visit.page(replace(page, server=server, may_push=may_push, problems=(problem,)), 422)
    return visit.go(addresses.MIRRORS, done="mirror_asked")


@pages.post(addresses.MIRROR_END, access="member")
async def end(visit: Visit) -> Answer:
    id = id_from(visit.params["id"])
    if id is None:
        raise NotFound
    await visit.store.writing(asking_mirrors.end, visit.account, id)
    return visit.go(addresses.MIRRORS, done="mirror_ended")
