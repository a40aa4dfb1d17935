"""
Somebody's server is away: their mirrors are read, what is for them is left there, and in the end all is direct again.

The mirror is the author's own server under another name: what mirrors hand out is no other than that.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import time_machine

from martlet.federation.asking import RENEWED
from martlet.federation.roads import circuits as circuit_breakers
from martlet.federation.roads import offering
from martlet.federation.roads.calling import Roads
from martlet.federation.roads.circuits import Circuits
from martlet.federation.roads.watching import Watcher
from martlet.model.events import Followed
from martlet.model.names import AccountId, Uri
from martlet.network.errors import NoAnswer
from martlet.network.proxies import Proxies
from martlet.services import hearing_statements, identities, watching
from martlet.services.delivering import SEND
from martlet.services.watching import ASK, WATCH
from martlet.signing import digests, http_signatures
from martlet.signing.http_signatures import Scheme, Signer
from martlet.signing.keys import PrivateKey
from martlet.storage import circuits, continuity, gateways, mirrored
from tests.carrying import Island, picture
from tests.elsewhere import Person, rsa
from tests.linked import Wire, keep, link, work
from tests.services.test_adopting import adopt, backup, signs
from tests.stating import stated

ORIGIN, MIRROR, OTHER = "origin.example", "mirror.example", "other.example"
Islands = Callable[..., Island]


@pytest.fixture
def origin(islands: Islands) -> Island:
    return islands(ORIGIN)


@pytest.fixture
def followed(shore: Island, origin: Island) -> str:
    """Ada here follows Eve there, who has a mirror; her id here."""
    beyond = shore.beyond
    beyond.is_down = False
    beyond.relays = {ORIGIN: origin.api, MIRROR: origin.api}
    id = shore.follows("ada", origin, "eve")
    with shore.ground.store.write() as db:
        gateways.learn(db, Uri(origin.uri("eve")), [f"https://{MIRROR}"], 0, 1)
    beyond.is_down = False
    return id


def _do(shore: Island, job: str) -> None:
    """What waits for its moment, now."""
    with shore.ground.store.write() as db:
        db.run("UPDATE job SET run_at = 0 WHERE name = :name", name=job)
    shore.api.work()


def watch(shore: Island) -> None:
    """A round of the job, now."""
    with shore.ground.store.write() as db:
        db.run("UPDATE job SET run_at = 0 WHERE name = :name", name=WATCH)
        if db.value("SELECT 1 FROM job WHERE name = :name", name=WATCH) is None:
            db.run(
                "INSERT INTO job (name, body, run_at, error, tries) VALUES (:name, '', 0, '', 0)", name=WATCH
            )
    shore.api.work()


def home(shore: Island) -> list[str]:
    return [one["content"] for one in shore.api.get("/api/v1/timelines/home", shore.person("ada")).json]


def is_open(shore: Island, host: str = ORIGIN) -> bool:
    with shore.ground.store.read() as db:
        return circuits.find(db, host) is not None


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("martlet.federation.roads.watching.SPREAD", 0.0)
    monkeypatch.setattr(circuit_breakers, "RENEWED", 0.0)


def test_round_a_block_and_back(shore: Island, origin: Island, followed: str) -> None:
    origin.knows(shore, "ada")
    watch(shore)
    assert not is_open(shore)
    shore.beyond.silent = {ORIGIN}
    origin.publish("eve", "They have cut us off")
    origin.publish("eve", "Only for who follows", visibility="private")
    deleted = origin.publish("eve", "Not so")
    origin.api.delete(f"/api/v1/statuses/{deleted['id']}", origin.person("eve"))
    origin.api.work()
    watch(shore)
    assert is_open(shore)
    assert home(shore) == ["<p>They have cut us off</p>"]
    seen = shore.api.get("/api/v1/timelines/home", shore.person("ada")).json[0]
    origin.publish("eve", "Still here")
    for _ in range(2):
        watch(shore)
    assert home(shore) == ["<p>Still here</p>", "<p>They have cut us off</p>"]

    shore.beyond.received.clear()
    shore.publish("ada", f"@eve@{ORIGIN} We read you", in_reply_to_id=seen["id"])
    shore.publish("ada", f"@eve@{ORIGIN} whispered", visibility="direct", in_reply_to_id=seen["id"])
    shore.api.post(f"/api/v1/statuses/{seen['id']}/favourite", shore.person("ada"))
    shore.api.work()
    watch(shore)
    left = [(url, document["type"], "proof" in document) for url, document in shore.beyond.delivered]
    where = f"https://{MIRROR}/carry/v1/inbox?actor={quote(origin.uri('eve'), safe='')}"
    assert sorted(left) == [(where, "Create", True), (where, "Like", True)], (
        "once each, and nothing that is for few"
    )
    assert not any("whispered" in json.dumps(document) for document in shore.beyond.received)

    shore.beyond.silent = set()
    watch(shore)
    shore.api.work()
    origin.api.work()
    assert not is_open(shore)
    told = origin.api.get("/api/v1/notifications", origin.person("eve")).json
    assert sorted(one["type"] for one in told) == ["favourite", "follow", "mention"]
    with origin.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM post WHERE is_local = 0") == 2, (
            "what is for few came too, in the end"
        )
    assert [each for each in home(shore) if "@" not in each] == [
        "<p>Still here</p>",
        "<p>They have cut us off</p>",
    ]


def test_whoever_answers_before_a_server_is_not_that_server(
    shore: Island, origin: Island, followed: str
) -> None:
    """A proxy with no server behind it, or a page of whoever blocks it, by a certificate that is believed: it is away."""
    origin.knows(shore, "ada")
    watch(shore)
    _do(shore, SEND)
    for number, status in enumerate((502, 451, 403)):
        shore.beyond.before = {ORIGIN: status}
        if status != 403:  # brought there, it would be taken for refused
            shore.publish("ada", f"@eve@{ORIGIN} Are you there?")
        origin.publish("eve", f"I am, {status}")
        origin.api.work()
        for _ in range(2):
            watch(shore)
        assert (is_open(shore), home(shore)[0]) == (True, f"<p>I am, {status}</p>")
        if status != 403:
            with shore.ground.store.write() as db:
                db.run("UPDATE circuit SET probe_at = 0")
            _do(shore, SEND)
            assert (is_open(shore), _deliveries(shore)) == (True, 1), status
        shore.beyond.before = {}
        watch(shore)
        _do(shore, SEND)
        origin.api.work()
        assert not is_open(shore), status
        told = origin.api.get("/api/v1/notifications?types[]=mention", origin.person("eve")).json
        assert len(told) == min(number + 1, 2), status


def test_readers_follow_somebody_whose_server_was_taken_by_what_mirrors_say(
    shore: Island, origin: Island, islands: Islands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody could tell this server; and no root key can say anything for others."""
    monkeypatch.setattr("martlet.federation.roads.hearing.PAUSE", 0.0)
    root, eve, cliff = PrivateKey.make_ed25519(), origin.uri("eve"), islands("cliff.example")
    origin.person("eve")
    signs(origin, "eve", root)
    shore.follows("ada", origin, "eve")
    with shore.ground.store.write() as db:
        gateways.learn(db, Uri(eve), [f"https://{MIRROR}"], 0, 1)
    cliff.beyond.is_down = shore.beyond.is_down = False
    adopt(cliff, "eve2", backup(origin, "eve"), root)
    shore.beyond.silent, shore.beyond.relays = {ORIGIN}, {MIRROR: cliff.api, "cliff.example": cliff.api}

    def followed() -> list[tuple[str, str]]:
        with shore.ground.store.read() as db:
            return [
                (username, host)
                for username, host in db.rows(
                    "SELECT account.username, account.host FROM follow JOIN account ON account.id = follow.followed_id"
                )
            ]

    for _ in range(3):
        watch(shore)
    assert followed() == [("eve", ORIGIN)]
    signs(cliff, "eve2", root)
    watch(shore)
    assert followed() == [("eve2", "cliff.example")]

    victim = Person(f"https://{OTHER}/users/ida", "ida", rsa("ida"), PrivateKey.make_ed25519())
    eve_there = Person(eve, "eve", rsa("eve"), PrivateKey.make_ed25519())
    with shore.ground.store.write() as db:
        before = continuity.statements(db, root.public.to_did())
        for key, person, expected in (
            (PrivateKey.make_ed25519(), eve_there, None),
            (root, victim, victim.uri),  # who is asked whether it is so
        ):
            body = json.dumps(stated(key, person, 5000)).encode()
            assert hearing_statements.take_in(db, Uri(eve), body, shore.ground.here) == expected
        assert continuity.statements(db, root.public.to_did()) == before
        assert continuity.find_pin(db, Uri(victim.uri)) is None


def test_what_a_mirror_cannot_do(shore: Island, origin: Island, islands: Islands, followed: str) -> None:
    """Forge, change, speak for others, show what is for few; a block page is no news either."""
    forger = islands(OTHER)
    forger.publish("mallory", "I am Mallory")
    real = origin.publish("eve", "I am Eve")
    shore.beyond.silent = {ORIGIN}

    page = origin.api.get(f"/carry/v1/outbox?actor={quote(origin.uri('eve'), safe='')}&after=0")
    good = [line for line in page.body.splitlines() if b"LogCheckpoint" not in line]
    mallory = quote(forger.uri("mallory"), safe="")
    others = forger.api.get(f"/carry/v1/outbox?actor={mallory}&after=0").body.splitlines()
    changed = good[0].replace(b"I am Eve", b"I am not")
    stolen = json.loads(others[0]) | {
        "attributedTo": origin.uri("eve"),
        "id": f"https://{ORIGIN}/users/eve/posts/9",
    }
    bad = [
        changed,
        *others,
        json.dumps(stolen).encode(),
        b"<html>blocked</html>",
        b"[" * 3000,
        b'{"type":"Tombstone"}',
    ]
    shore.beyond.relays.pop(MIRROR)
    asked: list[str] = []

    async def get(url: str, **options: object) -> object:
        asked.append(url)
        if MIRROR not in url:
            raise NoAnswer("It does not answer.")
        return Page(b"\n".join(bad))

    shore.beyond.get = get  # type: ignore[method-assign, assignment] # a mirror that lies
    watcher = _watcher(shore)
    for line in list(bad):
        bad[:] = [line]
        shore.api.run(watcher.reader.read(Uri(origin.uri("eve")), len(asked)))
        shore.api.work()
        assert home(shore) == [], line
    assert any(MIRROR in url for url in asked)
    bad[:] = good
    shore.api.run(watcher.reader.read(Uri(origin.uri("eve")), len(asked)))
    shore.api.work()
    assert home(shore) == ["<p>I am Eve</p>"]
    assert real["uri"] == shore.api.get("/api/v1/timelines/home", shore.person("ada")).json[0]["uri"]


def test_pictures_come_by_their_digest(shore: Island, origin: Island, followed: str) -> None:
    """While their server is away, from a mirror of their author; another file under that name is none."""
    origin.publish("eve", "Look", media_ids=[origin.picture("eve")])
    beyond = shore.beyond
    beyond.silent = {ORIGIN}
    for _ in range(2):
        watch(shore)
    assert is_open(shore)
    [shown] = shore.api.get("/api/v1/timelines/home", shore.person("ada")).json[0]["media_attachments"]
    with origin.ground.store.read() as db:
        digest = bytes(db.value("SELECT digest FROM media"))
    name = f"/.well-known/apgateway/hl:{digests.multihash(digest)}"
    whole, copy = origin.api.get(name).body, f"https://{MIRROR}{name}"
    other = picture("red")
    assert other != whole

    def look(file: bytes | None, before: str = "") -> tuple[int, list[str]]:
        beyond.asked.clear()
        beyond.files = {} if file is None else {copy: file}
        with shore.ground.store.write() as db:
            db.run("DELETE FROM remote_file")
            if before:
                db.run(before)
        for key in list(shore.ground.cache.keys()):
            shore.ground.cache.delete(key)
        reply = shore.api.get(urlsplit(shown["url"]).path)
        return reply.status, [urlsplit(url).netloc for url in beyond.asked if "/carry/" not in url]

    assert look(None) == (502, [MIRROR, ORIGIN])
    assert look(other) == (502, [MIRROR, ORIGIN]), "it has another digest"
    assert look(whole) == (200, [MIRROR])
    assert look(whole, "DELETE FROM circuit") == (200, [ORIGIN, MIRROR]), "nobody knew yet that it is away"
    with shore.ground.store.write() as db:
        mirrored.take_down(db, digest, "", "", 1)
    assert look(whole) == (502, [ORIGIN])


class Page:
    """An answer of a mirror."""

    status, is_success = 200, True

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.headers = {
            "link": '<https://mirror.example/carry/v1/outbox?after=9>; rel="next", <x>; rel="prev"'
        }


def test_another_address_is_believed_for_proofs_alone(shore: Island, origin: Island, followed: str) -> None:
    post = origin.publish("eve", "Read me elsewhere")
    unsigned: dict[str, Any] = {"@context": [], "id": f"https://{ORIGIN}/users/eve/posts/7", "type": "Note", "content": "I say",
                "attributedTo": origin.uri("eve"), "to": ["https://www.w3.org/ns/activitystreams#Public"]}  # fmt: skip
    with shore.ground.store.write() as db:
        gateways.learn_addresses(db, ORIGIN, [f"https://{OTHER}"], 1)
        db.run("DELETE FROM gateway")
    shore.beyond.silent = {ORIGIN}
    where = post["uri"].replace(ORIGIN, OTHER)
    document = origin.api.get(
        post["uri"].removeprefix(f"https://{ORIGIN}"), headers={"accept": "application/activity+json"}
    )
    shore.beyond.documents |= {where: document.json, unsigned["id"].replace(ORIGIN, OTHER): unsigned}
    found = [
        shore.api.get("/api/v2/search", shore.person("ada"), query={"q": uri, "resolve": "true"}).json[
            "statuses"
        ]
        for uri in (post["uri"], unsigned["id"])
    ]
    assert [[one["content"] for one in statuses] for statuses in found] == [["<p>Read me elsewhere</p>"], []]


def test_a_server_says_where_else_it_is(shore: Island, origin: Island, followed: str) -> None:
    onion = f"http://{'a' * 56}.onion"
    object.__setattr__(origin.ground.here, "alternate_urls", (f"https://{OTHER}", "https://x.example/path"))
    object.__setattr__(origin.ground.here, "onion", onion)
    watch(shore)
    with shore.ground.store.write() as db:
        assert gateways.addresses_of(db, ORIGIN) == [f"https://{OTHER}", onion]
        db.run("DELETE FROM peer_address")
        watching.of_follow(db, Followed(shore.person("ada").id, AccountId(int(followed))), shore.ground.here)
    _do(shore, ASK)  # whom somebody follows is asked without having mirrors
    roads = shore.api.run(_roads(shore).others(ORIGIN))
    assert [(road.address, road.proxy and road.proxy.shown) for road in roads] == [
        (f"https://{OTHER}", None),
        ("", "socks5h://127.0.0.1:9050"),
        (onion, None),
    ]
    assert roads[0].leading_to(f"https://{ORIGIN}/inbox?x=/") == f"https://{OTHER}/inbox?x=/"


def test_nobody_is_watched_for_nobody(shore: Island, origin: Island, followed: str) -> None:
    with shore.ground.store.write() as db:
        db.run("DELETE FROM follow")
    watch(shore)
    with shore.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM job WHERE name = :name", name=WATCH) == 0
    assert f"https://{ORIGIN}/.well-known/martlet" not in shore.beyond.asked
    with shore.ground.store.write() as db:
        for _ in range(2):
            watching.of_follow(
                db, Followed(shore.person("ada").id, AccountId(int(followed))), shore.ground.here
            )
        assert db.value("SELECT count(*) FROM job WHERE name = :name", name=WATCH) == 1, "once"


def test_a_circuit_is_shared(shore: Island) -> None:
    store, here = shore.ground.store, shore.ground.here
    one, two = (Circuits(store, here, pause=1000) for _ in range(2))

    async def run() -> list[bool]:
        await one.failed(ORIGIN, "timed_out")
        found = [await one.lets_through(ORIGIN)]
        await one.succeeded(ORIGIN)
        await one.failed(ORIGIN, "timed_out")
        found.append(await one.lets_through(ORIGIN))
        await one.failed(ORIGIN, "timed_out")
        found += [
            await one.lets_through(ORIGIN),
            await two.lets_through(ORIGIN),
            await two.lets_through(OTHER),
        ]
        await two.heard_from(Uri(f"https://{ORIGIN}/actor"))
        found += [await one.lets_through(ORIGIN), await two.lets_through(ORIGIN)]
        await one.succeeded(ORIGIN)
        found.append(await two.lets_through(ORIGIN))
        return found

    assert shore.api.run(run()) == [True, True, False, False, True, True, False, True]


def test_one_direction_is_enough(islands: Islands, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who does not reach us keeps what is for us until we ask, and who we do not reach hears so from our answers."""
    monkeypatch.setattr(offering, "WAITED", -1000)
    monkeypatch.setattr("martlet.federation.roads.collecting.PAUSE", 0.0)
    sea, hill = (islands(host, Wire(host)) for host in ("sea.example", "hill.example"))
    for one, name in ((sea, "ada"), (hill, "bob")):
        one.person(name)
    link(sea, hill)
    keep(sea, hill, hill.uri("bob"))
    keep(hill, sea, sea.uri("ada"))
    found = hill.api.get("/api/v2/search", hill.person("bob"), query={"q": sea.uri("ada"), "resolve": "true"})
    hill.api.post(f"/api/v1/accounts/{found.json['accounts'][0]['id']}/follow", hill.person("bob"))
    work(hill, sea)
    _do(hill, ASK)  # a minute after that each knows who signs for the other
    for one in (hill, sea):
        _do(one, SEND)
    assert (_deliveries(hill), _deliveries(sea)) == (0, 0)
    with hill.ground.store.write() as db:
        gateways.learn(db, Uri(sea.uri("ada")), [f"https://{MIRROR}"], 0, 1)
    away: dict[str, set[str]] = {}
    for one in (sea, hill):
        assert isinstance(one.beyond, Wire)
        away[one.ground.here.host] = one.beyond.away

    away["sea.example"].add("hill.example")
    sea.publish("ada", "Who hears me?")
    sea.publish("ada", "Who follows me?", visibility="private")
    assert _deliveries(sea) == 2
    bob = http_signatures.Signer(f"{hill.uri('bob')}#main-key", hill.api.run(_key(hill, hill.account("bob"))))
    mallory = http_signatures.Signer("https://hill.example/actor#main-key", rsa("mallory"))
    with time_machine.travel(datetime.now(UTC) + timedelta(milliseconds=RENEWED + 1), tick=False):
        for signer, status in ((bob, 401), (mallory, 503)):  # neither a person there nor whoever says so
            assert _ask_as(sea, signer, "GET", b"") == (200, b"")
            assert _ask_as(sea, signer, "POST", b'{"taken":["1"]}')[0] == status
    assert sea.api.get("/carry/v1/deliveries").status == 401
    watch(hill)
    said = [one["content"] for one in hill.api.get("/api/v1/timelines/home", hill.person("bob")).json]
    assert said == ["<p>Who follows me?</p>", "<p>Who hears me?</p>"]
    assert (_deliveries(sea), is_open(hill, "sea.example")) == (0, False)

    away["sea.example"].clear()
    away["hill.example"].add("sea.example")
    hill.publish("bob", "@ada@sea.example I do", visibility="direct")
    for _ in range(2):
        _do(hill, SEND)
    assert (_deliveries(hill), is_open(hill, "sea.example")) == (1, True)
    sea.publish("ada", "Still nobody?")
    _do(sea, SEND)
    work(hill, sea)
    with sea.ground.store.read() as db:
        came = db.rows("SELECT html FROM post WHERE is_local = 0")
    assert ([("I do" in html) for (html,) in came], _deliveries(hill)) == ([True], 0)

    away["hill.example"].clear()  # nothing waits any more with which it could be tried
    hill.api.run(Circuits(hill.ground.store, hill.ground.here).heard_from(Uri("https://sea.example/actor")))
    work(hill)
    assert not is_open(hill, "sea.example")


def _deliveries(island: Island) -> int:
    with island.ground.store.read() as db:
        return int(db.value("SELECT count(*) FROM delivery"))


async def _key(island: Island, id: AccountId) -> PrivateKey:
    return await identities.request_key(island.ground, id)


def _ask_as(island: Island, signer: Signer, method: str, body: bytes) -> tuple[int, bytes]:
    """What is said of what waits for hill.example."""
    path, now = "/carry/v1/deliveries", datetime.now(UTC)
    url = f"{island.ground.here.url}{path}"
    headers = http_signatures.sign_request(method, url, body or None, signer, Scheme.CAVAGE, now)
    reply = island.api.call(method, path, body=body, headers=headers)
    return reply.status, reply.body


def _watcher(shore: Island) -> Watcher:
    job = shore.api.built.runner.jobs[WATCH]
    watcher: Watcher = job.__self__  # type: ignore[attr-defined] # the job is its method
    return watcher


def _roads(shore: Island) -> Roads:
    fallback = Proxies.parse(["*.example = socks5h://127.0.0.1:9050"])
    return Roads(shore.ground, shore.beyond, Circuits(shore.ground.store, shore.ground.here), fallback)
