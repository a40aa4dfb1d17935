"""Blocking whole servers."""

from contextlib import suppress
from typing import Any

import pytest

from martlet.model.errors import NotFound
from martlet.services import blocking_servers, following
from tests.client import Api, Person
from tests.mastodon.acts import POSTS, do, look, publish, refusal, value
from tests.mastodon.acts import follow as ask_to_follow

BLOCKS = "/api/v1/domain_blocks"
PREVIEW = f"{BLOCKS}/preview"
ELSEWHERE = "elsewhere.example"


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")


@pytest.fixture
def eve(api: Api) -> Person:
    """Somebody of another server, as we know her here."""
    return moved_to(api, api.person("eve"), ELSEWHERE)


def follow(api: Api, one: Person, other: Person) -> None:
    """Whoever is elsewhere says yes."""
    ask_to_follow(api, one, other)
    with suppress(NotFound), api.built.ground.store.write() as db:
        following.accept(db, other.id, one.id, api.built.ground.here)


def moved_to(api: Api, person: Person, host: str) -> Person:
    with api.built.ground.store.write() as db:
        db.run("UPDATE account SET host = :host WHERE id = :id", host=host, id=person.id)
    return person


def block(api: Api, by: Person, domain: str = ELSEWHERE) -> None:
    reply = api.post(BLOCKS, by, form={"domain": domain})
    assert (reply.status, reply.json) == (200, {})


def seen(api: Api, path: str, viewer: Person | None = None) -> list[str]:
    reply = api.get(path, viewer)
    assert reply.status == 200, reply.body
    return [one["id"] for one in reply.json]


def relation(api: Api, viewer: Person, other: Person) -> dict[str, Any]:
    reply = api.get("/api/v1/accounts/relationships", viewer, query={"id[]": str(other.id)})
    found: dict[str, Any] = reply.json[0]
    return found


def test_blocking_and_not(api: Api, ada: Person) -> None:
    for domain in ("one.example", "TWO.example", "büro.example", "two.example"):
        block(api, ada, domain)
    assert api.get(BLOCKS, ada).json == ["xn--bro-hoa.example", "two.example", "one.example"]
    assert api.get(BLOCKS, api.person("bob")).json == []
    for domain in ("Two.Example", "never.example"):
        assert api.delete(BLOCKS, ada, form={"domain": domain}).json == {}
    assert api.get(BLOCKS, ada).json == ["xn--bro-hoa.example", "one.example"]


@pytest.mark.parametrize(
    ("domain", "sentence"),
    [
        ("", "can't be blank"),
        (" ", "can't be blank"),
        ("a b", "not a valid"),
        ("127.1", "not a valid"),
        ("x" * 300, "not a valid"),
    ],
)
def test_what_is_no_domain(api: Api, ada: Person, domain: str, sentence: str) -> None:
    for reply in (
        api.post(BLOCKS, ada, json={"domain": domain}),
        api.delete(BLOCKS, ada, json={"domain": domain}),
        api.get(PREVIEW, ada, query={"domain": domain}),
    ):
        assert sentence in refusal(reply)
    assert api.get(BLOCKS, ada).json == []


def test_pages(api: Api, ada: Person) -> None:
    for name in ("a", "b", "c"):
        block(api, ada, f"{name}.example")
    first = api.get(BLOCKS, ada, query={"limit": 2})
    assert first.json == ["c.example", "b.example"]
    last = api.get(first.links["next"], ada)
    assert last.json == ["a.example"]
    assert "next" not in last.links
    assert api.get(last.links["prev"], ada).json == ["c.example", "b.example"]


def test_as_many_as_that(api: Api, ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """A14"""
    monkeypatch.setattr(blocking_servers, "BLOCKED", 1)
    block(api, ada, "a.example")
    assert "more than 1" in refusal(api.post(BLOCKS, ada, json={"domain": "b.example"}))
    block(api, ada, "a.example")


def test_nothing_of_that_server_is_shown(api: Api, ada: Person, eve: Person) -> None:
    """F5"""
    bob, other = api.person("bob"), moved_to(api, api.person("oda"), f"sub.{ELSEWHERE}")
    follow(api, ada, bob)
    post, kept = publish(api, eve, "#swifts"), publish(api, other, "#swifts")
    with api.built.ground.store.write() as db:
        db.run("UPDATE post SET is_local = 0")
    api.work()
    boost = do(api, bob, "reblog", post)
    api.work()
    assert boost["id"] in seen(api, "/api/v1/timelines/home", ada)
    block(api, ada)
    for path in ("public", "public?remote=1", "tag/swifts"):
        assert seen(api, f"/api/v1/timelines/{path}", ada) == [kept["id"]]
        assert set(seen(api, f"/api/v1/timelines/{path}", bob)) == {kept["id"], post["id"]}
        assert set(seen(api, f"/api/v1/timelines/{path}")) == {kept["id"], post["id"]}
    assert boost["id"] not in seen(api, "/api/v1/timelines/home", ada)
    assert look(api, post, ada)["id"] == post["id"]
    assert api.delete(BLOCKS, ada, json={"domain": ELSEWHERE}).status == 200
    assert post["id"] in seen(api, "/api/v1/timelines/public", ada)


def test_people_here_are_never_meant(api: Api, ada: Person) -> None:
    post = publish(api, api.person("bob"))
    with api.built.ground.store.write() as db:
        db.run("INSERT INTO domain_block (account_id, host, id) VALUES (:ada, '', 1)", ada=ada.id)
    assert seen(api, "/api/v1/timelines/public", ada) == [post["id"]]
    block(api, ada, "localhost:3000")
    assert seen(api, "/api/v1/timelines/public", ada) == [post["id"]]


def test_follows_end_both_ways(api: Api, ada: Person, eve: Person) -> None:
    bob, oda = api.person("bob"), moved_to(api, api.person("oda"), ELSEWHERE)
    for one, other in ((ada, eve), (eve, ada), (ada, bob), (bob, ada), (oda, ada), (bob, eve)):
        follow(api, one, other)
    preview = {"followers_count": 2, "following_count": 1}
    assert api.get(PREVIEW, ada, query={"domain": ELSEWHERE}).json == preview
    block(api, ada)
    assert relation(api, ada, eve)["domain_blocking"] is True
    assert relation(api, bob, eve)["domain_blocking"] is False
    assert relation(api, ada, bob)["domain_blocking"] is False
    api.work()
    assert (relation(api, ada, eve)["following"], relation(api, ada, eve)["followed_by"]) == (False, False)
    assert (relation(api, ada, bob)["following"], relation(api, ada, bob)["followed_by"]) == (True, True)
    assert relation(api, bob, eve)["following"] is True
    assert api.get(PREVIEW, ada, query={"domain": ELSEWHERE}).json == {
        "followers_count": 0,
        "following_count": 0,
    }
    for one, other in ((ada, eve), (eve, ada)):
        assert api.post(f"/api/v1/accounts/{other.id}/follow", one).status == 403
    assert api.delete(BLOCKS, ada, json={"domain": ELSEWHERE}).status == 200
    assert api.post(f"/api/v1/accounts/{eve.id}/follow", ada).json["requested"] is True


def test_a_block_that_was_taken_back_ends_nothing(api: Api, ada: Person, eve: Person) -> None:
    follow(api, ada, eve)
    block(api, ada)
    api.delete(BLOCKS, ada, json={"domain": ELSEWHERE})
    api.work()
    assert relation(api, ada, eve)["following"] is True


def test_nothing_is_told(api: Api, ada: Person, eve: Person) -> None:
    post = publish(api, ada)
    do(api, eve, "favourite", post)
    publish(api, api.person("bob"), "@ada")
    api.work()
    block(api, ada)
    publish(api, eve, "@ada")
    do(api, eve, "reblog", post)
    api.work()
    assert [one["account"]["acct"] for one in api.get("/api/v1/notifications", ada).json] == ["bob"]
    assert api.get(f"{POSTS}/{post['id']}/favourited_by", api.person("cem")).status == 200


def test_followers_of_others_are_left_out(api: Api, ada: Person, eve: Person) -> None:
    bob = api.person("bob")
    follow(api, eve, bob)
    path = f"/api/v1/accounts/{bob.id}/followers"
    assert seen(api, path, ada) == [str(eve.id)]
    block(api, ada)
    assert seen(api, path, ada) == []
    assert seen(api, path, bob) == [str(eve.id)]


def test_whoever_leaves_takes_them_along(api: Api, ada: Person) -> None:
    block(api, ada)
    with api.built.ground.store.write() as db:
        db.run("DELETE FROM account WHERE id = :id", id=ada.id)
    assert value(api, "SELECT count(*) FROM domain_block") == 0


def test_scopes(api: Api, ada: Person) -> None:
    """A1"""
    reading, writing = api.token(ada.id, "read:blocks"), api.token(ada.id, "write:blocks")
    assert [api.get(BLOCKS, token).status for token in (reading, writing, None)] == [200, 403, 401]
    for method in ("POST", "DELETE"):
        found = [
            api.call(method, BLOCKS, token, json={"domain": "a.example"}).status
            for token in (writing, reading, api.token(ada.id, "follow"))
        ]
        assert found == [200, 403, 200]
    assert api.get(PREVIEW, reading, query={"domain": "a.example"}).status == 403
