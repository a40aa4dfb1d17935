"""`martlet media`, and what `martlet check` says of other servers' files."""

import io
import json

import pytest
from PIL import Image

from martlet.media.store import LocalStore, new_key
from martlet.model.names import AccountId
from martlet.model.remote_media import FileUse
from martlet.services.ports import Ground
from martlet.storage import remote_files
from martlet.storage.remote_files import Source
from tests.cli.conftest import Operator
from tests.client import Api


@pytest.fixture
def cache(ground: Ground) -> LocalStore:
    """Three files of two servers, and one that nobody knows of."""
    kept = ((1, "peer.example", 3 << 20), (2, "peer.example", 1 << 20), (3, "other.example", 1 << 20))
    for account, host, size in kept:
        key = new_key("image/png")
        ground.cache.put(key, bytes(size))
        source = Source(f"https://{host}/{account}.png", host, host)
        with ground.store.write() as db:
            remote_files.keep(db, FileUse.AVATAR, AccountId(account), source, key, key, size, 1)
    ground.cache.put(new_key("image/png"), b"left over by a crash")
    return ground.cache


def test_what_is_kept_of_whom(martlet: Operator, cache: LocalStore) -> None:
    result = martlet("media", "show", "--json")
    assert [json.loads(line) for line in result.output.splitlines()] == [
        {"host": "peer.example", "files": 2, "bytes": 4 << 20},
        {"host": "other.example", "files": 1, "bytes": 1 << 20},
    ]
    shown = " ".join(martlet("media", "show", "--limit", "1").output.split())
    assert "3, 5.0 of 5,000 MB" in shown
    assert "other.example" not in shown
    checked = martlet("check").output
    assert "5.0 of 5,000 MB are used for 3 files of other servers" in checked
    assert "peer.example 4.0 MB, other.example 1.0 MB" in checked


def test_one_servers_files_are_removed(martlet: Operator, ground: Ground, cache: LocalStore) -> None:
    result = martlet("media", "clear", "--server", "peer.example")
    assert (result.exit_code, result.output) == (0, "2 files are gone.\n")
    with ground.store.read() as db:
        assert remote_files.largest(db, 10) == [remote_files.Space("other.example", 1, 1 << 20)]
    assert len(list(cache.keys())) == 2


def test_all_files_are_removed(martlet: Operator, ground: Ground, cache: LocalStore) -> None:
    assert martlet("media", "clear").output == "4 files are gone.\n"
    with ground.store.read() as db:
        assert remote_files.total(db) == remote_files.Space("", 0, 0)
    assert list(cache.keys()) == []
    assert martlet("media", "clear").output == "0 files are gone.\n"


def test_pictures_that_are_missing_are_told(martlet: Operator, api: Api) -> None:
    ada, pictures = api.person("ada"), []
    for colour in ("red", "green"):
        picture = io.BytesIO()
        Image.new("RGB", (40, 30), colour).save(picture, "PNG")
        sent = api.post("/api/v2/media", ada, files={"file": ("a.png", picture.getvalue(), "image/png")})
        pictures.append(sent.json["url"].rpartition("/media/")[2])
    assert "are missing" not in martlet("check").output
    (api.built.ground.media.folder / pictures[0]).unlink()
    checked = martlet("check")
    assert checked.exit_code == 1
    assert "1 of 2 pictures and other files that were looked up are missing" in " ".join(
        checked.output.split()
    )
    assert pictures[0] in checked.output.replace("\n", "")
