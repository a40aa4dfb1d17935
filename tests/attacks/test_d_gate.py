"""More of what other servers try at the gate (docs/security.md, group D): refused, and without a trace."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import time_machine

from martlet import app
from martlet.activitypub import contexts
from martlet.activitypub.addressing import PUBLIC
from martlet.federation.asking import RENEWED
from martlet.services.ports import Ground
from martlet.settings import Settings
from martlet.signing import linked_data, proofs
from martlet.signing.keys import PrivateKey
from tests import client
from tests.attacks.test_d_intake import ADA, HERE, acquainted, no_trace, state
from tests.client import Api
from tests.elsewhere import Document, Elsewhere, Person

MENTION = [{"type": "Mention", "href": ADA}]


@pytest.fixture
def there() -> Elsewhere:
    return Elsewhere("victim.test")


@pytest.fixture
def api(ground: Ground, settings: Settings, there: Elsewhere) -> Iterator[Api]:
    found = Api(app.build_on(ground, settings, there))
    yield found
    found.close()


@pytest.fixture
def ada(api: Api) -> client.Person:
    return api.person("ada")


@pytest.fixture
def alice(there: Elsewhere) -> Person:
    return there.person("alice")


@pytest.fixture
def evil(there: Elsewhere) -> Person:
    return there.person("evil", "evil.test")


def linked(person: Person, document: Document) -> Document:
    """With a linked-data signature that its actor really made."""
    document = {**document, "@context": contexts.DOCUMENT}
    return linked_data.sign(document, person.key, person.signer.key_id, datetime.now(UTC))


# -- whose word it is ----------------------------------------------------


def test_d6_what_a_good_linked_data_signature_is_worth(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person, evil: Person
) -> None:
    """Nothing. What somebody else brings is refused, or asked of its own server, and no word of it is taken."""
    note = acquainted(api, there, ada, alice)
    there.bring(api, evil.act("Follow", ADA))
    like = alice.act("Like", note["id"])
    boost = alice.act("Announce", note["id"], to=[PUBLIC])
    for act in (
        linked(alice, alice.act("Follow", ADA)),
        linked(alice, alice.act("Undo", boost)),
        linked(alice, alice.act("Block", ADA)),
        {**linked(alice, alice.act("Undo", boost)), "@graph": [like], "type": "Delete", "object": alice.uri},
        {**linked(alice, alice.act("Undo", like)), "@included": [alice.act("Follow", ADA)]},
        {**linked(alice, alice.act("Like", note["id"])), "@reverse": {"object": alice.act("Block", ADA)}},
        {"@context": [*contexts.DOCUMENT, {"Follow": "as:Block"}], **linked(alice, alice.act("Follow", ADA))},
    ):
        no_trace(api, partial(there.send, api, act, evil))
    told = there.keep(alice.note("<p>As it is</p>", tag=MENTION))
    relayed = linked(alice, alice.act("Create", {**told, "content": "<p>As it was signed once</p>"}))
    for name in ("content", "attributedTo", "as:content"):
        relayed["object"].pop(name, None)
    relayed["object"] |= {"as:content": "<p>Aliased</p>", "attributedTo": alice.uri}
    there.bring(api, relayed, evil)
    home = api.get("/api/v1/timelines/home", ada).text
    assert "As it is" in home
    assert "Aliased" not in home


def test_d6_an_unsigned_activity_is_not_saved_by_it(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person
) -> None:
    acquainted(api, there, ada, alice)
    act = linked(alice, alice.act("Create", alice.note(tag=MENTION)))
    no_trace(api, lambda: api.post("/inbox", json=act))
    assert api.post("/inbox", json=act).status == 401
    bare = linked(alice, {**alice.act("Follow", ADA)})
    assert there.send(api, bare, changed={"signature": 'keyId="x"'}).status in {400, 401}


def test_d7_a_key_that_was_taken_back(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person, evil: Person
) -> None:
    """And one that its actor has on another server's say."""
    acquainted(api, there, ada, alice)
    old = alice.ed25519
    alice.ed25519 = PrivateKey.make_ed25519()
    there.bring(api, alice.act("Update", alice.document))
    key_id = f"{alice.uri}#ed25519-key"
    for key, name in ((old, key_id), (evil.ed25519, key_id), (evil.ed25519, f"{evil.uri}#ed25519-key")):
        act = alice.act("Create", alice.note("<p>Forged</p>"))
        signed = proofs.sign(act, key, name, datetime.now(UTC))
        no_trace(api, partial(there.send, api, signed, evil))
    good = proofs.sign(alice.act("Create", alice.note()), alice.ed25519, key_id, datetime.now(UTC))
    there.bring(api, good, evil)
    assert len(api.get("/api/v1/timelines/home", ada).json) == 2


def test_d8_a_key_and_its_actor_name_each_other(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person, evil: Person
) -> None:
    """Whatever a key's document says of whose it is, and wherever an actor says that its inbox is."""
    acquainted(api, there, ada, alice)
    pem = evil.key.public.to_pem()
    bare = {"id": f"{evil.uri}#main-key", "owner": alice.uri, "publicKeyPem": pem}
    shapes: list[Document] = [
        {"publicKey": bare},
        {"publicKey": {**bare, "owner": evil.uri, "id": f"{alice.uri}#main-key"}},
        {"id": alice.uri},
        {"inbox": f"{alice.uri}/inbox"},
        {"inbox": f"{HERE}/inbox"},
        {"type": "Key", **bare},
        {"preferredUsername": "alice", "id": f"{alice.uri}/"},
    ]
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        for shape in shapes:
            evil.extra.clear()
            evil.extra.update(shape)
            for actor in (evil, alice):
                no_trace(api, partial(there.send, api, actor.act("Follow", ADA), evil))
            clock.shift(RENEWED / 1000 + 1)
            assert there.send(api, evil.act("Follow", ADA), evil).status == 401, shape
    with api.built.ground.store.read() as db:
        keys = db.rows(
            "SELECT remote_key.uri, account.uri FROM remote_key JOIN account ON account.id = remote_key.account_id"
        )
    assert f"{alice.uri}#main-key" in [key for key, _ in keys]
    assert f"{evil.uri}#main-key" not in [key for key, _ in keys]
    assert [(key, owner) for key, owner in keys if not key.startswith(f"{owner}#")] == []


def test_d9_what_others_feature(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person, evil: Person
) -> None:
    """Nobody pins or unpins for somebody else."""
    alice.extra["featured"] = f"{alice.uri}/featured"
    note = acquainted(api, there, ada, alice)
    there.bring(api, alice.act("Add", note["id"], target=f"{alice.uri}/featured"))
    found = api.get("/api/v2/search?q=@alice@victim.test", ada).json["accounts"][0]["id"]
    path = f"/api/v1/accounts/{found}/statuses?pinned=true"
    before = [one["uri"] for one in api.get(path, ada).json]
    for other in (there.person("bob"), evil):
        for act in (
            other.act("Remove", note["id"], target=f"{alice.uri}/featured"),
            other.act("Add", note["id"], target=f"{alice.uri}/featured"),
            other.act("Add", note["id"], target=f"{other.uri}/featured"),
            alice.act("Remove", note["id"], target=f"{alice.uri}/featured"),
        ):
            no_trace(api, partial(there.send, api, act, other))
    assert [one["uri"] for one in api.get(path, ada).json] == before


def test_d10_a_boost_brings_no_words(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person, evil: Person
) -> None:
    """Whatever stands in it: a post of somebody else's, of the booster's own, or one that is not there."""
    acquainted(api, there, ada, alice)
    real = there.keep(alice.note("<p>The real one</p>"))
    found = api.get("/api/v2/search?q=@evil@evil.test&resolve=true", ada).json["accounts"][0]["id"]
    api.post(f"/api/v1/accounts/{found}/follow", ada)
    api.work()
    there.bring(api, evil.act("Accept", there.received[-1]))
    missing = {**alice.note("<p>Forged</p>"), "id": f"{alice.uri}/posts/none"}
    no_trace(api, lambda: there.send(api, evil.act("Announce", missing, to=[PUBLIC])))
    ours = {**evil.note("<p>Forged</p>"), "id": f"{ADA}/posts/1", "attributedTo": ADA}
    no_trace(api, lambda: there.send(api, evil.act("Announce", ours, to=[PUBLIC])))
    there.bring(api, evil.act("Announce", {**real, "content": "<p>Forged</p>"}, to=[PUBLIC]))
    home = api.get("/api/v1/timelines/home", ada)
    assert b"Forged" not in home.body
    [kept] = [one for one in home.json if one["uri"] == real["id"]]
    assert (kept["content"], kept["account"]["acct"]) == ("<p>The real one</p>", "alice@victim.test")
    shown = api.get(f"/api/v1/accounts/{found}/statuses", ada).json
    assert [one["reblog"]["content"] for one in shown] == ["<p>The real one</p>"]


# -- names that lie ------------------------------------------------------


@pytest.mark.parametrize("host", ["localhost:03000", "[::1]:3000", "ｌocalhost:3000", "localhost:3000."])
def test_d13_another_spelling_of_our_host(
    api: Api, there: Elsewhere, ada: client.Person, evil: Person, host: str
) -> None:
    for act in (
        {**evil.act("Follow", ADA), "id": f"http://{host}/x"},
        evil.act("Create", {**evil.note(tag=MENTION), "id": f"http://{host}/users/ada/posts/1"}),
        evil.act("Create", {**evil.note(tag=MENTION), "attributedTo": f"http://{host}/users/ada"}),
    ):
        no_trace(api, partial(there.send, api, act, evil))
    del ada


@pytest.mark.parametrize(
    "subject",
    [
        "acct:evil@victim.test", "acct:alice@victim.test", "acct:evil@VICTIM.test.", "acct:evil@localhost:3000",
        "acct:ada@localhost:3000", "acct:evil@victim．test", "acct:evil@victim.test/", "acct:evil@a@victim.test", "acct:@victim.test",
        "acct:evil", "https://victim.test/users/alice", "", "acct:evil@victim.test\u0000", "acct:\u202eevil@victim.test",
    ],
)  # fmt: skip
def test_d14_a_handle_that_its_host_knows_nothing_of(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person, evil: Person, subject: str
) -> None:
    """What evil's server calls evil; victim's and ours say nothing of it, and so evil goes by its own host."""
    answers = there.finger
    answers[evil.uri] = subject
    api.get("/api/v2/search?q=@evil@evil.test&resolve=true", ada)
    there.bring(api, evil.act("Follow", ADA))
    followers = api.get(f"/api/v1/accounts/{ada.id}/followers", ada).json
    assert [one["acct"] for one in followers] == ["evil@evil.test"]
    assert followers[0]["uri"] == evil.uri
    found = api.get("/api/v2/search?q=@alice@victim.test&resolve=true", ada).json["accounts"]
    assert [one["uri"] for one in found] == [alice.uri]


# -- too much, too late, twice -------------------------------------------


def test_d17_votes_that_come_too_late_or_to_what_one_may_not_see(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person
) -> None:
    there.bring(api, alice.act("Follow", ADA))

    def ask(**more: Any) -> Document:
        poll = {"options": ["A", "B"], "expires_in": 600}
        found: Document = api.post("/api/v1/statuses", ada, json={"status": "?", "poll": poll, **more}).json
        return found

    def vote(asked: Document, choice: Any, name: str = "1") -> Document:
        said = {"id": f"{alice.uri}/votes/{name}", "type": "Note", "attributedTo": alice.uri, "to": [ADA]}
        return alice.act("Create", {**said, "name": choice, "inReplyTo": asked["uri"]})

    public, hidden = ask(), ask(visibility="direct")
    for act in (vote(hidden, "A"), vote(public, "C"), vote(public, "A B")):
        no_trace(api, partial(there.send, api, act))
    there.bring(api, vote(public, "A"))
    for name in ("1", "2"):
        no_trace(api, partial(there.send, api, vote(public, "A", name)))
        no_trace(api, partial(there.send, api, vote(public, "B", name)))
    late = ask()
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=20)):
        api.work()
        no_trace(api, partial(there.send, api, vote(late, "A", "late")))
    assert [
        one["votes_count"] for one in api.get(f"/api/v1/polls/{late['poll']['id']}", ada).json["options"]
    ] == [
        0,
        0,
    ]


def test_d18_more_of_everything_than_anybody_needs(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person
) -> None:
    """Cut or refused: no page, no job and no row grows with it."""
    acquainted(api, there, ada, alice)
    many: list[Document] = [
        {"tag": [{"type": "Mention", "href": f"https://x{n}.example/u"} for n in range(4_000)]},
        {"to": [f"https://x{n}.example/u" for n in range(10_000)]},
        {"tag": [{"type": "Hashtag", "name": f"#t{n}"} for n in range(5_000)]},
        {"attachment": [{"type": "Image", "url": f"https://x.example/{n}.png"} for n in range(5_000)]},
        {"type": "Question", "oneOf": [{"type": "Note", "name": f"o{n}"} for n in range(5_000)]},
        {"content": "<p>" * 200_000},
        {"content": "x" * 900_000},
        {"summary": "x" * 900_000},
    ]
    there.asked.clear()
    for more in many:
        act = alice.act("Create", alice.note(**{"tag": MENTION, **more}))
        assert there.send(api, act).status in {202, 400, 413}
    api.work()
    with api.built.ground.store.read() as db:
        for table, most in (("mention", 300), ("post_tag", 300), ("media", 100), ("job", 50)):
            assert int(db.value(f"SELECT count(*) FROM {table}")) <= most, table
        assert int(db.value("SELECT coalesce(max(length(html)), 0) FROM post")) < 600_000
    assert len(there.asked) < 100
    for name in ("summary", "name", "preferredUsername", "icon"):
        big = there.person(f"big{name}")
        big.extra[name] = "x" * 900_000
        assert there.send(api, big.act("Follow", ADA)).status in {202, 400, 401}
    fields = [{"type": "PropertyValue", "name": str(n), "value": "x"} for n in range(900)]
    aliases = [f"https://x.example/{n}" for n in range(200)]
    wide = there.person("wide", attachment=fields, alsoKnownAs=aliases)
    there.bring(api, wide.act("Follow", ADA))
    shown = api.get("/api/v1/accounts/lookup?acct=wide@victim.test", ada).json
    assert len(shown["fields"]) <= 50
    with api.built.ground.store.read() as db:
        assert int(db.value("SELECT max(length(aliases)) FROM remote_account")) < 20_000


def test_d22_what_was_deleted_here_stays_gone(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person, evil: Person
) -> None:
    """By whatever road it is said again: 410, and nowhere to be seen."""
    acquainted(api, there, ada, alice)
    posted = api.post("/api/v1/statuses", ada, json={"status": "secretword"}).json
    path, document = f"/users/ada/posts/{posted['id']}", {"accept": "application/activity+json"}
    copy = api.get(path, headers=document).json
    api.delete(f"/api/v1/statuses/{posted['id']}", ada)
    api.work()
    there.documents[posted["uri"]] = copy
    for act in (
        alice.act("Announce", posted["uri"], to=[PUBLIC]),
        alice.act("Announce", copy, to=[PUBLIC]),
        alice.act("Create", copy),
        alice.act("Update", copy),
        {**copy, "type": "Create", "actor": ADA, "id": f"{path}/activity", "object": copy},
    ):
        no_trace(api, partial(there.send, api, act, alice))
    api.get(f"/api/v2/search?q={posted['uri']}&resolve=true", ada)
    gone = api.get(path, headers=document)
    assert (gone.status, gone.json["type"]) == (410, "Tombstone")
    for page in (
        "/api/v1/timelines/public",
        "/users/ada/outbox?page=true",
        f"/api/v1/statuses/{posted['id']}",
    ):
        assert b"secretword" not in api.get(page, ada).body
    del evil


def test_d23_answers_and_edits_of_what_one_may_not_see(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person
) -> None:
    """An answer to it is no part of the thread and no first post, and nobody is told of one by somebody blocked."""
    acquainted(api, there, ada, alice)
    psst = api.post("/api/v1/statuses", ada, json={"status": "psst", "visibility": "direct"}).json
    there.bring(api, alice.act("Create", alice.note(inReplyTo=psst["uri"], tag=MENTION)))
    thread = api.get(f"/api/v1/statuses/{psst['id']}/context", ada).json
    assert thread["descendants"] == []
    assert api.get(f"/api/v1/statuses/{psst['id']}", ada).json["replies_count"] == 0
    assert (
        len(api.get("/api/v1/timelines/home", ada).json) == 2
    )  # what Ada said, and what Alice had said before
    found = api.get("/api/v2/search?q=@alice@victim.test", ada).json["accounts"][0]
    api.post(f"/api/v1/accounts/{found['id']}/block", ada)
    api.work()
    public = api.post("/api/v1/statuses", ada, json={"status": "For all"}).json
    api.work()
    told = len(api.get("/api/v1/notifications", ada).json)
    there.bring(api, alice.act("Create", alice.note(inReplyTo=public["uri"], tag=MENTION)))
    assert len(api.get("/api/v1/notifications", ada).json) == told
    assert api.get(f"/api/v1/statuses/{public['id']}/context", ada).json["descendants"] == []
    assert state(api)


# -- what is pasted into addresses ---------------------------------------


@pytest.mark.parametrize(
    "asked",
    [
        "@hacker@localh.st:1234/secret.txt?x#", "@hacker@victim.test/../x", "@hacker@victim.test?resource=acct:alice@victim.test#",
        "@hacker@victim.test%2f..", "@hacker@evil@victim.test", "@hacker@127.0.0.1", "@hacker@victim.test:80@x",
        "@a&resource=b@victim.test", "@a\r\nhost: x@victim.test", "https://victim.test\\@evil.test/", "https://u:p@victim.test/users/alice",
        "http://localhost:3000/users/ada/outbox", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_e5_what_people_look_for_is_no_address_of_somebody_elses_choice(
    api: Api, there: Elsewhere, ada: client.Person, asked: str
) -> None:
    reply = api.get(f"/api/v2/search?q={quote(asked)}&resolve=true", ada)
    assert reply.status in {200, 400, 404, 422}
    api.get(f"/api/v1/accounts/lookup?acct={quote(asked)}", ada)
    allowed = {"victim.test", "localh.st", "127.0.0.1"}
    for url in there.asked:
        parts = urlsplit(url)
        assert (parts.path, parts.hostname in allowed) == ("/.well-known/webfinger", True), url
        assert parts.query.count("resource=") == 1, url
        assert not set(url) & set("#\\\r\n"), url
