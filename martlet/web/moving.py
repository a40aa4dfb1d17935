"""Settings of moving: which accounts may move here, and going elsewhere."""

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput, MartletError, NotAllowed, NotFound, TooMany
from martlet.model.ids import id_from
from martlet.model.server import moment
from martlet.services import moving, securing
from martlet.services.moving import NoSuchAccount
from martlet.services.securing import WrongPassword
from martlet.storage import accounts, moves, uris
from martlet.storage.database import Reader
from martlet.web import addresses, faces
from martlet.web.cards import AliasCard
from martlet.web.pages import MovingPage
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, problems_of

pages = Pages()

NAME_LIMIT = 2048
PASSWORD_LIMIT = 1000


@pages.get(addresses.MOVING, access="member")
async def show(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_page, visit))


def _page(
    db: Reader, visit: Visit, alias: str = "", target: str = "", problems: tuple[Problem, ...] = ()
) -> MovingPage:
    account, here = accounts.get(db, visit.account), visit.here
    moved_to = accounts.find(db, account.moved_to_id) if account.moved_to_id is not None else None
    may_move_at = moving.may_move_at(db, account.id)
    return MovingPage(
        aliases=_aliases(db, visit),
        moved_to=None if moved_to is None else faces.face_with_emoji(db, moved_to, here),
        may_move_at=moment(may_move_at) if may_move_at > here.now_ms() else None,
        alias=alias,
        target=target,
        problems=problems,
    )


def _aliases(db: Reader, visit: Visit) -> tuple[AliasCard, ...]:
    found = moves.aliases(db, visit.account)
    ids = uris.accounts_at(db, [one.uri for one in found])
    people = accounts.many(db, list(ids.values()))
    return tuple(
        AliasCard(
            str(one.id),
            one.uri,
            faces.face_with_emoji(db, people[ids[one.uri]], visit.here) if one.uri in ids else None,
        )
        for one in found
    )


async def _refused(visit: Visit, error: MartletError, field: str) -> Answer:
    """The page once more, each error beside the field it concerns."""
    problems = tuple(
        Problem("password" if isinstance(error, WrongPassword) else field, one.sentence)
        for one in problems_of(error)
    )
    typed = {field: visit.field(field, NAME_LIMIT)[:NAME_LIMIT]}
    page = await visit.store.reading(_page, visit, problems=problems, **typed)
    return visit.page(page, 429 if isinstance(error, TooMany) else 422)


@pages.post(addresses.ALIASES, access="member")
async def add_alias(visit: Visit) -> Answer:
    resolver = visit.desk.resolver
    try:
        if resolver is None:
            raise NoSuchAccount
        other = await moving.look_up(visit.ground, resolver, visit.field("alias", NAME_LIMIT))
        await visit.store.writing(moving.add_alias, visit.account, other, visit.here)
    except InvalidInput as error:
        return await _refused(visit, error, "alias")
    return visit.go(addresses.MOVING, done="alias_added")


@pages.post(addresses.ALIAS_END, access="member")
async def end_alias(visit: Visit) -> Answer:
    id = id_from(visit.params["id"])
    if id is None:
        raise NotFound
    await visit.store.writing(moving.remove_alias, visit.account, id)
    return visit.go(addresses.MOVING, done="alias_ended")


@pages.post(addresses.MOVE_AWAY, access="member")
async def move_away(visit: Visit) -> Answer:
    resolver = visit.desk.resolver
    try:
        await securing.confirm_password(
            visit.ground, visit.signed_in.login, visit.field("password", PASSWORD_LIMIT)
        )
        if resolver is None:
            raise NoSuchAccount
        target = await moving.look_up(visit.ground, resolver, visit.field("target", NAME_LIMIT))
        await visit.store.writing(moving.move_out, visit.account, target, visit.here)
    except (InvalidInput, NotAllowed, TooMany) as error:
        return await _refused(visit, error, "target")
    return visit.go(addresses.MOVING, done="moved")


@pages.post(addresses.MOVE_BACK, access="member")
async def move_back(visit: Visit) -> Answer:
    await visit.store.writing(moving.take_back, visit.account)
    return visit.go(addresses.MOVING, done="moved_back")
