"""Accounts, and lists of them. Every answer is held to its entity by the client itself."""

import pytest

from martlet.model.ids import first_id_at
from martlet.storage import account_search, accounts, emojis, users
from martlet.storage.emojis import Emoji
from tests.client import Api, Person


def follow(api: Api, follower: Person, *followed: Person) -> None:
    for one in followed:
        assert api.post(f"/api/v1/accounts/{one.id}/follow", follower).status == 200


def names(listed: list[dict[str, str]]) -> list[str]:
    return [one["username"] for one in listed]


def test_an_account_is_shown_to_anyone(api: Api) -> None:
    ada = api.person("ada")
    shown = api.get(f"/api/v1/accounts/{ada.id}")
    assert shown.status == 200
    assert shown.json["acct"] == "ada"
    assert shown.json["url"] == "http://localhost:3000/@ada"
    assert shown.json["uri"] == "http://localhost:3000/users/ada"
    assert shown.json["created_at"].endswith("T00:00:00.000Z")
    assert "suspended" not in shown.json


@pytest.mark.parametrize("id", ["1", "abc", "99999999999999999999", "-1", "0"])
def test_accounts_that_are_not_there(api: Api, id: str) -> None:
    reply = api.get(f"/api/v1/accounts/{id}")
    assert reply.status == 404
    assert reply.json == {"error": "Record not found"}


def test_a_public_method_still_looks_at_the_scope_of_a_token(api: Api) -> None:
    ada = api.person("ada")
    assert api.get(f"/api/v1/accounts/{ada.id}", api.token(ada.id, "write")).status == 403
    assert api.get(f"/api/v1/accounts/{ada.id}", api.token(ada.id, "read:accounts")).status == 200


def test_people_who_are_not_let_in_yet_are_not_shown(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    with api.built.ground.store.write() as db:
        users.update(db, ada.id, approved_at=None)
        users.update(db, bob.id, confirmed_at=None)
    for one in (ada, bob):
        assert api.get(f"/api/v1/accounts/{one.id}").status == 404
        assert api.get("/api/v1/accounts/lookup", query={"acct": one.username}).status == 404
    assert api.get("/api/v1/accounts", query={"id[]": [ada.id, bob.id]}).json == []


def test_several_accounts_come_in_the_order_asked_for(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    reply = api.get("/api/v1/accounts", query={"id[]": [bob.id, 5, "x", ada.id, bob.id]})
    assert names(reply.json) == ["bob", "ada"]
    assert api.get("/api/v1/accounts").json == []


@pytest.mark.parametrize(
    "acct", ["ada", "@ada", "ADA", "ada@localhost:3000", "@ada@LocalHost:3000", "ada@localhost"]
)
def test_our_own_host_in_a_handle_means_here(api: Api, acct: str) -> None:
    ada = api.person("Ada")
    assert api.get("/api/v1/accounts/lookup", query={"acct": acct}).json["id"] == str(ada.id)


@pytest.mark.parametrize(
    "acct", ["bob", "ada@elsewhere.example", "", "@", "a b", "ada@", "ada@localhost:3001"]
)
def test_handles_of_nobody(api: Api, acct: str) -> None:
    api.person("ada")
    assert api.get("/api/v1/accounts/lookup").status == 404
    assert api.get("/api/v1/accounts/lookup", query={"acct": acct}).status == 404


def test_what_one_sees_of_oneself(api: Api) -> None:
    ada = api.person("ada", role="owner")
    own = api.get("/api/v1/accounts/verify_credentials", ada).json
    assert own["role"]["name"] == "Owner"
    assert own["role"]["permissions"] == str(0x5FFFFF)
    assert own["roles"] == [{"id": "3", "name": "Owner", "color": ""}]
    assert own["source"] == {
        "note": "",
        "fields": [],
        "privacy": "public",
        "sensitive": False,
        "language": "",
        "follow_requests_count": 0,
        "hide_collections": False,
        "discoverable": False,
        "indexable": False,
        "attribution_domains": [],
        "quote_policy": "public",
        "local_only": False,
        "expires_in": None,
    }
    bob = api.get("/api/v1/accounts/verify_credentials", api.person("bob")).json
    assert bob["role"] == {
        "id": "-99",
        "name": "",
        "color": "",
        "permissions": "65536",
        "highlighted": False,
        "collection_limit": 10,
    }
    assert bob["roles"] == []


@pytest.mark.parametrize(("scopes", "status"), [("profile", 200), ("read:accounts", 200), ("read", 200),
                                                ("read:statuses", 403), ("write", 403)])  # fmt: skip
def test_who_may_see_themselves(api: Api, scopes: str, status: int) -> None:
    ada = api.person("ada", scopes)
    assert api.get("/api/v1/accounts/verify_credentials", ada).status == status


def test_nobody_cannot_see_themselves(api: Api) -> None:
    assert api.get("/api/v1/accounts/verify_credentials").status == 401
    assert api.get("/api/v1/accounts/verify_credentials", "wrong").status == 401
    reply = api.get("/api/v1/accounts/verify_credentials", api.app_token())
    assert reply.status == 422
    assert reply.json["error"] == "This method requires an authenticated user"


def test_suspended_accounts_are_shown_empty(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    follow(api, bob, ada)
    with api.built.ground.store.write() as db:
        accounts.update(db, ada.id, suspended_at=1, display_name="Ada", note_html="<p>I am</p>")
    shown = api.get(f"/api/v1/accounts/{ada.id}").json
    assert shown["suspended"] is True
    assert (shown["display_name"], shown["note"], shown["followers_count"]) == ("", "", 0)
    assert api.get(f"/api/v1/accounts/{ada.id}/followers").json == []
    assert api.get(f"/api/v1/accounts/{bob.id}/following", bob).json == []


def test_limited_and_moved_accounts_say_so(api: Api) -> None:
    ada, bob, fan = (api.person(name) for name in ("ada", "bob", "fan"))
    follow(api, fan, ada)
    with api.built.ground.store.write() as db:
        accounts.update(db, ada.id, limited_at=1, moved_to_id=bob.id)
    assert api.get(f"/api/v1/accounts/{ada.id}").json["limited"] is True
    assert api.get(f"/api/v1/accounts/{ada.id}").json["moved"]["username"] == "bob"
    with api.built.ground.store.write() as db:
        accounts.update(db, bob.id, display_name="Bob")
    listed = api.get(f"/api/v1/accounts/{fan.id}/following").json
    assert listed[0]["moved"]["display_name"] == "Bob"


def test_followers_are_paged_by_links(api: Api) -> None:
    ada = api.person("ada")
    fans = [api.person(f"fan{n}") for n in range(5)]
    for fan in fans:
        follow(api, fan, ada)
    first = api.get(f"/api/v1/accounts/{ada.id}/followers", query={"limit": 2})
    assert names(first.json) == ["fan4", "fan3"]
    assert "limit=2" in first.links["next"]
    second = api.get(first.links["next"])
    assert names(second.json) == ["fan2", "fan1"]
    assert names(api.get(second.links["next"]).json) == ["fan0"]
    assert names(api.get(second.links["prev"]).json) == ["fan4", "fan3"]
    assert names(api.get(f"/api/v1/accounts/{ada.id}/followers", query={"limit": 1000}).json) == [
        fan.username for fan in fans[::-1]
    ]


def test_following_is_listed_newest_first(api: Api) -> None:
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    follow(api, ada, eve, bob)
    assert names(api.get(f"/api/v1/accounts/{ada.id}/following", bob).json) == ["bob", "eve"]
    shown = api.get(f"/api/v1/accounts/{ada.id}").json
    assert (shown["following_count"], shown["followers_count"]) == (2, 0)


def test_hidden_lists_are_for_their_owner(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    follow(api, ada, bob)
    follow(api, bob, ada)
    assert (
        api.patch("/api/v1/accounts/update_credentials", ada, json={"hide_collections": True}).status == 200
    )
    for which in ("followers", "following"):
        path = f"/api/v1/accounts/{ada.id}/{which}"
        assert api.get(path).json == api.get(path, bob).json == []
        assert names(api.get(path, ada).json) == ["bob"]


def test_accounts_are_searched_by_name(api: Api) -> None:
    ada, lovelace, bob = api.person("ada"), api.person("lovelace"), api.person("bob")
    api.patch("/api/v1/accounts/update_credentials", lovelace, json={"display_name": "Ada Müller 小米手机"})
    api.work()

    def search(**query: object) -> list[str]:
        return names(api.get("/api/v1/accounts/search", bob, query=query).json)

    assert search(q="ada") == ["ada", "lovelace"]
    assert search(q="@ada@localhost:3000") == ["ada"]
    assert search(q="muel") == search(q="小米") == search(q="love") == ["lovelace"]
    assert search(q="ada", limit=1) == ["ada"]
    assert search(q="ada", limit=1, offset=1) == ["lovelace"]
    assert search(q="ada", following="true") == []
    follow(api, bob, lovelace)
    assert search(q="ada", following="true") == ["lovelace"]
    for odd in ("", '"', "NEAR(", "%", "*", "' OR 1=1", "a\\b", "@", "ada@", "\u4e00" * 300):
        assert api.get("/api/v1/accounts/search", bob, query={"q": odd}).status == 200
    with api.built.ground.store.write() as db:
        accounts.update(db, ada.id, suspended_at=1)
        accounts.update(db, lovelace.id, limited_at=1)
    assert search(q="ada") == ["lovelace"]  # bob follows her
    assert names(api.get("/api/v1/accounts/search", api.person("eve"), query={"q": "ada"}).json) == []


def test_a_letter_or_two_are_enough_to_find_people(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Apps ask for each letter that is typed behind an @."""
    bob, _, jona = api.person("bob"), api.person("jo"), api.person("jona")
    api.patch("/api/v1/accounts/update_credentials", jona, json={"display_name": "Bo Derek"})
    api.work()

    def search(q: str, **query: object) -> list[str]:
        return names(api.get("/api/v1/accounts/search", bob, query={"q": q, **query}).json)

    assert search("j") == search("@j") == ["jo", "jona"]
    assert search("jo") == ["jo", "jona"]
    assert search("bo") == ["bob", "jona"]
    assert search("d") == ["jona"]
    assert search("x") == search("o") == []
    found = api.get("/api/v2/search", bob, query={"q": "jo", "type": "accounts"}).json["accounts"]
    assert names(found) == ["jo", "jona"]
    monkeypatch.setattr(account_search, "WINDOW", 1)
    assert search("j") == ["jona"]
    follow(api, bob, api.person("jim"))
    api.work()
    api.person("jack")
    api.work()
    assert search("j") == ["jim", "jack"]  # the one who is followed, and the newest
    assert search("j", following="true") == ["jim"]


def test_search_finds_people_one_blocks_but_nobody_who_moved_away(api: Api) -> None:
    """As in Mastodon: a search is how one finds somebody to unblock, and nobody follows an account left behind."""
    ada = api.person("ada")
    people = {name: api.person(f"bell_{name}") for name in ("blocked", "muted", "blocking", "moved")}
    for verb, name in (("block", "blocked"), ("mute", "muted")):
        assert api.post(f"/api/v1/accounts/{people[name].id}/{verb}", ada).status == 200
    assert api.post(f"/api/v1/accounts/{ada.id}/block", people["blocking"]).status == 200
    with api.built.ground.store.write() as db:
        accounts.update(db, people["moved"].id, moved_to_id=ada.id)
    api.work()
    for path in ("/api/v1/accounts/search", "/api/v2/search"):
        reply = api.get(path, ada, query={"q": "bell"}).json
        listed = reply if isinstance(reply, list) else reply["accounts"]
        assert sorted(names(listed)) == ["bell_blocked", "bell_blocking", "bell_muted"]
    exact = api.get("/api/v1/accounts/search", ada, query={"q": "@bell_moved@localhost:3000"}).json
    assert names(exact) == ["bell_moved"]
    own = api.get("/api/v1/accounts/search", ada, query={"q": "ada", "following": "true"}).json
    assert names(own) == ["ada"]


def test_search_needs_somebody(api: Api) -> None:
    assert api.get("/api/v1/accounts/search", query={"q": "ada"}).status == 401


def test_familiar_followers(api: Api) -> None:
    ada, bob, eve, shy, me = (api.person(name) for name in ("ada", "bob", "eve", "shy", "me"))
    api.patch("/api/v1/accounts/update_credentials", shy, json={"hide_collections": True})
    follow(api, me, bob, eve, shy)
    for fan in (bob, shy, api.person("stranger")):
        follow(api, fan, ada)
    reply = api.get("/api/v1/accounts/familiar_followers", me, query={"id[]": [ada.id, eve.id]})
    assert [(one["id"], names(one["accounts"])) for one in reply.json] == [
        (str(ada.id), ["bob"]),
        (str(eve.id), []),
    ]


def test_custom_emoji(api: Api) -> None:
    with api.built.ground.store.write() as db:
        at = api.built.ground.here.now()
        for id, code, host in ((1, "cat", ""), (2, "dog", "elsewhere.example")):
            emojis.insert(db, Emoji(first_id_at(at) + id, code, host, "a/b/c.png", "a/b/d.png", None, 1, 0))
    shown = api.get("/api/v1/custom_emojis").json
    assert [one["shortcode"] for one in shown] == ["cat"]
    assert shown[0]["url"] == "http://localhost:3000/media/a/b/c.png"
