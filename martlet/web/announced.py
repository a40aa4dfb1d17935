"""What those who look after the server announce: on top of home and of the news, until its reader has read it."""

from collections.abc import Sequence

from martlet.http.answer import Answer
from martlet.model.announcements import Announcement
from martlet.model.errors import NotFound
from martlet.model.ids import id_from
from martlet.model.server import moment
from martlet.services import announcing
from martlet.storage import announcements
from martlet.storage.database import Reader
from martlet.web import addresses, faces
from martlet.web.cards import AnnouncementCard, Html
from martlet.web.visits import Pages, Visit

pages = Pages()


def of(db: Reader, visit: Visit) -> Sequence[AnnouncementCard]:
    """Those that the member has not read."""
    found = visit.desk.announced.shown(db, visit.here.now_ms())
    if not found:
        return ()
    read = announcements.read_by(db, visit.account, [one.id for one in found])
    return tuple(_card(db, visit, one) for one in found if one.id not in read)


def _card(db: Reader, visit: Visit, one: Announcement) -> AnnouncementCard:
    return AnnouncementCard(
        id=str(one.id),
        text_html=Html(one.html),
        emoji=faces.emoji_in(db, one.text, "", visit.here),
        starts_at=None if one.starts_at is None else moment(one.starts_at),
        ends_at=None if one.ends_at is None else moment(one.ends_at),
        is_all_day=bool(one.is_all_day),
    )


@pages.post(addresses.ANNOUNCEMENT_READ, access="member")
async def dismiss(visit: Visit) -> Answer:
    """Field: next, the page to go back to."""
    id = id_from(visit.params["id"])
    if id is None:
        raise NotFound
    await visit.store.writing(announcing.dismiss, visit.account, id, visit.here)
    return visit.go(visit.own(visit.form.get("next", "")) or addresses.TIMELINE)
