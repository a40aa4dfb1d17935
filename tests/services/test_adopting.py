"""A server is seized: its people go on elsewhere with their root keys, and whoever has the old keys speaks for nobody."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import time_machine

from martlet.activitypub.addressing import PUBLIC
from martlet.model.carrying import Refusal
from martlet.model.names import Uri
from martlet.services import account_backups, adopting, following, identities, root_keys
from martlet.services.adopting import NotFromElsewhere, StillReading
from martlet.services.following import Wanted
from martlet.services.root_keys import NotWhatWasProposed
from martlet.signing import continuity, http_signatures, proofs, root_boxes
from martlet.signing.http_signatures import Scheme
from martlet.signing.keys import PrivateKey
from martlet.signing.root_boxes import DoesNotOpen, NotABackup
from martlet.storage import accounts, mirrored
from tests.carrying import ACTIVITY, Island, Islands, bundle, signed
from tests.elsewhere import Elsewhere, Person
from tests.linked import Wire, cut, keep, link, mirror, work
from tests.stating import NOON


def signs(island: Island, name: str, root: PrivateKey, takes: timedelta = timedelta()) -> None:
    """Sign what the server proposes, as the page has it done; `takes`: how long the words are looked for."""
    ground, now, account = island.ground, datetime.now(UTC), island.account(name)
    with ground.store.write() as db:
        proposed = root_keys.proposal(db, account, root.public.to_did(), ground.secret, ground.here)
    document = proofs.sign_statement(continuity.propose(proposed), root, now)
    with time_machine.travel(now + takes), ground.store.write() as db:
        adopting.publish(db, account, continuity.read(document, now), ground.secret, ground.here)
    island.api.work()


def backup(island: Island, name: str) -> bytes:
    return asyncio.run(account_backups.get_ready(island.ground, island.account(name))).read_bytes()


def bring(island: Island, name: str, file: bytes, root: PrivateKey) -> None:
    island.person(name)
    unlocking = root_boxes.unlock(root_boxes.read(file), root)
    asyncio.run(adopting.adopt(island.ground, island.account(name), file, unlocking))


def adopt(island: Island, name: str, file: bytes, root: PrivateKey) -> None:
    bring(island, name, file, root)
    island.api.work()


def thief(island: Island, name: str) -> Person:
    """Whoever has taken the server, with all that is on it."""
    account = island.account(name)
    rsa = asyncio.run(identities.request_key(island.ground, account))
    with island.ground.store.write() as db:
        own = identities.document_key(db, account, island.ground.secret, island.ground.here).private
    return Person(island.uri(name), name, rsa, own)


def wanted_by_bob(shore: Island) -> set[str]:
    """Whom Bob follows, or has asked to."""
    with shore.ground.store.read() as db:
        rows = db.rows(
            "SELECT account.username, account.host FROM follow JOIN account ON account.id = follow.followed_id"
            " WHERE follow.follower_id = :bob",
            bob=shore.account("bob"),
        )
    return {f"{username}@{host}" for username, host in rows}


def test_g6_an_account_goes_on_after_its_server_was_seized(
    islands: Islands, shore: Island, tmp_path: Path
) -> None:
    """Followers come along by the root key alone; ten posts and a move by the stolen keys are refused."""
    sea, cliff, root = islands("sea.example"), islands("cliff.example"), PrivateKey.make_ed25519()
    sea.person("ada")
    signs(sea, "ada", root)
    old = sea.publish("ada", "Before")
    shore.follows("bob", sea, "ada")
    shore.bring(sea.packed("ada"))
    sea.knows(shore, "bob")
    with sea.ground.store.write() as db:
        follower = accounts.find_by_uri(db, Uri(shore.uri("bob")))
        assert follower is not None
        following.follow(
            db, follower.id, sea.account("ada"), Wanted(), sea.ground.here, Uri(f"{shore.uri('bob')}#1")
        )
    signs(sea, "ada", root)
    file, stolen = backup(sea, "ada"), thief(sea, "ada")

    cliff.beyond.is_down = False
    adopt(cliff, "ada2", file, root)
    assert cliff.post(old["uri"])["content"] == "<p>Before</p>"
    carried = cliff.api.get("/carry/v1/object", query={"id": old["uri"]})
    assert (carried.status, carried.json["id"]) == (200, old["uri"])
    signs(cliff, "ada2", root)
    [(inbox, move)] = [one for one in cliff.beyond.delivered if one[1]["type"] == "Move"]
    assert inbox.startswith(shore.ground.here.url)
    assert (move["actor"], move["object"], move["target"]) == (
        sea.uri("ada"),
        sea.uri("ada"),
        cliff.uri("ada2"),
    )
    told = cliff.api.get("/users/ada2", headers=ACTIVITY).json
    [said] = [one for one in told["attachment"] if one["type"] == continuity.TYPE]
    assert (said["sequence"], said["formerly"]) == (1002, [sea.uri("ada")])
    assert [one["publicKeyMultibase"] for one in said["revoked"]] == [stolen.ed25519.public.to_multibase()]

    cliff.publish("ada2", "After")
    found = shore.bring(cliff.packed("ada2"))
    assert (found.new, found.refused) == (1, 0)
    assert wanted_by_bob(shore) == {"ada2@cliff.example"}

    late = datetime.now(UTC) + timedelta(minutes=1)
    forged = [signed(stolen, stolen.note(published="2026-11-01T12:00:00Z"), late) for _ in range(10)]
    back_dated = signed(stolen, stolen.note(published="2026-11-01T12:00:00Z"), NOON)
    found = shore.bring(bundle(tmp_path / "forged.zip", *forged))
    assert [one.why for one in found.reasons] == [Refusal.REVOKED] * 10
    found = shore.bring(bundle(tmp_path / "dated.zip", back_dated))
    assert (found.aside, found.new) == (1, 0)  # nobody can tell whether it is: never her post for that
    shore.beyond.is_down = False
    shore.beyond.people[stolen.uri] = stolen
    mallory = shore.beyond.person("mallory", alsoKnownAs=[stolen.uri])
    for act in (stolen.act("Create", stolen.note()), stolen.act("Move", stolen.uri, target=mallory.uri)):
        assert shore.beyond.send(shore.api, act, stolen).status == 401
    shore.api.work()
    assert wanted_by_bob(shore) == {"ada2@cliff.example"}
    assert all(shore.post(json.loads(one)["id"]) is None for one in (*forged, back_dated))


def test_what_waits_for_the_old_name_arrives_under_the_new_one(islands: Islands) -> None:
    """The mirrors of a server that was seized believe the root key: its holder fetches there, and the old key no more."""
    root, names = PrivateKey.make_ed25519(), ("sea.example", "hill.example", "cliff.example")
    sea, hill, cliff = (islands(name, Wire(name)) for name in names)
    post = sea.publish("ada", "Before")
    mirror(sea, hill, "ada")
    signs(sea, "ada", root)
    keep(hill, sea, sea.uri("ada"))
    signs(sea, "ada", root)
    work(sea, hill)
    file, stolen = backup(sea, "ada"), thief(sea, "ada")
    newer = sea.publish("ada", "Newer than the backup")
    work(sea, hill)
    cut(sea, hill)
    eve = Elsewhere().person("eve")
    for one in (hill, cliff):
        assert isinstance(one.beyond, Wire)
        one.beyond.kept[eve.uri] = json.dumps(eve.document).encode()
    mention = [{"type": "Mention", "href": sea.uri("ada"), "name": "@ada@sea.example"}]
    to = {"to": [PUBLIC], "cc": [sea.uri("ada")]}
    answer = eve.note("<p>Answer</p>", inReplyTo=post["uri"], tag=mention, **to)
    acts = [
        eve.act("Create", answer, **to),
        eve.act("Create", eve.note("<p>Where are you?</p>", tag=mention, **to), **to),
        eve.act("Like", post["uri"]),
        eve.act("Announce", post["uri"], **to),
    ]
    path = f"/carry/v1/inbox?actor={quote(sea.uri('ada'), safe='')}"
    for body in (signed(eve, act) for act in acts):
        assert hill.api.post(path, body=body, headers=request(eve, "POST", path, body)).status == 202
    path = path.replace("inbox", "queue")
    assert hill.api.get(path, headers=request(stolen, "GET", path)).status == 200  # nobody knows yet

    link(hill, cliff)
    bring(cliff, "ada2", file, root)
    with pytest.raises(
        StillReading
    ):  # with the old key revoked, nobody could tell who wrote what is read now
        signs(cliff, "ada2", root)
    cliff.api.work()
    assert cliff.post(newer["uri"])["content"] == "<p>Newer than the backup</p>"
    keep(hill, cliff, cliff.uri("ada2"))
    assert hill.api.get(path, headers=request(thief(cliff, "ada2"), "GET", path)).status == 404
    with pytest.raises(NotWhatWasProposed):
        signs(cliff, "ada2", root, takes=timedelta(hours=25))
    signs(cliff, "ada2", root, takes=timedelta(minutes=5))
    keep(hill, cliff, cliff.uri("ada2"))
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=11)):
        work(cliff, hill)
        told = cliff.api.get("/api/v1/notifications", cliff.person("ada2")).json
        assert sorted(one["type"] for one in told) == ["favourite", "mention", "mention", "reblog"]
        assert cliff.post(post["uri"])["replies_count"] == 1
        with hill.ground.store.read() as db:
            asked = mirrored.find_by_uri(db, Uri(sea.uri("ada")))
            assert asked is not None
            assert mirrored.left_for(db, asked.account_id) == (0, 0)
        refused = [hill.api.get(path, headers=request(who, "GET", path)).status for who in (stolen, eve)]
        assert refused == [401, 404]


def request(who: Person, method: str, path: str, body: bytes | None = None) -> dict[str, str]:
    """Headers of a request to the mirror."""
    url = f"https://hill.example{path}"
    return http_signatures.sign_request(method, url, body, who.signer, Scheme.CAVAGE, datetime.now(UTC))


def test_a_backup_opens_for_the_root_key_alone(islands: Islands, shore: Island) -> None:
    """And what is in it has to prove itself: anybody can make a file for a root key."""
    root, other = PrivateKey.make_ed25519(), PrivateKey.make_ed25519()
    shore.person("ada")
    signs(shore, "ada", root)
    file = backup(shore, "ada")
    box = root_boxes.read(file)
    with pytest.raises(DoesNotOpen):
        root_boxes.unlock(box, other)
    unlocking = root_boxes.unlock(box, root)
    for changed in (file[:-1], file + b"x", file.replace(b"/ada", b"/eve", 1)):
        with pytest.raises(DoesNotOpen):
            root_boxes.open_box(root_boxes.read(changed), unlocking)
    for wrong in (b"", b"{}\n", b"PK\x03\x04", file.partition(b"\n")[2]):
        with pytest.raises(NotABackup):
            root_boxes.read(wrong)
    with pytest.raises(NotFromElsewhere):
        asyncio.run(adopting.adopt(shore.ground, shore.account("ada"), file, unlocking))
    cliff = islands("cliff.example")
    cliff.person("eve")
    forged = root_boxes.seal(root.public, shore.uri("ada"), b"PK\x05\x06" + bytes(18), datetime.now(UTC))
    with pytest.raises(NotABackup):
        adopt(cliff, "eve", forged, root)
