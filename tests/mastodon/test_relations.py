"""Following, blocking and muting through the API."""

from datetime import timedelta
from typing import Any

import pytest

from martlet.model.errors import NotFound
from martlet.storage import accounts, posts
from tests.client import Api, Person


def act(api: Api, who: Person, what: str, whom: Person, **form: Any) -> Any:
    reply = api.post(f"/api/v1/accounts/{whom.id}/{what}", who, json=form)
    assert reply.status == 200, reply.body
    return reply.json


def between(api: Api, who: Person, whom: Person) -> Any:
    return api.get("/api/v1/accounts/relationships", who, query={"id[]": whom.id}).json[0]


def lock(api: Api, who: Person) -> None:
    assert api.patch("/api/v1/accounts/update_credentials", who, json={"locked": True}).status == 200


def names(reply: Any) -> list[str]:
    return [one["username"] for one in reply.json]


def test_following_and_changing_what_one_wants(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    first = act(api, ada, "follow", bob)
    assert (first["following"], first["showing_reblogs"], first["notifying"]) == (True, True, False)
    assert first["languages"] is None
    changed = act(api, ada, "follow", bob, reblogs=False, languages=["de", "DE", "xx", "zh-tw"])
    assert (changed["showing_reblogs"], changed["languages"]) == (False, ["de", "zh-TW"])
    again = act(api, ada, "follow", bob, notify=True)
    assert (again["showing_reblogs"], again["notifying"], again["languages"]) == (
        False,
        True,
        ["de", "zh-TW"],
    )
    assert act(api, ada, "follow", bob, languages=[])["languages"] is None
    assert between(api, bob, ada)["followed_by"] is True
    ended = act(api, ada, "unfollow", bob)
    assert (ended["following"], ended["showing_reblogs"], ended["notifying"]) == (False, False, False)
    assert act(api, ada, "unfollow", bob) == ended


def test_fifty_follows_at_once_are_one(api: Api) -> None:
    """H7"""
    ada, bob = api.person("ada"), api.person("bob")
    replies = api.at_once([api.calling("POST", f"/api/v1/accounts/{bob.id}/follow", ada) for _ in range(50)])
    assert {reply.status for reply in replies} == {200}
    assert api.get(f"/api/v1/accounts/{bob.id}").json["followers_count"] == 1
    assert api.get(f"/api/v1/accounts/{ada.id}").json["following_count"] == 1
    assert names(api.get(f"/api/v1/accounts/{bob.id}/followers")) == ["ada"]


def test_opposite_actions_at_once_leave_no_contradiction(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    actions = ("follow", "block", "unblock", "unfollow", "mute", "unmute")
    calls = [
        api.calling("POST", f"/api/v1/accounts/{other.id}/{action}", one)
        for _ in range(4)
        for action in actions
        for one, other in ((ada, bob), (bob, ada))
    ]
    assert {reply.status for reply in api.at_once(calls)} <= {200, 403}
    relation = between(api, ada, bob)
    assert api.get(f"/api/v1/accounts/{bob.id}").json["followers_count"] == int(relation["following"])
    assert api.get(f"/api/v1/accounts/{ada.id}").json["followers_count"] == int(relation["followed_by"])
    if relation["blocking"] or relation["blocked_by"]:
        assert not relation["following"]
        assert not relation["followed_by"]


def test_nobody_follows_themselves_or_who_is_not_there(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    assert api.post(f"/api/v1/accounts/{ada.id}/follow", ada).status == 404
    for action in (
        "follow",
        "unfollow",
        "block",
        "unblock",
        "mute",
        "unmute",
        "remove_from_followers",
        "note",
    ):
        assert api.post(f"/api/v1/accounts/12345/{action}", ada).status == 404
        assert api.post(f"/api/v1/accounts/{bob.id}/{action}").status == 401
        assert api.post(f"/api/v1/accounts/{bob.id}/{action}", api.app_token()).status == 422
    with api.built.ground.store.write() as db:
        accounts.update(db, bob.id, suspended_at=1)
    assert api.post(f"/api/v1/accounts/{bob.id}/follow", ada).status == 404


@pytest.mark.parametrize(
    ("action", "scope"),
    [("follow", "write:follows"), ("unfollow", "write:follows"), ("remove_from_followers", "write:follows"),
     ("block", "write:blocks"), ("unblock", "write:blocks"), ("mute", "write:mutes"), ("unmute", "write:mutes"),
     ("note", "write:accounts")],
)  # fmt: skip
def test_scopes(api: Api, action: str, scope: str) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    path = f"/api/v1/accounts/{bob.id}/{action}"
    others = {"write:follows", "write:blocks", "write:mutes", "write:accounts", "read"} - {scope}
    assert api.post(path, api.token(ada.id, " ".join(others))).status == 403
    assert api.post(path, api.token(ada.id, scope)).status == 200
    if scope != "write:accounts":
        assert api.post(path, api.token(ada.id, "follow")).status == 200


def test_a_locked_account_is_asked(api: Api) -> None:
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    lock(api, ada)
    asked = act(api, bob, "follow", ada, reblogs=False)
    assert (asked["following"], asked["requested"], asked["showing_reblogs"]) == (False, True, False)
    act(api, eve, "follow", ada)
    assert between(api, ada, bob)["requested_by"] is True
    assert api.get("/api/v1/accounts/verify_credentials", ada).json["source"]["follow_requests_count"] == 2
    assert names(api.get("/api/v1/follow_requests", ada)) == ["eve", "bob"]
    first = api.get("/api/v1/follow_requests", ada, query={"limit": 1})
    assert names(first) == ["eve"]
    assert names(api.get(first.links["next"], ada)) == ["bob"]
    assert api.get("/api/v1/follow_requests", bob).json == []

    yes = api.post(f"/api/v1/follow_requests/{bob.id}/authorize", ada)
    assert (yes.json["followed_by"], yes.json["requested_by"]) == (True, False)
    no = api.post(f"/api/v1/follow_requests/{eve.id}/reject", ada)
    assert (no.json["followed_by"], no.json["requested_by"]) == (False, False)
    for one in (bob, eve):
        for what in ("authorize", "reject"):
            assert api.post(f"/api/v1/follow_requests/{one.id}/{what}", ada).status == 404
    assert between(api, bob, ada)["following"] is True
    assert api.get(f"/api/v1/accounts/{ada.id}").json["followers_count"] == 1


def test_nobody_answers_requests_of_others(api: Api) -> None:
    """A2"""
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    lock(api, ada)
    act(api, bob, "follow", ada)
    for id in (bob.id, ada.id):
        assert api.post(f"/api/v1/follow_requests/{id}/authorize", eve).status == 404
    assert between(api, bob, ada)["requested"] is True


def test_who_is_limited_has_to_ask_anyone(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    with api.built.ground.store.write() as db:
        accounts.update(db, bob.id, limited_at=1)
    assert act(api, bob, "follow", ada)["requested"] is True


def test_an_account_that_opens_lets_everyone_in_who_waits(api: Api) -> None:
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    lock(api, ada)
    act(api, bob, "follow", ada)
    act(api, eve, "follow", ada)
    api.patch("/api/v1/accounts/update_credentials", ada, json={"locked": False})
    api.work()
    assert names(api.get(f"/api/v1/accounts/{ada.id}/followers")) == ["eve", "bob"]


def test_taking_a_request_back(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    lock(api, ada)
    act(api, bob, "follow", ada)
    assert act(api, bob, "unfollow", ada)["requested"] is False
    assert api.get("/api/v1/follow_requests", ada).json == []


def test_removing_a_follower(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    act(api, bob, "follow", ada)
    assert act(api, ada, "remove_from_followers", bob)["followed_by"] is False
    assert act(api, ada, "remove_from_followers", bob)["followed_by"] is False
    assert between(api, bob, ada)["following"] is False


def test_a_block_ends_everything_between_two(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    act(api, ada, "follow", bob)
    act(api, bob, "follow", ada)
    post = api.post("/api/v1/statuses", ada, form={"status": "secret"}).json["id"]
    with api.built.ground.store.write() as db:
        db.run("INSERT INTO list (id, owner_id, title) VALUES (7, :owner, 'Friends')", owner=bob.id)
        db.run("INSERT INTO list_member (list_id, account_id, id) VALUES (7, :member, 8)", member=ada.id)
        db.run("INSERT INTO timeline_entry (timeline_id, post_id) VALUES (7, :post)", post=int(post))
    api.work()
    assert [one["type"] for one in api.get("/api/v1/notifications", ada).json] == ["follow"]
    relation = act(api, ada, "block", bob)
    assert (relation["blocking"], relation["following"], relation["followed_by"]) == (True, False, False)
    assert act(api, ada, "block", bob) == relation
    theirs = between(api, bob, ada)
    assert (theirs["blocked_by"], theirs["following"], theirs["followed_by"]) == (True, False, False)
    api.work()
    with api.built.ground.store.read() as db:
        for table in ("list_member", "follow"):
            assert db.value(f"SELECT count(*) FROM {table}") == 0
        assert db.value("SELECT count(*) FROM timeline_entry WHERE timeline_id = 7") == 0
        with pytest.raises(NotFound):
            posts.get(db, int(post), viewer=bob.id)  # type: ignore[arg-type]  # an id as it came
    assert api.get(f"/api/v1/statuses/{post}", bob).status == 404
    for one, other in ((ada, bob), (bob, ada)):
        refused = api.post(f"/api/v1/accounts/{other.id}/follow", one)
        assert refused.status == 403
        assert refused.json["error"] == "This action is not allowed"
    assert names(api.get("/api/v1/blocks", ada)) == ["bob"]
    assert api.get("/api/v1/blocks", bob).json == []
    assert act(api, ada, "unblock", bob)["blocking"] is False
    assert api.get("/api/v1/notifications", ada).json == []
    assert api.get(f"/api/v1/statuses/{post}", bob).status == 200
    assert act(api, bob, "follow", ada)["following"] is True


def test_a_block_withdraws_a_request(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    lock(api, ada)
    act(api, bob, "follow", ada)
    act(api, ada, "block", bob)
    assert api.get("/api/v1/follow_requests", ada).json == []
    assert between(api, bob, ada)["requested"] is False


def test_blocking_and_muting_oneself_does_nothing(api: Api) -> None:
    ada = api.person("ada")
    assert act(api, ada, "block", ada)["blocking"] is False
    assert act(api, ada, "mute", ada)["muting"] is False


def test_blocks_and_mutes_are_paged(api: Api) -> None:
    ada = api.person("ada")
    for n in range(3):
        whom = api.person(f"p{n}")
        act(api, ada, "block", whom)
        act(api, ada, "mute", whom)
    for path in ("/api/v1/blocks", "/api/v1/mutes"):
        first = api.get(path, ada, query={"limit": 2})
        assert names(first) == ["p2", "p1"]
        assert names(api.get(first.links["next"], ada)) == ["p0"]
        assert names(api.get(first.links["prev"], ada)) == []


def test_muting(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    muted = act(api, ada, "mute", bob)
    assert (muted["muting"], muted["muting_notifications"], muted["muting_expires_at"]) == (True, True, None)
    softer = act(api, ada, "mute", bob, notifications=False)
    assert (softer["muting"], softer["muting_notifications"]) == (True, False)
    assert api.get("/api/v1/mutes", ada).json[0]["mute_expires_at"] is None
    assert act(api, ada, "unmute", bob)["muting"] is False
    assert api.get("/api/v1/mutes", ada).json == []


def test_a_mute_ends_when_its_time_is_up(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    timed = act(api, ada, "mute", bob, duration=3600)
    assert timed["muting_expires_at"] is not None
    assert api.get("/api/v1/mutes", ada).json[0]["mute_expires_at"] == timed["muting_expires_at"]
    here = api.built.ground.here
    later = here.now() + timedelta(hours=1, seconds=1)
    object.__setattr__(here, "clock", lambda: later)
    assert between(api, ada, bob)["muting"] is False
    assert api.get("/api/v1/mutes", ada).json == []
    api.work()
    with api.built.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM mute") == 0
        assert db.value("SELECT count(*) FROM hidden") == 0


def test_a_block_for_a_time_ends(api: Api) -> None:
    """No part of Mastodon's. Said again, it changes how long; without a time it stays."""
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    act(api, ada, "block", bob, duration=3600)
    act(api, ada, "block", eve, duration=3600)
    assert act(api, ada, "block", eve)["blocking"] is True
    here = api.built.ground.here
    later = here.now() + timedelta(hours=1, seconds=1)
    api.work()
    assert between(api, ada, bob)["blocking"] is True
    object.__setattr__(here, "clock", lambda: later)
    api.work()
    assert between(api, ada, bob)["blocking"] is False
    assert between(api, bob, ada)["blocked_by"] is False
    assert between(api, ada, eve)["blocking"] is True
    with api.built.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM hidden") == 2
    assert api.post(f"/api/v1/accounts/{bob.id}/block", ada, form={"duration": "-1"}).status == 422


@pytest.mark.parametrize("duration", ["-1", "9" * 18, "9" * 30, "soon"])
def test_impossible_durations(api: Api, duration: str) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    path = f"/api/v1/accounts/{bob.id}/mute"
    assert api.post(path, ada, form={"duration": duration}).status == 422
    assert api.post(path, ada, form={"duration": ""}).status == 200


def test_relationships(api: Api) -> None:
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    act(api, ada, "follow", bob)
    path = "/api/v1/accounts/relationships"
    reply = api.get(path, ada, query={"id[]": [eve.id, bob.id, ada.id, 77, "x", eve.id]})
    assert [one["id"] for one in reply.json] == [str(eve.id), str(bob.id), str(ada.id)]
    assert api.get(path, ada, query={"id": bob.id}).json[0]["following"] is True
    assert api.get(path, ada).json == []
    with api.built.ground.store.write() as db:
        accounts.update(db, bob.id, suspended_at=1)
    assert api.get(path, ada, query={"id[]": bob.id}).json == []
    assert len(api.get(path, ada, query={"id[]": bob.id, "with_suspended": "true"}).json) == 1
    assert api.get(path, query={"id[]": bob.id}).status == 401


def test_a_note_about_somebody_is_ones_own(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    assert act(api, ada, "note", bob, comment=" met at the station ")["note"] == "met at the station"
    assert between(api, bob, ada)["note"] == ""
    assert act(api, ada, "note", bob)["note"] == ""
    assert api.post(f"/api/v1/accounts/{bob.id}/note", ada, form={"comment": "x" * 2001}).status == 422


def test_people_shown_on_a_profile(api: Api) -> None:
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    refused = api.post(f"/api/v1/accounts/{bob.id}/endorse", ada)
    assert refused.status == 422
    assert "already following" in refused.json["error"]
    for one, action in ((bob, "endorse"), (eve, "pin")):
        act(api, ada, "follow", one)
        assert act(api, ada, action, one)["endorsed"] is True
        assert act(api, ada, action, one)["endorsed"] is True
    path = f"/api/v1/accounts/{ada.id}/endorsements"
    assert names(api.get(path)) == names(api.get("/api/v1/endorsements", ada)) == ["eve", "bob"]
    assert names(api.get(api.get(path, query={"limit": 1}).links["next"])) == ["bob"]
    assert act(api, ada, "unpin", eve)["endorsed"] is False
    assert act(api, ada, "unendorse", eve)["endorsed"] is False
    assert act(api, ada, "unfollow", bob)["endorsed"] is False
    assert api.get(path).json == []


def test_who_goes_and_comes_back_is_told_of_anew(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")

    def told() -> list[str]:
        api.work()
        return [one["id"] for one in api.get("/api/v1/notifications", bob).json]

    act(api, ada, "follow", bob)
    first = told()
    assert len(first) == 1
    act(api, ada, "unfollow", bob)
    assert told() == []
    act(api, ada, "follow", bob)
    assert len(told()) == 1
    assert told() != first
