"""What is kept goes again: with its post, its author, its server, and when there is too much."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from martlet import app
from martlet.model.moderation import Decision, Policy, Severity
from martlet.services import restricting
from martlet.services.ports import Ground
from martlet.settings import Settings
from martlet.storage import remote_files
from tests import client
from tests.client import Api
from tests.elsewhere import Elsewhere, Person
from tests.proxy.acts import attached, get, shown, tell
from tests.proxy.conftest import FILES, picture


def kept(api: Api) -> int:
    """How many files there are, in the database and on the disk."""
    cache = api.built.ground.cache
    with api.built.ground.store.read() as db:
        total = remote_files.total(db)
        assert total.files == db.value("SELECT count(*) FROM remote_file WHERE bytes > 0")
    assert total.bytes == cache.used_bytes()
    return total.files


def test_with_its_post(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    note = tell(api, there, eve, ada, attached())
    sea = shown(api, ada)["media_attachments"][0]["url"]
    assert (get(api, sea).status, kept(api)) == (200, 1)
    there.bring(api, eve.act("Delete", {"id": note["id"], "type": "Tombstone"}))
    assert (get(api, sea).status, kept(api)) == (404, 0)


def test_with_its_author(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    tell(api, there, eve, ada, attached())
    post = shown(api, ada)
    for address in (post["media_attachments"][0]["url"], post["account"]["avatar"]):
        assert get(api, address).status == 200
    there.bring(api, eve.act("Delete", eve.uri))
    api.work()
    assert kept(api) == 0
    assert get(api, post["account"]["avatar"]).status == 404


@pytest.mark.parametrize(
    "policy", [Policy(Severity.SUSPEND), Policy(refuses_media=True)], ids=["suspended", "media refused"]
)
def test_with_its_server(api: Api, there: Elsewhere, ada: client.Person, eve: Person, policy: Policy) -> None:
    tell(api, there, eve, ada, attached())
    post = shown(api, ada)
    face, sea = post["account"]["avatar"], post["media_attachments"][0]["url"]
    assert (get(api, face).status, kept(api)) == (200, 1)
    ground = api.built.ground
    with ground.store.write() as db:
        restricting.decide(db, Decision("peer.example", policy), ground.here)
    assert get(api, sea).status == 404, "not even before it is enforced"
    api.work()
    assert (get(api, face).status, get(api, sea).status, kept(api)) == (404, 404, 0)
    assert f"{FILES}/sea.jpg" not in there.asked


def test_what_lies_on_a_refused_server_is_not_fetched_for_others(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    tell(api, there, eve, ada, attached())
    ground = api.built.ground
    with ground.store.write() as db:
        restricting.decide(db, Decision("files.peer.example", Policy(refuses_media=True)), ground.here)
    assert get(api, shown(api, ada)["media_attachments"][0]["url"]).status == 404
    assert f"{FILES}/sea.jpg" not in there.asked


def with_room_for(api: Api, there: Elsewhere, settings: Settings, bytes: int) -> Api:
    """The same server, set to keep no more than so much."""
    ground = api.built.ground
    limits = replace(ground.here.limits, remote_media_bytes=bytes)
    smaller = replace(ground, here=replace(ground.here, limits=limits))
    return Api(app.build_on(smaller, settings, there), _loop=api._loop)


def test_those_go_first_that_nobody_looked_at_for_longest(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, settings: Settings
) -> None:
    colours = ("red", "green", "blue", "gold", "navy", "pink")
    for colour in colours:
        there.files[f"{FILES}/{colour}"] = picture("PNG", (300, 300), colour)
    tell(api, there, eve, ada, *(attached(f"{FILES}/{colour}", "image/png") for colour in colours))
    addresses = [one["url"] for one in shown(api, ada)["media_attachments"]]
    begun = datetime.now(UTC)
    for minutes, address in enumerate(addresses[:5]):
        with time_machine.travel(begun + timedelta(minutes=minutes)):
            assert get(api, address).status == 200
    with time_machine.travel(begun + timedelta(hours=7)):
        assert get(api, addresses[0]).status == 200  # the oldest of all is looked at once more
        api.work()
    small = with_room_for(api, there, settings, api.built.ground.cache.used_bytes())
    with time_machine.travel(begun + timedelta(hours=8)):
        assert get(small, addresses[5]).status == 200
        small.work()
    assert kept(api) == 4
    with api.built.ground.store.read() as db:
        left = {row[0].rpartition("/")[2] for row in db.rows("SELECT url FROM remote_file WHERE bytes > 0")}
    assert left == {"red", "gold", "navy", "pink"}


def test_looking_costs_no_writing(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(api, there, eve, ada, attached())
    sea = shown(api, ada)["media_attachments"][0]["url"]
    get(api, sea)
    store = api.built.ground.store

    async def refused(*_: object) -> None:
        raise AssertionError("somebody writes")

    monkeypatch.setattr(store, "writing", refused)
    monkeypatch.setattr(store, "reading", refused)
    for _ in range(3):
        assert get(api, sea).status == 200


def test_the_setting_is_the_limit(ground: Ground, settings: Settings) -> None:
    assert ground.here.limits.remote_media_bytes == settings.remote_media_cache_mb << 20
