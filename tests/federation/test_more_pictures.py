"""Posts with more pictures than most servers show: nobody elsewhere is left without a way to the rest."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from martlet.model.names import MediaId
from martlet.storage import media
from martlet.text import more_pictures, sanitize
from tests import client
from tests.client import Api
from tests.elsewhere import Elsewhere
from tests.mastodon.acts import publish, upload

HERE = "http://localhost:3000"
DOCUMENT = {"accept": "application/activity+json"}


def pictures(count: int) -> list[dict[str, Any]]:
    return [
        {"type": "Image", "mediaType": "image/png", "url": f"https://peer.example/{n}.png"}
        for n in range(count)
    ]


@pytest.mark.parametrize(("count", "visibility"), [(4, "public"), (5, "public"), (100, "private")])
def test_other_servers_and_apps_get_a_line(
    api: Api, there: Elsewhere, ada: client.Person, count: int, visibility: str
) -> None:
    eve = there.person("eve")
    there.bring(api, eve.act("Follow", f"{HERE}/users/ada"))
    ids = [upload(api, ada) for _ in range(count)]
    post = publish(api, ada, "Look", language="en", media_ids=ids, visibility=visibility)
    assert [one["id"] for one in post["media_attachments"]] == ids
    sent = there.fetch(api, post["uri"].removeprefix(HERE), eve).json
    assert len(sent["attachment"]) == count
    all_of_them = f"Look\n\nAll {count} pictures: {post['url']}"
    told = "Look" if count <= 4 else all_of_them
    if visibility == "public":
        assert sanitize.plain(sent["content"]) == told
    else:
        each = " ".join(map(str, range(5, count + 1)))
        assert sanitize.plain(sent["content"]) == f"Look\n\nMore pictures: {each}"
        assert sent["content"].count(f'"{HERE}/media/a.png"') == count - 4
    assert sent["contentMap"] == {"en": sent["content"]}
    assert sanitize.plain(post["content"]) == told
    assert api.get(f"/api/v1/statuses/{post['id']}/source", ada).json["text"] == "Look"
    assert more_pictures.BEGIN not in api.get(f"/@ada/{post['id']}").text  # there all are shown


def test_what_another_server_has_more_of_is_said(api: Api, there: Elsewhere, ada: client.Person) -> None:
    eve = there.person("eve")
    line = '<p class="more-pictures">All 7 pictures: <a href="https://peer.example/p">here</a></p>'
    seven = eve.note(f"<p>Seven</p>{line}", attachment=pictures(7), url="https://peer.example/p")
    many = eve.note("<p>Many</p>", attachment=pictures(120), url="https://peer.example/q")
    for note in (seven, many):
        there.bring(api, eve.act("Create", {**note, "to": [*note["to"], f"{HERE}/users/ada"]}))
    (shown,) = api.get("/api/v2/search?type=statuses&resolve=false&q=" + seven["id"], ada).json["statuses"]
    assert len(shown["media_attachments"]) == 7
    assert sanitize.plain(shown["content"]) == "Seven\n\nAll 7 pictures: https://peer.example/p"
    assert shown["content"].count("more-pictures") == 1
    (shown,) = api.get("/api/v2/search?type=statuses&resolve=false&q=" + many["id"], ada).json["statuses"]
    assert len(shown["media_attachments"]) == 100
    assert sanitize.plain(shown["content"]) == "Many\n\nAll 120 files: https://peer.example/q"


def test_an_album_reaches_others_as_a_post_that_grows(api: Api, there: Elsewhere, ada: client.Person) -> None:
    eve = there.person("eve")
    there.bring(api, eve.act("Follow", f"{HERE}/users/ada"))
    there.received.clear()
    few = [file(api, ada) for _ in range(2)]
    album = api.post("/api/v1/martlet/albums", ada, json={"title": "Summer", "media_ids": few}).json
    api.post(f"/api/v1/martlet/albums/{album['id']}/share", ada, json={"status": "Look"})
    api.work()
    (act,) = there.received
    assert (act["type"], len(act["object"]["attachment"])) == ("Create", 2)
    assert sanitize.plain(act["object"]["content"]) == f"Look\n\nAll 2 pictures: {album['url']}"
    path = f"/api/v1/martlet/albums/{album['id']}/pictures"
    api.post(path, ada, json={"media_ids": [file(api, ada) for _ in range(5)]})
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6), tick=False):
        api.work()
    act = there.received[-1]
    assert (act["type"], len(act["object"]["attachment"])) == ("Update", 4)
    assert sanitize.plain(act["object"]["content"]) == f"Look\n\nAll 7 pictures: {album['url']}"
    assert act["object"]["updated"] > act["object"]["published"]


def file(api: Api, owner: client.Person) -> str:
    """An upload whose file is its own."""
    id = upload(api, owner)
    with api.built.ground.store.write() as db:
        media.update(db, MediaId(int(id)), file=f"{id}.png", preview="")
    return id


def test_an_album_for_few_is_linked_picture_by_picture(
    api: Api, there: Elsewhere, ada: client.Person
) -> None:
    """Whoever is not of here cannot open its page."""
    eve = there.person("eve")
    there.bring(api, eve.act("Follow", f"{HERE}/users/ada"))
    ids = [file(api, ada) for _ in range(6)]
    form = {"title": "Summer", "media_ids": ids, "visibility": "private", "cover_id": ids[5]}
    album = api.post("/api/v1/martlet/albums", ada, json=form).json
    api.put(f"/api/v1/martlet/albums/{album['id']}", ada, json={"cover_id": ids[5]})
    post = api.post(f"/api/v1/martlet/albums/{album['id']}/share", ada).json
    sent = there.fetch(api, post["uri"].removeprefix(HERE), eve).json
    assert sanitize.plain(sent["content"]) == "Summer\n\nMore pictures: 5 6"
    addresses = [one["url"] for one in sent["attachment"]]
    for one in ids:
        assert (f"{HERE}/media/{one}.png" in sent["content"]) != (f"{HERE}/media/{one}.png" in addresses)
