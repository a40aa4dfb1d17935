"""What is over goes, a day later."""

import os
import time

import pytest

from martlet.services import sweeping
from martlet.services.ports import Ground
from tests.client import Api
from tests.mastodon.acts import publish, upload


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_a_crash_left_half_written_goes(ground: Ground, api: Api) -> None:
    scratch = ground.workshop.workers.scratch
    half = [folder / ".incoming" for folder in (ground.media.folder, ground.cache.folder)] + [scratch]
    for folder in half:
        for name, days in (("of-now", 0), ("of-yesterday", 2), ("of-last-week", 8)):
            (folder / name).write_bytes(b"half")
            os.utime(folder / name, (time.time() - days * 86_400,) * 2)
    api.run(sweeping.sweep(ground, "", ground.here))
    left = [sorted(file.name for file in folder.iterdir() if file.name.startswith("of-")) for folder in half]
    assert left == [["of-now"], ["of-now"], ["of-now", "of-yesterday"]]


def test_uploads_that_nothing_shows_go_after_a_day(api: Api) -> None:
    ada = api.person("ada")
    ground = api.built.ground
    old, shown, kept = (upload(api, ada) for _ in range(3))
    publish(api, ada, media_ids=[shown])
    api.post("/api/v1/martlet/albums", ada, json={"title": "x", "media_ids": [kept]})
    with ground.store.write() as db:
        db.run("UPDATE media SET created_at = created_at - :day", day=2 * sweeping.DAY)
    new = upload(api, ada)
    api.run(sweeping.sweep(ground, "", ground.here))
    with ground.store.read() as db:
        left = {str(row[0]) for row in db.rows("SELECT id FROM media")}
    assert (old in left, {shown, kept, new} <= left) == (False, True)
