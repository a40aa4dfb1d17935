"""Martlet and Fedify side by side, once for all tests; each test has people of its own on both."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from tests.peers import running, saying
from tests.peers.running import Peer
from tests.running import Running
from tests.towns import Town, add_person, settle


@pytest.fixture(scope="session")
def node() -> str:
    return running.node()


@pytest.fixture(scope="session")
def peer(node: str) -> Iterator[Peer]:
    found = Peer.start(node)
    yield found
    found.stop()


@pytest.fixture(scope="session")
def server(node: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    del node
    found = settle(tmp_path_factory.mktemp("here") / "town", "host").server
    found.start()
    yield found
    found.kill()


@pytest.fixture(scope="session")
def new_person(server: Running) -> Callable[[], Town]:
    names = (f"ada{number}" for number in count(1))

    def make() -> Town:
        name = next(names)
        return Town(server, name, add_person(server, name))

    return make


@pytest.fixture
def ada(new_person: Callable[[], Town]) -> Town:
    """Somebody at Martlet's."""
    return new_person()


@pytest.fixture
def eve(ada: Town) -> str:
    """Somebody at Fedify's; her name."""
    return ada.name.replace("ada", "eve")


@pytest.fixture
def friends(ada: Town, eve: str, peer: Peer) -> Any:
    """Each follows the other; Eve as Ada's server knows her."""
    return saying.befriend(ada, eve, peer)
