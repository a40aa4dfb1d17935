"""Writing to few, deciding about those who ask, keeping others away: by forms and links alone."""

import re
from html import unescape

import pytest

from tests.browser import Browser, forms
from tests.client import Api, Person, Reply
from tests.mastodon.acts import publish
from tests.mastodon.moderating import SCOPES
from tests.web.acts import inside
from tests.web.test_own_settings import pressed, undone


def message(browser: Browser, to: Person, text: str) -> Reply:
    page = browser.get(f"/people/{to.id}/write")
    assert "Not end-to-end encrypted" in page.text
    return browser.send(page, {"text": text})


def permit(api: Api, person: Person) -> None:
    """Hear of strangers' private messages at once."""
    api.patch("/api/v2/notifications/policy", token=person, json={"for_private_mentions": "accept"})


def opened(browser: Browser, page: Reply) -> Reply:
    found = re.search(r"/conversations/\d+(?=\")", unescape(page.text))
    assert found is not None, page.text
    return browser.get(found[0])


def test_a_private_conversation_from_the_profile_to_the_inbox_and_back(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    permit(api, bob)
    adas, bobs, eves = inside(api, ada), inside(api, bob), inside(api, eve)
    assert f"/people/{bob.id}/write" in unescape(adas.get("/@bob").text)
    assert "No private messages yet." in bobs.get("/conversations").text
    page = message(adas, bob, "The key is under the stone")
    assert "Sent." in page.text
    assert "@bob" in page.text
    api.work()
    page = bobs.get("/conversations")
    assert "The key is under the stone" in page.text
    assert ">unread<" in page.text
    page = opened(bobs, page)
    assert "Not end-to-end encrypted" in page.text
    assert ">unread<" not in bobs.get("/conversations").text
    reply = bobs.send(page, {"text": "Which stone?"}, is_followed=False)
    page = bobs.get(reply.headers["location"].partition("#")[0])
    assert page.text.index("under the stone") < page.text.index("Which stone?")
    api.work()
    assert "Which stone?" in opened(adas, adas.get("/conversations")).text
    assert "stone" not in eves.get("/conversations").text + eves.get("/local").text
    theirs = re.search(r"/conversations/(\d+)\"", unescape(bobs.get("/conversations").text))
    assert theirs is not None
    for path in ("", "/delete"):
        assert eves.get(f"/conversations/{theirs[1]}{path}").status == 404
    csrf = forms(page)[0].fields["csrf"]
    assert bobs.post(f"/conversations/{theirs[1]}/unread", {"csrf": csrf}).status == 303
    assert ">unread<" in bobs.get("/conversations").text
    page = bobs.get(f"/conversations/{theirs[1]}/delete")
    page = bobs.send(page, {}, f"/conversations/{theirs[1]}/delete")
    assert "It is out of your inbox." in page.text
    assert "No private messages yet." in page.text


def test_nothing_is_sent_that_cannot_be(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    browser = inside(api, ada)
    page = browser.get("/home")
    for text, said in ((" \n", "There is nothing to send yet"), ("x" * 6000, "This is too long.")):
        page = message(browser, bob, text)
        assert page.status == 422
        assert said in page.text
        assert 'aria-invalid="true"' in page.text
    assert "x" * 6000 in page.text
    assert browser.get("/people/999/write").status == 404
    page = browser.get(f"/people/{bob.id}/write")
    for _ in range(2):
        browser.send(page, {"text": "Only once"})
    api.work()
    assert len(api.get("/api/v1/accounts/verify_credentials", token=ada).json) > 0
    assert browser.get("/@ada").text.count('<article class="post') == 1


def test_requests_to_follow_are_decided(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    browser = inside(api, ada)
    assert "Nobody asks to follow you." in browser.get("/requests").text
    api.patch("/api/v1/accounts/update_credentials", token=ada, form={"locked": "true"})
    for one in (bob, eve):
        api.post(f"/api/v1/accounts/{ada.id}/follow", token=one)
    page = pressed(browser, browser.get("/requests"), "accept", bob.id)
    assert "They follow you now." in page.text
    page = pressed(browser, page, "reject", eve.id)
    assert "The request is declined." in page.text
    assert "Nobody asks to follow you." in page.text
    assert [one["acct"] for one in api.get(f"/api/v1/accounts/{ada.id}/followers", token=ada).json] == ["bob"]


def test_strangers_are_let_through_or_put_away(api: Api) -> None:
    ada, others = api.person("ada"), [api.person(name) for name in ("bob", "eve", "tom", "una")]
    for one in others:
        publish(api, one, f"@ada psst from {one.username}", visibility="direct")
    api.work()
    browser = inside(api, ada)
    page = browser.get("/strangers")
    assert "psst from bob" in page.text
    ids = {
        one["account"]["acct"]: one["id"] for one in api.get("/api/v1/notifications/requests", token=ada).json
    }
    form = next(one for one in forms(page) if one.action == "/strangers")
    page = browser.follow(browser.post("/strangers", form.fields | {"accept": ids["bob"]}))
    assert "You hear of them from now on" in page.text
    page = browser.follow(browser.post("/strangers", form.fields | {"dismiss": ids["eve"]}))
    assert "psst from eve" not in page.text
    form = next(one for one in forms(page) if one.action == "/strangers")
    page = browser.follow(browser.post("/strangers", form.fields | {"accept": "all"}))
    assert "Nobody waits here." in page.text
    api.work()
    assert "psst from tom" in browser.get("/conversations").text
    assert "psst from eve" not in browser.get("/conversations").text
    assert browser.post("/strangers", {"csrf": form.fields["csrf"]}).status == 422


def test_what_is_wanted_of_somebody_and_a_note_about_them(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    browser, path = inside(api, ada), f"/people/{bob.id}/options"
    assert 'name="boosts"' not in browser.get(path).text
    page = browser.send(browser.get(path), {"note": "Met at the <mill>."}, path)
    assert "Met at the &lt;mill&gt;." in page.text
    assert "<mill>" not in page.text
    api.post(f"/api/v1/accounts/{bob.id}/follow", token=ada)
    page = browser.send(browser.get(path), {"note": "", "notify": "1", "l-de": "1", "l-xx": "1"}, path)
    assert "Your note" not in page.text
    (told,) = api.get("/api/v1/accounts/relationships", token=ada, query={"id[]": str(bob.id)}).json
    assert (told["note"], told["showing_reblogs"], told["notifying"], told["languages"]) == (
        "",
        False,
        True,
        ["de"],
    )
    assert 'name="l-de" type="checkbox" value="1" checked' in browser.get(path).text
    assert browser.send(browser.get(path), {"note": "x" * 2001}, path).status == 422
    assert browser.get(f"/people/{ada.id}/options").status == 404, "oneself"


def test_muting_says_for_how_long(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    browser = inside(api, ada)
    page = browser.get(f"/people/{bob.id}/mute")
    page = browser.send(page, {"seconds": "3600"})
    assert "Muted." in page.text
    (muted,) = api.get("/api/v1/mutes", token=ada).json
    assert muted["mute_expires_at"] is not None
    relation = api.get(f"/api/v1/accounts/relationships?id[]={bob.id}", token=ada).json[0]
    assert (relation["muting"], relation["muting_notifications"]) == (True, False)
    undone(browser, page)
    assert api.get("/api/v1/mutes", token=ada).json == []
    assert browser.get(f"/people/{ada.id}/mute").status == 404, "oneself"


def test_blocking_is_offered_with_what_it_does_and_taken_back(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    post = publish(api, bob, "Noise")
    browser = inside(api, ada)
    more = browser.get(f"/@bob/{post['id']}/more")
    assert f"/people/{bob.id}/block" in unescape(more.text)
    page = browser.get(f"/people/{bob.id}/block")
    page = browser.send(page, {"seconds": "604800"}, f"/people/{bob.id}/block")
    assert "Blocked." in page.text
    assert re.search(r"until <time", browser.get("/settings/blocked").text)
    assert len(api.get("/api/v1/blocks", token=ada).json) == 1
    undone(browser, page)
    assert api.get("/api/v1/blocks", token=ada).json == []


def asked(browser: Browser, page: Reply, **chosen: str) -> Reply:
    """Fill in the step's form, which asks for the next."""
    form = next(one for one in forms(page) if one.method == "get")
    query = "&".join(f"{name}={value}" for name, value in (form.fields | chosen).items())
    return browser.get(f"{unescape(form.action)}?{query}")


@pytest.fixture
def moderator(api: Api) -> Person:
    return api.person("mod", SCOPES, role="owner")


def test_a_report_goes_step_by_step(api: Api, moderator: Person) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    rule = api.post("/api/v1/admin/rules", token=moderator, json={"text": "Be kind."})
    rule_id = api.get("/api/v1/instance/rules").json[0]["id"] if rule.status == 200 else "1"
    posts = [publish(api, bob, text) for text in ("You fool", "Good morning")]
    browser = inside(api, ada)
    more = unescape(browser.get(f"/@bob/{posts[0]['id']}/more").text)
    start = re.search(rf"/people/{bob.id}/report\?post_{posts[0]['id']}=1", more)
    assert start is not None
    page = browser.get(start[0])
    assert "What is wrong?" in page.text
    page = asked(browser, page)
    assert "Please choose one." in page.text
    page = asked(browser, page, category="violation")
    assert "Be kind." in page.text
    nothing = asked(browser, page)
    assert "Please choose one." in nothing.text
    page = asked(browser, page, **{f"rule_{rule_id}": "1"})
    assert re.search(rf'name="post_{posts[0]["id"]}"[^>]* checked', page.text)
    assert re.search(rf'name="post_{posts[1]["id"]}"', page.text)
    page = asked(browser, page, **{f"post_{posts[0]['id']}": "1"})
    assert "What should they know?" in page.text
    long = browser.send(page, {"text": "x" * 1001})
    assert long.status == 422
    page = browser.send(page, {"text": "He is rude."})
    assert "Thank you." in page.text
    assert "What else you can do" in page.text
    (report,) = api.get("/api/v1/admin/reports", token=moderator).json
    assert (report["category"], report["comment"]) == ("violation", "He is rude.")
    assert [one["id"] for one in report["statuses"]] == [posts[0]["id"]]
    assert [one["text"] for one in report["rules"]] == ["Be kind."]


def test_a_collection_is_reported_from_its_page(api: Api, moderator: Person) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    id = api.post("/api/v1/collections", bob, json={"name": "Fools"}).json["collection"]["id"]
    browser, path = inside(api, ada), f"/packs/{id}"
    assert "Report this collection" not in Browser(api).get(path).text
    assert "Report this collection" not in inside(api, bob).get(path).text
    start = re.search(rf"/people/{bob.id}/report\?pack_{id}=1", unescape(browser.get(path).text))
    assert start is not None
    page = asked(browser, browser.get(start[0]), category="spam")
    assert "Fools" in page.text
    page = browser.send(asked(browser, page, **{f"pack_{id}": "1"}), {"text": "Look."})
    assert "Thank you." in page.text
    (report,) = api.get("/api/v1/admin/reports", token=moderator).json
    assert "Fools" in inside(api, moderator).get(f"/desk/reports/{report['id']}").text


def test_what_one_only_dislikes_is_no_report(api: Api, moderator: Person) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    browser = inside(api, ada)
    page = asked(browser, browser.get(f"/people/{bob.id}/report"), category="dislike")
    assert "What else you can do" in page.text
    assert f"/people/{bob.id}/mute" in unescape(page.text)
    assert api.get("/api/v1/admin/reports", token=moderator).json == []
    assert browser.get(f"/people/{ada.id}/report").status == 404
    csrf = forms(browser.get("/home"))[0].fields["csrf"]
    wrong = browser.post(f"/people/{bob.id}/report", {"csrf": csrf, "category": "nonsense"})
    assert wrong.status == 422
    assert browser.post(f"/people/{bob.id}/report", {"csrf": csrf, "post_999": "1"}).status == 404
