"""A second machine follows a server, and takes its place."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from martlet.cli import main, serve
from martlet.cli import standby as commands
from martlet.federation.standby import following, following_tables, sources
from martlet.federation.standby.following import Follower, Following
from martlet.federation.standby.following_tables import NotFollowed
from martlet.media.store import LocalStore, new_key
from martlet.model.standby import BLOCK, MOST_AT_ONCE, SKEW, Ask, Said
from martlet.network.answers import Answer
from martlet.network.errors import Unreachable
from martlet.services import indexing
from martlet.settings import Settings
from martlet.signing import standby_boxes
from martlet.storage import standby, standby_tables
from martlet.storage.database import Store
from martlet.storage.opening import open_store
from martlet.storage.standby_tables import Making
from martlet.wiring.ground import ground_for
from tests.carrying import Island, Islands
from tests.linked import Wire
from tests.storage.test_backup import everything

URL = "https://sea.example"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "LOOKS", 0.05)


class Breaking(Wire):
    """Breaks off after so many answers."""

    left = -1

    async def post(self, url: str, body: bytes, **options: Any) -> Answer:
        if self.left == 0:
            raise Unreachable("It broke off.")
        self.left -= 1
        return await super().post(url, body, **options)


class Machine:
    """Somebody who types commands on one machine."""

    def __init__(self, folder: Path, url: str = URL, database: str = "sqlite") -> None:
        self.folder = folder
        self.environment = {"MARTLET_URL": url, "MARTLET_DATA": str(folder), "MARTLET_DATABASE": database}

    def __call__(self, *words: str, typed: str = "") -> Result:
        return CliRunner().invoke(main, ["standby", *words], input=typed, env=self.environment)


def a_file(folder: Path, body: bytes) -> str:
    key = new_key("image/png")
    LocalStore(folder / "media", "").put(key, body)
    return key


def test_a_standby_follows_and_takes_over(  # noqa: PLR0915 - one journey
    islands: Islands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "PAUSE", 0)
    monkeypatch.setattr(sources, "FRESH", -1)
    sea = islands("sea.example", Wire("sea.example"))
    first, second = Machine(tmp_path / "sea.example"), Machine(tmp_path / "second")
    wire = Breaking("sea.example")
    wire.islands["sea.example"] = sea
    monkeypatch.setattr(commands, "_client", lambda _settings: wire)

    sea.publish("ada", "The first of all")
    small, large = a_file(first.folder, b"small"), a_file(first.folder, b"large" * MOST_AT_ONCE)
    secret = first("invite").stdout.strip()

    # the line breaks; what came is kept, and the rest is fetched
    wire.left = 4
    broken = second("follow", URL, "--once", typed=f"{secret}\n")
    assert "no whole copy" in broken.output
    assert broken.exit_code == 1
    assert secret not in broken.output
    wire.left = -1
    assert "Copied" in second("follow", "--once").output
    copy = LocalStore(second.folder / "standby" / "media", "")
    assert (copy.read(small), copy.read(large)) == (b"small", b"large" * MOST_AT_ONCE)

    # nothing was written: nothing is fetched. Something was: only what differs
    settled = second("follow", "--once").output
    for _ in range(3):
        settled = second("follow", "--once").output
    assert "Nothing has changed" in settled
    sea.publish("ada", "The second of all")
    LocalStore(first.folder / "media", "").delete(small)
    asked: list[Ask] = []
    opened = standby_boxes.open_request

    def open_request(key: bytes, body: bytes, kind: type[Ask]) -> Ask:
        asked.append(opened(key, body, kind))
        return asked[-1]

    monkeypatch.setattr(standby_boxes, "open_request", open_request)
    assert "Copied" in second("follow", "--once").output
    blocks = [part for ask in asked for part in ask.parts]
    assert {part.name for part in blocks} == {""}
    size = (second.folder / "standby" / standby.COPY).stat().st_size
    assert sum(part.length for part in blocks) < size
    assert (copy.exists(small), copy.exists(large)) == (False, True)
    assert "0 min old" in second("show").output

    # a snapshot that is older than what was written last is no more than it is
    monkeypatch.setattr(sources, "FRESH", 10**9)
    sea.publish("ada", "The third of all")
    assert "Copied" in second("follow", "--once").output
    monkeypatch.setattr(sources, "FRESH", -1)
    assert "Copied" in second("follow", "--once").output

    # it takes the place only once the server is away, or its owner insists; then the server does not start again
    assert "still answers" in second("promote").output
    promoted = second("promote", "--force")
    assert "It was told" in promoted.output
    assert promoted.exit_code == 0
    with pytest.raises(SystemExit):
        commands.check_start(Settings(url=URL, data=str(first.folder)))
    taken = Settings(url=URL, data=str(second.folder), rate_limits=False)
    ground = ground_for(taken, open_store("sqlite", second.folder))
    other = Island.on(ground, taken, tmp_path, Wire("sea.example"))
    try:
        found = other.api.get(f"/api/v1/accounts/{sea.person('ada').id}/statuses").json
        said = [f"<p>The {which} of all</p>" for which in ("third", "second", "first")]
        assert [one["content"] for one in found] == said
        assert (
            other.api.post("/api/v1/statuses", sea.person("ada"), form={"status": "From there"}).status == 200
        )
        assert other.ground.media.read(large) == b"large" * MOST_AT_ONCE
        commands.check_start(taken)  # it asks itself nothing

        # who was not told finds out by asking under its own name
        wire.islands["sea.example"] = other
        state = standby.load(first.folder)
        assert state is not None
        assert state.replaced_at
        state.replaced_at = 0
        standby.save(first.folder, state)
        with pytest.raises(SystemExit):
            serve.run(Settings(url=URL, data=str(first.folder)), "127.0.0.1:0", 1, lambda *_: None)
        assert "standby of this server has taken" in first("invite").output
        assert first("reclaim", typed="n\n").exit_code == 1
        assert "is the server again" in first("reclaim", typed="y\n").output
        commands.check_start(Settings(url=URL, data=str(first.folder)))
    finally:
        other.api.close()
        other.ground.store.close()


@pytest.mark.parametrize(
    ("database", "kind"),
    [("postgres", "postgres"), ("postgres", "sqlite"), ("sqlite", "postgres")],
    indirect=["database"],
)
def test_server_and_standby_may_have_either_database(
    store: Store,
    settings: Settings,
    kind: str,
    tmp_path: Path,
    empty_postgres: Callable[[], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (following, following_tables):
        monkeypatch.setattr(module, "PAUSE", 0)
    monkeypatch.setattr(sources, "FRESH", -1)
    settings = Settings(url=URL, data=settings.data, database=settings.database, rate_limits=False)
    sea = Island.on(ground_for(settings, store), settings, tmp_path, Wire("sea.example"))
    database = empty_postgres() if kind == "postgres" else "sqlite"
    first = Machine(settings.folder, URL, settings.database)
    second = Machine(tmp_path / "second", URL, database)
    wire = Wire("sea.example")
    wire.islands[sea.ground.here.host] = sea
    monkeypatch.setattr(commands, "_client", lambda _settings: wire)
    many = [sea.publish("ada", f"Grüße 小米 {number}") for number in range(3)]
    key = a_file(first.folder, b"picture")

    # a process of its own makes the first copy; the others are made here, which costs less
    secret = first("invite").stdout.strip()
    followed = second("follow", URL, "--once", typed=f"{secret}\n")
    assert "Copied" in followed.output, followed.output
    monkeypatch.setattr(Making, "is_done", make_here(sea))
    sea.publish("ada", "The last of all")
    sea.api.delete(f"/api/v1/statuses/{many[0]['id']}", sea.person("ada"))
    sea.api.work()
    kept = set((second.folder / "standby").glob("blocks/*/*"))
    assert "Copied" in second("follow", "--once").output
    now = set((second.folder / "standby").glob("blocks/*/*"))
    assert bool(now) == (sea.ground.store.dialect == "postgres")
    assert not now or len(now - kept) < len(now) / 2  # what nobody wrote to was not fetched again
    before = everything(sea.ground.store)

    # it waits its turn; what was cut off is done the second time, and nothing twice
    with pytest.raises(SystemExit):
        serve.run(Settings(url=URL, data=str(second.folder)), "127.0.0.1:0", 1, lambda *_: None)
    wire.away.add(sea.ground.here.host)
    with monkeypatch.context() as cut:
        cut.setattr(indexing, "rebuild", no_power)
        assert isinstance(second("promote").exception, PowerCut)
    promoted = second("promote")
    assert promoted.exit_code == 0, promoted.output
    assert "could not be told" in promoted.output
    assert not (second.folder / "standby" / "blocks").exists()

    taken = Settings(url=URL, data=str(second.folder), database=database, rate_limits=False)
    there = open_store(database, second.folder)
    assert everything(there) == before
    other = Island.on(ground_for(taken, there), taken, tmp_path)
    try:
        found = other.api.get(
            "/api/v2/search", sea.person("ada"), query={"q": "小米", "type": "statuses"}
        ).json["statuses"]
        assert len(found) == 2
        assert (
            other.api.post("/api/v1/statuses", sea.person("ada"), form={"status": "From there"}).status == 200
        )
        assert other.ground.media.read(key) == b"picture"
        assert "There is a server in" in refused_again(second, URL, secret)
    finally:
        other.api.close()
        there.close()
        sea.api.close()


class PowerCut(Exception):
    """As if the machine stopped."""


def no_power(*_: object) -> None:
    raise PowerCut


def make_here(island: Island) -> Callable[[Making, float], bool]:
    def is_done(making: Making, seconds: float) -> bool:
        del seconds
        standby_tables.make(island.ground.store, Path(making._order.folder), "1")
        return True

    return is_done


def refused_again(machine: Machine, url: str, secret: str) -> str:
    """What a machine says that is to follow and be promoted although it has a server of its own."""
    standby.forget(machine.folder)
    following.save(machine.folder, Following(url=url, invitation=secret, copied_at=1, server=url))
    standby.write_private(machine.folder / "standby" / standby.COPY, b"")
    return machine("promote").output


def test_what_is_refused(islands: Islands, tmp_path: Path) -> None:
    sea = islands("sea.example")
    folder, now = tmp_path / "sea.example", sea.ground.here.now_ms()
    before = sea.api.post("/standby/v1", body=b"x" * 100)
    invitation, other = standby_boxes.make_invitation(), standby_boxes.make_invitation()
    standby.save(folder, standby.State(invited=invitation))
    secret = standby_boxes.read_invitation(invitation)

    def sealed(**asked: Any) -> bytes:
        return standby_boxes.seal_request(secret, msgspec.convert({"do": "state", **asked}, Ask))

    good = sealed(at=now)
    answer = sea.api.post("/standby/v1", body=good)
    assert standby_boxes.open_answer(secret, good, answer.body, Said).server == URL
    refused = {
        "nothing": b"",
        "nonsense": b"x" * 100,
        "another secret": standby_boxes.seal_request(
            standby_boxes.read_invitation(other), Ask(at=now + 5, do="state")
        ),
        "heard before": good,
        "earlier than what was heard": sealed(at=now - 1),
        "long ago": sealed(at=now - SKEW - 60_000),
        "of the future": sealed(at=now + SKEW + 60_000),
        "changed on the way": good[:-1] + bytes([good[-1] ^ 1]),
        "an answer of ours": answer.body,
        "too large": sealed(at=now + 6) + bytes(20_000),
    }
    for case, body in refused.items():
        reply = sea.api.post("/standby/v1", body=body)
        assert (reply.status, reply.body) == (404, before.body), case
    problems: dict[str, dict[str, Any]] = {
        "another snapshot": {"do": "parts", "snapshot": "x", "parts": [["", 0, BLOCK]]},
        "too much": {"do": "parts", "parts": [["", 0, MOST_AT_ONCE + 1]]},
        "too many": {"do": "parts", "parts": [["", 0, 1]] * 65},
        "before the beginning": {"do": "parts", "parts": [["", -1, 1]]},
        "no file of ours": {"do": "parts", "parts": [["../secret.key", 0, 10]]},
    }
    for number, (case, asked) in enumerate(problems.items()):
        body = sealed(at=now + 10 + number, **asked)
        said = standby_boxes.open_answer(secret, body, sea.api.post("/standby/v1", body=body).body, Said)
        assert said.problem, case
        assert not said.parts, case
    body = sealed(at=now + 100)
    with standby.alone(folder / standby.LOCK):
        said = standby_boxes.open_answer(secret, body, sea.api.post("/standby/v1", body=body).body, Said)
    assert said.problem == "Another request is being answered."


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (Said(snapshot="a", size=0), "too large, or"),
        (Said(snapshot="a", size=BLOCK * 2, blocks=bytes(32)), "too large, or"),
        (Said(snapshot="a", size=BLOCK, blocks=bytes(32), parts=(b"x" * BLOCK,)), "came damaged"),
        (Said(role="promoted"), "taken this server's place"),
        (Said(problem="No room."), "says: No room."),
    ],
    ids=["empty", "does not fit", "damaged", "promoted", "problem"],
)
def test_a_follower_believes_no_more_than_fits(tmp_path: Path, said: Said, why: str) -> None:
    invitation = standby_boxes.make_invitation()

    class Odd(Wire):
        async def post(self, url: str, body: bytes, **options: Any) -> Answer:
            del options
            return Answer(
                200,
                {},
                standby_boxes.seal_answer(standby_boxes.read_invitation(invitation), body, said),
                url,
            )

    follower = Follower(tmp_path, Following(url=URL, invitation=invitation), Odd("sea.example"), lambda: 1)
    with pytest.raises(NotFollowed, match=why):
        asyncio.run(follower.follow())
    assert not (tmp_path / "standby" / standby.COPY).exists()


def test_a_name_that_leads_elsewhere_is_not_written(tmp_path: Path) -> None:
    invitation = standby_boxes.make_invitation()

    class Odd(Wire):
        async def post(self, url: str, body: bytes, **options: Any) -> Answer:
            del options
            said = Said(names=(("../../../etc/x", 1),))
            return Answer(
                200,
                {},
                standby_boxes.seal_answer(standby_boxes.read_invitation(invitation), body, said),
                url,
            )

    follower = Follower(tmp_path, Following(url=URL, invitation=invitation), Odd("sea.example"), lambda: 1)
    with pytest.raises(NotFollowed, match="list of files"):
        asyncio.run(follower._files())
