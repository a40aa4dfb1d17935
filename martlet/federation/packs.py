"""Packs of people here as other servers read them (FEP-7aa9): the list, each with its items, and consents of people here."""

from collections.abc import Callable

from martlet.activitypub import build
from martlet.activitypub import packs as documents
from martlet.activitypub.build import Document
from martlet.activitypub.things import Collection
from martlet.federation.answering import account_here, document_answer
from martlet.http.answer import Answer
from martlet.http.request import Request
from martlet.http.routes import Endpoint, Params
from martlet.model.accounts import Account
from martlet.model.errors import NotFound
from martlet.model.ids import id_from
from martlet.model.names import NOBODY
from martlet.model.packs import MemberState, Pack, PackMember
from martlet.model.server import Server
from martlet.services import delivering_packs
from martlet.services.ports import Ground
from martlet.storage import packs
from martlet.storage.database import Reader

Make = Callable[[Reader, Params, Server], Document]
LISTED = 100


def endpoint(ground: Ground, make: Make) -> Endpoint:
    async def answer(request: Request, params: Params) -> Answer:
        del request
        return document_answer(await ground.store.reading(make, params, ground.here))

    return answer


def every(db: Reader, params: Params, here: Server) -> Document:
    """Those that are to be found. Raises `NotFound`."""
    del here
    owner = account_here(db, params["username"])
    found = packs.of_account(db, owner.id, NOBODY, offset=0, limit=LISTED)
    return build.collection(
        Collection(f"{owner.uri}/packs", len(found), items=tuple(one.uri for one in found))
    )


def one(db: Reader, params: Params, here: Server) -> Document:
    """Raises `NotFound`."""
    pack, owner = _find(db, params)
    return delivering_packs.document(db, pack, owner, here)


def item(db: Reader, params: Params, here: Server) -> Document:
    """Raises `NotFound`."""
    pack, owner = _find(db, params)
    for each in delivering_packs.members(db, pack, here):
        if each.member.id == id_from(params["item"]):
            return documents.item(delivering_packs.item(db, each.member, owner, here))
    raise NotFound


def consent(db: Reader, params: Params, here: Server) -> Document:
    """Somebody here agrees to be in a pack, ours or another server's, as long as they do. Raises `NotFound`."""
    account = account_here(db, params["username"])
    member = _member(db, params["id"])
    pack = packs.find_unfiltered(db, member.pack_id)
    if pack is None or member.account_id != account.id or member.state is not MemberState.ACCEPTED:
        raise NotFound
    return documents.consent(here.pack_consent_uri(account.username, member.id), pack.uri, account.uri)


def _find(db: Reader, params: Params) -> tuple[Pack, Account]:
    owner = account_here(db, params["username"])
    pack = packs.get(db, id_from(params["id"]) or 0, NOBODY)
    if pack.account_id != owner.id:
        raise NotFound
    return pack, owner


def _member(db: Reader, text: str) -> PackMember:
    found = packs.find_member_by_id(db, id_from(text) or 0)
    if found is None:
        raise NotFound
    return found
