"""A backup brings everything back, on either database, whichever it came from."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from martlet.media.store import LocalStore, new_key
from martlet.model.server import Server
from martlet.storage import backup, dumping, secret_file
from martlet.storage.backup import NotABackup, Place
from martlet.storage.database import Store
from martlet.storage.opening import open_store
from tests.make import Make


def silently(_: str, __: int, ___: int) -> None:
    return None


@pytest.fixture(params=["sqlite", "postgres"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty place of either kind."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    if request.param == "sqlite":
        store = open_store("sqlite", folder)
        yield Place(store, folder)
        store.close()
        return
    make_database: Callable[[], str] = request.getfixturevalue("empty_postgres")
    store = open_store(make_database(), folder)
    yield Place(store, folder)
    store.close()


def everything(store: Store) -> dict[str, list[bytes]]:
    with store.snapshot() as db:
        return {table: sorted(dumping.dump(db, table)) for table in dumping.tables(db)}


def test_a_backup_brings_everything_back(
    store: Store, here: Server, make: Make, tmp_path: Path, elsewhere: Place
) -> None:
    ada, bob = make.account("ada"), make.account("bob")
    make.follow(bob, ada)
    make.post(by=ada, text="Grüße 小米 \U0001f426", reply_to=make.post(by=bob))
    place = Place(store, tmp_path / "data")
    secret = secret_file.read_or_make(place.folder)
    key = new_key("image/png")
    LocalStore(place.media, "").put(key, b"picture")

    killed, going_on = place.folder / ".backup-killed", place.folder / ".backup-going-on"
    for folder in (killed, going_on):
        folder.mkdir()
    os.utime(killed, (0, 0))

    made = backup.make(place, tmp_path / "all.tar", here.version, "2026-11-23", silently)
    restored = backup.restore(elsewhere, tmp_path / "all.tar", silently)

    assert list(place.folder.glob(".backup-*")) == [going_on]
    assert restored == made
    assert made.tables["post"] == 2
    assert everything(elsewhere.store) == everything(store)
    assert secret_file.read_or_make(elsewhere.folder) == secret
    assert LocalStore(elsewhere.media, "").read(key) == b"picture"
    assert (tmp_path / "all.tar").stat().st_mode & 0o077 == 0


def test_a_place_in_use_is_left_alone(store: Store, here: Server, make: Make, tmp_path: Path) -> None:
    make.account("ada")
    place = Place(store, tmp_path / "data")
    backup.make(place, tmp_path / "all.tar", here.version, "2026-11-23", silently)
    before = everything(store)
    with pytest.raises(NotABackup, match="already"):
        backup.restore(place, tmp_path / "all.tar", silently)
    assert everything(store) == before


@pytest.mark.parametrize("where", [0.02, 0.3, 0.6])
def test_a_damaged_backup_is_refused(
    store: Store, here: Server, make: Make, tmp_path: Path, where: float
) -> None:
    make.account("ada")
    file = tmp_path / "all.tar"
    backup.make(Place(store, tmp_path / "data"), file, here.version, "2026-11-23", silently)
    whole = bytearray(file.read_bytes())
    at = int(len(whole) * where)
    whole[at : at + 600] = b"\x55" * 600
    file.write_bytes(whole)
    folder = tmp_path / "fresh"
    folder.mkdir()
    fresh = open_store("sqlite", folder)
    try:
        with pytest.raises(NotABackup):
            backup.restore(Place(fresh, folder), file, silently)
    finally:
        fresh.close()
