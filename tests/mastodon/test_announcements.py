"""Announcements: who writes them, who reads them, and what may be chosen for them."""

from typing import Any

import pytest
import time_machine

from martlet.mastodon import admin_entities, server_entities
from martlet.model.scopes import KNOWN
from martlet.storage import emojis
from martlet.storage.emojis import Emoji
from tests.client import Api, Person
from tests.mastodon.acts import publish

PATH, ADMIN = "/api/v1/announcements", "/api/v1/admin/announcements"
EVERYTHING = " ".join(KNOWN)


@pytest.fixture
def owner(api: Api) -> Person:
    return api.person("owner", EVERYTHING, role="owner")


def announce(api: Api, owner: Person, text: str = "The ferry is late", **more: Any) -> str:
    made = api.post(ADMIN, owner, json={"text": text, **more})
    assert made.status == 200, made.text
    id: str = made.entity(admin_entities.Announcement).id
    if "scheduled_at" not in more:
        assert api.post(f"{ADMIN}/{id}/publish", owner).json["published"] is True
    return id


def shown(api: Api, viewer: Person, **query: Any) -> list[server_entities.Announcement]:
    return api.get(PATH, viewer, query=query).entity(list[server_entities.Announcement])


def test_from_writing_to_reading(api: Api, owner: Person) -> None:
    ada = api.person("ada")
    made = api.post(ADMIN, owner, json={"text": "Hello"}).json
    assert (made["published"], shown(api, ada)) == (False, [])
    assert api.post(f"{PATH}/{made['id']}/dismiss", ada).status == 404
    api.post(f"{ADMIN}/{made['id']}/publish", owner)
    (one,) = shown(api, ada)
    assert (one.content, one.read, one.reactions) == ("<p>Hello</p>", False, [])
    assert api.post(f"{PATH}/{one.id}/dismiss", ada).json == {}
    assert api.post(f"{PATH}/{one.id}/dismiss", ada).json == {}
    assert shown(api, ada)[0].read is True
    assert shown(api, owner)[0].read is False
    assert shown(api, ada, with_dismissed="false") == []
    api.put(f"{ADMIN}/{one.id}", owner, json={"text": "Hello again"})
    assert (shown(api, ada)[0].content, shown(api, ada)[0].read) == ("<p>Hello again</p>", False)
    assert api.get(PATH).status == 401
    assert api.post(f"{ADMIN}/{one.id}/unpublish", owner).json["published"] is False
    assert shown(api, ada) == []
    assert api.get(f"{ADMIN}/{one.id}", owner).json["text"] == "Hello again"
    assert [each["id"] for each in api.get(ADMIN, owner).json] == [one.id]
    assert api.delete(f"{ADMIN}/{one.id}", owner).json == {}
    assert api.get(ADMIN, owner).json == []
    assert api.post(f"{ADMIN}/{one.id}/publish", owner).status == 404


def test_what_its_text_names(api: Api, owner: Person) -> None:
    ada = api.person("ada")
    post, secret = publish(api, ada), publish(api, ada, visibility="private")
    _emoji(api, "ferry")
    announce(api, owner, f"@ada and @nobody: #Fähre :ferry: {post['url']} {secret['url']} {post['uri']}")
    (one,) = shown(api, ada)
    assert [(each.acct, each.id) for each in one.mentions] == [("ada", str(ada.id))]
    (tag,) = one.tags
    assert tag.name == "Fähre"
    assert tag.url.startswith("http://localhost:3000/tags/f")
    assert tag.url.isascii()
    assert [each.id for each in one.statuses] == [post["id"]]
    assert [each.shortcode for each in one.emojis] == ["ferry"]
    api.delete(f"/api/v1/statuses/{post['id']}", ada)
    assert shown(api, ada)[0].statuses == []


def test_it_comes_and_goes_at_its_moments(api: Api, owner: Person) -> None:
    ada = api.person("ada")
    with time_machine.travel("2026-12-01T12:00:00Z", tick=False) as clock:
        id = announce(
            api,
            owner,
            scheduled_at="2026-12-02T08:00:00Z",
            starts_at="2026-12-03",
            ends_at="2026-12-03",
            all_day=True,
        )
        later = announce(api, owner, ends_at="2026-12-01T14:00:00Z")
        assert [one.id for one in shown(api, ada)] == [later]
        clock.shift(3 * 3600)
        assert shown(api, ada) == []
        clock.shift(20 * 3600)
        api.work()
        (one,) = shown(api, ada)
        assert (one.id, one.all_day, one.starts_at) == (id, True, "2026-12-03T00:00:00.000Z")
        assert api.get(f"{ADMIN}/{later}", owner).json["published"] is False
        assert api.post(f"{ADMIN}/{later}/publish", owner).status == 422
        clock.shift(36 * 3600)  # the last day is not over
        api.work()
        assert len(shown(api, ada)) == 1
        clock.shift(86_400)
        api.work()
        assert shown(api, ada) == []
        assert api.get(f"{ADMIN}/{id}", owner).json["published"] is False


def test_another_moment_takes_the_place_of_the_first(api: Api, owner: Person) -> None:
    with time_machine.travel("2026-12-01T12:00:00Z", tick=False) as clock:
        id = announce(api, owner, scheduled_at="2026-12-02")
        api.put(f"{ADMIN}/{id}", owner, json={"text": "Later", "scheduled_at": "2026-12-05"})
        gone = announce(api, owner, scheduled_at="2026-12-02")
        api.delete(f"{ADMIN}/{gone}", owner)
        clock.shift(2 * 86_400)
        api.work()
        assert shown(api, owner) == []
        clock.shift(3 * 86_400)
        api.work()
        assert [one.content for one in shown(api, owner)] == ["<p>Later</p>"]


@pytest.mark.parametrize(
    "body",
    [{}, {"text": " "}, {"text": "x", "starts_at": "2026-12-02", "ends_at": "2026-12-01"}, {"text": "x", "ends_at": "soon"},
     {"text": "x" * 6000}],
    ids=range(5),
)  # fmt: skip
def test_what_cannot_be_announced(api: Api, owner: Person, body: dict[str, Any]) -> None:
    assert api.post(ADMIN, owner, json=body).status == 422
    assert api.get(ADMIN, owner).json == []


def test_emoji_are_chosen_and_taken_back(api: Api, owner: Person) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    _emoji(api, "ferry")
    id = announce(api, owner)
    for name, who in (("🎉", ada), ("🎉", bob), ("🎉", bob), ("ferry", bob), (":ferry:", ada)):
        assert api.put(f"{PATH}/{id}/reactions/{name}", who).json == {}
    told = [(one.name, one.count, one.me) for one in shown(api, ada)[0].reactions]
    assert told == [("🎉", 2, True), ("ferry", 2, True)]
    assert str(shown(api, ada)[0].reactions[1].url).endswith("/media/ferry.png")
    assert api.delete(f"{PATH}/{id}/reactions/🎉", ada).json == {}
    assert api.delete(f"{PATH}/{id}/reactions/🎉", ada).json == {}
    assert [(one.count, one.me) for one in shown(api, ada)[0].reactions] == [(1, False), (2, True)]
    for name in ("x", "🎉🎉", "blob@peer.example", "nothing", "%3Cb%3E"):
        assert api.put(f"{PATH}/{id}/reactions/{name}", ada).status == 422
    assert api.put(f"{PATH}/1/reactions/🎉", ada).status == 404


def test_a_emoji_do_not_flood_an_announcement(api: Api, owner: Person) -> None:
    """A14: of different emoji there are eight at most, also where many choose at once."""
    people = [api.person(name) for name in ("ada", "bob", "cyn")]
    id = announce(api, owner)
    some = "🍎🍐🍊🍋🍌🍉🍇🍓🫐🍈🍒🍑"
    replies = api.at_once(
        api.calling("PUT", f"{PATH}/{id}/reactions/{emoji}", person) for emoji in some for person in people
    )
    assert {reply.status for reply in replies} == {200, 422}
    found = shown(api, people[0])[0].reactions
    assert [one.count for one in found] == [3] * 8
    assert api.put(f"{PATH}/{id}/reactions/{found[0].name}", owner).status == 200


def test_only_who_may_announces(api: Api, owner: Person) -> None:
    ada, mo = api.person("ada", EVERYTHING), api.person("mo", EVERYTHING, role="moderator")
    id = announce(api, owner)
    for who in (ada, mo):
        assert api.post(ADMIN, who, json={"text": "x"}).status == 403
        assert api.delete(f"{ADMIN}/{id}", who).status == 403
    assert len(shown(api, ada)) == 1


def test_it_is_written_down_who_announced(api: Api, owner: Person) -> None:
    id = announce(api, owner)
    api.put(f"{ADMIN}/{id}", owner, json={"text": "The ferry is on time"})
    api.delete(f"{ADMIN}/{id}", owner)
    with api.built.ground.store.read() as db:
        acts = db.rows("SELECT act, actor_id FROM audit_entry WHERE target_kind = 'announcement' ORDER BY id")
    named = ("write", "publish", "change", "delete")
    assert [tuple(row) for row in acts] == [(f"announcement.{act}", owner.id) for act in named]


def test_b_an_announcement_carries_no_markup(api: Api, owner: Person) -> None:
    """B4: what is announced is plain text."""
    announce(api, owner, "<script>alert(1)</script> <img src=x onerror=alert(1)>")
    content = shown(api, owner)[0].content
    assert "<script" not in content
    assert "<img" not in content


def _emoji(api: Api, shortcode: str) -> None:
    here = api.built.ground.here
    with api.built.ground.store.write() as db:
        emojis.insert(
            db, Emoji(here.next_id(), shortcode, "", "ferry.png", "ferry.png", None, 1, here.now_ms())
        )
