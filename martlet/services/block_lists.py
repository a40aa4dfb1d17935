"""
Block lists: read from and written to Mastodon's form, and kept as they change.

    #domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate
    bad.example,suspend,True,True,Spam,False

A list of bare domains, one in a line, is read as well: each is suspended. What
cannot be the name of a server is left out, and so is a whole top-level domain
and whatever would hit this server itself.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import msgspec

from martlet.model.audit import State, Target
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.moderation import OWN, Decision, Policy, Severity
from martlet.model.roles import Actor, Permission
from martlet.model.server import Server
from martlet.services import auditing, importing_decisions, permitting, restricting
from martlet.storage import block_lists, events, peer_policies
from martlet.storage.block_lists import BlockList
from martlet.storage.database import AlreadyThere, Reader, Store, Writer
from martlet.text.cleaning import one_line
from martlet.text.urls import InvalidUrl, parse_url

FETCH = "fetch_block_list"
DAY = 86_400_000
LARGEST = 5 * 1024 * 1024
"""Bytes of a list."""
MOST = 50_000
"""Domains of a list."""
SETTLED = 20
"""A list of so many domains is not believed if suddenly nine in ten are gone, or ten times as many are there."""
AT_ONCE = 500
"""Changes made in one transaction."""
COLUMNS = ("domain", "severity", "reject_media", "reject_reports", "public_comment", "obfuscate")
_SEVERITIES = {
    "suspend": Severity.SUSPEND,
    "silence": Severity.LIMIT,
    "limit": Severity.LIMIT,
    "noop": Severity.NONE,
    "none": Severity.NONE,
}
_WRITTEN = {Severity.SUSPEND: "suspend", Severity.LIMIT: "silence", Severity.NONE: "noop"}
_TRUE = frozenset({"true", "1", "yes", "t"})
_FORMULA = ("=", "+", "-", "@")

Tell = Callable[[int, int], None]
"""Told of progress: how many changes are made, of how many."""


class ListRejected(InvalidInput):
    """A list that cannot be meant so; the sentence says why."""

    code = "list_rejected"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a list says, by domain, and what of it was left out."""

    decisions: dict[str, Decision] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be done so that what is kept is what a list says."""

    kept: Sequence[Decision] = ()
    """New ones, and those that say something else now."""
    removed: Sequence[str] = ()
    new: int = 0

    def __len__(self) -> int:
        return len(self.kept) + len(self.removed)


# -- the form --------------------------------------------------------------


def read(text: str, here: Server, list_id: int = OWN) -> Reading:
    """Raises `ListRejected` for what is too long, and for what is no list at all."""
    found = Reading()
    names: Sequence[str] = ("domain",)
    try:
        for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")):
            cells = [cell.strip() for cell in row]
            if not cells or not cells[0]:
                continue
            if cells[0].lstrip("#").lower() == "domain":
                names = [cell.lstrip("#").lower() for cell in cells]
            elif not cells[0].startswith("#"):
                _take_row(found, dict(zip(names, cells, strict=False)), here, list_id)
            if len(found.decisions) > MOST:
                raise ListRejected(f"The list has more than {MOST:,} domains.")
    except csv.Error as error:
        raise ListRejected(f"The list cannot be read: {error}.") from None
    return found


def _take_row(found: Reading, row: Mapping[str, str], here: Server, list_id: int) -> None:
    domain = row.get("domain", "")
    severity = _SEVERITIES.get(row.get("severity", "").lower() or "suspend")
    try:
        host = restricting.host_in(domain)
        restricting.check(host, here)
    except InvalidInput:
        host = ""
    if severity is None or "." not in host:  # a list does not speak of all of a top-level domain
        said = row["severity"] if host and severity is None else ""
        found.left_out.append(f"{domain}: {said}"[:100] if said else domain[:100])
        return
    policy = Policy(
        severity,
        refuses_media=row.get("reject_media", "").lower() in _TRUE,
        refuses_reports=row.get("reject_reports", "").lower() in _TRUE,
    )
    if policy.is_restriction:
        found.decisions[host] = Decision(
            host,
            policy,
            list_id,
            comment=_unescaped(one_line(row.get("public_comment", "")))[: restricting.COMMENT],
            is_obfuscated=row.get("obfuscate", "").lower() in _TRUE,
        )


def write(decisions: Iterable[Decision]) -> str:
    """The restrictions among the decisions, in Mastodon's form."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow([f"#{name}" for name in COLUMNS])
    for one in decisions:
        if one.policy.is_restriction:
            policy = one.policy
            rows.writerow(
                [
                    one.host,
                    _WRITTEN[policy.severity],
                    policy.refuses_media,
                    policy.refuses_reports,
                    _escaped(one.comment),
                    one.is_obfuscated,
                ]
            )
    return text.getvalue()


def _escaped(text: str) -> str:
    """A spreadsheet takes what begins so for a formula (attacks G13)."""
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text


def _unescaped(text: str) -> str:
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_FORMULA) else text


# -- changes ---------------------------------------------------------------


def changes(db: Reader, list_id: int, wanted: Mapping[str, Decision]) -> Changes:
    """From what is kept of a list to what it says now."""
    before = peer_policies.of(db, list_id)
    kept = [one for host, one in wanted.items() if before.get(host) != one]
    removed = [host for host in before if host not in wanted]
    return Changes(kept, removed, sum(one.host not in before for one in kept))


def additions(db: Reader, wanted: Mapping[str, Decision], existing: Literal["stay", "give way"]) -> Changes:
    """What the operator imports: nothing is removed, and what was decided before stays or gives way."""
    before = peer_policies.of(db, OWN)
    kept = [
        _merged(before.get(host), one)
        for host, one in wanted.items()
        if host not in before or (existing == "give way" and _merged(before[host], one) != before[host])
    ]
    return Changes(kept, (), sum(one.host not in before for one in kept))


def _merged(before: Decision | None, one: Decision) -> Decision:
    """A server that was allowed stays one, unless it is suspended."""
    if before is None:
        return one
    severity = restricting.with_severity(before, one.policy.severity)
    return replace(one, note=before.note, policy=replace(one.policy, is_allowed=severity.policy.is_allowed))


async def make(
    store: Store, list_id: int, wanted: Changes, here: Server, tell: Tell = lambda *_: None, entry: int = 0
) -> None:
    """
    Make the changes, some in each transaction; done again after an interruption it ends the same.

    With an `entry` of the audit log each is written down for it.
    """
    done = 0
    tell(done, len(wanted))
    for some in _parts(wanted):
        await store.writing(_make_some, list_id, some, here, entry)
        done += len(some)
        tell(done, len(wanted))
    if len(wanted):
        await store.writing(restricting.review_soon, here)


def _parts(wanted: Changes) -> Iterator[Changes]:
    for start in range(0, len(wanted.kept), AT_ONCE):
        yield Changes(wanted.kept[start : start + AT_ONCE])
    for start in range(0, len(wanted.removed), AT_ONCE):
        yield Changes((), wanted.removed[start : start + AT_ONCE])


async def bring_in(
    store: Store, actor: Actor, wanted: Changes, here: Server, tell: Tell = lambda *_: None
) -> None:
    """Make the changes that somebody imports. Raises `NotAllowed`."""
    permitting.check_actor(actor, Permission.MANAGE_FEDERATION)
    if len(wanted):
        entry = await store.writing(importing_decisions.begin, actor, len(wanted), here)
        await make(store, OWN, wanted, here, tell, entry)


def _make_some(db: Writer, list_id: int, some: Changes, here: Server, entry: int) -> None:
    if list_id != OWN and block_lists.find(db, list_id) is None:
        return  # it was given up meanwhile
    if entry and importing_decisions.is_taken_back(db, entry):
        return
    for one in some.kept:
        if entry:
            importing_decisions.note(db, entry, one)
        peer_policies.put(db, one, here.next_id())
    peer_policies.delete(db, list_id, some.removed)


# -- subscriptions ---------------------------------------------------------


class Turn(msgspec.Struct, frozen=True):
    """A list is to be fetched at this moment, and the next day again."""

    list: int
    at: int


def address_in(text: str) -> str:
    """Raises `InvalidInput`: only an https address says for sure whose list it is."""
    try:
        address = str(parse_url(text.strip()))
    except InvalidUrl:
        address = ""
    if not address.startswith("https://"):
        raise InvalidInput("A block list needs an address that begins with https://.", "url")
    return address


def subscribe(db: Writer, url: str, here: Server) -> BlockList:
    """Keep to a list from now on. Raises `InvalidInput` for one that is kept to already."""
    id, now = here.next_id(), here.now_ms()
    try:
        block_lists.insert(db, id, address_in(url), now)
    except AlreadyThere:
        raise InvalidInput("You have subscribed to this list already.", "url") from None
    fetch_later(db, Turn(id, now + DAY))
    found = block_lists.find(db, id)
    assert found is not None  # noqa: S101 - it was inserted
    return found


def subscribe_from_afar(db: Writer, actor: Actor, url: str, here: Server) -> None:
    """The same by somebody who does not wait for it: a job fetches it now. Raises `InvalidInput` and `NotAllowed`."""
    permitting.check_actor(actor, Permission.MANAGE_FEDERATION)
    made = _subscribe_and_fetch(db, url, here)
    note_subscription(db, actor, made, here)


def note_subscription(db: Writer, actor: Actor, made: BlockList, here: Server) -> None:
    """Somebody keeps to a list from now on."""
    _write_down(db, actor, "list.subscribe", made, here, is_kept=True)


def _write_down(db: Writer, actor: Actor, act: str, one: BlockList, here: Server, *, is_kept: bool) -> None:
    before, after = ({"url": one.url, "is_kept": it} for it in (not is_kept, is_kept))
    auditing.record(db, actor, act, Target("list", one.id, one.url), before, after, here)


def _subscribe_and_fetch(db: Writer, url: str, here: Server) -> BlockList:
    made = subscribe(db, url, here)
    fetch_later(db, Turn(made.id, made.created_at))  # the next one is what was planned already
    return made


def unsubscribe_from_afar(db: Writer, actor: Actor, id: int, here: Server) -> None:
    """Raises `NotAllowed` and `NotFound`."""
    permitting.check_actor(actor, Permission.MANAGE_FEDERATION)
    found = block_lists.find(db, id)
    if found is None:
        raise NotFound
    unsubscribe(db, id, here)
    _write_down(db, actor, "list.unsubscribe", found, here, is_kept=False)


def state(db: Reader, url: str) -> State:
    """What the audit log says of a list as it is."""
    return {"url": url, "is_kept": block_lists.find_by_url(db, url) is not None}


def set_back(db: Writer, wanted: State, here: Server) -> None:
    """What an undoing does."""
    url = str(wanted["url"])
    found = block_lists.find_by_url(db, url)
    if found is not None:
        unsubscribe(db, found.id, here)
    else:
        _subscribe_and_fetch(db, url, here)


def unsubscribe(db: Writer, list_id: int, here: Server) -> None:
    """Forget a list and all that it says."""
    block_lists.delete(db, list_id)
    peer_policies.delete_all(db, list_id)
    restricting.review_soon(db, here)


def fetch_later(db: Writer, turn: Turn) -> None:
    key = f"{FETCH}:{turn.list}:{turn.at}"
    events.add_job(db, FETCH, msgspec.json.encode(turn).decode(), turn.at, key=key)


def check(before: BlockList, found: Reading) -> None:
    """Raises `ListRejected` for what a list can hardly mean to say."""
    domains = len(found.decisions)
    if not domains:
        raise ListRejected("The list is empty, or is no list at all.")
    if before.domains >= SETTLED and not before.domains / 10 <= domains <= before.domains * 10:
        raise ListRejected(f"The list had {before.domains:,} domains and now has {domains:,}.")
