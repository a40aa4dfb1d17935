"""Root keys of people elsewhere: learned from their servers and from files, and believed against both."""

import asyncio
import hashlib
import json
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from martlet.activitypub import build
from martlet.activitypub.addressing import PUBLIC
from martlet.activitypub.things import Checkpoint
from martlet.archives import bundles
from martlet.archives.bundles import Line
from martlet.model.carrying import Refusal, Trust
from martlet.model.names import Uri
from martlet.services import comparing, continuing, following, keeping_log, reading_mirrors
from martlet.services.checking_bundles import fingerprint
from martlet.services.comparing import KeysDiffer
from martlet.services.following import Wanted
from martlet.signing import canonical_json, proofs
from martlet.signing import continuity as statements
from martlet.signing.keys import PrivateKey
from martlet.storage import accounts, continuity, gateways, keys
from tests.browser import Browser
from tests.carrying import Island, bundle, note, signed
from tests.elsewhere import Person
from tests.stating import NOON, revoked, stated


@pytest.fixture
def root() -> PrivateKey:
    return PrivateKey.make_ed25519()


def named(shore: Island, person: Person) -> set[str]:
    """The names of the keys that are believed to be somebody's."""
    with shore.ground.store.read() as db:
        account = accounts.find_by_uri(db, Uri(person.uri))
        assert account is not None
        return {uri.rpartition("#")[2] for uri, _, _ in keys.remote_of(db, account.id)}


def standing(shore: Island, root: PrivateKey) -> int:
    with shore.ground.store.read() as db:
        found = continuing.known(db, root.public.to_did()).standing
    return 0 if found is None else found.sequence


def hands_out(shore: Island, person: Person, *statements: Any) -> None:
    """Its server has these from now on, and says so."""
    person.extra["attachment"] = list(statements)
    shore.asks_for(person.uri)
    shore.beyond.is_down = False
    shore.beyond.send(shore.api, person.act("Update", person.document), person)
    shore.api.work()
    shore.beyond.is_down = True


def test_a_root_key_is_pinned_and_its_highest_statement_stands(shore: Island, root: PrivateKey) -> None:
    eve = shore.stranger("eve", is_known=False)
    hands_out(shore, eve, stated(root, eve, 2))
    assert (standing(shore, root), named(shore, eve)) == (2, {"main-key", "ed25519-key"})
    hands_out(shore, eve, stated(root, eve, 1, assertionMethod=[], gateways=["https://peer.example"]))
    assert (standing(shore, root), named(shore, eve)) == (2, {"main-key", "ed25519-key"})
    other = PrivateKey.make_ed25519()
    hands_out(shore, eve, stated(other, eve, 9))
    hands_out(shore, eve)
    with shore.ground.store.read() as db:
        pin = continuity.find_pin(db, Uri(eve.uri))
    assert pin is not None
    assert (pin.root, pin.trust, pin.other_root) == (
        root.public.to_did(),
        Trust.CONFIRMED,
        other.public.to_did(),
    )
    assert standing(shore, other) == 0
    mirrors = ["https://peer.example", "https://mirror.example"]
    gone = [revoked(eve.key), revoked(eve.ed25519)]
    hands_out(shore, eve, stated(root, eve, 3, revoked=gone, gateways=mirrors))
    with shore.ground.store.read() as db:
        assert [one.address for one in gateways.of_actor(db, Uri(eve.uri))] == mirrors[1:]
    assert (standing(shore, root), named(shore, eve)) == (3, set())


def test_keys_that_only_a_server_names_are_not_believed(
    shore: Island, root: PrivateKey, tmp_path: Path
) -> None:
    """Whoever has the server can name keys of their own there; the root key says which are hers."""
    eve = shore.stranger("eve", is_known=False)
    hands_out(shore, eve, stated(root, eve))
    thief = Person(eve.uri, "eve", eve.key, PrivateKey.make_ed25519())
    eve.ed25519, own = thief.ed25519, eve.ed25519
    hands_out(shore, eve)
    assert named(shore, eve) == {"main-key"}
    found = shore.bring(bundle(tmp_path / "1.zip", note(thief), actors=[signed(thief, thief.document)]))
    assert [one.why for one in found.reasons] == [Refusal.BAD_PROOF] * 2
    eve.ed25519 = own
    assert shore.bring(bundle(tmp_path / "2.zip", note(eve))).new == 1


def test_two_statements_of_one_number_are_a_conflict(shore: Island, root: PrivateKey) -> None:
    """What was before them stands, and both are kept to be shown, no third; until one of a higher number comes."""
    eve = shore.stranger("eve", is_known=False)
    hands_out(shore, eve, stated(root, eve, 1))
    names = ("one", "other", "third")
    twins = [stated(root, eve, 2, gateways=[f"https://{name}.example"]) for name in names]
    for one in twins:
        hands_out(shore, eve, one)
    with shore.ground.store.read() as db:
        found = continuing.known(db, root.public.to_did())
    assert sorted(one.gateways for one in found.conflict) == [
        ("https://one.example",),
        ("https://other.example",),
    ]
    assert (standing(shore, root), named(shore, eve)) == (1, {"main-key", "ed25519-key"})
    hands_out(shore, eve, stated(root, eve, 3, assertionMethod=[]))
    assert (standing(shore, root), named(shore, eve)) == (3, {"main-key"})
    hands_out(shore, eve, twins[0])
    assert (standing(shore, root), named(shore, eve)) == (3, {"main-key"})


def test_of_many_statements_the_last_are_kept(shore: Island, root: PrivateKey) -> None:
    """However many numbers are contradicted after it, that which stands does not go, and nothing stands by a gap."""
    eve = shore.stranger("eve", is_known=False)
    hands_out(shore, eve, stated(root, eve, 1))
    with shore.ground.store.write() as db:
        for number in range(2, 2 + continuing.MOST_STATEMENTS):
            for name in ("one", "other"):
                body = canonical_json.encode(stated(root, eve, number, gateways=[f"https://{name}.example"]))
                continuing.learn(db, statements.parse(body), Trust.CONFIRMED, shore.ground.here)
        found, kept = (
            continuing.known(db, root.public.to_did()),
            continuity.statements(db, root.public.to_did()),
        )
    assert (standing(shore, root), found.last_sequence) == (1, number)
    assert len(kept) <= continuing.MOST_STATEMENTS


def test_files_teach_root_keys(shore: Island, root: PrivateKey, tmp_path: Path) -> None:
    """What was first seen in a file is consistent in the next; what her own server has named before is confirmed."""
    ida, eve = shore.stranger("ida", is_known=False), shore.stranger("eve", is_known=True)
    for person in (ida, eve):
        person.extra["attachment"] = [stated(root if person is ida else PrivateKey.make_ed25519(), person)]
    first, second = note(ida), note(ida)
    actors = [signed(one, one.document) for one in (ida, eve)]
    found = shore.bring(bundle(tmp_path / "1.zip", first, note(eve), actors=actors))
    assert (found.aside, found.new, found.refused) == (1, 1, 0)
    found = shore.bring(bundle(tmp_path / "2.zip", second))
    assert [one.trust for one in found.authors.values()] == [Trust.CONSISTENT]
    with shore.ground.store.read() as db:
        pins = [continuity.find_pin(db, Uri(one.uri)) for one in (ida, eve)]
    assert [one and one.trust for one in pins] == [Trust.UNCONFIRMED, Trust.CONFIRMED]
    other = PrivateKey.make_ed25519()
    hands_out(shore, ida, stated(other, ida))
    with shore.ground.store.read() as db:
        pin = continuity.find_pin(db, Uri(ida.uri))
    assert pin is not None
    assert (pin.root, pin.trust) == (other.public.to_did(), Trust.CONFIRMED)


def test_who_goes_on_elsewhere_is_known_by_the_root_key(
    shore: Island, root: PrivateKey, tmp_path: Path
) -> None:
    """The new name is confirmed by the chain alone; of the old one nothing counts any more, wherever it comes from."""
    eve = shore.stranger("eve", is_known=False)
    hands_out(shore, eve, stated(root, eve))
    new = shore.beyond.person("eve2", "new.example")
    gone = revoked(eve.ed25519, id=f"{eve.uri}#ed25519-key")
    new.extra["attachment"] = [stated(root, new, 2, revoked=[gone], formerly=[eve.uri])]
    found = shore.bring(bundle(tmp_path / "1.zip", actors=[signed(new, new.document)]))
    assert [one.trust for one in found.authors.values()] == [Trust.CONFIRMED]
    with shore.ground.store.read() as db:
        account = accounts.find_by_uri(db, Uri(eve.uri))
    assert account is not None
    assert account.left_at is not None
    assert named(shore, eve) == set()
    late, early = note(eve, published="2026-11-02T12:00:00Z"), note(eve)
    found = shore.bring(bundle(tmp_path / "2.zip", late, early))
    assert [one.why for one in found.reasons] == [Refusal.REVOKED] * 2  # signed just now, whatever they say
    for act in (eve.act("Create", eve.note()), eve.act("Move", new.uri)):
        shore.beyond.is_down = False
        assert shore.beyond.send(shore.api, act, eve).status == 401
    eve.extra["name"] = "Somebody else"
    hands_out(shore, eve)
    with shore.ground.store.read() as db:
        kept = accounts.find_by_uri(db, Uri(eve.uri))
    assert kept is not None
    assert kept.display_name == account.display_name


def test_who_is_compared_by_hand_is_confirmed(shore: Island, root: PrivateKey, tmp_path: Path) -> None:
    """By the root key's fingerprint, or the text of its code; by those who look after other servers, for everybody."""
    ida = shore.stranger("ida", is_known=False)
    ida.extra["attachment"] = [stated(root, ida)]
    post = note(ida)
    shore.bring(bundle(tmp_path / "1.zip", post, actors=[signed(ida, ida.document)]))
    name, actor = json.loads(post)["id"], Uri(ida.uri)
    letters = fingerprint(root.public)
    bob, owner = (shore.api.person(who, role=role).id for who, role in (("bob", "user"), ("meg", "admin")))
    with shore.ground.store.write() as db:
        for typed in ("", letters[:-1], fingerprint(ida.ed25519.public), ida.ed25519.public.to_did()):
            with pytest.raises(KeysDiffer):
                comparing.confirm(db, owner, actor, typed, shore.ground.here)
        assert not comparing.confirm(db, bob, actor, f"She said: {letters.upper()}", shore.ground.here)
    assert shore.post(name) is None
    with shore.ground.store.write() as db:
        assert comparing.confirm(db, owner, actor, f"{ida.uri} {root.public.to_did()}", shore.ground.here)
    shore.api.work()
    assert shore.post(name)["content"] == "<p>Hello</p>"
    assert shore.bring(bundle(tmp_path / "2.zip", note(ida))).new == 1
    forger = Person(ida.uri, "ida", ida.key, PrivateKey.make_ed25519())
    assert shore.bring(bundle(tmp_path / "3.zip", note(forger))).refused == 1


def test_who_has_a_root_key_moves_by_it_alone(shore: Island, root: PrivateKey) -> None:
    """Whoever has taken her server has her keys there, and can have another account name her."""
    eve, mallory = shore.stranger("eve", is_known=False), shore.beyond.person("mallory")
    mallory.extra["alsoKnownAs"] = [eve.uri]
    hands_out(shore, eve, stated(root, eve))
    bob = shore.person("bob")
    with shore.ground.store.write() as db:
        account = accounts.find_by_uri(db, Uri(eve.uri))
        assert account is not None
        following.follow(db, bob.id, account.id, Wanted(), shore.ground.here)
        db.run("UPDATE follow SET is_accepted = 1")
    shore.beyond.is_down = False
    eve.extra["movedTo"] = mallory.uri
    move = eve.act("Move", eve.uri, target=mallory.uri)
    assert shore.beyond.send(shore.api, move, eve).status == 202
    shore.api.work()
    with shore.ground.store.read() as db:
        account = accounts.find_by_uri(db, Uri(eve.uri))
        assert account is not None
        assert (account.moved_to_id, db.rows("SELECT followed_id FROM follow")) == (None, [(account.id,)])


def checkpoint(person: Person, number: int, *counted: bytes, at: datetime = NOON) -> bytes:
    """What somebody's log is said to hold, as their server signs it."""
    found = [(keeping_log.month_of(json.loads(one)), hashlib.sha256(one).digest()) for one in counted]
    name, now = Uri(f"{person.uri}#log-{number}"), int(at.timestamp() * 1000)
    said = build.checkpoint(Checkpoint(name, Uri(person.uri), number, now, keeping_log.months(found)))
    return signed(person, said, at)


def old_note(person: Person, published: str) -> bytes:
    return signed(person, person.note(published=published), NOON)


def test_a_checkpoint_that_came_before_a_revocation_protects_old_posts(
    shore: Island, root: PrivateKey, tmp_path: Path
) -> None:
    """Only what it counts, month by month; no checkpoint that came later, whatever its date, protects anything."""
    numbers = count()

    def bring(*lines: bytes, **parts: Any) -> tuple[int, int]:
        found = shore.bring(bundle(tmp_path / f"{next(numbers)}.zip", *lines, **parts))
        assert found.refused == 0, found.reasons
        return found.new, found.aside

    def came_early() -> None:
        with shore.ground.store.write() as db:
            db.run("UPDATE carried_document SET carried_at = :noon", noon=int(NOON.timestamp() * 1000))

    eve, ida = (shore.stranger(name, is_known=False) for name in ("eve", "ida"))
    roots = {eve.uri: root, ida.uri: PrivateKey.make_ed25519()}
    october, *november = (
        old_note(eve, f"2026-{day}T12:00:00Z") for day in ("10-02", "11-01", "11-01", "11-01")
    )
    again = signed(
        eve, eve.act("Announce", "https://far.example/1", published="2026-11-01T12:00:00Z", to=[PUBLIC]), NOON
    )
    forged, of_ida = (
        [old_note(eve, "2026-11-01T11:00:00Z") for _ in range(2)],
        old_note(ida, "2026-10-02T12:00:00Z"),
    )
    for one in (eve, ida):
        hands_out(shore, one, stated(roots[one.uri], one))
    bring(checkpoints=[checkpoint(eve, 4, october, *november, again), checkpoint(ida, 1, of_ida)])
    bring(november[0], again)
    came_early()
    # Whoever has her key gives a checkpoint of another content the name of one that came early.
    bring(checkpoints=[checkpoint(ida, 1, of_ida, at=NOON + timedelta(minutes=1))])
    for one in (eve, ida):
        gone = revoked(one.ed25519, "2026-11-02T12:00:00Z", id=f"{one.uri}#ed25519-key")
        hands_out(shore, one, stated(roots[one.uri], one, 2, assertionMethod=[], revoked=[gone]))
    bring(checkpoints=[checkpoint(eve, 9, *forged)])

    def read(*lines: bytes) -> int:
        """At a mirror, in the place of a file; one document on each page."""
        ground = shore.ground
        reading = reading_mirrors.Reading(ground.store, Uri(eve.uri), "https://hill.example", ground.here)

        async def pages() -> int:
            found = [await reading.take_in([Line(bundles.OBJECTS, 1, line)]) for line in lines]
            return sum(found) + await reading.end()

        return asyncio.run(pages())

    assert [read(november[1]), read(*forged), read(forged[0], *november[1:])] == [0, 0, 0]
    for lines, expected in [
        (forged, (0, 2)),
        ([of_ida], (0, 1)),
        ([november[1]], (0, 1)),  # one of the three of its month is missing
        ([november[1], november[2], forged[0]], (0, 1)),  # and here is one too many
        ([october], (1, 0)),
    ]:
        assert bring(*lines) == expected, lines
    assert read(*november[1:]) == 2  # the others of the month are here, a boost among them
    assert bring(*november, october) == (0, 0)
    assert all(shore.post(json.loads(one)["id"]) is not None for one in (october, *november))
    assert all(shore.post(json.loads(one)["id"]) is None for one in (*forged, of_ida))


def test_other_keys_of_somebody_are_shown_on_their_profile(shore: Island) -> None:
    """Identity proofs (FEP-c390) of keys that are no root keys: checked, said to be of another kind, or not shown."""
    eve, tool = shore.stranger("eve", is_known=False), PrivateKey.make_ed25519()
    claim = {"type": statements.TYPE, "subject": tool.public.to_did(), "alsoKnownAs": eve.uri}
    good = proofs.sign_statement(claim, tool, NOON)
    other = PrivateKey.make_ed25519()
    wallet = "did:pkh:eip155:1:0xb9c5714089478a327f09197987f16f9e5d936e8a"
    eve.extra["attachment"] = [
        {"type": "PropertyValue", "name": "Town", "value": "Here"},
        good,
        {**good, "alsoKnownAs": f"{eve.uri}2"},
        proofs.sign_statement({**claim, "subject": other.public.to_did()}, tool, NOON),
        {**proofs.sign_statement({**claim, "subject": other.public.to_did()}, other, NOON), "more": "<b>"},
        {**claim, "subject": wallet, "proof": {"type": "MitraJcsEip191Signature2022", "proofValue": "z1"}},
        {**claim, "subject": "did:<script>", "proof": {"type": "Other"}},
    ]
    shore.asks_for(eve.uri)
    browser = Browser(shore.api)
    browser.sign_in(shore.person("asker"))
    with shore.ground.store.read() as db:
        account = accounts.find_by_uri(db, Uri(eve.uri))
        assert account is not None
        shown = [(one["text"], one["verified_at"]) for one in accounts.fields_of(account)]
    proven = "2026-11-01T12:00:00+00:00"
    assert shown == [("Here", None), (tool.public.to_did(), proven), (wallet, None)]
    page = browser.get("/@eve@peer.example").text
    assert page.count("has signed that this account is its owner") == 1
    assert page.count("this server cannot check proofs of this kind") == 1
