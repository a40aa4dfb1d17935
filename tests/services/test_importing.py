"""Lists that people bring: whatever was exported comes in again, once, and with the rights of its owner."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from martlet import app
from martlet.archives import tables
from martlet.archives.tables import KINDS, Kind, Row
from martlet.model.errors import NotFound
from martlet.services import exporting, importing
from martlet.services.importing import ImportUnderWay, UnknownKind
from martlet.services.ports import Ground
from martlet.settings import Settings
from martlet.storage import bulk_imports
from martlet.storage.bulk_imports import BulkImport
from tests.client import Api, Person
from tests.elsewhere import Elsewhere

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def there() -> Elsewhere:
    return Elsewhere()


@pytest.fixture
def api(ground: Ground, settings: Settings, there: Elsewhere) -> Iterator[Api]:
    client = Api(app.build_on(ground, settings, there))
    yield client
    client.close()


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("martlet.services.looking_up.PAUSE", 0)
    monkeypatch.setattr(importing, "AGAIN_AFTER", (0,))


def bring(
    api: Api, who: Person, kind: str, body: bytes, tmp_path: Path, *, is_overwrite: bool = False
) -> int:
    file = tmp_path / "sent.csv"
    file.write_bytes(body)
    id: int = api.run(importing.take_list(api.built.ground, who.id, kind, file, is_overwrite=is_overwrite))
    return id


def found(api: Api, id: int) -> BulkImport:
    one = api.run(api.built.ground.store.reading(bulk_imports.find, id))
    assert isinstance(one, BulkImport)
    return one


def exported(api: Api, who: Person, kind: Kind) -> list[Row]:
    rows: list[Row] = api.run(
        api.built.ground.store.reading(exporting.rows, who.id, kind, api.built.ground.here)
    )
    return rows


def counts(one: BulkImport) -> tuple[int, int, int]:
    return one.taken, one.known, one.failed


def gather(api: Api, there: Elsewhere, who: Person) -> None:
    """Somebody with something of everything."""
    bob, cleo = api.person("bob"), api.person("cleo")
    there.person("eve")
    eve = api.get("/api/v2/search?q=@eve@peer.example&resolve=true", who).json["accounts"][0]["id"]
    api.post(f"/api/v1/accounts/{bob.id}/follow", who, json={"reblogs": False, "languages": ["de", "en"]})
    api.post(f"/api/v1/accounts/{cleo.id}/follow", who, json={"notify": True})
    api.post(f"/api/v1/accounts/{eve}/block", who)
    dora, finn = api.person("dora"), api.person("finn")
    api.post(f"/api/v1/accounts/{dora.id}/mute", who, json={"notifications": False})
    for act in ("block", "mute"):
        api.post(f"/api/v1/accounts/{finn.id}/{act}", who, json={"duration": 86_400})
    one = api.post("/api/v1/lists", who, json={"title": "=Friends, old"}).json
    api.post(f"/api/v1/lists/{one['id']}/accounts", who, json={"account_ids": [str(bob.id), str(cleo.id)]})
    api.post("/api/v1/domain_blocks", who, form={"domain": "evil.test"})
    for title, action in (("=Spoilers, all", "blur"), ("Noise", "hide")):
        words = [{"keyword": f"{title} {word}", "whole_word": word == "one"} for word in ("one", "+two")]
        wish = {"title": title, "context": ["home", "thread"], "filter_action": action}
        api.post("/api/v2/filters", who, json={**wish, "expires_in": 86_400, "keywords_attributes": words})
    post = api.post("/api/v1/statuses", bob, json={"status": "Hello"}).json["id"]
    api.post(f"/api/v1/statuses/{post}/bookmark", who)
    api.work()


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_exported_comes_in_again_and_once(
    api: Api, there: Elsewhere, tmp_path: Path, kind: Kind
) -> None:
    ada, zoe = api.person("ada"), api.person("zoe")
    gather(api, there, ada)
    body = tables.write(kind, exported(api, ada, kind))
    assert exported(api, zoe, kind) == []
    one = bring(api, zoe, kind, body, tmp_path)
    api.work()
    assert exported(api, zoe, kind) == exported(api, ada, kind) != []
    assert counts(found(api, one)) == (len(exported(api, ada, kind)), 0, 0)
    again = bring(api, zoe, kind, body, tmp_path)
    api.work()
    assert counts(found(api, again)) == (0, len(exported(api, ada, kind)), 0)
    assert exported(api, zoe, kind) == exported(api, ada, kind)
    assert list(api.built.ground.transfers.iterdir()) == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_named_goes_only_if_that_is_wanted(
    api: Api, there: Elsewhere, tmp_path: Path, kind: Kind
) -> None:
    ada = api.person("ada")
    gather(api, there, ada)
    api.person("other")
    post = api.post("/api/v1/statuses", api.person("poster"), json={"status": "Other"}).json["uri"]
    other = {"domain_blocks": "other.test", "bookmarks": post}.get(kind, "other@localhost:3000")
    wanted = [Row(other, title="New" if kind in ("lists", "filters") else "")]
    body = tables.write(kind, wanted)
    before = exported(api, ada, kind)
    bring(api, ada, kind, body, tmp_path)
    api.work()
    assert len(exported(api, ada, kind)) == len(before) + 1
    one = bring(api, ada, kind, body, tmp_path, is_overwrite=True)
    api.work()
    assert found(api, one).state == "asking"
    assert len(exported(api, ada, kind)) == len(before) + 1, "it was not yet said that it may"
    store, here = api.built.ground.store, api.built.ground.here
    with pytest.raises(NotFound):
        api.run(store.writing(importing.begin, one, api.person("eve2").id, here))
    api.run(store.writing(importing.begin, one, ada.id, here))
    api.run(store.writing(importing.begin, one, ada.id, here))
    api.work()
    assert [row.of for row in exported(api, ada, kind)] == [other]


def test_people_elsewhere_are_looked_up(api: Api, there: Elsewhere, tmp_path: Path) -> None:
    ada = api.person("ada")
    there.person("eve")
    there.person("finn", "other.example")
    body = b"Account address\n@eve@peer.example\nfinn@OTHER.example\nnobody@peer.example\nada@localhost:3000\n!!\n"
    one = bring(api, ada, "follows", body, tmp_path)
    api.work()
    assert sorted(row.of for row in exported(api, ada, "follows")) == []
    asked = {act["object"] for act in there.received if act["type"] == "Follow"}
    assert asked == {"https://peer.example/users/eve", "https://other.example/users/finn"}
    result = found(api, one)
    assert (result.state, counts(result)) == ("done", (2, 0, 3))
    with api.built.ground.store.read() as db:
        failed = {row.of: reason for row, reason in importing.failed_rows(db, result)}
    assert failed == {"nobody@peer.example": "not_found", "ada@localhost:3000": "refused", "!!": "invalid"}


def test_who_is_not_reached_holds_nobody_up_and_is_tried_again(
    api: Api, there: Elsewhere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "AGAIN_AFTER", (300_000, 3_600_000))
    ada = api.person("ada")
    for name in ("eve", "finn", "gus"):
        there.person(name)
    with time_machine.travel(NOW, tick=True) as clock:
        there.is_down = True
        body = b"eve@peer.example\nfinn@peer.example\nzoe@peer.example\nada@localhost:3000\n"
        one = bring(api, ada, "blocks", body, tmp_path)
        old = bring_when_done(api, ada, b"gus@peer.example\n", tmp_path)
        assert [(found(api, id).state, counts(found(api, id))) for id in (one, old)] == [
            ("done", (0, 0, 1)),
            ("done", (0, 0, 0)),
        ]
        assert len(there.asked) == 4, "one question of each import, and whether it answers at all; no more"
        with api.built.ground.store.read() as db:
            assert bulk_imports.pending(db, ada.id) == {one: 3, old: 1}
        clock.shift(timedelta(minutes=6))
        api.work()
        assert counts(found(api, one)) == (0, 0, 1)
        there.is_down = False
        clock.shift(timedelta(hours=2))
        api.work()
        assert [counts(found(api, id)) for id in (one, old)] == [(2, 0, 2), (1, 0, 0)]
        with api.built.ground.store.read() as db:
            assert {row.of for row, _ in importing.failed_rows(db, found(api, one))} == {
                "zoe@peer.example",
                "ada@localhost:3000",
            }
            assert bulk_imports.pending(db, ada.id) == {}


def bring_when_done(api: Api, who: Person, body: bytes, tmp_path: Path) -> int:
    """Another one, after what is under way."""
    api.work()
    id = bring(api, who, "blocks", body, tmp_path)
    api.work()
    return id


def test_what_is_replaced_does_not_come_back_by_an_older_try(
    api: Api, there: Elsewhere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "AGAIN_AFTER", (300_000,))
    ada = api.person("ada")
    there.person("eve")
    with time_machine.travel(NOW, tick=True) as clock:
        there.is_down = True
        old = bring(api, ada, "blocks", b"eve@peer.example\n", tmp_path)
        api.work()
        there.is_down = False
        new = bring(api, ada, "blocks", b"finn@localhost:3000\n", tmp_path, is_overwrite=True)
        api.run(api.built.ground.store.writing(importing.begin, new, ada.id, api.built.ground.here))
        clock.shift(timedelta(minutes=6))
        api.work()
    assert counts(found(api, old)) == (0, 0, 1)
    assert exported(api, ada, "blocks") == []


def test_rows_that_say_too_little_are_told(api: Api, tmp_path: Path) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    one = bring(
        api,
        ada,
        "lists",
        f"Friends,{bob.username}@localhost:3000\nAlone,\n,bob@localhost:3000\n".encode(),
        tmp_path,
    )
    api.work()
    assert counts(found(api, one)) == (1, 0, 2)
    with api.built.ground.store.read() as db:
        assert importing.failed_rows(db, found(api, one)) == [
            (Row("", title="Alone"), "invalid"),
            (Row("bob@localhost:3000"), "invalid"),
        ]


def test_a_job_that_is_killed_is_taken_up_again(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = api.person("ada")
    people = [api.person(f"p{number}") for number in range(6)]
    monkeypatch.setattr(importing, "AT_ONCE", 2)
    monkeypatch.setattr(importing, "LOADED", 4)
    monkeypatch.setattr(importing, "SECONDS", 0.0)
    body = "".join(f"{one.username}@localhost:3000\n" for one in people).encode()
    one = bring(api, ada, "blocks", body, tmp_path)
    ground = api.built.ground
    steps: list[Any] = []

    async def step() -> None:
        monkeypatch.setattr(importing, "SECONDS", 60.0)
        taking = importing.take_some

        async def once(*args: Any) -> bool:
            monkeypatch.setattr(importing, "SECONDS", 0.0)
            return await taking(*args)

        monkeypatch.setattr(importing, "take_some", once)
        await importing.work(ground, None, str(one), ground.here)  # type: ignore[arg-type]
        await importing.work(ground, None, str(one), ground.here)  # type: ignore[arg-type]
        monkeypatch.setattr(importing, "take_some", taking)

    while found(api, one).state == "working":
        before = found(api, one).taken
        api.run(step())
        steps.append(found(api, one).taken - before)
    assert sum(steps) == 6
    assert max(steps) == 2
    assert len(exported(api, ada, "blocks")) == 6


def test_one_at_a_time(api: Api, tmp_path: Path) -> None:
    ada = api.person("ada")
    bring(api, ada, "domain_blocks", b"evil.test\n", tmp_path)
    with pytest.raises(ImportUnderWay):
        bring(api, ada, "domain_blocks", b"evil.test\n", tmp_path)
    with pytest.raises(UnknownKind):
        bring(api, ada, "passwords", b"evil.test\n", tmp_path)
    api.work()
    bring(api, ada, "domain_blocks", b"evil.test\n", tmp_path)


def test_a2_what_is_asked_of_an_import_is_asked_of_its_owner(api: Api, tmp_path: Path) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    one = bring(api, ada, "domain_blocks", b"evil.test\n", tmp_path)
    with api.built.ground.store.read() as db, pytest.raises(NotFound):
        bulk_imports.get(db, one, bob.id)


def test_old_ones_are_forgotten(api: Api, tmp_path: Path) -> None:
    ada = api.person("ada")
    with time_machine.travel(NOW, tick=True) as clock:
        asked = bring(api, ada, "domain_blocks", b"evil.test\n", tmp_path, is_overwrite=True)
        done = bring(api, ada, "domain_blocks", b"evil.test\n", tmp_path)
        api.work()
        clock.shift(timedelta(days=2))
        api.work()
        with api.built.ground.store.read() as db:
            assert bulk_imports.find(db, asked) is None
            assert bulk_imports.find(db, done) is not None
        assert list(api.built.ground.transfers.iterdir()) == []
        for _ in range(32):
            clock.shift(timedelta(days=1))
            api.work()
        with api.built.ground.store.read() as db:
            assert bulk_imports.find(db, done) is None
