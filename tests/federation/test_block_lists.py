"""Block lists that are subscribed to: asked once a day, applied as a difference, doubted where they are absurd."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from martlet.model.moderation import Decision, Policy
from martlet.network.answers import Answer
from martlet.network.errors import Unreachable
from martlet.services import block_lists as use
from martlet.services import restricting
from martlet.storage import block_lists, peer_policies
from martlet.storage.block_lists import BlockList
from tests import client
from tests.client import Api
from tests.elsewhere import Elsewhere

URL = "https://lists.test/blocks.csv"
HOSTS = [f"bad{number}.test" for number in range(30)]


class Lists(Elsewhere):
    """A server with one list."""

    def __init__(self) -> None:
        super().__init__()
        self.text: bytes | None = self.of(HOSTS)
        self.etag = '"1"'
        self.conditions: list[Mapping[str, str]] = []

    @staticmethod
    def of(hosts: list[str]) -> bytes:
        return "\n".join(hosts).encode()

    async def get(self, url: str, **options: Any) -> Answer:
        if url != URL:
            return await super().get(url, **options)
        self.conditions.append(options["headers"])
        if self.text is None:
            raise Unreachable("It does not answer.")
        if options["headers"].get("if-none-match") == self.etag:
            return Answer(304, {}, b"", url)
        return Answer(200, {"etag": self.etag, "last-modified": "yesterday"}, self.text, url)


@pytest.fixture
def there() -> Lists:
    return Lists()


@pytest.fixture
def list_id(api: Api) -> int:
    with api.built.ground.store.write() as db:
        return use.subscribe(db, URL, api.built.ground.here).id


def after(api: Api, days: float) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(days=days), tick=False):
        api.work()


def kept(api: Api, list_id: int) -> tuple[list[str], BlockList]:
    with api.built.ground.store.read() as db:
        found = block_lists.find(db, list_id)
        assert found is not None
        return sorted(peer_policies.of(db, list_id)), found


def test_once_a_day_it_is_asked_what_has_changed(api: Api, there: Lists, list_id: int) -> None:
    after(api, 0.9)
    assert there.conditions == []
    after(api, 1.1)
    assert kept(api, list_id)[0] == sorted(HOSTS)
    after(api, 2.1)
    assert there.conditions == [{}, {"if-none-match": '"1"', "if-modified-since": "yesterday"}]
    there.text, there.etag = there.of([*HOSTS[1:], "worse.test"]), '"2"'
    after(api, 7.1)
    assert len(there.conditions) == 3, "one for all the days that were missed"
    assert kept(api, list_id)[0] == sorted([*HOSTS[1:], "worse.test"])
    assert kept(api, list_id)[1].etag == '"2"'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "empty"),
        (b"<!doctype html><title>Gone</title>", "empty"),
        (Lists.of(HOSTS[:2]), "now has 2"),
        (Lists.of([f"x{number}.test" for number in range(400)]), "now has 400"),
        (b"\xff\xfe", "UTF-8"),
        (None, "does not answer"),
    ],
    ids=["empty", "page", "tenth", "tenfold", "bytes", "silent"],
)
def test_what_it_can_hardly_mean_changes_nothing(
    api: Api, there: Lists, list_id: int, text: bytes | None, said: str
) -> None:
    after(api, 1.1)
    there.text, there.etag = text, '"2"'
    after(api, 2.1)
    hosts, found = kept(api, list_id)
    assert hosts == sorted(HOSTS)
    assert said in found.failure
    assert found.failing_since is not None
    there.text = there.of(HOSTS[1:])
    after(api, 3.1)
    hosts, found = kept(api, list_id)
    assert (hosts, found.failure, found.failing_since) == (sorted(HOSTS[1:]), "", None)


def test_the_operator_wins_over_a_list(api: Api, there: Lists, ada: client.Person, list_id: int) -> None:
    friend, foe = there.person("friend", HOSTS[0]), there.person("foe", HOSTS[1])
    with api.built.ground.store.write() as db:
        decision = Decision(HOSTS[0], Policy(is_allowed=True))
        restricting.decide(db, decision, api.built.ground.here)
    after(api, 1.1)
    url = f"http://localhost:3000/users/{ada.username}"
    assert there.send(api, friend.act("Follow", url)).status == 202
    assert there.send(api, foe.act("Follow", url)).status == 403
    with api.built.ground.store.write() as db:
        use.unsubscribe(db, list_id, api.built.ground.here)
    assert there.send(api, foe.act("Follow", url)).status == 202
    asked = len(there.conditions)
    after(api, 5.1)
    assert len(there.conditions) == asked


def test_a_list_brings_its_decisions_into_force(
    api: Api, there: Lists, ada: client.Person, list_id: int
) -> None:
    eve = there.person("eve", HOSTS[0])
    there.bring(api, eve.act("Follow", f"http://localhost:3000/users/{ada.username}"))
    after(api, 1.1)

    def suspended() -> Any:
        with api.built.ground.store.read() as db:
            return db.value("SELECT suspended_at FROM account WHERE uri = :uri", uri=eve.uri)

    assert suspended() is not None
    there.text, there.etag = there.of(HOSTS[1:]), '"2"'
    after(api, 2.1)
    assert suspended() is None
    del list_id
