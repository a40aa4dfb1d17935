"""What strangers send waits for a moderator, where the settings ask for it."""

from typing import Any

import msgspec
import pytest

from martlet.model import ids
from martlet.services import sweeping
from martlet.settings import Settings
from tests import client
from tests.client import Api
from tests.elsewhere import Elsewhere, Person
from tests.federation.test_intake import follow

HERE = "http://localhost:3000"
QUEUE = "/api/v1/admin/held_statuses"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A server that looks at everybody's first two posts, and at who names more than three strangers."""
    return msgspec.structs.replace(settings, hold_first_posts=2, hold_mentions=2, hold_mass_mentions=3)


@pytest.fixture
def mod(api: Api) -> client.Person:
    return api.person("mod", "read write admin:read admin:write", role="moderator")


def naming(eve: Person, *names: str, content: str = "<p>Hello</p>", **more: Any) -> dict[str, Any]:
    tags = [{"type": "Mention", "href": f"{HERE}/users/{name}", "name": f"@{name}"} for name in names]
    return eve.note(content, tag=tags, **more)


def heard(api: Api, who: client.Person) -> int:
    return len(api.get("/api/v1/notifications?types[]=mention", who).json)


PILLS = '<p>See <a href="https://pills.example/" class="{}">{}</a></p>'


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        ("<p>Hello</p>", []),
        (PILLS.format("", "pills"), ["links"]),
        (PILLS.format("mention u-url", "pills"), ["links"]),
        (PILLS.format("mention hashtag", "#pills"), ["links"]),
        ('<p><a href="https://peer.example/tags/x" class="mention hashtag">#x</a></p>', []),
        (
            "<p>" + "".join(f'<a href="https://o.example/@p{n}">@p{n}</a> ' for n in range(3)) + "</p>",
            ["mentions"],
        ),
    ],
    ids=["plain", "link", "as a mention", "as a hashtag", "a hashtag", "many unknown"],
)
def test_strangers_first_posts(
    api: Api, there: Elsewhere, ada: client.Person, mod: client.Person, content: str, reasons: list[str]
) -> None:
    eve = there.person("eve")
    there.bring(api, eve.act("Create", naming(eve, "ada", content=content)))
    assert [one["reasons"] for one in api.get(QUEUE, mod).json] == ([reasons] if reasons else [])
    assert heard(api, ada) == (0 if reasons else 1)


def test_what_waits_is_nobodys_until_it_is_released_with_all_that_belongs_to_it(
    api: Api, there: Elsewhere, ada: client.Person, mod: client.Person
) -> None:
    eve = there.person("eve")
    parent = api.post("/api/v1/statuses", ada, form={"status": "Hello"}).json
    note = naming(eve, "ada", content=PILLS.format("", "x"), inReplyTo=parent["uri"])
    there.bring(api, eve.act("Create", note))
    there.bring(
        api, eve.act("Create", {**note, "limitedScope": "Circle", "to": [f"{HERE}/users/ada"], "cc": []})
    )
    (held,) = api.get(QUEUE, mod).json
    assert api.get(f"/api/v1/statuses/{held['id']}", ada).status == 404
    assert api.get(f"/api/v1/statuses/{parent['id']}/context", ada).json["descendants"] == []
    assert heard(api, ada) == 0
    changed = {**note, "content": PILLS.format("", "changed"), "updated": "2126-01-01T00:00:00Z"}
    there.bring(api, eve.act("Update", changed))
    assert heard(api, ada) == 0
    assert api.post(f"{QUEUE}/{held['id']}/release", mod).status == 200
    api.work()
    (seen,) = api.get(f"/api/v1/statuses/{parent['id']}/context", ada).json["descendants"]
    assert "changed" in seen["content"]
    assert heard(api, ada) == 1
    assert api.get(f"/api/v1/statuses/{parent['id']}", ada).json["replies_count"] == 1


def test_whom_somebody_follows_is_no_stranger(
    api: Api, there: Elsewhere, ada: client.Person, mod: client.Person
) -> None:
    eve = there.person("eve")
    follow(api, there, ada, eve)
    there.bring(api, eve.act("Create", naming(eve, "ada", content=PILLS.format("", "x"))))
    assert api.get(QUEUE, mod).json == []
    assert heard(api, ada) == 1


def test_an_update_leads_no_stranger_round(
    api: Api, there: Elsewhere, ada: client.Person, mod: client.Person
) -> None:
    eve, others = there.person("eve"), [api.person(f"p{number}") for number in range(4)]
    note = naming(eve, "ada")
    there.bring(api, eve.act("Create", note))
    assert heard(api, ada) == 1
    id = api.get("/api/v1/notifications", ada).json[0]["status"]["id"]
    names = ("ada", *(one.username for one in others))
    for changed in (
        {**note, "content": PILLS.format("", "x"), "updated": "2126-01-01T00:00:00Z"},
        {**naming(eve, *names), "id": note["id"], "updated": "2126-01-02T00:00:00Z"},
    ):
        there.bring(api, eve.act("Update", changed))
        assert api.get(f"/api/v1/statuses/{id}", ada).json["content"] == "<p>Hello</p>"
    assert [heard(api, one) for one in others] == [0] * 4


def test_a_mass_of_names_from_elsewhere(
    api: Api, there: Elsewhere, ada: client.Person, mod: client.Person
) -> None:
    eve = there.person("eve")
    people = [ada, *(api.person(f"p{number}") for number in range(4))]
    for one in people:
        api.patch("/api/v2/notifications/policy", one, json={"for_private_mentions": "accept"})
        there.bring(
            api, eve.act("Create", naming(eve, one.username, to=[f"{HERE}/users/{one.username}"], cc=[]))
        )
    for one in people:
        there.bring(api, eve.act("Create", naming(eve, one.username)))
    held = api.get(QUEUE, mod).json
    assert {tuple(one["reasons"]) for one in held} == {("mass_mention",)}
    assert len(held) == 5  # they were named in private before


def test_the_same_picture_is_known_again(
    api: Api, there: Elsewhere, ada: client.Person, mod: client.Person
) -> None:
    eve, zoe = there.person("eve"), there.person("zoe")
    picture = {"type": "Document", "mediaType": "image/png", "blurhash": "LEHV6nWB2yk8pyo0adR*.7kCMdnj",
               "width": 640, "height": 480}  # fmt: skip
    first = naming(eve, "ada", attachment=[{**picture, "url": "https://peer.example/1.png"}])
    there.bring(api, eve.act("Create", first))
    id = api.get("/api/v1/notifications", ada).json[0]["status"]["id"]
    mark = api.post("/api/v1/admin/spam_marks", mod, json={"status_id": id}).json
    assert (mark["has_text"], mark["pictures"]) == (False, 1)
    for content, height, waits in (("<p>One</p>", 481, False), ("<p>Two</p>", 480, True)):
        file = {**picture, "url": "https://peer.example/2.png", "height": height}
        there.bring(api, zoe.act("Create", naming(zoe, "ada", content=content, attachment=[file])))
        assert [one["reasons"] for one in api.get(QUEUE, mod).json] == ([["spam"]] if waits else [])


def test_what_nobody_released_in_time_goes_and_posts_of_people_here_stay(
    api: Api, there: Elsewhere, ada: client.Person, mod: client.Person
) -> None:
    eve = there.person("eve")
    there.bring(api, eve.act("Create", naming(eve, "ada", content=PILLS.format("", "x"))))
    own = api.post("/api/v1/statuses", ada, form={"status": "See https://pills.example/"}).json
    ground = api.built.ground
    api.run(sweeping.sweep(ground, "", ground.here))
    assert len(api.get(QUEUE, mod).json) == 2
    days = (sweeping.HELD_DAYS + 1) * sweeping.DAY
    with ground.store.write() as db:
        old = ids.first_id_in(ground.here.now_ms() - days)
        db.run("UPDATE held_post SET id = :old + post_id % 1000", old=old)
    api.run(sweeping.sweep(ground, "", ground.here))
    api.work()
    assert [one["id"] for one in api.get(QUEUE, mod).json] == [own["id"]]
    with ground.store.read() as db:
        assert db.value("SELECT count(*) FROM post") == 1
