"""What somebody boosted, liked and saved elsewhere comes along with their archive."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from martlet import app as wiring
from martlet.services import importing
from martlet.services.ports import Ground
from martlet.settings import Settings
from tests.archives.making import OLD, PUBLIC, boost, create, files, note, zipped
from tests.client import Api
from tests.elsewhere import Elsewhere
from tests.services.test_importing_posts import counts, found, posts, take, told


@pytest.fixture
def there() -> Elsewhere:
    return Elsewhere()


@pytest.fixture
def api(ground: Ground, settings: Settings, there: Elsewhere) -> Iterator[Api]:
    with closing(Api(wiring.build_on(ground, settings, there))) as api:
        yield api


def test_what_was_boosted_liked_and_saved_comes_along(
    api: Api, there: Elsewhere, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "AGAIN_AFTER", (300_000,))
    """Looked up in the background, once, at its time, with the rights of whoever brings it; nobody is told."""
    ada, bob = api.person("ada"), api.person("bob")
    eve = there.person("eve")
    open_one = there.keep(eve.note("<p>For all</p>"))["id"]
    private = there.keep(eve.note("<p>For some</p>", to=[f"{eve.uri}/followers"], cc=[]))["id"]
    here = api.post("/api/v1/statuses", bob, json={"status": "Of here"}).json
    api.work()
    lost, own = f"{eve.uri}/lost", f"{OLD}/statuses/1"
    acts = [
        create(note(1, "<p>Mine</p>")),
        *(
            {**boost(20 + number), "object": of, "published": f"2020-01-02T0{number}:00:00Z", "to": [PUBLIC]}
            for number, of in enumerate((own, open_one, private))
        ),
    ]
    likes: list[Any] = [open_one, {"id": here["uri"]}, own, lost, "javascript:alert(1)", 7, open_one]
    more = {
        "likes.json": json.dumps({"type": "OrderedCollection", "orderedItems": likes}).encode(),
        "bookmarks.json": json.dumps({"orderedItems": [here["uri"], open_one]}).encode(),
    }
    body, before = zipped(files(*acts) | more), told(api)
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        id = take(api, ada, body, tmp_path)
        api.work()
        assert counts(found(api, id)) == ("done", 11, 8, 1, 0), "what was not to be had is tried again"
        clock.shift(timedelta(minutes=6))
        api.work()
        assert counts(found(api, id)) == ("done", 11, 8, 1, 2)
        assert told(api) == before
        boosted = [one for one in posts(api, ada) if one["reblog"]]
        assert [(one["created_at"][:13], one["reblog"]["content"]) for one in boosted] == [
            ("2020-01-02T00", "<p>Mine</p>"),
            ("2020-01-02T01", "<p>For all</p>"),
        ]
        liked = [one["content"] for one in api.get("/api/v1/favourites", ada).json]
        assert liked == ["<p>Mine</p>", "<p>Of here</p>", "<p>For all</p>"]
        assert [one["content"] for one in api.get("/api/v1/bookmarks", ada).json] == liked[:0:-1]
        assert not [act for act in there.received if act["type"] in ("Like", "Announce")]
        api.post(f"/api/v1/statuses/{boosted[0]['reblog']['id']}/unreblog", ada)
        id = take(api, ada, body, tmp_path)
        api.work()
        clock.shift(timedelta(minutes=6))
        api.work()
    assert counts(found(api, id))[1:] == (11, 0, 9, 2)
    assert len([one for one in posts(api, ada) if one["reblog"]]) == 1, "taken back here, it stays away"
