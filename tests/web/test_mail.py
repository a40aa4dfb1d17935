"""Letters: confirming an address, a forgotten password; sent to a mail server of the test's own."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from email.headerregistry import Address
from typing import Any

import msgspec
import pytest

from martlet import app
from martlet.model.sanctions import Measure
from martlet.model.server import Server
from martlet.services import letters, mailing, naming
from martlet.services.newsletter_words import words_in
from martlet.services.ports import Ground
from martlet.settings import Settings
from martlet.text import chinese
from tests import postbox
from tests.browser import Browser, forms
from tests.client import PASSWORD, Api, Reply
from tests.postbox import Postbox

NEW = "a wholly other phrase"
WISH = {"username": "ada", "email": "ada@mail.example", "password": PASSWORD}


@pytest.fixture
def box() -> Iterator[Postbox]:
    with postbox.opened() as found:
        yield found


@pytest.fixture
def api(box: Postbox, ground: Ground, settings: Settings) -> Iterator[Api]:
    """A server that anyone may join and that sends mail."""
    posting = msgspec.structs.replace(
        settings,
        smtp_host="127.0.0.1",
        smtp_port=box.port,
        smtp_security="none",
        mail_from="martlet@town.example",
    )
    here = replace(ground.here, set_registration="open", sends_mail=True)
    client = Api(app.build_on(replace(ground, here=here), posting))
    yield client
    client.close()


def test_another_address_counts_once_its_link_was_opened(api: Api, box: Postbox) -> None:
    ada, browser = api.person("ada"), Browser(api)
    api.person("bob")
    browser.sign_in(ada)
    old = forms(browser.get("/settings/email"))[0]

    def ask(email: str, password: str = PASSWORD) -> Reply:
        return browser.follow(
            browser.post("/settings/email", old.fields | {"email": email, "password": password})
        )

    for email, password in (
        ("new@mail.example", "wrong"),
        ("no address", PASSWORD),
        ("bob@mail.example", PASSWORD),
    ):
        assert ask(email, password).status == 422, email
    assert "once you have opened the link" in ask("New@mail.example").text
    api.work()
    (letter,) = box.letters
    assert letter["To"] == "New@mail.example"
    assert "new@mail.example" not in browser.get("/settings").text.lower()
    assert Browser(api).sign_in("new@mail.example").status == 401
    page = Browser(api).get(box.links[0])
    assert "New@mail.example" in page.text
    assert Browser(api).get(box.links[0]).status == 404
    api.work()
    assert box.letters[1]["Subject"] == "Your account on Martlet has another address"
    assert box.letters[1]["To"] != "New@mail.example"
    assert "New@mail.example" in browser.get("/settings").text
    assert Browser(api).sign_in("new@mail.example").status == 200
    ask("third@mail.example")
    assert "once you have opened the link" not in ask("new@mail.example").text, "taken back"
    api.work()
    assert len(box.letters) == 2


def test_letters_in_traditional_chinese_are_made_of_the_simplified() -> None:
    letter = letters.write(letters.CONFIRM, "zh-Hant")
    assert letter != letters.write(letters.CONFIRM, "zh-Hans")
    assert "{link}" in letter.text
    assert "帳號" in letter.text
    assert "帳號" in letters.what(Measure.SUSPEND, "zh-TW")
    assert "貼文" in words_in("zh-TW").end


def test_letters_are_made_once_for_each_language_whatever_locales_people_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = list[Sequence[str]]()

    def traditional(texts: Sequence[str]) -> list[str]:
        made.append(texts)
        return list(texts)

    monkeypatch.setattr(chinese, "traditional", traditional)
    letters._written.cache_clear()
    for number in range(200):
        letters.write(letters.RESET, f"zh-TW-x-{number}")
        letters.write(letters.RESET, f"de-{number}")
    assert len(made) == 1
    assert letters._written.cache_info().currsize == 2
    letters._written.cache_clear()


def test_joining_with_a_letter(api: Api, box: Postbox) -> None:
    browser = Browser(api, headers={"accept-language": "de"})
    page = browser.send(browser.get("/auth/sign_up"), WISH)
    assert "ada@mail.example" in page.text
    assert browser.sign_in("ada").status == 403
    api.work()
    letter = box.letters[0]
    assert letter["Subject"] == "Bestätige deine E-Mail-Adresse für Martlet"
    assert letter["To"] == "ada@mail.example"
    assert letter["From"] == "Martlet <martlet@town.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert Browser(api).get(box.links[0]).status == 200
    assert Browser(api).get(box.links[0]).status == 404
    assert browser.sign_in("ada").status == 200


def test_joining_through_an_app(api: Api, box: Postbox) -> None:
    wish = WISH | {"agreement": True, "locale": "zh-TW"}
    token = api.post("/api/v1/accounts", token=api.app_token(), json=wish).json["access_token"]
    home = api.get("/api/v1/timelines/home", token=token)
    assert (home.status, home.json["error"]) == (403, "Your login is missing a confirmed e-mail address")
    assert api.get("/api/v1/emails/check_confirmation", token=token).json is False
    right = {"email": "ada@right.example"}
    assert api.post("/api/v1/emails/confirmations", token=token, form=right).json == {}
    api.work()
    assert box.receivers[-1] == "rcpt TO:<ada@right.example>"
    assert "確認" in box.letters[-1]["Subject"]
    assert len(box.letters) == 1
    assert Browser(api).get(box.links[0]).status == 200
    assert api.get("/api/v1/timelines/home", token=token).status == 200
    assert api.get("/api/v1/emails/check_confirmation", token=token).json is True
    assert api.post("/api/v1/emails/confirmations", token=token).status == 403


@pytest.mark.parametrize("email", ["nobody", "bob@mail.example"])
def test_another_address_that_is_no_good(api: Api, email: str) -> None:
    api.person("bob")
    reply = api.post("/api/v1/accounts", token=api.app_token(), json=WISH | {"agreement": True})
    again = api.post("/api/v1/emails/confirmations", token=reply.json["access_token"], form={"email": email})
    assert again.status == 422
    assert api.post("/api/v1/emails/confirmations").status == 401


def test_a_forgotten_password(api: Api, box: Postbox) -> None:
    ada = api.person("ada")
    browser = Browser(api)
    page = browser.send(browser.get("/auth/password/new"), {"email": "Ada@mail.example"})
    other = browser.send(browser.get("/auth/password/new"), {"email": "nobody@mail.example"})
    assert page.status == other.status == 200
    api.work()
    assert len(box.letters) == 1
    page = browser.get(box.links[0])
    assert "ada" in page.text
    assert browser.send(page, {"password": "short"}).status == 422
    page = browser.send(page, {"password": NEW})
    assert "Your password is changed." in page.text
    assert browser.get(box.links[0]).status == 404
    assert api.get("/api/v1/timelines/home", token=ada).status == 401
    assert Browser(api).sign_in("ada", NEW).status == 200
    api.work()
    assert box.letters[-1]["Subject"] == "Your password on Martlet was changed"


def test_a_letter_waits_for_a_mail_server_that_is_away(api: Api, box: Postbox) -> None:
    api.person("ada")
    box.refuses = True
    browser = Browser(api)
    browser.send(browser.get("/auth/password/new"), {"email": "ada@mail.example"})
    api.work()
    assert box.letters == []
    with api.built.ground.store.read() as db:
        job = db.row("SELECT name, tries, body FROM job WHERE name = 'mail'")
    assert job is not None
    assert job[1] == 1
    assert "/auth/password" not in job[2]


def test_without_a_mail_server(ground: Ground, settings: Settings) -> None:
    api = Api(app.build_on(ground, settings))
    assert Browser(api).get("/auth/password/new").status == 404
    assert Browser(api).get("/auth/confirmation").status == 404
    assert "/auth/password/new" not in Browser(api).get("/auth/sign_in").text
    api.close()


def test_letters_say_all_in_every_language() -> None:
    for written in letters.BY_LANGUAGE.values():
        assert written.keys() == letters.ENGLISH.keys()
        for letter in written.values():
            assert "{server}" in letter.subject + letter.text
            assert "\n\n{link}\n" in letter.text, "on a line of its own, so that it is whole in every program"
    assert letters.write(letters.RESET, "fr") == letters.ENGLISH[letters.RESET]


@pytest.mark.parametrize(
    "name", ["Town\r\nBcc: evil@evil.example", "Town\nX: y", 'Town" <evil@evil.example>,']
)
def test_b13_nothing_in_a_name_becomes_a_header(
    api: Api, box: Postbox, name: str, settings: Settings
) -> None:
    api.person("ada")
    with api.built.ground.store.write() as db:
        naming.rename(db, name)
    browser = Browser(api)
    browser.send(browser.get("/auth/password/new"), {"email": "ada@mail.example"})
    api.work()
    letter: Any = box.letters[0]
    assert letter["Bcc"] is None
    assert letter["X"] is None
    assert [address.addr_spec for address in letter["From"].addresses] == ["martlet@town.example"]


def test_b13_addresses_are_one_address(here: Server) -> None:
    sender = Address("Town", addr_spec="martlet@town.example")
    for to in ("ada@mail.example\r\nBcc: evil@evil.example", "ada@mail.example, evil@evil.example"):
        with pytest.raises(ValueError, match=r"CR or LF|Invalid|invalid|addr_spec"):
            mailing.compose(to, sender, "Hello", "Hello", here)
