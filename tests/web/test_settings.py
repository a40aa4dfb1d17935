"""What people do with their own account in a browser."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import time_machine

from martlet.signing import totp
from martlet.signing.totp import secret_from_text
from tests.browser import Browser
from tests.client import PASSWORD, Api, Person, Reply

NEW = "a wholly other phrase"


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")


@pytest.fixture
def browser(api: Api, ada: Person) -> Browser:
    found = Browser(api, headers={"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"})
    found.sign_in(ada)
    return found


def turn_on(browser: Browser, at: datetime) -> tuple[bytes, list[str]]:
    """The secret and the recovery codes."""
    page = browser.get("/settings/two_factor/setup")
    secret = secret_from_text(otpauth_secret(page))
    code = totp.code(secret, totp.step_at(at))
    page = browser.send(page, {"code": code, "password": PASSWORD})
    assert page.status == 200, page.text
    return secret, re.findall(r"\b(?:[2-9a-z]{4}-){3}[2-9a-z]{4}\b", page.text)


def otpauth_secret(page: Reply) -> str:
    found = re.search(r"[?&]secret=([A-Z2-7]+)", unescape(page.text))
    assert found is not None
    return found[1]


def test_settings_are_for_whoever_is_signed_in(api: Api, browser: Browser) -> None:
    assert "ada@mail.example" in browser.get("/settings").text
    assert browser.get("/settings").headers["cache-control"] == "private, no-store"
    reply = Browser(api).get("/settings/apps?x=1")
    assert reply.headers["location"] == "/auth/sign_in?next=%2Fsettings%2Fapps%3Fx%3D1"


def test_apps_and_browsers_are_listed_and_ended(api: Api, ada: Person, browser: Browser) -> None:
    other = Browser(api)
    other.sign_in(ada)
    page = browser.get("/settings/apps")
    assert "Firefox · Linux" in page.text
    assert "Tests" in page.text
    assert "this browser" in page.text
    app = re.findall(r'action="([^"]*/a\d+/end)"', unescape(page.text))
    assert api.get("/api/v1/timelines/home", token=ada).status == 200
    page = browser.send(page, {}, app[0])
    assert "Ended." in page.text
    assert api.get("/api/v1/timelines/home", token=ada).status == 401
    session = re.findall(r'action="([^"]*/b\d+/end)"', unescape(page.text))
    assert len(session) == 1
    browser.send(page, {}, session[0])
    assert other.get("/settings").status == 303
    assert browser.get("/settings").status == 200


def test_all_others_are_ended_at_once(api: Api, ada: Person, browser: Browser) -> None:
    other = Browser(api)
    other.sign_in(ada)
    browser.send(browser.get("/settings/apps"), {}, "/settings/apps/end_others")
    assert other.get("/settings").status == 303
    assert api.get("/api/v1/timelines/home", token=ada).status == 401
    assert browser.get("/settings").status == 200


def test_others_things_cannot_be_ended(api: Api, ada: Person, browser: Browser) -> None:
    bob = api.person("bob")
    theirs = Browser(api)
    theirs.sign_in(bob)
    with api.built.ground.store.read() as db:
        session = db.value("SELECT max(id) FROM session")
    page = browser.get("/settings/apps")
    csrf = page.text.split('name="csrf" value="')[1].split('"')[0]
    for id in (f"b{session}", "a999", "b", "c1", "b-1", "b" + "9" * 30):
        assert browser.post(f"/settings/apps/{id}/end", {"csrf": csrf}).status == 404
    assert theirs.get("/settings").status == 200


def test_a_new_password(api: Api, ada: Person, browser: Browser) -> None:
    other = Browser(api)
    other.sign_in(ada)
    page = browser.get("/settings/password")
    wrong = browser.send(page, {"current_password": "not it", "password": NEW})
    assert "The password is not right." in wrong.text
    weak = browser.send(page, {"current_password": PASSWORD, "password": "password123"})
    assert weak.status == 422
    done = browser.send(page, {"current_password": PASSWORD, "password": NEW, "end_others": "1"})
    assert "Your password is changed." in done.text
    assert other.get("/settings").status == 303
    assert api.get("/api/v1/timelines/home", token=ada).status == 401
    assert Browser(api).sign_in("ada").status == 401
    assert Browser(api).sign_in("ada", NEW).status == 200


def test_a_new_password_alone(api: Api, ada: Person, browser: Browser) -> None:
    browser.send(browser.get("/settings/password"), {"current_password": PASSWORD, "password": NEW})
    assert api.get("/api/v1/timelines/home", token=ada).status == 200


def test_the_second_step(api: Api, ada: Person, browser: Browser) -> None:
    begin = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    with time_machine.travel(begin, tick=False) as clock:
        browser.sign_in(ada)
        page = browser.get("/settings/two_factor/setup")
        assert 'class="qr"' in page.text
        assert browser.send(page, {"code": "000000", "password": PASSWORD}).status == 422
        secret, codes = turn_on(browser, begin)
        assert len(codes) == 10
        assert "Since" in browser.get("/settings/two_factor").text
        clock.shift(timedelta(minutes=1))
        code = totp.code(secret, totp.step_at(begin) + 2)
        second = Browser(api)
        page = second.sign_in("ada")
        assert "One more step" in page.text
        assert second.get("/settings").status == 303
        assert second.send(page, {"code": "123456"}).status == 401
        page = second.send(page, {"code": code})
        assert 'class="inside"' in page.text
        third = Browser(api)
        page = third.sign_in("ada")
        assert third.send(page, {"code": code}).status == 401
        assert 'class="inside"' in third.send(page, {"recovery_code": codes[0].upper()}).text
        fourth = Browser(api)
        page = fourth.sign_in("ada")
        assert fourth.send(page, {"recovery_code": codes[0]}).status == 401
    reply = api.post("/oauth/token", form={"grant_type": "password"})
    assert reply.status == 401


def test_the_second_step_turned_off(api: Api, ada: Person, browser: Browser) -> None:
    _, codes = turn_on(browser, datetime.now(UTC))
    page = browser.get("/settings/two_factor")
    assert browser.send(page, {"password": "not it"}, "/settings/two_factor/off").status == 422
    page = browser.send(page, {"password": PASSWORD}, "/settings/two_factor/codes")
    fresh = re.findall(r"\b(?:[2-9a-z]{4}-){3}[2-9a-z]{4}\b", page.text)
    assert len(fresh) == 10
    assert not set(fresh) & set(codes)
    page = browser.get("/settings/two_factor")
    page = browser.send(page, {"password": PASSWORD}, "/settings/two_factor/off")
    assert "The second step is off." in page.text
    assert 'class="inside"' in Browser(api).sign_in("ada").text


def test_no_token_for_a_password_alone_where_a_second_step_is_wanted(api: Api, browser: Browser) -> None:
    turn_on(browser, datetime.now(UTC))
    wish = {"client_name": "Bell", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"}
    app = api.post("/api/v1/apps", json=wish).json
    form = {
        "grant_type": "password",
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "username": "ada",
        "password": PASSWORD,
    }
    reply = api.post("/oauth/token", form=form)
    assert (reply.status, reply.json["error"]) == (400, "invalid_grant")


def test_invitations(api: Api, browser: Browser) -> None:
    page = browser.send(browser.get("/settings/invitations"), {"uses": "1", "days": "7"})
    link = re.search(r"http://localhost:3000(/invite/\w+)", unescape(page.text))
    assert link is not None
    assert Browser(api).get(link[1]).status == 200
    end = re.findall(r'action="([^"]*/\d+/end)"', unescape(page.text))
    bob = Browser(api)
    bob.sign_in(api.person("bob"))
    csrf = bob.get("/settings/invitations").text.split('name="csrf" value="')[1].split('"')[0]
    assert bob.post(end[0], {"csrf": csrf}).status == 404
    page = browser.send(page, {}, end[0])
    assert "The invitation no longer works." in page.text
    assert Browser(api).get(link[1]).status == 404


def test_leaving_and_staying(api: Api, ada: Person, browser: Browser) -> None:
    page = browser.get("/settings/delete")
    assert browser.send(page, {"password": "not it"}).status == 422
    reply = browser.send(page, {"password": PASSWORD}, is_followed=False)
    assert reply.headers["location"] == "/?done=account_leaving"
    assert browser.get("/settings").status == 303
    assert api.get("/api/v1/timelines/home", token=ada).status == 401
    page = browser.sign_in("ada")
    assert page.status == 200
    page = browser.follow(browser.get("/settings/invitations"))
    page = browser.send(page, {}, "/settings/delete/cancel")
    assert "Good that you stay." in page.text
    assert api.get("/api/v1/accounts/lookup", query={"acct": "ada"}).status == 200
