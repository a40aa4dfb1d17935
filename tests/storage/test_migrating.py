"""Migrations: forward only, one transaction each, safe to interrupt and to start twice."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from martlet.storage import migrating
from martlet.storage.database import Store
from martlet.storage.migrating import Migration, MigrationFailed, SchemaTooNew, migrate
from martlet.storage.opening import open_store


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Opens one and the same database, which has no schema yet."""
    address = "sqlite" if request.param == "sqlite" else request.getfixturevalue("empty_postgres")()
    opened: list[Store] = []

    def open_one() -> Store:
        opened.append(open_store(address, tmp_path))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


def test_from_nothing_to_the_newest_once(empty: Callable[[], Store]) -> None:
    store = empty()
    known = migrating.known(store.dialect)
    assert migrate(store) == len(known)
    assert migrate(store) == 0
    assert migrating.version_of_store(store) == known[-1].version


def test_started_twice_at_once_each_migration_happens_once(empty: Callable[[], Store]) -> None:
    stores = [empty() for _ in range(3)]
    with ThreadPoolExecutor(3) as threads:
        made = list(threads.map(migrate, stores))
    assert sum(made) == len(migrating.known(stores[0].dialect))


def test_a_lower_number_that_came_later_is_made_too(
    empty: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = empty()
    known = migrating.known(store.dialect)
    late = next(one for one in known if one.name == "personal_tokens")  # nothing builds on it
    monkeypatch.setattr(migrating, "known", lambda _: [one for one in known if one is not late])
    migrate(store)
    monkeypatch.setattr(migrating, "known", lambda _: known)
    assert [one.version for one in migrating.pending(store)] == [late.version]
    assert migrate(store) == 1
    with store.read() as db:
        assert migrating.made_in(db) == {one.version for one in known}


def test_an_interrupted_migration_has_not_happened(
    empty: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = empty()
    migrate(store)
    newest = migrating.known(store.dialect)[-1].version
    known = migrating.known(store.dialect)
    broken = Migration(newest + 1, "broken", "CREATE TABLE half (a BIGINT); INSERT INTO nowhere VALUES (1);")
    monkeypatch.setattr(migrating, "known", lambda _: [*known, broken])
    with pytest.raises(MigrationFailed, match=r"nothing of it was done: .*nowhere"):
        migrate(store)
    assert migrating.version_of_store(store) == newest
    mended = Migration(newest + 1, "mended", "CREATE TABLE half (a BIGINT);")
    monkeypatch.setattr(migrating, "known", lambda _: [*known, mended])
    assert migrate(store) == 1
    with store.read() as db:
        assert db.value("SELECT count(*) FROM half") == 0


def test_a_newer_schema_is_refused(empty: Callable[[], Store]) -> None:
    store = empty()
    migrate(store)
    with store.write() as db:
        db.run("INSERT INTO schema_version (version, name) VALUES (9999, 'from_the_future')")
    with pytest.raises(SchemaTooNew, match="9999"):
        migrate(store)
