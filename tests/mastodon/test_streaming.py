"""Streams of the client API: what is told, and to whom."""

import random
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from martlet.mastodon import entities, notification_entities
from martlet.mastodon.server_entities import Announcement
from martlet.model.announcements import AnnouncementWish
from martlet.model.events import NotificationsMerged, PostPublished
from martlet.model.names import PostId
from martlet.model.roles import OPERATOR
from martlet.services import announcing
from tests.client import Api, Person, strictly
from tests.listening import Event, Lines, asked, listening, talking
from tests.mastodon.acts import do, publish, upload

USER = "/api/v1/streaming/user"
PUBLIC = "/api/v1/streaming/public"


def follow(api: Api, follower: Person, followed: Person, **how: Any) -> None:
    assert api.post(f"/api/v1/accounts/{followed.id}/follow", follower, json=how).status == 200
    api.work()


def told(stream: Lines, api: Api, marker: Person) -> list[str]:
    """All that is told until a post of the marker's, who is followed or oneself: the others' ids, and what they are."""
    last = publish(api, marker, "the last one")["id"]
    api.work()
    while stream.until("update").json["id"] != last:
        pass
    return [f"{one.name} {_id(one)}" for one in stream.events() if _id(one) != last]


def _id(event: Event) -> str:
    return str(event.json["id"]) if event.payload and event.payload[0] == "{" else str(event.payload)


def test_it_is_alive(api: Api) -> None:
    reply = api.get("/api/v1/streaming/health")
    assert (reply.status, reply.body) == (200, b"OK")


def test_a_post_is_told_to_followers_and_to_the_public(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    follow(api, bob, ada)
    with (
        listening(api, USER, ada) as own,
        listening(api, USER, bob) as follower,
        listening(api, USER, eve) as stranger,
        listening(api, PUBLIC) as visitor,
        listening(api, PUBLIC + "/local", eve) as local,
        listening(api, PUBLIC + "/remote", eve) as remote,
    ):
        made = publish(api, ada, "Good morning")
        api.work()
        for stream, marks in ((own, True), (follower, True), (visitor, False), (local, True)):
            event = stream.until("update")
            strictly((event.payload or "").encode(), entities.Status)
            assert event.json["id"] == made["id"]
            assert ("favourited" in event.json) is marks
        assert "pinned" in own.events()[0].json
        assert told(stranger, api, eve) == []
        assert remote.names() == []
        assert follower.sent.startswith(b":)\n")


def test_a_post_is_told_as_each_would_be_shown_it(api: Api) -> None:
    """Polls, quotes, boosts, pictures; to its author, to people with filters, to people who muted the thread."""
    ada, cem = api.person("ada"), api.person("cem")
    readers = {name: api.person(name) for name in ("plain", "filtering", "muting", "voting")}
    for one in readers.values():
        follow(api, one, ada)
    rain = {"title": "Rain", "context": ["home"], "keywords_attributes": [{"keyword": "rain"}]}
    api.post("/api/v2/filters", readers["filtering"], json=rain)
    first = publish(api, ada, "first")
    do(api, readers["muting"], "mute", first)
    asked = publish(api, cem, "rain?", poll={"options": ["a", "b"], "expires_in": 3600})
    poll = f"/api/v1/polls/{asked['poll']['id']}/votes"
    assert api.post(poll, readers["voting"], json={"choices": [0]}).status == 200
    api.work()
    people = {"author": ada, **readers}
    with ExitStack() as stack:
        streams = {name: stack.enter_context(listening(api, USER, one)) for name, one in people.items()}
        made = [
            publish(api, ada, "it will rain"),
            publish(api, ada, "second", in_reply_to_id=first["id"]),
            publish(api, ada, "which?", poll={"options": ["rain", "sun"], "expires_in": 3600}),
            publish(api, ada, "see", media_ids=[upload(api, ada)], quote_approval_policy="followers"),
            publish(api, ada, "look", quoted_status_id=asked["id"]),
            do(api, ada, "reblog", asked),
        ]
        api.work()
        for name, stream in streams.items():
            for post in made:
                told = stream.until("update")
                strictly((told.payload or "").encode(), entities.Status)
                shown = api.get(f"/api/v1/statuses/{post['id']}", people[name]).json
                assert told.json == shown, (name, post["content"])


def test_an_edit_and_a_deletion_follow_the_post(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    follow(api, bob, ada)
    with (
        listening(api, USER, bob) as follower,
        listening(api, PUBLIC, eve) as public,
        listening(api, USER, eve) as stranger,
    ):
        made = publish(api, ada, "Goof morning")
        boost = do(api, bob, "reblog", made)
        api.work()
        for stream in (follower, public):  # they tell a post as it is when they tell it
            assert stream.until("update").json["content"] == "<p>Goof morning</p>"
        assert api.put(f"/api/v1/statuses/{made['id']}", ada, json={"status": "Good morning"}).status == 200
        do(api, bob, "unreblog", made)
        api.work()
        for stream in (follower, public):
            changed = stream.until("status.update")
            assert changed.json["content"] == "<p>Good morning</p>"
            strictly((changed.payload or "").encode(), entities.Status)
        assert follower.until("delete").payload == boost["id"]
        api.delete(f"/api/v1/statuses/{made['id']}", ada)
        api.work()
        assert follower.until("delete").payload == public.until("delete").payload == made["id"]
        assert told(stranger, api, eve) == []


@pytest.mark.parametrize("visibility", ["unlisted", "private", "direct"])
def test_what_is_not_public_is_told_to_those_it_is_for(api: Api, visibility: str) -> None:
    ada, bob, cem, eve = (api.person(name) for name in ("ada", "bob", "cem", "eve"))
    follow(api, bob, ada)
    with (
        listening(api, USER, bob) as follower,
        listening(api, USER, cem) as named,
        listening(api, USER, eve) as stranger,
        listening(api, PUBLIC, bob) as public,
        listening(api, "/api/v1/streaming/hashtag?tag=town", bob) as tagged,
    ):
        made = publish(api, ada, "for @cem #town", visibility=visibility)
        api.work()
        if visibility != "direct":
            follower.until_true(lambda: bool(follower.names()))  # it is told as it is when it is told
        api.delete(f"/api/v1/statuses/{made['id']}", ada)
        api.work()
        both = [f"update {made['id']}", f"delete {made['id']}"]
        assert told(follower, api, bob) == ([] if visibility == "direct" else both)
        assert named.until("delete").payload == made["id"]
        assert told(stranger, api, eve) == []
        told(public, api, bob)
        assert made["id"] not in public.sent.decode()
        publish(api, bob, "#town")
        api.work()
        tagged.until("update")
        assert made["id"] not in tagged.sent.decode()


def test_visitors_hear_nothing_of_what_is_for_people_here(api: Api) -> None:
    ada = api.person("ada")
    with listening(api, PUBLIC) as visitor, listening(api, PUBLIC, ada) as own:
        made = publish(api, ada, "among us", local_only=True)
        api.work()
        own.until("update")
        api.delete(f"/api/v1/statuses/{made['id']}", ada)
        api.work()
        own.until("delete")
        publish(api, ada)
        api.work()
        visitor.until("update")
        assert made["id"] not in visitor.sent.decode()


def test_a_conversation_goes_on(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    api.post(f"/api/v1/accounts/{ada.id}/follow", bob)
    direct = "/api/v1/streaming/direct"
    with (
        listening(api, direct, bob) as his,
        listening(api, direct, ada) as hers,
        listening(api, direct, eve) as none,
    ):
        made = publish(api, ada, "@bob between us", visibility="direct")
        api.work()
        event = his.until("conversation")
        strictly((event.payload or "").encode(), notification_entities.Conversation)
        assert event.json["last_status"]["id"] == made["id"]
        assert event.json["unread"] is True
        assert hers.until("conversation").json["unread"] is False
        assert none.names() == []


def test_notifications_are_told_as_their_page_shows_them(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    made = publish(api, ada)
    api.work()
    without = api.token(ada.id, "read:statuses")
    api.post(f"/api/v1/accounts/{eve.id}/mute", ada)
    with (
        listening(api, USER, ada) as stream,
        listening(api, USER + "/notification", ada) as only,
        listening(api, USER, without) as blind,
    ):
        do(api, eve, "favourite", made)
        do(api, bob, "favourite", made)
        api.work()
        for one in (stream, only):
            event = one.until("notification")
            strictly((event.payload or "").encode(), notification_entities.Notification)
            assert (event.json["type"], event.json["account"]["id"]) == ("favourite", str(bob.id))
            assert one.names() == ["notification"]
        told(blind, api, ada)
        assert "notification" not in blind.names()


def test_hashtags_media_and_other_servers_posts(api: Api) -> None:
    ada = api.person("ada")
    paths = {
        "tag": "/api/v1/streaming/hashtag?tag=T%C3%B6wn", "local tag": "/api/v1/streaming/hashtag/local?tag=town",
        "media": PUBLIC + "?only_media=true", "local media": PUBLIC + "/local?only_media=1", "remote": PUBLIC + "/remote",
        "remote media": PUBLIC + "/remote?only_media=true", "all": PUBLIC,
    }  # fmt: skip
    here = {"all", "tag", "local tag", "media", "local media"}
    picture = publish(api, ada, "see #town", media_ids=[upload(api, ada)])
    plain = publish(api, ada, "read #town")
    far = publish(api, ada, "from afar #town")
    answer = publish(api, ada, "more #town", in_reply_to_id=plain["id"])
    api.work()
    wanted = {
        picture["id"]: here,
        plain["id"]: here - {"media", "local media"},
        far["id"]: {"all", "tag", "remote"},
        answer["id"]: here - {"media", "local media"},
    }
    with api.built.ground.store.write() as db:
        db.run("UPDATE post SET is_local = 0 WHERE id = :id", id=int(far["id"]))
    streams = {name: listening(api, path, ada) for name, path in paths.items()}
    opened = {name: stream.__enter__() for name, stream in streams.items()}
    with api.built.ground.store.write() as db:
        for id in wanted:
            db.emit(PostPublished(PostId(int(id))))
    api.work()
    last = publish(api, ada, "#town", media_ids=[upload(api, ada)])
    api.work()
    for name in here:
        while opened[name].until("update").json["id"] != last["id"]:
            pass
    got = {id: {name for name in paths if id in opened[name].sent.decode()} for id in wanted}
    for stream in streams.values():
        stream.__exit__(None, None, None)
    assert got == wanted


def test_lists_and_the_homes_they_keep_posts_out_of(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    for one in (bob, eve):
        follow(api, ada, one)
    made = api.post("/api/v1/lists", ada, json={"title": "Friends", "exclusive": True}).json
    api.post(f"/api/v1/lists/{made['id']}/accounts", ada, json={"account_ids": [str(bob.id)]})
    other = api.post("/api/v1/lists", eve, json={"title": "Mine"}).json
    with (
        listening(api, f"/api/v1/streaming/list?list={made['id']}", ada) as listed,
        listening(api, USER, ada) as home,
    ):
        post = publish(api, bob)
        api.work()
        assert listed.until("update").json["id"] == post["id"]
        answer = publish(api, bob, "@stranger no", in_reply_to_id=publish(api, api.person("stranger"))["id"])
        api.delete(f"/api/v1/statuses/{post['id']}", bob)
        api.work()
        assert listed.until("delete").payload == post["id"]
        assert answer["id"] not in listed.sent.decode()
        assert told(home, api, eve) == [f"delete {post['id']}"], "who follows is told what is gone"
    for id in (other["id"], "1", "x", "9" * 30, ""):
        assert api.get(f"/api/v1/streaming/list?list={id}", ada).status == (401 if id else 400)


def test_filters_are_told_and_followed(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    follow(api, ada, bob)
    rain = {"title": "Rain", "context": ["home"], "keywords_attributes": [{"keyword": "rain"}]}
    with listening(api, USER, ada) as stream, listening(api, USER, bob) as other:
        made = api.post("/api/v2/filters", ada, json=rain).json
        for change in ("post", "put", "delete"):
            if change == "put":
                api.put(f"/api/v2/filters/{made['id']}", ada, json={"title": "Wet"})
            elif change == "delete":
                api.delete(f"/api/v2/filters/{made['id']}", ada)
            api.work()
            assert stream.until("filters_changed").payload == "undefined"
            publish(api, bob, "it will rain")
            api.work()
            found = [one["filter"]["title"] for one in stream.until("update").json["filtered"]]
            assert found == {"post": ["Rain"], "put": ["Wet"], "delete": []}[change]
        publish(api, bob, "dry")
        assert "filters_changed" not in other.names()


def test_held_back_notifications_that_were_let_in_are_told(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    with listening(api, USER, ada) as stream, listening(api, USER, bob) as other:
        with api.built.ground.store.write() as db:
            db.emit(NotificationsMerged(ada.id))
        api.work()
        assert stream.until("notifications_merged").payload == "1"
        assert told(other, api, bob) == []


def test_announcements_are_told_to_everybody(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob", role="owner")
    here = api.built.ground.here
    with listening(api, USER, ada) as stream, listening(api, PUBLIC, ada) as public:
        with api.built.ground.store.write() as db:
            said = announcing.write(db, OPERATOR, AnnouncementWish("Fair #town"), here)
            made = announcing.publish(db, OPERATOR, said.id, here)
        api.work()
        event = stream.until("announcement")
        strictly((event.payload or "").encode(), Announcement)
        assert event.json["id"] == str(made.id)
        path = f"/api/v1/announcements/{made.id}/reactions/%F0%9F%91%8D"
        assert api.put(path, bob).status == 200
        api.work()
        wanted = {"name": "👍", "count": 1, "announcement_id": str(made.id)}
        assert stream.until("announcement.reaction").json.items() >= wanted.items()
        assert api.delete(path, bob).status == 200
        api.work()
        assert stream.until("announcement.reaction").json == wanted | {"count": 0}
        with api.built.ground.store.write() as db:
            announcing.unpublish(db, OPERATOR, made.id, here)
        api.work()
        assert stream.until("announcement.delete").payload == str(made.id)
        assert public.names() == []


def test_each_follower_hears_once_however_the_fan_out_is_parted(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of them follows the hashtag, too."""
    runner = api.built.runner
    runner.here = replace(runner.here, limits=replace(runner.here.limits, fan_out=2))
    monkeypatch.setattr("martlet.storage.fanout.WIDER_ON_POSTGRES", 1)
    ada = api.person("ada")
    readers = [api.person(f"reader{number}") for number in range(5)]
    for one in readers:
        follow(api, one, ada)
    api.post("/api/v1/tags/town/follow", readers[0])
    streams = [listening(api, USER, one) for one in readers]
    opened = [stream.__enter__() for stream in streams]
    made = publish(api, ada, "#town")
    api.work()
    heard = [told(stream, api, reader) for stream, reader in zip(opened, readers, strict=True)]
    for stream in streams:
        stream.__exit__(None, None, None)
    assert heard == [[f"update {made['id']}"]] * len(readers)


def test_old_posts_are_no_news_and_nobody_listening_costs_no_row(api: Api) -> None:
    ada = api.person("ada")
    publish(api, ada)
    api.work()
    with api.built.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM broadcast") == 0
    old = publish(api, ada)["id"]
    api.work()
    with listening(api, USER, ada) as stream, listening(api, PUBLIC) as public:
        with api.built.ground.store.write() as db:
            db.emit(PostPublished(PostId(int(old)), is_news=False))
        api.work()
        assert told(stream, api, ada) == []
        assert public.until("update").json["id"] != old


# -- one WebSocket --------------------------------------------------------


def test_a_websocket_subscribes_and_unsubscribes(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    follow(api, ada, bob)
    with talking(api, "/api/v1/streaming/?stream=user", ada) as socket:
        for wish in (
            {"stream": "public"},
            {"stream": ["hashtag"], "tag": "Town"},
            {"stream": "user:notification"},
        ):
            socket.say({"type": "subscribe", **wish})
        made = publish(api, bob, "@ada #town")
        api.work()
        socket.until_true(lambda: len(socket.events()) == 5)
        assert sorted((one.name, one.stream) for one in socket.events()) == [
            ("notification", ("user",)),
            ("notification", ("user:notification",)),
            ("update", ("hashtag", "Town")),
            ("update", ("public",)),
            ("update", ("user",)),
        ]
        assert {one.json.get("status", one.json)["id"] for one in socket.events()} == {made["id"]}
        for wish in ({"stream": "public"}, {"stream": "hashtag", "tag": "town"}, {"stream": "user"}):
            socket.say({"type": "unsubscribe", **wish})
        before = len(socket.events())
        publish(api, bob, "@ada again #town")
        api.work()
        socket.until_true(lambda: len(socket.events()) > before)
        assert [one.stream for one in socket.events()[before:]] == [("user:notification",)]


def test_a_websocket_is_told_what_it_cannot_have(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    theirs = api.post("/api/v1/lists", bob, json={"title": "x"}).json["id"]
    narrow = api.token(ada.id, "read:notifications")
    asked_for: list[tuple[Any, tuple[str, int]]] = [
        ({"type": "subscribe", "stream": "nonsense"}, ("Unknown stream type", 404)),
        ({"type": "subscribe", "stream": "hashtag"}, ("Missing tag name parameter", 400)),
        ({"type": "subscribe", "stream": "list"}, ("Missing list name parameter", 400)),
        (
            {"type": "subscribe", "stream": "list", "list": theirs},
            ("Not authorized to stream this list", 401),
        ),
        ({"type": "dance"}, ("Unknown message type", 400)),
        ("[" * 5000, ("This is not JSON", 400)),
        ("[]", ("Unknown message type", 400)),
    ]
    with talking(api, "/api/v1/streaming", ada) as socket:
        for number, (said, refusal) in enumerate(asked_for):
            socket.say(said)
            socket.until_true(lambda number=number: len(socket.refusals()) > number)  # type: ignore[misc]  # bound at once; mypy knows no lambda with a default
            assert socket.refusals()[-1] == refusal
    with talking(api, "/api/v1/streaming?stream=user", narrow) as socket:
        socket.until_true(lambda: bool(socket.refusals()))
        assert socket.refusals() == [("This action is outside the authorized scopes", 403)]


@pytest.mark.parametrize("place", ["query", "protocol"])
def test_a_token_may_stand_where_browsers_can_put_it(api: Api, place: str) -> None:
    ada = api.person("ada")
    path, headers = "/api/v1/streaming?stream=user", {}
    if place == "query":
        path += f"&access_token={ada.token}"
    else:
        headers = {"sec-websocket-protocol": ada.token}
    with talking(api, path, headers=headers) as socket:
        publish(api, ada)
        api.work()
        socket.until("update")
        echoed = dict(socket.answer.headers).get(b"sec-websocket-protocol", b"").decode()
        assert echoed == headers.get("sec-websocket-protocol", "")
    other = f"/api/v1/timelines/home?access_token={ada.token}"
    assert api.get(other).status == 401


def test_what_is_no_stream_is_refused(api: Api) -> None:
    ada = api.person("ada")
    upgrade = {"upgrade": "websocket", "connection": "upgrade"}
    for path, status in (
        ("/api/v1/streaming", 404),
        ("/api/v1/streaming?stream=nonsense", 404),
        ("/api/v1/streaming/nonsense", 404),
        ("/api/v1/streaming/hashtag", 400),
        ("/api/v1/streaming?stream=list", 400),
    ):
        assert api.get(path, ada).status == status, path
    for path in (USER, USER + "/notification", "/api/v1/streaming/direct", "/api/v1/streaming/list?list=1"):
        assert api.get(path).status == 401
        assert api.get(path, "nonsense").json["error"] == "The access token is invalid"
    assert api.run(asked(api, "/api/v1/streaming", ada, upgrade)).status == 400


# -- order -----------------------------------------------------------------


@pytest.mark.parametrize("seed", range(2))
def test_everybody_hears_everything_once_and_in_its_order(api: Api, seed: int) -> None:
    """Whatever is done, with the reactions done at whatever moment between."""
    drawn = random.Random(seed)
    authors, reader = [api.person("ada"), api.person("bob")], api.person("eve")
    for one in authors:
        follow(api, reader, one)
    written: list[tuple[Person, str]] = []
    done: list[str] = []
    with listening(api, USER, reader) as stream:
        for step in range(30):
            deed = drawn.choice(("write", "write", "edit", "delete", "wait"))
            if deed == "wait":
                api.work()
            elif deed == "write" or not written:
                by = drawn.choice(authors)
                written.append((by, publish(api, by, f"no. {step}")["id"]))
                done.append(f"update {written[-1][1]}")
            else:
                by, id = written[drawn.randrange(len(written))]
                path = f"/api/v1/statuses/{id}"
                if deed == "edit":
                    api.work()  # a new post is told as it is by then: nothing is left to tell of an edit before that
                    assert api.put(path, by, json={"status": f"changed in {step}"}).status == 200
                    done.append(f"status.update {id}")
                else:
                    api.work()
                    stream.until_true(lambda: len(stream.events()) >= len(done))
                    assert api.delete(path, by).status == 200
                    written.remove((by, id))
                    done.append(f"delete {id}")
        assert told(stream, api, reader) == done
