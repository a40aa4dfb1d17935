"""Who waits for a decision: people who ask to follow, and strangers whose news are kept aside."""

from collections.abc import Callable, Sequence

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput
from martlet.model.ids import id_from
from martlet.model.names import AccountId
from martlet.model.server import Server, moment
from martlet.services import requesting
from martlet.storage import accounts, follows, notification_requests, posts
from martlet.storage.database import Reader, Writer
from martlet.web import addresses, faces, showing
from martlet.web.contact_pages import Asking, FollowRequestsPage, HeldNewsPage, Stranger
from martlet.web.visits import Pages, Visit

pages = Pages()

AT_ONCE = 40
ALL = "all"
DECISIONS: dict[str, Callable[[Writer, AccountId, Sequence[int], Server], None]] = {
    "accept": requesting.accept,
    "dismiss": requesting.dismiss,
}


@pages.get(addresses.FOLLOW_REQUESTS, access="member")
async def to_follow(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_to_follow, visit))


def _to_follow(db: Reader, visit: Visit) -> FollowRequestsPage:
    found = follows.requests(db, visit.account, visit.paging(AT_ONCE))
    newer, older = visit.ends(addresses.FOLLOW_REQUESTS, found, AT_ONCE)
    people = accounts.many(db, [one.account_id for one in found])
    asking = (
        Asking(str(id), faces.face_with_emoji(db, people[id], visit.here, is_inside=True))
        for id in (one.account_id for one in found)
        if id in people
    )
    return FollowRequestsPage(tuple(asking), newer, older)


@pages.get(addresses.HELD_NEWS, access="member")
async def strangers(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_strangers, visit))


def _strangers(db: Reader, visit: Visit) -> HeldNewsPage:
    found = notification_requests.page(db, visit.account, visit.paging(AT_ONCE), visit.here.now_ms())
    newer, older = visit.ends(addresses.HELD_NEWS, found, AT_ONCE)
    people = accounts.many(db, [one.from_id for one in found])
    named = [one.last_post_id for one in found if one.last_post_id is not None]
    shown = posts.shown(db, named, visit.account) if named else []
    cards = {int(card.id): card for card in showing.cards(db, shown, visit.here, reader=visit.account)}
    kept = (
        Stranger(
            id=str(one.id),
            face=faces.face_with_emoji(db, people[one.from_id], visit.here, is_inside=True),
            counted=one.counted,
            updated_at=moment(one.updated_at),
            last=cards.get(one.last_post_id) if one.last_post_id is not None else None,
        )
        for one in found
        if one.from_id in people
    )
    return HeldNewsPage(tuple(kept), newer, older)


@pages.post(addresses.HELD_NEWS, access="member")
async def decide(visit: Visit) -> Answer:
    """About one, or about all that the form names."""
    name = next((one for one in DECISIONS if one in visit.form), None)
    if name is None:
        raise InvalidInput("The form does not say what is to be done.")
    wanted = visit.form[name]
    texts = [key.removeprefix("of-") for key in visit.form if key.startswith("of-")]
    ids = [id for text in (texts if wanted == ALL else [wanted]) if (id := id_from(text)) is not None]
    await visit.store.writing(DECISIONS[name], visit.account, ids, visit.here)
    return visit.go(addresses.HELD_NEWS, done=f"news_{name}")
