"""
Mirrors of people here: somebody asks another server to keep what they write for everybody, and ends it again.

    ask → (job) the other server is looked for → Offer → its Accept or Reject → listed in the actor document, told of
    all that is published → Undo of the Offer, or their Reject

Only a mirror that has accepted is listed, and only for as long as it was asked to.
"""

from dataclasses import replace

import msgspec

from martlet.activitypub.things import Accept, Reject
from martlet.model.accounts import Account
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.events import AccountChanged, MirrorAsked, MirrorEnded
from martlet.model.mirrors import CONTROL_LASTS, LASTS, MOST_MIRRORS
from martlet.model.names import AccountId, Uri
from martlet.model.server import Server
from martlet.services import tending_mirrors
from martlet.storage import accounts, events, mirrors, peer_policies
from martlet.storage.database import Reader, Writer
from martlet.storage.mirrors import Mirror
from martlet.text import names

LOOK = "look_for_mirror"
MAX_BYTES = 1024 * 1024 * 1024
"""What somebody asks a mirror to keep at most; a mirror may keep less."""
LISTED_AT_ONCE = 50
_LIVE = ("looking", "asked", "accepted")


class TooManyMirrors(InvalidInput):
    code = "too_many_mirrors"

    def __init__(self) -> None:
        super().__init__(f"You have {MOST_MIRRORS} mirrors already. End one of them first.")


class NoMirrorThere(InvalidInput):
    code = "no_mirror_there"

    def __init__(self) -> None:
        super().__init__("Type the name of another server, such as mirror.example.")


class AskedAlready(InvalidInput):
    code = "asked_already"

    def __init__(self) -> None:
        super().__init__("You have asked this server already.")


def ask(db: Writer, account: AccountId, server: str, here: Server, *, may_push: bool) -> int:
    """
    Ask another server to be a mirror; it is looked for by a job. `may_push`: it may also bring posts to others' servers.

    Raises `NoMirrorThere`, `TooManyMirrors`, `NotFound` for somebody who is gone.
    """
    author = accounts.get(db, account)
    if author.is_gone or not author.is_here:
        raise NotFound
    host = _host(server, here)
    if peer_policies.is_refused(db, host, here):
        raise NoMirrorThere
    accounts.lock(db, account)
    before = [one for one in mirrors.of_account(db, account) if one.state in _LIVE]
    base = f"https://{host}"
    if any(one.base in (base, f"http://{host}") for one in before):
        raise AskedAlready
    if len(before) >= MOST_MIRRORS:
        raise TooManyMirrors
    id, now = here.next_id(), here.now_ms()
    mirrors.insert(
        db,
        Mirror(
            id=id,
            account_id=account,
            base=base,
            server=Uri(""),
            inbox="",
            offer=Uri(f"{author.uri}#mirrors/{id}"),
            state="looking",
            may_push=int(may_push),
            max_bytes=MAX_BYTES,
            asked_at=now,
            answered_at=None,
            until_at=now + LASTS,
            looked_at=0,
            heard_at=0,
            kept_sequence=0,
            error="",
        ),
    )
    events.add_job(db, LOOK, msgspec.json.encode(id).decode(), now)
    tending_mirrors.want(db, here)
    return id


def _host(typed: str, here: Server) -> str:
    """`mirror.example` of what somebody typed. Raises `NoMirrorThere`."""
    text = typed.strip().lower().removeprefix("https://").removeprefix("http://").rstrip("/")
    try:
        _, host = names.parse_handle(f"someone@{text}", names.own_hosts(here.host))
    except names.InvalidHandle:
        raise NoMirrorThere from None
    if host is None:
        raise NoMirrorThere
    return host


def found(db: Writer, id: int, base: str, server: Uri, inbox: str) -> None:
    """The server that was asked is there, and takes requests: it is sent the offer."""
    mirror = mirrors.find(db, id)
    if mirror is None or mirror.state != "looking":
        return
    mirrors.insert(db, replace(mirror, base=base, server=server, inbox=inbox, state="asked", error=""))
    db.emit(MirrorAsked(id))


def not_found(db: Writer, id: int, why: str) -> None:
    """The server that was asked cannot be reached, or is no mirror. Whoever asked sees it, and may ask again."""
    mirror = mirrors.find(db, id)
    if mirror is not None and mirror.state == "looking":
        mirrors.update(db, id, state="unreachable", error=why)


def accepted(db: Writer, act: Accept, actor: Account, here: Server) -> bool:
    """A mirror has accepted; returns whether it was an answer to an offer at all."""
    mirror = _asked_of(db, act.request, actor)
    if mirror is None:
        return False
    if mirror.state == "asked":
        now = here.now_ms()
        mirrors.update(db, mirror.id, state="accepted", answered_at=now, heard_at=now)
        _relist(db, mirror.account_id)
    return True


def rejected(db: Writer, act: Reject, actor: Account, here: Server) -> bool:
    """A mirror does not want to, or no longer."""
    mirror = _asked_of(db, act.request, actor)
    if mirror is None:
        return False
    if mirror.state in _LIVE:
        was = mirror.state
        state = "ended" if was == "accepted" else "refused"
        mirrors.update(db, mirror.id, state=state, answered_at=here.now_ms())
        if was == "accepted":
            _relist(db, mirror.account_id)
    return True


def _asked_of(db: Reader, request: object, actor: Account) -> Mirror | None:
    mirror = mirrors.find_by_offer(db, Uri(request)) if isinstance(request, str) else None
    return mirror if mirror is not None and mirror.server == actor.uri else None


def end(db: Writer, account: AccountId, id: int) -> None:
    """Somebody wants a mirror no longer. Raises `NotFound`."""
    mirror = mirrors.find(db, id)
    if mirror is None or mirror.account_id != account:
        raise NotFound
    _end(db, mirror)


def _end(db: Writer, mirror: Mirror) -> None:
    if mirror.state not in _LIVE:
        return
    mirrors.update(db, mirror.id, state="ended")
    if mirror.state in ("asked", "accepted"):
        db.emit(MirrorEnded(mirror.id))
    if mirror.state == "accepted":
        _relist(db, mirror.account_id)


def _relist(db: Writer, account: AccountId) -> None:
    """The actor document lists other mirrors now, and everybody is told."""
    accounts.touch(db, account)
    db.emit(AccountChanged(account))


def end_due(db: Writer, here: Server) -> None:
    """End what nobody has answered in ninety days, and what was asked for until now."""
    now = here.now_ms()
    for mirror in mirrors.expired(db, now, LISTED_AT_ONCE):
        _end(db, mirror)
    for mirror in mirrors.unanswered(db, now - CONTROL_LASTS, LISTED_AT_ONCE):
        _end(db, mirror)
