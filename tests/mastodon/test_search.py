"""GET /api/v2/search: posts, accounts and hashtags."""

from typing import Any

import pytest

from martlet.mastodon import entities
from martlet.model.names import AccountId
from martlet.storage import accounts
from tests.client import Api, Bearer, Person
from tests.mastodon.acts import publish, upload

SEARCH = "/api/v2/search"


@pytest.fixture
def ada(api: Api) -> Person:
    """Her public posts may be found by everyone."""
    ada = api.person("ada")
    lets_find(api, ada)
    return ada


@pytest.fixture
def bob(api: Api) -> Person:
    return api.person("bob")


def lets_find(api: Api, person: Person) -> None:
    reply = api.patch("/api/v1/accounts/update_credentials", person, form={"indexable": "true"})
    assert reply.status == 200, reply.body
    api.work()


def found(api: Api, viewer: Bearer, q: str, **more: Any) -> list[str]:
    """The texts of the posts that are found, without their paragraph."""
    reply = api.get(SEARCH, viewer, query={"q": q, "type": "statuses", **more})
    assert reply.status == 200, reply.body
    assert reply.json["accounts"] == reply.json["hashtags"] == []
    return [one["content"].removeprefix("<p>").removesuffix("</p>") for one in reply.json["statuses"]]


def hashtags(api: Api, viewer: Bearer, q: str, **more: Any) -> list[dict[str, Any]]:
    reply = api.get(SEARCH, viewer, query={"q": q, "type": "hashtags", **more})
    assert reply.status == 200, reply.body
    result: list[dict[str, Any]] = reply.json["hashtags"]
    return result


def test_everything_at_once(api: Api, ada: Person, bob: Person) -> None:
    publish(api, ada, "Ada's #adagio")
    api.work()
    reply = api.get(SEARCH, bob, query={"q": "ada"})
    everything = reply.entity(entities.Search)
    assert [one.username for one in everything.accounts] == ["ada"]
    assert len(everything.statuses) == 1
    assert [one.name for one in everything.hashtags] == ["adagio"]
    for kind in ("accounts", "statuses", "hashtags"):
        only = api.get(SEARCH, bob, query={"q": "ada", "type": kind}).json
        assert [key for key, value in only.items() if value] == [kind]
    assert api.get(SEARCH, bob, query={"q": "ada", "type": "owls"}).json == {
        "accounts": [], "statuses": [], "hashtags": [],
    }  # fmt: skip


def test_public_posts_are_found_if_their_author_allows_it(api: Api, ada: Person, bob: Person) -> None:
    publish(api, ada, "lantern one")
    publish(api, ada, "lantern two", visibility="unlisted")
    publish(api, ada, "lantern three", visibility="private")
    publish(api, bob, "lantern four")
    api.work()
    eve = api.person("eve")
    assert found(api, eve, "lantern") == found(api, None, "lantern") == ["lantern one"]
    assert found(api, ada, "lantern") == ["lantern three", "lantern two", "lantern one"]
    assert found(api, bob, "lantern") == ["lantern four", "lantern one"]
    lets_find(api, bob)
    assert found(api, eve, "lantern") == ["lantern four", "lantern one"]
    api.patch("/api/v1/accounts/update_credentials", ada, form={"indexable": "false"})
    assert found(api, eve, "lantern") == ["lantern four"]  # before any index has heard of it
    api.work()
    assert found(api, eve, "lantern") == ["lantern four"]


def test_what_one_took_part_in_is_found(api: Api, bob: Person) -> None:
    eve = api.person("eve")
    posts = {what: publish(api, eve, f"amber {what}")["id"] for what in ("favourite", "bookmark", "reblog")}
    publish(api, eve, "amber @bob", visibility="direct")
    publish(api, eve, "amber nothing")
    api.work()
    assert len(found(api, bob, "amber")) == 1
    for what, id in posts.items():
        assert api.post(f"/api/v1/statuses/{id}/{what}", bob).status == 200
    api.work()
    assert [one.split()[-1] for one in found(api, bob, "amber")[1:]] == ["reblog", "bookmark", "favourite"]
    assert found(api, bob, "amber in:library") == found(api, bob, "amber")
    assert found(api, bob, "amber in:public") == []
    for what, id in posts.items():
        assert api.post(f"/api/v1/statuses/{id}/un{what}", bob).status == 200
    assert len(found(api, bob, "amber")) == 1


def test_marked_and_other_posts_come_in_one_order(api: Api, ada: Person, bob: Person) -> None:
    eve = api.person("eve")
    for number in range(12):
        post = publish(api, ada if number % 2 else eve, f"compass {number}")
        if number % 3 == 0:
            api.post(f"/api/v1/statuses/{post['id']}/favourite", bob)
    api.work()
    wanted = [f"compass {number}" for number in range(11, -1, -1) if number % 2 or number % 3 == 0]
    assert found(api, bob, "compass") == wanted
    pages: list[str] = []
    for offset in range(0, 12, 3):
        pages += found(api, bob, "compass", limit=3, offset=offset)
    assert pages == wanted
    reply = api.get(SEARCH, bob, query={"q": "compass", "limit": 3, "type": "statuses"}).json["statuses"]
    older = found(api, bob, "compass", max_id=reply[-1]["id"], limit=3)
    assert older == wanted[3:6]
    assert found(api, bob, "compass", min_id=reply[-1]["id"], limit=1) == [wanted[1]]
    assert found(api, bob, "compass", min_id=reply[-1]["id"], max_id=reply[0]["id"]) == [wanted[1]]


def test_operators(api: Api, ada: Person, bob: Person) -> None:
    plain = publish(api, ada, "marble plain", language="de")
    publish(api, ada, "marble @bob https://example.com/", in_reply_to_id=plain["id"], language="zh-TW")
    publish(api, ada, "marble warned", spoiler_text="feathers", language="en")
    publish(api, ada, "marble asked", poll={"options": ["saddle", "ribbon"], "expires_in": 600})
    publish(api, ada, "marble shown", media_ids=[upload(api, ada)])
    publish(api, bob, "marble mine")
    api.work()

    def marbles(q: str, **more: Any) -> list[str]:
        kinds = ("plain", "https", "warned", "asked", "shown", "mine")
        return [next(kind for kind in kinds if kind in one) for one in found(api, bob, f"marble {q}", **more)]

    assert marbles("") == ["mine", "shown", "asked", "warned", "https", "plain"]
    assert marbles("from:me") == ["mine"]
    assert marbles("-from:me -from:nobody") == ["shown", "asked", "warned", "https", "plain"]
    assert marbles("from:@ada@localhost:3000 -https") == ["shown", "asked", "warned", "plain"]
    assert marbles("from:ada from:bob") == marbles("")
    assert marbles("from:nobody") == marbles("from:ada@elsewhere.example") == []
    assert marbles("", account_id=bob.id) == ["mine"]
    assert marbles("", account_id="17") == marbles("", account_id="owl") == []
    assert marbles("has:media") == marbles("has:image") == ["shown"]
    assert marbles("has:video") == marbles("has:audio") == []
    assert marbles("has:poll") == ["asked"]
    assert marbles("has:link") == marbles("is:reply") == marbles("language:zh") == ["https"]
    assert marbles("language:zh-TW") == ["https"]
    assert marbles("is:sensitive") == marbles("feathers") == marbles("language:en") == ["warned"]
    assert marbles("-is:sensitive -is:reply -has:poll -has:media from:ada") == ["plain"]
    assert marbles("saddle") == ["asked"]
    assert marbles('"marble shown"') == ["shown"]
    assert marbles('"shown marble"') == []
    assert marbles("-plain -warned language:de language:en") == []
    assert marbles("before:2020") == marbles("after:2099") == marbles("during:1066") == []
    assert marbles("after:2020 before:9998") == marbles("")
    assert found(api, bob, "has:poll")[0].startswith("marble asked")
    assert found(api, bob, "in:public") == found(api, bob, "🎉") == []


def test_media_are_found_by_their_descriptions(api: Api, ada: Person, bob: Person) -> None:
    picture = upload(api, ada)
    api.put(f"/api/v1/media/{picture}", ada, form={"description": "A kingfisher over the weir"})
    post = publish(api, ada, "no words", media_ids=[picture])
    api.work()
    assert found(api, bob, "kingfisher") == ["no words"]
    changed = {"status": "no words", "media_ids": [picture],
               "media_attributes": [{"id": picture, "description": "A heron"}]}  # fmt: skip
    assert api.put(f"/api/v1/statuses/{post['id']}", ada, json=changed).status == 200
    api.work()
    assert found(api, bob, "kingfisher") == []
    assert found(api, bob, "heron") == ["no words"]


@pytest.mark.parametrize(
    ("text", "queries", "misses"),
    [
        ("我买了小米手机", ["小米", "小米手机", "手机", "米", "小", "手機", "買了", "我買了小米手機"], ["小手", "大"]),
        ("我買了小米手機", ["小米", "买了", "手机", "機", "我买了小米手机"], ["電"]),
        ("東京タワー", ["東京", "东京", "タワー", "京"], ["京東"]),
        ("Straßenbahnhof", ["bahn", "bahnhof", "strassenbahn", "Straße", "STRASSENBAHNHOF"], ["flughafen"]),
        ("Frau Müller aus Köln", ["muller", "mueller", "Müller", "Mül", "koeln", '"Frau Mueller"'], ["Miller"]),
        ("Café don't", ["cafe", "CAFÉ", "don't"], ["coffee"]),
    ],
)  # fmt: skip
def test_languages(
    api: Api, ada: Person, bob: Person, text: str, queries: list[str], misses: list[str]
) -> None:
    publish(api, ada, text)
    api.work()
    for query in queries:
        assert len(found(api, bob, query)) == 1, query
    for query in misses:
        assert found(api, bob, query) == [], query


def test_beginnings_of_many_words_are_found_with_patience(api: Api, ada: Person, bob: Person) -> None:
    many = " ".join(f"quux{number}x" for number in range(150))
    publish(api, ada, many)
    publish(api, ada, "quuxes")
    api.work()
    assert found(api, bob, "quux") == ["quuxes", many]
    assert found(api, bob, "quuxe") == ["quuxes"]
    assert found(api, bob, "quuxe -quux") == []


def test_edits_and_deletions(api: Api, ada: Person, bob: Person) -> None:
    post = publish(api, ada, "velvet before")
    api.work()
    assert found(api, bob, "velvet") == ["velvet before"]
    api.put(f"/api/v1/statuses/{post['id']}", ada, json={"status": "whisper after"})
    api.work()
    assert found(api, bob, "velvet") == []
    assert found(api, bob, "whisper") == ["whisper after"]
    api.delete(f"/api/v1/statuses/{post['id']}", ada)
    assert found(api, bob, "whisper") == []


def test_the_address_of_a_post_or_an_account(api: Api, ada: Person, bob: Person) -> None:
    post = publish(api, ada, "here", visibility="unlisted")
    for address in (post["url"], post["uri"], post["url"] + "?x#y", post["url"] + "/"):
        reply = api.get(SEARCH, bob, query={"q": address, "resolve": "true"}).json
        assert [one["id"] for one in reply["statuses"]] == [post["id"]], address
        assert reply["accounts"] == reply["hashtags"] == []
    for key in ("url", "uri"):
        address = post["account"][key]
        reply = api.get(SEARCH, bob, query={"q": address}).json
        assert [one["id"] for one in reply["accounts"]] == [str(ada.id)]
        assert api.get(SEARCH, bob, query={"q": address, "type": "statuses"}).json["accounts"] == []
    for odd in ("http://[", "https://", "http://a/9999999999999999999999", "https://example.com/@ada/1"):
        assert api.get(SEARCH, bob, query={"q": odd}).json["statuses"] == []


def test_accounts(api: Api, ada: Person, bob: Person) -> None:
    api.person("adam")
    api.work()

    def names(q: str, **more: Any) -> list[str]:
        reply = api.get(SEARCH, bob, query={"q": q, "type": "accounts", **more})
        return [one["username"] for one in reply.json["accounts"]]

    assert names("ada") == ["ada", "adam"]
    assert names("@ada@localhost:3000") == names("ada@localhost:3000") == ["ada"]
    assert names("ada", limit=1, offset=1) == ["adam"]
    assert names("#ada") == names("ada", following="true") == []
    api.post(f"/api/v1/accounts/{ada.id}/follow", bob)
    assert names("ada", following="true") == ["ada"]


def test_hashtags(api: Api, ada: Person, bob: Person) -> None:
    for _ in range(2):
        publish(api, ada, "#Caturday")
    publish(api, bob, "#caturday #catering #catering")
    publish(api, bob, "#catsecret", visibility="private")
    api.work()
    caturday, catering = hashtags(api, bob, "cat")
    assert (caturday["name"], catering["name"]) == ("Caturday", "catering")
    assert caturday["url"].endswith("/tags/caturday")
    assert len(caturday["history"]) == 7
    assert sum(int(day["uses"]) for day in caturday["history"]) == 3, "today, or yesterday a moment ago"
    assert sum(int(day["accounts"]) for day in caturday["history"]) == 2
    assert {(day["uses"], day["accounts"]) for day in caturday["history"][1:]} == {("0", "0")}
    days = [int(day["day"]) for day in caturday["history"]]
    assert days == [days[0] - 86400 * at for at in range(7)]
    assert days[0] % 86400 == 0
    assert caturday["following"] is False
    assert "following" not in hashtags(api, None, "#caturday")[0]
    assert [one["name"] for one in hashtags(api, bob, "#CATERING")] == ["catering"]
    assert hashtags(api, bob, "cat", limit=1, offset=1) == [catering]
    assert hashtags(api, bob, "catsecret") == hashtags(api, bob, "owl") == hashtags(api, bob, "#") == []
    assert hashtags(api, bob, "cat", exclude_unreviewed="true") == [caturday, catering]


def test_who_may_ask_for_what(api: Api, ada: Person) -> None:
    assert api.get(SEARCH, query={"q": "a"}).status == 200
    assert api.get(SEARCH, query={"q": "a", "offset": 1}).status == 401
    assert api.get(SEARCH, query={"q": "a", "resolve": "true"}).status == 401
    assert api.get(SEARCH, ada, query={"q": "a", "offset": 1, "resolve": "true"}).status == 200
    for nothing in ({}, {"q": ""}, {"q": " "}):
        assert api.get(SEARCH, ada, query=nothing).status == 400
    narrow = api.token(AccountId(ada.id), "read:statuses")
    assert api.get(SEARCH, narrow, query={"q": "a"}).status == 403
    assert api.get(SEARCH, api.token(ada.id, "read:search"), query={"q": "a"}).status == 200


def test_limited_people_are_found_by_their_followers(api: Api, ada: Person, bob: Person) -> None:
    publish(api, ada, "zephyr")
    api.post(f"/api/v1/accounts/{ada.id}/follow", bob)
    with api.built.ground.store.write() as db:
        accounts.update(db, ada.id, limited_at=1)
    api.work()
    assert found(api, bob, "zephyr") == found(api, ada, "zephyr") == ["zephyr"]
    assert found(api, api.person("eve"), "zephyr") == found(api, None, "zephyr") == []
