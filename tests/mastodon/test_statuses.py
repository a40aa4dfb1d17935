"""Publishing, reading and deleting single posts."""

from typing import Any

import pytest

from martlet.mastodon import entities
from tests.client import Api
from tests.mastodon.acts import POSTS, block, publish, refusal, upload


def test_a_post_has_everything_it_was_given(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    reply = api.post(
        POSTS,
        ada,
        json={
            "status": "Hello @bob, see https://example.com/page #Bahn #小米",
            "spoiler_text": "Careful",
            "visibility": "unlisted",
            "language": "de-DE",
        },
    )
    status = reply.entity(entities.Status)
    assert (status.visibility, status.language, status.spoiler_text, status.sensitive) == (
        "unlisted",
        "de",
        "Careful",
        True,
    )
    assert [mention.acct for mention in status.mentions] == ["bob"]
    assert {tag.name for tag in status.tags} == {"bahn", "小米"}
    assert all(tag.url.isascii() for tag in status.tags)
    assert 'href="http://localhost:3000/@bob" class="u-url mention">@<span>bob</span>' in status.content
    assert status.account.statuses_count == 1
    assert status.application is not None
    assert status.application.name == "Tests"
    assert status.quote_approval.current_user == "automatic"
    assert api.get(f"{POSTS}/{status.id}", bob).json["content"] == status.content


def test_a_form_works_as_well_as_json(api: Api) -> None:
    ada = api.person("ada")
    form = {"status": "Which?", "poll[options][]": ["Tea", "Coffee"], "poll[expires_in]": "3600"}
    poll = api.post(POSTS, ada, form=form).json["poll"]
    assert [option["title"] for option in poll["options"]] == ["Tea", "Coffee"]
    assert (poll["multiple"], poll["expired"], poll["votes_count"]) == (False, False, 0)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "Validation failed: Text can't be blank"),
        ({"status": " \n "}, "Validation failed: Text can't be blank"),
        ({"status": "a" * 5001}, "Validation failed: Text character limit of 5000 exceeded"),
        (
            {"status": "a" * 4999, "spoiler_text": "ab"},
            "Validation failed: Text character limit of 5000 exceeded",
        ),
        ({"status": "a" * 900_000}, "Validation failed: Text character limit of 5000 exceeded"),
        (
            {"status": "a", "visibility": "everyone"},
            "Validation failed: Visibility is not included in the list",
        ),
        (
            {"status": "a", "quote_approval_policy": "friends"},
            "Validation failed: Quote approval policy is not included in the list",
        ),
        (
            {"status": "a", "scheduled_at": "tomorrow"},
            "Validation failed: Scheduled at is no moment in ISO 8601",
        ),
        ({"status": "a", "media_ids": ["12"]}, "Media 12 not found or already attached to another post"),
        ({"status": "a", "media_ids": ["x"]}, "A file is not found or already attached to another post"),
        (
            {"status": "a", "poll": {"options": ["1"], "expires_in": 600}},
            "Poll must have more than one option",
        ),
        (
            {"status": "a", "poll": {"options": ["1", "1"], "expires_in": 600}},
            "Poll can't have the same option twice",
        ),
        ({"status": "a", "poll": {"options": ["1", "2"]}}, "Expires at can't be blank"),
        (
            {"status": "a", "poll": {"options": ["1", "2"], "expires_in": 1}},
            "Poll has to run longer than that",
        ),
        (
            {"status": "a", "poll": {"options": ["1", "2"], "expires_in": 10**9}},
            "Poll cannot run as long as that",
        ),
        ({"status": "a", "poll": {"options": ["1", "2" * 101], "expires_in": 600}}, "100 characters each"),
        (
            {"status": "a", "poll": {"options": [str(n) for n in range(21)], "expires_in": 600}},
            "Poll can't have more than 20 options",
        ),
        ({"poll": {"options": ["1", "2"], "expires_in": 600}}, "Validation failed: Text can't be blank"),
    ],
)
def test_what_is_out_of_bounds_is_refused(api: Api, sent: dict[str, Any], sentence: str) -> None:
    ada = api.person("ada")
    assert sentence in refusal(api.post(POSTS, ada, json=sent))
    assert api.get("/api/v1/timelines/home", ada).json == []


def test_a_link_counts_23_characters_however_long_it_is(api: Api) -> None:
    ada = api.person("ada")
    link = "https://example.com/" + "a" * 500
    publish(api, ada, "a" * (5000 - 24) + " " + link)
    assert api.post(POSTS, ada, json={"status": "a" * (5000 - 23) + " " + link}).status == 422


def test_a_warning_alone_is_the_text(api: Api) -> None:
    status = publish(api, api.person("ada"), "", spoiler_text="Only this")
    assert (status["content"], status["spoiler_text"]) == ("<p>Only this</p>", "")


def test_preferences_fill_what_is_left_out(api: Api) -> None:
    ada = api.person("ada")
    with api.built.ground.store.write() as db:
        db.run("UPDATE users SET default_visibility = 2, default_sensitive = 1, default_language = 'de'")
    status = publish(api, ada)
    assert (status["visibility"], status["sensitive"], status["language"]) == ("private", True, "de")
    assert publish(api, ada, visibility="public", sensitive=False)["sensitive"] is False


def test_a_limited_author_is_not_public(api: Api) -> None:
    ada = api.person("ada")
    with api.built.ground.store.write() as db:
        db.run("UPDATE account SET limited_at = 1")
    assert publish(api, ada)["visibility"] == "unlisted"


def test_an_answer_stands_in_its_thread(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    first = publish(api, ada)
    answer = publish(api, bob, "@ada yes", in_reply_to_id=first["id"])
    assert (answer["in_reply_to_id"], answer["in_reply_to_account_id"]) == (first["id"], str(ada.id))
    assert api.get(f"{POSTS}/{first['id']}").json["replies_count"] == 1
    publish(api, bob, "quietly", in_reply_to_id=first["id"], visibility="private")
    assert api.get(f"{POSTS}/{first['id']}").json["replies_count"] == 1


@pytest.mark.parametrize("parent", ["1", "x", "99999999999999999999"])
def test_nobody_answers_what_is_not_there(api: Api, parent: str) -> None:
    reply = api.post(POSTS, api.person("ada"), json={"status": "a", "in_reply_to_id": parent})
    assert reply.status == 404


def test_nobody_answers_what_they_cannot_see(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    hidden = publish(api, ada, visibility="private")
    assert api.post(POSTS, bob, json={"status": "a", "in_reply_to_id": hidden["id"]}).status == 404


def test_one_key_is_one_post(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    headers = {"Idempotency-Key": "k1"}
    calls = [
        api.calling("POST", POSTS, ada, json={"status": f"Hello {n}"}, headers=headers) for n in range(20)
    ]
    replies = api.at_once(calls)
    assert {reply.status for reply in replies} == {200}
    assert len({reply.json["id"] for reply in replies}) == 1
    assert len({reply.json["content"] for reply in replies}) == 1
    other = api.post(POSTS, bob, json={"status": "Mine"}, headers=headers)  # attack A15
    assert other.json["account"]["username"] == "bob"
    assert api.get(f"/api/v1/accounts/{ada.id}/statuses").json == [
        api.get(f"{POSTS}/{replies[0].json['id']}").json
    ]


def test_a_refused_post_does_not_use_up_its_key(api: Api) -> None:
    ada = api.person("ada")
    headers = {"Idempotency-Key": "k1"}
    assert api.post(POSTS, ada, json={"status": ""}, headers=headers).status == 422
    assert api.post(POSTS, ada, json={"status": "Now"}, headers=headers).status == 200


def test_media_belong_to_one_post_of_their_owner(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    picture = upload(api, ada)
    assert "not found" in refusal(api.post(POSTS, bob, json={"status": "a", "media_ids": [picture]}))  # C10
    status = publish(api, ada, "", media_ids=[picture])
    assert [one["id"] for one in status["media_attachments"]] == [picture]
    assert "already attached" in refusal(api.post(POSTS, ada, json={"status": "a", "media_ids": [picture]}))


def test_media_stand_in_the_order_given(api: Api) -> None:
    ada = api.person("ada")
    pictures = [upload(api, ada) for _ in range(3)][::-1]
    assert [one["id"] for one in publish(api, ada, media_ids=pictures)["media_attachments"]] == pictures


@pytest.mark.parametrize(
    ("states", "sentence"),
    [
        ([("processing", "image")], "finished processing"),
        ([("failed", "image")], "could not be processed"),
        ([("ready", "image"), ("ready", "video")], "together"),
        ([("ready", "image")] * 101, "more than 100"),
    ],
)
def test_media_that_cannot_be_shown_are_refused(
    api: Api, states: list[tuple[str, str]], sentence: str
) -> None:
    ada = api.person("ada")
    ids = [upload(api, ada, state, kind) for state, kind in states]
    assert sentence in refusal(api.post(POSTS, ada, json={"status": "a", "media_ids": ids}))


def test_a_post_has_media_or_a_poll(api: Api) -> None:
    ada = api.person("ada")
    sent = {
        "status": "a",
        "media_ids": [upload(api, ada)],
        "poll": {"options": ["1", "2"], "expires_in": 600},
    }
    assert "not both" in refusal(api.post(POSTS, ada, json=sent))


def test_posts_are_asked_for_by_id(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    mine, open_one = publish(api, ada, visibility="private"), publish(api, ada)
    ids = [("id[]", open_one["id"]), ("id[]", mine["id"]), ("id[]", "1"), ("id[]", "x")]
    assert [one["id"] for one in api.get(POSTS, ada, query=ids).json] == [open_one["id"], mine["id"]]
    assert [one["id"] for one in api.get(POSTS, bob, query=ids).json] == [open_one["id"]]
    assert api.get(POSTS).json == []


def test_people_blocked_are_not_named(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    block(api, ada, bob)
    status = publish(api, ada, "@bob hm", visibility="direct")
    assert status["mentions"] == []
    assert api.get(f"{POSTS}/{status['id']}", bob).status == 404


# -- deleting ------------------------------------------------------------------


def test_a_deleted_post_is_gone_at_once(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    first = publish(api, ada, "First")
    status = publish(api, ada, "Mine *as typed*", in_reply_to_id=first["id"], spoiler_text="w")
    path = f"{POSTS}/{status['id']}"
    api.post(f"{path}/favourite", bob)
    api.post(f"{path}/reblog", bob)
    api.work()
    reply = api.delete(path, ada)
    assert (reply.status, reply.json["text"], reply.json["spoiler_text"]) == (200, "Mine *as typed*", "w")
    for viewer in (ada, bob, None):
        assert api.get(path, viewer).status == 404
    for person in (ada, bob):
        assert {one["id"] for one in api.get("/api/v1/timelines/home", person).json} <= {first["id"]}
    api.work()
    now = api.get(f"{POSTS}/{first['id']}").json
    assert (now["replies_count"], now["account"]["statuses_count"]) == (0, 1)
    with api.built.ground.store.read() as db:
        assert db.value("SELECT posts_count FROM account WHERE id = :bob", bob=bob.id) == 0
        assert db.value("SELECT count(*) FROM tombstone") == 2
        assert db.value("SELECT count(*) FROM notification WHERE kind <> 'mention'") == 0
    assert api.delete(path, ada).status == 404


def test_deleted_media_can_be_posted_again(api: Api) -> None:
    ada = api.person("ada")
    picture = upload(api, ada)
    status = publish(api, ada, media_ids=[picture])
    gone = api.delete(f"{POSTS}/{status['id']}", ada).json
    assert [one["id"] for one in gone["media_attachments"]] == [picture]
    again = publish(api, ada, media_ids=[picture])
    api.delete(f"{POSTS}/{again['id']}?delete_media=true", ada)
    assert api.post(POSTS, ada, json={"status": "a", "media_ids": [picture]}).status == 422


def test_a_deleted_poll_is_told_for_the_next_draft(api: Api) -> None:
    ada = api.person("ada")
    status = publish(api, ada, poll={"options": ["1", "2"], "expires_in": 600, "multiple": True})
    poll = api.delete(f"{POSTS}/{status['id']}", ada).json["poll"]
    assert ([one["title"] for one in poll["options"]], poll["multiple"]) == (["1", "2"], True)
    assert api.get(f"/api/v1/polls/{poll['id']}", ada).status == 404


def test_only_the_author_deletes(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    status = publish(api, ada)
    assert api.delete(f"{POSTS}/{status['id']}", bob).status == 404  # attack A2
    assert api.get(f"{POSTS}/{status['id']}").status == 200


def test_a_thread_keeps_what_stands_below_a_deleted_post(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    first = publish(api, ada)
    answer = publish(api, bob, in_reply_to_id=first["id"])
    api.delete(f"{POSTS}/{first['id']}", ada)
    kept = api.get(f"{POSTS}/{answer['id']}/context", ada)
    assert kept.json == {"ancestors": [], "descendants": []}


def test_two_deletions_at_once_count_once(api: Api) -> None:
    ada = api.person("ada")
    publish(api, ada)
    path = f"{POSTS}/{publish(api, ada)['id']}"
    replies = api.at_once([api.calling("DELETE", path, ada) for _ in range(10)])
    assert sorted(reply.status for reply in replies) == [200] + [404] * 9
    with api.built.ground.store.read() as db:
        assert db.value("SELECT posts_count FROM account WHERE id = :ada", ada=ada.id) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", ""),
        ("PUT", "/{id}"),
        ("DELETE", "/{id}"),
        ("PUT", "/{id}/interaction_policy"),
        *(
            ("POST", f"/{{id}}/{verb}")
            for verb in ("favourite", "unfavourite", "reblog", "unreblog", "bookmark")
        ),
        *(("POST", f"/{{id}}/{verb}") for verb in ("unbookmark", "pin", "unpin", "mute", "unmute")),
    ],
)
def test_a_token_that_may_only_read_changes_nothing(api: Api, method: str, path: str) -> None:
    """Attack A1."""
    ada = api.person("ada")
    path = POSTS + path.format(id=publish(api, ada)["id"])
    assert api.call(method, path, api.token(ada.id, "read"), json={"status": "a"}).status == 403
    assert api.call(method, path, json={"status": "a"}).status == 401


def test_boosts_go_with_the_post(api: Api) -> None:
    ada = api.person("ada")
    people = [api.person(f"p{n}") for n in range(5)]
    status, other = publish(api, ada), publish(api, ada)
    for person in people:
        for one in (status, other):
            assert api.post(f"{POSTS}/{one['id']}/reblog", person).status == 200
    api.delete(f"{POSTS}/{status['id']}", ada)
    api.work()
    for person in people:
        assert [one["reblog"]["id"] for one in api.get("/api/v1/timelines/home", person).json] == [
            other["id"]
        ]
        assert api.get(f"{POSTS}/{other['id']}", person).json["reblogged"] is True
    counts = [one["statuses_count"] for one in api.get(f"{POSTS}/{other['id']}/reblogged_by").json]
    assert counts == [1] * 5
