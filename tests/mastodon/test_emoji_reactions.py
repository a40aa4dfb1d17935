"""Emoji chosen for posts, as Pleroma's and glitch-soc's methods have it."""

from typing import Any

import pytest

from martlet.services import emoji_reacting
from martlet.storage import emojis, reactions
from tests.client import Api, Person
from tests.mastodon.acts import POSTS, block, look, publish, refusal, value

PLEROMA = "/api/v1/pleroma/statuses"
PARTY, COFFEE = "🎉", "☕"


def react(api: Api, by: Person, emoji: str, status: dict[str, Any]) -> dict[str, Any]:
    reply = api.put(f"{PLEROMA}/{status['id']}/reactions/{emoji}", by)
    assert reply.status == 200, reply.body
    found: dict[str, Any] = reply.json
    return found


def unreact(api: Api, by: Person, emoji: str, status: dict[str, Any]) -> dict[str, Any]:
    reply = api.delete(f"{PLEROMA}/{status['id']}/reactions/{emoji}", by)
    assert reply.status == 200, reply.body
    found: dict[str, Any] = reply.json
    return found


def told(status: dict[str, Any]) -> list[tuple[str, int, bool]]:
    assert status["reactions"] == status["emoji_reactions"]
    return [(one["name"], one["count"], one["me"]) for one in status["reactions"]]


def keep(api: Api, shortcode: str, host: str = "") -> None:
    here = api.built.ground.here
    file = f"https://{host}/{shortcode}.png" if host else f"{shortcode}.png"
    with api.built.ground.store.write() as db:
        emojis.insert(db, emojis.Emoji(here.next_id(), shortcode, host, file, file, None, 1, here.now_ms()))


def test_several_emoji_of_several_people(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    status = publish(api, ada)
    assert told(status) == []
    assert told(react(api, bob, PARTY, status)) == [(PARTY, 1, True)]
    assert told(react(api, bob, COFFEE, status)) == [(PARTY, 1, True), (COFFEE, 1, True)]
    assert told(react(api, ada, COFFEE, status)) == [(PARTY, 1, False), (COFFEE, 2, True)]
    assert told(react(api, ada, COFFEE, status)) == [(PARTY, 1, False), (COFFEE, 2, True)]
    assert told(look(api, status)) == [(PARTY, 1, False), (COFFEE, 2, False)]
    assert told(unreact(api, bob, COFFEE, status)) == [(PARTY, 1, True), (COFFEE, 1, False)]
    assert told(unreact(api, bob, PARTY, status)) == [(COFFEE, 1, False)]
    assert told(unreact(api, bob, PARTY, status)) == [(COFFEE, 1, False)]
    assert look(api, status)["favourites_count"] == 0


def test_the_names_that_glitch_soc_has_for_it(api: Api) -> None:
    ada = api.person("ada")
    status = publish(api, ada)
    done = api.post(f"{POSTS}/{status['id']}/react/{PARTY}", ada)
    assert told(done.json) == [(PARTY, 1, True)]
    done = api.post(f"{POSTS}/{status['id']}/unreact/{PARTY}", ada)
    assert told(done.json) == []


@pytest.mark.parametrize("said", ["blobcat", ":blobcat:", "blobcat@localhost:3000", "blobcat@."])
def test_custom_emoji_of_ours(api: Api, said: str) -> None:
    keep(api, "blobcat")
    ada = api.person("ada")
    shown = react(api, ada, said, publish(api, ada))["reactions"]
    url = "http://localhost:3000/media/blobcat.png"
    assert shown == [{"name": "blobcat", "count": 1, "url": url, "static_url": url, "me": True}]


def test_custom_emoji_of_another_server(api: Api) -> None:
    """Only what is known here can be chosen; its name says whose it is."""
    ada = api.person("ada")
    status = publish(api, ada)
    path = f"{PLEROMA}/{status['id']}/reactions/blobcat@peer.example"
    assert "recognized" in refusal(api.put(path, ada))
    keep(api, "blobcat", "peer.example")
    shown = react(api, ada, ":blobcat@peer.example:", status)["reactions"]
    assert [(one["name"], one["me"]) for one in shown] == [("blobcat@peer.example", True)]
    assert told(unreact(api, ada, shown[0]["name"], status)) == []


@pytest.mark.parametrize("said", ["x", "🎉🎉", "%20", "<b>", "blob-cat", "a@b@c", ":", "@", "x" * 300])
def test_what_is_no_emoji_is_refused(api: Api, said: str) -> None:
    ada = api.person("ada")
    status = publish(api, ada)
    reply = api.put(f"{PLEROMA}/{status['id']}/reactions/{said}", ada)
    assert reply.status == 422
    assert value(api, "SELECT count(*) FROM reaction") == 0


def test_who_chose_what(api: Api) -> None:
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    status = publish(api, ada)
    for who, emoji in ((bob, PARTY), (eve, PARTY), (eve, COFFEE)):
        react(api, who, emoji, status)
    found = api.get(f"{PLEROMA}/{status['id']}/reactions", bob).json
    people = [(one["name"], one["me"], [who["acct"] for who in one["accounts"]]) for one in found]
    assert people == [(PARTY, True, ["eve", "bob"]), (COFFEE, False, ["eve"])]
    (only,) = api.get(f"{PLEROMA}/{status['id']}/reactions/{COFFEE}").json
    assert (only["name"], only["me"]) == (COFFEE, False)
    assert api.get(f"{PLEROMA}/{status['id']}/reactions/🧀").json == []


def test_a_person_may_choose_so_many(api: Api) -> None:
    ada = api.person("ada")
    status = publish(api, ada)
    for number in range(emoji_reacting.MOST_OF_ONE):
        react(api, ada, chr(0x1F600 + number), status)
    assert "more often" in refusal(api.put(f"{PLEROMA}/{status['id']}/reactions/{PARTY}", ada))
    react(api, ada, chr(0x1F600), status)


def test_a_post_has_so_many_kinds(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emoji_reacting, "MOST_KINDS", 2)
    ada, bob = api.person("ada"), api.person("bob")
    status = publish(api, ada)
    react(api, ada, PARTY, status)
    react(api, ada, COFFEE, status)
    assert "different" in refusal(api.put(f"{PLEROMA}/{status['id']}/reactions/🧀", bob))
    assert told(react(api, bob, PARTY, status))[0] == (PARTY, 2, True)


def test_d23_nobody_reacts_unseen(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    secret = publish(api, ada, visibility="direct")
    assert api.put(f"{PLEROMA}/{secret['id']}/reactions/{PARTY}", bob).status == 404
    assert api.get(f"{PLEROMA}/{secret['id']}/reactions", bob).status == 404
    status = publish(api, ada)
    block(api, ada, bob)
    assert api.put(f"{PLEROMA}/{status['id']}/reactions/{PARTY}", bob).status == 404
    assert value(api, "SELECT count(*) FROM reaction") == 0


def test_many_at_once_are_counted_once_each(api: Api) -> None:
    """H7"""
    people = [api.person(f"p{number}") for number in range(8)]
    status = publish(api, people[0])
    path = f"{PLEROMA}/{status['id']}/reactions/{PARTY}"
    replies = api.at_once(api.calling("PUT", path, one) for one in people * 3)
    assert {reply.status for reply in replies} == {200}
    assert told(look(api, status)) == [(PARTY, 8, False)]
    assert value(api, "SELECT count(*) FROM reaction") == 8


def test_the_author_is_told_of_each(api: Api) -> None:
    keep(api, "blobcat", "peer.example")
    ada, bob = api.person("ada"), api.person("bob")
    status = publish(api, ada)
    react(api, bob, PARTY, status)
    react(api, bob, "blobcat@peer.example", status)
    react(api, ada, PARTY, status)
    api.work()
    found = api.get("/api/v1/notifications", ada).json
    assert [(one["type"], one["emoji"]) for one in found] == [
        ("pleroma:emoji_reaction", ":blobcat@peer.example:"),
        ("pleroma:emoji_reaction", PARTY),
    ]
    assert found[0]["emoji_url"].startswith("http://localhost:3000/proxy/emoji/")
    assert found[1]["emoji_url"] is None
    assert told(found[0]["status"])[0] == (PARTY, 2, True)
    for name in ("pleroma:emoji_reaction", "reaction", "emoji_reaction"):
        assert len(api.get("/api/v1/notifications", ada, query={"types[]": name}).json) == 2
        assert api.get("/api/v1/notifications", ada, query={"exclude_types[]": name}).json == []
    unreact(api, bob, PARTY, status)
    api.work()
    assert [one["emoji"] for one in api.get("/api/v1/notifications", ada).json] == [":blobcat@peer.example:"]


def test_a_boost_shows_what_was_chosen_for_the_post(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    status = publish(api, ada)
    boost = api.post(f"{POSTS}/{status['id']}/reblog", bob).json
    react(api, bob, PARTY, boost)
    for viewer, is_own in ((bob, True), (ada, False), (None, False)):
        shown = look(api, boost, viewer)
        assert told(shown["reblog"]) == [(PARTY, 1, is_own)]
        assert told(shown) == []
    assert told(unreact(api, bob, PARTY, boost)["reblog"]) == []


def test_who_leaves_takes_their_choices_along(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    status = publish(api, ada)
    react(api, bob, PARTY, status)
    react(api, ada, PARTY, status)
    with api.built.ground.store.write() as db:
        for post, choice in reactions.of_account(db, bob.id, 10):
            reactions.delete(db, post, bob.id, choice)
    assert told(look(api, status, ada)) == [(PARTY, 1, True)]


def test_emoji_of_other_servers_stand_in_polls(api: Api) -> None:
    keep(api, "swift")
    ada = api.person("ada")
    poll = {"options": [":swift: yes", "no"], "expires_in": 600}
    status = publish(api, ada, "?", poll=poll)
    assert [one["shortcode"] for one in status["poll"]["emojis"]] == ["swift"]


def test_the_page_of_a_post_shows_what_was_chosen(api: Api) -> None:
    keep(api, "blobcat", "peer.example")
    ada, bob = api.person("ada"), api.person("bob")
    status = publish(api, ada)
    for who, emoji in ((ada, "❤"), (bob, "❤"), (bob, "blobcat@peer.example")):
        react(api, who, emoji, status)
    page = api.get(f"/@ada/{status['id']}").text
    assert "<span>❤️ 2</span>" in page
    assert 'alt=":blobcat:"' in page
