"""What all tests share: both databases, builders, a running application without a network."""

import gc
import importlib
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import msgspec
import pytest

from martlet import app
from martlet.app import Built
from martlet.model.server import Server
from martlet.services.ports import Ground
from martlet.settings import Settings
from martlet.storage import secret_file, sqlite
from martlet.storage.database import Store
from martlet.storage.migrating import migrate
from martlet.storage.opening import open_store
from martlet.wiring.ground import ground_for
from tests import databases, kept_sqlite, quickly
from tests.carrying import Island, Islands
from tests.client import Api
from tests.databases import KeptDatabase
from tests.elsewhere import Elsewhere
from tests.kept_sqlite import KeptFile, KeptSqliteStore
from tests.make import Make

BOTH = ("sqlite", "postgres")
CLEARED_EVERY = 300
"""Tests after which what they have left behind is looked for."""
SLOW = ("journeys", "peers", "demo", "block")
"""Folders whose tests mostly wait for other processes: they begin first, so that in the end nobody waits for them alone."""
BROWSED = "chromium"
"""The last process begins with these and has them to itself: each that has some starts a town and a browser of its own."""

# Rules are checked here, not clocks or luck: a busy machine turns no test red, and what is drawn is drawn alike each time.
hypothesis.settings.register_profile(
    "martlet",
    derandomize=not os.environ.get("MARTLET_TEST_LONG"),
    database=None,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile("martlet")


def pytest_configure() -> None:
    """Thousands of small databases are made and removed: in memory, where there is room, no disk has to follow."""
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", databases.roomy())


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """`-n auto`: one more than there are processors, for the times in which the others wait."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    by_folder: dict[str, list[pytest.Item]] = {}
    for item in items:
        by_folder.setdefault(item.path.relative_to(here).parts[0], []).append(item)
    browsed = by_folder.pop(BROWSED, [])
    names = sorted(by_folder, key=lambda name: name not in SLOW)
    ordered = [item for name in names for item in by_folder[name]]
    # Each process begins with its share of the list, and gives from the end of it what it has not come to.
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    place = min(len(items) * (workers - 1) // workers + workers, len(ordered))
    items[:] = [*ordered[:place], *browsed, *ordered[place:]]


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """
    Where all tests are run side by side, each process first reads a share of their files.

    The rewriting of their assertions is kept beside them, so nobody has to do it for the files of the others.
    """
    worker = getattr(session.config, "workerinput", None)
    if worker is None or session.config.args_source is not pytest.Config.ArgsSource.TESTPATHS:
        return
    here = Path(__file__).parent
    files = sorted(path.relative_to(here.parent) for path in here.rglob("test_*.py"))
    for path in files[int(worker["workerid"].removeprefix("gw")) :: worker["workercount"]]:
        importlib.import_module(".".join(path.with_suffix("").parts))


def pytest_collection_finish(session: pytest.Session) -> None:
    """What stands until the end is left out of each look for garbage: it took more than half of the making of an application."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 10, 10)
    session.config.pluginmanager.register(_Clearing())


class _Clearing:
    """What has ended and holds itself is cleared away many at a time, and only where tests are run."""

    def __init__(self) -> None:
        self._ended = 0

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logfinish(self) -> None:
        self._ended += 1
        if self._ended % CLEARED_EVERY == 0:
            gc.collect()


@pytest.fixture(scope="session", autouse=True)
def nothing_slow() -> Iterator[None]:
    with quickly.hashing(quickly.CHEAP), quickly.handing_out_keys():
        yield


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL of this test process's own; its address without a database's name."""
    with databases.serving(tmp_path_factory.mktemp("run")) as address:
        yield address


@pytest.fixture(scope="session")
def kept_database(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeptDatabase]:
    kept = KeptDatabase(postgres, tmp_path_factory.mktemp("kept"))
    yield kept
    kept.end()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as `martlet serve` makes it, to be copied: quicker than making each anew."""
    folder = tmp_path_factory.mktemp("template")
    secret_file.read_or_make(folder)
    store = open_store("sqlite", folder)
    migrate(store)
    ground_for(Settings(data=str(folder)), store)
    store.close()
    return folder


@pytest.fixture(scope="session")
def kept_file(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeptFile]:
    kept = KeptFile(template, tmp_path_factory.mktemp("kept"))
    yield kept
    kept.end()


@pytest.fixture(params=BOTH)
def database(
    request: pytest.FixtureRequest, tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A setting for `database`: each test runs on both, with an empty database of its own."""
    data = tmp_path / "data"
    if request.param == "sqlite":
        monkeypatch.setattr(sqlite, "SYNCHRONOUS", "OFF")  # nobody pulls the plug of a test
        if "store" not in request.fixturenames:
            shutil.copytree(template, data)
            yield "sqlite"
            return
        shutil.copytree(template, data, ignore=shutil.ignore_patterns(kept_sqlite.NAME))
        kept_file = request.getfixturevalue("kept_file")
        kept_file.lend(data)
        yield "sqlite"
        kept_file.empty()
        return
    data.mkdir()
    shutil.copy(template / secret_file.NAME, data)
    kept = request.getfixturevalue("kept_database")
    yield kept.address
    kept.empty()


@pytest.fixture
def empty_postgres(postgres: str) -> Iterator[Callable[[], str]]:
    """Makes databases without even a schema."""
    names: list[str] = []

    def make_one() -> str:
        names.append(f"empty_{len(names)}")
        databases.execute(postgres, f"CREATE DATABASE {names[-1]}")
        return databases.named(postgres, names[-1])

    yield make_one
    for name in names:
        databases.execute(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def store(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Store]:
    if database != "sqlite":
        yield request.getfixturevalue("kept_database").store
        return
    opened = KeptSqliteStore(tmp_path / "data" / kept_sqlite.NAME, request.getfixturevalue("kept_file"))
    yield opened
    opened.close()


@pytest.fixture
def ground(store: Store, settings: Settings) -> Ground:
    return ground_for(settings, store)


@pytest.fixture
def here(ground: Ground) -> Server:
    return ground.here


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    return Settings(database=database, data=str(tmp_path / "data"), rate_limits=False, mail_exchangers=False)


@pytest.fixture
def make(store: Store, here: Server) -> Make:
    return Make(store, here)


@pytest.fixture
def application(ground: Ground, settings: Settings) -> Built:
    """The whole server, without a network; its job runner works when it is told to."""
    return app.build_on(ground, settings)


@pytest.fixture
def api(application: Built) -> Iterator[Api]:
    """A client of it; see `tests.client`."""
    client = Api(application)
    yield client
    client.close()


@pytest.fixture
def calling_api(ground: Ground, settings: Settings) -> Iterator[Api]:
    """A client of one that may call programs on this machine (`tests.receiving`)."""
    client = Api(app.build_on(ground, msgspec.structs.replace(settings, allow_private_addresses=True)))
    yield client
    client.close()


@pytest.fixture
def bugs() -> Iterator[list[str]]:
    """What the log has to say of bugs while the test runs."""
    told: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told.append(self.format(record))

    keep, logger = Keep(logging.ERROR), logging.getLogger("martlet")
    logger.addHandler(keep)
    yield told
    logger.removeHandler(keep)


@pytest.fixture
def islands(tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Islands]:
    """Servers on SQLite, by their hosts."""
    monkeypatch.setattr(sqlite, "SYNCHRONOUS", "OFF")
    made: list[Island] = []

    def make_one(host: str, beyond: Elsewhere | None = None) -> Island:
        data = tmp_path / host
        shutil.copytree(template, data)
        settings = Settings(url=f"https://{host}", data=str(data), rate_limits=False)
        made.append(Island.on(ground_for(settings, open_store("sqlite", data)), settings, tmp_path, beyond))
        return made[-1]

    yield make_one
    for one in made:
        one.api.close()
        one.ground.store.close()


@pytest.fixture
def shore(ground: Ground, settings: Settings, tmp_path: Path) -> Iterator[Island]:
    """The server that the files come to, on each database."""
    one = Island.on(ground, settings, tmp_path)
    yield one
    one.api.close()
