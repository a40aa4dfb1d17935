"""Lists taken along and brought, in a browser."""

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from martlet.services import importing
from martlet.web import data
from tests.archives.making import OLD, create, files, note, zipped
from tests.browser import OWN, Browser, forms
from tests.client import PASSWORD, Api, Person, Reply

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")


@pytest.fixture
def browser(api: Api, ada: Person) -> Browser:
    found = Browser(api)
    found.sign_in(ada)
    return found


def bring(browser: Browser, body: bytes, **values: str) -> Reply:
    form = next(form for form in forms(browser.get("/settings/data")) if "file" in form.names)
    fields = {name: value for name, value in form.fields.items() if name != "file"}
    reply = send(browser, form.action, fields | values, body)
    return browser.follow(reply)


def send(browser: Browser, path: str, fields: dict[str, str], body: bytes, origin: str = OWN) -> Reply:
    return browser._call(
        "POST", path, {"origin": origin}, form=fields, files={"file": ("x.csv", body, "text/csv")}
    )


def test_a_list_is_taken_along_and_brought(api: Api, ada: Person, browser: Browser) -> None:
    bob = api.person("bob")
    api.post(f"/api/v1/accounts/{bob.id}/follow", ada, json={"reblogs": False})
    api.work()
    reply = browser.get("/settings/data/exports/following_accounts.csv")
    assert reply.text == (
        "Account address,Show boosts,Notify on new posts,Languages\r\nbob@localhost:3000,false,false,\r\n"
    )
    assert reply.headers["content-disposition"] == 'attachment; filename="following_accounts.csv"'
    assert reply.headers["cache-control"] == "private, no-store"
    assert browser.get("/settings/data/exports/passwords.csv").status == 404

    cleo = Browser(api)
    cleo.sign_in(api.person("cleo"))
    page = bring(cleo, reply.body + b"nobody@localhost:3000,true,false,\r\n", kind="follows")
    assert "It has begun." in page.text
    assert "0 of 2 done" in page.text
    page = bring(cleo, reply.body, kind="follows")
    assert (page.status, "being brought in already" in page.text) == (409, True)
    api.work()
    page = cleo.get(f"/settings/data/imports/{_newest(cleo)}")
    assert "1 taken over · 1 not found yet" in page.text
    assert "<bdi>nobody@localhost:3000</bdi>" in page.text
    assert "1 taken over · 1 not found yet" in cleo.get("/settings/data").text


def test_what_was_not_possible_can_be_had(
    api: Api, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "AGAIN_AFTER", (0,))
    page = bring(browser, b"evil.test\n!!\nlocalhost:3000\n", kind="domain_blocks")
    api.work()
    assert "It has begun." in page.text
    id = _newest(browser)
    page = browser.get(f"/settings/data/imports/{id}")
    assert "1 taken over · 2 not possible" in page.text
    assert "is no name that fits here" in page.text
    assert browser.get(f"/settings/data/imports/{id}/failed.csv").text == "!!\r\nlocalhost:3000\r\n"
    monkeypatch.setattr(data, "SHOWN_FAILURES", 1)
    page = browser.get(f"/settings/data/imports/{id}")
    assert ("<bdi>!!</bdi>" in page.text, "<bdi>localhost:3000</bdi>" in page.text) == (True, False)
    (more,) = re.findall(r'href="([^"]+)" rel="next"', html.unescape(page.text))
    page = browser.get(more)
    assert ("<bdi>!!</bdi>" in page.text, "<bdi>localhost:3000</bdi>" in page.text) == (False, True)
    assert "From the beginning" in page.text
    assert 'rel="next"' not in page.text
    bob = Browser(api)
    bob.sign_in(api.person("bob"))
    for path in (f"/settings/data/imports/{id}", f"/settings/data/imports/{id}/failed.csv"):
        assert bob.get(path).status == 404
    csrf = {"csrf": next(iter(forms(bob.get("/settings/data")))).fields["csrf"]}
    for act in ("begin", "drop"):
        assert bob.post(f"/settings/data/imports/{id}/{act}", csrf).status == 404
    assert browser.get("/settings/data/imports/x").status == 404


def _newest(browser: Browser) -> str:
    page = browser.get("/settings/data").text.replace("&#x2f;", "/")
    return page.split("/settings/data/imports/")[-1].split('"')[0]


def test_replacing_is_asked_for_first(api: Api, ada: Person, browser: Browser) -> None:
    api.post("/api/v1/domain_blocks", ada, form={"domain": "old.test"})
    page = bring(browser, b"new.test\n", kind="domain_blocks", mode="overwrite")
    assert "The file has one row." in page.text
    id = _newest(browser)
    page = browser.send(page, {}, f"/settings/data/imports/{id}/drop")
    assert "Nothing was changed." in page.text
    api.work()
    assert api.get("/api/v1/domain_blocks", ada).json == ["old.test"]
    page = bring(browser, b"new.test\n", kind="domain_blocks", mode="overwrite")
    page = browser.send(page, {}, f"/settings/data/imports/{_newest(browser)}/begin")
    assert "It has begun." in page.text
    api.work()
    assert api.get("/api/v1/domain_blocks", ada).json == ["new.test"]


@pytest.mark.parametrize(
    ("body", "values", "status", "said"),
    [
        (b"", {"kind": "follows"}, 422, "Please choose a file."),
        (b"a\0b", {"kind": "follows"}, 422, "This is not a list of that kind."),
        (b"a@b\n" * 20_001, {"kind": "follows"}, 422, "The file is too large."),
        (b"a@b\n", {"kind": "passwords"}, 422, "This is needed."),
        (b"x" * 5_000_000, {"kind": "follows"}, 422, "The file is too large."),
    ],
    ids=["nothing", "no table", "rows", "kind", "bytes"],
)
def test_g13_bad_files_are_refused(
    browser: Browser, body: bytes, values: dict[str, str], status: int, said: str
) -> None:
    page = bring(browser, body, **values)
    assert (page.status, said in page.text) == (status, True)


def test_a6_a_file_from_another_site_is_not_even_read(api: Api, browser: Browser, bugs: list[str]) -> None:
    form = next(form for form in forms(browser.get("/settings/data")) if "file" in form.names)
    fields: Any = {"csrf": form.fields["csrf"], "kind": "domain_blocks"}
    assert send(browser, form.action, fields, b"evil.test\n", "https://evil.test").status == 403
    assert send(browser, form.action, {**fields, "csrf": "x"}, b"evil.test\n").status == 403
    reply = send(Browser(api), form.action, fields, b"evil.test\n")
    assert (reply.status, reply.headers["location"][:13]) == (303, "/auth/sign_in")
    assert browser.post(form.action, fields).status == 403
    assert bugs == []


def test_old_posts_are_brought(api: Api, ada: Person, browser: Browser) -> None:
    odd = create(note(2, ""))
    page = bring(browser, zipped(files(create(note(1)), odd)), kind="posts", mode="overwrite")
    assert "It has begun." in page.text
    api.work()
    page = browser.get(f"/settings/data/imports/{_newest(browser)}")
    assert "1 taken over · 1 not possible" in page.text
    assert "has nothing in it that can be shown" in page.text
    assert (
        browser.get(f"/settings/data/imports/{_newest(browser)}/failed.csv").text == f"{OLD}/statuses/2\r\n"
    )
    assert "2 Jan 2020" in Browser(api).get("/@ada").text
    bring(browser, b"no archive", kind="posts")
    api.work()
    assert "This is no archive with posts in it." in browser.get("/settings/data").text


def test_f12_an_archive_is_for_its_owner_and_for_a_week(api: Api, ada: Person) -> None:
    with time_machine.travel(NOW, tick=True) as clock:
        browser = Browser(api)
        browser.sign_in(ada)
        page = browser.send(browser.get("/settings/data"), {"password": "not it"}, "/settings/data/archives")
        assert (page.status, "The password is not right." in page.text) == (422, True)
        page = browser.send(page, {"password": PASSWORD}, "/settings/data/archives")
        assert "The archive is being made." in page.text
        csrf = forms(page)[-1].fields["csrf"]
        reply = browser.post("/settings/data/archives", {"csrf": csrf, "password": PASSWORD})
        assert reply.status == 429
        with api.built.ground.store.read() as db:
            id = db.value("SELECT id FROM archive")
        path = f"/settings/data/archives/{id}"
        assert browser.get(path).status == 404, "it is not ready"
        api.work()
        assert path in browser.get("/settings/data").text.replace("&#x2f;", "/")
        reply = browser.get(path)
        assert (reply.status, reply.body[:2]) == (200, b"PK")
        assert reply.headers["cache-control"] == "private, no-store"
        assert "attachment" in reply.headers["content-disposition"]
        other = Browser(api)
        other.sign_in(api.person("bob"))
        assert other.get(path).status == 404
        assert Browser(api).get(path).status == 303
        for odd in ("0", "x", "../secret", "9" * 30):
            assert browser.get(f"/settings/data/archives/{odd}").status == 404
        clock.shift(timedelta(days=7, minutes=1))
        browser.sign_in(ada)
        assert browser.get(path).status == 404
