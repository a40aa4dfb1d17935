"""F9 and H6: search, as a way to posts that are not for the asker, and as a way to break the database."""

import time
from typing import Any

import pytest

from martlet.model.ids import first_id_at
from martlet.services import searching
from tests.client import Api, Bearer, Person
from tests.mastodon.acts import publish

SEARCH = "/api/v2/search"
SECRET = "quetzalcoatlus"


def is_told(api: Api, viewer: Bearer, q: str = SECRET, **more: Any) -> bool:
    """Whether any byte of any kind of search tells of the secret."""
    reply = api.get(SEARCH, viewer, query={"q": q, **more})
    assert reply.status == 200, reply.body
    return SECRET.encode() in reply.body.lower()


def lets_find(api: Api, person: Person, answer: str = "true") -> None:
    assert api.patch(
        "/api/v1/accounts/update_credentials", person, form={"indexable": answer, "discoverable": answer}
    ).status == 200  # fmt: skip


@pytest.fixture
def ada(api: Api) -> Person:
    ada = api.person("ada")
    lets_find(api, ada)
    return ada


def test_f9_each_visibility_for_each_viewer(api: Api, ada: Person) -> None:
    people = {name: api.person(name) for name in ("follower", "former", "mentioned", "stranger", "blocked")}
    for name in ("follower", "former"):
        api.post(f"/api/v1/accounts/{ada.id}/follow", people[name])
    posts = {}
    for visibility in ("public", "unlisted", "private", "direct"):
        text = f"{SECRET} #{SECRET}{visibility} @mentioned"
        posts[visibility] = publish(api, ada, text, visibility=visibility, spoiler_text=SECRET)
    api.post(f"/api/v1/accounts/{people['former'].id}/remove_from_followers", ada)
    api.post(f"/api/v1/accounts/{people['former'].id}/unfollow", people["former"])
    api.post(f"/api/v1/accounts/{ada.id}/unfollow", people["former"])
    api.post(f"/api/v1/accounts/{people['blocked'].id}/block", ada)
    api.work()
    open_ones = {"public"}
    seen = {"mentioned": set(posts), "follower": open_ones, "former": open_ones, "stranger": open_ones,
            "blocked": set(), "nobody": open_ones}  # fmt: skip
    for name, expected in seen.items():
        viewer = people.get(name)
        for query in (
            SECRET,
            f'"{SECRET}"',
            f"{SECRET[:6]}",
            "from:ada",
            f"from:ada in:public {SECRET}",
            "-owl",
        ):
            wanted = expected & open_ones if "in:public" in query else expected
            reply = api.get(SEARCH, viewer, query={"q": query, "type": "statuses"})
            assert {one["visibility"] for one in reply.json["statuses"]} == wanted, (name, query)
            body = reply.body.decode()
            for visibility in posts.keys() - expected:
                assert f"{SECRET}{visibility}" not in body
    for name in ("stranger", "follower", "mentioned"):  # hashtags that were never used in public are not told
        told = api.get(SEARCH, people[name], query={"q": SECRET, "type": "hashtags"}).json["hashtags"]
        assert [one["name"] for one in told] == [f"{SECRET}public"]
        assert told[0]["history"][0]["uses"] == "1"


def test_f9_a_mark_on_a_post_one_may_no_longer_see_shows_nothing(api: Api, ada: Person) -> None:
    bob = api.person("bob")
    api.post(f"/api/v1/accounts/{ada.id}/follow", bob)
    post = publish(api, ada, SECRET, visibility="private")
    for what in ("favourite", "bookmark"):
        assert api.post(f"/api/v1/statuses/{post['id']}/{what}", bob).status == 200
    api.work()
    assert is_told(api, bob)
    api.post(f"/api/v1/accounts/{bob.id}/remove_from_followers", ada)
    assert not is_told(api, bob)
    assert not is_told(api, bob, q=post["url"])


def test_f9_gone_at_once_when_deleted_edited_or_no_longer_allowed(api: Api, ada: Person) -> None:
    bob = api.person("bob")
    first = publish(api, ada, SECRET)
    second = publish(api, ada, SECRET)
    api.work()
    assert is_told(api, bob)
    assert api.delete(f"/api/v1/statuses/{first['id']}", ada).status == 200
    assert api.put(f"/api/v1/statuses/{second['id']}", ada, json={"status": "nothing"}).status == 200
    assert not is_told(api, bob)
    api.work()
    assert not is_told(api, bob)
    assert api.get(SEARCH, bob, query={"q": SECRET}).json["statuses"] == []
    publish(api, ada, SECRET)
    api.work()
    assert is_told(api, bob)
    lets_find(api, ada, "false")
    assert not is_told(api, bob)


def test_f9_blocks_and_mutes_and_suspensions(api: Api, ada: Person) -> None:
    publish(api, ada, SECRET)
    api.work()
    for verb in ("block", "mute"):
        bob = api.person(f"bob_{verb}")
        assert is_told(api, bob)
        api.post(f"/api/v1/accounts/{ada.id}/{verb}", bob)
        assert not is_told(api, bob)
    eve = api.person("eve")
    with api.built.ground.store.write() as db:
        db.run("UPDATE account SET suspended_at = 1 WHERE id = :ada", ada=ada.id)
    assert not is_told(api, eve)
    assert not is_told(api, None)


def test_f9_forbidden_and_missing_addresses_are_told_alike(api: Api, ada: Person) -> None:
    bob = api.person("bob")
    post = publish(api, ada, SECRET, visibility="private")
    api.work()
    missing = post["url"].replace(post["id"], str(int(post["id"]) + 1))
    answers = {
        api.get(SEARCH, bob, query={"q": url, "resolve": "true"}).body for url in (post["url"], missing)
    }
    assert len(answers) == 1


HOSTILE = [
    '"', '""', "'", "NEAR(", 'NEAR("a" "b", 2)', "%", "%_%", "*", "a*", "^a", "a:b", "words:a", "-", "--", "-a",
    "(", ")", "{a b}: c", "a AND", "OR", "NOT a", "a & | !", "a <-> b", "':*", "\\", "\\'", "a'b'); DROP TABLE post;--",
    "$1", ":query", "%(query)s", "\ue000a", "\ue003open", "\U0010ffff", "\u202e", "ﷺ" * 50, "e\u0301" * 100,
    "from:", "from:%", 'from:"', "before:9999-99-99", "before:0001-01-01", "after:9999-12-31", "has:*", "language:%",
    "#", "#%", "#*", "@", "@@", "@a@", "@a@b@c", "http://", "http://[", "https://%00/", "://",
    "x" * 10_000, '"' * 10_000, "a " * 5_000, "-a " * 5_000, "小" * 10_000, "from:a " * 2_000, "NEAR(" * 2_000,
]  # fmt: skip


@pytest.mark.parametrize("kind", ["", "accounts", "statuses", "hashtags"])
def test_h6_odd_queries_are_answered(api: Api, ada: Person, kind: str) -> None:
    publish(api, ada, "a 小米 NEAR %")
    api.work()
    for query in HOSTILE:
        for viewer in (ada, None):
            started = time.monotonic()
            reply = api.get(SEARCH, viewer, query={"q": query, "type": kind})
            assert reply.status in (200, 422), (query[:50], reply.body)
            assert time.monotonic() - started < 60, query[:50]
    for query in HOSTILE:
        assert api.get("/api/v1/accounts/search", ada, query={"q": query}).status in (200, 422), query[:50]


def test_h6_nul_and_broken_unicode_are_refused(api: Api, ada: Person) -> None:
    for raw in ("q=a%00b", "q=%ff", "q=%ed%a0%80", "q[]=a", "q[a]=b", "q=a&offset=%00"):
        assert 400 <= api.get(f"{SEARCH}?{raw}", ada).status < 500, raw
    for odd in ("limit=-1", "limit=x", "offset=-5", "offset=99999999999999999999", "limit=99999999999999999999",
                "max_id=x", "min_id=-1", "max_id=99999999999999999999", "account_id=-1", "account_id="):  # fmt: skip
        assert api.get(f"{SEARCH}?q=a&{odd}", ada).status in (200, 422), odd


def test_h6_a_search_ends_in_time(api: Api, ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the database: what is not found in time is not looked for."""
    if api.built.ground.store.dialect == "postgres":
        return  # there the database stops statements itself
    publish(api, ada, SECRET)
    api.work()
    monkeypatch.setattr(searching, "LONGEST", -1.0)
    assert not is_told(api, ada, f"{SECRET} -owl")
    assert is_told(api, ada)  # one word is read off the index
    assert first_id_at(api.built.ground.here.now()) > 0
