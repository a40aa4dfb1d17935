"""
What open streams cost: memory while nothing happens, how soon a post reaches everybody, and what publishing costs.

    2,000 open streams (half of them WebSockets) in 300 MB
    a post reaches 1,000 listening followers within 1 s, on one core
    with no stream open, publishing costs next to nothing more than it did
"""

import base64
import hashlib
import os
import resource
import selectors
import socket
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import msgspec

from bench import processes, serving
from bench.client import Client, address_of
from bench.processes import Memory
from bench.serving import Launch
from martlet import settings
from martlet.model.names import AccountId, AppId, TokenId, UserId
from martlet.model.server import Server
from martlet.services import following, here, registering
from martlet.services.following import Wanted
from martlet.services.registering import Newcomer
from martlet.storage import oauth, timelines
from martlet.storage.database import Store, Writer
from martlet.storage.migrating import migrate
from martlet.storage.opening import open_store

STREAMS, FOLLOWERS = 2000, 1000
POSTS = 10
WARM_UP = 50
PUBLISHED = 300
PATIENCE = 60.0
KEY = base64.b64encode(bytes(16)).decode()


class Found(msgspec.Struct, frozen=True):
    """Seconds and MiB; CPU in µs of the server's processes."""

    memory_before: Memory
    memory: Memory
    reached_median: float
    reached_slowest: float
    reach_cpu_us: int
    """For each stream that was told."""
    publish_unheard_us: int
    publish_heard_us: int
    """With one stream open, of somebody who is not told."""

    def table(self) -> str:
        each = (self.memory.pss - self.memory_before.pss) * 1024 / STREAMS
        return "\n".join(
            [
                "| streams | Martlet | must |",
                "|---|--:|--:|",
                f"| {STREAMS:,} open, memory, MiB (without: {self.memory_before.pss:.0f}) | {_of(self.memory.pss, 286)} | 286 |",
                f"| each, KiB | {each:.1f} | – |",
                (
                    f"| a post reaches the last of {FOLLOWERS:,} followers after, s (median of {POSTS}; "
                    f"slowest {self.reached_slowest:.2f}) | {_of(self.reached_median, 1)} | 1 |"
                ),
                f"| CPU µs for each of them | {self.reach_cpu_us:,} | – |",
                f"| publishing, nobody listens, CPU µs, all work after it included | {self.publish_unheard_us:,} | – |",
                f"| the same while somebody else listens | {self.publish_heard_us:,} | – |",
            ]
        )


def _of(value: float, must: float) -> str:
    shown = f"{value:.2f}" if value < 10 else f"{value:.0f}"
    return f"**{shown}**" if value > must else shown


def measure(folder: Path, base_url: str, database: str, workers: int, tell: Callable[[str], None]) -> Found:
    """Prepares an empty server in `folder` and measures it. With one worker it has one core to itself."""
    launch = Launch(folder, base_url, workers, database)
    tell("making people")
    prepare(launch)
    allow_files()
    with serving.running(launch) as (pid, _):
        if workers == 1:
            _bind(pid)
        processes.wait_idle([pid])
        tell(f"{PUBLISHED:,} posts while nobody listens")
        unheard = _published(base_url, pid)
        before = processes.memory([pid])
        with opened(base_url, [STREAMS - 1]):
            tell(f"{PUBLISHED:,} posts while somebody else does")
            heard = _published(base_url, pid)
        tell(f"{STREAMS:,} streams are opened")
        with opened(base_url, range(STREAMS)) as streams:
            processes.wait_idle([pid])
            memory = processes.memory([pid])
            tell(f"{POSTS} posts to {FOLLOWERS:,} of them")
            cpu = processes.cpu_seconds([pid])
            took = [_reach(base_url, streams[:FOLLOWERS], number) for number in range(POSTS)]
            processes.wait_idle([pid])
            cpu = processes.cpu_seconds([pid]) - cpu
            memory = max(memory, processes.memory([pid]), key=lambda one: one.pss)
    return Found(
        memory_before=before,
        memory=memory,
        reached_median=statistics.median(took),
        reached_slowest=max(took),
        reach_cpu_us=round(cpu / POSTS / FOLLOWERS * 1e6),
        publish_unheard_us=round(unheard),
        publish_heard_us=round(heard),
    )


# -- people --------------------------------------------------------------


def prepare(launch: Launch) -> None:
    """An empty server with an author, and readers whose tokens are their names; the first of them follow."""
    wanted = settings.load(environment=launch.environment())
    wanted.folder.mkdir(parents=True, exist_ok=True)
    with closing(open_store(launch.database, wanted.folder)) as store:
        migrate(store)
        server = here.server(wanted, store.take_slot())
        with store.write() as db:
            app = oauth.App(AppId(1), "bench", b"", "bench", "", "[]", "read write", server.now_ms())
            oauth.insert_app(db, app)
            author = _newcomer(db, "author", server)
            _newcomer(db, "another", server)
        _readers(store, author, server)


def _readers(store: Store, author: AccountId, server: Server) -> None:
    with store.write() as db:
        for number in range(STREAMS):
            reader = _newcomer(db, f"reader{number}", server)
            timelines.keep_home(db, reader, server.now_ms())
            if number < FOLLOWERS:
                following.follow(db, reader, author, Wanted(), server)
        db.run("DELETE FROM event")  # nobody need be told of it
        db.run("DELETE FROM job")


def _newcomer(db: Writer, name: str, server: Server) -> AccountId:
    id = registering.register(db, Newcomer(name, f"{name}@example.org", ""), server)
    user = UserId(db.value("SELECT id FROM users WHERE account_id = :id", id=id))
    digest, now = hashlib.sha256(name.encode()).digest(), server.now_ms()
    oauth.insert_token(db, TokenId(server.next_id()), digest, AppId(1), user, id, "read write", now)
    return id


# -- streams -------------------------------------------------------------


def allow_files() -> None:
    """As many open connections as this process may have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _bind(pid: int) -> None:
    """Give the server one core, and ourselves the others."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        for one in processes.tree([pid]):
            for thread in Path(f"/proc/{one}/task").iterdir():
                os.sched_setaffinity(int(thread.name), {cores[0]})
        os.sched_setaffinity(0, cores[1:])


@contextmanager
def opened(base_url: str, readers: Sequence[int]) -> Iterator[list[socket.socket]]:
    """Open streams of these readers' home timelines: server-sent events and WebSockets by turns."""
    with ExitStack() as stack:
        opened = []
        for number in readers:
            connection = stack.enter_context(socket.create_connection(address_of(base_url), timeout=PATIENCE))
            connection.sendall(_request(base_url, number))
            opened.append(connection)
        for number, connection in zip(readers, opened, strict=True):
            got = b""
            while b"\r\n\r\n" not in got:
                got += connection.recv(4096)
            if got[9:12] != (b"200" if number % 2 else b"101"):
                raise ValueError(got)
        yield opened


def _request(base_url: str, number: int) -> bytes:
    lines = [f"Host: {base_url.partition('//')[2]}", f"Authorization: Bearer reader{number}"]
    if number % 2:
        path = "/api/v1/streaming/user"
    else:
        path = "/api/v1/streaming?stream=user"
        lines += [
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {KEY}",
        ]
    return "\r\n".join([f"GET {path} HTTP/1.1", *lines, "", ""]).encode()


def _reach(base_url: str, streams: Sequence[socket.socket], number: int) -> float:
    """Seconds from the sending of a post until the last of the streams has it."""
    words = f"post number {number} for everybody"
    with selectors.DefaultSelector() as waiting, Client(base_url) as client:
        got = {}
        for stream in streams:
            waiting.register(stream, selectors.EVENT_READ)
            got[stream] = b""
        started = time.monotonic()
        client.api("POST", "/api/v1/statuses", "author", status=words, visibility="public")
        while got:
            ready = waiting.select(PATIENCE)
            if not ready:
                raise TimeoutError(f"{len(got)} streams were not told")
            for key, _ in ready:
                reader = key.fileobj
                assert isinstance(reader, socket.socket)
                got[reader] += reader.recv(65536)
                if words.encode() in got[reader]:
                    waiting.unregister(reader)
                    del got[reader]
        return time.monotonic() - started


def _published(base_url: str, pid: int) -> float:
    """CPU µs for each post of somebody without followers."""
    with Client(base_url) as client:
        for number in range(WARM_UP):
            client.api("POST", "/api/v1/statuses", "another", status=f"warm {number}", visibility="public")
        processes.wait_idle([pid])
        before = processes.cpu_seconds([pid])
        for number in range(PUBLISHED):
            client.api("POST", "/api/v1/statuses", "another", status=f"no. {number}", visibility="public")
        processes.wait_idle([pid])
        return (processes.cpu_seconds([pid]) - before) / PUBLISHED * 1e6
