"""Calm: what strangers bring about is kept aside, dropped or told, as one likes it."""

from typing import Any

import pytest

from martlet.mastodon import entities as things
from martlet.mastodon import notification_entities as entities
from martlet.model.events import NotificationsMerged, Notified
from martlet.model.names import NotificationId
from martlet.model.server import Server
from martlet.services import moderating
from martlet.storage import notifications
from martlet.storage.database import Writer
from tests.client import Api, Person
from tests.mastodon.test_notifications import published, types

POLICY = "/api/v2/notifications/policy"
REQUESTS = "/api/v1/notifications/requests"
DAY_MS = 86_400_000


def wants(api: Api, person: Person, **policy: str) -> dict[str, Any]:
    reply = api.patch(POLICY, person, json={f"for_{name}": value for name, value in policy.items()})
    assert reply.status == 200, reply.body
    found: dict[str, Any] = reply.json
    return found


def pending(api: Api, person: Person) -> tuple[int, int]:
    summary = api.get(POLICY, person).json["summary"]
    return summary["pending_requests_count"], summary["pending_notifications_count"]


def requests(api: Api, person: Person) -> list[entities.NotificationRequest]:
    return api.get(REQUESTS, person).entity(list[entities.NotificationRequest])


def grow_old(api: Api) -> None:
    """Everybody has been here for long, and has followed for long."""
    with api.built.ground.store.write() as db:
        db.run("UPDATE account SET created_at = 1")
        db.run(f"UPDATE follow SET id = id - {5 * DAY_MS << 16}")


def test_the_policy_is_kept_and_told_in_both_versions(api: Api) -> None:
    ada = api.person("ada")
    at_first = api.get(POLICY, ada).json
    assert {name: value for name, value in at_first.items() if value != "accept"} == {
        "for_private_mentions": "filter",
        "for_limited_accounts": "filter",
        "summary": {"pending_requests_count": 0, "pending_notifications_count": 0},
    }
    wants(api, ada, bots="drop", not_following="filter")
    changed = api.put(POLICY, ada, form={"for_private_mentions": "drop"}).json
    assert changed == at_first | {
        "for_bots": "drop",
        "for_not_following": "filter",
        "for_private_mentions": "drop",
    }
    assert api.get(POLICY, ada).json == changed
    assert api.patch(POLICY, ada, json={"for_bots": "perhaps"}).status == 422
    assert api.get(POLICY, ada).json == changed
    old = api.get("/api/v1/notifications/policy", ada).json
    assert [name for name, value in old.items() if value is True] == [
        "filter_not_following",
        "filter_private_mentions",
    ]
    form = {"filter_not_following": "false", "filter_new_accounts": "true"}
    assert api.put("/api/v1/notifications/policy", ada, form=form).json["filter_new_accounts"] is True
    now = api.get(POLICY, ada).json
    assert (now["for_not_following"], now["for_new_accounts"], now["for_bots"]) == (
        "accept",
        "filter",
        "drop",
    )


@pytest.mark.parametrize("treatment", ["filter", "drop"])
def test_strangers_are_heard_as_one_wants(api: Api, treatment: str) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    api.post(f"/api/v1/accounts/{bob.id}/follow", ada)
    post = published(api, ada, "Hello")
    wants(api, ada, not_following=treatment)
    for person in (bob, eve):
        api.post(f"/api/v1/statuses/{post}/favourite", person)
        published(api, person, "@ada hello")
    assert types(api, ada) == [("mention", "bob"), ("favourite", "bob")]
    assert api.get("/api/v1/notifications/unread_count", ada).json == {"count": 2}
    assert api.get("/api/v2/notifications/unread_count", ada).json == {"count": 2}
    kept = [("mention", "eve"), ("favourite", "eve")] if treatment == "filter" else []
    assert sorted(types(api, ada, "?include_filtered=true")) == sorted([*types(api, ada), *kept])
    assert types(api, ada, f"?account_id={eve.id}") == kept
    assert pending(api, ada) == ((1, 1) if kept else (0, 0))
    groups = api.get("/api/v2/notifications?include_filtered=1", ada).json["notification_groups"]
    assert len(groups) == 2 + len(kept)


def test_each_group_of_senders_is_recognised(api: Api) -> None:
    """One sender after the other falls under one switch alone."""
    ada, bob = api.person("ada"), api.person("bob")
    wants(api, ada, private_mentions="accept", limited_accounts="accept")

    def is_told(text: str = "@ada hello", **form: Any) -> bool:
        id = published(api, bob, text, **form)
        return any(one["status"]["id"] == id for one in api.get("/api/v1/notifications", ada).json)

    wants(api, ada, new_accounts="filter")
    assert not is_told()
    grow_old(api)
    assert is_told()
    wants(api, ada, not_followers="filter")
    assert not is_told()
    api.post(f"/api/v1/accounts/{ada.id}/follow", bob)
    api.work()
    assert not is_told()  # since today only
    grow_old(api)
    assert is_told()
    wants(api, ada, bots="filter")
    assert is_told()
    api.patch("/api/v1/accounts/update_credentials", bob, json={"bot": True})
    assert not is_told()
    wants(api, ada, bots="accept", limited_accounts="drop")
    assert is_told()
    with api.built.ground.store.write() as db:
        moderating.limit(db, bob.id, api.built.ground.here)
    assert not is_told()
    wants(api, ada, limited_accounts="accept", private_mentions="filter")
    assert not is_told(visibility="direct")
    assert is_told()
    api.post(f"/api/v1/accounts/{bob.id}/follow", ada)
    api.work()
    assert is_told(visibility="direct")


def test_whoever_was_written_to_in_private_may_answer(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    first = published(api, ada, "@bob do you have a minute?", visibility="direct")
    answer = published(api, bob, "@ada yes", visibility="direct", in_reply_to_id=first)
    published(api, bob, "@ada what is it?", visibility="direct", in_reply_to_id=answer)
    assert types(api, ada) == [("mention", "bob")] * 2
    assert len(api.get("/api/v1/conversations", ada).json) == 1
    public = published(api, ada, "@eve hello")
    published(api, eve, "@ada psst", visibility="direct", in_reply_to_id=public)
    others = published(api, api.person("joe"), "@ada @eve a word", visibility="direct")
    published(api, eve, "@ada yes?", visibility="direct", in_reply_to_id=others)
    assert len(types(api, ada)) == 2
    assert len(api.get("/api/v1/conversations", ada).json) == 1


def test_those_who_look_after_the_server_are_heard(api: Api) -> None:
    ada, mod, other = (
        api.person("ada"),
        api.person("mod", role="moderator"),
        api.person("other", role="moderator"),
    )
    for person in (ada, mod):
        wants(api, person, not_following="drop", new_accounts="drop")
    published(api, mod, "@ada a word", visibility="direct")
    published(api, other, "@mod hello")
    assert types(api, ada) == [("mention", "mod")]
    assert types(api, mod, "?types[]=mention") == []


def test_a_request_shows_who_asks_and_what_was_said_last(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    wants(api, ada, not_following="filter")
    post = published(api, ada, "Hello")
    api.post(f"/api/v1/statuses/{post}/favourite", bob)
    api.work()
    assert requests(api, ada) == []  # nobody is asked about a like
    published(api, bob, "@ada one")
    second = published(api, bob, "@ada two")
    published(api, eve, "@ada three")
    found = requests(api, ada)
    assert [(one.account.username, one.notifications_count) for one in found] == [("eve", "1"), ("bob", "2")]
    asked = found[1]
    assert isinstance(asked.last_status, things.Status)
    assert asked.last_status.id == second
    assert asked.created_at < asked.updated_at
    assert pending(api, ada) == (2, 3)
    one = api.get(f"{REQUESTS}/{asked.id}", ada)
    assert one.entity(entities.NotificationRequest) == asked
    first = api.get(f"{REQUESTS}?limit=1", ada)
    after = api.get(first.links["next"], ada)
    assert [each["id"] for each in first.json + after.json] == [each.id for each in found]
    assert api.get(after.links["prev"], ada).json == first.json
    api.delete(f"/api/v1/statuses/{second}", bob)
    api.work()
    assert [(each.account.username, each.notifications_count) for each in requests(api, ada)][1] == (
        "bob",
        "1",
    )
    for path, method in ((asked.id, "GET"), (f"{asked.id}/accept", "POST"), (f"{asked.id}/dismiss", "POST")):
        assert api.call(method, f"{REQUESTS}/{path}", eve).status == 404
    for verb in ("accept", "dismiss"):
        assert api.post(f"{REQUESTS}/{verb}", eve, json={"id": [asked.id]}).json == {}
    assert pending(api, ada) == (2, 2)


@pytest.mark.parametrize("is_many", [False, True])
def test_an_accepted_request_brings_everything_into_the_list(api: Api, *, is_many: bool) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    post = published(api, ada, "Hello")
    wants(api, ada, not_following="filter")
    api.post(f"/api/v1/statuses/{post}/favourite", bob)
    published(api, bob, "@ada psst", visibility="direct")
    assert (types(api, ada), api.get("/api/v1/conversations", ada).json) == ([], [])
    asked = requests(api, ada)[0].id
    if is_many:
        assert api.post(f"{REQUESTS}/accept", ada, form={"id[]": [asked, "1", "x"]}).json == {}
    else:
        assert api.post(f"{REQUESTS}/{asked}/accept", ada).json == {}
    assert api.get(f"{REQUESTS}/merged", ada).json == {"merged": False}
    assert requests(api, ada) == []
    api.work()
    assert api.get(f"{REQUESTS}/merged", ada).json == {"merged": True}
    assert types(api, ada) == [("mention", "bob"), ("favourite", "bob")]
    assert [one["unread"] for one in api.get("/api/v1/conversations", ada).json] == [True]
    published(api, bob, "@ada again", visibility="direct")
    assert len(types(api, ada)) == 3
    assert api.post(f"{REQUESTS}/{asked}/accept", ada).status == 404
    api.post(f"/api/v1/accounts/{bob.id}/block", ada)
    api.post(f"/api/v1/accounts/{bob.id}/unblock", ada)
    published(api, bob, "@ada once more")
    assert (types(api, ada), pending(api, ada)) == ([], (1, 1))


@pytest.mark.parametrize("is_many", [False, True])
def test_a_dismissed_request_is_forgotten_until_somebody_asks_anew(api: Api, *, is_many: bool) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    wants(api, ada, not_following="filter")
    for person in (bob, eve):
        published(api, person, "@ada hello")
    asked = requests(api, ada)[1].id
    if is_many:
        assert api.post(f"{REQUESTS}/dismiss", ada, json={"id": [asked]}).json == {}
    else:
        assert api.post(f"{REQUESTS}/{asked}/dismiss", ada).json == {}
    api.work()
    assert [one.account.username for one in requests(api, ada)] == ["eve"]
    assert types(api, ada, f"?account_id={bob.id}") == []
    assert types(api, ada) == []
    published(api, bob, "@ada please")
    assert pending(api, ada) == (2, 2)
    api.post("/api/v1/notifications/clear", ada)
    assert pending(api, ada) == (0, 0)
    too_many = api.post(f"{REQUESTS}/dismiss", ada, json={"id": [str(n) for n in range(1001)]})
    assert too_many.status == 422


def test_whoever_listens_hears_what_the_list_shows(api: Api) -> None:
    """Streams and pushes follow from events: nothing of what is kept aside, and a word once it is in the list."""
    ada, bob = api.person("ada"), api.person("bob")
    heard: list[Any] = []

    def note(_db: Writer, event: Any, _here: Server) -> None:
        heard.append(event)

    reactions = api.built.runner.reactions
    api.built.runner.reactions = {**reactions, Notified: (note,), NotificationsMerged: (note,)}
    wants(api, ada, not_following="filter")
    published(api, bob, "@ada hello")
    assert heard == []
    (kept,) = api.get("/api/v1/notifications?include_filtered=1", ada).json
    id, now = NotificationId(int(kept["id"])), api.built.ground.here.now_ms()
    with api.built.ground.store.read() as db:
        assert notifications.find_listed(db, id, ada.id, now) is None
    api.post(f"{REQUESTS}/{requests(api, ada)[0].id}/accept", ada)
    api.work()
    with api.built.ground.store.read() as db:
        assert notifications.find_listed(db, id, bob.id, now) is None
        assert notifications.find_listed(db, id, ada.id, now) is not None
    assert heard == [NotificationsMerged(ada.id)]
    published(api, bob, "@ada again")
    assert len(heard) == 2
