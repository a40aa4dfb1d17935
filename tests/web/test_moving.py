"""Moving, done in a browser."""

from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape

import pytest
import time_machine

from martlet import app
from martlet.services.ports import Ground
from martlet.settings import Settings
from tests.browser import Browser
from tests.client import PASSWORD, Api, Person
from tests.elsewhere import Elsewhere

ADA = "http://localhost:3000/users/ada"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def there() -> Elsewhere:
    return Elsewhere()


@pytest.fixture
def api(ground: Ground, settings: Settings, there: Elsewhere) -> Iterator[Api]:
    client = Api(app.build_on(ground, settings, there))
    yield client
    client.close()


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")


@pytest.fixture
def browser(api: Api, ada: Person) -> Browser:
    found = Browser(api)
    found.sign_in(ada)
    return found


def test_an_alias_is_kept_and_taken_back(api: Api, there: Elsewhere, browser: Browser) -> None:
    there.person("ada", "old.example")
    page = browser.send(browser.get("/settings/moving"), {"alias": "@ada@old.example"})
    assert "Now the other account may move here." in page.text
    assert "@ada@old.example" in page.text
    document = api.get("/users/ada", headers={"accept": "application/activity+json"}).json
    assert document["alsoKnownAs"] == ["https://old.example/users/ada"]
    for name, said in (
        ("ada", "That is this account itself."),
        ("@no@old.example", "There is nobody of this"),
    ):
        page = browser.send(browser.get("/settings/moving"), {"alias": name})
        assert (page.status, said in page.text) == (422, True)
    page = browser.get("/settings/moving")
    end = next(part for part in unescape(page.text).split('"') if part.endswith("/end"))
    bob = Browser(api)
    bob.sign_in(api.person("bob"))
    csrf = bob.get("/settings/moving").text.split('name="csrf" value="')[1].split('"')[0]
    assert bob.post(end, {"csrf": csrf}).status == 404
    page = browser.send(page, {}, end)
    assert "@ada@old.example" not in page.text
    document = api.get("/users/ada", headers={"accept": "application/activity+json"}).json
    assert "alsoKnownAs" not in document


def test_away_and_back(api: Api, there: Elsewhere, ada: Person, browser: Browser) -> None:
    new = there.person("ada", "new.example")
    wish = {"target": new.uri, "password": PASSWORD}
    with time_machine.travel(NOW, tick=True):
        browser.sign_in(ada)
        page = browser.send(browser.get("/settings/moving"), {**wish, "password": "not it"})
        assert (page.status, "The password is not right." in page.text) == (422, True)
        page = browser.send(browser.get("/settings/moving"), wish)
        assert (page.status, "does not name this one yet" in page.text) == (422, True)
        new.extra["alsoKnownAs"] = [ADA]
        page = browser.send(browser.get("/settings/moving"), wish)
        assert "Your followers are on their way." in page.text
        assert "This account has moved." in page.text
        assert api.get(f"/api/v1/accounts/{ada.id}").json["moved"]["acct"] == "ada@new.example"
        page = browser.send(page, {}, "/settings/moving/back")
        assert "This account stays" in page.text
        assert "23 December 2026" in page.text
        csrf = page.text.split('name="csrf" value="')[1].split('"')[0]
        reply = browser.post("/settings/moving/away", {**wish, "csrf": csrf})
        assert (reply.status, "moved not long ago" in reply.text) == (422, True)
