"""The route table."""

import gc
import weakref

import pytest

from martlet import app
from martlet.http.answer import Answer
from martlet.http.request import Request
from martlet.http.routes import Endpoint, Params, Routes, RouteTree
from martlet.services.ports import Ground
from martlet.settings import Settings

MANY = 100
"""Routes of a door."""


async def here(_: Request, __: Params) -> Answer:
    return Answer()


async def there(_: Request, __: Params) -> Answer:
    return Answer()


def test_fixed_segments_win_over_open_ones() -> None:
    routes = RouteTree({("GET", "/accounts/{id}"): here, ("GET", "/accounts/search"): there})
    assert routes.find("GET", "/accounts/search") == (there, {})
    assert routes.find("GET", "/accounts/7") == (here, {"id": "7"})
    assert routes.find("GET", "/accounts/{id}") == (here, {"id": "{id}"})


def test_a_dead_end_among_fixed_segments_goes_back_to_the_open_one() -> None:
    routes = RouteTree({("GET", "/a/{x}/c"): here, ("GET", "/a/b/d"): there})
    assert routes.find("GET", "/a/b/c") == (here, {"x": "b"})


def test_an_empty_segment_matches_nothing() -> None:
    routes = RouteTree({("GET", "/a/{x}/c"): here})
    assert routes.find("GET", "/a//c") is None


def test_methods_of_a_path() -> None:
    routes = RouteTree({("GET", "/a"): here, ("POST", "/a"): there})
    assert routes.methods("/a") == ["GET", "POST"]
    assert routes.methods("/b") == []
    assert routes.find("PUT", "/a") is None


def test_the_same_route_twice_is_a_mistake() -> None:
    routes = Routes[Endpoint]()
    routes.add("GET", "/a", here)
    with pytest.raises(ValueError, match="twice"):
        routes.add("GET", "/a", there)


def test_routes_that_differ_only_by_a_name_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="twice"):
        RouteTree({("GET", "/a/{x}"): here, ("GET", "/a/{y}"): there})


def test_a_door_with_hundreds_of_routes_does_not_hold_itself(ground: Ground, settings: Settings) -> None:
    """It would stay until the next look for garbage, with all that its routes hold."""
    gc.disable()
    try:
        doors = app.build_on(ground, settings).application.doors
        many = [weakref.ref(door) for door in doors if len(door.routes.paths) > MANY]
        del doors
        assert [door() for door in many] == [None, None]
    finally:
        gc.enable()
