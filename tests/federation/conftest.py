"""A server with somebody on it, and another server in place of the network."""

from collections.abc import Iterator

import pytest

from martlet import app
from martlet.services.ports import Ground
from martlet.settings import Settings
from tests.client import Api, Person
from tests.elsewhere import Elsewhere


@pytest.fixture
def there() -> Elsewhere:
    return Elsewhere()


@pytest.fixture
def api(ground: Ground, settings: Settings, there: Elsewhere) -> Iterator[Api]:
    client = Api(app.build_on(ground, settings, there))
    yield client
    client.close()


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")
