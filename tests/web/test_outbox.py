"""What waited on a member's device: whoever it belongs to sends it, once, and is told in few words what became of it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.browser import Browser, forms
from tests.client import Api, Person
from tests.mastodon.acts import publish
from tests.web.acts import inside, picture

START = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
WRITTEN = {"key": "6f2b", "audience": "public", "do": "send", "agreed": ""}


def sender(api: Api, who: Person, *, holds: bool = False) -> Browser:
    browser = inside(api, who, holds=holds)
    browser.headers["martlet-outbox"] = "1"
    return browser


def ticket(browser: Browser) -> dict[str, str]:
    found: dict[str, str] = json.loads(browser.get("/outbox/ticket").text)
    return found


def test_the_ticket_is_that_of_whoever_is_signed_in(api: Api) -> None:
    ada = api.person("ada")
    browser = sender(api, ada)
    assert ticket(browser)["account"] == str(ada.id)
    assert browser.get("/outbox/ticket").headers["cache-control"] == "private, no-store"
    assert Browser(api).get("/outbox/ticket").status == 303
    roads = browser.get("/outbox/roads")
    said = json.loads(roads.text)
    assert (said["account"], said["mirrors"], said["devices"]) == (str(ada.id), [], [])
    assert said["recipient"] == api.get("/.well-known/martlet").json["sealing"]
    assert roads.headers["cache-control"] == "private, no-store"
    assert Browser(api).get("/outbox/roads").status == 303
    forged = browser.upload("/write", WRITTEN | {"csrf": "forged", "text": "In her name"})
    assert forged.status == 403


def test_what_waited_goes_out_at_once_and_once(api: Api) -> None:
    with time_machine.travel(START, tick=True) as clock:
        browser = sender(api, api.person("ada"), holds=True)
        csrf = ticket(browser)["csrf"]
        file = browser.upload("/write/files", {"csrf": csrf}, {"file": picture()["files[]"]})
        said = f"said-{json.loads(file.text)['id']}"
        entry = WRITTEN | {"csrf": csrf, "text": "From the train", said: "Teal"}
        assert browser.upload("/write", entry).status == 204
        clock.shift(timedelta(days=3))
        assert browser.upload("/write", entry | {"csrf": ticket(browser)["csrf"]}).status == 204
        page = browser.get("/@ada").text
        assert page.count("From the train") == 1
        assert 'alt="Teal"' in page


@pytest.mark.parametrize(
    ("field", "value", "path"),
    [
        ("like", "post", "/act"),
        ("boost", "post", "/act"),
        ("save", "post", "/act"),
        ("follow", "bob", "/act/person"),
    ],
)
def test_acts_are_done_in_few_bytes(api: Api, field: str, value: str, path: str) -> None:
    browser, bob = sender(api, api.person("ada")), api.person("bob")
    about = str(publish(api, bob)["id"] if value == "post" else bob.id)
    csrf = ticket(browser)["csrf"]
    for _ in range(2):
        reply = browser.post(path, {"csrf": csrf, field: about})
        assert (reply.status, reply.body) == (204, b"")
    assert browser.post(path, {"csrf": csrf, field: "1"}).status == 404


def test_a_hashtag_is_followed_and_an_emoji_chosen_once(api: Api) -> None:
    ada = api.person("ada")
    browser, post = sender(api, ada), publish(api, api.person("bob"))["id"]
    csrf = ticket(browser)["csrf"]
    for _ in range(2):
        assert browser.post("/act/tag", {"csrf": csrf, "follow": "Swifts"}).status == 204
        assert browser.post("/act/emoji", {"csrf": csrf, "post": post, "take": "🎉"}).status == 204
    assert [one["name"] for one in api.get("/api/v1/followed_tags", ada).json] == ["swifts"]
    assert ">🎉 1<" in browser.get(f"/@bob/{post}/more").text
    refused = browser.post("/act/emoji", {"csrf": csrf, "post": post, "take": "no emoji"})
    assert (refused.status, "no emoji that is known" in refused.json["reason"]) == (422, True)


def test_what_a_post_has_become_is_told_for_answers_to_it(api: Api) -> None:
    ada = api.person("ada")
    browser = sender(api, ada)
    entry = WRITTEN | {"csrf": ticket(browser)["csrf"], "text": "From the train"}
    told = [browser.upload("/write", entry).headers["martlet-post"] for _ in range(2)]
    assert told == [api.get(f"/api/v1/accounts/{ada.id}/statuses", ada).json[0]["id"]] * 2
    kept = browser.upload("/write", entry | {"key": "8b", "do": "keep"})
    assert (kept.status, "martlet-post" in kept.headers) == (204, False)


def test_a_vote_counts_once_however_often_it_is_sent(api: Api) -> None:
    browser, bob = sender(api, api.person("ada")), api.person("bob")
    asked = {"options": ["Boat", "Bridge"], "expires_in": 3600}
    poll = api.post("/api/v1/statuses", token=bob, json={"status": "How?", "poll": asked}).json["poll"]["id"]
    vote = {"csrf": ticket(browser)["csrf"], "vote": str(poll), f"choice-{poll}-0": "1"}
    for _ in range(2):
        assert browser.post("/act", vote).status == 204
    other = browser.post("/act", vote | {f"choice-{poll}-0": "0"})
    assert (other.status, "was not counted" in other.json["reason"]) == (422, True)
    assert [one["votes_count"] for one in api.get(f"/api/v1/polls/{poll}", bob).json["options"]] == [0, 1]


def test_what_is_refused_says_why_and_a_wider_answer_is_asked_about_once(api: Api) -> None:
    browser, bob = sender(api, api.person("ada")), api.person("bob")
    csrf = ticket(browser)["csrf"]
    reply = browser.upload("/write", WRITTEN | {"csrf": csrf, "text": "x" * 5001})
    assert (reply.status, json.loads(reply.text)) == (
        422,
        {"reason": "This is too long.", "fields": {"agreed": ""}, "now": None},
    )
    reply = browser.upload("/write/files", {"csrf": csrf}, {"file": ("a.txt", b"words", "text/plain")})
    assert (reply.status, reply.headers["content-type"]) == (422, "application/json; charset=utf-8")

    quiet = publish(api, bob, visibility="unlisted")
    answer = WRITTEN | {"csrf": csrf, "text": "@bob aloud", "reply": str(quiet["id"])}
    reply = browser.upload("/write", answer)
    assert (reply.status, json.loads(reply.text)["fields"]) == (422, {"agreed": "public"})
    assert browser.upload("/write", answer | {"agreed": "public"}).status == 204

    gone = WRITTEN | {"csrf": csrf, "key": "7a", "text": "To nobody", "reply": "1"}
    reply = browser.upload("/write", gone)
    assert (reply.status, "is gone" in reply.json["reason"]) == (422, True)
    assert browser.upload("/write", gone | reply.json["fields"]).status == 204


def test_a_change_counts_once_and_its_author_chooses_where_another_was_faster(api: Api) -> None:
    ada = api.person("ada")
    browser = sender(api, ada)
    post = publish(api, ada, text="Frist")
    path = f"/@ada/{post['id']}/edit"
    entry = {"csrf": ticket(browser)["csrf"], "base": "0", "do": "send", "language": "en"}
    for _ in range(2):  # it arrived, and its answer did not
        assert browser.upload(path, entry | {"text": "First"}).status == 204
    other = browser.upload(path, entry | {"text": "Foremost", "warning": "Birds"})
    assert (other.status, other.json["now"]) == (409, {"text": "First", "warning": ""})
    assert "choose which of the two" in other.json["reason"].lower()
    assert browser.upload(path, entry | {"text": "Foremost"} | other.json["fields"]).status == 204
    assert api.get(f"/api/v1/statuses/{post['id']}/source", ada).json["text"] == "Foremost"
    assert len(api.get(f"/api/v1/statuses/{post['id']}/history", ada).json) == 3
    reply = browser.upload(path, entry | {"text": "x" * 5001})
    assert (reply.status, reply.json["reason"]) == (422, "This is too long.")
    assert browser.upload("/@ada/1/edit", entry | {"text": "Nobody's"}).status == 404


def test_its_page_is_kept_on_the_device_and_says_what_there_is_without_script(api: Api) -> None:
    ada = api.person("ada")
    page = inside(api, ada).get("/outbox")
    assert page.headers["martlet-keep"] == str(ada.id)
    assert "<noscript>" in page.text
    assert all(one.action != "&#x2f;outbox" for one in forms(page))
    assert Browser(api).get("/outbox").headers["location"].startswith("/auth/sign_in")
