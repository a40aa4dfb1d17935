"""What trends, and what does not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from martlet.model.names import PostId
from martlet.services import moderating, previewing
from martlet.storage import cards, links
from martlet.storage.cards import Card
from martlet.storage.links import Link
from tests.client import Api, Person
from tests.mastodon.acts import block, do, mute, publish, value
from tests.mastodon.trending import LEAST, all_write, measured, names, posts, townspeople


@pytest.fixture
def people(api: Api) -> list[Person]:
    return townspeople(api, LEAST + 1)


def test_a_hashtag(api: Api, people: list[Person]) -> None:
    all_write(api, people[: LEAST - 1], "#Swifts")
    assert names(api) == []
    all_write(api, people[LEAST - 1 :], "#swifts")
    reply = api.get("/api/v1/trends/tags", people[0])
    (one,) = reply.json
    assert (one["name"], one["following"]) == ("Swifts", False)
    assert one["martlet"] | {"score": 0} == {
        "people": 6,
        "hours": 1,
        "usual": 0.0,
        "score": 0,
        "text": "6 people wrote about it in the last hour, usually 0.",
    }
    assert one["martlet"]["score"] > 0
    assert sum(int(day["accounts"]) for day in one["history"]) == 6
    assert api.get("/api/v1/trends").json[0]["name"] == "Swifts"
    assert api.get("/api/v1/trends/tags", query={"offset": 1}).json == []
    with api.built.ground.store.write() as db:
        for number, one_person in enumerate(people):
            locale = ("de", "zh-TW")[number % 2]
            db.run("UPDATE users SET locale = :l WHERE account_id = :id", l=locale, id=one_person.id)
    told = [api.get("/api/v1/trends/tags", one).json[0]["martlet"]["text"] for one in people[:2]]
    assert told == [
        "6 Leute haben in der letzten Stunde darüber geschrieben, sonst 0.",
        "過去 1 小時有 6 人寫到它，平時 0 人。",
    ]


@pytest.mark.parametrize(
    "what", ["private", "unlisted", "local", "sensitive", "warned", "hidden", "bots", "young", "limited"]
)
def test_who_has_no_voice(api: Api, people: list[Person], what: str) -> None:
    """F5"""
    more: dict[str, Any] = {}
    columns = {"hidden": "is_discoverable = 0", "bots": "kind = 'service'", "limited": "limited_at = 1"}
    match what:
        case "private" | "unlisted":
            more = {"visibility": what}
        case "local":
            more = {"local_only": True}
        case "sensitive":
            more = {"sensitive": True}
        case "warned":
            more = {"spoiler_text": "Birds"}
        case "young":
            people = [api.person(f"young{number}") for number in range(LEAST + 1)]
            with api.built.ground.store.write() as db:
                db.run("UPDATE account SET is_discoverable = 1")
        case _:
            with api.built.ground.store.write() as db:
                db.run(f"UPDATE account SET {columns[what]}")
    written = all_write(api, people, "#swifts", **more)
    for one in people:
        api.post(f"/api/v1/statuses/{written[0]}/favourite", one)
    measured(api)
    assert names(api) == posts(api) == []


def test_what_is_taken_back_does_not_count(api: Api, people: list[Person]) -> None:
    first, *_ = all_write(api, people, "#swifts")
    likers = people[1:]
    for one in likers:
        do(api, one, "favourite", {"id": first})
    measured(api)
    assert (names(api), posts(api)) == (["swifts"], [first])
    do(api, likers[0], "unfavourite", {"id": first})
    with api.built.ground.store.write() as db:
        moderating.suspend(db, people[1].id, api.built.ground.here)
        moderating.suspend(db, people[2].id, api.built.ground.here)
    measured(api)
    publish(api, people[0], "#other")  # so that it is measured again
    measured(api)
    assert names(api) == posts(api) == []


def test_a_post(api: Api, people: list[Person]) -> None:
    author, *others = people
    post, second = publish(api, author, "First", language="en"), publish(api, author, "Second")
    answer = publish(api, author, "Answer", in_reply_to_id=post["id"])
    for status in (post, second, answer):
        do(api, author, "favourite", status)
        for one in others[1:]:
            do(api, one, "favourite", status)
    measured(api)
    assert posts(api) == []  # four others, and the author does not count
    do(api, others[0], "reblog", post)
    do(api, others[0], "reblog", answer)
    measured(api)
    (shown,) = api.get("/api/v1/trends/statuses", others[0]).json
    assert (shown["id"], shown["reblogged"]) == (post["id"], True)
    assert shown["martlet"]["people"] == 5
    assert shown["martlet"]["text"] == "5 people liked or boosted it in the last hour."
    do(api, others[0], "favourite", second)
    measured(api)
    assert len(posts(api)) == 1  # one of each author
    block(api, others[0], author)
    mute(api, others[1], author)
    assert posts(api, others[0]) == posts(api, others[1]) == []
    assert len(posts(api, others[2])) == 1
    api.delete(f"/api/v1/statuses/{posts(api)[0]}", author)
    assert posts(api) == []


def shared(api: Api, people: list[Person], url: str) -> int:
    """As if the page had been asked for already."""
    here = api.built.ground.here
    card = Card(
        here.next_id(), url, "The river rises", "", here.now_ms(), language="de", provider_name="Paper"
    )
    with api.built.ground.store.write() as db:
        id = cards.put(db, card)
        links.put(db, Link(here.next_id(), url, previewing.site(url), id, here.now_ms()))
    all_write(api, people, f"Read {url}")
    return id


def test_a_link(api: Api, people: list[Person]) -> None:
    url = "https://paper.example/river"
    shared(api, people[:-1], url)
    (one,) = api.get("/api/v1/trends/links").json
    assert (one["url"], one["title"], one["provider_name"]) == (url, "The river rises", "Paper")
    assert sum(int(day["uses"]) for day in one["history"]) == 5
    assert one["martlet"]["people"] == 5
    assert len(api.get("/api/v1/timelines/link", query={"url": url}).json) == 5


def test_what_the_viewer_reads_comes_first(api: Api, people: list[Person]) -> None:
    all_write(api, people, "#vogel", language="de")
    all_write(api, people[:LEAST], "#bird", language="en")
    assert names(api) == ["bird", "vogel"]
    with api.built.ground.store.write() as db:
        db.run(
            "UPDATE users SET default_language = 'de-AT', locale = 'de' WHERE account_id = :id",
            id=people[0].id,
        )
    assert names(api, people[0]) == ["vogel", "bird"]


def test_it_fades_and_is_forgotten(api: Api, people: list[Person]) -> None:
    all_write(api, people, "#swifts")
    before = api.get("/api/v1/trends/tags").json[0]["martlet"]
    with time_machine.travel(datetime.now(UTC), tick=True) as clock:
        clock.shift(timedelta(hours=4))
        api.work()
        later = api.get("/api/v1/trends/tags").json[0]["martlet"]
        assert later["score"] < before["score"] / 2
        assert (later["people"], later["hours"]) == (6, 5)
        clock.shift(timedelta(hours=21))
        api.work()
        assert names(api) == []
        assert value(api, "SELECT count(*) FROM trend_voice") == 0
        clock.shift(timedelta(hours=12))
        api.work()
        for table in ("trend", "job WHERE name = 'measure_trends'"):
            assert value(api, f"SELECT count(*) FROM {table}") == 0, table


def test_what_is_usual_does_not_trend(api: Api, people: list[Person]) -> None:
    today = api.built.ground.here.now_ms() // 86_400_000
    all_write(api, people[:2], "#morning")
    with api.built.ground.store.write() as db:
        for day in range(1, 8):
            db.run("INSERT INTO tag_day SELECT id, :day, 200, 90 FROM tag", day=today - day)
    all_write(api, people, "#morning")
    assert names(api) == []


def test_an_old_post_that_comes_late_is_no_news(api: Api, people: list[Person]) -> None:
    written = [PostId(int(publish(api, one, "#swifts")["id"])) for one in people]
    with api.built.ground.store.write() as db:
        for id in written:
            db.run("UPDATE post SET created_at = created_at - 90000000 WHERE id = :id", id=id)
    measured(api)
    assert value(api, "SELECT count(*) FROM trend_voice") == 0


def why(api: Api, viewer: Person | None = None, **about: str) -> dict[str, Any]:
    reply = api.get("/api/v1/martlet/why", viewer, query=about)
    assert reply.status == 200, reply.body
    found: dict[str, Any] = reply.json
    return found


def test_why_it_is_shown(api: Api, people: list[Person]) -> None:
    first, *_ = all_write(api, people, "#swifts")
    told = why(api, tag="SWIFTS")
    assert told["trend"] == api.get("/api/v1/trends/tags").json[0]["martlet"]
    assert (told["is_shown"], told["text"]) == (True, told["trend"]["text"])
    assert told["rule"] == {"least_people": 5, "window_hours": 24, "half_life_hours": 4.0}
    assert why(api, tag="swallows")["is_shown"] is False
    assert (
        why(api, link="https://paper.example/")["is_shown"] is why(api, link="no link")["is_shown"] is False
    )
    assert why(api, status=first)["is_shown"] is False
    secret = publish(api, people[0], "Secret", visibility="direct")["id"]
    assert api.get("/api/v1/martlet/why", people[1], query={"status": secret}).status == 404
