"""Named albums, from making one to its end."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from martlet.mastodon.albums import AlbumEntity
from martlet.mastodon.entities import MediaAttachment
from martlet.model.names import MediaId
from martlet.storage import media
from martlet.text import sanitize
from tests.client import Api, Person
from tests.mastodon.acts import POSTS, block, follow, look, publish, upload

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
ALBUMS = "/api/v1/martlet/albums"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")


def picture(api: Api, owner: Person, **more: Any) -> str:
    """An upload whose files are its own."""
    id = upload(api, owner, **more)
    with api.built.ground.store.write() as db:
        media.update(db, MediaId(int(id)), file=f"{id}.png", preview=f"small-{id}.png")
    return id


def make(api: Api, who: Person, *ids: str, title: str = "Summer", **form: Any) -> Any:
    reply = api.post(ALBUMS, who, json={"title": title, "media_ids": list(ids), **form})
    assert reply.status == 200, reply.body
    return reply.json


def shown(api: Api, album: Any, who: Person | None = None) -> list[str]:
    """The files, in their order."""
    found = api.get(f"{ALBUMS}/{album['id']}/pictures", who).entity(list[MediaAttachment])
    return [(one.url or "").rpartition("/")[2].removesuffix(".png") for one in found]


def ids_in(api: Api, album: Any, who: Person) -> list[str]:
    return [one["id"] for one in api.get(f"{ALBUMS}/{album['id']}/pictures", who).json]


def test_an_album_is_made_filled_put_in_order_and_renamed(api: Api, ada: Person) -> None:
    one, two, three = (picture(api, ada) for _ in range(3))
    album = make(api, ada, one, two, description=" By\n the sea ")
    assert (album["title"], album["description"], album["visibility"]) == ("Summer", "By\n the sea", "public")
    assert (album["pictures_count"], album["cover"]["id"], album["status_id"]) == (2, one, None)
    path = f"{ALBUMS}/{album['id']}"
    assert api.post(f"{path}/pictures", ada, json={"media_ids": [three, two]}).json["pictures_count"] == 3
    assert shown(api, album) == [one, two, three]
    assert api.put(f"{path}/pictures", ada, json={"media_ids": [three]}).status == 200
    assert shown(api, album) == [three, one, two]
    changed = api.put(path, ada, json={"title": "Autumn", "cover_id": two}).entity(AlbumEntity)
    assert (changed.title, changed.cover and changed.cover.id, changed.description) == (
        "Autumn",
        two,
        "By\n the sea",
    )
    taken = api.delete(f"{path}/pictures", ada, json={"media_ids": [two]}).json
    assert (taken["pictures_count"], taken["cover"]["id"]) == (2, three)
    assert api.get(f"/api/v1/media/{two}", ada).status == 404
    assert [one["title"] for one in api.get(f"/api/v1/martlet/accounts/{ada.id}/albums").json] == ["Autumn"]
    assert api.delete(f"/api/v1/media/{one}", ada).status == 422
    assert api.post(POSTS, ada, json={"status": "x", "media_ids": [one]}).status == 422


SEEN_BY = {
    ("public", False): {"ada", "fay", "sam", "nobody"},
    ("unlisted", False): {"ada", "fay", "sam", "nobody"},
    ("private", False): {"ada", "fay"},
    ("direct", False): {"ada"},
    ("public", True): {"ada", "fay", "sam"},
}


def test_who_sees_an_album(api: Api, ada: Person) -> None:
    """The same rule as for posts; Eve is blocked."""
    fay, sam, eve = (api.person(name) for name in ("fay", "sam", "eve"))
    follow(api, fay, ada)
    follow(api, eve, ada)
    block(api, ada, eve)
    people = {"ada": ada, "fay": fay, "sam": sam, "eve": eve, "nobody": None}
    for (visibility, is_local_only), seen_by in SEEN_BY.items():
        album = make(api, ada, picture(api, ada), visibility=visibility, local_only=is_local_only)
        for path in ("", "/pictures"):
            seeing = {
                n for n, p in people.items() if api.get(f"{ALBUMS}/{album['id']}{path}", p).status == 200
            }
            assert seeing == seen_by, (visibility, is_local_only)
        listed = {
            name
            for name, one in people.items()
            if album["id"]
            in [a["id"] for a in api.get(f"/api/v1/martlet/accounts/{ada.id}/albums", one).json]
        }
        assert listed == seen_by
        for method, path in (("PUT", ""), ("DELETE", ""), ("POST", "/share"), ("POST", "/restore")):
            assert api.call(method, f"{ALBUMS}/{album['id']}{path}", sam).status == 404
        for method in ("POST", "PUT", "DELETE"):
            body = {"media_ids": ids_in(api, album, ada)}
            assert api.call(method, f"{ALBUMS}/{album['id']}/pictures", sam, json=body).status == 404


def test_what_becomes_of_a_post_does_not_touch_the_album(api: Api, ada: Person) -> None:
    one, two = picture(api, ada), picture(api, ada)
    post = publish(api, ada, media_ids=[one, two])
    album = make(api, ada, one)
    again = make(api, ada, *ids_in(api, album, ada), two)
    assert shown(api, album) == [one]
    assert shown(api, again) == [one, two]
    assert api.delete(f"{POSTS}/{post['id']}?delete_media=true", ada).status == 200
    api.work()
    with api.built.ground.store.read() as db:
        assert media.is_named(db, f"{one}.png")
        assert media.is_named(db, f"small-{two}.png")
    assert shown(api, again) == [one, two]
    for path in (album, again):
        api.delete(f"{ALBUMS}/{path['id']}/pictures", ada, json={"media_ids": ids_in(api, path, ada)})
    api.delete(f"/api/v1/media/{one}", ada)
    with api.built.ground.store.read() as db:
        assert not media.is_named(db, f"{one}.png")


def test_what_cannot_be_in_an_album(api: Api, ada: Person) -> None:
    bob = api.person("bob")
    one = picture(api, ada)
    few = publish(api, ada, media_ids=[picture(api, ada)], visibility="private")["media_attachments"][0]["id"]
    here_only = publish(api, ada, media_ids=[picture(api, ada)], local_only=True)["media_attachments"][0][
        "id"
    ]
    for wrong in (
        {"title": " "},
        {"title": "x" * 101},
        {"title": "x", "description": "y" * 2001},
        {"title": "x", "visibility": "limited"},
        {"title": "x", "media_ids": [picture(api, ada, state="processing")]},
        {"title": "x", "media_ids": [picture(api, ada, kind="video")]},
        {"title": "x", "media_ids": [few]},
        {"title": "x", "media_ids": [here_only]},
        {"title": "x", "media_ids": [picture(api, ada) for _ in range(101)]},
    ):
        assert api.post(ALBUMS, ada, json=wrong).status == 422, wrong
    assert api.post(ALBUMS, bob, json={"title": "x", "media_ids": [one]}).status == 404  # C10
    album = make(api, ada, one, few, visibility="private")
    assert api.put(f"{ALBUMS}/{album['id']}", ada, json={"cover_id": few}).status == 422
    assert make(api, ada, here_only, local_only=True)["pictures_count"] == 1
    sensitive = publish(api, ada, media_ids=[picture(api, ada)], sensitive=True)["media_attachments"][0]["id"]
    assert make(api, ada, sensitive)["sensitive"] is True
    assert len(api.get(ALBUMS, ada).json) == 3


def test_a_deleted_album_can_be_brought_back_for_a_while(
    api: Api, ada: Person, clock: time_machine.Traveller
) -> None:
    album = make(api, ada, picture(api, ada), picture(api, ada))
    path = f"{ALBUMS}/{album['id']}"
    post = api.post(f"{path}/share", ada).json
    assert api.post(f"{path}/restore", ada).status == 404
    assert api.delete(path, ada).json["restorable_until"] == "2026-11-29T12:30:00.000Z"
    assert api.get(path, ada).status == api.delete(path, ada).status == 404
    assert api.get(ALBUMS, ada).json == []
    clock.shift(timedelta(minutes=29))
    assert api.post(f"{path}/restore", ada).json["title"] == "Summer"
    clock.shift(timedelta(minutes=2))
    api.work()
    assert len(shown(api, album)) == 2
    api.delete(path, ada)
    clock.shift(timedelta(minutes=31))
    api.work()
    assert api.post(f"{path}/restore", ada).status == 404
    assert api.get(f"{POSTS}/{post['id']}", ada).status == 404


def test_a_post_shows_an_album_and_grows_with_it(
    api: Api, ada: Person, clock: time_machine.Traveller
) -> None:
    album = make(api, ada, description="By the sea")
    path = f"{ALBUMS}/{album['id']}"
    assert api.post(f"{path}/share", ada).status == 422  # it is empty
    ids = [picture(api, ada) for _ in range(6)]
    api.post(f"{path}/pictures", ada, json={"media_ids": ids})
    api.put(path, ada, json={"cover_id": ids[5]})
    post = api.post(f"{path}/share", ada).json
    files = [one["url"].rpartition("/")[2] for one in post["media_attachments"]]
    assert files == [f"{one}.png" for one in (ids[5], *ids[:3])]
    assert sanitize.plain(post["content"]) == f"Summer\n\nBy the sea\n\nAll 6 pictures: {album['url']}"
    assert api.post(f"{path}/share", ada).status == 422
    assert api.get(path, ada).json["status_id"] == post["id"]
    more = [picture(api, ada) for _ in range(2)]
    for one in more:
        api.post(f"{path}/pictures", ada, json={"media_ids": [one]})
    api.put(path, ada, json={"cover_id": more[0]})
    api.work()
    assert look(api, post)["edited_at"] is None
    clock.shift(timedelta(minutes=5))
    api.work()
    now = look(api, post)
    files = [one["url"].rpartition("/")[2] for one in now["media_attachments"]]
    assert files == [f"{one}.png" for one in (more[0], *ids[:3])]
    assert f"All 8 pictures: {album['url']}" in sanitize.plain(now["content"])
    assert now["edited_at"] == "2026-11-29T12:05:00.000Z"
    assert api.get("/api/v1/notifications", ada).json == []
    narrowed = api.put(path, ada, json={"visibility": "private"}).json
    assert (narrowed["visibility"], narrowed["status_id"]) == ("private", None)
    assert api.get(f"{POSTS}/{post['id']}", ada).status == 404
