"""What other servers try at the gate (docs/security.md, group D): refused, and without a trace."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from martlet import app
from martlet.activitypub.addressing import PUBLIC
from martlet.services.ports import Ground
from martlet.settings import Settings
from martlet.signing import proofs
from tests import client
from tests.client import Api
from tests.elsewhere import Document, Elsewhere, Person

HERE = "http://localhost:3000"
ADA = f"{HERE}/users/ada"
TABLES = (
    "post",
    "follow",
    "mark",
    "notification",
    "poll_vote",
    "block",
    "mention",
    "post_edit",
    "pin",
    "remote_quote",
)


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


def state(api: Api) -> dict[str, Any]:
    """All that an act could change, but for who is known."""
    with api.built.ground.store.read() as db:
        found: dict[str, Any] = {
            table: sorted(map(repr, db.rows(f"SELECT * FROM {table}"))) for table in TABLES
        }
        found["account"] = db.rows(
            """
            SELECT id, uri, username, posts_count, followers_count, following_count, deletes_at FROM account
             WHERE (host = '' AND id > 0) OR posts_count > 0 OR followers_count > 0 OR following_count > 0 ORDER BY id
            """
        )
    return found


def acquainted(api: Api, there: Elsewhere, ada: client.Person, alice: Person) -> Document:
    """Ada follows Alice; a post of hers is here."""
    found = api.get(f"/api/v2/search?q=@alice@{there.host}&resolve=true", ada).json
    api.post(f"/api/v1/accounts/{found['accounts'][0]['id']}/follow", ada)
    api.work()
    there.bring(api, alice.act("Accept", there.received[-1]))
    note = there.keep(alice.note())
    there.bring(api, alice.act("Create", note))
    assert len(api.get("/api/v1/timelines/home", ada).json) == 1
    return note


def no_trace(api: Api, send: Callable[[], object]) -> None:
    before = state(api)
    send()
    api.work()
    assert state(api) == before


def test_d1_the_key_of_one_the_actor_of_another(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person, evil: Person
) -> None:
    note = acquainted(api, there, ada, alice)
    for forged in (
        alice.act("Follow", ADA),
        alice.act("Like", note["id"]),
        alice.act("Undo", alice.act("Follow", ADA)),
        alice.act("Block", ADA),
        alice.act("Announce", note["id"], to=[PUBLIC]),
        alice.act("Delete", alice.uri),
    ):
        no_trace(api, partial(there.send, api, forged, evil))
    assert there.send(api, alice.act("Follow", ADA), evil).status == 401


def test_d2_the_name_of_one_server_from_another(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person, evil: Person
) -> None:
    """An act, a post or a page that calls itself as if another server had written it."""
    acquainted(api, there, ada, alice)
    there.bring(api, evil.act("Follow", ADA))
    mention = [{"type": "Mention", "href": ADA}]
    for note in (
        {**evil.note(tag=mention), "id": f"{alice.uri}/posts/forged"},
        {**evil.note(tag=mention), "attributedTo": alice.uri},
        {**alice.note(tag=mention)},
    ):
        no_trace(api, partial(there.send, api, evil.act("Create", note)))
    there.documents["https://evil.test/lie"] = {**alice.note(tag=mention)}
    no_trace(api, lambda: api.get("/api/v2/search?q=https://evil.test/lie&resolve=true", ada))
    there.people["https://evil.test/users/x"] = alice
    no_trace(api, lambda: api.get("/api/v2/search?q=https://evil.test/users/x&resolve=true", ada))


@pytest.mark.parametrize(
    "changed",
    [
        {"host": "other.example"},
        {"digest": "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
        {"date": "Mon, 01 Jan 2024 00:00:00 GMT"},
        {"signature": ""},
    ],
    ids=lambda one: next(iter(one)),
)
def test_d5_thin_signatures(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person, changed: dict[str, str]
) -> None:
    act = alice.act("Follow", ADA)
    no_trace(api, lambda: there.send(api, act, changed=changed))
    assert there.send(api, act, changed=changed).status in {400, 401}
    assert there.send(api, act, at=datetime.now(UTC) - timedelta(hours=2)).status == 401
    assert api.post("/inbox", body=json.dumps(act).encode()).status == 401
    del ada


def test_d5_another_path_and_another_body(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person
) -> None:
    act = alice.act("Follow", ADA)
    other = json.dumps(alice.act("Block", ADA)).encode()
    no_trace(api, lambda: there.send(api, act, signed_for="/users/ada/inbox"))
    assert there.send(api, act, signed_for="/users/ada/inbox").status == 429
    assert there.send(api, act, in_place_of_body=other).status == 401
    assert there.send(api, act).status == 202
    del ada


def test_d7_a_bad_proof_is_never_no_proof(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person, evil: Person
) -> None:
    """Carried by a stranger, a document is worth its proof: a good one is believed, a bad one is not."""
    acquainted(api, there, ada, alice)
    act = alice.act("Create", alice.note("<p>Carried</p>"))
    signed = proofs.sign(act, alice.ed25519, f"{alice.uri}#ed25519-key", datetime.now(UTC))
    for bad in (
        {**signed, "object": {**signed["object"], "content": "<p>Changed</p>"}},
        {**signed, "proof": {**signed["proof"], "verificationMethod": f"{evil.uri}#ed25519-key"}},
        {**signed, "proof": {**signed["proof"], "created": "2099-01-01T00:00:00Z"}},
        {**signed, "proof": [signed["proof"]]},
    ):
        no_trace(api, partial(there.send, api, bad, evil))
    fresh = alice.act("Create", alice.note("<p>Carried</p>"))
    there.bring(api, proofs.sign(fresh, alice.ed25519, f"{alice.uri}#ed25519-key", datetime.now(UTC)), evil)
    assert "Carried" in api.get("/api/v1/timelines/home", ada).text


def test_d9_what_is_not_yours(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person, evil: Person
) -> None:
    """A neighbour on the same server, and a stranger."""
    note = acquainted(api, there, ada, alice)
    neighbour = there.person("bob")
    later = {**note, "content": "<p>Forged</p>", "updated": "2027-01-01T00:00:00Z"}
    follow = alice.act("Follow", ADA)
    there.bring(api, follow)
    for other in (neighbour, evil):
        for act in (
            other.act("Update", later),
            other.act("Update", {**later, "attributedTo": other.uri}),
            other.act("Delete", note["id"]),
            other.act("Undo", follow),
            other.act("Undo", follow["id"]),
            other.act("Create", {**later, "attributedTo": other.uri}),
        ):
            no_trace(api, partial(there.send, api, act))


def test_d9_an_old_version_is_not_a_new_one(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person
) -> None:
    note = acquainted(api, there, ada, alice)
    there.bring(
        api, alice.act("Update", {**note, "content": "<p>Two</p>", "updated": "2030-01-02T00:00:00Z"})
    )
    old = alice.act("Update", {**note, "content": "<p>One</p>", "updated": "2026-01-01T00:00:00Z"})
    no_trace(api, lambda: there.send(api, old))


def test_d11_nobody_widens_an_audience(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person, evil: Person
) -> None:
    secret = api.post("/api/v1/statuses", ada, json={"status": "secretword", "visibility": "private"}).json
    for act in (
        evil.act("Announce", secret["uri"], to=[PUBLIC]),
        evil.act("Like", secret["uri"]),
        evil.act("Create", evil.note(inReplyTo=secret["uri"])),
    ):
        no_trace(api, partial(there.send, api, act))
    for path in (f"/users/ada/posts/{secret['id']}", f"/users/ada/posts/{secret['id']}/activity"):
        reply = api.get(path, headers={"accept": "application/activity+json"})
        assert reply.status == 404
        assert b"secretword" not in reply.body
    assert b"secretword" not in api.get("/users/ada/outbox?page=true").body
    del alice


def test_d12_an_accept_that_nobody_asked_for(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person, evil: Person
) -> None:
    found = api.get("/api/v2/search?q=@alice@victim.test&resolve=true", ada).json
    api.post(f"/api/v1/accounts/{found['accounts'][0]['id']}/follow", ada)
    api.work()
    request = there.received[-1]
    unsent = {"id": f"{ADA}#follows/1", "type": "Follow", "actor": ADA, "object": evil.uri}
    for act in (
        evil.act("Accept", request),
        evil.act("Accept", request["id"]),
        evil.act("Accept", unsent),
        evil.act("Reject", request),
    ):
        no_trace(api, partial(there.send, api, act))


@pytest.mark.parametrize("host", ["localhost:3000", "LOCALHOST:3000", "localhost.:3000", "localhost:3000@x"])
def test_d13_posing_as_one_of_ours(
    api: Api, there: Elsewhere, ada: client.Person, evil: Person, host: str
) -> None:
    mention = [{"type": "Mention", "href": ADA}]
    for act in (
        {**evil.act("Follow", ADA), "id": f"http://{host}/x"},
        {**evil.act("Follow", ADA), "actor": f"http://{host}/users/ada"},
        evil.act("Create", {**evil.note(tag=mention), "id": f"http://{host}/users/ada/posts/1"}),
        evil.act("Create", {**evil.note(tag=mention), "attributedTo": f"http://{host}/users/ada"}),
    ):
        no_trace(api, partial(there.send, api, act, evil))
    del ada


def test_d17_a_stuffed_poll(api: Api, there: Elsewhere, ada: client.Person, alice: Person) -> None:
    asked = api.post(
        "/api/v1/statuses", ada, json={"status": "?", "poll": {"options": ["A", "B"], "expires_in": 600}}
    ).json

    def vote(choice: str) -> Document:
        return alice.act(
            "Create",
            {
                "id": f"{alice.uri}/votes/{choice}",
                "type": "Note",
                "attributedTo": alice.uri,
                "name": choice,
                "inReplyTo": asked["uri"],
                "to": [ADA],
            },
        )

    there.bring(api, vote("A"))
    poll = f"/api/v1/polls/{asked['poll']['id']}"
    assert [one["votes_count"] for one in api.get(poll, ada).json["options"]] == [1, 0]
    for again in ("A", "B", "C"):
        no_trace(api, partial(there.send, api, vote(again)))


def test_d18_d19_too_long_and_too_deep(api: Api, there: Elsewhere, ada: client.Person, alice: Person) -> None:
    act = alice.act("Follow", ADA)
    assert there.send(api, act, body=b" " * (2 * 1024 * 1024)).status == 413
    assert there.send(api, act, body=b"[" * 100_000).status == 400
    assert there.send(api, act, body=b'{"id": ' + b"9" * 5_000 + b"}").status == 400
    assert there.send(api, act, body=b"\xff\xfe").status == 400
    assert there.send(api, act).status == 202
    del ada


def test_d23_reacting_to_what_one_may_not_see(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person
) -> None:
    """A post for somebody else, and one by somebody who blocks the sender."""
    acquainted(api, there, ada, alice)
    psst = api.post("/api/v1/statuses", ada, json={"status": "psst", "visibility": "direct"}).json
    found = api.get("/api/v2/search?q=@alice@victim.test", ada).json["accounts"][0]
    for act in (
        alice.act("Like", psst["uri"]),
        alice.act("Announce", psst["uri"], to=[PUBLIC]),
    ):
        no_trace(api, partial(there.send, api, act))
    api.post(f"/api/v1/accounts/{found['id']}/block", ada)
    api.work()
    public = api.post("/api/v1/statuses", ada, json={"status": "For all"}).json
    api.work()
    for act in (
        alice.act("Like", public["uri"]),
        alice.act("Announce", public["uri"], to=[PUBLIC]),
        alice.act("Follow", ADA),
    ):
        no_trace(api, partial(there.send, api, act))
