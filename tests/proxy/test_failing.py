"""What cannot be had is said plainly, asked for no more than now and then, and shown as soon as it is there."""

import errno
import html
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from martlet import app
from martlet.media.store import LocalStore
from martlet.model.remote_media import FileUse
from martlet.services import caching
from martlet.settings import Settings
from martlet.storage import remote_files
from tests import client
from tests.client import Api
from tests.elsewhere import Elsewhere, Person
from tests.proxy.acts import attached, get, shown, tell
from tests.proxy.conftest import FILES, picture

SEA = f"{FILES}/sea.jpg"


def address(api: Api, there: Elsewhere, eve: Person, ada: client.Person) -> str:
    """Of a picture that ada was told of and nobody has looked at yet."""
    tell(api, there, eve, ada, attached())
    found: str = shown(api, ada)["media_attachments"][0]["url"]
    return found


def test_a_server_that_is_down_is_asked_again_later(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    sea = address(api, there, eve, ada)
    there.is_down = True
    reply = get(api, sea)
    assert (reply.status, reply.headers["cache-control"]) == (502, "no-store")
    assert 0 < int(reply.headers["retry-after"]) <= 60
    assert SEA in reply.text
    there.is_down = False
    asked = there.asked.count(SEA)
    assert get(api, sea).status == 502
    assert there.asked.count(SEA) == asked
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=61)):
        assert get(api, sea).status == 200


def test_the_pauses_grow(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    sea = address(api, there, eve, ada)
    there.is_down = True
    pauses = []
    now = datetime.now(UTC)
    for _ in range(8):
        with time_machine.travel(now, tick=False):
            pauses.append(int(get(api, sea).headers["retry-after"]))
        now += timedelta(seconds=pauses[-1] + 1)
    assert pauses == [60, 240, 960, 3840, 15360, 61440, 86400, 86400]


def test_a_file_that_is_gone(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    sea = address(api, there, eve, ada)
    there.gone.add(SEA)
    assert get(api, sea).status == 404
    assert get(api, sea).status == 404
    assert there.asked.count(SEA) == 1
    [one] = shown(api, ada)["media_attachments"]
    assert one["type"] == "image"


def test_what_cannot_be_shown_becomes_a_link(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    """Apps show of an unknown kind of file its `remote_url`, and load nothing."""
    sea = address(api, there, eve, ada)
    there.files[SEA] = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    reply = get(api, sea)
    assert (reply.status, reply.headers["content-type"]) == (415, "text/plain; charset=utf-8")
    assert SEA in reply.text
    [one] = shown(api, ada)["media_attachments"]
    assert (one["type"], one["preview_url"], one["remote_url"]) == ("unknown", None, SEA)
    assert api.post(f"/api/v1/statuses/{shown(api, ada)['id']}/reblog", ada).status == 200
    page = html.unescape(api.get("/@ada").text)
    assert f'<a href="{SEA}" rel="nofollow noopener noreferrer" dir="auto">The sea</a>' in page
    assert page.count(SEA) == 1
    there.files[SEA] = picture()
    with time_machine.travel(datetime.now(UTC) + timedelta(days=2)):
        assert get(api, sea).status == 200
        assert shown(api, ada)["media_attachments"][0]["type"] == "image"


def test_what_is_too_large_is_not_kept(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    sea = address(api, there, eve, ada)
    there.files[SEA] = picture() + bytes(17 * 1024 * 1024)
    assert get(api, sea).status == 415
    assert list(api.built.ground.cache.keys()) == []
    assert shown(api, ada)["media_attachments"][0]["type"] == "unknown"


def test_a_full_disk_is_said_and_got_over(
    api: Api,
    there: Elsewhere,
    ada: client.Person,
    eve: Person,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sea = address(api, there, eve, ada)

    def full(_store: LocalStore, _draft: Path, _source: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(LocalStore, "_write", full)
        reply = get(api, sea)
    assert (reply.status, reply.headers["retry-after"]) == (503, "5")
    assert "disk is full" in reply.text
    assert get(api, sea).status == 200
    assert shown(api, ada)["media_attachments"][0]["type"] == "image"


def test_a_nearly_full_disk_is_left_to_those_who_write(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    sea = address(api, there, eve, ada)
    face = shown(api, ada)["account"]["avatar"]
    assert get(api, face).status == 200
    cache = api.built.ground.cache
    with monkeypatch.context() as patch:
        patch.setattr(LocalStore, "free_bytes", lambda _: 100 << 20)
        assert get(api, sea).status == 503
        api.work()
        assert list(cache.keys()) == []
    assert (get(api, sea).status, get(api, face).status) == (200, 200)
    assert SEA in there.asked


def test_a_process_that_died_over_a_file_keeps_it_from_nobody_for_ever(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    sea = address(api, there, eve, ada)
    ground = api.built.ground
    id = int(sea.split("/")[5])
    with ground.store.write() as db:
        assert isinstance(caching.begin(db, FileUse.MEDIA, id, ground.here), caching.Begun)
    with ground.store.write() as db:
        assert isinstance(caching.begin(db, FileUse.MEDIA, id, ground.here), caching.UnderWay)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=10)):
        assert get(api, sea).status == 200


def test_a_file_that_somebody_removed_is_fetched_again(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    sea = address(api, there, eve, ada)
    first = get(api, sea)
    cache = api.built.ground.cache
    for key in list(cache.keys()):
        cache.delete(key)
    again = get(api, sea)
    assert (again.status, again.body) == (200, first.body)
    assert there.asked.count(SEA) == 2
    with api.built.ground.store.read() as db:
        assert remote_files.total(db).bytes == cache.used_bytes()


def test_what_a_killed_process_left_behind_goes(api: Api, there: Elsewhere, settings: Settings) -> None:
    ground = api.built.ground
    folder = ground.workshop.workers.scratch / "fetched"
    for name, days in (("old", 2), ("new", 0)):
        (folder / name).write_bytes(b"half a film")
        moment = time.time() - days * 86_400
        os.utime(folder / name, (moment, moment))
    app.build_on(ground, settings, there)
    assert [path.name for path in folder.iterdir()] == ["new"]


def test_what_failed_long_ago_is_forgotten(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    sea = address(api, there, eve, ada)
    there.gone.add(SEA)
    get(api, sea)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=30)):
        api.work()
        with api.built.ground.store.read() as db:
            assert db.value("SELECT count(*) FROM remote_file") == 0
