"""What was decided about somebody is read and appealed against in a browser, also by those who cannot sign in."""

import html
import json
import re
from dataclasses import replace
from typing import Any

import msgspec
import pytest
import time_machine

from martlet import app
from martlet.model.sanctions import APPEAL_DAYS
from martlet.services.ports import Ground
from martlet.settings import Settings
from tests import postbox
from tests.browser import Browser
from tests.client import PASSWORD, Api, Person, Reply
from tests.mastodon.acts import look, publish
from tests.mastodon.moderating import ADMIN, act, log, report, seen, staff, undo, warnings

DAY = 86_400


@pytest.fixture
def mo(api: Api) -> Person:
    return staff(api, "mo")


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")


def sign_in(api: Api, who: Person) -> Browser:
    browser = Browser(api)
    browser.sign_in(who.username)
    return browser


def links(page: Reply) -> list[str]:
    return re.findall(r'href="(/strikes/[\w-]+)"', html.unescape(page.text))


def link(page: Reply) -> str:
    return links(page)[0]


def appeals(api: Api, by: Person, **query: str) -> list[dict[str, Any]]:
    reply = api.get(f"{ADMIN}/appeals", by, query=query)
    assert reply.status == 200, reply.body
    found: list[dict[str, Any]] = reply.json
    return found


def test_somebody_reads_what_was_decided_and_appeals_once(api: Api, mo: Person, ada: Person) -> None:
    rude, bob = publish(api, ada, "You fool"), api.person("bob")
    filed = report(api, bob, ada, rude)
    act(api, mo, ada, "silence", report_id=filed, text="No insults.\nPlease.")
    browser = sign_in(api, ada)
    page = browser.get("/settings/decisions")
    for words in ("Only those who follow you", "No insults.", "You fool"):
        assert words in page.text
    address = link(page)
    empty = browser.send(browser.get(address), {"text": " "})
    assert (empty.status, "This is needed." in empty.text) == (422, True)
    sent = browser.send(browser.get(address), {"text": "It was a quote."})
    assert "on their way" in sent.text
    assert "It was a quote." in browser.get(address).text
    assert "<form" not in browser.get(address).text.split("What you said")[1].split("</main>")[0]
    [waiting] = appeals(api, mo)
    assert (waiting["text"], waiting["state"], waiting["warning"]["action"]) == (
        "It was a quote.",
        "pending",
        "silence",
    )
    assert waiting["warning"]["target_account"]["username"] == "ada"
    assert api.post(f"{ADMIN}/appeals/{waiting['id']}/approve", mo).json == {}
    assert seen(api, mo, ada)["silenced"] is False
    assert (appeals(api, mo), [one["state"] for one in appeals(api, mo, status="decided")]) == (
        [],
        ["approved"],
    )
    assert api.post(f"{ADMIN}/appeals/{waiting['id']}/reject", mo).status == 409
    assert "taken back" in browser.get(address).text
    api.work()
    assert [one["appeal"] for one in warnings(api, ada)] == [{"text": "It was a quote.", "state": "approved"}]
    assert [one["action"] for one in log(api, mo)] == [
        "appeal.approve",
        "account.limit.undo",
        "account.limit",
    ]
    assert undo(api, mo, log(api, mo)[2]).status == 409


def test_an_appeal_is_turned_down(api: Api, mo: Person, ada: Person) -> None:
    act(api, mo, ada, "sensitive")
    browser = sign_in(api, ada)
    address = link(browser.get("/settings/decisions"))
    browser.send(browser.get(address), {"text": "No!"})
    [waiting] = appeals(api, mo)
    assert api.post(f"{ADMIN}/appeals/{waiting['id']}/reject", mo).status == 200
    assert seen(api, mo, ada)["sensitized"] is True
    assert "and stays" in browser.get(address).text


def test_an_appeal_against_what_was_lifted_already_is_still_heard(api: Api, mo: Person, ada: Person) -> None:
    post = publish(api, ada)
    filed = report(api, api.person("bob"), ada, post)
    act(api, mo, ada, "silence")
    act(api, mo, ada, "delete_statuses", report_id=filed)
    browser = sign_in(api, ada)
    for address in links(browser.get("/settings/decisions")):
        browser.send(browser.get(address), {"text": "Why?"})
    api.post(f"{ADMIN}/accounts/{ada.id}/unsilence", mo)
    for one in appeals(api, mo):
        assert api.post(f"{ADMIN}/appeals/{one['id']}/approve", mo).status == 200
    assert browser.get("/settings/decisions").text.count("taken back") == 2


def test_after_some_days_there_is_no_appeal(api: Api, mo: Person, ada: Person) -> None:
    with time_machine.travel("2026-11-01T12:00:00Z", tick=True) as clock:
        act(api, mo, ada, "none", text="Careful")
        browser = sign_in(api, ada)
        address = link(browser.get("/settings/decisions"))
        page = browser.get(address)
        assert "<textarea" in page.text
        clock.shift(APPEAL_DAYS * DAY + 60)
        assert browser.send(page, {"text": "Too late"}).status in (403, 409)
        assert "<textarea" not in browser.get(address).text


@pytest.mark.parametrize("type", ["suspend", "disable"])
def test_whoever_cannot_sign_in_any_more_is_led_to_the_decision(
    api: Api, mo: Person, ada: Person, type: str
) -> None:
    act(api, mo, ada, type, text="Spam")
    browser = Browser(api)
    wrong = browser.send(browser.get("/auth/sign_in"), {"identifier": "ada", "password": "wrong"})
    assert "Spam" not in wrong.text
    page = browser.send(browser.get("/auth/sign_in"), {"identifier": "ada", "password": PASSWORD})
    assert "Spam" in page.text
    assert browser.get("/settings").status in (302, 303), "they are not signed in"
    sent = browser.send(page, {"text": "It was not me."})
    assert "on their way" in sent.text
    assert [one["text"] for one in appeals(api, mo)] == ["It was not me."]


def test_a6_nobody_appeals_in_somebodys_name_from_another_site(api: Api, mo: Person, ada: Person) -> None:
    """A6"""
    act(api, mo, ada, "silence")
    browser = sign_in(api, ada)
    address = link(browser.get("/settings/decisions"))
    token = re.findall(r'name="csrf" value="([^"]+)"', browser.get(address).text)[0]
    for form, origin in (
        ({"text": "x", "csrf": token}, "https://evil.test"),
        ({"text": "x", "csrf": "forged"}, "http://localhost:3000"),
        ({"text": "x"}, "http://localhost:3000"),
    ):
        assert browser.post(address, form, origin=origin).status == 403
    assert appeals(api, mo) == []


def test_a2_a_link_is_for_one_decision_and_cannot_be_made(api: Api, mo: Person, ada: Person) -> None:
    """A2"""
    bob = api.person("bob")
    act(api, mo, ada, "none", text="for ada")
    act(api, mo, bob, "none", text="for bob")
    address = link(sign_in(api, ada).get("/settings/decisions"))
    browser = sign_in(api, bob)
    assert "for ada" not in browser.get("/settings/decisions").text
    own = link(browser.get("/settings/decisions"))
    flipped = address[:-9] + ("A" if address[-9] != "A" else "B") + address[-8:]
    for changed in (flipped, own[:-40] + address[-40:], "/strikes/1", "/strikes/x"):
        assert browser.get(changed).status == 404, changed


def test_f5_a_decision_shows_no_post_of_anybody_else(api: Api, mo: Person, ada: Person) -> None:
    """F5"""
    bob = api.person("bob")
    theirs = publish(api, bob, "bobsecret", visibility="private")
    act(api, mo, ada, "none", text="x")
    with api.built.ground.store.write() as db:
        db.run("UPDATE strike SET post_ids = :ids", ids=json.dumps([int(theirs["id"])]))
    browser = sign_in(api, ada)
    page = browser.get("/settings/decisions")
    assert "bobsecret" not in page.text + browser.get(link(page)).text
    assert look(api, theirs, bob)


def test_letters_tell_of_it(ground: Ground, settings: Settings) -> None:
    with postbox.opened() as box:
        mailing = msgspec.structs.replace(
            settings,
            smtp_host="127.0.0.1",
            smtp_port=box.port,
            smtp_security="none",
            mail_from="martlet@town.example",
        )
        api = Api(app.build_on(replace(ground, here=replace(ground.here, sends_mail=True)), mailing))
        mo, ada = staff(api, "mo"), api.person("ada")
        act(api, mo, ada, "suspend", text="Spam, {braces} and all")
        api.work()
        text = box.letters[-1].get_content()
        assert "Spam, {braces} and all" in text
        assert "suspended" in text
        browser = Browser(api)
        browser.send(browser.get(box.links[-1]), {"text": "It was not me."})
        api.work()
        assert box.letters[-1]["to"] == "mo@mail.example"
        [waiting] = appeals(api, mo)
        api.post(f"{ADMIN}/appeals/{waiting['id']}/approve", mo)
        api.work()
        last = box.letters[-1]
        assert (last["to"], "took back" in last.get_content()) == ("ada@mail.example", True)
        api.close()
