"""
Taking back what was just done by a button.

The notice that tells of an act has a button with a token, which names the act that undoes it and is good for an hour in
the session in which it was made. Whatever is done so goes through the same use cases as if it were done by itself.
"""

from collections.abc import Callable

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput
from martlet.model.names import AccountId, AlbumId
from martlet.services import arranging, blocking, blocking_servers, following, following_tags, profiles
from martlet.services.following import Wanted
from martlet.storage.database import Writer
from martlet.web import addresses, guarding
from martlet.web.visits import DONE, UNDO, Pages, Visit

pages = Pages()

Undo = Callable[[Writer, Visit, str], object]


def _mute(db: Writer, visit: Visit, text: str) -> None:
    """`text`: whom, whether their notifications are hidden (1 or 0), until when (milliseconds, 0 for good)."""
    muted, hides, until = map(int, text.split("."))
    blocking.mute(
        db,
        visit.account,
        AccountId(muted),
        visit.here,
        hides_notifications=bool(hides),
        ends_at=until or None,
    )


def _block(db: Writer, visit: Visit, text: str) -> None:
    """`text`: whom, until when (milliseconds, 0 for good)."""
    blocked, until = map(int, text.split("."))
    blocking.block(db, visit.account, AccountId(blocked), visit.here, ends_at=until or None)


UNDOS: dict[str, Undo] = {
    "block": _block,
    "unblock": lambda db, visit, who: blocking.unblock(db, visit.account, AccountId(int(who))),
    "mute": _mute,
    "unmute": lambda db, visit, who: blocking.unmute(db, visit.account, AccountId(int(who))),
    "follow": lambda db, visit, who: following.follow(
        db, visit.account, AccountId(int(who)), Wanted(), visit.here
    ),
    "endorse": lambda db, visit, who: profiles.endorse(db, visit.account, AccountId(int(who)), visit.here),
    "unendorse": lambda db, visit, who: profiles.end_endorsement(db, visit.account, AccountId(int(who))),
    "block_server": lambda db, visit, host: blocking_servers.block(db, visit.account, host, visit.here),
    "unblock_server": lambda db, visit, host: blocking_servers.unblock(db, visit.account, host),
    "follow_tag": lambda db, visit, name: following_tags.follow(db, visit.account, name, visit.here),
    "delete_album": lambda db, visit, album: arranging.restore(db, visit.account, AlbumId(int(album))),
    "unfollow_tag": lambda db, visit, name: following_tags.unfollow(db, visit.account, name),
}


def token(visit: Visit, act: str, about: object) -> str:
    """What takes back something that was done: one of `UNDOS`, and what it is done to."""
    return guarding.undo_token(visit.ground.secret, visit.seed, f"{act} {about}", visit.here)


@pages.post(addresses.UNDO, access="member")
async def take_back(visit: Visit) -> Answer:
    done = guarding.undone_by(visit.field("undo", 2000), visit.ground.secret, visit.seed, visit.here)
    if done is None:
        raise InvalidInput("This can no longer be taken back here.")
    act, _, about = done.partition(" ")
    await visit.store.writing(UNDOS[act], visit, about)
    where = visit.own(visit.form.get("next", "")) or addresses.TIMELINE
    return visit.go(addresses.without(where, DONE, UNDO), done="undone")
