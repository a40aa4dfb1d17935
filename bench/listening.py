"""
Hours of listening in minutes: streams that stay open while posts come, and what each of them heard.

    nothing lost, nothing twice, everything in its order
    memory does not grow with what was told

Server-sent events and WebSockets by turns, each somebody's home timeline. WebSockets answer the server's pings.
"""

import re
import selectors
import socket
import statistics
import struct
import time
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from bench import processes, serving, streaming
from bench.client import Client
from bench.processes import Memory
from bench.serving import Launch

POSTS_A_SECOND = 1.0
QUIET = 10.0
"""Seconds after the last post in which what is late may still come."""
SAMPLES = 10
WORDS = "post number {number} for everybody"
HEARD = re.compile(rb"post number (\d+) for everybody")
EVENT = b"\n\n"
TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
SHORT, MIDDLE = 126, 127
"""WebSocket frames with these in place of a length have it in the next two or eight bytes (RFC 6455 section 5.2)."""


class Kept(msgspec.Struct, frozen=True):
    """What was heard by all streams together; seconds, and memory from their opening to the end."""

    seconds: float
    posts: int
    told: int
    lost: int
    twice: int
    late: int
    dropped: int
    median: float
    slowest: float
    memory: list[Memory]

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.twice or self.late or self.dropped)

    def table(self) -> str:
        grown = ", ".join(f"{one.pss:.0f}" for one in self.memory)
        return "\n".join(
            [
                f"| {self.posts:,} posts in {self.seconds:.0f} s to {streaming.FOLLOWERS:,} open streams | Martlet | must |",
                "|---|--:|--:|",
                f"| events that came | {self.told:,} | {self.posts * streaming.FOLLOWERS:,} |",
                f"| lost | {self.lost:,} | 0 |",
                f"| twice | {self.twice:,} | 0 |",
                f"| out of order | {self.late:,} | 0 |",
                f"| streams that were dropped | {self.dropped:,} | 0 |",
                f"| a post reaches one of them after, s (median; slowest {self.slowest:.2f}) | {self.median:.2f} | – |",
                f"| memory from first to last, MiB: {grown} | {max(one.pss for one in self.memory):.0f} | – |",
            ]
        )


@dataclass(slots=True)
class Order:
    """What one stream heard of posts that are counted from 0."""

    next: int = 0
    missing: set[int] = field(default_factory=set)
    told: int = 0
    twice: int = 0
    late: int = 0

    def hear(self, number: int) -> None:
        self.told += 1
        if number >= self.next:
            self.missing.update(range(self.next, number))
            self.next = number + 1
        elif number in self.missing:
            self.missing.remove(number)
            self.late += 1
        else:
            self.twice += 1

    def lost(self, posts: int) -> int:
        return len(self.missing) + posts - self.next


@dataclass(slots=True)
class Listener:
    connection: socket.socket
    is_socket: bool
    order: Order = field(default_factory=Order)
    is_open: bool = True
    _got: bytes = b""

    def read(self) -> list[int]:
        """The posts that came, by their numbers."""
        data = self.connection.recv(1 << 18)
        if not data:
            self.is_open = False
        self._got += data
        events = self._frames() if self.is_socket else self._blocks()
        numbers = [int(found[1]) for event in events if (found := HEARD.search(event))]
        for number in numbers:
            self.order.hear(number)
        return numbers

    def _blocks(self) -> list[bytes]:
        *whole, self._got = self._got.split(EVENT)
        return whole

    def _frames(self) -> list[bytes]:
        found = []
        while (frame := frame_in(self._got)) is not None:
            kind, start, end = frame
            body, self._got = self._got[start:end], self._got[end:]
            if kind == TEXT:
                found.append(body)
            elif kind == PING:
                self.connection.sendall(bytes([0x80 | PONG, 0x80 | len(body), 0, 0, 0, 0]) + body)
            elif kind == CLOSE:
                self.is_open = False
        return found


def frame_in(got: bytes) -> tuple[int, int, int] | None:
    """Of a server's frame at the beginning: its kind, and where its body starts and ends; None: it is not whole yet."""
    if len(got) < 2:
        return None
    kind, length, start = got[0] & 0xF, got[1], 2
    if length >= SHORT:
        form = ">H" if length == SHORT else ">Q"
        start += struct.calcsize(form)
        if len(got) < start:
            return None
        [length] = struct.unpack_from(form, got, 2)
    return (kind, start, start + length) if len(got) >= start + length else None


def measure(launch: Launch, seconds: float, tell: Callable[[str], None]) -> Kept:
    """Prepares an empty server and listens to it for so long."""
    tell("making people")
    streaming.prepare(launch)
    streaming.allow_files()
    with serving.running(launch) as (pid, _):
        processes.wait_idle([pid])
        with streaming.opened(launch.base_url, range(streaming.FOLLOWERS)) as connections:
            tell(f"{streaming.FOLLOWERS:,} streams listen for {seconds:.0f} s")
            listeners = [Listener(one, is_socket=number % 2 == 0) for number, one in enumerate(connections)]
            return _listen(launch.base_url, pid, listeners, seconds)


def _listen(base_url: str, pid: int, listeners: Sequence[Listener], seconds: float) -> Kept:
    sent, took, memory = array("d"), array("d"), [processes.memory([pid])]
    started = time.monotonic()
    with selectors.DefaultSelector() as waiting, Client(base_url) as client:
        for one in listeners:
            waiting.register(one.connection, selectors.EVENT_READ, one)
        while (now := time.monotonic()) < started + seconds + QUIET:
            since = now - started
            if since < seconds and since * POSTS_A_SECOND >= len(sent):
                sent.append(now)
                words = WORDS.format(number=len(sent) - 1)
                client.api("POST", "/api/v1/statuses", "author", status=words, visibility="public")
            if since >= len(memory) * seconds / SAMPLES and len(memory) <= SAMPLES:
                memory.append(processes.memory([pid]))
            for key, _ in waiting.select(0.05):
                listener = key.data
                took.extend(time.monotonic() - sent[number] for number in listener.read())
                if not listener.is_open:
                    waiting.unregister(listener.connection)
            if since > seconds and all(one.order.next == len(sent) for one in listeners):
                break
    orders = [one.order for one in listeners]
    return Kept(
        seconds=seconds,
        posts=len(sent),
        told=sum(one.told for one in orders),
        lost=sum(one.lost(len(sent)) for one in orders),
        twice=sum(one.twice for one in orders),
        late=sum(one.late for one in orders),
        dropped=sum(not one.is_open for one in listeners),
        median=statistics.median(took) if took else 0.0,
        slowest=max(took, default=0.0),
        memory=memory,
    )
