"""
Deciding about other servers: limiting, suspending, allowing them, refusing their media or reports.

A decision holds at every door from the moment it is made, because the doors ask
for it (`storage/peer_policies.py`). What we have of the server's people already
follows soon: a job for each server that it concerns marks their accounts, ends
their follows and drops what waits for them, a little in each transaction. Done
twice it is done once, and undone the marks go, so that all is shown again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec

from martlet.model.audit import State, Target
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.events import AccountChanged
from martlet.model.moderation import OPEN, OWN, Decision, Policy, Severity, domains_of, strictest
from martlet.model.names import AccountId
from martlet.model.roles import OPERATOR, Actor
from martlet.model.server import Server
from martlet.services import auditing, caching, severing
from martlet.storage import accounts, deliveries, events, peer_people, peer_policies, peers
from martlet.storage.database import Reader, Store, Writer
from martlet.storage.peer_people import Restricted
from martlet.storage.peer_policies import Numbered
from martlet.storage.peers import Peer
from martlet.text import names

REVIEW = "review_peers"
ENFORCE = "enforce_on_peer"
AT_ONCE = 100
"""Accounts, follows or media changed in one transaction."""
COMMENT = 1000

Tell = Callable[[int, int], None]
"""Told of progress: how many servers are done, of how many."""


def host_in(text: str) -> str:
    """A domain in its one spelling; `*.peer.example` and an address count as their domain. Raises `InvalidInput`."""
    text = text.strip().removeprefix("https://").removeprefix("http://").removeprefix("*.").rstrip("/")
    try:
        return names.normalise_host(text.removeprefix("@"))
    except names.InvalidHost:
        raise InvalidInput(f"{text[:100]!r} is not the name of a server.", "domain") from None


# -- deciding ------------------------------------------------------------


def decide(db: Writer, decision: Decision, here: Server, by: Actor = OPERATOR) -> None:
    """Hold a decision of the operator's. Raises `InvalidInput` for this server itself."""
    before = state(db, decision.host)
    _put(db, decision, here)
    _write_down(db, by, "peer.decide", decision.host, before, here)


def _put(db: Writer, decision: Decision, here: Server) -> None:
    check(decision.host, here)
    peer_policies.put(db, decision, here.next_id())
    review_soon(db, here)


def _write_down(db: Writer, by: Actor, act: str, host: str, before: State, here: Server) -> None:
    after = state(db, host)
    if before != after:
        auditing.record(db, by, act, Target("peer", 0, host), before, after, here)


def state(db: Reader, host: str) -> State:
    """What the audit log says of the operator's decision about a domain."""
    found = peer_policies.find_own(db, host)
    if found is None:
        return {"is_decided": False}
    values: State = msgspec.to_builtins(found)
    return values


def set_back(db: Writer, host: str, wanted: State, here: Server) -> None:
    """What an undoing does. Raises `InvalidInput`."""
    if wanted.get("is_decided") is False:
        peer_policies.delete(db, OWN, [host])
        review_soon(db, here)
    else:
        _put(db, msgspec.convert(wanted, Decision), here)


def check(host: str, here: Server) -> None:
    """Raises `InvalidInput` where a decision about a domain would be one about this server."""
    own = names.normalise_host(here.host).partition(":")[0]
    if host in (here.host, own) or own.endswith(f".{host}"):
        raise InvalidInput(f"{host} is this server, or a domain that it is in.", "domain")


def own(db: Reader, host: str) -> Decision:
    """What the operator decided about this very domain, or nothing yet."""
    return peer_policies.find_own(db, host) or Decision(host, Policy())


def with_severity(before: Decision, severity: Severity) -> Decision:
    """A suspended server is not an allowed one."""
    is_allowed = before.policy.is_allowed and severity is not Severity.SUSPEND
    return replace(before, policy=replace(before.policy, severity=severity, is_allowed=is_allowed))


def numbered(db: Reader, id: int) -> Numbered:
    """One of the operator's decisions. Raises `NotFound`."""
    found = peer_policies.find_own_by_id(db, id)
    if found is None:
        raise NotFound
    return found


def decided(db: Writer, decision: Decision, here: Server, by: Actor) -> Numbered:
    """Hold a decision, and tell the id that it has. Raises `InvalidInput`."""
    decide(db, decision, here, by)
    return peer_policies.number_own(db, decision.host)


def lift(db: Writer, id: int, here: Server, by: Actor) -> None:
    """Take back a restriction; that the server is an allowed one stays. Raises `NotFound`."""
    before = numbered(db, id).decision
    if before.policy.is_allowed:
        decide(db, replace(before, policy=Policy(is_allowed=True)), here, by)
    else:
        undo(db, before.host, here, by)


def disallow(db: Writer, id: int, here: Server, by: Actor) -> None:
    """The server is no allowed one any more; how it is restricted stays. Raises `NotFound`."""
    before = numbered(db, id).decision
    if not before.policy.is_allowed:
        raise NotFound
    if before.policy.is_restriction:
        decide(db, replace(before, policy=replace(before.policy, is_allowed=False)), here, by)
    else:
        undo(db, before.host, here, by)


def undo(db: Writer, host: str, here: Server, by: Actor = OPERATOR) -> None:
    """Forget what the operator decided; what block lists say holds again. Raises `NotFound`."""
    before = state(db, host)
    if not peer_policies.delete(db, OWN, [host]):
        raise NotFound(f"Nothing is decided about {host}.")
    review_soon(db, here)
    _write_down(db, by, "peer.undo", host, before, here)


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a decision about a domain concerns: servers known, their accounts, and follows across."""

    servers: int = 0
    accounts: int = 0
    followed: int = 0
    """By people here."""
    following: int = 0
    """People here."""


def reach(db: Reader, domain: str) -> Reach:
    """Goes through all servers known: for the operator's commands."""
    hosts = [peer.host for peer in peers.every(db) if domain in domains_of(peer.host)]
    counted = [peer_people.counts(db, host) for host in hosts]
    return Reach(len(hosts), *(sum(numbers) for numbers in zip(*counted, strict=True)))


def review_soon(db: Writer, here: Server) -> None:
    """Have what was decided enforced on what we have already."""
    events.add_job(db, REVIEW, "", here.now_ms())


# -- enforcing -----------------------------------------------------------


async def review(store: Store, body: str, here: Server) -> None:
    """The job: find the servers on whose people something else is in force than is decided now."""
    del body
    hosts = await store.reading_aside(to_do)
    for some in _in_parts(hosts):
        await store.writing(_enforce_later, some, here)


def _in_parts(hosts: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(hosts), AT_ONCE):
        yield hosts[start : start + AT_ONCE]


def _enforce_later(db: Writer, hosts: Iterable[str], here: Server) -> None:
    for host in hosts:
        body = msgspec.json.encode(host).decode()
        events.add_job(db, ENFORCE, body, here.now_ms())


def to_do(db: Reader) -> list[str]:
    book = peer_policies.book(db)
    return [peer.host for peer in peers.every(db) if not _is_in_force(peer, book.policy(peer.host))]


def _is_in_force(peer: Peer, policy: Policy) -> bool:
    return (
        peer.limited_at is not None,
        peer.suspended_at is not None,
        peer.refused_media_at is not None,
    ) == (
        policy.severity is Severity.LIMIT,
        policy.severity is Severity.SUSPEND,
        policy.refuses_media,
    )


async def enforce(store: Store, body: str, here: Server) -> None:
    """The job of one server."""
    await enforce_on(store, msgspec.json.decode(body, type=str), here)


async def enforce_all(store: Store, here: Server, tell: Tell) -> None:
    """Do at once all that is to be done: for commands."""
    hosts = await store.reading_aside(to_do)
    for done, host in enumerate(hosts):
        tell(done, len(hosts))
        await enforce_on(store, host, here)
    tell(len(hosts), len(hosts))


async def enforce_on(store: Store, host: str, here: Server) -> None:
    """
    Have what is decided about a server in force on its people.

    Where something else is decided while this goes on, it ends, and a job begins anew.
    """
    policy = await store.writing(_begin, host, here)
    for source in (peer_people.of_handles, peer_people.of_uris):
        after: int | None = 0
        while after is not None:
            some = await store.writing(_mark_some, source, host, after, policy, here)
            if some is None:
                return
            while await store.writing(_part_some, some.suspended, host, here):
                pass
            for account in some.showing_anew:
                media: int | None = 0
                while media is not None:
                    media = await store.writing(_show_anew, account, media)
            after = some.last
    while await store.writing(severing.tell, "domain_block", host, here):
        pass
    await store.writing(_finish, host, policy, here)


@dataclass(frozen=True, slots=True)
class _Marked:
    """Accounts that were gone through; `last` of them, None at the end."""

    suspended: list[AccountId]
    showing_anew: list[AccountId]
    """Their media are to be hidden or shown again."""
    last: AccountId | None


def _begin(db: Writer, host: str, here: Server) -> Policy:
    if peer_policies.is_refused(db, host, here):
        deliveries.give_up(db, host)
    return peer_policies.policy(db, host)


def _mark_some(
    db: Writer,
    source: Callable[[Reader, str, int, int], list[Restricted]],
    host: str,
    after: int,
    policy: Policy,
    here: Server,
) -> _Marked | None:
    """None where something else has been decided meanwhile."""
    book = {host: peer_policies.policy(db, host)}
    if book[host] != policy:
        _enforce_later(db, [host], here)
        return None
    peer = peers.find(db, host)
    had_refused = peer is not None and peer.refused_media_at is not None
    found = source(db, host, after, AT_ONCE)
    suspended, showing_anew = [], []
    for one in found:
        of_one = _policy_of(db, one, book)
        mark(db, one, of_one, here)
        if of_one.severity is Severity.SUSPEND:
            suspended.append(one.id)
        if of_one.refuses_media:
            peer_people.drop_pictures(db, one.id)
            caching.forget_account(db, one.id, here.now_ms())
        elif had_refused:
            peer_people.want_anew(db, one.id)
        if of_one.refuses_media or had_refused:
            showing_anew.append(one.id)
    return _Marked(suspended, showing_anew, found[-1].id if len(found) == AT_ONCE else None)


def _policy_of(db: Reader, one: Restricted, book: dict[str, Policy]) -> Policy:
    for host in {one.host, one.uri_host} - book.keys():
        book[host] = peer_policies.policy(db, host)
    return strictest([book[one.host], book[one.uri_host]])


def policy_of_account(db: Reader, account: AccountId) -> Policy:
    """How somebody elsewhere is treated for being where they are."""
    one = peer_people.find(db, account)
    return OPEN if one is None else _policy_of(db, one, {})


def mark_account(db: Writer, account: AccountId, here: Server) -> None:
    """Have an account limited or suspended as its server is, or as that says it is."""
    one = peer_people.find(db, account)
    if one is not None:
        mark(db, one, _policy_of(db, one, {}), here)


def suspend_as_told(db: Writer, account: AccountId, here: Server) -> None:
    """Hide somebody whose own server says that it has suspended them, until it says something else."""
    accounts.update(db, account, suspended_there=1)
    mark_account(db, account, here)
    db.emit(AccountChanged(account))


def is_suspended_there_alone(db: Reader, account: AccountId) -> bool:
    """Whether somebody elsewhere is hidden for nothing but what their own server says."""
    one = peer_people.find(db, account)
    return one is not None and bool(one.suspended_there and one.suspended_by_peer)


def mark(db: Writer, one: Restricted, policy: Policy, here: Server) -> None:
    """The same, whatever was done to the account for itself: that stays."""
    now = here.now_ms()
    limit = _mark(one.limited_at, one.limited_by_peer, policy.severity is Severity.LIMIT, now)
    is_hidden = policy.severity is Severity.SUSPEND or bool(one.suspended_there)
    suspension = _mark(one.suspended_at, one.suspended_by_peer, is_hidden, now)
    before = (one.limited_at, one.limited_by_peer), (one.suspended_at, one.suspended_by_peer)
    if (limit, suspension) != before:
        peer_people.restrict(
            db, one.id, limited_at=limit[0], suspended_at=suspension[0], by_peer=(limit[1], suspension[1])
        )


def _mark(at: int | None, by_peer: int, is_wanted: bool, now: int) -> tuple[int | None, int]:  # noqa: FBT001 - of two marks alike
    if is_wanted:
        return (now, 1) if at is None else (at, by_peer)
    return (None, 0) if by_peer else (at, 0)


def _part_some(db: Writer, suspended: Sequence[AccountId], host: str, here: Server) -> bool:
    """End follows with people of a suspended server, without telling it. Returns whether there may be more."""
    found = peer_people.follows(db, suspended, AT_ONCE) if suspended else []
    for follower, followed in found:
        by = follower if follower in suspended else followed
        severing.end(db, (follower, followed), by, "domain_block", host, here)
    return len(found) == AT_ONCE


def _show_anew(db: Writer, account: AccountId, after: int) -> int | None:
    is_refused = policy_of_account(db, account).refuses_media
    return peer_people.refuse_media(db, account, int(is_refused), after, AT_ONCE)


def _finish(db: Writer, host: str, policy: Policy, here: Server) -> None:
    peer, now = peers.find(db, host), here.now_ms()
    if peer is None:
        return
    if peer_policies.policy(db, host) != policy:
        _enforce_later(db, [host], here)
        return
    if policy.refuses_media or policy.severity is Severity.SUSPEND:
        caching.forget_host(db, host, now)
    if policy.refuses_media:
        peer_people.refuse_emojis(db, host, now)
    elif peer.refused_media_at is not None:
        peer_people.take_emojis(db, host)
    peers.set_in_force(
        db,
        host,
        limited=(peer.limited_at or now) if policy.severity is Severity.LIMIT else None,
        suspended=(peer.suspended_at or now) if policy.severity is Severity.SUSPEND else None,
        refused_media=(peer.refused_media_at or now) if policy.refuses_media else None,
    )
