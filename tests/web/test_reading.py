"""Public pages: what they show, what they never show, how long they may be kept."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest

from martlet.model.names import PostId
from martlet.services import moderating
from martlet.storage import posts
from tests.browser import Browser, path_of
from tests.client import Api, Person
from tests.mastodon.acts import POSTS, do, publish


def test_the_front_page(api: Api) -> None:
    ada = api.person("ada", role="owner")
    api.post("/api/v1/statuses", token=ada, form={"status": "Good morning, harbour"})
    api.post("/api/v1/statuses", token=ada, form={"status": "for friends", "visibility": "private"})
    page = Browser(api).get("/")
    assert "Good morning, harbour" in page.text
    assert "for friends" not in page.text
    assert "@ada" in page.text
    assert page.headers["cache-control"] == "public, max-age=30"
    assert page.headers["vary"] == "Cookie, Accept-Language"
    assert page.cookies == ()
    assert "ada" in Browser(api).get("/about").text


def test_a_page_of_a_person(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    ids = [
        api.post("/api/v1/statuses", token=ada, form={"status": f"number {n:02}"}).json["id"]
        for n in range(25)
    ]
    api.post(f"/api/v1/statuses/{ids[0]}/pin", token=ada)
    boosted = api.post("/api/v1/statuses", token=bob, form={"status": "from bob"}).json["id"]
    api.post(f"/api/v1/statuses/{boosted}/reblog", token=ada)
    page = Browser(api).get("/@ada")
    assert page.status == 200
    assert "bob" in page.text
    assert "Pinned" in page.text
    assert page.text.index("number 00") < page.text.index("from bob") < page.text.index("number 24")
    older = re.search(r'href="([^"]*max_id=\d+)"', page.text.replace("&#x2f;", "/"))
    assert older is not None
    page = Browser(api).get(older[1])
    assert "number 03" in page.text
    assert "Pinned" not in page.text
    assert Browser(api).get("/@ADA").status == 200
    assert Browser(api).get("/users/ada").headers["location"] == "/@ada"


@pytest.mark.parametrize(
    "path", ["/@nobody", "/@", "/@a%20b", "/@ada@elsewhere.example", "/@ada/x", "/@ada/1"]
)
def test_nobody_there(api: Api, path: str) -> None:
    api.person("ada")
    assert Browser(api).get(path).status == 404


def test_a_page_of_a_post(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    poll = {"options": ["left", "right"], "expires_in": 3600}
    first = api.post(
        "/api/v1/statuses", token=ada, json={"status": "Where **now**? <b>x</b>", "poll": poll}
    ).json
    answer = {"status": "@ada left!", "in_reply_to_id": first["id"]}
    second = api.post("/api/v1/statuses", token=bob, json=answer).json
    hidden = api.post(
        "/api/v1/statuses", token=bob, json=answer | {"status": "@ada psst", "visibility": "direct"}
    )
    page = Browser(api).get(first["url"].removeprefix("http://localhost:3000"))
    assert page.status == 200
    assert "left!" in page.text
    assert "right" in page.text
    assert "psst" not in page.text
    assert "<b>x</b>" not in page.text
    page = Browser(api).get(f"/@bob/{second['id']}")
    assert "Where" in page.text
    assert Browser(api).get(f"/@ada/{second['id']}").status == 404
    missing = Browser(api).get(f"/@bob/{int(second['id']) + 1}")
    assert Browser(api).get(f"/@bob/{hidden.json['id']}").body == missing.body


def test_a_page_of_a_hashtag(api: Api) -> None:
    ada = api.person("ada")
    post = api.post("/api/v1/statuses", token=ada, form={"status": "boats in the #Hafenstraße #小米"}).json
    api.post("/api/v1/statuses", token=ada, form={"status": "psst #小米", "visibility": "unlisted"})
    for tag in post["tags"]:
        page = Browser(api).get(unquote(path_of(tag["url"])))
        assert page.status == 200
        assert "boats in the" in page.text
        assert "psst" not in page.text
    assert Browser(api).get("/tags/a b").status == 404
    assert "No public posts yet." in Browser(api).get("/tags/nothing").text


def test_only_for_the_signed_in_a_page_is_their_own(api: Api) -> None:
    ada = api.person("ada")
    post = api.post("/api/v1/statuses", token=ada, form={"status": "psst", "visibility": "private"}).json[
        "id"
    ]
    browser = Browser(api)
    assert browser.get(f"/@ada/{post}").status == 404
    assert browser.get("/@ada").headers["cache-control"] == "public, max-age=30"
    browser.sign_in(ada)
    assert "psst" in browser.get(f"/@ada/{post}").text
    assert browser.get("/@ada").headers["cache-control"] == "private, no-store"


def test_suspended_people_are_not_shown(api: Api) -> None:
    ada = api.person("ada")
    post = api.post("/api/v1/statuses", token=ada, form={"status": "Hello"}).json["id"]
    with api.built.ground.store.write() as db:
        db.run("UPDATE account SET suspended_at = 1")
    assert Browser(api).get("/@ada").status == 404
    assert Browser(api).get(f"/@ada/{post}").status == 404
    assert "Hello" not in Browser(api).get("/").text


def test_unknown_methods_of_the_api_stay_the_apis(api: Api) -> None:
    reply = api.get("/api/nothing")
    assert (reply.status, reply.headers["content-type"]) == (404, "application/json; charset=utf-8")


def test_a_quoted_post_stands_in_the_quoting_one(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    said = publish(api, ada, "Swifts over the gasworks", spoiler_text="Birds")
    quoting = publish(api, bob, "Look up! #swifts", quoted_status_id=said["id"])
    again = publish(api, eve, "What bob shows", quoted_status_id=quoting["id"])
    publish(api, eve, "An answer", in_reply_to_id=quoting["id"])
    do(api, eve, "reblog", quoting)
    api.work()
    for path in (f"/@bob/{quoting['id']}", "/@bob", "/@eve", "/tags/swifts"):
        page = Browser(api).get(path)
        assert page.status == 200
        inside = page.text.split("<blockquote", 1)[1].split("</blockquote>")[0].replace("&#x2f;", "/")
        for words in ("Swifts over the gasworks", "Birds", "@ada", f"/@ada/{said['id']}"):
            assert words in inside, path
    page = Browser(api).get(f"/@eve/{again['id']}")
    assert page.text.count("<blockquote") == 1  # what the quoted post quotes is one click away
    assert "gasworks" not in page.text


UNWANTED = "The author does not want this quoted."


def _delete(api: Api, ada: Person, said: dict[str, Any], quoting: dict[str, Any]) -> None:
    del quoting
    assert api.delete(f"{POSTS}/{said['id']}", ada).status == 200


def _take_back(api: Api, ada: Person, said: dict[str, Any], quoting: dict[str, Any]) -> None:
    mine, theirs = Browser(api), Browser(api)
    mine.sign_in(ada)
    theirs.sign_in(api.person("moe"))
    who, where = f"/@ada/{said['id']}/quotes", f"/@bob/{quoting['id']}/unquote"
    assert "One post quotes it" in mine.get(f"/@ada/{said['id']}/more").text
    assert f"p-{quoting['id']}" in mine.get(who).text
    assert "Take my post out of it" in mine.get(f"/@bob/{quoting['id']}/more").text
    assert "Take my post out of it" not in theirs.get(f"/@bob/{quoting['id']}/more").text
    assert [theirs.get(path).status for path in (who, where)] == [404, 404]
    done = mine.send(mine.get(where), {}, where)
    assert "Your post no longer stands in this one." in done.text
    assert mine.get(where).status == 404


def _suspend(api: Api, ada: Person, said: dict[str, Any], quoting: dict[str, Any]) -> None:
    del said, quoting
    with api.built.ground.store.write() as db:
        moderating.suspend(db, ada.id, api.built.ground.here)


def _narrow(api: Api, ada: Person, said: dict[str, Any], quoting: dict[str, Any]) -> None:
    """Nothing does this here, but other servers' posts may come so."""
    del ada, quoting
    with api.built.ground.store.write() as db:
        db.run("UPDATE post SET visibility = 2 WHERE id = :id", id=int(said["id"]))


@pytest.mark.parametrize("end", [_delete, _take_back, _suspend, _narrow])
def test_f10_a_quote_hides_with_its_source(
    api: Api, end: Callable[[Api, Person, dict[str, Any], dict[str, Any]], None]
) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    said = publish(api, ada, "xyzzysecret", spoiler_text="xyzzysecret too")
    quoting = publish(api, bob, "Look up!", quoted_status_id=said["id"])
    api.work()
    places = (f"/@bob/{quoting['id']}", "/@bob", f"/api/v1/statuses/{quoting['id']}")
    for path in places:
        assert "xyzzysecret" in Browser(api).get(path).text, path
    end(api, ada, said, quoting)
    api.work()
    for path in places:
        page = Browser(api).get(path)
        assert page.status == 200
        assert "xyzzysecret" not in page.text, path
        if not path.startswith("/api/"):
            assert (UNWANTED if end is _take_back else "The quoted post is not for everyone") in page.text


@pytest.mark.parametrize(("state", "said"), [("pending", "has not said yet"), ("rejected", UNWANTED)])
def test_a_quote_without_consent_says_so(api: Api, state: str, said: str) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    quoting = publish(api, bob, "Look up!", quoted_status_id=publish(api, ada, "xyzzysecret")["id"])
    with api.built.ground.store.write() as db:
        posts.update(db, PostId(int(quoting["id"])), quote_state=state)
    page = Browser(api).get(f"/@bob/{quoting['id']}").text
    assert said in page
    assert "xyzzysecret" not in page
