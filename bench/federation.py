"""
What other servers cost ours: posts that come in, documents that are fetched, posts that go out, servers that are away.

    1,000 CPU µs for a signed Create, all work after it included
    80 for a signed GET of an account or a post
    a post to 1,000 followers on 500 servers: all requests made within 5 s, the author answered as if there were none
    a server that is away: hardly any attempts, however much waits for it
"""

import hashlib
import http.client
import json
import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import msgspec

from bench import peers, processes, serving
from bench.client import Client, address_of
from bench.peers import Person, Sink
from bench.sending import size_of_answer
from bench.serving import Launch
from martlet import settings
from martlet.activitypub.things import Follow
from martlet.model.evidence import SignedRequest
from martlet.model.names import AccountId, AppId, TokenId, Uri, UserId
from martlet.model.server import Server
from martlet.services import acquainting, delivering, following, here, intake, registering
from martlet.services.following import Wanted
from martlet.services.registering import Newcomer
from martlet.storage import accounts, deliveries, follows, oauth
from martlet.storage import peers as peer_rows
from martlet.storage.database import Store, Writer
from martlet.storage.migrating import migrate
from martlet.storage.opening import open_store

FOLLOWERS, SERVERS = 1000, 500
AUTHORS = 10
CREATES = 3000
FETCHES = 6000
CONNECTIONS = 8
AWAY = "127.255.0.1:9"
WAITING = 100_000
TOKEN = "a token for the author"
PATIENCE = 120.0


class Found(msgspec.Struct, frozen=True):
    """CPU in µs of the server's processes, waits in ms, times in s."""

    create_cpu_us: int
    creates_per_second: float
    get_account_cpu_us: int
    get_post_cpu_us: int
    publish_alone_ms: float
    publish_to_many_ms: float
    deliver_cpu_us: int
    """For each request that was made."""
    deliver_seconds: float
    delivered: int
    attempts_while_away: int
    seconds_away: float

    def table(self) -> str:
        lines = [
            "| with other servers | Martlet | must |",
            "|---|--:|--:|",
            f"| a signed Create that comes in, all work after it included, CPU µs | {_of(self.create_cpu_us, 1000)} | 1,000 |",
            f"| a signed GET of an account, CPU µs | {_of(self.get_account_cpu_us, 80)} | 80 |",
            f"| a signed GET of a post, CPU µs | {_of(self.get_post_cpu_us, 80)} | 80 |",
            (
                f"| a post to {FOLLOWERS:,} followers on {SERVERS} servers: {self.delivered} requests made within, s "
                f"| {_of(self.deliver_seconds, 5)} | 5 |"
            ),
            f"| the same, CPU µs a request | {self.deliver_cpu_us:,} | – |",
            f"| its author waits, ms (without followers elsewhere: {self.publish_alone_ms:.1f}) | {self.publish_to_many_ms:.1f} | – |",
            (
                f"| attempts in {self.seconds_away:.0f} s at a server that is away, {WAITING:,} deliveries waiting "
                f"| {self.attempts_while_away} | – |"
            ),
        ]
        return "\n".join(lines) + "\n"


def _of(value: float, must: float) -> str:
    shown = f"{value:,}" if isinstance(value, int) else f"{value:.1f}"
    return f"**{shown}**" if value > must else shown


def measure(folder: Path, base_url: str, database: str, workers: int, tell: Callable[[str], None]) -> Found:
    """Prepares an empty server in `folder` and measures it."""
    with peers.sink() as there:
        launch = Launch(
            folder, base_url, workers, database, settings={"MARTLET_ALLOW_PRIVATE_ADDRESSES": "on"}
        )
        tell("making people here and elsewhere")
        post = _prepare(launch, there.port)
        with serving.running(launch) as (pid, _):
            started = time.monotonic()
            processes.wait_idle([pid])
            tell(f"{CREATES:,} posts come in")
            create, speed = _creates(base_url, there.port, pid)
            tell(f"{FETCHES:,} documents are fetched")
            reader = _author(0, there.port)
            account = _fetches(f"{base_url}/users/author", reader, pid)
            note = _fetches(post, reader, pid)
            tell("posts go out")
            alone = _publish(base_url, "a token for the reader")
            out = _deliveries(base_url, there, pid)
            away = time.monotonic() - started
        with closing(open_store(database, folder / "data")) as store, store.read() as db:
            peer = peer_rows.find(db, AWAY)
    return Found(
        create_cpu_us=round(create),
        creates_per_second=round(speed, 1),
        get_account_cpu_us=round(account),
        get_post_cpu_us=round(note),
        publish_alone_ms=round(alone, 2),
        publish_to_many_ms=round(out[0], 2),
        deliver_cpu_us=round(out[1]),
        deliver_seconds=round(out[2], 2),
        delivered=out[3],
        attempts_while_away=peer.failures if peer else 0,
        seconds_away=round(away, 1),
    )


# -- people --------------------------------------------------------------


def _author(number: int, port: int) -> Person:
    return Person(peers.host(number, port), f"author{number}")


def _prepare(launch: Launch, port: int) -> str:
    """Returns the address of a post of the author's."""
    environment = launch.environment()
    wanted = settings.load(environment=environment)
    wanted.folder.mkdir(parents=True, exist_ok=True)
    with closing(open_store(launch.database, wanted.folder)) as store:
        migrate(store)
        server = here.server(wanted, store.take_slot())
        with store.write() as db:
            author, reader = (_newcomer(db, name, server) for name in ("author", "reader"))
        _followers(store, author, port, server)
        _followed(store, reader, port, server)
        _left_waiting(store, author, server)
    with serving.running(launch), Client(launch.base_url) as client:
        made = client.api("POST", "/api/v1/statuses", TOKEN, status="Something to fetch", visibility="public")
        return str(made["uri"])


def _newcomer(db: Writer, name: str, server: Server) -> AccountId:
    id = registering.register(db, Newcomer(name, f"{name}@example.org", ""), server)
    user = UserId(db.value("SELECT id FROM users WHERE account_id = :id", id=id))
    if name == "author":
        oauth.insert_app(
            db, oauth.App(AppId(1), "bench", b"", "bench", "", "[]", "read write", server.now_ms())
        )
    digest = hashlib.sha256(f"a token for the {name}".encode()).digest()
    oauth.insert_token(
        db, TokenId(server.next_id()), digest, AppId(1), user, id, "read write", server.now_ms()
    )
    return id


def _followers(store: Store, author: AccountId, port: int, server: Server) -> None:
    for number in range(FOLLOWERS):
        person = Person(peers.host(number % SERVERS, port), f"follower{number}")
        with store.write() as db:
            acquainting.keep(db, person.acquaintance, server)
            follow = Follow(Uri(f"{person.uri}#follow"), person.uri, accounts.get(db, author).uri)
            intake.accept(db, follow, SignedRequest(person.uri), server)
            db.run("DELETE FROM event")  # nobody need be told of it
            db.run("DELETE FROM job")


def _followed(store: Store, reader: AccountId, port: int, server: Server) -> None:
    for number in range(AUTHORS):
        with store.write() as db:
            account = acquainting.keep(db, _author(number, port).acquaintance, server)
            following.follow(db, reader, account, Wanted(), server)
            follows.accept(db, reader, account, server.next_id())
            db.run("DELETE FROM event")
            db.run("DELETE FROM job")


def _left_waiting(store: Store, author: AccountId, server: Server) -> None:
    body = json.dumps({"id": f"{server.url}/x", "type": "Create"}).encode() * 20
    with store.write() as db:
        peer_rows.note(db, AWAY, server.now_ms())
        for _ in range(WAITING):
            deliveries.insert(
                db, server.next_id(), author, body, [(AWAY, f"http://{AWAY}/inbox")], server.now_ms()
            )
        delivering.wake(db, AWAY, server.now_ms())


# -- what is measured ----------------------------------------------------


def _creates(base_url: str, port: int, pid: int) -> tuple[float, float]:
    """CPU µs for each, and how many a second."""
    requests = [
        peers.signed_post(base_url, author, author.note())
        for author in (_author(number % AUTHORS, port) for number in range(CREATES + 200))
    ]
    _send(base_url, requests[:200], "202")
    processes.wait_idle([pid])
    before, started = processes.cpu_seconds([pid]), time.monotonic()
    _send(base_url, requests[200:], "202")
    idle = processes.wait_idle([pid])
    took = time.monotonic() - started - min(idle, 1.0)
    return (processes.cpu_seconds([pid]) - before) / CREATES * 1e6, CREATES / took


def _fetches(url: str, reader: Person, pid: int) -> float:
    """CPU µs for each."""
    base_url = "/".join(url.split("/")[:3])
    requests = [peers.signed_get(url, reader) for _ in range(100)]
    _send(base_url, requests, "200")
    processes.wait_idle([pid])
    before = processes.cpu_seconds([pid])
    _send(base_url, [requests[number % 100] for number in range(FETCHES)], "200")
    return (processes.cpu_seconds([pid]) - before) / FETCHES * 1e6


def _deliveries(base_url: str, there: Sink, pid: int) -> tuple[float, float, float, int]:
    """How long the author waited (ms), CPU µs a request, seconds until all were made, and how many."""
    _publish(base_url, TOKEN)
    _until_all_came(there)
    processes.wait_idle([pid])
    there.came_at.clear()
    there.hosts.clear()
    before, started = processes.cpu_seconds([pid]), time.monotonic()
    waited = _publish(base_url, TOKEN)
    _until_all_came(there)
    processes.wait_idle([pid])
    cpu = processes.cpu_seconds([pid]) - before
    return waited, cpu / max(1, len(there.came_at)) * 1e6, max(there.came_at) - started, len(there.came_at)


def _until_all_came(there: Sink) -> None:
    until = time.monotonic() + PATIENCE
    while len(there.hosts) < SERVERS and time.monotonic() < until:
        time.sleep(0.01)


def _publish(base_url: str, bearer: str) -> float:
    """Milliseconds until the author has their answer."""
    with Client(base_url) as client:
        started = time.monotonic()
        client.api("POST", "/api/v1/statuses", bearer, status="To whom it may concern", visibility="public")
        return (time.monotonic() - started) * 1000


def _send(base_url: str, requests: Sequence[bytes], status: str) -> None:
    """Over some connections, each as soon as the last one is answered. Raises ValueError for another answer."""

    def run(some: Sequence[bytes]) -> None:
        with socket.create_connection(address_of(base_url), timeout=60) as connection:
            for request in some:
                connection.sendall(request)
                got = bytearray()
                while (size := size_of_answer(got)) is None or len(got) < size:
                    piece = connection.recv(65536)
                    if not piece:
                        raise http.client.IncompleteRead(bytes(got))
                    got += piece
                if got[9:12].decode() != status:
                    raise ValueError(bytes(got[:300]))

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(run, [requests[first::CONNECTIONS] for first in range(CONNECTIONS)]))
