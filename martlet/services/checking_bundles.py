"""
Looking at what is in a bundle: each document proves itself, or is refused (roads D.4).

A bundle proves nothing about itself, so a friend's and a stranger's are read alike. Of each document one question is
asked: whose key signed it, and who says so? The author's own server, asked earlier; an earlier bundle; or only this one.
Nothing here writes: what becomes of what was found is for `importing_bundles`.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from martlet.activitypub import addressing, build, parse
from martlet.activitypub.things import Act, Boost, Follow, Like, Writing
from martlet.activitypub.values import moment, uri
from martlet.archives import bundles
from martlet.archives.bundles import Bundle, Limits, Line
from martlet.archives.errors import BundleTooLarge
from martlet.model.carrying import Carried, Kind, Rank, Refusal, Trust
from martlet.model.continuity import Statement
from martlet.model.errors import EvidenceRejected, MalformedDocument
from martlet.model.names import Uri, host_of, is_uri, origin_of
from martlet.model.server import Server, milliseconds
from martlet.services import continuing, covering
from martlet.services.continuing import Word
from martlet.services.covering import Dated
from martlet.signing import actor_keys, canonical_json, continuity, lines, proofs
from martlet.signing.keys import Kind as KeyKind
from martlet.signing.keys import PublicKey
from martlet.storage import accounts, carried, keys, mirrored, peer_policies
from martlet.storage.database import Reader

AT_ONCE = 50
"""Documents looked at in one go."""
MOST_AUTHORS = Limits().authors
MOST_REFUSED = 500
"""So many documents are refused one by one; a bundle with more of them is not read any further."""
RETURNED_WITHIN = 90 * 86_400_000
"""Milliseconds for which a like or a follow can be on its way in a file."""
_POSTS = frozenset({"Note", "Question", "Article"})
_CHECKPOINT = "LogCheckpoint"


@dataclass(frozen=True, slots=True)
class Checked:
    """
    A document of a bundle that has been looked at.

    `carried` and `document` are there unless it was refused; `why` says why it was.
    """

    line: Line
    name: str
    """What it calls itself, as far as that can be read."""
    author: str
    carried: Carried | None = None
    document: dict[str, Any] = field(default_factory=dict)
    said: Writing | None = None
    """What a post says."""
    why: Refusal | None = None


class _Refused(Exception):
    def __init__(self, why: Refusal) -> None:
        self.why = why


@dataclass(frozen=True, slots=True)
class _Known:
    """A key, whose it is, and how far that is certain."""

    owner: Uri
    key: PublicKey
    trust: Trust
    revoked_after: int | None = None
    """The moment in milliseconds after which what the key signs is not its owner's."""


@dataclass(slots=True)
class Checker:
    """Looks at the documents of one bundle; `checked` has to be given its actors first."""

    here: Server
    kind: str
    all_there: Callable[[], Mapping[str, Sequence[Dated]]] = dict
    """The documents of the whole bundle by author; asked for once, where somebody's key was revoked."""
    carrier: str = ""
    """As `Carried` has it."""
    offered: dict[Uri, dict[str, PublicKey]] = field(default_factory=dict)
    """The keys that the bundle itself says are those of its authors."""
    statements: dict[Uri, Statement] = field(default_factory=dict)
    """What the root keys of its authors have signed, as far as the bundle has it."""
    refused: int = 0
    _known: dict[tuple[str, Uri], _Known | Refusal] = field(default_factory=dict)
    _told: set[Uri] = field(default_factory=set)
    _welcome: dict[Uri, bool] = field(default_factory=dict)
    _has_taken_down: bool | None = None
    _lines: lines.Lines = field(default_factory=lines.Lines)
    _there: Mapping[str, Sequence[Dated]] | None = None
    _covered: dict[tuple[str, Uri], frozenset[bytes]] = field(default_factory=dict)

    def checked(self, db: Reader, lines: Iterable[Line]) -> list[Checked]:
        """Raises `BundleTooLarge` where too much is refused, or where too many people have written it."""
        found = [self._check(db, line) for line in lines]
        self.refused += sum(one.why is not None for one in found)
        if self.refused > MOST_REFUSED:
            raise BundleTooLarge("documents that have to be refused")
        if len(self._welcome) > MOST_AUTHORS or len(self.offered) > MOST_AUTHORS:
            raise BundleTooLarge("authors")
        return found

    def _check(self, db: Reader, line: Line) -> Checked:
        document: dict[str, Any] = {}
        try:
            read = self._lines.read(line.body)
            document = read.document
            said = parse.writing(document) if line.part == bundles.OBJECTS and _is_post(document) else None
            one = self._carried(db, line, read, said)
            return Checked(line, one.uri, one.author, one, document, said)
        except _Refused as refused:
            why = refused.why
        except canonical_json.NotCanonical:
            why = Refusal.NOT_CANONICAL
        except MalformedDocument:
            why = Refusal.MALFORMED
        except EvidenceRejected:
            why = Refusal.BAD_PROOF
        return Checked(line, _shown(document.get("id")), _shown(_author_of(document)), why=why)

    def _carried(self, db: Reader, line: Line, read: lines.Line, said: Writing | None) -> Carried:
        """Raises `_Refused`, `MalformedDocument`, `EvidenceRejected`."""
        now, document = self.here.now(), read.document
        if "signature" in document:  # of which nobody has signed a word
            raise _Refused(Refusal.NOT_CANONICAL)
        kind, author, said_at = self._claimed(document, said, line.part)
        name = _name(document, author)
        proof = proofs.find(document)
        if proof is None:
            raise _Refused(Refusal.NO_PROOF)
        if not self._is_welcome(db, author):
            raise _Refused(Refusal.AUTHOR_REFUSED)
        if kind == "actor":
            self._offer(author, document)
        known = self._key(db, proof.key_id, author)
        try:
            proofs.check(proof, known.key, read.message, now)
        except EvidenceRejected:
            if kind == "actor":  # what it says of keys is worth nothing
                del self.offered[author], self._known[proof.key_id, author]
                self.statements.pop(author, None)
            raise
        signed_at = milliseconds(proof.created_at)
        if kind == "act" and milliseconds(now) - signed_at > RETURNED_WITHIN:
            raise _Refused(Refusal.TOO_OLD)
        digest = hashlib.sha256(line.body).digest()
        if self._is_taken_down(db, digest):
            raise _Refused(Refusal.TAKEN_DOWN)
        trust = _trusted(known, max(said_at, signed_at))
        if known.revoked_after is not None and digest in self._covered_by(db, Uri(proof.key_id), known):
            trust = known.trust
        rank = Rank(trust is Trust.CONFIRMED, kind == "tombstone", said_at, signed_at, _votes(said), digest)
        came_at = milliseconds(now)
        return Carried(
            name, kind, author, Uri(proof.key_id), trust, rank, carried_at=came_at, carrier=self.carrier
        )

    def _covered_by(self, db: Reader, name: Uri, known: _Known) -> frozenset[bytes]:
        """The documents that were signed with a key before it was revoked, as checkpoints show that came in time."""
        found = self._covered.get((name, known.owner))
        if found is None:
            if self._there is None:
                self._there = self.all_there()
            key, there = (name, known.key), self._there.get(known.owner, ())
            found = covering.covered(db, known.owner, key, known.revoked_after or 0, there, self.here.now())
            self._covered[name, known.owner] = found
        return found

    def _offer(self, author: Uri, document: dict[str, Any]) -> None:
        self.offered[author] = actor_keys.of_actor(document)
        statement = continuity.of_actor(document, self.here.now())
        if statement is not None:
            self.statements[author] = statement

    def _claimed(self, document: dict[str, Any], said: Writing | None, part: str) -> tuple[Kind, Uri, int]:
        """What a document is, who is said to have made it, and when. Raises `_Refused`, `MalformedDocument`."""
        if said is not None:
            _check_open(said)
            return "post", said.author, max(said.edited_at or 0, said.created_at or 0)
        kind = parse.kind_of(document)
        match part:
            case bundles.ACTORS if kind in parse.ACTORS:
                return "actor", _needed(document.get("id")), 0
            case bundles.TOMBSTONES if kind == "Tombstone":
                return "tombstone", _needed(document.get("attributedTo")), _moment(document.get("deleted"))
            case bundles.CHECKPOINTS if kind == _CHECKPOINT:
                return "checkpoint", _needed(document.get("attributedTo")), _moment(document.get("published"))
            case bundles.OBJECTS if kind == "Announce" or self.kind == "return":
                return _claimed_act(parse.act(document), is_return=self.kind == "return")
        raise _Refused(Refusal.WRONG_KIND)

    def _is_welcome(self, db: Reader, author: Uri) -> bool:
        if author not in self._welcome:
            account = accounts.find_by_uri(db, author)
            is_gone = account is not None and account.is_gone
            self._welcome[author] = not is_gone and not peer_policies.is_refused_by_uri(db, author, self.here)
        return self._welcome[author]

    def _is_taken_down(self, db: Reader, digest: bytes) -> bool:
        """Few servers have such a list, and bundles are long: whether there is one is asked once."""
        if self._has_taken_down is None:
            self._has_taken_down = mirrored.has_taken_down(db)
        return self._has_taken_down and mirrored.is_taken_down(db, digest)

    def _key(self, db: Reader, name: str, author: Uri) -> _Known:
        """Raises `_Refused`."""
        found = self._known.get((name, author))
        if found is None:
            found = self._known[name, author] = self._look_up(db, Uri(name), author)
        if isinstance(found, Refusal):
            raise _Refused(found)
        return found

    def _look_up(self, db: Reader, name: Uri, author: Uri) -> _Known | Refusal:
        if host_of(author) == self.here.host:
            return _own(db, name, author)
        word = continuing.word_on(db, author, self.statements.get(author))
        if word is not None:
            return _by_root(word, name, author)
        named = keys.find_remote(db, name)
        if named is not None:
            if named.owner != author or named.kind != KeyKind.ED25519:
                return Refusal.OTHER_KEY
            return _Known(author, PublicKey.from_multibase(named.public), Trust.CONFIRMED)
        if origin_of(name) != origin_of(author):
            return Refusal.OTHER_KEY
        pinned = carried.keys_of(db, author)
        for one in pinned:
            if one.uri == name:
                return _Known(author, PublicKey.from_multibase(one.public), Trust.CONSISTENT)
        offered = self.offered.get(author, {}).get(name)
        if offered is None or offered.kind is not KeyKind.ED25519:
            return Refusal.OTHER_KEY if pinned else Refusal.UNKNOWN_KEY
        return Refusal.OTHER_KEY if pinned else _Known(author, offered, Trust.UNCONFIRMED)

    def learnt(self) -> list[tuple[Statement, Trust]]:
        """What root keys have signed, with how far it is certain that they are their authors'; each once."""
        known = {owner: found.trust for (_, owner), found in self._known.items() if isinstance(found, _Known)}
        new = [author for author in self.statements if author in known and author not in self._told]
        self._told.update(new)
        return [(self.statements[author], known[author]) for author in new]

    def key(self, one: Carried) -> PublicKey | None:
        """The key that signed a document."""
        found = self._known.get((one.key_uri, one.author))
        return found.key if isinstance(found, _Known) else None

    def first_seen(self) -> list[carried.CarriedKey]:
        """The keys that nobody but this bundle says are their owners'."""
        now = self.here.now_ms()
        return [
            carried.CarriedKey(Uri(name), author, found.key.to_multibase(), now)
            for (name, author), found in self._known.items()
            if isinstance(found, _Known) and found.trust is Trust.UNCONFIRMED
        ]


def in_parts(bundle: Bundle, *names: str) -> Iterable[list[Line]]:
    """The documents of a bundle, some at a time. Raises `BundleRefused`."""
    some: list[Line] = []
    for line in bundle.lines(*names):
        some.append(line)
        if len(some) == AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def _own(db: Reader, name: Uri, author: Uri) -> _Known | Refusal:
    """The key of an account here, or one that it had."""
    account = accounts.find_by_uri(db, author)
    if account is None:
        return Refusal.NOT_OURS
    own = keys.own(db, account.id).get(KeyKind.ED25519)
    there: list[tuple[Uri, str, int | None]] = (
        [] if own is None else [(build.ed25519_key_id(author, own.name), own.public, None)]
    )
    there += [(Uri(f"{author}{one.name}"), one.public, one.after) for one in keys.retired(db, account.id)]
    for called, public, after in there:
        if called == name:
            return _Known(author, PublicKey.from_multibase(public), Trust.CONFIRMED, after)
    return Refusal.NOT_OURS


def _by_root(word: Word, name: Uri, author: Uri) -> _Known | Refusal:
    """The key as the author's root key speaks of it."""
    stated = word.statement.key(name) if word.statement.actor == author else None
    if stated is not None:
        if word.statement.revocation(public=stated.public) is not None:
            return Refusal.REVOKED
        return _Known(author, PublicKey.from_multibase(stated.public), word.trust)
    revoked = word.statement.revocation(uri=name)
    if revoked is None or origin_of(name) != origin_of(author):
        return Refusal.OTHER_KEY
    return _Known(author, PublicKey.from_multibase(revoked.public), word.trust, revoked.after)


def _trusted(known: _Known, claimed_at: int) -> Trust:
    """
    How far what a key has signed is certain. Raises `_Refused` for what was signed after the key was revoked.

    Whoever has stolen a key can date what they sign as they like: what seems to be older counts as not confirmed, unless
    `covering` shows that it is.
    """
    if known.revoked_after is None:
        return known.trust
    if claimed_at > known.revoked_after:
        raise _Refused(Refusal.REVOKED)
    return Trust.UNCONFIRMED


def _votes(said: Writing | None) -> int:
    """Of a poll, as many as a column can hold."""
    poll = None if said is None else said.poll
    return 0 if poll is None else min(sum(votes for _, votes in poll.options), 2**53)


def _is_post(document: dict[str, Any]) -> bool:
    return parse.kind_of(document) in _POSTS


def _check_open(said: Writing) -> None:
    """Raises `_Refused` for what is not for everybody, and for votes."""
    if said.choice is not None:
        raise _Refused(Refusal.WRONG_KIND)
    if said.is_for_circle or not addressing.PUBLIC_NAMES.intersection((*said.to, *said.cc)):
        raise _Refused(Refusal.PRIVATE)


def _claimed_act(act: Act, *, is_return: bool) -> tuple[Kind, Uri, int]:
    """Raises `_Refused`."""
    match act:
        case Boost() if not addressing.PUBLIC_NAMES.intersection((*act.to, *act.cc)):
            raise _Refused(Refusal.PRIVATE)
        case Boost():
            return "boost", act.actor, act.created_at or 0
        case Like() | Follow() if is_return:
            return "act", act.actor, 0
    raise _Refused(Refusal.WRONG_KIND)


def _author_of(document: dict[str, Any]) -> object:
    return document.get("attributedTo") or document.get("actor") or document.get("id")


def _name(document: dict[str, Any], author: Uri) -> Uri:
    """What a document is called, by whom nobody else could. Raises `_Refused`, `MalformedDocument`."""
    name = _needed(document.get("id"))
    if origin_of(name) != origin_of(author):
        raise _Refused(Refusal.WRONG_ORIGIN)
    return name


def _needed(value: object) -> Uri:
    """Raises `MalformedDocument`."""
    if not isinstance(value, str) or not is_uri(value):
        raise MalformedDocument("The document does not say whose it is.")
    return Uri(value)


def _moment(value: object) -> int:
    """Raises `MalformedDocument`."""
    found = moment(value)
    if found is None:
        raise MalformedDocument("The document does not say when it was made.")
    return found


def _shown(value: object) -> str:
    return uri(value) or ""


def fingerprint(key: PublicKey) -> str:
    """A key as two people can read it out to one another: twelve groups of four hexadecimal digits."""
    digest = hashlib.sha256(key.raw).hexdigest()[:48]
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))
