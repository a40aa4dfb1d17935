import errno
import os
import stat
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.media.errors import MediaMissing, StorageBroken, StorageFull
from martlet.media.store import CONTENT_TYPES, LocalStore, content_type_of, is_key, new_key


def test_what_is_put_can_be_read(store: LocalStore, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"on disk")
    first, second = new_key("image/png"), new_key("video/mp4")
    store.put(first, b"in memory")
    store.put(second, source)
    assert store.read(first) == b"in memory"
    with store.open(second) as file:
        assert file.read() == b"on disk"
    assert store.size(second) == 7
    assert store.exists(first)
    assert source.exists()
    assert set(store.keys()) == {first, second}
    assert store.used_bytes() == 16
    assert (store.free_bytes() or 0) > 0
    assert store.url(first) == f"https://media.example/{first}"


@pytest.mark.parametrize("content_type", CONTENT_TYPES.values())
def test_a_key_says_its_type(content_type: str) -> None:
    key = new_key(content_type)
    assert is_key(key)
    assert content_type_of(key) == content_type


def test_keys_are_long_and_never_the_same() -> None:
    keys = {new_key("image/jpeg") for _ in range(1000)}
    assert len(keys) == 1000
    letters = {len(key.removesuffix(".jpg").replace("/", "")) for key in keys}
    assert letters == {32}  # of five bits each


def test_files_are_ours_alone(store: LocalStore) -> None:
    key = new_key("image/png")
    store.put(key, b"x")
    path = store.path(key)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (path.parent, path.parent.parent, store.folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_is_gone_is_missing_and_may_be_deleted_again(store: LocalStore) -> None:
    key = new_key("image/png")
    store.put(key, b"x")
    store.delete(key)
    store.delete(key)
    assert not store.exists(key)
    for ask in (store.read, store.size, store.open):
        with pytest.raises(MediaMissing):
            ask(key)


@given(
    st.text()
    | st.sampled_from(["../../etc/passwd", "/etc/passwd", ".incoming/x", "aa/bb/" + "c" * 28 + ".svg"])
)
def test_no_name_from_outside_becomes_a_path(name: str) -> None:
    store = LocalStore.__new__(LocalStore)
    store.folder = Path("/nowhere")
    assert not is_key(name)
    with pytest.raises(MediaMissing):
        store.path(name)


@pytest.mark.parametrize(
    "bend", [lambda k: k + "\n", lambda k: k.upper(), lambda k: "./" + k, lambda k: k + "/"]
)
def test_a_key_is_exact(bend: Callable[[str], str]) -> None:
    assert not is_key(bend(new_key("image/png")))


@pytest.mark.parametrize(
    ("number", "error"),
    [(errno.ENOSPC, StorageFull), (errno.EDQUOT, StorageFull), (errno.EIO, StorageBroken)],
)
def test_a_disk_that_gives_way_leaves_nothing(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch, number: int, error: type[Exception]
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    key = new_key("image/png")
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(error):
        store.put(key, b"x" * 100)
    monkeypatch.undo()
    assert [path for path in store.folder.rglob("*") if path.is_file()] == []
    assert not store.exists(key)
    store.put(key, b"again")
    assert store.read(key) == b"again"


def test_a_really_full_device_is_said_to_be_full(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def on_full(path: str | Path, flags: int, mode: int = 0o777) -> int:
        return real("/dev/full", os.O_WRONLY) if flags & os.O_CREAT else real(path, flags, mode)

    monkeypatch.setattr(os, "open", on_full)
    with pytest.raises(StorageFull):
        store.put(new_key("image/png"), b"x" * (1 << 20))


def test_a_folder_that_has_vanished_is_not_called_a_missing_file(store: LocalStore) -> None:
    (store.folder / ".incoming").rmdir()
    with pytest.raises(StorageBroken):
        store.put(new_key("image/png"), b"x")


def test_what_a_crash_left_is_swept_when_it_is_old(store: LocalStore) -> None:
    old, new = store.folder / ".incoming" / "old", store.folder / ".incoming" / "new"
    old.write_bytes(b"x")
    new.write_bytes(b"x")
    os.utime(old, (time.time() - 90_000,) * 2)
    kept = new_key("image/png")
    store.put(kept, b"x")
    assert store.sweep(timedelta(days=1)) == 1
    assert not old.exists()
    assert new.exists()
    assert store.exists(kept)
