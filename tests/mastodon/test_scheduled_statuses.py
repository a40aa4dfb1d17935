"""Posts that are published later."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import example, given
from hypothesis import strategies as st

from martlet.mastodon.moments import moment_in
from martlet.model.errors import InvalidInput
from martlet.services import leaving, moderating, posting, scheduling
from tests.client import Api, Person, Reply
from tests.mastodon.acts import POSTS, do, follow, look, publish, refusal, upload, value

SCHEDULED = "/api/v1/scheduled_statuses"
TOO_SOON = (
    "Validation failed: Scheduled at The scheduled date must be in the future, by five minutes at least"
)


def at(minutes: float, since: datetime | None = None) -> str:
    return ((since or datetime.now(UTC)) + timedelta(minutes=minutes)).isoformat()


def schedule(api: Api, by: Person, text: str = "Later", minutes: float = 10, **more: Any) -> dict[str, Any]:
    reply = api.post(POSTS, by, json={"status": text, "scheduled_at": at(minutes), **more})
    assert reply.status == 200, reply.body
    found: dict[str, Any] = reply.json
    assert "params" in found
    return found


@contextmanager
def later(minutes: float) -> Iterator[None]:
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=minutes)):
        yield


def posts_of(api: Api, author: Person) -> list[dict[str, Any]]:
    reply = api.get(f"/api/v1/accounts/{author.id}/statuses", author)
    assert reply.status == 200
    return list(reply.json)


def waiting(api: Api, owner: Person) -> list[str]:
    return [one["id"] for one in api.get(SCHEDULED, owner).json]


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")


@pytest.fixture
def bob(api: Api) -> Person:
    return api.person("bob")


def test_a_post_waits_and_is_published_once(api: Api, ada: Person, bob: Person) -> None:
    follow(api, bob, ada)
    made = schedule(api, ada, "Good morning @bob #town", spoiler_text="Dawn", language="de")
    assert made["params"] == {
        "text": "Good morning @bob #town",
        "poll": None,
        "media_ids": None,
        "sensitive": True,
        "spoiler_text": "Dawn",
        "visibility": "public",
        "in_reply_to_id": None,
        "language": "de",
        "application_id": value(api, "SELECT id FROM app"),
        "scheduled_at": None,
        "idempotency": None,
        "quoted_status_id": None,
        "quote_approval_policy": "public",
        "with_rate_limit": False,
    }
    assert api.get(f"{SCHEDULED}/{made['id']}", ada).json == made
    api.work()
    assert posts_of(api, ada) == []
    assert api.get(f"{POSTS}/{made['id']}", ada).status == 404
    assert value(api, "SELECT count(*) FROM notification") == 0
    with later(9):
        api.work()
        assert posts_of(api, ada) == []
    with later(11):
        api.work()
        api.work()
        (post,) = posts_of(api, ada)
        assert post["content"].startswith("<p>Good morning <span")
        assert (post["spoiler_text"], post["language"], post["sensitive"]) == ("Dawn", "de", True)
        assert post["application"]["name"] == "Tests"
        assert post["created_at"] >= made["scheduled_at"]
        assert [one["id"] for one in api.get("/api/v1/timelines/home", bob).json] == [post["id"]]
        assert [one["type"] for one in api.get("/api/v1/notifications", bob).json] == ["mention"]
    assert waiting(api, ada) == []
    assert api.get(f"{SCHEDULED}/{made['id']}", ada).status == 404
    assert value(api, "SELECT count(*) FROM job WHERE name = 'publish_scheduled'") == 0


def test_a_job_that_is_run_again_publishes_nothing_more(api: Api, ada: Person) -> None:
    schedule(api, ada)
    body = value(api, "SELECT body FROM job WHERE name = 'publish_scheduled'")
    ground = api.built.ground
    with later(11):
        for _ in range(3):
            api.run(scheduling.publish_due(ground.store, body, ground.here))
        api.work()
    assert len(posts_of(api, ada)) == 1
    assert value(api, "SELECT posts_count FROM account WHERE id = :id", id=ada.id) == 1


def test_what_has_passed_means_now(api: Api, ada: Person) -> None:
    """As Mastodon does."""
    for moment in (at(-1), "2001-01-01", "2001-01-01T00:00:00+02:00"):
        reply = api.post(POSTS, ada, form={"status": f"At once {moment}", "scheduled_at": moment})
        assert "At once" in reply.json["content"]
    assert len(posts_of(api, ada)) == 3
    assert "content" in publish(api, ada, scheduled_at=None)
    assert "content" in publish(api, ada, scheduled_at="")


@pytest.mark.parametrize("moment", ["soon", "2026-13-01", "9" * 50, "9999-12-31T23:59:59-12:00", "2099"])
def test_what_is_no_moment_is_refused(api: Api, ada: Person, moment: str) -> None:
    path = f"{SCHEDULED}/{schedule(api, ada)['id']}"
    for reply in (
        api.post(POSTS, ada, json={"status": "x", "scheduled_at": moment}),
        api.put(path, ada, json={"scheduled_at": moment}),
    ):
        assert refusal(reply) == "Validation failed: Scheduled at is no moment in ISO 8601"
    assert posts_of(api, ada) == []


@given(st.text(alphabet="0123456789-:T.Z+W ", max_size=30) | st.text())
@example("9999-12-31T23:59:59-23:59")
@example("0001-01-01T00:00:00+23:59")
def test_a_moment_is_one_or_is_refused(text: str) -> None:
    try:
        found = moment_in(text, "scheduled_at")
    except InvalidInput:
        return
    assert found is None or -(10**14) < found < 253_402_300_800_000


def test_five_minutes_ahead_at_least(api: Api, ada: Person) -> None:
    reply = api.post(POSTS, ada, json={"status": "x", "scheduled_at": at(4.9)})
    assert refusal(reply) == TOO_SOON
    made = schedule(api, ada, minutes=5.2)
    path = f"{SCHEDULED}/{made['id']}"
    for minutes in (4.9, -10):
        assert refusal(api.put(path, ada, json={"scheduled_at": at(minutes)})) == TOO_SOON
    assert api.get(path, ada).json == made


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"status": ""}, 422),
        ({"status": "x" * 5001}, 422),
        ({"status": "x", "visibility": "everyone"}, 422),
        ({"status": "x", "media_ids": ["1"]}, 422),
        ({"status": "x", "poll": {"options": ["1"], "expires_in": 600}}, 422),
        ({"status": "x", "in_reply_to_id": "1"}, 404),
        ({"status": "x", "quoted_status_id": "1"}, 404),
    ],
)
def test_what_could_not_be_published_is_not_scheduled(
    api: Api, ada: Person, body: dict[str, Any], status: int
) -> None:
    assert api.post(POSTS, ada, json={**body, "scheduled_at": at(10)}).status == status
    assert waiting(api, ada) == []
    assert value(api, "SELECT count(*) FROM job WHERE name = 'publish_scheduled'") == 0


def test_another_moment(api: Api, ada: Person) -> None:
    made = schedule(api, ada)
    path = f"{SCHEDULED}/{made['id']}"
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=30)
    changed = api.patch(path, ada, form={"scheduled_at": moment.isoformat()}).json
    assert changed == made | {"scheduled_at": moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")}
    assert api.put(path, ada).json == changed
    with later(11):
        api.work()
        assert posts_of(api, ada) == []
    with later(31):
        api.work()
        assert len(posts_of(api, ada)) == 1


def test_there_and_back_again(api: Api, ada: Person) -> None:
    """Put off, and put back to the first moment: its job is there already."""
    first, second = at(10), at(20)
    made = api.post(POSTS, ada, json={"status": "x", "scheduled_at": first}).json
    for moment in (second, first):
        assert api.put(f"{SCHEDULED}/{made['id']}", ada, json={"scheduled_at": moment}).status == 200
    with later(11):
        api.work()
        assert len(posts_of(api, ada)) == 1
    with later(21):
        api.work()
        assert len(posts_of(api, ada)) == 1


def test_cancelled(api: Api, ada: Person) -> None:
    path = f"{SCHEDULED}/{schedule(api, ada)['id']}"
    assert api.delete(path, ada).json == {}
    assert api.delete(path, ada).status == 404
    with later(11):
        api.work()
    assert posts_of(api, ada) == []


def test_a_poll_runs_from_when_it_is_published(api: Api, ada: Person) -> None:
    poll = {"options": [" Tea ", "Coffee"], "expires_in": 600, "multiple": True, "hide_totals": True}
    made = schedule(api, ada, "Which?", poll=poll)
    assert made["params"]["poll"] == {**poll, "options": ["Tea", "Coffee"]}
    with later(15):
        api.work()
        (post,) = posts_of(api, ada)
        assert [one["title"] for one in post["poll"]["options"]] == ["Tea", "Coffee"]
        assert post["poll"]["expired"] is False
        assert post["poll"]["multiple"] is True


def test_media_are_held(api: Api, ada: Person) -> None:
    one, other = upload(api, ada), upload(api, ada)
    made = schedule(api, ada, media_ids=[other, one, one])
    assert made["params"]["media_ids"] == [other, one]
    assert [media["id"] for media in made["media_attachments"]] == [other, one]
    for reply in (
        api.post(POSTS, ada, json={"status": "x", "media_ids": [one]}),
        api.post(POSTS, ada, json={"status": "x", "media_ids": [one], "scheduled_at": at(10)}),
        api.delete(f"/api/v1/media/{one}", ada),
    ):
        assert reply.status == 422
    own = publish(api, ada)
    assert api.put(f"{POSTS}/{own['id']}", ada, json={"status": "x", "media_ids": [one]}).status == 422
    reply = api.put(f"/api/v1/media/{one}", ada, json={"description": "A disc"})
    assert reply.json["description"] == "A disc"
    with later(11):
        api.work()
        post = posts_of(api, ada)[0]
    assert [media["id"] for media in post["media_attachments"]] == [other, one]
    assert post["media_attachments"][1]["description"] == "A disc"
    assert value(api, "SELECT count(*) FROM media WHERE scheduled_id IS NOT NULL") == 0


def test_media_are_held_for_long_and_free_once_cancelled(api: Api, ada: Person) -> None:
    held, unused = upload(api, ada), upload(api, ada)
    made = schedule(api, ada, minutes=60 * 24 * 7, media_ids=[held])
    with later(60 * 24 * 3), api.built.ground.store.write() as db:
        from martlet.services import uploading  # noqa: PLC0415

        assert uploading.sweep(db, api.built.ground.here) == 1
    assert api.get(f"/api/v1/media/{held}", ada).status == 200
    assert api.get(f"/api/v1/media/{unused}", ada).status == 404
    assert api.delete(f"{SCHEDULED}/{made['id']}", ada).status == 200
    assert len(publish(api, ada, media_ids=[held])["media_attachments"]) == 1


def test_an_upload_goes_to_one_of_many(api: Api, ada: Person) -> None:
    """H7"""
    one = upload(api, ada)
    body = {"status": "x", "media_ids": [one]}
    replies = api.at_once(
        api.calling("POST", POSTS, ada, json=body | ({"scheduled_at": at(10)} if number % 2 else {}))
        for number in range(20)
    )
    assert sorted(reply.status for reply in replies) == [200] + [422] * 19


def test_what_was_preferred_when_it_was_scheduled(api: Api, ada: Person) -> None:
    def prefer(privacy: str) -> None:
        reply = api.patch("/api/v1/accounts/update_credentials", ada, json={"source": {"privacy": privacy}})
        assert reply.status == 200

    prefer("private")
    assert schedule(api, ada)["params"]["visibility"] == "private"
    prefer("public")
    with later(11):
        api.work()
        (post,) = posts_of(api, ada)
    assert post["visibility"] == "private"


def test_pages(api: Api, ada: Person, bob: Person) -> None:
    ids = [schedule(api, ada, str(number))["id"] for number in range(5)]
    schedule(api, bob)
    first = api.get(SCHEDULED, ada, query={"limit": 2})
    assert [one["id"] for one in first.json] == [ids[4], ids[3]]
    second = api.get(first.links["next"], ada)
    assert [one["id"] for one in second.json] == [ids[2], ids[1]]
    last = api.get(second.links["next"], ada)
    assert [one["id"] for one in last.json] == [ids[0]]
    assert "next" not in last.links
    assert [one["id"] for one in api.get(last.links["prev"], ada).json] == [ids[2], ids[1]]
    assert [one["id"] for one in api.get(SCHEDULED, ada, query={"since_id": ids[2]}).json] == [ids[4], ids[3]]
    assert api.get(SCHEDULED, ada, query={"max_id": ids[0]}).links == {}


def test_nobody_reaches_another_ones(api: Api, ada: Person, bob: Person) -> None:
    """A2"""
    made = schedule(api, ada, media_ids=[upload(api, ada)])
    path = f"{SCHEDULED}/{made['id']}"
    assert waiting(api, bob) == []
    for reply in (
        api.get(path, bob),
        api.put(path, bob, json={"scheduled_at": at(20)}),
        api.put(path, bob),
        api.delete(path, bob),
        api.get(f"{SCHEDULED}/x", ada),
        api.get(f"{SCHEDULED}/{9**30}", ada),
    ):
        assert reply.status == 404
    assert api.get(path, ada).json == made


def test_scopes(api: Api, ada: Person) -> None:
    """A1"""
    path = f"{SCHEDULED}/{schedule(api, ada)['id']}"
    reading, writing = api.token(ada.id, "read:statuses"), api.token(ada.id, "write:statuses")
    for token, allowed in (
        (reading, {"GET"}),
        (writing, {"PUT", "DELETE"}),
        (api.token(ada.id, "push"), set()),
    ):
        for method in ("GET", "PUT", "DELETE"):
            reply = api.call(method, path, token)
            assert (reply.status == 200) == (method in allowed), (method, reply.status)
            assert reply.status in (200, 403)
    assert api.get(SCHEDULED).status == 401
    assert api.get(SCHEDULED, api.app_token()).status == 422


def keyed(api: Api, by: Person, key: str, moment: str | None, text: str = "x") -> Reply:
    return api.post(
        POSTS, by, json={"status": text, "scheduled_at": moment}, headers={"Idempotency-Key": key}
    )


def test_one_key_is_one_post(api: Api, ada: Person, bob: Person) -> None:
    """A15"""
    first = keyed(api, ada, "k", at(10)).json
    assert keyed(api, ada, "k", at(20)).json == first
    assert keyed(api, bob, "k", at(10)).json["id"] != first["id"]
    assert waiting(api, ada) == [first["id"]]
    with later(11):
        api.work()
        (post,) = posts_of(api, ada)
        assert keyed(api, ada, "k", at(30)).json["id"] == post["id"]
        assert keyed(api, ada, "k", at(-1)).json["id"] == post["id"]
    assert len(posts_of(api, ada)) == 1
    assert waiting(api, ada) == []


def test_one_key_at_once(api: Api, ada: Person) -> None:
    """H7"""
    replies = api.at_once(
        api.calling(
            "POST", POSTS, ada, json={"status": "x", "scheduled_at": at(10)}, headers={"Idempotency-Key": "k"}
        )
        for _ in range(20)
    )
    assert {reply.status for reply in replies} == {200}
    assert len({reply.json["id"] for reply in replies}) == 1
    assert len(waiting(api, ada)) == 1


def test_a_refused_one_leaves_its_key_free(api: Api, ada: Person) -> None:
    assert keyed(api, ada, "k", at(1)).status == 422
    assert "params" in keyed(api, ada, "k", at(10)).json


def test_limits(api: Api, ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """A14"""
    noon = datetime.now(UTC).replace(hour=12) + timedelta(days=3)
    assert (scheduling.ALL, scheduling.A_DAY) == (300, 25)
    monkeypatch.setattr(scheduling, "A_DAY", 3)
    monkeypatch.setattr(scheduling, "ALL", 5)

    def on(day: int) -> Reply:
        return api.post(POSTS, ada, json={"status": "x", "scheduled_at": at(60 * 24 * day, noon)})

    made = [on(0).json for _ in range(3)]
    assert "3 scheduled posts for that day" in refusal(on(0))
    assert on(1).status == 200
    moved = on(1).json
    assert "limit of 5 scheduled" in refusal(on(2))
    put = api.put(f"{SCHEDULED}/{moved['id']}", ada, json={"scheduled_at": at(0, noon)})
    assert "3 scheduled posts for that day" in refusal(put)
    same_day = api.put(f"{SCHEDULED}/{made[0]['id']}", ada, json={"scheduled_at": at(1, noon)})
    assert same_day.status == 200


def test_limits_hold_at_once(api: Api, ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """H7"""
    monkeypatch.setattr(scheduling, "A_DAY", 5)
    moment = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    replies = api.at_once(
        api.calling("POST", POSTS, ada, json={"status": str(number), "scheduled_at": moment})
        for number in range(20)
    )
    assert sorted(reply.status for reply in replies) == [200] * 5 + [422] * 15


# -- when it cannot be published ------------------------------------------------


def kept_after_its_moment(api: Api, owner: Person, made: dict[str, Any], failure: str) -> None:
    with later(11):
        api.work()
    assert value(api, "SELECT count(*) FROM post WHERE text = 'Later'") == 0
    assert value(api, "SELECT failure FROM scheduled_post WHERE id = :id", id=int(made["id"])) == failure
    assert value(api, "SELECT count(*) FROM job WHERE name = 'publish_scheduled'") == 0


def test_a_reply_whose_parent_is_gone_is_kept(api: Api, ada: Person, bob: Person) -> None:
    parent, disc = publish(api, bob, "Hello"), upload(api, ada)
    made = schedule(api, ada, in_reply_to_id=parent["id"], media_ids=[disc])
    assert made["params"]["in_reply_to_id"] == parent["id"]
    assert api.delete(f"{POSTS}/{parent['id']}", bob).status == 200
    gone = "The post you are trying to reply to does not appear to exist."
    kept_after_its_moment(api, ada, made, gone)
    assert api.get(f"{SCHEDULED}/{made['id']}", ada).json == made
    again = api.put(f"{SCHEDULED}/{made['id']}", ada, json={"scheduled_at": at(30)}).json
    assert again["media_attachments"] == made["media_attachments"]
    assert value(api, "SELECT failure FROM scheduled_post") == ""
    assert api.delete(f"{SCHEDULED}/{made['id']}", ada).status == 200


def test_a_reply_to_somebody_who_blocks_since_is_kept(api: Api, ada: Person, bob: Person) -> None:
    parent = publish(api, bob, "Hello")
    schedule(api, ada, in_reply_to_id=parent["id"])
    assert api.post(f"/api/v1/accounts/{ada.id}/block", bob).status == 200
    with later(11):
        api.work()
    assert look(api, parent, bob)["replies_count"] == 0
    assert len(waiting(api, ada)) == 1


def test_a_reply_finds_its_thread(api: Api, ada: Person, bob: Person) -> None:
    parent = publish(api, bob, "Hello")
    schedule(api, ada, in_reply_to_id=parent["id"])
    with later(11):
        api.work()
        (post,) = posts_of(api, ada)
    assert post["in_reply_to_id"] == parent["id"]


def test_a_quote_is_asked_for_again(api: Api, ada: Person, bob: Person) -> None:
    quoted = publish(api, bob, "Hello")
    made = schedule(api, ada, quoted_status_id=quoted["id"])
    assert made["params"]["quoted_status_id"] == quoted["id"]
    reply = api.put(
        f"{POSTS}/{quoted['id']}/interaction_policy", bob, json={"quote_approval_policy": "nobody"}
    )
    assert reply.status == 200
    kept_after_its_moment(api, ada, made, "The author of this post does not let it be quoted.")


@pytest.mark.parametrize("what", ["freeze", "suspend", "leave"])
def test_nothing_is_published_for_whoever_cannot_come_in(api: Api, ada: Person, what: str) -> None:
    made = schedule(api, ada)
    ground = api.built.ground
    with ground.store.write() as db:
        match what:
            case "freeze":
                moderating.freeze(db, ada.id, ground.here)
            case "suspend":
                moderating.suspend(db, ada.id, ground.here)
            case _:
                leaving.delete_account(db, ada.id, ground.here)
    kept_after_its_moment(api, ada, made, "Your login is currently disabled")


def test_whoever_left_for_good_leaves_nothing(api: Api, ada: Person) -> None:
    schedule(api, ada, media_ids=[upload(api, ada)], minutes=60 * 24 * 60)
    ground = api.built.ground
    with ground.store.write() as db:
        leaving.delete_account(db, ada.id, ground.here)
    with later(60 * 24 * 31):
        api.work()
    assert value(api, "SELECT count(*) FROM scheduled_post") == 0
    assert value(api, "SELECT count(*) FROM media") == 0
    with later(60 * 24 * 61):
        api.work()
    assert value(api, "SELECT count(*) FROM post") == 0
    assert value(api, "SELECT count(*) FROM job WHERE name = 'publish_scheduled'") == 0


def test_a_bug_loses_nothing_and_publishes_once(
    api: Api, ada: Person, monkeypatch: pytest.MonkeyPatch, bugs: list[str]
) -> None:
    made = schedule(api, ada, media_ids=[upload(api, ada)])
    working = posting.publish

    def broken(*_: object) -> None:
        raise RuntimeError("poison")

    monkeypatch.setattr(posting, "publish", broken)
    with later(11):
        api.work()
        assert value(api, "SELECT tries FROM job WHERE name = 'publish_scheduled'") == 1
        assert api.get(f"{SCHEDULED}/{made['id']}", ada).json == made
    with later(60 * 24):
        for hour in range(15):
            with later(hour * 60):
                api.work()
        assert value(api, "SELECT parked_at IS NOT NULL FROM job WHERE name = 'publish_scheduled'")
    assert len(bugs) == 12
    monkeypatch.setattr(posting, "publish", working)
    assert api.put(f"{SCHEDULED}/{made['id']}", ada, json={"scheduled_at": at(30)}).status == 200
    with later(31):
        api.work()
        (post,) = posts_of(api, ada)
    assert len(post["media_attachments"]) == 1


def test_a_poisoned_body_harms_nobody_else(api: Api, ada: Person, bob: Person, bugs: list[str]) -> None:
    schedule(api, ada)
    schedule(api, bob)
    with api.built.ground.store.write() as db:
        db.run("UPDATE scheduled_post SET draft = '{\"author\": []}' WHERE account_id = :ada", ada=ada.id)
        db.run("INSERT INTO job (name, body, run_at) VALUES ('publish_scheduled', '{\"x\": 1}', 0)")
    with later(11):
        api.work()
    assert len(posts_of(api, bob)) == 1
    assert posts_of(api, ada) == []
    assert len(bugs) == 2


def test_a_boost_is_seen_through(api: Api, ada: Person, bob: Person) -> None:
    parent = publish(api, bob, "Hello")
    boost = do(api, ada, "reblog", parent)
    schedule(api, ada, in_reply_to_id=boost["id"])
    with later(11):
        api.work()
        post = posts_of(api, ada)[0]
    assert post["in_reply_to_id"] == parent["id"]
