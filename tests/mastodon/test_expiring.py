"""Posts that are deleted by themselves."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from martlet.services import expiring
from tests.client import Api, Person

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
CLEANUP = "/api/v1/statuses_cleanup_policy"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")


def write(api: Api, who: Person, status: str = "For a while", **form: Any) -> Any:
    reply = api.post("/api/v1/statuses", who, json={"status": status, **form})
    assert reply.status == 200, reply.body
    return reply.json


def is_there(api: Api, post: Any, who: Person) -> bool:
    return api.get(f"/api/v1/statuses/{post['id']}", who).status == 200


def test_its_time_comes(api: Api, ada: Person, clock: time_machine.Traveller) -> None:
    by_seconds = write(api, ada, expires_in=600)
    assert by_seconds["expires_at"] == "2026-11-29T12:10:00.000Z"
    by_moment = write(api, ada, expires_at="2026-11-29T12:20:00Z")
    assert by_moment["expires_at"] == "2026-11-29T12:20:00.000Z"
    stays = write(api, ada)
    assert "expires_at" not in stays
    for minutes, left in ((9, [by_seconds, by_moment, stays]), (10, [by_moment, stays]), (21, [stays])):
        clock.move_to(NOW + timedelta(minutes=minutes))
        api.work()
        assert [one for one in (by_seconds, by_moment, stays) if is_there(api, one, ada)] == left


@pytest.mark.parametrize(
    "wish",
    [{"expires_in": 299}, {"expires_in": -1}, {"expires_at": "2026-11-29T12:01:00Z"}, {"expires_at": "soon"}],
)
def test_not_too_soon(api: Api, ada: Person, wish: dict[str, Any]) -> None:
    assert api.post("/api/v1/statuses", ada, json={"status": "x", **wish}).status == 422


def test_an_edit_puts_it_off_or_ends_it(api: Api, ada: Person, clock: time_machine.Traveller) -> None:
    put_off, cancelled, kept = (write(api, ada, expires_in=600) for _ in range(3))
    edited = api.put(
        f"/api/v1/statuses/{put_off['id']}", ada, json={"status": "Longer", "expires_in": 1200}
    ).json
    assert edited["expires_at"] == "2026-11-29T12:20:00.000Z"
    edited = api.put(
        f"/api/v1/statuses/{cancelled['id']}", ada, json={"status": "For a while", "expires_in": 0}
    )
    assert "expires_at" not in edited.json
    edited = api.put(f"/api/v1/statuses/{kept['id']}", ada, json={"status": "Other words"})
    assert edited.json["expires_at"] == kept["expires_at"]
    clock.move_to(NOW + timedelta(minutes=15))
    api.work()
    assert [is_there(api, one, ada) for one in (put_off, cancelled, kept)] == [True, True, False]
    clock.move_to(NOW + timedelta(minutes=25))
    api.work()
    assert [is_there(api, one, ada) for one in (put_off, cancelled)] == [False, True]


def test_a2_nobody_else_sets_its_time(api: Api, ada: Person) -> None:
    """A2"""
    post = write(api, ada)
    edit = {"status": "Mine", "expires_in": 300}
    assert api.put(f"/api/v1/statuses/{post['id']}", api.person("eve"), json=edit).status == 404
    assert "expires_at" not in api.get(f"/api/v1/statuses/{post['id']}").json


def test_it_can_be_what_one_prefers(api: Api, ada: Person) -> None:
    path = "/api/v1/accounts/update_credentials"
    assert api.patch(path, ada, json={"source": {"expires_in": 60}}).status == 422
    assert api.patch(path, ada, json={"source": {"expires_in": 3600}}).json["source"]["expires_in"] == 3600
    assert api.get("/api/v1/preferences", ada).json["posting:default:expires_in"] == 3600
    assert write(api, ada)["expires_at"] == "2026-11-29T13:00:00.000Z"
    assert "expires_at" not in write(api, ada, expires_in=0)
    later = {"status": "x", "scheduled_at": "2026-11-30T12:00:00Z"}
    assert api.post("/api/v1/statuses", ada, json=later).json["params"]["expires_in"] == 3600
    assert api.patch(path, ada, json={"source": {"expires_in": None}}).json["source"]["expires_in"] is None


def test_old_posts_go(
    api: Api, ada: Person, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expiring, "LOOKED_AT", 2)
    monkeypatch.setattr(expiring, "AT_ONCE", 2)
    bob = api.person("bob")
    plain, more = write(api, ada), [write(api, ada, f"Number {n}") for n in range(5)]
    kept = {
        "direct": write(api, ada, "@bob hello", visibility="direct"),
        "pinned": write(api, ada, "pinned"),
        "poll": write(api, ada, "poll", poll={"options": ["a", "b"], "expires_in": 600}),
        "own": write(api, ada, "liked by myself"),
        "bookmarked": write(api, ada, "bookmarked by myself"),
        "liked": write(api, ada, "liked by others"),
    }
    for name, act, who in (
        ("pinned", "pin", ada),
        ("own", "favourite", ada),
        ("bookmarked", "bookmark", ada),
        ("liked", "favourite", bob),
    ):
        assert api.post(f"/api/v1/statuses/{kept[name]['id']}/{act}", who).status == 200
    others = write(api, bob)
    clock.move_to(NOW + timedelta(days=10))
    young = write(api, ada, "young")
    assert not api.get(CLEANUP, ada).json["enabled"]
    wanted = {"min_status_age": 8 * 86_400, "keep_polls": True, "min_favs": 1}
    set_up = api.put(CLEANUP, ada, json=wanted).json
    assert (set_up["enabled"], set_up["min_favs"], set_up["keep_direct"]) == (True, 1, True)
    for minute in range(1, 6):
        api.work()
        clock.move_to(NOW + timedelta(days=10, minutes=minute))
    gone = [one for one in (plain, *more) if not is_there(api, one, ada)]
    assert len(gone) == 6
    assert all(is_there(api, one, ada) for one in (*kept.values(), others, young))

    api.post(f"/api/v1/statuses/{kept['own']['id']}/unfavourite", ada)
    for minute in range(6):
        clock.move_to(NOW + timedelta(days=30, minutes=minute))
        api.work()
    assert not is_there(api, kept["own"], ada)
    assert not is_there(api, young, ada)

    assert api.delete(CLEANUP, ada).status == 200
    late = write(api, ada)
    clock.move_to(NOW + timedelta(days=90))
    api.work()
    assert is_there(api, late, ada)


def test_old_is_a_week_at_least(api: Api, ada: Person) -> None:
    for wrong in ({"min_status_age": 3600}, {"min_favs": 0}, {"min_reblogs": -1}):
        assert api.put(CLEANUP, ada, json=wrong).status == 422
    assert not api.get(CLEANUP, ada).json["enabled"]
