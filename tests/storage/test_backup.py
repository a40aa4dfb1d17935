"""A backup brings everything back, on either database, whichever it came from."""

import io
import os
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from martlet.media.store import LocalStore, new_key
from martlet.model.server import Server
from martlet.settings import Settings
from martlet.storage import backup, dumping, migrating, secret_file, server_values
from martlet.storage.backup import NotABackup, Place
from martlet.storage.database import Store
from martlet.storage.migrating import migrate
from martlet.storage.opening import open_store
from martlet.wiring.ground import ground_for
from tests.make import Make

MEDIA = 5
"""Files in a backup that gets damaged."""


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


def spoil(whole: bytes, how: str) -> bytes:
    """Cut before a file in the middle, cut inside of what stands before it, that broken, or the file itself."""
    with tarfile.open(fileobj=io.BytesIO(whole)) as archive:
        files = [one for one in archive.getmembers() if one.name.startswith("media/")]
    at, inside = files[MEDIA // 2].offset, files[MEDIA // 2].offset_data
    if how == "cut before a file":
        return whole[:at]
    if how == "cut inside a header":
        return whole[: at + 100]
    broken = bytearray(whole)
    broken[at + 150 if how == "header broken" else inside] ^= 1
    return bytes(broken)


@pytest.mark.parametrize("how", ["cut before a file", "cut inside a header", "header broken", "file broken"])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_files_that_are_missing_or_damaged_are_noticed(
    store: Store, here: Server, make: Make, tmp_path: Path, how: str
) -> None:
    """And nothing that counts is there afterwards: the whole backup can still be brought back."""
    make.account("ada")
    place = Place(store, tmp_path / "data")
    keys = [new_key("image/png") for _ in range(MEDIA)]
    for key in keys:
        LocalStore(place.media, "").put(key, b"picture of " + key.encode())
    whole, spoilt, folder = tmp_path / "all.tar", tmp_path / "spoilt.tar", tmp_path / "fresh"
    backup.make(place, whole, here.version, "2026-11-23", silently)
    spoilt.write_bytes(spoil(whole.read_bytes(), how))
    folder.mkdir()
    fresh = Place(open_store("sqlite", folder), folder)
    try:
        with pytest.raises(NotABackup, match="damaged"):
            backup.restore(fresh, spoilt, silently)
        assert not (folder / secret_file.NAME).exists()
        backup.restore(fresh, whole, silently)
        assert everything(fresh.store) == everything(store)
        assert {LocalStore(fresh.media, "").read(key) for key in keys} == {
            b"picture of " + key.encode() for key in keys
        }
    finally:
        fresh.store.close()


def test_a_server_that_was_only_started_gives_way(
    store: Store, here: Server, make: Make, tmp_path: Path, elsewhere: Place
) -> None:
    """On a new machine one starts it, and remembers the backup then."""
    make.account("ada")
    place, file = Place(store, tmp_path / "data"), tmp_path / "all.tar"
    secret = secret_file.read_or_make(place.folder)
    backup.make(place, file, here.version, "2026-11-23", silently)
    migrate(elsewhere.store)
    ground_for(Settings(data=str(elsewhere.folder)), elsewhere.store)
    with elsewhere.store.write() as db:
        server_values.put(db, "made_at", "now")
    backup.restore(elsewhere, file, silently)
    assert everything(elsewhere.store) == everything(store)
    assert secret_file.read_or_make(elsewhere.folder) == secret


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_backup_that_is_older_than_the_empty_server_is_refused(
    store: Store, here: Server, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Migrations that were made already would not be made for its rows."""
    make.account("ada")
    file, folder = tmp_path / "all.tar", tmp_path / "started"
    monkeypatch.setattr(migrating, "version_of", lambda _: 100)
    backup.make(Place(store, tmp_path / "data"), file, here.version, "2026-11-23", silently)
    monkeypatch.undo()
    folder.mkdir()
    started = Place(open_store("sqlite", folder), folder)
    try:
        migrate(started.store)
        with pytest.raises(NotABackup, match="newer"):
            backup.restore(started, file, silently)
    finally:
        started.store.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_backups_without_an_end_can_still_be_brought_back(
    store: Store, here: Server, make: Make, tmp_path: Path, elsewhere: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.account("ada")
    file = tmp_path / "all.tar"
    monkeypatch.setattr(backup, "FORMAT", backup.WITHOUT_END)
    backup.make(Place(store, tmp_path / "data"), file, here.version, "2026-11-23", silently)
    monkeypatch.undo()
    backup.restore(elsewhere, file, silently)
    assert everything(elsewhere.store) == everything(store)
