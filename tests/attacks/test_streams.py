"""Groups A, F and H of the attacks, tried on streams that are open while something happens."""

import io
import logging
from contextlib import ExitStack

import msgspec
import pytest

from martlet.settings import Settings
from martlet.streaming import hub
from tests.attacks.test_a_access import (
    End,
    _app_ended,
    _frozen,
    _given_a_new_password,
    _left,
    _suspended,
)
from tests.client import Api
from tests.listening import Listening, asked, listening, talking
from tests.mastodon.acts import publish

USER = "/api/v1/streaming/user"
SCOPES = {"user:notification": "read:notifications"}
STREAMS = (
    "user",
    "user:notification",
    "public",
    "public:local",
    "hashtag",
    "hashtag:local",
    "list",
    "direct",
)


@pytest.mark.parametrize("end", [_suspended, _frozen, _left, _given_a_new_password, _app_ended])
def test_a3_a_stream_ends_with_what_opened_it(api: Api, end: End) -> None:
    """Within moments; and what happens before that moment is over is not told any more."""
    ada, bob = api.person("ada"), api.person("bob")
    api.post(f"/api/v1/accounts/{bob.id}/follow", ada)
    api.work()
    with (
        listening(api, USER, ada) as stream,
        talking(api, "/api/v1/streaming?stream=user", ada) as socket,
        listening(api, USER, bob) as other,
    ):
        with api.built.ground.store.write() as db:
            end(db, api, ada)
        publish(api, bob, "not for ada any more")
        api.work()
        if end is not _app_ended:  # both are this app's
            other.until("update")
        stream.until_over()
        socket.until_true(lambda: socket.close_code is not None)
        assert (stream.names(), socket.names(), socket.close_code) == ([], [], 1008)
        assert api.run(asked(api, USER, ada)).status in (401, 403)


def test_a3_without_anything_happening_too(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "CHECKED", 0.02)
    ada = api.person("ada")
    with listening(api, USER, ada) as stream:
        with api.built.ground.store.write() as db:
            _given_a_new_password(db, api, ada)
        stream.until_over()


def test_a1_each_stream_asks_for_its_scope(api: Api) -> None:
    ada = api.person("ada")
    made = api.post("/api/v1/lists", ada, json={"title": "x"}).json["id"]
    for stream in STREAMS:
        scope = SCOPES.get(stream, "read:statuses")
        others = "profile write follow push read:" + " read:".join(
            one
            for one in ("accounts", "lists", "notifications", "statuses", "search")
            if f"read:{one}" != scope
        )
        with talking(
            api, f"/api/v1/streaming?stream={stream}&tag=x&list={made}", api.token(ada.id, others)
        ) as socket:
            socket.until_true(lambda socket=socket: bool(socket.refusals()))  # type: ignore[misc]  # bound at once; mypy knows no lambda with a default
            assert socket.refusals() == [("This action is outside the authorized scopes", 403)]


def test_a2_f1_to_f5_no_stream_tells_what_was_not_written_for_you(api: Api) -> None:
    """Everybody listens to everything they can name, others' lists among it, while posts come, change and go."""
    people = {
        name: api.person(name) for name in ("author", "follower", "named", "stranger", "removed", "blocked")
    }
    author = people["author"]
    for name in ("follower", "removed", "blocked"):
        api.post(f"/api/v1/accounts/{author.id}/follow", people[name])
    api.post(f"/api/v1/accounts/{people['removed'].id}/remove_from_followers", author)
    api.patch("/api/v2/notifications/policy", people["named"], json={"for_private_mentions": "accept"})
    api.post(f"/api/v1/accounts/{people['blocked'].id}/block", author)
    lists = {}
    for name in ("follower", "author"):
        lists[name] = api.post("/api/v1/lists", people[name], json={"title": "x"}).json["id"]
    api.post(
        f"/api/v1/lists/{lists['follower']}/accounts",
        people["follower"],
        json={"account_ids": [str(author.id)]},
    )
    api.work()
    seeing = {
        "public": set(people) - {"blocked"},
        "private": {"author", "follower", "named"},
        "direct": {"author", "named"},
    }
    with ExitStack() as stack:
        sockets = {}
        for name, person in people.items():
            sockets[name] = stack.enter_context(talking(api, "/api/v1/streaming?stream=user", person))
            for stream in STREAMS[1:]:
                for list_id in lists.values() if stream == "list" else ("",):
                    sockets[name].say({"type": "subscribe", "stream": stream, "tag": "town", "list": list_id})
        for visibility in ("direct", "private", "public"):
            made = publish(api, author, f"@named secret{visibility} #town", visibility=visibility)
            api.work()
            path = f"/api/v1/statuses/{made['id']}"
            sockets["named"].until("notification")
            api.put(path, author, json={"status": f"@named secret{visibility} again #town"})
            api.work()
        for name in people.keys() - {"blocked"}:
            sockets[name].until_true(lambda name=name: "secretpublic again" in _words(sockets[name]))  # type: ignore[misc]  # bound at once; mypy knows no lambda with a default
        publish(api, people["blocked"], "#town")
        api.work()
        sockets["blocked"].until("update")
        for visibility, who in seeing.items():
            assert {name for name in people if f"secret{visibility}" in _words(sockets[name])} == who, (
                visibility
            )


def _words(stream: Listening) -> str:
    return "".join(event.payload or "" for event in stream.events())


ENDS = {
    "unfollowed": ("reader", "unfollow"),
    "removed": ("author", "remove_from_followers"),
    "blocked": ("author", "block"),
    "blocking": ("reader", "block"),
    "muted": ("reader", "mute"),
}
"""Who does what to the other."""


@pytest.mark.parametrize("end", ENDS)
def test_f8_what_ends_ends_in_open_streams(api: Api, end: str) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    api.post(f"/api/v1/accounts/{bob.id}/follow", ada)
    api.work()
    with listening(api, USER, ada) as stream:
        publish(api, bob, "first", visibility="private")
        api.work()
        stream.until("update")
        who, deed = ENDS[end]
        one, other = (ada, bob) if who == "reader" else (bob, ada)
        assert api.post(f"/api/v1/accounts/{other.id}/{deed}", one).status == 200
        publish(api, bob, "second", visibility="private")
        last = publish(api, ada, "third")
        api.work()
        while stream.until("update").json["id"] != last["id"]:
            pass
        assert "second" not in _words(stream)


def test_h4_a18_a_token_in_an_address_is_not_written_down(api: Api) -> None:
    ada, log = api.person("ada"), io.StringIO()
    handler, root = logging.StreamHandler(log), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with talking(api, f"/api/v1/streaming?stream=user&access_token={ada.token}") as socket:
            socket.say({"type": "subscribe", "stream": "nonsense", "access_token": ada.token})
            publish(api, ada)
            api.work()
            socket.until("update")
        assert api.get(f"/api/v1/streaming/nonsense?access_token={ada.token}").status == 404
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
    assert ada.token not in log.getvalue()


def test_a14_nobody_opens_streams_without_end(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("martlet.mastodon.streaming.MOST_OF_ACCOUNT", 3)
    monkeypatch.setattr("martlet.mastodon.streaming.MOST_OF_ADDRESS", 2)
    ada, bob = api.person("ada"), api.person("bob")
    for path, token, most in ((USER, ada, 3), ("/api/v1/streaming/public", None, 2)):
        with ExitStack() as stack:
            for _ in range(most):
                stack.enter_context(listening(api, path, token))
            assert api.run(asked(api, path, token)).status == 429
            assert api.run(asked(api, USER, bob)).status == 200
        assert api.run(asked(api, path, token)).status == 200


def test_a14_a_flood_of_wishes_ends_the_stream(api: Api) -> None:
    ada = api.person("ada")
    with talking(api, "/api/v1/streaming", ada) as socket:
        for number in range(59):
            socket.say({"type": "subscribe", "stream": "hashtag", "tag": f"tag{number}"})
        assert socket.close_code is None
        for number in range(5):
            socket.say({"type": "subscribe", "stream": "hashtag", "tag": f"more{number}"})
        assert socket.close_code == 1008


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    """With `closed` in its name, a test's server shows its public pages to members only."""
    return (
        msgspec.structs.replace(settings, public_preview=False) if "closed" in request.node.name else settings
    )


def test_a1_streams_of_a_closed_server_are_for_its_members(api: Api) -> None:
    ada = api.person("ada")
    for path in (
        "/api/v1/streaming/public",
        "/api/v1/streaming/hashtag?tag=x",
        "/api/v1/streaming?stream=public:local",
    ):
        assert api.run(asked(api, path)).status == 401
        assert api.run(asked(api, path, api.app_token("read"))).status == 422
        assert api.run(asked(api, path, ada)).status == 200
