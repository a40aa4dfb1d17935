"""
Taking in a bundle: what proves itself passes the same gate as what is brought to the inbox, whoever carried it.

    whole bundle        its form, sizes and hashes (`archives.bundles`), before anything of it is believed
    `AT_ONCE` documents looked at (`checking_bundles`), then recorded, in one short transaction
    files               once it is known which signed documents name them (`carried_files`)

So a large bundle lets everybody else write in between; stopped in the middle, each part is whole, and begun again, it is
the same as if it had gone through at once. Of two versions of a document the order of their ranks decides, not that of
their coming (`model.carrying`).

Whose key nobody but the bundle knows is set aside: kept, shown apart, in nobody's timeline and told to nobody. Once the
author's own server has named the key, it passes the gate, too (`lift`).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from martlet.activitypub import gateways, parse
from martlet.activitypub.things import Boost, Delete, Follow, Like
from martlet.archives import bundles
from martlet.archives.bundles import Bundle, Line
from martlet.model.carrying import Carried, Outcome, Refusal, Trust
from martlet.model.continuity import Statement
from martlet.model.errors import MartletError, NotAllowed
from martlet.model.events import AccountChanged
from martlet.model.evidence import IntegrityProof
from martlet.model.names import Uri, host_of
from martlet.model.server import Server
from martlet.services import (
    acquainting,
    carried_boosts,
    carried_files,
    continuing,
    covering,
    intake,
    watching,
)
from martlet.services.carried_files import Named
from martlet.services.checking_bundles import AT_ONCE, Checked, Checker, fingerprint, in_parts
from martlet.services.ports import Unpacking
from martlet.storage import accounts, carried, events, keys, uris
from martlet.storage.database import Reader, Store, Writer

LIFT = "lift_carried"
MOST_REASONS = 200
"""Refused documents that are named one by one."""
Tell = Callable[[str, int, int], None]
Told = Callable[[int, int], Awaitable[None]]


class Refused(msgspec.Struct, frozen=True):
    """A document or a file that was not taken. `line` counts from 1, and is 0 for a file."""

    part: str
    line: int
    name: str
    author: str
    why: str


class Author(msgspec.Struct):
    """Whose documents are in a bundle."""

    uri: str
    name: str
    trust: int
    fingerprint: str
    documents: int = 0
    logged: int | None = None
    """How many documents the author's whole log has, by the newest checkpoint in the bundle."""


class Found(msgspec.Struct):
    """What was in a bundle, and what became of it."""

    new: int = 0
    newer: int = 0
    known: int = 0
    aside: int = 0
    refused: int = 0
    files: int = 0
    """Pictures, films and sounds that were not there before."""
    files_aside: int = 0
    """Such that were left alone, because it is not certain whose posts they belong to."""
    reasons: list[Refused] = []
    authors: dict[str, Author] = {}


@dataclass(slots=True)
class Import:
    """One bundle on its way in."""

    ground: Unpacking
    bundle: Bundle
    found: Found = field(default_factory=Found)
    _checker: Checker = field(init=False)
    _named: Named = field(init=False)

    def __post_init__(self) -> None:
        self._checker = Checker(
            self.ground.here,
            self.bundle.manifest.kind,
            lambda: covering.of_bundle(self.bundle),
            self.bundle.digest,
        )
        self._named = Named(self.bundle.media)

    async def run(self, tell: Tell, *, records: bool = True, told: Told | None = None) -> Found:
        """
        All of it. `records`: False to look only. `told`: hears of the same as `tell`, and may take its time.

        Raises `BundleRefused` and `BundleTooLarge`; what was recorded before stays, and is whole.
        """
        done, total = 0, self.bundle.documents + len(self.bundle.media)
        store, here = self.ground.store, self.ground.here
        async for some in self._checked():
            outcomes: Sequence[Outcome | Refusal]
            if records:
                seen, is_return = self._checker.first_seen(), self.bundle.manifest.kind == "return"
                learnt = self._checker.learnt()
                outcomes = await store.writing(record, some, (seen, learnt), here, is_return=is_return)
            else:
                outcomes = await store.reading_aside(_foreseen, some, here)
            for one, outcome in zip(some, outcomes, strict=True):
                self._count(one, outcome)
            done += len(some)
            tell("documents", done, total)
            if told is not None:
                await told(done, total)
        for digest in self._named.unnamed:
            self._refuse(Refused(f"media/{digest}", 0, digest, "", Refusal.UNNAMED_FILE))
        self.found.files_aside = len(self._named.aside - self._named.places.keys())
        if records:
            for digest, places in self._named.places.items():
                await self._take_in_file(digest, places)
                done += 1
                tell("documents", done, total)
        return self.found

    async def _take_in_file(self, digest: str, places: Mapping[Uri, str]) -> None:
        outcome = await carried_files.take_in(self.ground, self.bundle, digest, places)
        if isinstance(outcome, Refusal):
            self._refuse(Refused(f"media/{digest}", 0, digest, "", outcome))
        else:
            self.found.files += outcome

    async def _checked(self) -> AsyncIterator[list[Checked]]:
        for some in in_parts(self.bundle, *bundles.LINES):
            yield await self.ground.store.reading_aside(self._checker.checked, some)

    def _count(self, one: Checked, outcome: Outcome | Refusal) -> None:
        why = outcome if isinstance(outcome, Refusal) else one.why
        found = self.found
        if one.carried is not None:
            self._count_author(one, one.carried)
        if why is None and one.said is not None and one.carried is not None:
            self._named.note(one.carried.uri, one.said, is_certain=one.carried.trust is Trust.CONFIRMED)
        if why is not None:
            self._refuse(Refused(one.line.part, one.line.number, one.name, one.author, why))
        elif one.carried is not None and one.carried.kind in ("actor", "checkpoint"):
            return
        elif outcome is Outcome.NEW:
            found.new += 1
        elif outcome is Outcome.NEWER:
            found.newer += 1
        elif outcome is Outcome.ASIDE:
            found.aside += 1
        else:
            found.known += 1

    def _refuse(self, one: Refused) -> None:
        self.found.refused += 1
        if len(self.found.reasons) < MOST_REASONS:
            self.found.reasons.append(one)

    def _fingerprint(self, one: Carried) -> str:
        key = self._checker.key(one)
        return "" if key is None else fingerprint(key)

    def _count_author(self, one: Checked, carried: Carried) -> None:
        author = self.found.authors.get(carried.author)
        if author is None:
            author = Author(carried.author, "", int(carried.trust), self._fingerprint(carried))
            self.found.authors[carried.author] = author
        author.trust = min(author.trust, int(carried.trust))
        if carried.kind == "actor":
            name = one.document.get("preferredUsername")
            author.name = f"@{name}@{host_of(carried.author)}" if isinstance(name, str) else ""
        elif carried.kind == "checkpoint":
            logged = one.document.get("totalItems")
            author.logged = max(author.logged or 0, logged) if isinstance(logged, int) else author.logged
        else:
            author.documents += 1


async def take_in(ground: Unpacking, file: Path, tell: Tell, told: Told | None = None) -> Found:
    """Take in a bundle. Raises `BundleRefused`, `BundleTooLarge`, OSError."""
    with await asyncio.to_thread(Bundle.open, file) as bundle:
        return await Import(ground, bundle).run(tell, told=told)


async def look(ground: Unpacking, file: Path, tell: Tell) -> Found:
    """What `take_in` would find, without anything being kept. Raises the same."""
    with await asyncio.to_thread(Bundle.open, file) as bundle:
        return await Import(ground, bundle).run(tell, records=False)


# -- in the database ---------------------------------------------------------


def record(
    db: Writer,
    some: Sequence[Checked],
    seen: tuple[Sequence[carried.CarriedKey], Sequence[tuple[Statement, Trust]]],
    here: Server,
    *,
    is_return: bool,
) -> list[Outcome | Refusal]:
    """Record documents that were looked at, and keys that nobody knew before; what became of each."""
    outcomes: list[Outcome | Refusal] = []
    for one in some:
        if one.carried is None:
            outcomes.append(one.why or Refusal.MALFORMED)
            continue
        outcomes.append(_take(db, one, one.carried, here, is_return=is_return))
    first_seen, learnt = seen
    for key in first_seen:
        carried.pin_key(db, key)
    for statement, trust in learnt:
        continuing.learn(db, statement, trust, here)
    return outcomes


def _take(db: Writer, one: Checked, new: Carried, here: Server, *, is_return: bool) -> Outcome | Refusal:
    if host_of(new.author) == here.host:
        return _of_ours(db, new)
    before = carried.find(db, new.uri)
    if before is not None and before.author != new.author:
        return Refusal.WRONG_ORIGIN
    if before is not None and new.rank <= before.rank:
        if new.rank.is_rival_of(before.rank):
            carried.note_rival(db, new.uri)
        return Outcome.KNOWN
    if new.kind == "post" and uris.find_tombstone(db, new.uri) is not None:
        return Refusal.DELETED
    if _is_here_for_certain(db, new):
        return Outcome.KNOWN
    kept = new
    if before is not None:
        is_rival = new.rank.is_rival_of(before.rank)
        is_rival |= before.has_rival and before.rank.said_at == new.rank.said_at
        # a checkpoint proves when its documents were signed, so it is as old here as its own bytes
        is_other = new.kind == "checkpoint" and new.rank.digest != before.rank.digest
        carried_at = new.carried_at if is_other else before.carried_at
        kept = replace(new, has_rival=is_rival, carried_at=carried_at)
    carried.put(db, kept, one.line.body)
    if new.kind == "checkpoint":
        covering.thin(db, new.author)
    if new.trust < Trust.CONFIRMED:
        return Outcome.ASIDE
    return _effect(db, one, new, here, is_return=is_return)


def _is_here_for_certain(db: Reader, one: Carried) -> bool:
    """Of what is not certain: whether its author's own server has brought it, before the key was revoked, say."""
    return one.trust < Trust.CONFIRMED and uris.find_post(db, one.uri) is not None


def _of_ours(db: Reader, one: Carried) -> Outcome | Refusal:
    """What people here have written comes back from others: it is here, or was deleted."""
    if one.kind in ("actor", "checkpoint", "act"):
        return Outcome.KNOWN
    if uris.find_post(db, one.uri) is not None:
        return Outcome.KNOWN
    if uris.find_tombstone(db, one.uri) is None:
        return Refusal.NOT_OURS
    return Outcome.KNOWN if one.kind == "tombstone" else Refusal.DELETED


def _effect(db: Writer, one: Checked, new: Carried, here: Server, *, is_return: bool) -> Outcome | Refusal:
    """Have a document that is certain take effect."""
    before = _foreseen_effect(db, new)
    try:
        with db.part():
            _act(db, one, new, here, is_return=is_return)
    except MartletError:
        return Refusal.NOT_TAKEN
    return before


def _act(db: Writer, one: Checked, new: Carried, here: Server, *, is_return: bool) -> None:
    """Raises `MartletError`."""
    evidence = IntegrityProof(new.author)
    match new.kind:
        case "post" if one.said is not None:
            if intake.keep_carried(db, one.said, evidence, here, is_news=is_return) is None:
                raise NotAllowed("Whom it answers does not take it.")
            carried_boosts.of_post(db, new.uri, here)
        case "boost":
            boost = parse.act(one.document)
            if isinstance(boost, Boost):
                carried_boosts.take(db, boost, evidence, here, is_news=is_return)
        case "tombstone":
            intake.accept(db, Delete(Uri(f"{new.uri}#delete"), new.author, new.uri), evidence, here)
        case "actor":
            if accounts.find_by_uri(db, new.author) is None:
                acquainting.get_to_know(db, one.document, here)
            watching.learn(db, new.author, gateways.of_actor(one.document), here)
        case "act":
            act = parse.act(one.document)
            if not isinstance(act, Like | Follow) or host_of(act.target) != here.host:
                raise NotAllowed("It is for another server.")
            intake.accept(db, act, evidence, here)


def _foreseen_effect(db: Reader, one: Carried) -> Outcome:
    """What comes of a document that is certain and in no bundle was before."""
    post = uris.find_post(db, one.uri)
    if one.kind == "boost":
        is_known = post is not None or uris.find_tombstone(db, one.uri) is not None
        return Outcome.KNOWN if is_known else Outcome.NEW
    if one.kind == "post" and post is not None:
        is_newer = one.rank.said_at > max(post.created_at, post.edited_at or 0)
        return Outcome.NEWER if is_newer else Outcome.KNOWN
    if one.kind == "tombstone" and post is None:
        return Outcome.KNOWN if uris.find_tombstone(db, one.uri) is not None else Outcome.NEW
    return Outcome.NEW


def _foreseen(db: Reader, some: Sequence[Checked], here: Server) -> list[Outcome | Refusal]:
    """What would become of documents, as far as that can be said without recording them."""
    known = carried.names_known(db, [one.carried.uri for one in some if one.carried is not None])
    return [_foreseen_one(db, one, known, here) for one in some]


def _foreseen_one(db: Reader, one: Checked, known: set[str], here: Server) -> Outcome | Refusal:
    new = one.carried
    if new is None:
        return one.why or Refusal.MALFORMED
    if host_of(new.author) == here.host:
        return _of_ours(db, new)
    is_aside = new.trust < Trust.CONFIRMED
    if new.uri not in known:
        return Outcome.ASIDE if is_aside else Outcome.NEW
    before = carried.find(db, new.uri)
    if before is not None and new.rank <= before.rank:
        return Outcome.KNOWN
    if new.kind == "post" and uris.find_tombstone(db, new.uri) is not None:
        return Refusal.DELETED
    if _is_here_for_certain(db, new):
        return Outcome.KNOWN
    return Outcome.ASIDE if is_aside else _foreseen_effect(db, new)


# -- what becomes certain later ----------------------------------------------


def of_account(db: Writer, event: AccountChanged, here: Server) -> None:
    """An account elsewhere has been asked for its keys: what was set aside may be certain now."""
    account = accounts.find(db, event.account)
    if account is not None and not account.is_here and carried.has_aside(db, account.uri):
        body = msgspec.json.encode(account.uri).decode()
        events.add_job(db, LIFT, body, here.now_ms(), key=f"{LIFT}:{account.uri}")


async def lift(store: Store, body: str, here: Server) -> None:
    """The job that takes in what was set aside of an author, some at a time."""
    author, after = msgspec.json.decode(body, type=Uri), Uri("")
    while True:
        last = await store.writing(_lift_some, author, after, here)
        if last is None:
            break
        after = last


def _lift_some(db: Writer, author: Uri, after: Uri, here: Server) -> Uri | None:
    """What the named keys have signed passes the gate; what other keys have signed is not the author's, and goes."""
    account = accounts.find_by_uri(db, author)
    if account is None or not keys.has_remote_of_kind(db, account.id, "ed25519"):
        return None  # its server has not said with which keys it signs documents
    carried.forget_keys(db, author)
    found = carried.aside_of(db, author, after, AT_ONCE)
    if not found:
        return None
    checker = Checker(here, "return")
    for one, body in found:
        part, checker.carrier = _PARTS[one.kind], one.carrier
        checked = checker.checked(db, [Line(part, 1, body)])[0]
        carried.delete(db, one.uri)
        if checked.carried is not None and checked.carried.trust is Trust.CONFIRMED:
            _take(db, checked, checked.carried, here, is_return=False)
    return found[-1][0].uri


_PARTS = {
    "actor": bundles.ACTORS,
    "post": bundles.OBJECTS,
    "boost": bundles.OBJECTS,
    "act": bundles.OBJECTS,
    "tombstone": bundles.TOMBSTONES,
    "checkpoint": bundles.CHECKPOINTS,
}
