"""Archives to take along: all that somebody wrote is in them, and comes in again as it was."""

import io
import json
import random
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from PIL import Image

from martlet.archives import packing
from martlet.services import archiving, importing_posts
from martlet.services.archiving import ArchiveTooSoon
from martlet.storage import archives, bulk_imports
from martlet.storage.archives import Archive
from martlet.text import sanitize
from tests.client import Api, Person

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SAME = ("created_at", "visibility", "spoiler_text", "sensitive", "language")


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")


def picture(colour: str = "teal") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (32, 20), colour).save(made, "PNG")
    return made.getvalue()


def upload(api: Api, who: Person, description: str) -> str:
    id: str = api.post(
        "/api/v2/media",
        who,
        form={"description": description},
        files={"file": ("a.png", picture(), "image/png")},
    ).json["id"]
    return id


def write(api: Api, who: Person, seed: int, count: int) -> None:
    """Posts of all kinds, some in answer to others."""
    chosen, ids = random.Random(seed), list[str]()
    for number in range(count):
        wish: dict[str, Any] = {
            "status": f"Post {number} <b> & #Harbour https://example.org/{number}",
            "visibility": chosen.choice(["public", "unlisted", "private", "direct"]),
            "spoiler_text": chosen.choice(["", "Careful"]),
            "language": chosen.choice(["en", "de", "zh"]),
            **({"local_only": True} if chosen.random() < 0.2 else {}),
        }
        if ids and chosen.random() < 0.5:
            wish["in_reply_to_id"] = chosen.choice(ids)
        kind = chosen.random()
        if kind < 0.2:
            wish["media_ids"] = [upload(api, who, f"Picture {number}")]
        elif kind < 0.4:
            wish["poll"] = {
                "options": ["Tea", "Coffee"],
                "expires_in": 3600,
                "multiple": chosen.random() < 0.5,
            }
        reply = api.post("/api/v1/statuses", who, json=wish)
        assert reply.status == 200, reply.body
        ids.append(reply.json["id"])


def make(api: Api, who: Person) -> Archive:
    store, here = api.built.ground.store, api.built.ground.here
    api.run(store.writing(archiving.request, who.id, here))
    api.work()
    found = api.run(store.reading(archives.newest, who.id))
    assert isinstance(found, Archive)
    return found


def posts(api: Api, who: Person) -> list[Any]:
    shown: list[Any] = api.get(f"/api/v1/accounts/{who.id}/statuses?limit=40", who).json
    return shown[::-1]


def likeness(found: list[Any]) -> list[Any]:
    """What is the same of posts, wherever they are: their HTML as it is cleaned, answers by the place of what they answer."""
    found = sorted(found, key=lambda one: (one["created_at"], one["content"]))
    place = {one["id"]: at for at, one in enumerate(found)}
    return [
        [
            sanitize.sanitize(one["content"]),
            *(one[name] for name in SAME),
            one.get("local_only"),
            place.get(one["in_reply_to_id"]),
            [tag["name"] for tag in one["tags"]],
            [file["description"] for file in one["media_attachments"]],
            one["poll"] and [(option["title"], option["votes_count"]) for option in one["poll"]["options"]],
        ]
        for one in found
    ]


@pytest.mark.parametrize("seed", range(2))
def test_what_was_taken_along_comes_in_again(
    api: Api, ada: Person, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archiving, "POSTS", 4)
    monkeypatch.setattr(archiving, "FILES", 1)
    write(api, ada, seed, 14)
    one = make(api, ada)
    assert (one.state, one.posts) == ("ready", 14)
    zoe = api.person("zoe")
    file = archiving.path(api.built.ground, one.id)
    id = api.run(importing_posts.take_archive(api.built.ground, zoe.id, file))
    api.work()
    with api.built.ground.store.read() as db:
        result = bulk_imports.find(db, id)
    assert result is not None
    assert (result.state, result.taken, result.failed) == ("done", 14, 0)
    assert likeness(posts(api, zoe)) == likeness(posts(api, ada))
    assert len(posts(api, zoe)) == 14
    again = api.run(importing_posts.take_archive(api.built.ground, ada.id, file))
    api.work()
    with api.built.ground.store.read() as db:
        result = bulk_imports.find(db, again)
    assert result is not None
    assert (result.taken, result.known) == (0, 14)


def bring(api: Api, who: Person, file: Path) -> None:
    api.run(importing_posts.take_archive(api.built.ground, who.id, file))
    api.work()


def albums_of(api: Api, who: Person) -> list[Any]:
    found = []
    for one in api.get("/api/v1/martlet/albums", who).json:
        shown = api.get(f"/api/v1/martlet/albums/{one['id']}/pictures", who).json
        cover = [file["id"] for file in shown].index(one["cover"]["id"]) if one["cover"] else None
        same = ("title", "description", "visibility", "local_only", "sensitive", "created_at")
        found.append([[one[name] for name in same], cover, [file["description"] for file in shown]])
    return sorted(found)


def test_albums_come_along_once(api: Api, ada: Person) -> None:
    posted = api.post(
        "/api/v1/statuses", ada, json={"status": "x", "media_ids": [upload(api, ada, "Posted")]}
    ).json
    for title, visibility in (("Walls", "public"), ("Secret", "direct"), ("Friends", "private")):
        ids = [upload(api, ada, f"{title} {n}") for n in range(2)]
        form = {"title": title, "description": "Old <b>", "visibility": visibility, "media_ids": ids}
        album = api.post("/api/v1/martlet/albums", ada, json=form).json
        more = [posted["media_attachments"][0]["id"]]
        api.post(f"/api/v1/martlet/albums/{album['id']}/pictures", ada, json={"media_ids": more})
        api.put(f"/api/v1/martlet/albums/{album['id']}", ada, json={"cover_id": ids[1]})
    file = archiving.path(api.built.ground, make(api, ada).id)
    zoe = api.person("zoe")
    for who in (zoe, zoe, ada):
        bring(api, who, file)
        assert albums_of(api, who) == albums_of(api, ada)
    assert [one[1:] for one in albums_of(api, zoe)] == [
        [1, [f"{title} 0", f"{title} 1", "Posted"]] for title in ("Friends", "Secret", "Walls")
    ]


@pytest.mark.parametrize(
    "said",
    [
        "[",
        "[[[]]]",
        '{"orderedItems": 7}',
        '{"orderedItems": [7, {"name": 7}, {"name": ""}, {"orderedItems": [[]]}]}',
        '{"orderedItems": [{"name": "x", "orderedItems": [{"url": "../../actor.json"}, {"url": "/etc/passwd"}]}]}',
        '{"orderedItems": [{"name": "x", "createdAt": -1, "cover": 1e9, "visibility": ["public"]}]}',
    ],
)
def test_g8_odd_albums_spoil_nothing(api: Api, ada: Person, tmp_path: Path, said: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("outbox.json", '{"orderedItems": []}')
        archive.writestr("albums.json", said)
    bring(api, ada, tmp_path / "a.zip")
    with api.built.ground.store.read() as db:
        assert db.value("SELECT state FROM bulk_import") == "done"
    for _, cover, pictures in albums_of(api, ada):
        assert (cover, pictures) == (None, [])


def test_g7_what_was_deleted_here_stays_deleted(api: Api, ada: Person) -> None:
    kept, gone = (api.post("/api/v1/statuses", ada, json={"status": text}).json for text in ("Kept", "Gone"))
    one = make(api, ada)
    api.delete(f"/api/v1/statuses/{gone['id']}", ada)
    file = archiving.path(api.built.ground, one.id)
    for who in (ada, api.person("zoe")):
        api.run(importing_posts.take_archive(api.built.ground, who.id, file))
        api.work()
    assert [post["id"] for post in posts(api, ada)] == [kept["id"]]


def test_it_is_laid_out_as_mastodon_does(api: Api, ada: Person) -> None:
    api.patch(
        "/api/v1/accounts/update_credentials",
        ada,
        form={"display_name": "Ada"},
        files={"avatar": ("a.png", picture("red"), "image/png")},
    )
    bob = api.person("bob")
    other = api.post("/api/v1/statuses", bob, json={"status": "Bob's"}).json
    for act in ("favourite", "bookmark", "reblog"):
        api.post(f"/api/v1/statuses/{other['id']}/{act}", ada)
    own = api.post(
        "/api/v1/statuses", ada, json={"status": "Mine", "media_ids": [upload(api, ada, "A field")]}
    ).json
    one = make(api, ada)
    with zipfile.ZipFile(archiving.path(api.built.ground, one.id)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        actor, outbox, likes, bookmarks = (
            json.loads(archive.read(f"{name}.json")) for name in ("actor", "outbox", "likes", "bookmarks")
        )
        assert actor["preferredUsername"] == "ada"
        assert (actor["outbox"], actor["likes"]) == ("outbox.json", "likes.json")
        assert actor["icon"]["url"] in names
        assert actor["icon"]["url"].startswith("avatar.")
        assert likes["orderedItems"] == bookmarks["orderedItems"] == [other["uri"]]
        assert [act["type"] for act in outbox["orderedItems"]] == ["Announce", "Create"]
        assert outbox["totalItems"] == 2
        created = outbox["orderedItems"][1]
        assert (created["object"]["id"], created["object"].get("inReplyTo")) == (own["uri"], None)
        assert "proof" not in created
        assert "proof" not in created["object"]
        [file] = created["object"]["attachment"]
        assert file["url"] in names
        assert file["url"].startswith(packing.MEDIA)
        assert (
            archive.read(file["url"])
            == api.get(own["media_attachments"][0]["url"].partition(":3000")[2]).body
        )
    assert [path.name for path in api.built.ground.transfers.iterdir()] == [f"archive-{one.id}.zip"]


def test_somebody_who_wrote_nothing(api: Api, ada: Person) -> None:
    one = make(api, ada)
    with zipfile.ZipFile(archiving.path(api.built.ground, one.id)) as archive:
        assert json.loads(archive.read("outbox.json"))["orderedItems"] == []


@pytest.mark.parametrize("step", ["append", "begin", "add", "finish"])
def test_a_job_that_is_killed_goes_on(
    api: Api, ada: Person, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Right after each step, before it was written down that it is done."""
    for number in range(5):
        wish = {"status": f"Post {number}", "media_ids": [upload(api, ada, f"Picture {number}")]}
        api.post("/api/v1/statuses", ada, json=wish)
    monkeypatch.setattr(archiving, "POSTS", 2)
    monkeypatch.setattr(archiving, "FILES", 2)
    ground = api.built.ground
    store, here = ground.store, ground.here
    api.run(store.writing(archiving.request, ada.id, here))
    one = api.run(store.reading(archives.newest, ada.id))
    doing, died = getattr(packing, step), list[int]()

    def do_and_die(*args: Any) -> Any:
        found = doing(*args)
        if len(died) < 2 and step != "finish":
            died.append(1)
            raise KeyboardInterrupt
        return found

    monkeypatch.setattr(packing, step, do_and_die)
    while api.run(store.reading(archives.get, one.id, ada.id)).state == "working":
        try:
            api.run(archiving.make(ground, str(one.id), here))
        except KeyboardInterrupt:
            continue
    with zipfile.ZipFile(archiving.path(ground, one.id)) as archive:
        assert len(json.loads(archive.read("outbox.json"))["orderedItems"]) == 5
        assert len([name for name in archive.namelist() if name.startswith(packing.MEDIA)]) == 5
        assert len(set(archive.namelist())) == len(archive.namelist())
    with store.read() as db:
        told = db.rows("SELECT body FROM event WHERE kind = 'mail_wanted'")
    assert [json.loads(body)["letter"] for (body,) in told] == ["archive_ready"]


def test_after_a_restored_backup_it_is_begun_anew(api: Api, ada: Person) -> None:
    for number in range(5):
        api.post("/api/v1/statuses", ada, json={"status": f"Post {number}"})
    ground = api.built.ground
    store, here = ground.store, ground.here
    api.run(store.writing(archiving.request, ada.id, here))
    one = api.run(store.reading(archives.newest, ada.id))
    api.run(archiving._add_posts(ground, one))
    for file in ground.transfers.iterdir():
        file.unlink()
    api.work()
    with zipfile.ZipFile(archiving.path(ground, one.id)) as archive:
        assert len(json.loads(archive.read("outbox.json"))["orderedItems"]) == 5


def test_a_broken_beginning_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"PK broken")
    assert not packing.add(tmp_path / "x", {"x": tmp_path / "x"})
    assert (tmp_path / "x").read_bytes() == b"PK broken"
    assert not packing.add(tmp_path / "none" / "y", {})


def test_one_a_week_kept_for_a_week(api: Api, ada: Person) -> None:
    store, here = api.built.ground.store, api.built.ground.here
    with time_machine.travel(NOW, tick=True) as clock:
        one = make(api, ada)
        with pytest.raises(ArchiveTooSoon):
            api.run(store.writing(archiving.request, ada.id, here))
        clock.shift(timedelta(days=8, hours=1))
        api.work()
        assert list(api.built.ground.transfers.iterdir()) == []
        with store.read() as db:
            assert archives.find(db, one.id) is None
        assert make(api, ada).state == "ready"
