"""
Files that tell one's friends from thieves, and what is to be thought of each document in them.

One table for two judges: the server that a file is brought to (`tests/services/test_verdicts.py`), and the script that reads it
with no server in reach (`tests/chromium/test_reader.py`). Each case has people of its own, on a server of its own.

    case = CASES["revoked"]
    case.device         what a device knows before, as `static/carried.js` keeps it
    case.body           the file
    case.expected       of each document how far it is certain, or why it is refused, in the order of the file
"""

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from martlet.activitypub import build, contexts
from martlet.activitypub.addressing import PUBLIC
from martlet.activitypub.things import Checkpoint
from martlet.archives import bundles
from martlet.archives.bundles import Writing
from martlet.model.carrying import Refusal, Trust
from martlet.model.names import Uri
from martlet.services import keeping_log
from martlet.signing import canonical_json, proofs
from martlet.signing.continuity import TYPE
from martlet.signing.keys import Kind, PrivateKey
from tests.elsewhere import Document

MORNING, NOON, EVENING = (datetime(2026, 11, 1, hour, tzinfo=UTC) for hour in (9, 12, 18))
SURE, SAME, UNSURE = Trust.CONFIRMED, Trust.CONSISTENT, Trust.UNCONFIRMED
Verdict = Trust | Refusal
Lines = Sequence[tuple[bytes, Verdict]]


def time(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def key(name: str) -> PrivateKey:
    return PrivateKey(Kind.ED25519, hashlib.sha256(name.encode()).digest())


@dataclass
class Writer:
    """Somebody of a case."""

    uri: str
    number: int = 0

    @property
    def root(self) -> PrivateKey:
        return key(f"{self.uri} root")

    @property
    def name(self) -> str:
        return f"{self.uri}#ed25519-key"

    def key(self, word: str = "") -> PrivateKey:
        return key(self.uri + word)

    def stated(
        self, sequence: int = 1, word: str = "", root: PrivateKey | None = None, **more: Any
    ) -> Document:
        """What the root key says: that the key of this word is theirs."""
        signer = root or self.root
        named = {"id": self.name, "publicKeyMultibase": self.key(word).public.to_multibase()}
        said = {
            "type": TYPE,
            "subject": signer.public.to_did(),
            "alsoKnownAs": self.uri,
            "sequence": sequence,
            "updated": time(NOON),
            "assertionMethod": [named],
            **more,
        }
        return proofs.sign_statement(said, signer, NOON)

    def revoked(self, word: str = "", after: datetime = NOON) -> Document:
        return {
            "id": self.name,
            "publicKeyMultibase": self.key(word).public.to_multibase(),
            "after": time(after),
        }

    def document(self, *attached: Document, word: str = "") -> Document:
        named = {
            "id": self.name,
            "type": "Multikey",
            "controller": self.uri,
            "publicKeyMultibase": self.key(word).public.to_multibase(),
        }
        return {
            "@context": contexts.DOCUMENT,
            "id": self.uri,
            "type": "Person",
            "preferredUsername": self.uri.rpartition("/")[2],
            "inbox": f"{self.uri}/inbox",
            "assertionMethod": [named],
            "attachment": list(attached),
        }

    def actor(self, *attached: Document, word: str = "") -> bytes:
        return self.signed(self.document(*attached, word=word), word)

    def signed(self, said: Document, word: str = "", at: datetime = NOON) -> bytes:
        document = {"@context": contexts.DOCUMENT, **said}
        return canonical_json.encode(proofs.sign(document, self.key(word), self.name, at))

    def note(self, word: str = "", at: datetime = MORNING, **more: Any) -> bytes:
        self.number += 1
        said = {
            "id": f"{self.uri}/posts/{self.number}",
            "type": "Note",
            "attributedTo": self.uri,
            "content": "<p>Hello</p>",
        }
        return self.signed(said | {"published": time(at), "to": [PUBLIC]} | more, word, at)

    def act(self, kind: str, word: str = "", at: datetime = MORNING, **more: Any) -> bytes:
        self.number += 1
        said = {
            "id": f"{self.uri}/acts/{self.number}",
            "type": kind,
            "actor": self.uri,
            "object": f"{self.uri}/posts/1",
        }
        return self.signed(said | {"published": time(at)} | more, word, at)

    def checkpoint(self, *counted: bytes, word: str = "", at: datetime = MORNING) -> bytes:
        found = [
            (keeping_log.month_of(canonical_json.parse_object(one)), hashlib.sha256(one).digest())
            for one in counted
        ]
        self.number += 1
        name, moment = Uri(f"{self.uri}#log-{self.number}"), int(at.timestamp() * 1000)
        said = build.checkpoint(
            Checkpoint(name, Uri(self.uri), self.number, moment, keeping_log.months(found))
        )
        return canonical_json.encode(proofs.sign(said, self.key(word), self.name, at))


@dataclass
class Case:
    """`told`: actor documents as their own servers have handed them out; `counted`: checkpoints, and when each came (in a file, if after noon)."""

    told: list[Document] = field(default_factory=list)
    pinned: list[Document] = field(default_factory=list)
    """Statements that came in files."""
    seen: list[Writer] = field(default_factory=list)
    """People whose keys came in files."""
    counted: list[tuple[bytes, datetime]] = field(default_factory=list)
    kind: str = "share"
    actors: Lines = ()
    objects: Lines = ()
    tombstones: Lines = ()

    @property
    def expected(self) -> list[Verdict]:
        return [verdict for part in (self.actors, self.objects, self.tombstones) for _, verdict in part]

    @property
    def body(self) -> bytes:
        out = io.BytesIO()
        writing = Writing(out, self.kind, NOON)
        writing.lines(bundles.ACTORS, (line for line, _ in self.actors))
        writing.lines(bundles.OBJECTS, (line for line, _ in self.objects))
        writing.lines(bundles.TOMBSTONES, (line for line, _ in self.tombstones))
        writing.finish()
        return out.getvalue()

    @property
    def device(self) -> dict[str, list[dict[str, Any]]]:
        """What a device knows: what it is told, and what it has from files that it kept."""
        found = self.heard
        roots = [
            {"actor": one["alsoKnownAs"], "root": one["subject"], "trust": UNSURE} for one in self.pinned
        ]
        public = [one.key().public.to_multibase() for one in self.seen]
        return {
            **found,
            "seen": [
                {"uri": one.name, "owner": one.uri, "public": key}
                for one, key in zip(self.seen, public, strict=True)
            ],
            "roots": [*found["roots"], *roots],
            "statements": [*found["statements"], *map(_statement, self.pinned)],
            "checkpoints": [_checkpoint(body, at) for body, at in self.counted],
        }

    @property
    def heard(self) -> dict[str, list[dict[str, Any]]]:
        """What the device of somebody is told who follows all that were told of."""
        said = [one for actor in self.told for one in actor["attachment"]]
        roots = {one["alsoKnownAs"]: (one["subject"], SURE) for one in reversed(said)}
        standing = {gone["publicKeyMultibase"] for one in said for gone in one.get("revoked", ())}
        names = [(actor, actor["assertionMethod"][0]) for actor in self.told]
        latest = {actor["id"]: named for actor, named in names if named["publicKeyMultibase"] not in standing}
        return {
            "keys": [
                {"uri": named["id"], "owner": uri, "public": named["publicKeyMultibase"]}
                for uri, named in latest.items()
            ],
            "roots": [{"actor": uri, "root": root, "trust": trust} for uri, (root, trust) in roots.items()],
            "statements": [_statement(one) for one in said],
            "checkpoints": [_checkpoint(body, at) for body, at in self.counted if standing and at <= NOON],
        }


def _statement(said: Document) -> dict[str, Any]:
    unsigned = {name: value for name, value in said.items() if name != "proof"}
    digest = hashlib.sha256(canonical_json.encode(unsigned)).hexdigest()
    return {"digest": digest, "body": canonical_json.encode(said).decode()}


def _checkpoint(body: bytes, at: datetime) -> dict[str, Any]:
    author = canonical_json.parse_object(body)["attributedTo"]
    moment = int(at.timestamp() * 1000)
    return {"digest": hashlib.sha256(body).hexdigest(), "author": author, "body": body.decode(), "at": moment}


# -- the table -----------------------------------------------------------


def stands(eve: Writer) -> Case:
    """What her root key names counts, whoever else her server or a file names; what came in a file is not as sure."""
    return Case(
        told=[eve.document(eve.stated())],
        actors=[(eve.actor(word="thief"), Refusal.BAD_PROOF), (eve.actor(), SURE)],
        objects=[
            (eve.note(), SURE),
            (eve.note("thief"), Refusal.BAD_PROOF),
            (eve.act("Announce", to=[PUBLIC]), SURE),
            (eve.act("Announce", to=[f"{eve.uri}/followers"]), Refusal.PRIVATE),
            (eve.act("Like"), Refusal.WRONG_KIND),
            (eve.note(at=datetime.now(UTC) + timedelta(hours=1)), Refusal.BAD_PROOF),
        ],
    )


def revoked(eve: Writer) -> Case:
    """The file has a newer statement: what the stolen key signs later is refused, and earlier dates prove nothing."""
    newer = eve.stated(2, "new", assertionMethod=[], revoked=[eve.revoked()])
    gone = {
        "id": f"{eve.uri}/posts/9",
        "type": "Tombstone",
        "attributedTo": eve.uri,
        "deleted": time(EVENING),
    }
    return Case(
        told=[eve.document(eve.stated())],
        actors=[(eve.actor(newer), UNSURE)],
        objects=[
            (eve.note(), UNSURE),
            (eve.note(at=EVENING), Refusal.REVOKED),
            (eve.act("Announce", to=[PUBLIC]), UNSURE),
        ],
        tombstones=[(eve.signed(gone, at=EVENING), Refusal.REVOKED)],
    )


def is_replaced(eve: Writer) -> Case:
    """Her key has another one in its place, of the same name; an old statement does not bring it back."""
    newer = eve.stated(2, "new", revoked=[{**eve.revoked(), "id": f"{eve.uri}#old-key"}])
    return Case(
        told=[eve.document(eve.stated()), eve.document(newer, word="new")],
        actors=[(eve.actor(eve.stated()), Refusal.BAD_PROOF), (eve.actor(newer, word="new"), SURE)],
        objects=[(eve.note(), Refusal.BAD_PROOF), (eve.note("new"), SURE)],
    )


def _covered(eve: Writer, *, came: datetime = MORNING, forged: bool = False, missing: bool = False) -> Case:
    notes = [eve.note() for _ in range(2)]
    boost = eve.act("Announce", to=[PUBLIC])
    shown = [*notes, boost, *([eve.note()] if forged else ())][missing:]
    count = eve.checkpoint(*notes, boost)
    newer = eve.stated(2, assertionMethod=[], revoked=[eve.revoked()])
    is_covered = came <= NOON and not forged and not missing
    return Case(
        told=[eve.document(eve.stated()), eve.document(newer)],
        counted=[(count, came)],
        objects=[(one, SURE if is_covered else UNSURE) for one in shown],
    )


def in_conflict(eve: Writer) -> Case:
    """Two statements of one number: what was before them goes on."""
    twins = [eve.stated(2, word, gateways=[f"https://{word}.example"]) for word in ("one", "other")]
    return Case(
        told=[eve.document(eve.stated()), *(eve.document(one) for one in twins)],
        objects=[
            (eve.note(), SURE),
            (eve.note("one"), Refusal.BAD_PROOF),
            (eve.note("other"), Refusal.BAD_PROOF),
        ],
    )


def conflict_comes(eve: Writer) -> Case:
    """The second of them is in the file."""
    twins = [eve.stated(2, word, gateways=[f"https://{word}.example"]) for word in ("one", "other")]
    return Case(
        told=[eve.document(eve.stated()), eve.document(twins[0], word="one")],
        actors=[(eve.actor(twins[1], word="other"), Refusal.BAD_PROOF), (eve.actor(twins[1]), SURE)],
        objects=[(eve.note(), SURE), (eve.note("one"), Refusal.BAD_PROOF)],
    )


def goes_on(eve: Writer) -> Case:
    """Under another name, on another server: the chain alone says so, and of the old name nothing counts any more."""
    new = Writer(eve.uri.replace("sea", "new"))
    gone = new.stated(2, root=eve.root, revoked=[eve.revoked(after=MORNING)], formerly=[eve.uri])
    late = MORNING + timedelta(hours=1)
    return Case(
        told=[eve.document(eve.stated())],
        actors=[(new.actor(gone), SURE)],
        objects=[(new.note(), SURE), (eve.note(at=late), SURE)],
    )


def has_gone_on(eve: Writer) -> Case:
    """The same, once the device was told."""
    new = Writer(eve.uri.replace("sea", "new"))
    gone = new.stated(2, root=eve.root, revoked=[eve.revoked(after=MORNING)], formerly=[eve.uri])
    late = MORNING + timedelta(hours=1)
    return Case(
        told=[eve.document(eve.stated()), new.document(gone)],
        objects=[
            (new.note(), SURE),
            (eve.note(at=late), Refusal.REVOKED),
            (eve.note(), UNSURE),
            (eve.note("x"), Refusal.BAD_PROOF),
        ],
    )


def other_root(eve: Writer) -> Case:
    """Another root key than the one that is known, however high its number."""
    other = eve.stated(9, "thief", root=key("thief"))
    return Case(
        told=[eve.document(eve.stated())],
        actors=[(eve.actor(other, word="thief"), Refusal.BAD_PROOF)],
        objects=[(eve.note("thief"), Refusal.BAD_PROOF), (eve.note(), SURE)],
    )


def from_files(eve: Writer) -> Case:
    """What the device knows is from files: consistent, never more, and only with the same key."""
    ida, noa = Writer(eve.uri.replace("eve", "ida")), Writer(eve.uri.replace("eve", "noa"))
    return Case(
        pinned=[eve.stated()],
        seen=[ida],
        actors=[(noa.actor(noa.stated()), UNSURE), (ida.actor(word="thief"), Refusal.BAD_PROOF)],
        objects=[
            (eve.note(), SAME),
            (eve.note("thief"), Refusal.BAD_PROOF),
            (ida.note(), SAME),
            (ida.note("thief"), Refusal.BAD_PROOF),
            (noa.note(), UNSURE),
            (noa.note("thief"), Refusal.BAD_PROOF),
        ],
    )


def made_up(eve: Writer) -> Case:
    """Who makes up a statement says nothing; an actor document that does not prove itself teaches no key."""
    good = eve.stated(2, "thief")
    wrong = [
        {**good, "sequence": 3},
        {**good, "@context": contexts.DOCUMENT},
        {**good, "signature": {}},
        eve.stated(2, "thief", subject=key("thief").public.to_did()),
        eve.stated(0, "thief"),
        eve.stated(2, "thief", alsoKnownAs=f"{eve.uri}2"),
        eve.stated(
            2, "thief", assertionMethod=[{"id": "https://evil.example/#k", "publicKeyMultibase": "z6Mk"}]
        ),
        eve.stated(2, "thief", gateways=["https://evil.example/path"]),
        eve.stated(2, "thief", updated="yesterday"),
        eve.stated(2, "thief", revoked=[{"publicKeyMultibase": "z1", "after": time(NOON)}]),
        eve.stated(2, "thief", formerly=["evil"]),
    ]
    ida = Writer(eve.uri.replace("eve", "ida"))
    forged = ida.actor().replace(b'"ida"', b'"ada"')
    return Case(
        told=[eve.document(eve.stated())],
        actors=[*((eve.actor(one), SURE) for one in wrong), (forged, Refusal.BAD_PROOF)],
        objects=[
            (eve.note(), SURE),
            (eve.note("thief"), Refusal.BAD_PROOF),
            (ida.note(), Refusal.UNKNOWN_KEY),
        ],
    )


def comes_back(eve: Writer) -> Case:
    now = datetime.now(UTC)
    return Case(
        told=[eve.document(eve.stated())],
        kind="return",
        objects=[
            (eve.act("Like", at=now), SURE),
            (eve.act("Follow", at=now - timedelta(days=89)), SURE),
            (eve.act("Follow", at=now - timedelta(days=91)), Refusal.TOO_OLD),
            (eve.act("Delete", at=now), Refusal.WRONG_KIND),
            (eve.note(), SURE),
        ],
    )


MADE: dict[str, Callable[[Writer], Case]] = {
    "a root key stands": stands,
    "a key is revoked": revoked,
    "a key is replaced": is_replaced,
    "covered": _covered,
    "covered too late": partial(_covered, came=EVENING),
    "covered with one too many": partial(_covered, forged=True),
    "covered with one missing": partial(_covered, missing=True),
    "two of one number": in_conflict,
    "the second of one number": conflict_comes,
    "goes on elsewhere": goes_on,
    "has gone on elsewhere": has_gone_on,
    "another root key": other_root,
    "known from files": from_files,
    "made up": made_up,
    "on the way back": comes_back,
}


def cases() -> dict[str, Case]:
    """Made anew: some of them are about now."""
    return {
        name: make(Writer(f"https://sea-{number}.example/users/eve"))
        for number, (name, make) in enumerate(MADE.items())
    }
