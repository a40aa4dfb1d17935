"""What members settle for themselves in the browser: how things look, who reaches them, whom they keep away."""

import re
from typing import Any

from tests.browser import Browser, forms
from tests.client import Api, Person, Reply
from tests.mastodon.acts import publish
from tests.web.acts import inside, picture


def change(browser: Browser, path: str, **values: str) -> Reply:
    """Fill in the page's own form and send it."""
    page = browser.get(path)
    form = next(one for one in forms(page) if one.action == path)
    return browser.follow(browser.post(path, {"csrf": form.fields["csrf"], **values}))


def pressed(browser: Browser, page: Reply, name: str, value: object) -> Reply:
    """The button that does something to somebody."""
    assert re.search(rf'<button [^>]*name="{name}" value="{value}"', page.text), f"no button {name}={value}"
    return browser.send(page, {name: str(value)})


def undone(browser: Browser, page: Reply) -> Reply:
    return browser.send(page, {}, "/act/undo")


def source(api: Api, person: Person) -> dict[str, Any]:
    found: dict[str, Any] = api.get("/api/v1/accounts/verify_credentials", token=person).json
    return found


def test_the_look_is_kept_in_the_browser_and_preferences_are_told_to_apps(api: Api) -> None:
    ada = api.person("ada")
    browser = inside(api, ada)
    assert "data-theme" not in browser.get("/home").text
    assert "data-keys" not in browser.get("/home").text
    wanted = {"theme": "dark", "text": "large", "pictures": "few", "keys": "on"}
    page = change(browser, "/settings/look", **wanted, media="hide_all", open_warnings="1")
    assert 'data-theme="dark" data-text="large" data-pictures="few"' in page.text
    assert "data-keys" in browser.get("/home").text
    assert 'name="color-scheme" content="dark"' in browser.get("/@ada").text
    told = api.get("/api/v1/preferences", token=ada).json
    assert (told["reading:expand:media"], told["reading:expand:spoilers"]) == ("hide_all", True)
    assert "data-theme" not in inside(api, ada).get("/home").text
    assert 'data-pictures="few"' in inside(api, ada).get("/home").text, "hidden wherever she signs in"
    change(browser, "/settings/look", media="show_all", open_warnings="1")
    publish(api, ada, "Under a word", spoiler_text="Weather")
    assert '<details class="cw" open>' in browser.get("/@ada").text
    change(browser, "/settings/look", media="default")
    assert '<details class="cw">' in browser.get("/@ada").text
    browser.cookies = {**browser.cookies, "martlet_look": 'x".y.z'}
    assert "data-theme" not in browser.get("/home").text
    assert change(browser, "/settings/look", media="nonsense").status == 422


def test_a_language_is_chosen_for_pages_and_letters(api: Api) -> None:
    ada = api.person("ada")
    browser = inside(api, ada)
    browser.get("/home?lang=zh-Hans")
    page = change(browser, "/settings/language", language="de")
    assert '<html lang="de"' in page.text
    assert '<html lang="de"' in inside(api, ada).get("/settings").text
    failed = change(browser, "/settings/language", language="tlh")
    assert failed.status == 422
    assert '<html lang="de"' in failed.text, "what goes wrong is said in the member's language, too"
    assert '<html lang="de"' in browser.get("/settings/nothing").text


def test_what_is_usual_for_posts(api: Api) -> None:
    ada = api.person("ada")
    browser = inside(api, ada)
    values = {"audience": "private", "language": "de", "quoting": "nobody", "answers": "following"}
    page = change(
        browser, "/settings/posts", **values, sensitive="1", may_ask="1", ends="604800", here_only="1"
    )
    assert "Saved." in page.text
    for chosen in ("private", "nobody", "following"):
        assert re.search(rf'value="{chosen}" checked', page.text), chosen
    told = source(api, ada)["source"]
    assert (told["privacy"], told["language"], told["sensitive"]) == ("private", "de", True)
    assert told["quote_policy"] == "nobody"
    policy = api.get("/api/v1/interaction_policies/defaults", token=ada).json["public"]["can_reply"]
    assert "following" in policy["automatic_approval"]
    assert change(browser, "/settings/posts", **values | {"quoting": "all"}).status == 422
    assert change(browser, "/settings/posts", **values | {"ends": "2"}).status == 422


def test_who_finds_and_follows_somebody(api: Api) -> None:
    ada = api.person("ada")
    browser = inside(api, ada)
    change(browser, "/settings/reach", locked="1", hides_follows="1", attribution="blog.example\r\nb.example")
    me = source(api, ada)
    assert (me["locked"], me["discoverable"], me["hide_collections"]) == (True, False, True)
    assert me["source"]["attribution_domains"] == ["blog.example", "b.example"]
    page = change(browser, "/settings/reach", attribution="not a host!")
    assert page.status == 422
    assert 'aria-invalid="true"' in page.text
    assert source(api, ada)["locked"] is True, "half of it was changed"


def test_what_becomes_of_news_from_strangers(api: Api) -> None:
    ada = api.person("ada")
    browser = inside(api, ada)
    groups = (
        "not_following", "not_followers", "new_accounts", "private_mentions", "limited_accounts", "bots"
    )  # fmt: skip
    change(browser, "/settings/strangers", **dict.fromkeys(groups, "accept") | {"bots": "drop"})
    policy = api.get("/api/v2/notifications/policy", token=ada).json
    assert (policy["for_bots"], policy["for_private_mentions"]) == ("drop", "accept")
    assert change(browser, "/settings/strangers", **dict.fromkeys(groups, "eat")).status == 422


def test_followers_are_removed_after_a_question(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    for one in (bob, eve):
        api.post(f"/api/v1/accounts/{ada.id}/follow", token=one)
    browser = inside(api, ada)
    page = browser.get("/settings/followers")
    assert "@bob" in page.text
    page = browser.get(f"/settings/followers/{bob.id}/remove")
    page = browser.send(page, {}, f"/settings/followers/{bob.id}/remove")
    assert "They no longer follow you." in page.text
    assert "@bob" not in page.text
    assert "@eve" in page.text
    assert browser.get("/settings/followers/999/remove").status == 404


def test_blocks_and_mutes_are_ended_and_taken_up_again(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    api.post(f"/api/v1/accounts/{bob.id}/block", token=ada, json={"duration": 7200})
    api.post(f"/api/v1/accounts/{eve.id}/mute", token=ada, json={"duration": 7200, "notifications": False})
    browser = inside(api, ada)
    page = pressed(browser, browser.get("/settings/blocked"), "unblock", bob.id)
    assert "You have blocked nobody." in page.text
    page = undone(browser, page)
    assert "Taken back." in page.text
    assert "@bob" in page.text
    assert "until" in page.text, "it is for a time as before"
    page = browser.get("/settings/muted")
    assert "but news from them comes" in page.text
    assert "until" in page.text
    page = undone(browser, pressed(browser, page, "unmute", eve.id))
    assert "but news from them comes" in page.text, "it is muted as it was"
    (muted,) = api.get("/api/v1/mutes", token=ada).json
    assert muted["mute_expires_at"] is not None


def test_nobody_is_made_to_press_undo_for_something_they_did_not_do(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    api.post(f"/api/v1/accounts/{bob.id}/block", token=ada)
    browser, other = inside(api, ada), inside(api, eve)
    page = pressed(browser, browser.get("/settings/blocked"), "unblock", bob.id)
    token = next(one for one in forms(page) if one.action == "/act/undo").fields["undo"]
    there = other.get(f"/settings/blocked?done=unblock_done&undo={token}")
    assert "/act/undo" not in there.text
    csrf = forms(there)[0].fields["csrf"] if forms(there) else forms(other.get("/home"))[0].fields["csrf"]
    assert other.post("/act/undo", {"csrf": csrf, "undo": token}).status == 422
    assert api.get("/api/v1/blocks", token=eve).json == []


def test_lists_of_people_have_further_pages(api: Api) -> None:
    ada = api.person("ada")
    for n in range(41):
        api.post(f"/api/v1/accounts/{api.person(f'p{n}').id}/block", token=ada)
    browser = inside(api, ada)
    page = browser.get("/settings/blocked")
    older = re.search(r'href="([^"]+)" rel="next"', page.text)
    assert older is not None
    assert page.text.count('class="pad thin person"') == 40
    page = browser.get(older[1].replace("&#x2f;", "/").replace("&amp;", "&"))
    assert page.text.count('class="pad thin person"') == 1
    assert 'rel="prev"' in page.text


def test_a_server_is_blocked_after_it_is_said_what_it_costs(api: Api) -> None:
    ada = api.person("ada")
    browser = inside(api, ada)
    assert "You have blocked no server." in browser.get("/settings/servers").text
    for wrong in ("a b", "", "localhost:3000", "x" * 400):
        page = change(browser, "/settings/servers", host=wrong)
        assert page.status == 422, wrong
        assert 'aria-invalid="true"' in page.text
    page = change(browser, "/settings/servers", host=" Loud.example ")
    assert "Block loud.example?" in page.text
    page = browser.send(page, {}, "/settings/servers/loud.example/block")
    assert api.get("/api/v1/domain_blocks", token=ada).json == ["loud.example"]
    page = browser.send(page, {}, "/settings/servers/loud.example/unblock")
    assert api.get("/api/v1/domain_blocks", token=ada).json == []
    undone(browser, page)
    assert api.get("/api/v1/domain_blocks", token=ada).json == ["loud.example"]


def test_pictures_of_a_profile_are_removed(api: Api) -> None:
    ada = api.person("ada")
    browser = inside(api, ada)
    page = browser.get("/settings/profile")
    assert "Remove your picture" not in page.text
    form = next(one for one in forms(page) if "display_name" in one.names)
    browser.upload("/settings/profile", form.fields, {"avatar": picture()["files[]"]})
    page = browser.send(browser.get("/settings/profile"), {}, "/settings/profile/avatar/remove")
    assert "The picture is removed." in page.text
    assert "missing" in str(source(api, ada)["avatar"]) or "avatar.png" in str(source(api, ada)["avatar"])
    csrf = form.fields["csrf"]
    assert browser.post("/settings/profile/name/remove", {"csrf": csrf}).status == 404


def test_old_posts_go_only_after_a_yes(api: Api) -> None:
    ada = api.person("ada")
    browser = inside(api, ada)
    policy = "/api/v1/statuses_cleanup_policy"
    wrong = change(browser, "/settings/old_posts", age="604800", likes="-1")
    assert wrong.status == 422
    assert wrong.text.count('class="err"') == 2
    assert api.get(policy, token=ada).json["enabled"] is False
    page = change(browser, "/settings/old_posts", age="604800", likes="5", pinned="1", polls="1", sure="1")
    assert "Saved." in page.text
    told = api.get(policy, token=ada).json
    assert (told["enabled"], told["min_status_age"], told["min_favs"]) == (True, 604800, 5)
    assert (told["keep_pinned"], told["keep_polls"], told["keep_direct"]) == (True, True, False)
    change(browser, "/settings/old_posts", age="")
    assert api.get(policy, token=ada).json["enabled"] is False
