"""What somebody wants of another person's posts, and what they write down about them for themselves."""

import msgspec
from msgspec.structs import replace

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.ids import id_from
from martlet.model.names import AccountId
from martlet.services import following, profiles
from martlet.services.following import Wanted
from martlet.storage import accounts, follows, relations
from martlet.storage.database import Reader, Writer
from martlet.text.languages import LANGUAGES
from martlet.web import addresses, faces, writing
from martlet.web.contact_pages import OptionsPage
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, sentence

pages = Pages()


@pages.get(addresses.PERSON_OPTIONS, access="member")
async def ask(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_as_it_is, visit))


def _as_it_is(db: Reader, visit: Visit) -> OptionsPage:
    """Raises `NotFound` for oneself, and for who is not there."""
    id = id_from(visit.params["id"])
    if id is None or id == visit.account:
        raise NotFound
    account = accounts.get_shown(db, AccountId(id))
    there = relations.between(db, visit.account, [account.id], visit.here.now_ms()).get(account.id)
    follow = follows.find(db, visit.account, account.id)
    page = OptionsPage(
        id=str(account.id),
        person=faces.face_with_emoji(db, account, visit.here, is_inside=True),
        note=(there.note if there is not None else None) or "",
        follows=follow is not None,
    )
    if follow is None:
        return page
    chosen = msgspec.json.decode(follow.languages, type=list[str]) if follow.languages else []
    known = {*writing.COMMON, *chosen} & LANGUAGES.keys()
    return replace(
        page,
        shows_boosts=bool(follow.shows_boosts),
        notifies=bool(follow.notifies),
        languages=tuple(sorted((code, LANGUAGES[code].own_name) for code in known)),
        chosen=frozenset(chosen),
    )


@pages.post(addresses.PERSON_OPTIONS, access="member")
async def change(visit: Visit) -> Answer:
    page = await visit.store.reading(_as_it_is, visit)
    chosen = frozenset(code for code, _ in page.languages if f"l-{code}" in visit.form)
    typed = replace(
        page,
        note=visit.field("note", profiles.PRIVATE_NOTE),
        shows_boosts="boosts" in visit.form,
        notifies="notify" in visit.form,
        chosen=chosen,
    )
    try:
        await visit.store.writing(_keep, visit, typed)
    except InvalidInput:
        problems = (Problem("note", sentence("This is too long.")),)
        return visit.page(replace(typed, problems=problems), 422)
    return visit.go(page.person.address, done="saved")


def _keep(db: Writer, visit: Visit, typed: OptionsPage) -> None:
    other = AccountId(int(typed.id))
    profiles.note(db, visit.account, other, typed.note)
    if typed.follows and follows.find(db, visit.account, other) is not None:
        wanted = Wanted(typed.shows_boosts, typed.notifies, tuple(sorted(typed.chosen)) or None)
        following.follow(db, visit.account, other, wanted, visit.here)
