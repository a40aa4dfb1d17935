"""Packs of people here, as anybody may read them."""

from martlet.http.answer import Answer
from martlet.model.accounts import Account
from martlet.model.errors import NotFound
from martlet.model.ids import id_from
from martlet.model.names import NOBODY
from martlet.storage import accounts, packs
from martlet.storage.database import Reader
from martlet.web import addresses, faces, showing
from martlet.web.public_pages import PackPage
from martlet.web.visits import Pages, Visit

pages = Pages()


@pages.get(addresses.PACK, access="anyone")
async def pack(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_pack, visit))


def _pack(db: Reader, visit: Visit) -> PackPage:
    """Raises `NotFound`, also for packs of other servers, which have pages of their own."""
    here = visit.here
    found = packs.get(db, id_from(visit.params["id"]) or 0, NOBODY)
    owner = accounts.get(db, found.account_id)
    if not owner.is_here:
        raise NotFound
    members = packs.members(db, [found.id], NOBODY, here.now_ms()).get(found.id, [])
    people = accounts.many(db, [one.member.account_id for one in members])
    return PackPage(
        address=addresses.at(addresses.PACK, id=str(found.id)),
        name=found.name,
        owner=faces.face_with_emoji(db, owner, here),
        people=tuple(
            faces.face_with_emoji(db, people[one.member.account_id], here)
            for one in members
            if one.member.account_id in people
        ),
        description=found.description,
        language=found.language,
        tag=found.tag,
        report=_report(visit, owner, found.id),
        is_indexable=bool(found.is_discoverable) and showing.is_indexable(owner),
    )


def _report(visit: Visit, owner: Account, pack: int) -> str:
    """Where members other than its owner tell the moderators of it; empty for everybody else."""
    if not visit.is_for_member or visit.account == owner.id:
        return ""
    return f"{addresses.at(addresses.REPORT, id=str(owner.id))}?pack_{pack}=1"
