"""Posts in a file: out of one server and into another, with no network between them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from martlet.services.ports import Ground
from martlet.settings import Settings
from martlet.storage import secret_file, sqlite
from martlet.storage.opening import open_store
from martlet.wiring.ground import ground_for
from tests.carrying import Island, Islands


@pytest.fixture
def islands(tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Islands]:
    """Servers on SQLite, by their hosts."""
    monkeypatch.setattr(sqlite, "SYNCHRONOUS", "OFF")
    made: list[Island] = []

    def make_one(host: str) -> Island:
        data = tmp_path / host
        shutil.copytree(template, data)
        (data / secret_file.NAME).unlink()
        settings = Settings(url=f"https://{host}", data=str(data), rate_limits=False)
        made.append(Island.on(ground_for(settings, open_store("sqlite", data)), settings, tmp_path))
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


@pytest.fixture
def sea(islands: Islands) -> Island:
    return islands("sea.example")


def test_posts_are_carried_to_followers_and_answers_come_back(sea: Island, shore: Island) -> None:
    shore.follows("bob", sea, "ada")
    sea.knows(shore, "bob")
    first = sea.publish("ada", "Noon")
    second = sea.publish("ada", "And then", in_reply_to_id=first["id"])
    found = shore.bring(sea.packed("ada"))
    assert (found.new, found.refused, found.aside) == (2, 0, 0)
    assert [author.name for author in found.authors.values()] == ["@ada@sea.example"]

    home = shore.api.get("/api/v1/timelines/home", shore.person("bob")).json
    assert [one["uri"] for one in home] == [second["uri"], first["uri"]]
    assert home[0]["in_reply_to_id"] == home[1]["id"]
    assert shore.api.get("/api/v1/notifications", shore.person("bob")).json == []

    answer = shore.publish("bob", "@ada@sea.example Good", in_reply_to_id=home[1]["id"])
    shore.api.post(f"/api/v1/statuses/{home[1]['id']}/favourite", shore.person("bob"))
    back = shore.answers("bob", sea)
    for _ in range(2):
        sea.bring(back)
    told = sea.api.get("/api/v1/notifications", sea.person("ada")).json
    assert sorted(one["type"] for one in told) == ["favourite", "mention"]
    own = sea.api.get(f"/api/v1/statuses/{first['id']}", sea.person("ada")).json
    assert (own["favourites_count"], own["replies_count"]) == (1, 2)
    thread = sea.api.get(f"/api/v1/statuses/{first['id']}/context", sea.person("ada")).json
    assert [one["uri"] for one in thread["descendants"]] == [second["uri"], answer["uri"]]
