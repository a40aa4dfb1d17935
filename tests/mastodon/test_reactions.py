"""Likes, boosts, bookmarks, pins and muted threads."""

import psycopg
import pytest
from psycopg import errors

from martlet.storage import postgres
from tests.client import Api, Person
from tests.mastodon.acts import POSTS, block, do, follow, look, mute, publish, refusal, value

AT_ONCE = 50
COUNTED = {"favourite": "favourites_count", "reblog": "reblogs_count"}
MARKED = {"favourite": "favourited", "reblog": "reblogged", "bookmark": "bookmarked", "mute": "muted"}


@pytest.fixture
def run_again(monkeypatch: pytest.MonkeyPatch) -> list[psycopg.Error]:
    """Why transactions on PostgreSQL had to be run again; a deadlock takes a second to be noticed."""
    reasons: list[psycopg.Error] = []
    monkeypatch.setattr(postgres, "_stand_aside", reasons.append)
    return reasons


@pytest.mark.parametrize(("verb", "mark"), MARKED.items())
def test_doing_it_twice_is_doing_it_once(api: Api, verb: str, mark: str) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    status = publish(api, ada)
    assert status[mark] is False
    assert [do(api, bob, verb, status)[mark] for _ in range(2)] == [True, True]
    assert (look(api, status, bob)[mark], look(api, status, ada)[mark]) == (True, False)
    assert mark not in look(api, status)
    if verb in COUNTED:
        assert look(api, status)[COUNTED[verb]] == 1
    assert [do(api, bob, f"un{verb}", status)[mark] for _ in range(2)] == [False, False]
    if verb in COUNTED:
        assert look(api, status)[COUNTED[verb]] == 0


@pytest.mark.parametrize("verb", ["favourite", "reblog", "bookmark", "pin"])
def test_at_once_leaves_one_row(api: Api, verb: str) -> None:
    """Attack H7."""
    ada = api.person("ada")
    status = publish(api, ada)
    replies = api.at_once(api.calling("POST", f"{POSTS}/{status['id']}/{verb}", ada) for _ in range(AT_ONCE))
    assert {reply.status for reply in replies} == {200}
    assert len({reply.json["id"] for reply in replies}) == 1
    if verb in COUNTED:
        assert look(api, status)[COUNTED[verb]] == 1
    assert value(api, "SELECT count(*) FROM mark") == (0 if verb == "pin" else 1)
    assert value(api, "SELECT count(*) FROM post") == (2 if verb == "reblog" else 1)
    assert value(api, "SELECT posts_count FROM account") == (2 if verb == "reblog" else 1)


@pytest.mark.parametrize(
    "verb",
    [
        *("/favourite", "/unfavourite", "/reblog", "/unreblog", "/bookmark", "/unbookmark"),
        *("/pin", "/unpin", "/mute", "/unmute"),
    ],
)
def test_what_cannot_be_seen_is_not_there(api: Api, verb: str) -> None:
    """Attack A2."""
    ada, bob = api.person("ada"), api.person("bob")
    hidden = publish(api, ada, visibility="private")
    assert api.post(f"{POSTS}/{hidden['id']}{verb}", bob).status == 404
    assert api.post(f"{POSTS}/1{verb}", bob).status == 404


# -- likes ---------------------------------------------------------------------


def test_liking_a_boost_likes_the_boosted_post(api: Api) -> None:
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    status = publish(api, ada)
    boost = do(api, bob, "reblog", status)
    liked = do(api, eve, "favourite", boost)
    assert (liked["id"], liked["favourited"], liked["reblog"]["favourited"]) == (boost["id"], True, True)
    assert look(api, status)["favourites_count"] == 1


def test_a_like_can_be_taken_back_from_a_post_that_is_hidden_by_now(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    status = publish(api, ada)
    do(api, bob, "favourite", status)
    block(api, ada, bob)
    assert api.post(f"{POSTS}/{status['id']}/unfavourite", bob).status == 404
    assert look(api, status)["favourites_count"] == 0


def test_who_liked_and_who_boosted_page_by_page(api: Api) -> None:
    ada = api.person("ada")
    people = [api.person(f"p{n}") for n in range(5)]
    status = publish(api, ada)
    for person in people:
        do(api, person, "favourite", status)
        do(api, person, "reblog", status)
    for which in ("favourited_by", "reblogged_by"):
        first = api.get(f"{POSTS}/{status['id']}/{which}", query={"limit": 2})
        assert [one["username"] for one in first.json] == ["p4", "p3"]
        second = api.get(first.links["next"])
        assert [one["username"] for one in second.json] == ["p2", "p1"]
        assert [one["username"] for one in api.get(second.links["prev"]).json] == ["p4", "p3"]
        assert [one["username"] for one in api.get(f"{POSTS}/{status['id']}/{which}").json] == [
            f"p{n}" for n in (4, 3, 2, 1, 0)
        ]


def test_lists_of_people_leave_out_whom_the_viewer_does_not_want(api: Api) -> None:
    ada, bob, eve, kim = (api.person(name) for name in ("ada", "bob", "eve", "kim"))
    status = publish(api, ada)
    for person in (bob, eve, kim):
        do(api, person, "favourite", status)
        do(api, person, "reblog", status)
    block(api, bob, ada)
    mute(api, ada, eve)
    for which in ("favourited_by", "reblogged_by"):
        assert [one["username"] for one in api.get(f"{POSTS}/{status['id']}/{which}", ada).json] == ["kim"]
        assert len(api.get(f"{POSTS}/{status['id']}/{which}").json) == 3


def test_who_liked_a_hidden_post_is_hidden(api: Api) -> None:
    ada = api.person("ada")
    hidden = publish(api, ada, visibility="private")
    do(api, ada, "favourite", hidden)
    for which in ("favourited_by", "reblogged_by"):
        assert api.get(f"{POSTS}/{hidden['id']}/{which}").status == 404
        assert api.get(f"{POSTS}/{hidden['id']}/{which}", api.person(which[:4])).status == 404


# -- boosts --------------------------------------------------------------------


def test_a_boost_of_a_boost_boosts_the_post(api: Api) -> None:
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    status = publish(api, ada)
    again = do(api, eve, "reblog", do(api, bob, "reblog", status))
    assert (again["account"]["username"], again["reblog"]["id"]) == ("eve", status["id"])
    assert again["reblog"]["reblogs_count"] == 2


def test_a_boost_counts_as_a_post_of_its_author(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    status = publish(api, ada)
    boost = do(api, bob, "reblog", status)
    assert boost["account"]["statuses_count"] == 1
    assert (boost["content"], boost["poll"], boost["card"]) == ("", None, None)
    api.work()
    assert [one["id"] for one in api.get("/api/v1/timelines/home", bob).json] == [boost["id"]]
    back = do(api, bob, "unreblog", boost)
    assert (back["id"], back["reblogged"], back["reblogs_count"]) == (status["id"], False, 0)
    assert api.get(f"{POSTS}/{boost['id']}", bob).status == 404
    assert api.get("/api/v1/timelines/home", bob).json == []
    assert value(api, "SELECT posts_count FROM account WHERE id = :bob", bob=bob.id) == 0
    assert do(api, bob, "reblog", status)["id"] != boost["id"]


def test_deleting_a_boost_takes_it_back(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    status = publish(api, ada)
    boost = do(api, bob, "reblog", status)
    assert api.delete(f"{POSTS}/{boost['id']}", bob).status == 200
    assert look(api, status, bob)["reblogs_count"] == 0
    assert look(api, status, bob)["reblogged"] is False


def test_a_boost_has_the_visibility_asked_for(api: Api) -> None:
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    status = publish(api, ada)
    boost = do(api, bob, "reblog", status, visibility="private")
    assert boost["visibility"] == "private"
    assert api.get(f"{POSTS}/{boost['id']}", eve).status == 404
    assert api.get(f"{POSTS}/{status['id']}/reblogged_by", eve).json == []
    assert "Visibility" in refusal(
        api.post(f"{POSTS}/{status['id']}/reblog", eve, json={"visibility": "direct"})
    )


def test_what_was_written_for_followers_is_boosted_by_its_author_only(api: Api) -> None:
    """Attack F10."""
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    follow(api, bob, ada)
    hidden = publish(api, ada, visibility="private")
    assert api.post(f"{POSTS}/{hidden['id']}/reblog", bob).status == 403
    boost = do(api, ada, "reblog", hidden, visibility="public")
    assert boost["visibility"] == "private"
    assert api.get(f"{POSTS}/{boost['id']}", eve).status == 404
    assert look(api, boost, bob)["reblog"]["id"] == hidden["id"]
    note = publish(api, ada, "@bob psst", visibility="direct")
    for person in (ada, bob):
        assert api.post(f"{POSTS}/{note['id']}/reblog", person).status == 403


def test_a_boost_hides_with_the_boosted_post(api: Api) -> None:
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    boost = do(api, bob, "reblog", publish(api, ada))
    assert look(api, boost, eve)["reblog"]
    block(api, ada, eve)
    assert api.get(f"{POSTS}/{boost['id']}", eve).status == 404


# -- pins and muted threads ----------------------------------------------------


def test_one_pins_ones_own_posts(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    status = publish(api, ada)
    assert status["pinned"] is False
    assert do(api, ada, "pin", status)["pinned"] is True
    assert look(api, status, ada)["pinned"] is True
    assert "pinned" not in look(api, status, bob)
    assert do(api, ada, "unpin", status)["pinned"] is False
    assert "Someone else's" in refusal(api.post(f"{POSTS}/{status['id']}/pin", bob))
    assert "boost" in refusal(api.post(f"{POSTS}/{do(api, ada, 'reblog', status)['id']}/pin", ada))
    note = publish(api, ada, visibility="direct")
    assert "mentioned" in refusal(api.post(f"{POSTS}/{note['id']}/pin", ada))
    assert "pinned" not in note


def test_there_is_a_limit_to_pins(api: Api) -> None:
    ada = api.person("ada")
    limit = api.built.ground.here.limits.pins
    statuses = [publish(api, ada) for _ in range(limit + 1)]
    replies = api.at_once(api.calling("POST", f"{POSTS}/{one['id']}/pin", ada) for one in statuses)
    assert sorted(reply.status for reply in replies) == [200] * limit + [422]
    assert value(api, "SELECT count(*) FROM pin") == limit


def test_a_thread_is_muted_as_a_whole(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    first = publish(api, ada)
    answer = publish(api, bob, in_reply_to_id=first["id"])
    do(api, ada, "mute", answer)
    assert look(api, first, ada)["muted"] is True
    assert look(api, first, bob)["muted"] is False
    do(api, ada, "unmute", first)
    assert look(api, answer, ada)["muted"] is False


@pytest.mark.parametrize("verb", ["favourite", "reblog"])
def test_what_is_taken_back_is_told_no_more(api: Api, verb: str) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    status = publish(api, ada)
    do(api, bob, verb, status)
    api.work()
    do(api, bob, f"un{verb}", status)
    api.work()
    assert value(api, "SELECT count(*) FROM notification WHERE from_id = :bob", bob=bob.id) == 0


def bookmarks(api: Api, person: Person) -> list[str]:
    return [one["id"] for one in api.get("/api/v1/bookmarks", person).json]


def test_bookmarks_are_nobody_elses_business(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    status = publish(api, ada)
    do(api, bob, "bookmark", status)
    assert (bookmarks(api, bob), bookmarks(api, ada)) == ([status["id"]], [])


@pytest.mark.parametrize("verb", ["favourite", "reblog", "bookmark", "pin"])
def test_deleting_a_post_while_people_react_breaks_nothing(
    api: Api, verb: str, run_again: list[psycopg.Error]
) -> None:
    ada = api.person("ada")
    people = [ada] if verb == "pin" else [api.person(f"p{n}") for n in range(4)]
    for _ in range(5):
        path = f"{POSTS}/{publish(api, ada)['id']}"
        calls = [api.calling("POST", f"{path}/{verb}", person) for person in people]
        calls.insert(len(calls) // 2, api.calling("DELETE", path, ada))
        assert {reply.status for reply in api.at_once(calls)} <= {200, 404}
    assert value(api, "SELECT count(*) FROM post") == 0
    assert value(api, "SELECT count(*) FROM mark") == 0
    assert value(api, "SELECT sum(posts_count) FROM account") == 0
    assert not any(isinstance(why, errors.DeadlockDetected) for why in run_again)


def test_people_who_boosted_one_another_delete_at_once(api: Api, run_again: list[psycopg.Error]) -> None:
    people = [api.person(f"p{n}") for n in range(4)]
    for _ in range(5):
        written = [(one, publish(api, one)) for one in people]
        for one in people:
            for author, status in written:
                if author is not one:
                    do(api, one, "reblog", status)
        calls = [api.calling("DELETE", f"{POSTS}/{status['id']}", author) for author, status in written]
        assert {reply.status for reply in api.at_once(calls)} == {200}
    assert value(api, "SELECT count(*) FROM post") == 0
    assert value(api, "SELECT sum(posts_count) FROM account") == 0
    assert not any(isinstance(why, errors.DeadlockDetected) for why in run_again)


def test_counts_are_exact_however_many_react_at_once(api: Api, run_again: list[psycopg.Error]) -> None:
    """Attack H7."""
    ada = api.person("ada")
    people = [api.person(f"p{n}") for n in range(12)]
    status = publish(api, ada)
    path = f"{POSTS}/{status['id']}"
    calls = [api.calling("POST", f"{path}/{verb}", one) for one in people for verb in ("favourite", "reblog")]
    calls += [
        api.calling("POST", POSTS, one, json={"status": "a", field: status["id"]})
        for one in people
        for field in ("in_reply_to_id", "quoted_status_id")
    ]
    assert {reply.status for reply in api.at_once(calls)} == {200}
    now = look(api, status)
    counts = (now["favourites_count"], now["reblogs_count"], now["replies_count"], now["quotes_count"])
    assert counts == (12, 12, 12, 12)
    assert {one["statuses_count"] for one in api.get(f"{path}/reblogged_by").json} == {3}
    assert not run_again  # nobody stood in anybody's way
