"""Posts that a device leaves at a mirror for its own server, which is out of the device's reach (decision 103)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import time_machine

from martlet.federation.mirrors import waiting
from martlet.model.errors import MartletError
from martlet.model.names import Uri
from martlet.services import adopting, root_keys, unsealing
from martlet.services.ports import Ground
from martlet.settings import Settings
from martlet.signing import base64url, continuity, proofs, sealed_posts
from martlet.signing.keys import PrivateKey
from martlet.signing.server_keys import ServerSecret
from martlet.storage import mirrored
from tests.carrying import Island, Islands, picture
from tests.client import Reply
from tests.linked import Wire, keep, mirror, work
from tests.sealing import Device, canonical, text_of


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    return Settings(
        url="https://sea.example", database=database, data=str(tmp_path / "data"), rate_limits=False
    )


@pytest.fixture
def sea(ground: Ground, settings: Settings, tmp_path: Path) -> Iterator[Island]:
    """Where ada writes, on each database."""
    one = Island.on(ground, settings, tmp_path, Wire("sea.example"))
    yield one
    one.api.close()


@pytest.fixture
def hill(islands: Islands) -> Island:
    """The mirror."""
    return islands("hill.example", Wire("hill.example"))


ROOT = PrivateKey.make_ed25519()


def state(sea: Island, root: PrivateKey = ROOT) -> None:
    """Sign what ada's server proposes, as the page has it done."""
    ground, now, account = sea.ground, datetime.now(UTC), sea.account("ada")
    with ground.store.write() as db:
        proposed = root_keys.proposal(db, account, root.public.to_did(), ground.secret, ground.here)
        document = proofs.sign_statement(continuity.propose(proposed), root, now)
        adopting.publish(db, account, continuity.read(document, now), ground.secret, ground.here)
    sea.api.work()


@pytest.fixture
def device(sea: Island, hill: Island, clock: time_machine.Traveller) -> Device:
    """Ada's phone, named by her statement, which the mirror knows."""
    del clock
    sea.person("ada")
    state(sea)
    key = PrivateKey.make_ed25519()
    with sea.ground.store.write() as db:
        made = root_keys.add_device(
            db, sea.account("ada"), "Phone", key.public.to_multibase(), sea.ground.here
        )
    state(sea)
    mirror(sea, hill, "ada")
    return Device(sea.uri("ada"), f"{sea.uri('ada')}#device-{made.id}", key)


def recipient(island: Island) -> str:
    return str(island.api.get("/.well-known/martlet").json["sealing"])


def roads(sea: Island) -> unsealing.Roads:
    with sea.ground.store.read() as db:
        return unsealing.roads(db, sea.account("ada"))


def leave(hill: Island, document: Any, actor: str = "") -> Reply:
    where = f"/carry/v1/sealed?actor={quote(actor or document['account'], safe='')}"
    return hill.api.post(where, body=canonical(document), headers={"content-type": "text/plain"})


def left(hill: Island, sea: Island) -> int:
    with hill.ground.store.read() as db:
        one = mirrored.find_by_uri(db, sea.ground.here.account_uri("ada"))
        assert one is not None
        return mirrored.left_by_devices(db, one.account_id)[0]


def drain(clock: time_machine.Traveller, sea: Island, hill: Island, seconds: int = 100) -> None:
    clock.shift(timedelta(seconds=seconds))
    work(sea, hill)


def posts(sea: Island) -> list[Any]:
    """The oldest first."""
    who = sea.person("ada")
    found = sea.api.get(f"/api/v1/accounts/{who.id}/statuses", who).json
    return sorted(found, key=lambda one: int(one["id"]))


def words(sea: Island) -> list[str]:
    ada = sea.person("ada")
    return [sea.api.get(f"/api/v1/statuses/{one['id']}/source", ada).json["text"] for one in posts(sea)]


def entry(n: int, **more: Any) -> dict[str, Any]:
    return {"key": f"from-the-train-{n}", "text": f"Train {n}", "visibility": "private", **more}


def test_posts_left_at_a_mirror_arrive_once_and_in_order(
    sea: Island, hill: Island, device: Device, clock: time_machine.Traveller
) -> None:
    """One has a picture; the second comes late, and what the device sends again by itself is what is there."""
    own = unsealing.Device(Uri(device.name), device.key.public.raw, last=0)
    assert roads(sea) == unsealing.Roads(Uri(device.account), (hill.ground.here.url,), (own,))
    to, file = recipient(sea), picture("teal")
    shown = {"bytes": len(file), "description": "A teal field"}
    first = device.seals(to, 1, entry(1))
    second = device.seals(to, 2, entry(2, files=[shown], language="en", warning="Fields"), (file,))
    third = device.seals(to, 3, entry(3))
    assert [leave(hill, one).status for one in (first, third, first)] == [202] * 3
    with hill.ground.store.read() as db:
        kept = b"".join(bytes(row[0]) for row in db.rows("SELECT body FROM mirror_queue"))
    assert not any(word in kept for word in (b"from-the-train", b"Train 1", b"A teal field", b'"private"'))

    drain(clock, sea, hill)
    assert (words(sea), left(hill, sea)) == (["Train 1"], 1)
    assert leave(hill, second).status == 202
    drain(clock, sea, hill)
    drain(clock, sea, hill)
    assert (words(sea), left(hill, sea)) == (["Train 1", "Train 2", "Train 3"], 0)
    there = posts(sea)[1]
    assert (there["visibility"], there["spoiler_text"], there["language"]) == ("private", "Fields", "en")
    assert [one["description"] for one in there["media_attachments"]] == ["A teal field"]

    for one in (first, second, third):
        assert leave(hill, one).status == 202
    again = {"idempotency-key": "web-from-the-train-2"}
    direct = {"status": "Train 2", "visibility": "private"}
    reply = sea.api.post("/api/v1/statuses", sea.person("ada"), json=direct, headers=again)
    assert reply.json["id"] == there["id"]
    early = sea.api.post(
        "/api/v1/statuses",
        sea.person("ada"),
        json={"status": "Train 5"},
        headers={"idempotency-key": "web-from-the-train-5"},
    )
    for n in (5, 6):  # the fourth went another way
        assert leave(hill, device.seals(to, n, entry(n))).status == 202
    drain(clock, sea, hill)
    assert len(posts(sea)) == 4
    drain(clock, sea, hill, seconds=unsealing.PATIENCE // 1000)
    drain(clock, sea, hill)
    assert (words(sea), left(hill, sea)) == ([f"Train {n}" for n in (1, 2, 3, 5, 6)], 0)
    assert posts(sea)[3]["id"] == early.json["id"]
    assert roads(sea).devices == (replace(own, last=6),)


def test_a_mirror_takes_only_what_a_device_of_the_account_has_signed(
    sea: Island, hill: Island, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = recipient(sea)
    good, thief = device.seals(to, 1, entry(1)), replace(device, key=PrivateKey.make_ed25519())
    for name, document, wanted in (
        ("another key", thief.seals(to, 1, entry(1)), 401),
        ("an unknown device", replace(device, name=f"{device.account}#device-1").seals(to, 1, entry(1)), 401),
        ("no device", replace(device, name=f"{device.account}#ed25519-key").seals(to, 1, entry(1)), 400),
        ("nobody's device", replace(device, name="https://x.example/#device-1").seals(to, 1, entry(1)), 400),
        ("another number", good | {"number": 2}, 401),
        ("another moment", good | {"created": "2026-11-30T00:00:00Z"}, 401),
        ("another box", good | {"box": text_of(b"no")}, 400),
        ("a box spelled otherwise", good | {"box": good["box"] + "="}, 400),
        ("no number", device.seals(to, 0, entry(1)), 400),
        ("half a number", good | {"number": 1.5}, 400),
        ("a later version", device.seals(to, 1, entry(1), version=2), 400),
        ("no moment", device.seals(to, 1, entry(1), created="now"), 401),
        ("more than it has", good | {"to": "x"}, 400),
        ("a list", [good], 400),
        ("too long", good | {"box": "A" * sealed_posts.LONGEST}, 413),
    ):
        found = leave(hill, document, device.account)
        assert (found.status, found.headers["access-control-allow-origin"]) == (wanted, "*"), name
    sea.person("bob")
    assert leave(hill, good, sea.uri("bob")).status == 404
    assert left(hill, sea) == 0

    monkeypatch.setattr(waiting, "OF_ONE_DEVICE", (1, 10**6))
    assert leave(hill, good).status == 202
    assert leave(hill, device.seals(to, 2, entry(2))).status == 429
    with sea.ground.store.write() as db:
        root_keys.revoke_device(db, sea.account("ada"), device.id, sea.ground.here)
    state(sea)
    keep(hill, sea, sea.uri("ada"))
    work(sea, hill)
    assert leave(hill, device.seals(to, 3, entry(3))).status == 401


def test_what_a_mirror_hands_on_is_looked_at_once_more(
    sea: Island, hill: Island, device: Device, clock: time_machine.Traveller
) -> None:
    """A mirror may be anybody's, and what was sealed may be anything."""
    to, thief, now = recipient(sea), replace(device, key=PrivateKey.make_ed25519()), datetime.now(UTC)
    sea.person("bob")
    ada, bob = sea.ground.here.account_uri("ada"), sea.ground.here.account_uri("bob")
    another = sealed_posts.recipient_of(ServerSecret.make())
    as_bob = replace(device, account=bob, name=f"{bob}#device-{device.id}")
    good = device.seals(to, 1, entry(1))
    head = {name: good[name] for name in good if name not in ("digest", "signature", "box")}
    for name, document, whose in (
        ("another key", thief.seals(to, 1, entry(1)), ada),
        ("a box of nobody", device.signs(head, b"0" * 64), ada),
        ("a box of another number", device.signs(head | {"number": 2}, base64url.decode(good["box"])), ada),
        ("another server's", device.seals(another, 1, entry(1)), ada),
        (
            "no point of the curve",
            device.signs(head | {"ephemeral": "A" * 43}, base64url.decode(good["box"])),
            ada,
        ),
        ("left for another", device.seals(to, 1, entry(1)), bob),
        ("by another", as_bob.seals(to, 1, entry(1)), bob),
        ("an old one", device.seals(to, 1, entry(1), at=now - timedelta(days=8)), ada),
        ("one to come", device.seals(to, 1, entry(1), at=now + timedelta(days=2)), ada),
    ):
        with pytest.raises(MartletError):
            pytest.fail(f"{name}: {sea.api.run(unsealing.take(sea.ground, document, whose))}")

    wrong: list[dict[str, Any]] = [
        {"visibility": "everybody"},
        {"key": ""},
        {"text": ""},
        {"text": "x" * 100_000},
        {"files": [{"bytes": 4}]},
        {"files": [{"bytes": 5}]},
        {"more": 1},
        {"text": "\0"},
    ]
    for n, more in enumerate(wrong):
        files = (b"none",) if "files" in more else ()
        assert leave(hill, device.seals(to, n + 1, entry(1) | more, files)).status == 202
    drain(clock, sea, hill)
    drain(clock, sea, hill, seconds=unsealing.PATIENCE // 1000)
    assert (posts(sea), left(hill, sea)) == ([], 0)

    assert leave(hill, device.seals(to, 20, entry(20))).status == 202
    with sea.ground.store.write() as db:  # which the mirror does not know yet
        root_keys.revoke_device(db, sea.account("ada"), device.id, sea.ground.here)
    assert roads(sea).devices == ()
    drain(clock, sea, hill)
    assert (posts(sea), left(hill, sea)) == ([], 0)
