"""
Two Martlets, one on SQLite and one on PostgreSQL, with people who follow each other.

Everything they do arrives at the other once, also when one of them is killed
in the middle and comes back.
"""

import http.client
import io
import json
import zlib
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from PIL import Image

from tests import databases
from tests.client import _multipart
from tests.journeys.conftest import eventually
from tests.running import Running
from tests.towns import Town, add_person, befriend, settle, with_text


@pytest.fixture(scope="module")
def servers(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Running]]:
    """They begin with somebody whom nobody asks about again."""
    folder = tmp_path_factory.mktemp("two")
    databases.execute(postgres, "CREATE DATABASE two_servers")
    first = settle(folder / "first", "first").server
    second = settle(folder / "second", "second", databases.named(postgres, "two_servers")).server
    yield first, second
    for server in (first, second):
        server.kill()
    databases.execute(postgres, "DROP DATABASE two_servers WITH (FORCE)")


@pytest.fixture
def towns(servers: tuple[Running, Running], request: pytest.FixtureRequest) -> tuple[Town, Town]:
    """An Ada and a Bob of each test's own."""
    for server in servers:
        if server.process is None:
            server.start()
    number = f"{zlib.crc32(request.node.name.encode()):x}"
    ada, bob = f"ada_{number}", f"bob_{number}"
    return Town(servers[0], ada, add_person(servers[0], ada)), Town(
        servers[1], bob, add_person(servers[1], bob)
    )


def test_people_on_two_servers(towns: tuple[Town, Town]) -> None:
    ada, bob = towns
    bob_there, ada_there = befriend(ada, bob)
    assert bob_there["acct"] == bob.handle
    assert bob_there["uri"] == bob.uri
    assert bob_there["url"] == f"{bob.server.url}/@{bob.name}"
    assert ada_there["username"] == ada.name
    assert [one["account"]["acct"] for one in eventually(lambda: bob.told("follow"))] == [ada.handle]

    posted = bob.post("/api/v1/statuses", {"status": "Good #morning", "language": "en"})
    seen = eventually(lambda: with_text(ada.home(), "Good"))
    assert seen["uri"] == posted["uri"]
    assert seen["url"] == posted["url"]
    assert seen["created_at"] == posted["created_at"]
    assert seen["language"] == "en"
    assert [tag["name"] for tag in seen["tags"]] == ["morning"]

    ada.post(f"/api/v1/statuses/{seen['id']}/favourite")
    ada.post(f"/api/v1/statuses/{seen['id']}/reblog")
    liked = eventually(lambda: bob.told("favourite"))
    assert [one["status"]["id"] for one in liked] == [posted["id"]]
    boosted = eventually(lambda: bob.told("reblog"))
    assert [one["account"]["acct"] for one in boosted] == [ada.handle]
    own = bob.get(f"/api/v1/statuses/{posted['id']}")
    assert (own["favourites_count"], own["reblogs_count"]) == (1, 1)

    answer = ada.post(
        "/api/v1/statuses", {"status": f"@{bob.handle} To you too", "in_reply_to_id": seen["id"]}
    )
    arrived = eventually(lambda: bob.told("mention"))[0]["status"]
    assert arrived["in_reply_to_id"] == posted["id"]
    assert arrived["uri"] == answer["uri"]
    assert [one["acct"] for one in arrived["mentions"]] == [bob.name]
    thread = bob.get(f"/api/v1/statuses/{posted['id']}/context")
    assert [one["id"] for one in thread["descendants"]] == [arrived["id"]]

    status, _ = bob.server.call(
        "PUT", f"/api/v1/statuses/{posted['id']}", bob.token, {"status": "Good evening"}
    )
    assert status == 200
    edited = eventually(lambda: with_text([ada.get(f"/api/v1/statuses/{seen['id']}")], "evening"))
    assert edited["edited_at"] is not None
    assert len(ada.get(f"/api/v1/statuses/{seen['id']}/history")) == 2

    ada.post(f"/api/v1/statuses/{seen['id']}/unfavourite")
    ada.post(f"/api/v1/statuses/{seen['id']}/unreblog")
    eventually(
        lambda: [
            True
            for own in [bob.get(f"/api/v1/statuses/{posted['id']}")]
            if (own["favourites_count"], own["reblogs_count"]) == (0, 0)
        ]
    )

    bob.server.call("DELETE", f"/api/v1/statuses/{posted['id']}", bob.token)
    eventually(lambda: ada.server.call("GET", f"/api/v1/statuses/{seen['id']}", ada.token)[0] == 404)

    ada.post(f"/api/v1/accounts/{bob_there['id']}/unfollow")
    eventually(lambda: not bob.relation(ada_there, "followed_by")())
    unheard = bob.post("/api/v1/statuses", {"status": "Nobody hears me"})
    bob.post("/api/v1/statuses", {"status": "nor this", "in_reply_to_id": unheard["id"]})
    bob.post("/api/v1/statuses", {"status": f"But @{ada.handle} does"})
    eventually(lambda: ada.told("mention"))
    assert with_text(ada.home(), "Nobody") is None

    looked_for = ada.get(f"/api/v2/search?q={unheard['uri']}&resolve=true")["statuses"][0]
    thread = f"/api/v1/statuses/{looked_for['id']}/context"
    assert ada.get(thread)["descendants"] == []
    eventually(lambda: with_text(ada.get(thread)["descendants"], "nor this"))


def test_only_for_whom_it_is(towns: tuple[Town, Town]) -> None:
    ada, bob = towns
    bob_there, _ = befriend(ada, bob)
    for visibility, text in (("private", "For followers"), ("unlisted", "For all, quietly")):
        bob.post("/api/v1/statuses", {"status": text, "visibility": visibility})
        seen = eventually(partial(_seen, ada, text))
        assert seen["visibility"] == visibility
    bob.post("/api/v1/statuses", {"status": f"@{ada.handle} psst", "visibility": "direct"})
    told = eventually(lambda: ada.told("mention"))
    assert told[0]["status"]["visibility"] == "direct"
    assert [one["last_status"]["id"] for one in ada.get("/api/v1/conversations")] == [told[0]["status"]["id"]]
    shown = ada.server.call("GET", f"/api/v1/accounts/{bob_there['id']}/statuses")[1]
    assert [one["visibility"] for one in shown] == ["unlisted"]


def test_a_picture_is_shown_by_whoever_shows_the_post(towns: tuple[Town, Town]) -> None:
    """Also one that not everybody may see; its own server is not named to whoever looks."""
    ada, bob = towns
    befriend(ada, bob)
    picture = io.BytesIO()
    Image.effect_noise((320, 200), 60).save(picture, "PNG")
    type, body = _multipart({}, {"file": ("x.png", picture.getvalue(), "image/png")})
    connection = http.client.HTTPConnection("127.0.0.1", bob.server.port, timeout=60)
    headers = {"Host": f"localhost:{bob.server.port}", "Authorization": f"Bearer {bob.token}"}
    connection.request("POST", "/api/v2/media", body, {**headers, "Content-Type": type})
    media = json.loads(connection.getresponse().read())
    connection.close()
    bob.post("/api/v1/statuses", {"status": "Look", "visibility": "private", "media_ids": [media["id"]]})
    [shown] = eventually(partial(_seen, ada, "Look"))["media_attachments"]
    assert (shown["remote_url"], shown["type"]) == (media["url"], "image")
    for address in (shown["url"], shown["preview_url"]):
        assert address.startswith(f"{ada.server.url}/proxy/")
        file = eventually(partial(_file, ada, address), seconds=120)
        assert Image.open(io.BytesIO(file)).size == (320, 200)
    bob.server.kill()
    assert _file(ada, shown["url"])


def _file(town: Town, address: str) -> Any:
    """Nothing while it is still being fetched, or was too slow on a machine with much to do and is tried again."""
    try:
        status, file = town.server.call("GET", address.removeprefix(town.server.url))
    except TimeoutError:
        return None
    assert status in (200, 502, 503), file
    return file if status == 200 else None


def _seen(town: Town, text: str) -> Any:
    return with_text(town.home(), text)


def test_a_poll(towns: tuple[Town, Town]) -> None:
    ada, bob = towns
    befriend(ada, bob)
    asked = bob.post(
        "/api/v1/statuses",
        {"status": "Tea?", "poll": {"options": ["Green", "Black"], "expires_in": 3600}},
    )
    seen = eventually(lambda: with_text(ada.home(), "Tea"))
    assert [one["title"] for one in seen["poll"]["options"]] == ["Green", "Black"]
    ada.post(f"/api/v1/polls/{seen['poll']['id']}/votes", {"choices": [1]})
    poll = f"/api/v1/polls/{asked['poll']['id']}"
    counted = eventually(lambda: [one for one in [bob.get(poll)] if one["votes_count"]])[0]
    assert [one["votes_count"] for one in counted["options"]] == [0, 1]


def test_quotes_and_pins(towns: tuple[Town, Town]) -> None:
    """Consent is asked for, given and taken back; a pin is seen and gone again."""
    ada, bob = towns
    bob_there, _ = befriend(ada, bob)
    said = bob.post("/api/v1/statuses", {"status": "Quotable"})
    seen = eventually(lambda: with_text(ada.home(), "Quotable"))
    quote = ada.post("/api/v1/statuses", {"status": "Look", "quoted_status_id": seen["id"]})
    assert quote["quote"]["state"] == "pending"

    def state(town: Town, id: str) -> Any:
        return town.get(f"/api/v1/statuses/{id}")["quote"]["state"]

    eventually(lambda: state(ada, quote["id"]) == "accepted")
    there = eventually(lambda: bob.told("quote"))[0]["status"]
    assert (there["uri"], there["quote"]["quoted_status"]["id"]) == (quote["uri"], said["id"])
    assert bob.get(f"/api/v1/statuses/{said['id']}")["quotes_count"] == 1
    bob.post(f"/api/v1/statuses/{said['id']}/quotes/{there['id']}/revoke")
    eventually(lambda: state(ada, quote["id"]) == "revoked")

    path = f"/api/v1/accounts/{bob_there['id']}/statuses?pinned=true"
    bob.post(f"/api/v1/statuses/{said['id']}/pin")
    assert [one["id"] for one in eventually(lambda: ada.get(path))] == [seen["id"]]
    bob.post(f"/api/v1/statuses/{said['id']}/unpin")
    eventually(lambda: not ada.get(path))


def test_a_locked_account_and_a_block(towns: tuple[Town, Town]) -> None:
    ada, bob = towns
    assert (
        bob.server.call("PATCH", "/api/v1/accounts/update_credentials", bob.token, {"locked": True})[0] == 200
    )
    bob_there = ada.find(bob.handle)
    assert ada.post(f"/api/v1/accounts/{bob_there['id']}/follow")["requested"]
    asking = eventually(lambda: bob.get("/api/v1/follow_requests"))
    assert [one["acct"] for one in asking] == [ada.handle]
    assert not ada.relation(bob_there, "following")()
    bob.post(f"/api/v1/follow_requests/{asking[0]['id']}/authorize")
    eventually(ada.relation(bob_there, "following"))
    bob.post(f"/api/v1/accounts/{asking[0]['id']}/block")
    eventually(ada.relation(bob_there, "blocked_by"))
    assert not ada.relation(bob_there, "following")()


def test_killed_in_the_middle(towns: tuple[Town, Town]) -> None:
    """Every delivery arrives once in effect, whoever of the two is away at the moment."""
    ada, bob = towns
    befriend(ada, bob)
    for number in range(3):
        bob.post("/api/v1/statuses", {"status": f"before {number}."})
    ada.server.kill()
    for number in range(5):
        bob.post("/api/v1/statuses", {"status": f"away {number}."})
    bob.server.kill()
    ada.server.start()
    bob.server.start()
    for number in range(3):
        bob.post("/api/v1/statuses", {"status": f"after {number}."})
    wanted = (
        [f"before {number}." for number in range(3)]
        + [f"away {number}." for number in range(5)]
        + [f"after {number}." for number in range(3)]
    )
    texts = eventually(lambda: _all_there(ada, wanted), seconds=120)
    assert sorted(texts) == sorted(wanted)


def _all_there(town: Town, wanted: list[str]) -> list[str]:
    """The texts of the home timeline, once all are there that are wanted."""
    texts = [post["content"].removeprefix("<p>").removesuffix("</p>") for post in town.home()]
    return texts if set(wanted) <= set(texts) else []
