"""What is tried with moves (docs/security.md, group D): taking over the followers of somebody else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from martlet import app
from martlet.services.ports import Ground
from martlet.settings import Settings
from tests import client
from tests.attacks.test_d_intake import acquainted, no_trace, state
from tests.client import Api
from tests.elsewhere import Elsewhere

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def there() -> Elsewhere:
    return Elsewhere("victim.test")


@pytest.fixture
def api(ground: Ground, settings: Settings, there: Elsewhere) -> Iterator[Api]:
    found = Api(app.build_on(ground, settings, there))
    yield found
    found.close()


@pytest.fixture
def ada(api: Api) -> client.Person:
    return api.person("ada")


def test_d16_followers_are_not_carried_off(api: Api, there: Elsewhere, ada: client.Person) -> None:
    """A move that the mover did not send, to a target that does not link back, or that cannot be looked up."""
    alice = there.person("alice")
    acquainted(api, there, ada, alice)
    evil = there.person("evil", "evil.test", alsoKnownAs=[alice.uri])
    stranger = there.person("stranger", "evil.test")
    there.bring(api, evil.act("Follow", f"http://localhost:3000/users/{ada.username}"))
    forged = {**alice.act("Move", alice.uri, target=evil.uri)}
    no_trace(api, lambda: there.send(api, forged, evil))
    no_trace(api, lambda: there.send(api, evil.act("Move", alice.uri, target=evil.uri)))
    no_trace(api, lambda: there.send(api, alice.act("Move", alice.uri, target=stranger.uri)))
    no_trace(
        api, lambda: there.send(api, alice.act("Move", alice.uri, target="https://evil.test/users/none"))
    )
    stranger.extra["alsoKnownAs"] = [f"{alice.uri}/", alice.uri.upper(), "https://evil.test/users/alice"]
    no_trace(api, lambda: there.send(api, alice.act("Move", alice.uri, target=stranger.uri)))
    assert "moved" not in str(api.get(f"/api/v1/accounts/lookup?acct=alice@{there.host}", ada).json["moved"])


def test_d16_a_second_move_within_a_week_is_not_heard(api: Api, there: Elsewhere, ada: client.Person) -> None:
    alice = there.person("alice")
    with time_machine.travel(NOW, tick=True) as clock:
        acquainted(api, there, ada, alice)
        first = there.person("first", "one.test", alsoKnownAs=[alice.uri])
        second = there.person("second", "two.test", alsoKnownAs=[alice.uri])
        there.bring(api, alice.act("Move", alice.uri, target=first.uri))
        assert [act["object"] for act in there.received if act["type"] == "Follow"] == [alice.uri, first.uri]
        id = _id(api, ada, "alice@victim.test")
        api.post(f"/api/v1/accounts/{id}/mute", ada)
        there.bring(api, alice.act("Update", alice.document))  # the first move is taken back
        api.get("/api/v2/search?q=@second@two.test&resolve=true", ada)
        before = state(api)
        there.bring(api, alice.act("Move", alice.uri, target=second.uri))
        assert state(api) == before
        assert api.get(f"/api/v1/accounts/{id}", ada).json["moved"] is None
        clock.shift(timedelta(days=8))
        there.bring(api, alice.act("Move", alice.uri, target=second.uri))
        assert api.get(f"/api/v1/accounts/{id}", ada).json["moved"]["acct"] == "second@two.test"
        assert api.get(f"/api/v1/accounts/relationships?id[]={_id(api, ada, 'second@two.test')}", ada).json[
            0
        ]["muting"]


def test_d16_strangers_moves_cost_nothing(api: Api, there: Elsewhere, ada: client.Person) -> None:
    """Nobody here has to do with them: nothing is fetched."""
    del ada
    alice = there.person("alice")
    new = there.person("new", "one.test", alsoKnownAs=[alice.uri])
    there.bring(api, alice.act("Move", alice.uri, target=new.uri))
    there.asked.clear()
    there.bring(api, alice.act("Move", alice.uri, target=new.uri))
    assert there.asked == []


def _id(api: Api, ada: client.Person, handle: str) -> str:
    id: str = api.get(f"/api/v1/accounts/lookup?acct={handle}", ada).json["id"]
    return id
