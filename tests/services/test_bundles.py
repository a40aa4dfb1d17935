"""Posts in a file: out of one server and into another, with no network between them."""

import pytest

from tests.carrying import Island, Islands


@pytest.fixture
def sea(islands: Islands) -> Island:
    return islands("sea.example")


def test_posts_are_carried_to_followers_and_answers_come_back(sea: Island, shore: Island) -> None:
    shore.follows("bob", sea, "ada")
    sea.knows(shore, "bob")
    first = sea.publish("ada", "Noon")
    second = sea.publish("ada", "And then", in_reply_to_id=first["id"])
    found = shore.bring(sea.packed("ada"))
    assert (found.new, found.refused, found.aside) == (2, 0, 0)
    assert [author.name for author in found.authors.values()] == ["@ada@sea.example"]

    home = shore.api.get("/api/v1/timelines/home", shore.person("bob")).json
    assert [one["uri"] for one in home] == [second["uri"], first["uri"]]
    assert home[0]["in_reply_to_id"] == home[1]["id"]
    assert shore.api.get("/api/v1/notifications", shore.person("bob")).json == []

    answer = shore.publish("bob", "@ada@sea.example Good", in_reply_to_id=home[1]["id"])
    shore.api.post(f"/api/v1/statuses/{home[1]['id']}/favourite", shore.person("bob"))
    back = shore.answers("bob", sea)
    for _ in range(2):
        sea.bring(back)
    told = sea.api.get("/api/v1/notifications", sea.person("ada")).json
    assert sorted(one["type"] for one in told) == ["favourite", "mention"]
    own = sea.api.get(f"/api/v1/statuses/{first['id']}", sea.person("ada")).json
    assert (own["favourites_count"], own["replies_count"]) == (1, 2)
    thread = sea.api.get(f"/api/v1/statuses/{first['id']}/context", sea.person("ada")).json
    assert [one["uri"] for one in thread["descendants"]] == [second["uri"], answer["uri"]]
