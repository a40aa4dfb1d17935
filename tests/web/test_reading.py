"""Public pages: what they show, what they never show, how long they may be kept."""

import re
from urllib.parse import unquote

import pytest

from tests.browser import Browser, path_of
from tests.client import Api


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


def test_the_signed_in_are_shown_no_more_than_others(api: Api) -> None:
    ada = api.person("ada")
    post = api.post("/api/v1/statuses", token=ada, form={"status": "psst", "visibility": "private"}).json[
        "id"
    ]
    browser = Browser(api)
    browser.sign_in(ada)
    assert browser.get(f"/@ada/{post}").status == 404
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
