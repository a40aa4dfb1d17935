"""The page of somebody's key: to be compared with them over another way."""

from martlet.http.answer import Answer
from martlet.model.carrying import Trust
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.names import Uri
from martlet.model.roles import Permission
from martlet.model.server import moment
from martlet.services import comparing, continuing, permitting
from martlet.services.checking_bundles import fingerprint
from martlet.storage import accounts, continuity
from martlet.storage.database import Reader
from martlet.web import addresses, carrying, faces, public_people
from martlet.web.carried_words import TRUST
from martlet.web.carrying_pages import KeyPage
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, problems_of

pages = Pages()

TYPED_LIMIT = 500


@pages.get(addresses.PERSON_KEY, access="anyone")
async def own(visit: Visit) -> Answer:
    """Of somebody here, for everybody."""
    return visit.page(await visit.store.reading(_own, visit))


def _own(db: Reader, visit: Visit) -> KeyPage:
    account = public_people.find(db, visit.params["username"], visit.here)
    return _page(db, visit, account.uri)


@pages.get(addresses.KEYS, access="member")
async def show(visit: Visit) -> Answer:
    """Of anybody whose key is known here."""
    return visit.page(await visit.store.reading(_compare, visit, Uri(visit.query.get("actor", "")[:2048])))


def _compare(db: Reader, visit: Visit, actor: Uri, problems: tuple[Problem, ...] = ()) -> KeyPage:
    may = permitting.actor_of(db, visit.account).role.may(Permission.MANAGE_FEDERATION)
    return _page(db, visit, actor, problems, may_confirm=may, is_compared_here=True)


def _page(
    db: Reader,
    visit: Visit,
    actor: Uri,
    problems: tuple[Problem, ...] = (),
    *,
    may_confirm: bool = False,
    is_compared_here: bool = False,
) -> KeyPage:
    """Raises `NotFound`."""
    shown = comparing.known_key(db, actor)
    account, pin = accounts.find_by_uri(db, actor), continuity.find_pin(db, actor)
    known = continuing.known(db, pin.root) if pin is not None else None
    last = known.standing if known is not None else None
    did = shown.key.to_did()
    return KeyPage(
        name=faces.face(account, visit.here).handle if account is not None else carrying.name_of(db, actor),
        actor=actor,
        is_root=shown.is_root,
        sign=carrying.SIGNS.get(shown.trust, "unsure"),
        trust=TRUST[shown.trust],
        fingerprint=fingerprint(shown.key),
        did=did,
        code=f"{actor} {did}",
        sequence=last.sequence if last is not None else 0,
        signed_at=moment(last.updated_at) if last is not None else None,
        goes_on_as=last.actor if last is not None and last.actor != actor else "",
        has_conflict=known is not None and bool(known.conflict),
        has_other=pin is not None and bool(pin.other_root),
        is_compared_here=is_compared_here,
        may_confirm=may_confirm and shown.trust < Trust.CONFIRMED,
        problems=problems,
    )


@pages.post(addresses.KEYS, access="member")
async def compare(visit: Visit) -> Answer:
    actor, typed = Uri(visit.field("actor", 2048)), visit.field("typed", TYPED_LIMIT)
    try:
        is_said = await visit.store.writing(comparing.confirm, visit.account, actor, typed, visit.here)
    except NotFound:
        raise
    except InvalidInput as error:
        return visit.page(await visit.store.reading(_compare, visit, actor, problems_of(error)), 422)
    return visit.go(addresses.key_of(actor), done="key_confirmed" if is_said else "key_fits")
