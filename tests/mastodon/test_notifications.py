"""Being told: notifications, conversations."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from martlet.mastodon import notification_entities as entities
from martlet.mastodon.serialize import notifications, polls
from martlet.mastodon.serialize.ready import ReadyNotifications
from tests.client import Api, Person


def types(api: Api, person: Person, query: str = "") -> list[tuple[str, str]]:
    found = api.get(f"/api/v1/notifications{query}", token=person).entity(list[entities.Notification])
    return [(one.type, one.account.username) for one in found]


def published(api: Api, by: Person, text: str, **form: object) -> str:
    reply = api.post("/api/v1/statuses", token=by, json={"status": text, **form})
    assert reply.status == 200, reply.body
    api.work()
    return str(reply.json["id"])


def test_everything_that_happens_to_somebody_is_told_once(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    post = published(api, ada, "Hello")
    api.post(f"/api/v1/accounts/{ada.id}/follow", token=bob)
    for _ in range(2):
        api.post(f"/api/v1/statuses/{post}/favourite", token=bob)
        api.post(f"/api/v1/statuses/{post}/reblog", token=eve)
    published(api, eve, "@ada good morning", in_reply_to_id=post)
    api.work()
    assert types(api, ada) == [("mention", "eve"), ("reblog", "eve"), ("favourite", "bob"), ("follow", "bob")]
    assert types(api, bob) == []


def test_what_is_told_names_the_post_and_shares_a_group(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    post = published(api, ada, "Hello")
    for person in (bob, eve):
        api.post(f"/api/v1/statuses/{post}/favourite", token=person)
    api.work()
    found = api.get("/api/v1/notifications", token=ada).json
    assert [one["status"]["id"] for one in found] == [post, post]
    assert len({one["group_key"] for one in found}) == 1
    one = api.get(f"/api/v1/notifications/{found[0]['id']}", token=ada)
    assert one.json == found[0]
    assert api.get(f"/api/v1/notifications/{found[0]['id']}", token=bob).status == 404


def test_types_and_senders_can_be_chosen(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    post = published(api, ada, "Hello")
    api.post(f"/api/v1/accounts/{ada.id}/follow", token=bob)
    api.post(f"/api/v1/statuses/{post}/favourite", token=bob)
    api.work()
    assert types(api, ada, "?types[]=follow") == [("follow", "bob")]
    assert types(api, ada, "?exclude_types[]=follow") == [("favourite", "bob")]
    assert types(api, ada, "?types[]=nonsense") == []
    assert types(api, ada, f"?account_id={ada.id}") == []
    assert types(api, ada, f"?account_id={bob.id}") == [("favourite", "bob"), ("follow", "bob")]


def test_pages(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    for number in range(5):
        published(api, bob, f"@ada {number}")
    first = api.get("/api/v1/notifications?limit=2", token=ada)
    second = api.get(first.links["next"], token=ada)
    ids = [one["id"] for one in first.json + second.json]
    assert len(set(ids)) == 4
    assert ids == sorted(ids, key=int, reverse=True)
    back = api.get(second.links["prev"], token=ada)
    assert [one["id"] for one in back.json] == [one["id"] for one in first.json]


def test_a_request_becomes_a_follow_once_it_is_accepted(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    api.patch("/api/v1/accounts/update_credentials", token=ada, json={"locked": True})
    api.post(f"/api/v1/accounts/{ada.id}/follow", token=bob)
    api.work()
    assert types(api, ada) == [("follow_request", "bob")]
    api.post(f"/api/v1/follow_requests/{bob.id}/authorize", token=ada)
    api.work()
    assert types(api, ada) == [("follow", "bob")]


@pytest.mark.parametrize("how", ["block", "mute"])
def test_nobody_hears_of_those_they_block_or_mute(api: Api, how: str) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    published(api, bob, "@ada before")
    api.post(f"/api/v1/accounts/{bob.id}/{how}", token=ada)
    published(api, bob, "@ada after")
    assert types(api, ada) == []


def test_a_mute_may_leave_notifications_alone(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    api.post(f"/api/v1/accounts/{bob.id}/mute", token=ada, json={"notifications": False})
    published(api, bob, "@ada hello")
    assert types(api, ada) == [("mention", "bob")]


def test_a_muted_thread_is_quiet(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    post = published(api, ada, "Hello")
    api.post(f"/api/v1/statuses/{post}/mute", token=ada)
    published(api, bob, "@ada hello", in_reply_to_id=post)
    assert types(api, ada) == []


def test_a_deleted_post_takes_its_notifications_along(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    post = published(api, bob, "@ada hello")
    api.delete(f"/api/v1/statuses/{post}", token=bob)
    assert types(api, ada) == []


def test_every_post_of_somebody_can_be_told(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    api.post(f"/api/v1/accounts/{bob.id}/follow", token=ada, json={"notify": True})
    published(api, bob, "News")
    published(api, bob, "secret", visibility="direct")
    assert types(api, ada) == [("status", "bob")]


def test_an_edit_is_told_to_those_who_boosted(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    post = published(api, ada, "Hello")
    api.post(f"/api/v1/statuses/{post}/reblog", token=bob)
    api.put(f"/api/v1/statuses/{post}", token=ada, json={"status": "Hello again"})
    api.work()
    assert types(api, bob) == [("update", "ada")]


def test_dismissing_one_and_all(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    for number in range(3):
        published(api, bob, f"@ada {number}")
    first = api.get("/api/v1/notifications", token=ada).json[0]["id"]
    assert api.post(f"/api/v1/notifications/{first}/dismiss", token=bob).status == 404
    assert api.post(f"/api/v1/notifications/{first}/dismiss", token=ada).json == {}
    assert len(types(api, ada)) == 2
    for path in ("dismiss", "destroy_multiple"):  # as some apps still say it, and Pleroma's
        published(api, bob, "@ada again")
        newest = api.get("/api/v1/notifications", token=ada).json[0]["id"]
        how, form = ("POST", {"id": newest}) if path == "dismiss" else ("DELETE", {"ids[]": [newest, "x"]})
        api.call(how, f"/api/v1/notifications/{path}", bob, form=form)
        assert len(types(api, ada)) == 3
        assert api.call(how, f"/api/v1/notifications/{path}", ada, form=form).json == {}
        assert len(types(api, ada)) == 2
    assert api.post("/api/v1/notifications/clear", token=ada).json == {}
    assert types(api, ada) == []


def test_an_app_that_does_not_know_a_type_is_told_it_in_words(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    api.patch("/api/v1/accounts/update_credentials", token=bob, json={"display_name": "<b>Bob"})
    published(api, bob, "@ada hello")
    for path in ("/api/v1/notifications", "/api/v2/notifications"):
        found = [
            api.get(f"{path}?supported_types[]={type}", token=ada).json for type in ("mention", "follow")
        ]
        known, unknown = (one if path.startswith("/api/v1") else one["notification_groups"] for one in found)
        assert "fallback" not in known[0]
        expected = {"title": "&lt;b&gt;Bob mentioned you", "summary": None, "details": None}
        assert unknown[0]["fallback"] == expected


def test_the_unread_are_counted_from_the_marker(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    for number in range(3):
        published(api, bob, f"@ada {number}")
    assert api.get("/api/v1/notifications/unread_count", token=ada).json == {"count": 3}
    newest = api.get("/api/v1/notifications", token=ada).json[1]["id"]
    api.post("/api/v1/markers", token=ada, json={"notifications": {"last_read_id": newest}})
    assert api.get("/api/v1/notifications/unread_count", token=ada).json == {"count": 1}
    assert api.get("/api/v1/notifications/unread_count?limit=1", token=ada).json == {"count": 1}


def test_moderators_hear_of_reports_and_newcomers(api: Api) -> None:
    owner = api.person("owner", role="owner")
    bob, eve = api.person("bob"), api.person("eve")
    reply = api.post("/api/v1/reports", token=bob, json={"account_id": str(eve.id), "comment": "rude"})
    assert reply.status == 200
    api.work()
    assert ("admin.report", "bob") in types(api, owner)
    assert ("admin.sign_up", "eve") in types(api, owner)
    assert types(api, eve) == []


def test_conversations_are_an_inbox(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    api.post(f"/api/v1/accounts/{bob.id}/follow", token=ada)
    first = published(api, bob, "@ada psst", visibility="direct")
    found = api.get("/api/v1/conversations", token=ada).entity(list[entities.Conversation])
    assert [(one.unread, [each.username for each in one.accounts]) for one in found] == [(True, ["bob"])]
    assert api.get("/api/v1/conversations", token=eve).json == []
    assert api.get("/api/v1/conversations", token=bob).json[0]["unread"] is False

    read = api.post(f"/api/v1/conversations/{found[0].id}/read", token=ada)
    assert read.json["unread"] is False
    assert api.post(f"/api/v1/conversations/{found[0].id}/unread", token=bob).status == 404
    assert api.post(f"/api/v1/conversations/{found[0].id}/unread", token=ada).json["unread"] is True
    second = published(api, bob, "@ada are you there?", visibility="direct", in_reply_to_id=first)
    again = api.get("/api/v1/conversations", token=ada).json
    assert [(one["unread"], one["last_status"]["id"]) for one in again] == [(True, second)]

    api.delete(f"/api/v1/statuses/{second}", token=bob)
    api.work()
    assert api.get("/api/v1/conversations", token=ada).json[0]["last_status"]["id"] == first
    assert api.delete(f"/api/v1/conversations/{found[0].id}", token=bob).status == 404
    assert api.delete(f"/api/v1/conversations/{found[0].id}", token=ada).json == {}
    assert api.get("/api/v1/conversations", token=ada).json == []


def test_an_outsider_in_the_thread_makes_another_conversation(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    for reader, writer in ((ada, bob), (eve, ada)):
        api.post(f"/api/v1/accounts/{writer.id}/follow", token=reader)
    first = published(api, bob, "@ada psst", visibility="direct")
    published(api, ada, "@bob @eve join us", visibility="direct", in_reply_to_id=first)
    assert len(api.get("/api/v1/conversations", token=ada).json) == 2
    assert len(api.get("/api/v1/conversations", token=eve).json) == 1


def test_what_was_listed_before_is_told_as_it_is_now(api: Api) -> None:
    """What a notification says is kept in memory; of whom and what it is about is not."""
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    post = published(api, ada, "Hello")
    for person in (bob, eve):
        api.post(f"/api/v1/statuses/{post}/favourite", token=person)
    api.work()
    first = api.get("/api/v1/notifications", token=ada).json
    assert api.get("/api/v1/notifications", token=ada).json == first
    assert api.get("/api/v1/notifications", token=bob).json == []
    api.patch("/api/v1/accounts/update_credentials", token=bob, json={"display_name": "Bobby"})
    api.put(f"/api/v1/statuses/{post}", token=ada, json={"status": "Good morning"})
    api.post(f"/api/v1/statuses/{post}/bookmark", token=ada)
    api.post(f"/api/v1/notifications/{first[0]['id']}/dismiss", token=ada)
    api.work()
    [told] = [
        one for one in api.get("/api/v1/notifications", token=ada).json if one["type"] == first[1]["type"]
    ]
    assert (told["id"], told["created_at"]) == (first[1]["id"], first[1]["created_at"])
    assert told["account"]["display_name"] == "Bobby"
    assert told["status"]["content"] == "<p>Good morning</p>"
    assert told["status"]["bookmarked"] is True


def listed(api: Api, person: Person) -> list[Any]:
    """Listed twice, by then as it is kept; and as it is where nothing was kept."""
    api.get("/api/v1/notifications", token=person)
    found: list[Any] = api.get("/api/v1/notifications", token=person).json
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ReadyNotifications, "each", lambda _self, found, _now: [None] * len(found))
        patch.setattr(ReadyNotifications, "keep", lambda *_: None)
        assert api.get("/api/v1/notifications", token=person).json == found
    return found


def test_whatever_changes_the_list_says_what_each_says_by_itself(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    poll = {"options": ["yes", "no"], "expires_in": 300}
    post, asked = published(api, ada, "Hello"), published(api, ada, "Shall we?", poll=poll)
    named, quoted = published(api, bob, "@ada look"), published(api, eve, "@ada and @bob")
    for one in (post, asked):
        for person in (bob, eve):
            api.post(f"/api/v1/statuses/{one}/favourite", token=person)
    api.post(f"/api/v1/statuses/{post}/reblog", token=bob)
    api.post(f"/api/v1/accounts/{ada.id}/follow", token=eve)
    api.work()
    before = listed(api, ada)
    poll_id = api.get(f"/api/v1/statuses/{asked}", token=ada).json["poll"]["id"]
    for person, path, form in (
        (ada, f"/api/v1/statuses/{post}/pin", {}),
        (ada, f"/api/v1/statuses/{post}/unpin", {}),
        (ada, f"/api/v1/statuses/{named}/bookmark", {}),
        (ada, f"/api/v1/statuses/{named}/unbookmark", {}),
        (ada, f"/api/v1/statuses/{named}/favourite", {}),
        (ada, f"/api/v1/statuses/{quoted}/reblog", {}),
        (ada, f"/api/v1/statuses/{quoted}/unreblog", {}),
        (bob, f"/api/v1/statuses/{quoted}/favourite", {}),
        (bob, f"/api/v1/polls/{poll_id}/votes", {"choices": [0]}),
        (bob, "/api/v1/statuses", {"status": "one more"}),
        (eve, f"/api/v1/accounts/{bob.id}/follow", {}),
        (ada, f"/api/v1/statuses/{named}/mute", {}),
        (ada, f"/api/v1/statuses/{named}/unmute", {}),
    ):
        assert api.post(path, token=person, json=form).status == 200, path
        api.work()
        now = listed(api, ada)
        assert len(now) >= len(before)
    api.patch("/api/v1/accounts/update_credentials", token=ada, json={"display_name": "Ada"})
    api.delete(f"/api/v1/statuses/{quoted}", token=eve)
    api.work()
    assert len(listed(api, ada)) == len(before) - 1


@pytest.mark.parametrize("is_over", [False, True])
def test_a_notification_of_a_poll_is_made_once(
    api: Api, monkeypatch: pytest.MonkeyPatch, *, is_over: bool
) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    post = published(api, ada, "Shall we?", poll={"options": ["yes", "no"], "expires_in": 300})
    api.post(f"/api/v1/statuses/{post}/favourite", token=bob)
    api.work()
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=600 if is_over else 0), tick=True):
        api.work()
        before = listed(api, ada)
        assert [one["status"]["poll"]["expired"] for one in before] == [is_over] * len(before)
        monkeypatch.delattr(notifications, "_made")
        assert api.get("/api/v1/notifications", token=ada).json == before


def test_a_poll_that_ends_while_it_is_shown_is_not_kept_as_it_was(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    post = published(api, ada, "Shall we?", poll={"options": ["yes", "no"], "expires_in": 300})
    api.post(f"/api/v1/statuses/{post}/favourite", token=bob)
    api.work()
    rendered = polls.rendered
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=290), tick=False) as traveller:

        def render_slowly(*args: Any) -> Any:
            found = rendered(*args)
            traveller.shift(20)
            return found

        monkeypatch.setattr(polls, "rendered", render_slowly)
        for is_over in (False, True, True):
            [told] = api.get("/api/v1/notifications", token=ada).json
            assert told["status"]["poll"]["expired"] is is_over
