"""Tokens for one's own programs: made and ended in the browser or by a command, with just their scopes."""

from datetime import timedelta

import pytest

from martlet.model.names import UserId
from martlet.services import personal_tokens
from martlet.services.personal_tokens import TooManyTokens
from martlet.signing import tokens
from tests.browser import Browser
from tests.client import PASSWORD, Api, Person, Reply

MAKE = "/settings/apps/token"
HOME = "/api/v1/timelines/home"
POSTS = "/api/v1/statuses"


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")


@pytest.fixture
def browser(api: Api, ada: Person) -> Browser:
    browser = Browser(api)
    browser.sign_in(ada)
    return browser


def made(page: Reply) -> str:
    return page.text.split('class="copy" dir="ltr" translate="no">')[1].split("<")[0]


def test_a_token_has_its_scopes_and_no_more(api: Api, ada: Person, browser: Browser) -> None:
    fields = {"name": " My  bot", "days": "", "read": "1", "write:media": "1", "password": PASSWORD}
    page = browser.send(browser.get(MAKE), fields, MAKE)
    token = made(page)
    assert page.headers["cache-control"] == "private, no-store"
    assert api.get(HOME, token).status == 200
    assert api.post(POSTS, token, form={"status": "x"}).status == 403
    assert api.get("/api/v1/apps/verify_credentials", token).json["name"] == "My bot"
    assert api.get("/api/v1/apps/verify_credentials", token).json["scopes"] == ["read", "write:media"]
    listed = browser.get("/settings/apps").text
    assert "My bot" in listed
    assert "a token you made" in listed
    assert token not in listed
    with api.built.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM token WHERE digest = :digest", digest=tokens.digest(token)) == 1
        app = db.value("SELECT id FROM app WHERE name = 'My bot'")
    browser.send(browser.get("/settings/apps"), {}, f"/settings/apps/a{app}/end")
    assert api.get(HOME, token).status == 401
    with api.built.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM app WHERE name = 'My bot'") == 0


def test_a3_a_token_ends_in_time_and_with_all_others(
    api: Api, ada: Person, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A3"""
    here = api.built.ground.here
    week = {"name": "week", "days": "7", "read": "1", "password": PASSWORD}
    token = made(browser.send(browser.get(MAKE), week, MAKE))
    lasting = made(browser.send(browser.get(MAKE), week | {"name": "lasting", "days": ""}, MAKE))
    now = here.now_ms()
    monkeypatch.setattr(type(here), "now_ms", lambda _: now + 6 * 86_400_000)
    assert api.get(HOME, token).status == 200
    monkeypatch.setattr(type(here), "now_ms", lambda _: now + 7 * 86_400_000)
    assert api.get(HOME, token).status == 401
    assert api.get(HOME, lasting).status == 200
    with api.built.ground.store.read() as db:
        app = db.value("SELECT id FROM app WHERE name = 'week'")
    api.run(personal_tokens.end_due(api.built.ground.store, str(app), here))
    with api.built.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM app WHERE name = 'week'") == 0
    monkeypatch.undo()
    browser.send(browser.get("/settings/apps"), {}, "/settings/apps/end_others")
    assert api.get(HOME, lasting).status == 401


def test_what_is_refused(api: Api, ada: Person, browser: Browser) -> None:
    right = {"name": "bot", "days": "30", "read": "1", "password": PASSWORD}
    for wrong, said in (
        ({"name": " "}, "A name has 1 to 60"),
        ({"name": "x" * 61}, "A name has 1 to 60"),
        ({"read": "", "everything": "1"}, "Choose what the token may do"),
        ({"password": "wrong"}, "The password is not right"),
    ):
        csrf = browser.get(MAKE).text.split('name="csrf" value="')[1].split('"')[0]
        page = browser.post(MAKE, right | wrong | {"csrf": csrf})
        assert (page.status, said in page.text) == (422, True), said
    assert browser.post(MAKE, right).status == 403
    with api.built.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM app WHERE is_personal = 1") == 0
    with api.built.ground.store.write() as db:
        user = UserId(db.value("SELECT id FROM users WHERE account_id = :id", id=ada.id))
        owner = (user, ada.id)
        for _ in range(personal_tokens.MOST):
            personal_tokens.make(db, owner, "x", ["read"], timedelta(days=1), api.built.ground.here)
        with pytest.raises(TooManyTokens):
            personal_tokens.make(db, owner, "x", ["read"], None, api.built.ground.here)
