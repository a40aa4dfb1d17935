"""Reading and writing in the browser, without script: what people do all day."""

import re
from typing import Any

import msgspec
import pytest

from martlet import app
from martlet.http.limits import DELETIONS, UPLOADS, Limiter
from martlet.services.ports import Ground
from martlet.settings import Settings
from tests.browser import Browser, forms
from tests.client import Api
from tests.mastodon.acts import publish
from tests.web.acts import inside, picture, press, write


def test_the_front_page_leads_members_home(api: Api) -> None:
    ada = api.person("ada")
    assert inside(api, ada).get("/").headers["location"] == "/home"
    assert Browser(api).get("/home").headers["location"].startswith("/auth/sign_in?next=")


def test_a_post_is_written_and_stands_in_the_timelines(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    api.post(f"/api/v1/accounts/{ada.id}/follow", token=bob)
    browser = inside(api, ada)
    reply = write(browser, browser.get("/write"), text="Good morning, **harbour** <b>", audience="private")
    assert reply.status == 303
    assert re.fullmatch(r"/home\?done=posted#p-\d+", reply.headers["location"])
    api.work()
    page = inside(api, bob).get("/home")
    assert "Good morning, **harbour** &lt;b&gt;" in page.text
    assert "for followers" in page.text
    assert "Good morning" not in Browser(api).get("/@ada").text
    assert "Good morning" not in inside(api, api.person("eve")).get("/local").text


def test_sent_twice_it_is_there_once(api: Api) -> None:
    ada = api.person("ada")
    browser = inside(api, ada)
    page = browser.get("/write")
    first, second = (write(browser, page, text="Only once", audience="public") for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert browser.get("/@ada").text.count("Only once") == 1


def test_nothing_typed_is_lost_when_it_cannot_be_sent(api: Api) -> None:
    ada = api.person("ada")
    browser = inside(api, ada)
    words = {"text": "x" * 5001, "warning": "Long", "audience": "unlisted"}
    page = write(browser, browser.get("/write"), files=picture(), more=words)
    (said,) = [name for form in forms(page) for name in form.names if name.startswith("said-")]
    page = write(browser, page, more=words | {said: "Teal"})
    assert page.status == 422
    assert "This is too long." in page.text
    assert "x" * 5001 in page.text
    assert "Teal" in page.text
    again = write(browser, page, text="Short", warning="Long", audience="unlisted", more={said: "Dark teal"})
    assert again.status == 303
    (post,) = api.get(f"/api/v1/accounts/{ada.id}/statuses", token=ada).json
    assert (post["spoiler_text"], post["visibility"]) == ("Long", "unlisted")
    assert [one["description"] for one in post["media_attachments"]] == ["Dark teal"]


def test_an_empty_post_is_asked_for_words(api: Api) -> None:
    browser = inside(api, api.person("ada"))
    page = write(browser, browser.get("/write"), text=" ", audience="public")
    assert page.status == 422
    assert "There is nothing to send yet" in page.text


def test_a_poll_is_put_and_voted_in(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    browser = inside(api, ada)
    reply = write(browser, browser.get("/write"), text="When?", poll_1="Tuesday", poll_2="Thursday", days="3")
    post = reply.headers["location"].partition("#p-")[2]
    other = inside(api, bob)
    page = other.get(f"/@ada/{post}")
    (poll,) = re.findall(r'name="vote" value="(\d+)"', page.text)
    empty = other.follow(press(other, page, "vote", poll))
    assert "Your vote was not counted" in empty.text
    form = next(one for one in forms(page) if one.action.endswith("act"))
    voted = other.post("/act", form.fields | {"vote": poll, f"choice-{poll}-0": "1"})
    assert voted.headers["location"] == f"/@ada/{post}#p-{post}"
    page = other.get(f"/@ada/{post}")
    assert "(your choice)" in page.text
    assert 'name="vote"' not in page.text
    assert "100 %" in page.text


def test_a_post_is_liked_boosted_and_saved_and_back_again(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    id = publish(api, ada, "Tomatoes")["id"]
    browser = inside(api, bob)
    for name, attribute in (("like", "favourited"), ("boost", "reblogged"), ("save", "bookmarked")):
        for pressed, is_on in ((name, True), (f"un{name}", False)):
            reply = press(browser, browser.get("/local"), pressed, id)
            assert reply.headers["location"] == f"/local#p-{id}"
            assert api.get(f"/api/v1/statuses/{id}", token=bob).json[attribute] is is_on
    press(browser, browser.get("/local"), "save", id)
    assert "Tomatoes" in browser.get("/saved").text


def test_an_answer_stands_in_the_conversation(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    id = publish(api, ada, "Who has a ladder, @bob?")["id"]
    browser = inside(api, bob)
    page = browser.get(f"/@ada/{id}")
    assert "@ada </textarea>" in page.text.replace("\n", "")
    reply = write(browser, page, text="@ada I do")
    assert reply.headers["location"].startswith(f"/@ada/{id}?done=posted#p-")
    page = browser.get(f"/@ada/{id}")
    assert "One answer" in page.text
    assert "I do" in page.text
    (answer,) = api.get(f"/api/v1/statuses/{id}/context", token=ada).json["descendants"]
    assert (answer["in_reply_to_id"], answer["visibility"]) == (id, "unlisted")


def test_an_answer_is_no_more_open_than_what_it_answers(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    id = publish(api, ada, "psst @bob", visibility="direct")["id"]
    browser = inside(api, bob)
    page = browser.get(f"/write?reply={id}")
    assert re.search(r'value="direct" checked', page.text)
    write(browser, browser.get(f"/@ada/{id}"), text="@ada yes?")
    (answer,) = api.get(f"/api/v1/statuses/{id}/context", token=ada).json["descendants"]
    assert answer["visibility"] == "direct"


def test_who_may_answer_and_how_long_a_post_stays_is_chosen(api: Api) -> None:
    ada = api.person("ada")
    browser = inside(api, ada)
    page = browser.get("/write")
    more = {"answers": "followers", "may_ask": "1", "ends": "3600", "here_only": "1"}
    id = write(browser, page, text="Among us", more=more).headers["location"].partition("#p-")[2]
    post = api.get(f"/api/v1/statuses/{id}", token=ada).json
    rules = post["interaction_policy"]["can_reply"]
    assert "followers" in rules["automatic_approval"]
    assert "public" in rules["manual_approval"]
    assert post["local_only"] is True
    assert post["expires_at"]
    assert "only on this server" in browser.get("/home").text
    usual = write(browser, browser.get("/write"), text="As usual", more={"answers": "odd", "ends": "1"})
    post = api.get(f"/api/v1/statuses/{usual.headers['location'].partition('#p-')[2]}", token=ada).json
    assert not post.get("local_only")
    assert not post.get("expires_at")


def test_an_answer_to_a_circle_stays_in_it(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    for reader in (bob, eve):
        api.post(f"/api/v1/accounts/{ada.id}/follow", token=reader)
    api.post(f"/api/v1/accounts/{bob.id}/follow", token=eve)
    circle = api.post("/api/v1/circles", token=ada, json={"title": "Choir"}).json["id"]
    api.post(f"/api/v1/circles/{circle}/accounts", token=ada, json={"account_ids": [str(bob.id)]})
    id = publish(api, ada, "For the choir", circle_id=circle)["id"]
    browser = inside(api, bob)
    page = browser.get(f"/@ada/{id}")
    assert "for a circle" in page.text
    answer = write(browser, page, text="Here").headers["location"].partition("#p-")[2]
    assert browser.get(f"/@bob/{answer}").status == 200
    assert inside(api, eve).get(f"/@bob/{answer}").status == 404


def test_ones_own_post_is_changed_and_deleted(api: Api) -> None:
    ada = api.person("ada")
    browser = inside(api, ada)
    page = write(browser, browser.get("/write"), files=picture(), text="Tomatos", audience="public")
    assert "Your file is here." in page.text
    reply = write(browser, page, text="Tomatos", audience="public")
    id = reply.headers["location"].partition("#p-")[2]
    assert "Edit" in browser.get(f"/@ada/{id}/more").text
    page = browser.get(f"/@ada/{id}/edit")
    assert "Tomatos" in page.text
    (said,) = re.findall(r'name="(said-\d+)"', page.text)
    changed = browser.follow(write(browser, page, f"/@ada/{id}/edit", text="Tomatoes", more={said: "Red"}))
    assert "Changed." in changed.text
    post = api.get(f"/api/v1/statuses/{id}", token=ada).json
    assert "Tomatoes" in post["content"]
    assert [one["description"] for one in post["media_attachments"]] == ["Red"]
    asked = browser.get(f"/@ada/{id}/delete")
    gone = browser.follow(browser.post(f"/@ada/{id}/delete", forms(asked)[0].fields))
    assert "Deleted." in gone.text
    assert browser.get(f"/@ada/{id}").status == 404


def test_a_poll_stays_when_the_words_change(api: Api) -> None:
    ada = api.person("ada")
    poll = {"options": ["left", "right"], "expires_in": 3600}
    id = api.post("/api/v1/statuses", token=ada, json={"status": "Wher now?", "poll": poll}).json["id"]
    browser = inside(api, ada)
    write(browser, browser.get(f"/@ada/{id}/edit"), f"/@ada/{id}/edit", text="Where now?")
    post = api.get(f"/api/v1/statuses/{id}", token=ada).json
    assert "Where now?" in post["content"]
    assert [one["title"] for one in post["poll"]["options"]] == ["left", "right"]


def test_what_was_edited_elsewhere_meanwhile_is_not_overwritten(api: Api) -> None:
    ada = api.person("ada")
    id = publish(api, ada, "Tomatos")["id"]
    browser, address = inside(api, ada), f"/@ada/{id}/edit"
    page = browser.get(address)
    api.put(f"/api/v1/statuses/{id}", token=ada, json={"status": "Potatoes"})
    refused = write(browser, page, address, text="Tomatoes")
    assert (refused.status, "changed elsewhere meanwhile" in refused.text, "Tomatoes" in refused.text) == (
        409,
        True,
        True,
    )
    assert "Potatoes" in api.get(f"/api/v1/statuses/{id}").json["content"]
    assert write(browser, refused, address, text="Tomatoes after all").status == 303
    assert "after all" in api.get(f"/api/v1/statuses/{id}").json["content"]


@pytest.mark.parametrize("act", ["edit", "delete"])
def test_nobody_changes_anothers_post(api: Api, act: str) -> None:
    ada, eve = api.person("ada"), api.person("eve")
    id = publish(api, ada, "Mine")["id"]
    browser = inside(api, eve)
    assert browser.get(f"/@ada/{id}/{act}").status == 404
    token = forms(browser.get(f"/@ada/{id}"))[0].fields["csrf"]
    if act == "delete":
        assert browser.post(f"/@ada/{id}/delete", {"csrf": token}).status == 404
    else:
        assert browser.upload(f"/@ada/{id}/edit", {"csrf": token, "text": "Hers"}).status == 404
    assert "Mine" in api.get(f"/api/v1/statuses/{id}", token=ada).json["content"]


@pytest.mark.parametrize("visibility", ["private", "direct"])
def test_what_is_not_for_one_is_not_there(api: Api, visibility: str) -> None:
    ada, eve = api.person("ada"), api.person("eve")
    id = publish(api, ada, "psst", visibility=visibility)["id"]
    browser = inside(api, eve)
    missing = browser.get(f"/@ada/{int(id) + 1}")
    for path in ("", "/more", "/edit", "/delete"):
        page = browser.get(f"/@ada/{id}{path}")
        assert page.status == 404
        assert "psst" not in page.text
    assert browser.get(f"/write?reply={id}").status == 404
    assert browser.get(f"/write?quote={id}").status == 404
    token = forms(browser.get("/home"))[0].fields["csrf"]
    for act in ("like", "boost", "save", "mute"):
        assert browser.post("/act", {"csrf": token, act: id}).status == 404
    assert missing.status == 404


def test_people_are_followed_and_left(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    publish(api, ada, "Tomatoes")
    browser = inside(api, bob)

    def relation() -> dict[str, Any]:
        (found,) = api.get(f"/api/v1/accounts/relationships?id[]={ada.id}", token=bob).json
        return dict(found)

    for pressed, is_on in (("follow", True), ("unfollow", False)):
        reply = press(browser, browser.get("/@ada"), pressed, str(ada.id), "/act/person")
        assert reply.headers["location"].partition("?")[0] == "/@ada"
        assert relation()["following"] is is_on
    api.post(f"/api/v1/accounts/{bob.id}/block", token=ada)
    page = browser.get("/@ada")
    assert "does not want to be read by you" in page.text
    assert "Tomatoes" not in page.text
    assert 'name="follow"' not in page.text


def test_who_asks_to_follow_is_let_in(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    api.patch("/api/v1/accounts/update_credentials", token=ada, form={"locked": "true"})
    press(other := inside(api, bob), other.get("/@ada"), "follow", str(ada.id), "/act/person")
    assert "Take the request back" in other.get("/@ada").text
    api.work()
    browser = inside(api, ada)
    page = browser.get("/news")
    assert "bob asks to follow you" in page.text
    press(browser, page, "accept", str(bob.id), "/act/person")
    assert "Following" in other.get("/@ada").text


def test_news_tells_several_as_one_and_what_is_new(api: Api) -> None:
    ada = api.person("ada")
    id = publish(api, ada, "Tomatoes")["id"]
    for name in ("bob", "cleo", "dan"):
        api.post(f"/api/v1/statuses/{id}/favourite", token=api.person(name))
    api.work()
    browser = inside(api, ada)
    page = browser.get("/news")
    assert "dan and 2 others like your post" in page.text
    assert 'class="told-of new"' in page.text
    assert 'class="told-of new"' not in browser.get("/news").text


def test_search_finds_people_hashtags_and_posts(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    publish(api, ada, "The #ferry runs late")
    api.work()
    assert "The <a" not in inside(api, bob).get("/search?q=ferry").text, (
        "ada has not opened her posts to search"
    )
    browser = inside(api, ada)
    page = browser.get("/search?q=ferry")
    assert "The <a" in page.text
    assert "one person in the last days" in page.text
    assert "/@ada" in browser.get("/search?q=ada").text.replace("&#x2f;", "/")
    assert "Nothing found" in browser.get("/search?q=xyzzy").text
    assert "/@ada" in browser.get("/search?q=http://localhost:3000/@ada").text.replace("&#x2f;", "/")


@pytest.mark.parametrize(
    ("action", "is_there", "is_folded"), [("hide", False, False), ("warn", True, True), ("blur", True, False)]
)
def test_ones_filters_hold(api: Api, action: str, is_there: bool, is_folded: bool) -> None:  # noqa: FBT001 - the parameters of a table
    ada, bob, cleo = api.person("ada"), api.person("bob"), api.person("cleo")
    publish(api, ada, "The fox got two hens")
    made = {
        "title": "Sad things",
        "context": ["public"],
        "filter_action": action,
    }
    api.post("/api/v2/filters", token=bob, json=made | {"keywords_attributes": [{"keyword": "hens"}]})
    inside(api, cleo).get("/local")  # rendered for somebody else before
    page = inside(api, bob).get("/local")
    assert ("two hens" in page.text) is is_there
    assert ("Filtered: Sad things" in page.text) is is_folded
    assert "Filtered" not in inside(api, cleo).get("/local").text
    assert "two hens" in inside(api, bob).get("/@ada").text, "the filter is not for profiles"


def test_every_place_in_a_list_has_an_address(api: Api) -> None:
    ada = api.person("ada")
    for n in range(45):
        publish(api, ada, f"number {n:02}")
    browser = inside(api, ada)
    page, seen = browser.get("/local"), []
    while True:
        seen += re.findall(r"number (\d\d)", page.text)
        older = re.search(r'href="([^"]*)" rel="next"', page.text)
        if older is None:
            break
        page = browser.get(older[1].replace("&#x2f;", "/"))
    assert list(dict.fromkeys(seen)) == [f"{n:02}" for n in reversed(range(45))]
    newer = re.search(r'href="([^"]*)" rel="prev"', page.text)
    assert newer is not None
    assert "number 05" in browser.get(newer[1].replace("&#x2f;", "/")).text


def test_nobody_acts_without_the_token(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    id = publish(api, ada, "Tomatoes")["id"]
    browser = inside(api, bob)
    assert browser.post("/act", {"like": id}).status == 403
    assert browser.post("/act/person", {"follow": str(ada.id)}).status == 403
    assert browser.upload("/write", {"text": "forged"}).status == 403
    assert api.get(f"/api/v1/statuses/{id}", token=bob).json["favourited"] is False


@pytest.mark.parametrize("value", ["", "x", "-1", "99999999999999999999", "1"])
def test_a_form_that_makes_no_sense_is_refused(api: Api, value: str) -> None:
    browser = inside(api, api.person("ada"))
    token = forms(browser.get("/home"))[0].fields["csrf"]
    for action, name in (("/act", "like"), ("/act", "vote"), ("/act/person", "follow")):
        assert browser.post(action, {"csrf": token, name: value}).status in (404, 422)
    assert browser.post("/act", {"csrf": token, "juggle": "1"}).status == 422


def test_b6_back_is_never_somewhere_else(api: Api) -> None:
    ada = api.person("ada")
    id = publish(api, ada, "Tomatoes")["id"]
    browser = inside(api, ada)
    token = forms(browser.get("/home"))[0].fields["csrf"]
    for bad in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        reply = browser.post("/act", {"csrf": token, "like": id, "next": bad})
        assert reply.headers["location"] == f"/home#p-{id}"


def test_a_profile_is_changed(api: Api) -> None:
    ada = api.person("ada")
    browser = inside(api, ada)
    page = browser.get("/settings/profile")
    form = next(one for one in forms(page) if "display_name" in one.names)
    values = {
        "display_name": "Ada L.",
        "note": "Gardener.\r\nOn a roof.",
        "name_1": "Garden",
        "value_1": "roof",
        "avatar_text": "A blue square",
        "bot": "1",
    }
    files = {"avatar": picture()["files[]"]}
    shown = browser.follow(browser.upload("/settings/profile", form.fields | values, files))
    assert "This is how others see you" in shown.text
    me = api.get("/api/v1/accounts/verify_credentials", token=ada).json
    assert (me["display_name"], me["bot"], me["avatar_description"]) == ("Ada L.", True, "A blue square")
    assert me["source"]["note"] == "Gardener.\nOn a roof."
    assert [(one["name"], one["value"]) for one in me["source"]["fields"]] == [("Garden", "roof")]
    assert "missing" not in me["avatar"]
    bad = browser.upload("/settings/profile", form.fields | values | {"display_name": "x" * 500})
    assert bad.status == 422
    assert "too long" in bad.text
    assert "x" * 500 in bad.text


def test_who_follows_whom_is_listed_unless_they_keep_it_to_themselves(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    api.post(f"/api/v1/accounts/{ada.id}/follow", token=bob)
    browser = inside(api, api.person("cleo"))
    assert "@bob" in browser.get("/@ada/followers").text
    assert "@ada" in browser.get("/@bob/following").text
    assert "Nobody yet." in browser.get("/@ada/following").text
    api.patch("/api/v1/accounts/update_credentials", token=ada, form={"hide_collections": "true"})
    assert "@bob" not in browser.get("/@ada/followers").text
    assert "@bob" in inside(api, ada).get("/@ada/followers").text


def test_the_number_of_news_stands_in_the_menu(api: Api) -> None:
    ada = api.person("ada")
    api.post(f"/api/v1/accounts/{ada.id}/follow", token=api.person("bob"))
    api.work()
    browser = inside(api, ada)
    assert "<b data-news>1</b>" in browser.get("/home").text
    browser.get("/news")
    assert "<b data-news>1</b>" not in browser.get("/home").text


def test_filters_hold_for_news_and_for_their_number(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    for action in ("hide", "warn"):
        made = {"title": f"To {action}", "context": ["notifications"], "filter_action": action}
        api.post(
            "/api/v2/filters", token=ada, json=made | {"keywords_attributes": [{"keyword": f"{action}me"}]}
        )
        publish(api, bob, f"@ada {action}me, please")
    publish(api, bob, "@ada nothing to filter")
    api.work()
    browser = inside(api, ada)
    assert "<b data-news>2</b>" in browser.get("/home").text
    page = browser.get("/news").text
    assert page.count('class="told-of new"') == 2
    assert "hideme" not in page
    assert page.index("Filtered: To warn") < page.index("warnme")
    assert "<b data-news>" not in browser.get("/home").text


def test_what_is_limited_in_apps_is_limited_here(ground: Ground, settings: Settings) -> None:
    """Each member counts alone; uploads and deletions share their counters with apps; nothing typed is lost."""
    api = Api(app.build_on(ground, msgspec.structs.replace(settings, rate_limits=True)))
    ada, bob = api.person("ada"), api.person("bob")
    browser, other = inside(api, ada), inside(api, bob)
    as_apps = Limiter(settings.folder / "limits")
    for rule in (UPLOADS, DELETIONS):
        for _ in range(rule.limit):
            as_apps.count(rule, str(ada.id))
    page = write(browser, browser.get("/write"), files=picture(), text="With a picture")
    assert page.status == 429
    assert "With a picture" in page.text
    assert write(browser, page, text="Without").status == 303
    assert "Your file is here." in write(other, other.get("/write"), files=picture(), text="From bob").text
    id = publish(api, ada, "Tomatoes")["id"]
    asked = browser.get(f"/@ada/{id}/delete")
    assert browser.post(f"/@ada/{id}/delete", forms(asked)[0].fields).status == 429
    assert browser.get(f"/@ada/{id}").status == 200
    as_apps.close()
    api.close()
