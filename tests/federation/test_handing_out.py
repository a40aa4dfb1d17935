"""What every Martlet hands out byte for byte: logs, actors, posts, tombstones (roads D.6)."""

import random
from urllib.parse import quote

import pytest

from martlet.model.names import Uri
from martlet.services import handing_out
from martlet.signing import canonical_json, proofs
from martlet.signing.keys import PublicKey
from martlet.storage import uris
from tests.client import Api, Person, Reply
from tests.elsewhere import Elsewhere

ADA = "http://localhost:3000/users/ada"


def outbox(api: Api, after: object = 0, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return api.get(f"/carry/v1/outbox?actor={quote(ADA, safe='')}&after={after}", headers=named)


def an_object(api: Api, uri: str) -> Reply:
    return api.get(f"/carry/v1/object?id={quote(uri, safe='')}")


def publish(api: Api, by: Person, text: str, **more: object) -> dict[str, str]:
    reply = api.post("/api/v1/statuses", by, json={"status": text, **more})
    assert reply.status == 200, reply.body
    api.work()
    found: dict[str, str] = reply.json
    return found


def test_a_log_is_read_to_its_end_and_from_where_one_stopped(
    api: Api, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing_out, "MOST", 2)
    posts = [publish(api, ada, str(number)) for number in range(4)]
    publish(api, ada, "Which?", poll={"options": ["one", "two"], "expires_in": 600})
    api.put(f"/api/v1/statuses/{posts[0]['id']}", ada, json={"status": "changed"})
    api.delete(f"/api/v1/statuses/{posts[1]['id']}", ada)
    api.work()
    lines, path, pages = list[bytes](), f"/carry/v1/outbox?actor={quote(ADA, safe='')}", 0
    while True:
        reply = api.get(path)
        assert (reply.status, reply.headers["martlet-trust"]) == (200, "origin")
        assert reply.headers["access-control-allow-origin"] == "*"
        found = [line for line in reply.body.splitlines() if b"LogCheckpoint" not in line]
        pages += 1
        if not found:
            break
        lines += found
        path = reply.links["next"]
    assert pages == 4
    key = PublicKey.from_multibase(_actor(api).json["assertionMethod"][0]["publicKeyMultibase"])
    now = api.built.ground.here.now()
    read = [canonical_json.parse_canonical(line)[0] for line in lines]
    for document in read:
        proofs.verify(document, key, now)
    assert [document["type"] for document in read] == ["Note", "Note", "Question", "Note", "Tombstone"]
    assert (read[3]["id"], read[4]["id"]) == (posts[0]["uri"], posts[1]["uri"])
    last = outbox(api, path.partition("after=")[2])
    checkpoint = canonical_json.parse_canonical(last.body.splitlines()[-1])[0]
    assert (checkpoint["totalItems"], checkpoint["sequence"]) == (5, 7)
    etag = last.headers["etag"]
    assert outbox(api, path.partition("after=")[2], if_none_match=etag).status == 304
    publish(api, ada, "news")
    news = outbox(api, path.partition("after=")[2], if_none_match=etag)
    assert (news.status, news.body.count(b'"news"'), news.body.count(b"\n")) == (200, 0, 2)
    assert api.get(f"/carry/v1/outbox?actor={ADA}&since=2999-01-01T00:00:00Z").body.count(b"\n") == 1
    assert api.get(f"/carry/v1/outbox?actor={ADA}&since=1999-01-01T00:00:00Z").body.count(b'"Note"') == 2


def _actor(api: Api) -> Reply:
    return api.get(f"/carry/v1/actor?id={quote(ADA, safe='')}")


def test_documents_are_handed_out_as_they_were_signed(api: Api, ada: Person) -> None:
    post = publish(api, ada, "Hello")
    found = an_object(api, post["uri"])
    assert found.body == outbox(api).body.splitlines()[0]
    assert found.headers["link"] == f'<{post["uri"]}>; rel="canonical"'
    assert canonical_json.parse_object(_actor(api).body)["id"] == ADA
    assert "last-modified" in _actor(api).headers
    poll = publish(api, ada, "Which?", poll={"options": ["one", "two"], "expires_in": 600})
    assert an_object(api, poll["uri"]).body == an_object(api, poll["uri"]).body
    api.delete(f"/api/v1/statuses/{post['id']}", ada)
    api.work()
    gone = an_object(api, post["uri"])
    assert (gone.status, canonical_json.parse_object(gone.body)["type"]) == (410, "Tombstone")
    about = api.get("/.well-known/martlet").json
    assert (about["version"], about["mirror"], about["actor"]) == (1, True, "http://localhost:3000/actor")


NONSENSE = {
    "/carry/v1/actor": 400,
    "/carry/v1/actor?id=https://peer.example/users/eve": 404,
    "/carry/v1/outbox?actor=http://localhost:3000/users/nobody": 404,
    f"/carry/v1/outbox?actor={ADA}&after=-1": 400,
    f"/carry/v1/outbox?actor={ADA}&after=٣": 400,
    f"/carry/v1/outbox?actor={ADA}&after=9999999999999999999999": 400,
    f"/carry/v1/outbox?actor={ADA}&since=yesterday": 400,
    "/carry/v1/object?id=http://localhost:3000/actor": 404,
    "/carry/v1/object?id=" + "a" * 3000: 400,
    "/carry/v1/object?id=%00": 400,
    "/carry/v1/object?" + "&".join(["id=a"] * 20): 400,
}


def test_nonsense_is_answered_in_a_sentence(api: Api, ada: Person) -> None:
    del ada
    for path, status in NONSENSE.items():
        reply = api.get(path)
        assert (path, reply.status, "error" in reply.json) == (path, status, True)


def test_nothing_private_is_handed_out(api: Api, ada: Person, there: Elsewhere) -> None:
    """Three of ten posts are not for everybody, and stay so when they are deleted."""
    eve = there.person("eve")
    there.bring(api, eve.act("Follow", ADA))
    drawn = random.Random(7)
    hidden: list[str] = []
    for number in range(20):
        visibility = drawn.choice(["private", "direct", "local"]) if number % 10 < 3 else "public"
        more = {"local_only": True} if visibility == "local" else {"visibility": visibility}
        post = publish(api, ada, f"secret{number}" if visibility != "public" else "open", **more)
        if visibility != "public":
            hidden.append(post["uri"])
            if number % 2:
                api.delete(f"/api/v1/statuses/{post['id']}", ada)
    api.work()
    said = outbox(api).body + _actor(api).body
    for uri in hidden:
        reply = an_object(api, uri)
        assert reply.status == 404
        said += reply.body
    assert said.count(b'"content"') == 14
    for word in ("secret", eve.uri, "peer.example", "127.0.0.1", *hidden):
        assert word.encode() not in said


def test_who_is_not_spoken_with_is_told_nothing(api: Api, ada: Person, there: Elsewhere) -> None:
    """With authorized fetch, who does not sign, or is blocked, reads nothing here either."""
    eve = there.person("eve")
    post = publish(api, ada, "Hello")
    paths = [
        f"/carry/v1/{what}" for what in (f"actor?id={ADA}", f"outbox?actor={ADA}", f"object?id={post['uri']}")
    ]
    object.__setattr__(api.built.ground.here, "authorized_fetch", True)
    assert [api.get(path).status for path in paths] == [401] * 3
    assert [there.fetch(api, path, eve).status for path in paths] == [200] * 3
    with api.built.ground.store.read() as db:
        id = uris.accounts_at(db, [Uri(eve.uri)])[Uri(eve.uri)]
    api.post(f"/api/v1/accounts/{id}/block", ada)
    assert [there.fetch(api, path, eve).status for path in paths] == [404] * 3
    object.__setattr__(api.built.ground.here, "authorized_fetch", False)
