"""What members keep for themselves in the browser: filters, hashtags, lists, circles, folders."""

import re
from html import unescape
from typing import Any

from tests.browser import Browser, forms
from tests.client import Api, Reply
from tests.mastodon.acts import publish
from tests.web.acts import inside
from tests.web.test_own_settings import undone


def filled(browser: Browser, page: Reply, path: str, /, **values: str) -> Reply:
    """Send a form with just these boxes and choices, and its texts as they are."""
    form = next(one for one in forms(page) if unescape(one.action) == path)
    return browser.follow(browser.post(path, form.fields | values))


def test_a_filter_is_made_changed_and_deleted(api: Api) -> None:
    ada = api.person("ada")
    browser = inside(api, ada)
    assert "You filter nothing." in browser.get("/settings/filters").text
    page = browser.get("/settings/filters/new")
    wrong = filled(browser, page, "/settings/filters/new", **{"n-1": "x" * 513})
    assert wrong.status == 422
    assert wrong.text.count('class="err"') == 3, "name, word, places"
    values = {
        "title": "Food",
        "action": "hide",
        "home": "1",
        "n-1": "tomato",
        "whole-n-1": "1",
        "n-3": "beans",
    }
    page = filled(browser, page, "/settings/filters/new", **values, seconds="3600")
    assert "The filter is kept." in page.text
    assert "tomato, beans" in page.text
    (kept,) = api.get("/api/v2/filters", token=ada).json
    assert (kept["title"], kept["filter_action"], kept["context"]) == ("Food", "hide", ["home"])
    assert kept["expires_at"] is not None
    assert [(one["keyword"], one["whole_word"]) for one in kept["keywords"]] == [
        ("tomato", True),
        ("beans", False),
    ]
    path = f"/settings/filters/{kept['id']}"
    first, second = (one["id"] for one in kept["keywords"])
    values = {
        "title": "Vegetables",
        "action": "warn",
        "thread": "1",
        "seconds": "keep",
        f"drop-w-{second}": "1",
    }
    filled(browser, browser.get(path), path, **values, **{f"w-{first}": "cabbage", "n-1": "leek"})
    (changed,) = api.get("/api/v2/filters", token=ada).json
    assert (changed["title"], changed["filter_action"], changed["context"]) == (
        "Vegetables",
        "warn",
        ["thread"],
    )
    assert changed["expires_at"] == kept["expires_at"]
    assert [one["keyword"] for one in changed["keywords"]] == ["cabbage", "leek"]
    filled(browser, browser.get(path), path, **values | {"seconds": ""})
    assert api.get("/api/v2/filters", token=ada).json[0]["expires_at"] is None
    eve = inside(api, api.person("eve"))
    for theirs in (path, f"{path}/delete"):
        assert eve.get(theirs).status == 404
    page = browser.send(browser.get(f"{path}/delete"), {}, f"{path}/delete")
    assert "The filter is deleted." in page.text
    assert api.get("/api/v2/filters", token=ada).json == []


def test_a_single_post_is_filtered(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    post = publish(api, bob, "Noise")["id"]
    browser = inside(api, ada)
    more = unescape(browser.get(f"/@bob/{post}/more").text)
    path = f"/settings/filters/posts/{post}"
    assert path in more
    assert "You have no filter yet." in browser.get(path).text
    one = api.post("/api/v2/filters", token=ada, json={"title": "Noise", "context": ["home"]}).json
    page = browser.get(path)
    assert filled(browser, page, path).status == 422, "nothing was chosen"
    page = filled(browser, page, path, filter=one["id"])
    assert "Noise" in page.text
    assert filled(browser, browser.get(path), path, filter=one["id"]).status == 422, "there already"
    drop = re.search(r"/settings/filters/posts/\d+/drop", unescape(page.text))
    assert drop is not None
    browser.send(page, {}, drop[0])
    assert api.get(f"/api/v2/filters/{one['id']}/statuses", token=ada).json == []


def test_hashtags_are_followed_and_shown(api: Api) -> None:
    ada = api.person("ada")
    publish(api, ada, "Look #swifts")
    browser = inside(api, ada)
    page = browser.get("/settings/hashtags")
    assert "You follow no hashtags." in page.text
    wrong = browser.send(page, {"follow": "no tag!"}, "/settings/hashtags/follow")
    assert wrong.status == 422
    assert "This is no hashtag" in wrong.text
    assert browser.send(page, {"feature": "#"}, "/settings/hashtags/feature").status == 422
    page = browser.send(page, {"follow": "#Harbour"}, "/settings/hashtags/follow")
    assert [one["name"] for one in api.get("/api/v1/followed_tags", token=ada).json] == ["harbour"]
    page = browser.send(page, {}, "/settings/hashtags/unfollow")
    assert api.get("/api/v1/followed_tags", token=ada).json == []
    page = undone(browser, page)
    assert [one["name"] for one in api.get("/api/v1/followed_tags", token=ada).json] == ["harbour"]
    assert 'name="feature" value="swifts"' in page.text, "suggested"
    page = browser.send(page, {"feature": "swifts"}, "/settings/hashtags/feature")
    (featured,) = api.get("/api/v1/featured_tags", token=ada).json
    assert featured["name"] == "swifts"
    browser.send(page, {}, f"/settings/hashtags/{featured['id']}/drop")
    assert api.get("/api/v1/featured_tags", token=ada).json == []


def names(api: Api, path: str, token: Any) -> list[str]:
    return [one["acct"] for one in api.get(path, token=token).json]


def test_a_list_is_made_filled_and_deleted(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    api.post(f"/api/v1/accounts/{bob.id}/follow", token=ada)
    for one in (bob, eve):
        api.patch("/api/v1/accounts/update_credentials", token=one, form={"display_name": one.username})
    api.work()
    browser = inside(api, ada)
    page = browser.get("/settings/people/lists")
    assert "You have no lists yet." in page.text
    assert browser.send(page, {"title": " "}, "/settings/people/lists").status == 422
    page = browser.send(page, {"title": "Neighbours"}, "/settings/people/lists")
    id = api.get("/api/v1/lists", token=ada).json[0]["id"]
    path = f"/settings/people/lists/{id}"
    assert "Nobody yet." in page.text
    found = browser.get(f"{path}?q=bob")
    assert "@bob" in found.text
    assert "@eve" not in browser.get(f"{path}?q=eve").text, "whom one does not follow"
    form = next(one for one in forms(found) if unescape(one.action) == f"{path}/members")
    page = browser.follow(browser.post(f"{path}/members", form.fields | {"add": str(bob.id)}))
    assert "Added." in page.text
    assert names(api, f"/api/v1/lists/{id}/accounts", ada) == ["bob"]
    csrf = form.fields["csrf"]
    assert browser.post(f"{path}/members", {"csrf": csrf, "add": str(eve.id)}).status == 404
    assert browser.post(f"{path}/members", {"csrf": csrf}).status == 422
    page = filled(browser, browser.get(path), path, title="Street", replies="none", exclusive="1")
    told = api.get(f"/api/v1/lists/{id}", token=ada).json
    assert (told["title"], told["replies_policy"], told["exclusive"]) == ("Street", "none", True)
    assert filled(browser, page, path, title="", replies="none").status == 422
    browser.post(f"{path}/members", {"csrf": csrf, "remove": str(bob.id)})
    assert names(api, f"/api/v1/lists/{id}/accounts", ada) == []
    theirs = inside(api, eve)
    assert theirs.get(path).status == 404
    assert theirs.get("/settings/people/nonsense").status == 404
    page = browser.send(browser.get(f"{path}/delete"), {}, f"{path}/delete")
    assert "You have no lists yet." in page.text


def test_a_circle_is_made_of_followers(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    api.post(f"/api/v1/accounts/{ada.id}/follow", token=bob)
    api.work()
    browser = inside(api, ada)
    browser.send(browser.get("/settings/people/circles"), {"title": "Choir"}, "/settings/people/circles")
    id = api.get("/api/v1/circles", token=ada).json[0]["id"]
    path = f"/settings/people/circles/{id}"
    page = browser.get(f"{path}?q=bob")
    form = next(one for one in forms(page) if unescape(one.action) == f"{path}/members")
    browser.post(f"{path}/members", form.fields | {"add": str(bob.id)})
    assert names(api, f"/api/v1/circles/{id}/accounts", ada) == ["bob"]
    assert browser.post(f"{path}/members", form.fields | {"add": str(eve.id)}).status == 404
    filled(browser, browser.get(path), path, title="Band")
    assert api.get(f"/api/v1/circles/{id}", token=ada).json["title"] == "Band"
    browser.post(f"{path}/members", form.fields | {"remove": str(bob.id)})
    assert names(api, f"/api/v1/circles/{id}/accounts", ada) == []
    browser.send(browser.get(f"{path}/delete"), {}, f"{path}/delete")
    assert api.get("/api/v1/circles", token=ada).json == []


def test_saved_posts_lie_in_folders(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    post = publish(api, bob, "Soup of swedes")["id"]
    browser = inside(api, ada)
    page = browser.get("/saved/folders")
    assert "No folders yet." in page.text
    for values, field in (({"name": " "}, "name"), ({"name": "Soups", "emoji": "nonsense!"}, "emoji")):
        wrong = browser.send(page, values, "/saved/folders")
        assert wrong.status == 422
        assert f'id="e-{field}"' in wrong.text
    page = browser.send(page, {"name": "Soups", "emoji": "🍲"}, "/saved/folders")
    assert "🍲 Soups" in page.text
    assert browser.send(page, {"name": "Soups"}, "/saved/folders").status == 422, "taken"
    id = api.get("/api/v1/pleroma/bookmark_folders", token=ada).json[0]["id"]
    path = f"/saved/folders/{id}"
    assert "Nothing is in it yet." in browser.get(path).text
    assert f"/saved/sort/{post}" in unescape(browser.get(f"/@bob/{post}/more").text)
    filled(browser, browser.get(f"/saved/sort/{post}"), f"/saved/sort/{post}", folder=id)
    assert "Soup of swedes" in browser.get(path).text
    assert "Soup of swedes" in browser.get("/saved").text
    filled(browser, browser.get(f"/saved/sort/{post}"), f"/saved/sort/{post}", folder="")
    assert "Soup of swedes" not in browser.get(path).text
    filled(browser, browser.get(path), path, name="Broths", emoji="")
    assert "Broths" in browser.get("/saved/folders").text
    theirs = inside(api, bob)
    assert theirs.get(path).status == 404
    assert theirs.get("/saved/sort/999").status == 404
    browser.send(browser.get(f"{path}/delete"), {}, f"{path}/delete")
    assert "Soup of swedes" in browser.get("/saved").text
