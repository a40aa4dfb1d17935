"""Bringing activities to other servers: once to each, and hardly ever to one that does not answer."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from martlet.federation.sending import LONGEST_PAUSE, pause
from martlet.model.moderation import Decision, Policy, Severity
from martlet.model.names import AccountId
from martlet.model.server import Server
from martlet.services import delivering, leaving, restricting
from martlet.signing import canonical_json, proofs
from martlet.signing.keys import PublicKey
from martlet.storage import deliveries, peers
from martlet.storage.database import Writer
from tests import client
from tests.client import Api
from tests.elsewhere import Elsewhere, Person

ADA = "http://localhost:3000/users/ada"


def followed_by(api: Api, there: Elsewhere, *names: str, host: str = "") -> list[Person]:
    found = []
    for name in names:
        person = there.person(name, host, endpoints={"sharedInbox": f"https://{host or there.host}/inbox"})
        there.bring(api, person.act("Follow", ADA))
        found.append(person)
    there.delivered.clear()
    there.received.clear()
    return found


def publish(api: Api, ada: client.Person, text: str = "Hello", **more: str) -> str:
    id: str = api.post("/api/v1/statuses", ada, json={"status": text, **more}).json["id"]
    return id


def waiting(api: Api) -> int:
    with api.built.ground.store.read() as db:
        return int(db.value("SELECT count(*) FROM delivery"))


def test_one_request_for_each_server(api: Api, there: Elsewhere, ada: client.Person) -> None:
    followed_by(api, there, "bob", "cem", "dan")
    followed_by(api, there, "eve", host="other.example")
    id = publish(api, ada)
    api.work()
    assert sorted(url for url, _ in there.delivered) == [
        "https://other.example/inbox",
        "https://peer.example/inbox",
    ]
    [first, second] = there.received
    assert first == second
    assert (first["type"], first["object"]["id"]) == ("Create", f"{ADA}/posts/{id}")
    with api.built.ground.store.read() as db:
        assert (waiting(api), db.value("SELECT count(*) FROM outgoing")) == (0, 0)


def test_what_is_sent_is_signed_and_what_is_fetched_is_the_same(
    api: Api, there: Elsewhere, ada: client.Person
) -> None:
    followed_by(api, there, "bob")
    id = publish(api, ada, "Größe 1.5 🎉")
    api.work()
    [sent] = there.received
    reply = api.get(f"/users/ada/posts/{id}", headers={"accept": "application/activity+json"})
    assert reply.json == sent["object"]
    assert reply.body == canonical_json.encode(reply.json)
    actor = api.get("/users/ada", headers={"accept": "application/activity+json"}).json
    key = client_key(actor)
    for document in (sent, sent["object"], actor):
        proofs.verify(canonical_json.parse_object(json.dumps(document).encode()), key, datetime.now(UTC))


def client_key(actor: dict[str, list[dict[str, str]]]) -> PublicKey:
    return PublicKey.from_multibase(actor["assertionMethod"][0]["publicKeyMultibase"])


def test_what_is_for_few_carries_no_proof(api: Api, there: Elsewhere, ada: client.Person) -> None:
    followed_by(api, there, "bob")
    publish(api, ada, visibility="private")
    api.work()
    [sent] = there.received
    assert "proof" not in json.dumps(sent)
    assert sent["to"] == [f"{ADA}/followers"]


def test_a_server_that_does_not_answer_costs_next_to_nothing(
    api: Api, there: Elsewhere, ada: client.Person
) -> None:
    """However much waits for it: one request for each pause, and none after a week."""
    followed_by(api, there, "bob")
    there.is_down = True
    for number in range(30):
        publish(api, ada, f"Number {number}")
    api.work()
    assert (len(there.asked), waiting(api)) == (len(there.asked), 30)
    there.asked.clear()
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        for _ in range(24 * 9):
            clock.shift(timedelta(hours=1))
            api.work()
    assert 10 < len(there.asked) < 40
    assert waiting(api) == 0
    there.is_down = False
    publish(api, ada, "Hello again")
    with time_machine.travel(datetime.now(UTC) + timedelta(days=20)):
        api.work()
    assert [one["object"]["content"] for one in there.received] == ["<p>Hello again</p>"]


def test_it_comes_back_and_gets_everything_in_order(api: Api, there: Elsewhere, ada: client.Person) -> None:
    followed_by(api, there, "bob")
    there.is_down = True
    for number in range(5):
        publish(api, ada, f"Number {number}")
    api.work()
    there.is_down = False
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=5)):
        api.work()
    assert [one["object"]["content"] for one in there.received] == [
        f"<p>Number {number}</p>" for number in range(5)
    ]
    with api.built.ground.store.read() as db:
        peer = peers.find(db, there.host)
        assert peer is not None
        assert (peer.failures, peer.is_sending) == (0, 0)


def test_a_server_that_asks_for_patience_is_given_it(api: Api, there: Elsewhere, ada: client.Person) -> None:
    """Retry-After holds for everything that waits for it, however short the pause would have been."""
    followed_by(api, there, "bob")
    there.asks_to_wait = 7200
    there.asked.clear()
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        for number in range(3):
            publish(api, ada, f"Number {number}")
        for _ in range(11):
            api.work()
            clock.shift(timedelta(minutes=10))
        assert len(there.asked) == 1
        there.asks_to_wait = None
        clock.shift(timedelta(minutes=11))
        api.work()
    assert len(there.received) == 3


def test_a_key_in_doubt_holds_up_nobody_else(api: Api, there: Elsewhere, ada: client.Person) -> None:
    """Nor does what only looks like it keep a server from being left alone."""
    [eve] = followed_by(api, there, "eve")
    bob = api.person("bob")
    there.bring(api, eve.act("Follow", "http://localhost:3000/users/bob"))
    there.received.clear()
    there.asked.clear()

    def told() -> list[str]:
        api.work()
        clock.shift(timedelta(seconds=6))
        api.work()
        return [one["object"]["content"] for one in there.received]

    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        there.doubted[ADA] = b'{"error": "", "code": "key_may_be_newer"}'
        for who, text in ((ada, "A1"), (ada, "A2"), (bob, "B1")):
            publish(api, who, text)
        assert (told(), len(there.asked)) == (["<p>B1</p>"], 1)
        publish(api, bob, "B2")
        assert (told(), len(there.asked)) == (["<p>B1</p>", "<p>B2</p>"], 1)
        clock.shift(timedelta(minutes=2))
        assert (len(told()), len(there.asked)) == (2, 2)
        there.doubted.clear()
        clock.shift(timedelta(minutes=2))
        assert told()[2:] == ["<p>A1</p>", "<p>A2</p>"]
        publish(api, ada, "A0")
        there.doubted[ADA] = b'{"code": "key_out_of_reach"}'
        for _ in range(3):
            told()
            clock.shift(timedelta(minutes=2))
        publish(api, bob, "B0")
        assert told()[4:] == [], "it says so for the third time"
        there.doubted.clear()
        clock.shift(timedelta(hours=3))
        assert told()[4:] == ["<p>A0</p>", "<p>B0</p>"]
        for body in (b'{"code": "busy"}', b'{"code":' + b"[" * 4000, b'{"code": "\xff"}', b"<p>No</p>"):
            there.doubted[ADA] = body
            publish(api, ada, "A3")
            publish(api, bob, "B3")
            assert told()[6:] == []
            clock.shift(timedelta(hours=3))
        there.doubted.clear()
        assert len(told()) == 14


def test_suspended_servers_are_neither_told_nor_heard(api: Api, there: Elsewhere, ada: client.Person) -> None:
    [bob] = followed_by(api, there, "bob")
    with api.built.ground.store.write() as db:
        decision = Decision(there.host, Policy(Severity.SUSPEND))
        restricting.decide(db, decision, api.built.ground.here)
    publish(api, ada)
    api.work()
    assert there.received == []
    assert there.send(api, bob.act("Block", ADA)).status == 403


def test_pauses_grow_and_differ() -> None:
    pauses = [pause(failures) for failures in range(12)]
    assert 5 < pauses[0] < 15
    assert pauses[-1] <= LONGEST_PAUSE * 1.3
    assert len({pause(5) for _ in range(20)}) > 10
    assert pause(0, timedelta(hours=1)) == 3600


def test_an_account_says_goodbye(api: Api, there: Elsewhere, ada: client.Person) -> None:
    """Everything of it goes with one word, to all whom it had to do with."""
    followed_by(api, there, "bob")
    publish(api, ada)
    api.work()
    there.received.clear()
    with api.built.ground.store.write() as db:
        leaving.delete_account(db, AccountId(ada.id), api.built.ground.here)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=31)):
        api.work()
    assert [(one["type"], one["object"]) for one in there.received] == [("Delete", ADA)]
    assert api.get("/users/ada", headers={"accept": "application/activity+json"}).status == 410


def test_edits_and_deletions_reach_those_who_have_the_post(
    api: Api, there: Elsewhere, ada: client.Person
) -> None:
    [bob] = followed_by(api, there, "bob")
    id = publish(api, ada)
    api.work()
    uri = f"{ADA}/posts/{id}"
    there.bring(api, bob.act("Announce", uri, to=[f"{bob.uri}/followers"]))
    there.bring(api, bob.act("Undo", bob.act("Follow", ADA)))
    there.received.clear()
    api.put(f"/api/v1/statuses/{id}", ada, json={"status": "Better"})
    api.work()
    api.delete(f"/api/v1/statuses/{id}", ada)
    api.work()
    assert [one["type"] for one in there.received] == ["Update", "Delete"]
    assert there.received[0]["object"]["updated"] > there.received[0]["object"]["published"]
    assert there.received[1]["object"]["type"] == "Tombstone"
    gone = api.get(f"/users/ada/posts/{id}", headers={"accept": "application/activity+json"})
    assert (gone.status, gone.json["type"]) == (410, "Tombstone")
    with api.built.ground.store.read() as db:
        assert (
            db.value("SELECT count(*) FROM document WHERE uri = :uri", uri=uri) == 0
        )  # nor are the words kept


def test_a_delivery_is_given_up_sooner_than_its_server(
    api: Api, there: Elsewhere, ada: client.Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("martlet.federation.sending.MOST_TRIES", 2)
    followed_by(api, there, "bob")
    there.asks_to_wait = 1
    publish(api, ada, "Stumbling stone")
    api.work()
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1)):
        api.work()
    with api.built.ground.store.read() as db:
        assert deliveries.next_for(db, there.host, 10) == []


def test_what_an_answer_means_for_what_waits(api: Api, there: Elsewhere, ada: client.Person) -> None:
    """Refused is refused; 401 may be because our key could not be had, and is tried a few times."""
    answers = {"refuses.example": 403, "unsure.example": 401, "stumbles.example": 502}
    for host in answers:
        followed_by(api, there, "bob", host=host)
    there.before |= answers
    publish(api, ada)
    left = []
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        for _ in range(4):
            api.work()
            with api.built.ground.store.read() as db:
                left.append([row[0] for row in db.rows("SELECT host FROM delivery ORDER BY host")])
            clock.shift(timedelta(hours=1))
    both, one = ["stumbles.example", "unsure.example"], ["stumbles.example"]
    assert left == [both, both, one, one]


def test_votes_are_told_together(api: Api, there: Elsewhere, ada: client.Person) -> None:
    followed_by(api, there, "bob")
    asked = api.post(
        "/api/v1/statuses", ada, json={"status": "?", "poll": {"options": ["A", "B"], "expires_in": 600}}
    ).json
    api.work()
    there.received.clear()
    for name in ("cem", "dan"):
        vote = {"type": "Note", "name": "B", "inReplyTo": asked["uri"], "to": [ADA]}
        voter = there.person(name)
        there.bring(api, voter.act("Create", {**vote, "id": f"{voter.uri}/vote", "attributedTo": voter.uri}))
    assert there.received == []
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2)):
        api.work()
    [update] = there.received
    assert (update["type"], update["object"]["votersCount"]) == ("Update", 2)
    assert [one["replies"]["totalItems"] for one in update["object"]["oneOf"]] == [0, 2]


def test_for_many_servers_the_inboxes_are_written_down_some_at_a_time(
    api: Api, there: Elsewhere, ada: client.Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "WRITTEN_AT_ONCE", 2)
    hosts = [f"h{number}.example" for number in range(5)]
    for number, host in enumerate(hosts):
        followed_by(api, there, f"p{number}", host=host)
    with api.built.ground.store.write() as db:
        decision = Decision(hosts[4], Policy(Severity.SUSPEND))
        restricting.decide(db, decision, api.built.ground.here)
    first, second = publish(api, ada, "first"), publish(api, ada, "second")
    api.put(f"/api/v1/statuses/{first}", ada, json={"status": "changed"})
    to_one = publish(api, ada, "@p0@h0.example and nobody else", visibility="direct")
    with api.built.ground.store.write() as db:
        while api.built.runner._react(db):
            pass
    assert waiting(api) == 0  # nor goes what is for one before what is for all
    api.work()
    came: dict[str, list[str]] = {}
    for url, document in there.delivered:
        did = f"{document['type']} {document['object']['id'].rpartition('/')[2]}"
        came.setdefault(url.removesuffix("/users/p0/inbox").removesuffix("/inbox"), []).append(did)
    to_all = [f"Create {first}", f"Create {second}", f"Update {first}"]
    assert came == {f"https://{host}": to_all for host in hosts[1:4]} | {
        "https://h0.example": [*to_all, f"Create {to_one}"]
    }
    with api.built.ground.store.read() as db:
        assert (waiting(api), db.value("SELECT count(*) FROM outgoing")) == (0, 0)


def test_a_part_that_was_interrupted_is_neither_lost_nor_done_twice(
    api: Api, there: Elsewhere, ada: client.Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "WRITTEN_AT_ONCE", 1)
    for number in range(3):
        followed_by(api, there, f"p{number}", host=f"h{number}.example")
    publish(api, ada)
    store, whole = api.built.ground.store, delivering._spread_some
    calls = 0

    def stumbling(db: Writer, sender: AccountId, here: Server) -> bool:
        nonlocal calls
        calls += 1
        more = whole(db, sender, here)
        if calls == 2:
            raise RuntimeError("the power is gone")
        return more

    monkeypatch.setattr(delivering, "_spread_some", stumbling)
    api.work()
    with store.read() as db:
        assert deliveries.is_spreading(db, ada.id)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=1), tick=True):
        api.work()
    assert sorted(url for url, _ in there.delivered) == [f"https://h{n}.example/inbox" for n in range(3)]
