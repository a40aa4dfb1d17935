"""
Three servers and a censor, each in a network namespace of its own, and nothing else in their world.

    A  a.example  ada writes             B  b.example  bob's server is ada's mirror
    C  c.example  cem reads ada          R  the router between them, which is the censor on C's side

Between A and B nothing is ever blocked. What the censor does to C is a rule of nftables, of its gate (by the name in the TLS
hello) or of C's name server. Needs root, `ip` and `nft`.
"""

import ctypes
import http.client
import json
import os
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from martlet.model.names import AccountId
from martlet.services import asking_mirrors
from martlet.services import here as this_server
from martlet.settings import Settings
from martlet.storage.migrating import migrate
from martlet.storage.opening import open_store
from tests.block.actors import PAGE
from tests.make import insert_person
from tests.network.servers import Authority

Block = Literal["drop", "reset", "poison", "swallow", "page", "inward", "outward"]
BLOCKS: tuple[Block, ...] = ("drop", "reset", "poison", "swallow")
A_PAGE: Block = "page"
"""In its place, by a certificate that C believes."""
ONE_WAY: tuple[Block, ...] = ("inward", "outward")
"""C can still call A, or A can still call C."""
LINKS = {"a": "45.0.1", "b": "45.0.2", "c": "45.0.3"}
IMPOSTOR = "45.0.9.9"
PEOPLE = {"a": "ada", "b": "bob", "c": "cem"}
GATE, PORT = "8443", 3000
START_SECONDS = 90.0
_CLONE_NEWNET = 0x40000000


def why_not() -> str:
    """Why the world cannot be made on this machine; empty where it can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    missing = [program for program in ("ip", "nft") if shutil.which(program) is None]
    if missing:
        return f"not installed: {', '.join(missing)} (Debian: apt install iproute2 nftables)"
    name = f"mt-try-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False)
    if made.returncode:
        return f"no network namespaces here: {made.stderr.decode().strip()}"
    try:
        tried = subprocess.run(
            ["ip", "netns", "exec", name, "nft", "add table inet try"], capture_output=True, check=False
        )
        return f"no nftables here: {tried.stderr.decode().strip()}" if tried.returncode else ""
    finally:
        subprocess.run(["ip", "netns", "del", name], check=False)


def eventually(look: Callable[[], Any], seconds: float, pause: float = 0.1) -> float:
    """Waits until something is so; returns after how many seconds it was. Raises `AssertionError` after `seconds`."""
    begun = time.monotonic()
    while not (found := look()):
        took = time.monotonic() - begun
        assert took < seconds, f"not within {seconds:.0f} s: {found!r}"
        time.sleep(pause)
    return time.monotonic() - begun


@dataclass(slots=True)
class Inside:
    """A namespace, called from a thread that has gone into it."""

    name: str
    _thread: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, initializer=self._enter)

    def _enter(self) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        with Path(f"/var/run/netns/{self.name}").open("rb") as there:
            if libc.setns(there.fileno(), _CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")

    def call(self, host: str, method: str, path: str, token: str, body: object = None) -> Any:
        return self._thread.submit(self._call, host, method, path, token, body).result()

    def _call(self, host: str, method: str, path: str, token: str, body: object) -> Any:
        with closing(http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)) as connection:
            headers = {"Host": host, "Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            said = answer.read()
            assert answer.status == http.HTTPStatus.OK, (method, path, answer.status, said[:300])
            return json.loads(said)

    def close(self) -> None:
        self._thread.shutdown()


@dataclass(slots=True)
class Place:
    """A server in its namespace, and the one person on it."""

    letter: str
    inside: Inside
    data: Path
    token: str = ""

    @property
    def host(self) -> str:
        return f"{self.letter}.example"

    @property
    def person(self) -> str:
        return PEOPLE[self.letter]

    @property
    def handle(self) -> str:
        return f"@{self.person}@{self.host}"

    def get(self, path: str) -> Any:
        return self.inside.call(self.host, "GET", path, self.token)

    def post(self, path: str, body: object = None) -> Any:
        return self.inside.call(self.host, "POST", path, self.token, body or {})

    def publish(self, text: str, **more: Any) -> Any:
        return self.post("/api/v1/statuses", {"status": text, **more})

    def home(self) -> list[Any]:
        found: list[Any] = self.get("/api/v1/timelines/home?limit=40")
        return found

    def reads(self, text: str) -> Any:
        return next((post for post in self.home() if text in post["content"]), None)

    def told(self, text: str) -> Any:
        found = self.get("/api/v1/notifications?types[]=mention&limit=40")
        return next((one for one in found if text in one["status"]["content"]), None)

    def follow(self, other: "Place") -> None:
        found = self.get(f"/api/v2/search?q={other.handle}&resolve=true&type=accounts")["accounts"]
        assert len(found) == 1, found
        self.post(f"/api/v1/accounts/{found[0]['id']}/follow")
        path = f"/api/v1/accounts/relationships?id[]={found[0]['id']}"
        eventually(lambda: self.get(path)[0]["following"], 30)

    @property
    def is_cut_off(self) -> bool:
        """Whether the server knows that it cannot reach another."""
        return self.count("SELECT count(*) FROM circuit") > 0

    def values(self, sql: str) -> list[str]:
        """A column out of the server's database."""
        with closing(
            sqlite3.connect(f"file:{self.data / 'martlet.sqlite3'}?mode=ro", uri=True, timeout=20)
        ) as db:
            return [str(row[0]) for row in db.execute(sql)]

    def count(self, sql: str) -> int:
        return int(self.values(sql)[0])


@dataclass(slots=True)
class World:
    """`seconds`: the setting `roads_seconds` of all. A context manager; whatever it made goes at its end."""

    folder: Path
    seconds: int = 1
    places: dict[str, Place] = field(default_factory=dict)
    _id: str = field(default_factory=lambda: secrets.token_hex(2))
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        try:
            self._make()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def a(self) -> Place:
        return self.places["a"]

    @property
    def b(self) -> Place:
        return self.places["b"]

    @property
    def c(self) -> Place:
        return self.places["c"]

    # -- what the censor does --------------------------------------------

    def block(self, how: Block) -> None:
        """C no longer reaches A, nor A C; or only one of them the other."""
        calls = {"inward": ("45.0.1.2", "45.0.3.2"), "outward": ("45.0.3.2", "45.0.1.2")}.get(how)
        if calls is not None:
            one, other = calls
            self._nft(
                f"add rule inet censor early ip saddr {one} ip daddr {other} tcp dport 443 reject with tcp reset"
            )
            return
        self._rules({"a.example": how} if how in ("reset", "swallow", A_PAGE) else {})
        if how == "drop":
            for one, other in (("45.0.3.2", "45.0.1.2"), ("45.0.1.2", "45.0.3.2")):
                self._nft(f"add rule inet censor early ip saddr {one} ip daddr {other} drop")
            return
        # however C is kept from A, what A brings to C meets the same on its way
        self._nft(
            "add rule inet censor forward ip saddr 45.0.1.2 ip daddr 45.0.3.2 tcp dport 443 reject with tcp reset"
        )
        if how == "poison":
            self._names("c", {"a.example": IMPOSTOR})

    def lift(self) -> None:
        for chain in ("early", "forward"):
            self._nft(f"flush chain inet censor {chain}")
        self._rules({})
        self._names("c", {})

    def _rules(self, rules: dict[str, str]) -> None:
        _replace(self.folder / "gate.json", rules)

    def _names(self, letter: str, wrong: dict[str, str]) -> None:
        right = {f"{one}.example": f"{link}.2" for one, link in LINKS.items()}
        _replace(self.folder / f"names-{letter}.json", right | wrong)

    def _nft(self, rule: str) -> None:
        _run("ip", "netns", "exec", self._ns("r"), "nft", rule)

    # -- making it -------------------------------------------------------

    def _ns(self, letter: str) -> str:
        return f"mt{self._id}{letter}"

    def _make(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        authority = Authority(self.folder)
        (self.folder / "ca.pem").write_text(authority.pem)
        self._add_namespace("r")
        _run("ip", "netns", "exec", self._ns("r"), "sysctl", "-qw", "net.ipv4.ip_forward=1")
        _run("ip", "-n", self._ns("r"), "address", "add", f"{IMPOSTOR}/32", "dev", "lo")
        for letter, link in LINKS.items():
            self._add_link(letter, link)
            self._names(letter, {})
            self._start("r", "names", f"{link}.1", str(self.folder / f"names-{letter}.json"))
            authority.context_for(f"{letter}.example")
        self._rules({})
        self._nft("add table inet censor")
        self._nft("add chain inet censor early { type filter hook prerouting priority -150; }")
        self._nft("add chain inet censor forward { type filter hook forward priority 0; }")
        self._nft("add chain inet censor gate { type nat hook prerouting priority -100; }")
        self._nft(
            f"add rule inet censor gate ip saddr 45.0.3.2 ip daddr 45.0.1.2 tcp dport 443 redirect to :{GATE}"
        )
        self._start("r", "gate", GATE, str(self.folder / "gate.json"))
        self._start("r", "page", str(PAGE), str(self.folder / "a.example.pem"))
        (self.folder / "stranger").mkdir()
        Authority(self.folder / "stranger").context_for("a.example")
        self._start("r", "impostor", IMPOSTOR, str(self.folder / "stranger" / "a.example.pem"))
        for letter in LINKS:
            self._settle(letter)
        for place in self.places.values():
            eventually(partial(self._is_up, place), START_SECONDS)
        self._befriend()

    def _add_namespace(self, letter: str) -> None:
        name = self._ns(letter)
        _run("ip", "netns", "add", name)
        self._stack.callback(subprocess.run, ["ip", "netns", "del", name], check=False)
        _run("ip", "-n", name, "link", "set", "lo", "up")

    def _add_link(self, letter: str, link: str) -> None:
        self._add_namespace(letter)
        outer, inner = f"mt{self._id}{letter}o", f"mt{self._id}{letter}i"
        _run("ip", "link", "add", outer, "netns", self._ns("r"), "type", "veth", "peer", "name", inner, "netns", self._ns(letter))  # fmt: skip
        for name, device, address in (
            (self._ns("r"), outer, f"{link}.1"),
            (self._ns(letter), inner, f"{link}.2"),
        ):
            _run("ip", "-n", name, "address", "add", f"{address}/24", "dev", device)
            _run("ip", "-n", name, "link", "set", device, "up")
        _run("ip", "-n", self._ns(letter), "route", "add", "default", "via", f"{link}.1")
        etc = Path("/etc/netns") / self._ns(letter)
        etc.mkdir(parents=True)
        self._stack.callback(shutil.rmtree, etc, ignore_errors=True)
        (etc / "resolv.conf").write_text(f"nameserver {link}.1\noptions timeout:1 attempts:1\n")

    def _settle(self, letter: str) -> None:
        data = self.folder / letter / "data"
        data.mkdir(parents=True)
        place = self.places[letter] = Place(letter, Inside(self._ns(letter)), data)
        self._stack.callback(place.inside.close)
        store = open_store("sqlite", data)
        try:
            migrate(store)
            here = this_server.server(
                Settings(url=f"https://{place.host}", data=str(data)), store.take_slot()
            )
            with store.write() as db:
                place.token = insert_person(db, place.person, here)[1]
        finally:
            store.close()
        self._start(letter, "front", f"{LINKS[letter]}.2", str(self.folder / f"{place.host}.pem"), str(PORT))
        environment = {
            "MARTLET_URL": f"https://{place.host}",
            "MARTLET_LISTEN": f"127.0.0.1:{PORT}",
            "MARTLET_DATA": str(data),
            "MARTLET_RATE_LIMITS": "off",
            "MARTLET_LOG_LEVEL": "info",
            "MARTLET_ROADS_SECONDS": str(self.seconds),
            "MARTLET_MIRROR_REQUESTS": "known",
            "SSL_CERT_FILE": str(self.folder / "ca.pem"),
        }
        self._process(letter, [sys.executable, "-m", "martlet", "serve"], environment, f"serve-{letter}")

    def _is_up(self, place: Place) -> bool:
        with suppress(OSError, http.client.HTTPException):
            return bool(place.get("/api/v1/instance"))
        return False

    def _befriend(self) -> None:
        """Cem and Bob follow Ada, and Bob's server becomes her mirror."""
        self.c.follow(self.a)
        self.b.follow(self.a)
        store = open_store("sqlite", self.a.data)
        try:
            here = this_server.server(
                Settings(url="https://a.example", data=str(self.a.data)), store.take_slot()
            )
            with store.write() as db:
                ada = AccountId(int(self.a.get("/api/v1/accounts/verify_credentials")["id"]))
                asking_mirrors.ask(db, ada, self.b.host, here, may_push=False)
        finally:
            store.close()
        eventually(lambda: self.c.count("SELECT count(*) FROM gateway WHERE is_listed = 1"), 60)
        self.a.publish("The lamps are lit")
        eventually(lambda: self.c.reads("lamps"), 30)

    def _start(self, letter: str, *what: str) -> None:
        self._process(letter, [sys.executable, "-m", "tests.block.actors", *what], {}, f"{what[0]}-{letter}")

    def _process(self, letter: str, command: list[str], environment: dict[str, str], name: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                ["ip", "netns", "exec", self._ns(letter), *command],
                env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])} | environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._stack.callback(_end, process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, (command, done.stderr.decode())


def _replace(file: Path, value: object) -> None:
    aside = file.with_suffix(".new")
    aside.write_text(json.dumps(value))
    aside.replace(file)
