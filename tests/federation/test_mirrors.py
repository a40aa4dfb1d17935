"""Mirrors between whole servers: asked, accepted, kept in step, used while the origin is away, ended (roads D.6)."""

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
import time_machine

from martlet.activitypub.addressing import PUBLIC
from martlet.federation.mirrors import waiting as waiting_room
from martlet.model.names import AccountId, Uri
from martlet.services import asking_mirrors, mirroring
from martlet.services.ports import Ground
from martlet.settings import Settings
from martlet.signing import digests, http_signatures
from martlet.signing.http_signatures import Scheme
from martlet.storage import mirrored, mirrors, uris
from martlet.storage.mirrored import Mirrored
from martlet.storage.mirrors import Mirror
from tests.carrying import ACTIVITY, Island, Islands, signed
from tests.client import Reply
from tests.elsewhere import Elsewhere
from tests.elsewhere import Person as Stranger
from tests.linked import Wire, cut, keep, link, mend, work
from tests.mastodon.moderating import staff


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def sea(islands: Islands) -> Island:
    """Where ada writes."""
    return islands("sea.example", Wire("sea.example"))


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    return Settings(
        url="https://hill.example", database=database, data=str(tmp_path / "data"), rate_limits=False
    )


@pytest.fixture
def hill(ground: Ground, settings: Settings, tmp_path: Path) -> Iterator[Island]:
    """The mirror, on each database."""
    one = Island.on(ground, settings, tmp_path, Wire("hill.example"))
    yield one
    one.api.close()


def pass_time(clock: time_machine.Traveller, *islands: Island, seconds: int = 31) -> None:
    clock.shift(timedelta(seconds=seconds))
    work(*islands)


def ask(sea: Island, hill: Island, *, may_push: bool = False) -> int:
    sea.person("ada")
    link(sea, hill)
    keep(hill, sea, sea.uri("ada"))
    with sea.ground.store.write() as db:
        id = asking_mirrors.ask(
            db, sea.account("ada"), hill.ground.here.host, sea.ground.here, may_push=may_push
        )
    work(sea, hill)
    return id


def asked(hill: Island, sea: Island) -> Mirrored:
    with hill.ground.store.read() as db:
        found = mirrored.find_by_uri(db, sea.ground.here.account_uri("ada"))
    assert found is not None
    return found


def accept(hill: Island, sea: Island) -> None:
    with hill.ground.store.write() as db:
        mirroring.accept(db, asked(hill, sea).account_id, hill.ground.here)
    work(hill, sea)


def own(sea: Island) -> Mirror:
    with sea.ground.store.read() as db:
        return mirrors.of_account(db, sea.account("ada"))[-1]


def there(hill: Island, sea: Island, what: str) -> Reply:
    return hill.api.get(what.format(ada=quote(sea.uri("ada"), safe="")))


def test_a_mirror_is_asked_keeps_in_step_and_is_ended(
    sea: Island, hill: Island, clock: time_machine.Traveller
) -> None:
    before = sea.publish("ada", "Before")
    secret = sea.publish("ada", "Secret", visibility="private")
    ask(sea, hill)
    assert (asked(hill, sea).state, own(sea).state) == ("asked", "asked")
    assert there(hill, sea, "/carry/v1/outbox?actor={ada}").status == 404
    assert b"gateways" not in sea.api.get("/carry/v1/actor?id=" + sea.uri("ada")).body

    clock.shift(timedelta(seconds=2))  # documents know whole seconds
    accept(hill, sea)
    assert (asked(hill, sea).state, own(sea).state) == ("accepted", "accepted")
    actor = sea.api.get("/carry/v1/actor?id=" + sea.uri("ada"))
    assert actor.json["gateways"] == ["https://sea.example", "https://hill.example"]
    pass_time(clock, hill, sea)
    assert there(hill, sea, "/carry/v1/actor?id={ada}").body == actor.body

    after = sea.publish("ada", "After")
    gone = sea.publish("ada", "Gone")
    work(sea, hill)
    assert b"Gone" in there(hill, sea, "/carry/v1/outbox?actor={ada}").body
    sea.api.delete(f"/api/v1/statuses/{gone['id']}", sea.person("ada"))
    work(sea, hill)
    pass_time(clock, hill, sea, seconds=400)
    cut(sea, hill)
    for post in (before, after):
        found = there(hill, sea, f"/carry/v1/object?id={quote(post['uri'], safe='')}")
        assert (found.status, found.headers["martlet-trust"]) == (200, "confirmed")
        assert found.headers["content-type"].startswith("application/json")  # G11: no ActivityPub document
        assert found.body == sea.api.get(f"/carry/v1/object?id={quote(post['uri'], safe='')}").body
    assert there(hill, sea, f"/carry/v1/object?id={quote(gone['uri'], safe='')}").status == 410
    assert there(hill, sea, f"/carry/v1/object?id={quote(secret['uri'], safe='')}").status == 404
    log = there(hill, sea, "/carry/v1/outbox?actor={ada}").body.splitlines()
    assert sorted(log) == sorted(sea.api.get("/carry/v1/outbox?actor=" + sea.uri("ada")).body.splitlines())
    assert (asked(hill, sea).missing, b"Secret" in b"".join(log)) == (0, False)

    mend(sea, hill)
    with sea.ground.store.write() as db:
        asking_mirrors.end(db, sea.account("ada"), own(sea).id)
    work(sea, hill)
    assert (asked(hill, sea).state, own(sea).state) == ("ended", "ended")
    assert "gateways" not in sea.api.get("/carry/v1/actor?id=" + sea.uri("ada")).json
    assert there(hill, sea, f"/carry/v1/object?id={quote(before['uri'], safe='')}").status == 404
    with hill.ground.store.read() as db:
        assert mirrored.count(db, asked(hill, sea).account_id) == 0


def test_who_may_be_mirrored_is_the_owners_to_say(
    sea: Island, hill: Island, clock: time_machine.Traveller
) -> None:
    here = hill.ground.here
    object.__setattr__(here, "mirror_requests", "none")
    ask(sea, hill)
    assert own(sea).state == "unreachable"
    object.__setattr__(here, "mirror_requests", "known")
    hill.person("bob")
    hill.person("asker")
    keep(hill, sea, sea.uri("ada"))
    ask(sea, hill)
    assert own(sea).state == "asked"
    with hill.ground.store.write() as db:
        mirroring.end(db, asked(hill, sea).account_id, here)
    work(hill, sea)
    assert own(sea).state == "refused"
    keep(sea, hill, hill.uri("bob"))
    keep(sea, hill, hill.uri("asker"))
    hill.follows("bob", sea, "ada")
    ask(sea, hill)
    assert own(sea).state == "accepted"
    clock.shift(timedelta(days=731))
    work(sea, hill)
    assert own(sea).state == "ended"
    object.__setattr__(here, "mirror_requests", "ask")
    ask(sea, hill)
    assert own(sea).state == "asked"
    pass_time(clock, sea, hill, seconds=91 * 86400)
    assert own(sea).state == "ended"
    assert asked(hill, sea).state in ("refused", "ended")


def leave(hill: Island, sea: Island, eve: Stranger, body: bytes, signer: Stranger | None = None) -> int:
    """The status with which something is left at the mirror for ada."""
    path = f"/carry/v1/inbox?actor={quote(sea.uri('ada'), safe='')}"
    url, by = f"https://hill.example{path}", (signer or eve).signer
    headers = http_signatures.sign_request("POST", url, body, by, Scheme.CAVAGE, datetime.now(UTC))
    return hill.api.post(path, body=body, headers=headers).status


def waiting(hill: Island, sea: Island, by: Stranger) -> int:
    path = f"/carry/v1/queue?actor={quote(sea.uri('ada'), safe='')}"
    now = datetime.now(UTC)
    signed_for = http_signatures.sign_request(
        "GET", f"https://hill.example{path}", None, by.signer, Scheme.CAVAGE, now
    )
    return hill.api.get(path, headers=signed_for).status


def test_what_is_left_at_a_mirror_arrives_once(
    sea: Island, hill: Island, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers, likes and follows of somebody whose server does not reach the author's, and all that is refused on the way."""
    post = sea.publish("ada", "Hello")
    ask(sea, hill)
    accept(hill, sea)
    eve, mallory = Elsewhere().person("eve"), Elsewhere("other.example").person("mallory")
    for one in (sea, hill):
        assert isinstance(one.beyond, Wire)
        one.beyond.kept |= {who.uri: json.dumps(who.document).encode() for who in (eve, mallory)}
    to = {"to": [PUBLIC], "cc": [sea.uri("ada")]}
    mention = [{"type": "Mention", "href": sea.uri("ada"), "name": "@ada@sea.example"}]
    said = eve.note(
        "<p>Answer</p>", inReplyTo=post["uri"], tag=mention, published="2026-11-30T00:00:00Z", **to
    )
    answer = signed(eve, eve.act("Create", said, **to))
    like, follow = (signed(eve, eve.act(*act)) for act in (("Like", post["uri"]), ("Follow", sea.uri("ada"))))
    cut(sea, hill)
    for body in (answer, like, follow, answer):
        assert leave(hill, sea, eve, body) == 202

    secret = eve.act("Create", eve.note("psst", to=[sea.uri("ada")], cc=[]), to=[sea.uri("ada")])
    forged = json.dumps({**json.loads(answer), "object": {**said, "content": "No"}}).encode()
    claimed = signed(mallory, {**mallory.act("Like", post["uri"]), "id": json.loads(like)["id"]})
    refused = [
        (leave(hill, sea, eve, signed(eve, secret)), 403),
        (leave(hill, sea, eve, json.dumps(eve.act("Like", post["uri"])).encode()), 403),
        (leave(hill, sea, eve, signed(eve, eve.act("Like", "https://third.example/1"))), 403),
        (leave(hill, sea, eve, forged), 401),
        (leave(hill, sea, eve, answer, signer=mallory), 401),
        (leave(hill, sea, mallory, claimed), 400),
        (leave(hill, sea, eve, b"[" * 100_000), 400),
        (leave(hill, sea, eve, b" " * (waiting_room.LONGEST + 1)), 413),
        (waiting(hill, sea, eve), 404),
        (hill.api.get(f"/carry/v1/queue?actor={sea.uri('ada')}").status, 401),
        (hill.api.post("/carry/v1/inbox?actor=https://hill.example/users/bob", body=answer).status, 404),
    ]
    assert [found for found, _ in refused] == [wanted for _, wanted in refused]
    monkeypatch.setattr(waiting_room, "OF_ONE_SERVER", (3, 10**6))
    assert leave(hill, sea, eve, signed(eve, eve.act("Like", post["uri"]))) == 429

    pass_time(clock, sea, hill)
    assert (own(sea).error, sea.api.get(f"/api/v1/statuses/{post['id']}").json["favourites_count"]) == (
        "unreachable",
        0,
    )
    mend(sea, hill)
    for _ in range(3):
        pass_time(clock, sea, hill, seconds=100)
    there_now = sea.api.get(f"/api/v1/statuses/{post['id']}").json
    assert (there_now["replies_count"], there_now["favourites_count"]) == (1, 1)
    told = sea.api.get("/api/v1/notifications", sea.person("ada")).json
    assert sorted(one["type"] for one in told) == ["favourite", "follow", "mention"]
    with hill.ground.store.read() as db:
        assert mirrored.left_for(db, asked(hill, sea).account_id) == (0, 0)
    assert (own(sea).error, own(sea).kept_sequence) == ("", 1)


def the_file(hill: Island, digest: bytes) -> Reply:
    return hill.api.get(f"/.well-known/apgateway/hl:{digests.multihash(digest)}")


def test_files_are_kept_by_their_digest(sea: Island, hill: Island, clock: time_machine.Traveller) -> None:
    """A picture of a public post is fetched and handed out byte for byte; one of a private post by nobody."""
    ask(sea, hill)
    accept(hill, sea)
    shown, hidden = sea.picture("ada"), sea.picture("ada", "red")
    post = sea.publish("ada", "Look", media_ids=[shown])
    sea.publish("ada", "Secret", media_ids=[hidden], visibility="private")
    pass_time(clock, sea, hill, seconds=400)
    with sea.ground.store.read() as db:
        rows = {str(row[0]): (bytes(row[1]), row[2]) for row in db.rows("SELECT id, digest, file FROM media")}
    digest, key = rows[shown]
    cut(sea, hill)
    found = the_file(hill, digest)
    assert (found.status, found.headers["content-type"]) == (200, "image/png")
    assert found.body == sea.ground.media.read(key) == the_file(sea, digest).body
    assert "sandbox" in found.headers["content-security-policy"]
    assert [the_file(one, rows[hidden][0]).status for one in (sea, hill)] == [404, 404]
    assert [hill.api.get(f"/.well-known/apgateway/{name}").status for name in ("hl:zQm", "x", "hl:")] == [
        404
    ] * 3
    one = asked(hill, sea)
    assert one.media_bytes == len(found.body)

    mend(sea, hill)
    with hill.ground.store.write() as db:
        mirrored.update(db, one.account_id, max_bytes=one.used_bytes + 1, next_at=0)
    pass_time(clock, hill, sea, seconds=400)
    assert (the_file(hill, digest).status, asked(hill, sea).media_bytes) == (404, 0)
    assert list(hill.ground.mirrored.keys()) == []
    assert there(hill, sea, f"/carry/v1/object?id={quote(post['uri'], safe='')}").status == 200


def test_a_mirror_brings_posts_where_their_server_does_not_reach(
    sea: Island, hill: Island, clock: time_machine.Traveller
) -> None:
    """With the author's consent, signed by the mirror, with the author's proof inside: to inboxes of servers, and only what is new."""
    ask(sea, hill, may_push=True)
    accept(hill, sea)
    far = Elsewhere("far.example").person("eve")
    for one in (sea, hill):
        assert isinstance(one.beyond, Wire)
        one.beyond.kept[far.uri] = json.dumps(far.document).encode()
    for one in (sea, hill):
        one.asks_for(far.uri)
    with sea.ground.store.write() as db:
        eve = uris.accounts_at(db, [Uri(far.uri)])[Uri(far.uri)]
        db.run(
            "INSERT INTO follow (id, follower_id, followed_id, is_accepted, uri) VALUES (1, :eve, :ada, 1, 'x')",
            eve=eve,
            ada=sea.account("ada"),
        )
    sea.publish("ada", "Noon")
    sea.publish("ada", "Secret", visibility="private")
    for _ in range(6):
        pass_time(clock, sea, hill, seconds=60)
    assert isinstance(hill.beyond, Wire)
    brought = [(url, json.loads(body)) for url, body in hill.beyond.posted if url.startswith("https://far")]
    assert {url for url, _ in brought} == {f"{far.uri}/inbox"}
    assert {act["object"]["content"] for _, act in brought} == {"<p>Noon</p>"}
    assert all(act["actor"] == sea.uri("ada") and "proof" in act for _, act in brought)
    path = f"/carry/v1/push?actor={quote(sea.uri('ada'), safe='')}"
    body = json.dumps({"activity": brought[0][1], "inboxes": [f"{far.uri}/inbox"]}).encode()
    stolen = http_signatures.sign_request(
        "POST", f"https://hill.example{path}", body, far.signer, Scheme.CAVAGE, datetime.now(UTC)
    )
    assert hill.api.post(path, body=body, headers=stolen).status == 403


def test_a_copy_can_be_read_by_anybody(sea: Island, hill: Island, clock: time_machine.Traveller) -> None:
    """The page says whose copy it is, how old and how certain; it is read without an account, and found by no search engine."""
    handle = "@ada@sea.example"
    assert hill.api.get(f"/{handle}").status == 404
    ask(sea, hill)
    assert hill.api.get(f"/{handle}").status == 404
    accept(hill, sea)
    post = sea.publish("ada", "Look <b>here</b>", media_ids=[sea.picture("ada")], spoiler_text="Boats")
    sea.publish("ada", "Secret", visibility="private")
    pass_time(clock, sea, hill, seconds=400)
    cut(sea, hill)
    clock.shift(timedelta(minutes=12))
    page = hill.api.get(f"/{handle}")
    assert page.status == 200
    for said in ("A copy, kept by", "Author confirmed", "minutes ago", "noindex", "Boats", post["url"]):
        assert said in unescape(page.text), said
    assert "Secret" not in page.text
    assert "default-src" in page.headers["content-security-policy"]
    [picture] = set(re.findall(r"/\.well-known/apgateway/hl:\w+", unescape(page.text)))
    assert hill.api.get(picture).status == 200
    [own_page] = set(re.findall(r"/@ada@sea\.example/copies/[0-9a-f]{64}", unescape(page.text)))
    alone = hill.api.get(own_page)
    assert (alone.status, "More of" in alone.text, "noindex" in alone.text) == (200, True, True)
    asked_as_document = hill.api.get(f"/{handle}", headers=ACTIVITY)
    assert (asked_as_document.status, asked_as_document.headers["location"]) == (302, sea.uri("ada"))
    for nonsense in (f"/{handle}/copies/00", f"/{handle}?before=x", f"/@bob{own_page[5:]}"):
        assert hill.api.get(nonsense).status == (200 if "?" in nonsense else 404), nonsense
    digest = own_page.rpartition("/")[2]
    with hill.ground.store.write() as db:
        mirroring.take_down(db, bytes.fromhex(digest), "", hill.ground.here)
    assert hill.api.get(own_page).status == 404


def test_a_mirror_keeps_no_more_than_it_may(sea: Island, hill: Island, clock: time_machine.Traveller) -> None:
    ask(sea, hill)
    accept(hill, sea)
    account = asked(hill, sea).account_id
    posts = [sea.publish("ada", f"{number} " + "x" * 1000) for number in range(6)]
    work(sea, hill)
    with hill.ground.store.write() as db:
        mirrored.update(db, account, max_bytes=asked(hill, sea).used_bytes * 3 // 5)
    pass_time(clock, hill, sea, seconds=400)
    statuses = [
        there(hill, sea, f"/carry/v1/object?id={quote(post['uri'], safe='')}").status for post in posts
    ]
    assert statuses == [404, 404, 404, 200, 200, 200]
    assert asked(hill, sea).used_bytes <= asked(hill, sea).max_bytes

    object_at = f"/carry/v1/object?id={quote(posts[4]['uri'], safe='')}"
    digest = hashlib.sha256(there(hill, sea, object_at).body).hexdigest()
    with hill.ground.store.read() as db:
        post = uris.find_post(db, posts[4]["uri"])
    assert post is not None
    told = {"account_id": str(account), "status_ids": [str(post.id)]}
    filed = hill.api.post("/api/v1/reports", hill.person("bob"), json=told).json["id"]
    mo = staff(hill.api, "mo")
    report = hill.api.get(f"/api/v1/admin/reports/{filed}", mo).json
    assert [(one["uri"], one["digest"]) for one in report["copies"]] == [(posts[4]["uri"], digest)]
    deed = {"type": "delete_statuses", "report_id": filed}
    assert hill.api.post(f"/api/v1/admin/accounts/{account}/action", mo, json=deed).status == 200
    assert there(hill, sea, object_at).status == 404

    body = there(hill, sea, f"/carry/v1/object?id={quote(posts[5]['uri'], safe='')}").body
    with hill.ground.store.write() as db:
        assert mirroring.take_down(db, hashlib.sha256(body).digest(), "by law", hill.ground.here)
        mirrored.update(db, AccountId(account), cursor="", etag="", next_at=0)
    pass_time(clock, hill, sea, seconds=400)
    for post in posts[4:]:
        assert there(hill, sea, f"/carry/v1/object?id={quote(post['uri'], safe='')}").status == 404
