"""Attempts to make something trend, or to read out of trends what was not written for all."""

import pytest

from martlet.model.names import AccountId
from tests.client import Api, Person
from tests.mastodon.acts import do, publish, value
from tests.mastodon.test_trends import shared
from tests.mastodon.trending import LEAST, all_write, measured, names, posts, townspeople


@pytest.fixture
def people(api: Api) -> list[Person]:
    return townspeople(api, LEAST + 1)


def elsewhere(api: Api, people: list[Person], host: str) -> None:
    with api.built.ground.store.write() as db:
        for one in people:
            db.run("UPDATE account SET host = :host WHERE id = :id", host=host, id=one.id)


def test_one_account_floods_a_hashtag_and_a_link(api: Api, people: list[Person]) -> None:
    loud, quiet = people[0], people[1:]
    url = "https://spam.example/pills"
    shared(api, [loud], url)
    for _ in range(30):
        publish(api, loud, f"#pills {url}")
    all_write(api, quiet[: LEAST - 2], "#pills")
    assert names(api) == api.get("/api/v1/trends/links").json == []
    assert value(api, "SELECT count(*) FROM trend_voice WHERE account_id = :id", id=loud.id) == 2


def test_a_server_of_many_accounts(api: Api, people: list[Person]) -> None:
    elsewhere(api, people, "spam.example")
    first, *_ = all_write(api, people, "#pills")
    for one in people[1:]:
        do(api, one, "favourite", {"id": first})
    measured(api)
    assert names(api) == posts(api) == []


def test_many_young_accounts_that_say_they_are_old(api: Api) -> None:
    young = [api.person(f"young{number}") for number in range(LEAST + 3)]
    with api.built.ground.store.write() as db:
        db.run("UPDATE account SET is_discoverable = 1, created_at = 1")
        for number, one in enumerate(young):
            host = f"spam{number}.example"
            db.run("UPDATE account SET host = :host WHERE id = :id", host=host, id=one.id)
    all_write(api, young, "#pills")
    assert names(api) == []


def test_f4_f5_what_few_may_read_leaves_no_voice(api: Api, people: list[Person]) -> None:
    """F4, F5"""
    written = [
        publish(api, one, "#plot @p0 @p1", visibility=visibility)["id"]
        for one in people
        for visibility in ("private", "direct", "unlisted")
    ]
    for id in written:
        for one in people[:2]:
            api.post(f"/api/v1/statuses/{id}/favourite", one)
    measured(api)
    assert value(api, "SELECT count(*) FROM trend_voice") == 0
    assert value(api, "SELECT count(*) FROM trend") == 0


def test_f5_a_post_that_becomes_hidden_leaves_the_trends(api: Api, people: list[Person]) -> None:
    """F5"""
    author, *others = people
    post = publish(api, author, "Look")
    for one in others:
        do(api, one, "favourite", post)
    measured(api)
    assert posts(api) == [post["id"]]
    with api.built.ground.store.write() as db:
        db.run("UPDATE account SET suspended_at = 1 WHERE id = :id", id=AccountId(author.id))
    assert posts(api) == []
