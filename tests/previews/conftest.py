"""A server with somebody on it, and the web in place of the network."""

from collections.abc import Iterator

import pytest

from martlet import app
from martlet.services import previewing
from martlet.services.ports import Ground
from martlet.settings import Settings
from tests.client import Api, Person
from tests.previews.web import Web


@pytest.fixture(autouse=True)
def much_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, nothing is due before a test says so (`look_up`)."""
    monkeypatch.setattr(previewing, "OWN_DELAY", (3600, 3600))
    monkeypatch.setattr(previewing, "DELAY", (3600, 3600))


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
def api(ground: Ground, settings: Settings, web: Web) -> Iterator[Api]:
    client = Api(app.build_on(ground, settings, web))
    yield client
    client.close()


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")


@pytest.fixture
def bob(api: Api) -> Person:
    return api.person("bob")
