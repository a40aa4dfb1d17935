"""Passkeys, shown by a device of software: alone, as the second step, and in all the ways in which they are refused."""

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine

from tests.authenticator import Device
from tests.browser import Browser, forms
from tests.client import PASSWORD, Api, Person, Reply
from tests.web.test_settings import turn_on


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")


@pytest.fixture
def browser(api: Api, ada: Person) -> Browser:
    found = Browser(api)
    found.sign_in(ada)
    return found


def options(page: Reply) -> dict[str, Any]:
    found = re.search(r'data-options="([^"]+)"', page.text)
    assert found is not None, page.text
    told: dict[str, Any] = json.loads(unescape(found[1]))
    return told


def begin(browser: Browser, name: str = "My phone") -> Reply:
    page = browser.get("/settings/passkeys")
    return browser.send(page, {"name": name, "password": PASSWORD}, "/settings/passkeys/new")


def add(browser: Browser, device: Device, name: str = "My phone") -> Reply:
    page = begin(browser, name)
    return browser.send(page, {"credential": device.make(options(page))}, "/settings/passkeys")


def sign_in(api: Api, device: Device, **how: Any) -> tuple[Browser, Reply]:
    browser = Browser(api)
    page = browser.get("/auth/sign_in?next=/news")
    shown = device.show(options(page), **how)
    return browser, browser.send(page, {"credential": shown}, "/auth/sign_in/passkey")


def test_a_passkey_is_added_used_alone_and_removed(api: Api, ada: Person, browser: Browser) -> None:
    assert "You have no passkeys yet." in browser.get("/settings/passkeys").text
    device = Device()
    page = add(browser, device)
    assert "The passkey is kept." in page.text
    assert "My phone" in page.text
    assert "not used yet" in page.text
    other, page = sign_in(api, device)
    assert "<title>News" in page.text
    assert other.get("/settings").status == 200
    _, page = sign_in(api, device)
    assert page.status == 200, "it counts on"
    assert "last used" in browser.get("/settings/passkeys").text
    link = re.search(r"/settings/passkeys/\d+/delete", unescape(browser.get("/settings/passkeys").text))
    assert link is not None
    eve = Browser(api)
    eve.sign_in(api.person("eve"))
    assert eve.get(link[0]).status == 404
    csrf = forms(eve.get("/settings/passkeys"))[0].fields["csrf"]
    assert eve.post(link[0], {"csrf": csrf}).status == 404
    page = browser.send(browser.get(link[0]), {}, link[0])
    assert "You have no passkeys yet." in page.text
    _, page = sign_in(api, device)
    assert page.status == 401


def test_the_password_is_asked_for_before_one_is_added(browser: Browser) -> None:
    page = browser.get("/settings/passkeys")
    for values, said in (
        ({"name": "Phone", "password": "not it"}, "The password is not right."),
        ({"name": " ", "password": PASSWORD}, "A name has 1 to 60 characters."),
    ):
        wrong = browser.send(page, values, "/settings/passkeys/new")
        assert wrong.status == 422
        assert said in wrong.text
        assert 'aria-invalid="true"' in wrong.text
    csrf = forms(page)[0].fields["csrf"]
    reply = browser.post("/settings/passkeys", {"csrf": csrf, "name": "x", "credential": "{}", "token": "x"})
    assert reply.status == 422


def test_a9_what_is_no_new_passkey_is_refused(api: Api, browser: Browser) -> None:
    device = Device()
    page = begin(browser)
    good = device.make(options(page))
    parsed = json.loads(good)
    changed = parsed["response"] | {"attestationObject": "AAAA"}
    wrong = {
        "nothing": "",
        "a list": "[]",
        "deep": "[" * 9000,
        "no parts": "{}",
        "too long": "x" * 19_000,
        "another challenge": Device().make(options(page) | {"challenge": "AAAA"}),
        "another origin": Device("https://evil.example").make(options(page)),
        "another host": Device().make(options(page) | {"rp": {"id": "evil.example"}}),
        "nobody was asked for": Device(asks=False).make(options(page)),
        "broken": json.dumps(parsed | {"response": changed}),
        "numbers": json.dumps(parsed | {"rawId": 7, "id": 7}),
    }
    for what, sent in wrong.items():
        reply = browser.send(page, {"credential": sent}, "/settings/passkeys")
        assert reply.status == 422, what
    other = Browser(api)
    other.sign_in("ada")
    form = next(one for one in forms(page) if one.action == "/settings/passkeys")
    csrf = forms(other.get("/settings/passkeys"))[0].fields["csrf"]
    moved = other.post("/settings/passkeys", form.fields | {"csrf": csrf, "credential": good})
    assert moved.status == 422, "the challenge is another session's"
    assert browser.send(page, {"credential": good}, "/settings/passkeys").status == 200
    again = browser.send(page, {"credential": good}, "/settings/passkeys")
    assert again.status == 422, "a challenge is good once"
    assert add(browser, device).status == 422, "the credential is there already"


def test_a9_what_is_shown_wrongly_lets_nobody_in(api: Api, browser: Browser) -> None:
    device = Device()
    add(browser, device)
    visitor = Browser(api)
    page = visitor.get("/auth/sign_in")
    asked = options(page)
    thief = Device(credential=device.credential, owner=device.owner)
    silent = Device(credential=device.credential, owner=device.owner, asks=False, _key=device._key)
    evil = Device("https://evil.example", credential=device.credential, owner=device.owner, _key=device._key)
    shown = json.loads(device.show(asked))
    wrong = {
        "another key": thief.show(asked, 5),
        "nobody was asked for": silent.show(asked, 5),
        "another origin": evil.show(asked, 5),
        "another challenge": device.show(asked | {"challenge": "AAAA"}, 5),
        "another host": device.show(asked | {"rpId": "evil.example"}, 5),
        "unknown": Device(credential=b"unknown", owner=device.owner).show(asked, 5),
        "another owner": json.dumps(shown | {"response": shown["response"] | {"userHandle": "AAAA"}}),
        "nothing": "",
        "numbers": json.dumps(shown | {"rawId": 7}),
        "no signature": json.dumps(shown | {"response": {}}),
    }
    for what, sent in wrong.items():
        reply = visitor.send(page, {"credential": sent}, "/auth/sign_in/passkey")
        assert reply.status == 401, what
        assert visitor.get("/settings").status == 303, what
    good = device.show(asked, 7)
    other = Browser(api)
    theirs = next(one for one in forms(page) if one.action == "/auth/sign_in/passkey").fields
    csrf = forms(other.get("/auth/sign_in"))[0].fields["csrf"]
    moved = other.post("/auth/sign_in/passkey", theirs | {"csrf": csrf, "credential": good})
    assert moved.status == 401, "the challenge is another visitor's"
    assert visitor.send(page, {"credential": good}, "/auth/sign_in/passkey").status == 200


def test_a9_a_challenge_is_answered_once_and_a_count_only_grows(api: Api, browser: Browser) -> None:
    device = Device()
    add(browser, device)
    visitor = Browser(api)
    page = visitor.get("/auth/sign_in")
    shown = device.show(options(page), 10)
    kept = dict(visitor.cookies)
    assert visitor.send(page, {"credential": shown}, "/auth/sign_in/passkey").status == 200
    visitor.cookies = dict(kept)
    assert visitor.send(page, {"credential": shown}, "/auth/sign_in/passkey").status == 401
    visitor.cookies = dict(kept)
    newer = device.show(options(page), 11)
    assert visitor.send(page, {"credential": newer}, "/auth/sign_in/passkey").status == 401, "same challenge"
    for count, status in ((10, 401), (9, 401), (0, 401), (12, 200)):
        assert sign_in(api, device, count=count)[1].status == status, count


def test_a_challenge_does_not_last(api: Api, browser: Browser) -> None:
    device = Device()
    add(browser, device)
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        visitor = Browser(api)
        page = visitor.get("/auth/sign_in")
        clock.shift(timedelta(minutes=11))
        shown = device.show(options(page))
        assert visitor.send(page, {"credential": shown}, "/auth/sign_in/passkey").status == 401


def test_devices_that_do_not_count_are_taken(api: Api, browser: Browser) -> None:
    device = Device()
    add(browser, device)
    for _ in range(2):
        assert sign_in(api, device, count=0)[1].status == 200


def test_a_passkey_is_the_second_step(api: Api, ada: Person, browser: Browser) -> None:
    turn_on(browser, datetime.now(UTC))
    device, eves = Device(asks=False), Device()
    device.asks = True
    add(browser, device)
    device.asks = False
    eve = Browser(api)
    eve.sign_in(api.person("eve"))
    add(eve, eves)
    visitor = Browser(api)
    page = visitor.sign_in("ada")
    assert "Use a passkey instead" in page.text
    asked = options(page)
    assert len(asked["allowCredentials"]) == 1
    wrong = visitor.send(page, {"credential": eves.show(asked)}, "/auth/sign_in/code/passkey")
    assert wrong.status == 401, "somebody else's"
    page = visitor.send(wrong, {"credential": device.show(options(wrong))}, "/auth/sign_in/code/passkey")
    assert 'class="inside"' in page.text, "with the password, it need not ask who is there"
    assert visitor.get("/settings").status == 200
    assert sign_in(api, device)[1].status == 401, "alone it must"
    eve.get("/settings")
    plain = Browser(api).sign_in("eve")
    assert 'class="inside"' in plain.text, "without a second step the password is enough"


def test_whoever_is_frozen_stays_out(api: Api, ada: Person, browser: Browser) -> None:
    device = Device()
    add(browser, device)
    with api.built.ground.store.write() as db:
        db.run("UPDATE users SET disabled_at = 1 WHERE account_id = :id", id=ada.id)
    _, page = sign_in(api, device)
    assert page.status == 403
    assert "This account is closed." in page.text


def test_a_new_password_by_letter_ends_passkeys(api: Api, browser: Browser) -> None:
    from martlet.services import securing  # noqa: PLC0415
    from martlet.storage import logins  # noqa: PLC0415

    device = Device()
    add(browser, device)
    with api.built.ground.store.write() as db:
        login = logins.find_by_name(db, "ada")
        assert login is not None
        assert securing.reset_password(db, login, "hash", api.built.ground.here)
    assert sign_in(api, device)[1].status == 401
