"""Following hashtags."""

from typing import Any

import pytest

from martlet.services import following_tags, moderating, timelines
from martlet.storage import timelines as kept
from tests.client import Api, Person
from tests.mastodon.acts import POSTS, block, do, follow, mute, publish, refusal, value

TAGS = "/api/v1/tags"
FOLLOWED = "/api/v1/followed_tags"
HOME = "/api/v1/timelines/home"


@pytest.fixture
def ada(api: Api) -> Person:
    """Reads; her home timeline is kept."""
    person = api.person("ada")
    assert home(api, person) == []
    return person


@pytest.fixture
def bob(api: Api) -> Person:
    return api.person("bob")


def home(api: Api, reader: Person) -> list[str]:
    reply = api.get(HOME, reader)
    assert reply.status == 200
    return [one["id"] for one in reply.json]


def act(api: Api, by: Person, name: str, verb: str) -> dict[str, Any]:
    reply = api.post(f"{TAGS}/{name}/{verb}", by)
    assert reply.status == 200, reply.body
    found: dict[str, Any] = reply.json
    return found


def publish_now(api: Api, by: Person, text: str, **more: Any) -> str:
    made = publish(api, by, text, **more)
    api.work()
    return str(made["id"])


def come_back(api: Api, reader: Person) -> list[str]:
    """The home timeline of somebody who was away, made anew."""
    ground = api.built.ground
    with ground.store.write() as db:
        kept.drop_home(db, reader.id)
    api.run(timelines.rebuild(ground.store, reader.id, ground.here))
    return home(api, reader)


def test_hashtags_that_nobody_used_differ_by_their_ids(api: Api, ada: Person, bob: Person) -> None:
    """Apps keep lists by ids. Whether somebody used one among friends is not told."""
    for name in ("swift", "martlet"):
        act(api, ada, name, "follow")
    before = {one["name"]: one["id"] for one in api.get(FOLLOWED, ada).json}
    assert len(set(before.values())) == len(before) == 2
    publish(api, bob, status="#swift for few", visibility="private")
    api.work()
    assert {one["name"]: one["id"] for one in api.get(FOLLOWED, ada).json} == before


def test_following_and_not(api: Api, ada: Person, bob: Person) -> None:
    publish_now(api, bob, "#Straßenbahn comes")
    shown = api.get(f"{TAGS}/straßenbahn").json
    assert shown["name"] == "Straßenbahn"
    assert (shown["history"][0]["uses"], shown["history"][0]["accounts"]) == ("1", "1")
    assert len(shown["history"]) == 7
    assert "following" not in shown
    followed = act(api, ada, "STRASSENBAHN", "follow")
    assert followed == shown | {"following": True, "featuring": False}
    assert act(api, ada, "Straßenbahn", "follow") == followed
    assert api.get(f"{TAGS}/straßenbahn", ada).json == followed
    assert api.get(f"{TAGS}/straßenbahn", bob).json["following"] is False
    assert api.get(FOLLOWED, ada).json == [followed]
    assert api.get(FOLLOWED, bob).json == []
    (found,) = api.get("/api/v2/search", ada, query={"q": "strassen", "type": "hashtags"}).json["hashtags"]
    assert found == followed
    assert act(api, ada, "straßenbahn", "unfollow")["following"] is False
    assert act(api, ada, "straßenbahn", "unfollow")["following"] is False
    assert api.get(FOLLOWED, ada).json == []


def test_one_that_nobody_used(api: Api, ada: Person) -> None:
    shown = api.get(f"{TAGS}/Mauersegler", ada).json
    assert (shown["name"], shown["following"]) == ("Mauersegler", False)
    assert {day["uses"] for day in shown["history"]} == {"0"}
    assert value(api, "SELECT count(*) FROM tag") == 0
    assert act(api, ada, "Mauersegler", "unfollow")["following"] is False
    assert value(api, "SELECT count(*) FROM tag") == 0
    assert act(api, ada, "Mauersegler", "follow")["following"] is True
    assert api.get(f"{TAGS}/mauersegler", ada).json["following"] is True
    assert [one["name"] for one in api.get(FOLLOWED, ada).json] == ["mauersegler"]


@pytest.mark.parametrize("name", ["123", "a b", "a-b", "\0", "#x", "·a", "x" * 201, "a.b"])
def test_what_is_no_hashtag(api: Api, ada: Person, name: str) -> None:
    path = f"{TAGS}/{name}"
    for reply in (api.get(path), api.post(f"{path}/follow", ada), api.post(f"{path}/unfollow", ada)):
        assert reply.status in (400, 404), reply.body
    assert value(api, "SELECT count(*) FROM tag") == 0


def test_what_few_read_is_not_told(api: Api, ada: Person, bob: Person) -> None:
    """F1"""
    before = api.get(f"{TAGS}/plot", ada).json
    publish_now(api, bob, "#PLOT", visibility="direct")
    publish_now(api, bob, "#PLOT", visibility="private")
    publish_now(api, bob, "#PLOT", visibility="unlisted")
    assert api.get(f"{TAGS}/plot", ada).json == before
    followed = act(api, ada, "plot", "follow")
    assert followed == before | {"following": True}
    assert api.get(FOLLOWED, ada).json == [followed]
    assert home(api, ada) == come_back(api, ada) == []


def test_public_posts_reach_the_home_timeline(api: Api, ada: Person, bob: Person) -> None:
    earlier = publish_now(api, bob, "#swifts again")
    assert home(api, ada) == []
    act(api, ada, "swifts", "follow")
    assert home(api, ada) == [earlier]
    act(api, ada, "tram", "follow")
    both = publish_now(api, bob, "The #Tram and the #Swifts")
    answer = publish_now(api, bob, "#swifts, I said", in_reply_to_id=publish_now(api, api.person("cem"), "?"))
    for text, more in (
        ("#swifts for followers", {"visibility": "private"}),
        ("#swifts aside", {"visibility": "unlisted"}),
        ("#swiftsong", {}),
        ("swifts", {}),
    ):
        publish_now(api, bob, text, **more)
    own = publish_now(api, ada, "#swifts here")
    assert home(api, ada) == [own, answer, both, earlier]
    assert come_back(api, ada) == [own, answer, both, earlier]
    assert home(api, bob) == come_back(api, bob)


def test_never_twice(api: Api, ada: Person, bob: Person) -> None:
    follow(api, ada, bob)
    act(api, ada, "swifts", "follow")
    act(api, ada, "tram", "follow")
    post = publish(api, bob, "#swifts #tram")
    api.work()
    assert home(api, ada) == [post["id"]]
    cem = api.person("cem")
    follow(api, ada, cem)
    do(api, cem, "reblog", post)
    api.work()
    assert home(api, ada) == [post["id"]]
    assert len(come_back(api, ada)) == 1


def test_a_boost_that_came_first_is_not_repeated(api: Api, ada: Person, bob: Person) -> None:
    cem = api.person("cem")
    follow(api, ada, cem)
    post = publish(api, bob, "#swifts")
    api.work()
    boost = do(api, cem, "reblog", post)
    api.work()
    assert home(api, ada) == [boost["id"]]
    act(api, ada, "swifts", "follow")
    assert home(api, ada) == [boost["id"]]


def test_a_boost_with_a_followed_tag_comes_from_nowhere(api: Api, ada: Person, bob: Person) -> None:
    post = publish_now(api, bob, "#swifts")
    act(api, ada, "swifts", "follow")
    do(api, api.person("cem"), "reblog", {"id": post})
    api.work()
    assert home(api, ada) == come_back(api, ada) == [post]


@pytest.mark.parametrize(
    "what", ["block", "blocked", "mute", "limit", "suspend", "named", "answered", "exclusive"]
)
def test_whom_one_does_not_want_to_read(api: Api, ada: Person, bob: Person, what: str) -> None:
    """F5"""
    cem = api.person("cem")
    asked = publish(api, cem, "Where?")
    act(api, ada, "swifts", "follow")
    ground, text, more = api.built.ground, "#swifts", {}
    match what:
        case "block":
            block(api, ada, bob)
        case "blocked":
            block(api, bob, ada)
        case "mute":
            mute(api, ada, bob)
        case "limit" | "suspend":
            publish(api, bob, "#swifts")
            with ground.store.write() as db:
                (moderating.limit if what == "limit" else moderating.suspend)(db, bob.id, ground.here)
            api.work()
            assert home(api, ada) == come_back(api, ada) == []
            return
        case "named":
            mute(api, ada, cem)
            text = "#swifts @cem"
        case "answered":
            mute(api, ada, cem)
            more = {"in_reply_to_id": asked["id"]}
        case _:
            follow(api, ada, bob)
            made = api.post("/api/v1/lists", ada, json={"title": "Apart", "exclusive": True}).json
            reply = api.post(f"/api/v1/lists/{made['id']}/accounts", ada, json={"account_ids": [str(bob.id)]})
            assert reply.status == 200
    publish_now(api, bob, text, **more)
    assert value(api, "SELECT count(*) FROM timeline_entry WHERE timeline_id = :id", id=ada.id) == 0
    assert home(api, ada) == come_back(api, ada) == []


def test_unfollowing_takes_out_what_stood_there_for_its_sake(api: Api, ada: Person, bob: Person) -> None:
    cem = api.person("cem")
    follow(api, ada, cem)
    for name in ("swifts", "tram"):
        act(api, ada, name, "follow")
    only, both = publish_now(api, bob, "#swifts"), publish_now(api, bob, "#swifts #tram")
    followed, own = publish_now(api, cem, "#swifts"), publish_now(api, ada, "#swifts")
    assert home(api, ada) == [own, followed, both, only]
    act(api, ada, "swifts", "unfollow")
    assert home(api, ada) == [own, followed, both]
    publish_now(api, bob, "#swifts")
    assert home(api, ada) == come_back(api, ada) == [own, followed, both]


def test_who_was_away_finds_them_too(api: Api, bob: Person) -> None:
    ida = api.person("ida")
    with api.built.ground.store.write() as db:
        kept.drop_home(db, ida.id)
    post = publish_now(api, bob, "#swifts")
    act(api, ida, "swifts", "follow")
    assert value(api, "SELECT count(*) FROM timeline_entry WHERE timeline_id = :id", id=ida.id) == 0
    assert home(api, ida) == [post]


def test_deleted_posts_are_gone(api: Api, ada: Person, bob: Person) -> None:
    act(api, ada, "swifts", "follow")
    post = publish_now(api, bob, "#swifts")
    assert api.delete(f"{POSTS}/{post}", bob).status == 200
    assert home(api, ada) == []


def test_pages(api: Api, ada: Person) -> None:
    for name in ("one", "two", "three"):
        act(api, ada, name, "follow")
    first = api.get(FOLLOWED, ada, query={"limit": 2})
    assert [one["name"] for one in first.json] == ["three", "two"]
    last = api.get(first.links["next"], ada)
    assert [one["name"] for one in last.json] == ["one"]
    assert "next" not in last.links
    assert [one["name"] for one in api.get(last.links["prev"], ada).json] == ["three", "two"]


def test_as_many_as_that(api: Api, ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """A14"""
    monkeypatch.setattr(following_tags, "FOLLOWED", 2)
    act(api, ada, "one", "follow")
    act(api, ada, "two", "follow")
    assert "more than 2" in refusal(api.post(f"{TAGS}/three/follow", ada))
    act(api, ada, "two", "follow")
    act(api, ada, "two", "unfollow")
    act(api, ada, "three", "follow")


def test_scopes(api: Api, ada: Person) -> None:
    """A1"""
    reading, writing = api.token(ada.id, "read:follows"), api.token(ada.id, "write:follows")
    assert api.get(FOLLOWED, reading).status == 200
    assert api.get(FOLLOWED, writing).status == 403
    assert api.post(f"{TAGS}/x/follow", writing).status == 200
    assert api.post(f"{TAGS}/x/follow", reading).status == 403
    assert api.post(f"{TAGS}/x/unfollow", api.token(ada.id, "follow")).status == 200
    assert api.post(f"{TAGS}/x/follow").status == 401
    assert api.post(f"{TAGS}/x/follow", api.app_token()).status == 422
    assert api.get(FOLLOWED).status == 401
