"""Signing in with a browser, and letting an app in."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.browser import Browser
from tests.client import PASSWORD, Api, Reply

VERIFIER = "a-verifier-that-is-long-enough-to-be-one-of-them"
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
BACK = "bell://oauth"
CODE_SHOWN = "urn:ietf:wg:oauth:2.0:oob"


@pytest.fixture
def app(api: Api) -> dict[str, Any]:
    wish = {
        "client_name": "Bell & Co",
        "redirect_uris": [BACK, "https://bell.example/cb?a=1", CODE_SHOWN],
        "scopes": "read write follow push",
    }
    found: dict[str, Any] = api.post("/api/v1/apps", json=wish).json
    return found


def asking(app: dict[str, Any], **changes: str) -> str:
    asked = {
        "response_type": "code",
        "client_id": app["client_id"],
        "redirect_uri": BACK,
        "scope": "read write:statuses",
        "state": "a b&c",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | changes
    return "/oauth/authorize?" + urlencode({name: value for name, value in asked.items() if value})


def fetch(api: Api, app: dict[str, Any], code: str, **changes: str) -> Reply:
    form = {
        "grant_type": "authorization_code",
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "redirect_uri": BACK,
        "code": code,
        "code_verifier": VERIFIER,
    } | changes
    return api.post("/oauth/token", form={name: value for name, value in form.items() if value})


def said(reply: Reply) -> dict[str, str]:
    """What the app is told in the address it is sent to."""
    assert reply.status == 303, reply.text
    found = parse_qs(urlsplit(reply.headers["location"]).query)
    return {name: values[0] for name, values in found.items()}


def test_an_app_is_let_in(api: Api, app: dict[str, Any]) -> None:
    ada = api.person("ada")
    browser = Browser(api)
    page = browser.follow(browser.get(asking(app)))
    assert "Bell &amp; Co" in page.text
    assert "form-action 'self' bell:;" in page.headers["content-security-policy"]
    page = browser.send(page, {"identifier": "ada", "password": PASSWORD})
    assert page.status == 200
    assert "post and answer in your name" in page.text
    assert "bell:" in page.text
    assert "form-action 'self' bell:;" in page.headers["content-security-policy"]
    reply = browser.send(page, {"decision": "allow"})
    assert reply.headers["location"].startswith("bell://oauth?code=")
    assert said(reply)["state"] == "a b&c"
    token = fetch(api, app, said(reply)["code"])
    assert token.status == 200, token.body
    assert token.json["scope"] == "read write:statuses"
    posted = api.post("/api/v1/statuses", token=token.json["access_token"], form={"status": "Hello"})
    assert posted.json["account"]["id"] == str(ada.id)
    assert (
        api.get("/api/v1/apps/verify_credentials", token=token.json["access_token"]).json["name"]
        == "Bell & Co"
    )


def test_an_app_is_denied(api: Api, app: dict[str, Any]) -> None:
    api.person("ada")
    browser = Browser(api)
    browser.sign_in("ada")
    reply = browser.send(browser.get(asking(app)), {"decision": "deny"})
    assert said(reply)["error"] == "access_denied"
    assert said(reply)["state"] == "a b&c"


def test_a_code_to_copy(api: Api, app: dict[str, Any]) -> None:
    api.person("ada")
    browser = Browser(api)
    browser.sign_in("ada")
    bare = {"redirect_uri": CODE_SHOWN, "code_challenge": "", "code_challenge_method": "", "scope": ""}
    page = browser.send(browser.get(asking(app, **bare)), {"decision": "allow"})
    assert page.status == 200
    code = page.text.split('translate="no">')[1].split("<")[0]
    token = fetch(api, app, code, redirect_uri=CODE_SHOWN, code_verifier="")
    assert token.json["scope"] == "read"


def test_an_address_with_a_question_mark(api: Api, app: dict[str, Any]) -> None:
    api.person("ada")
    browser = Browser(api)
    browser.sign_in("ada")
    page = browser.get(asking(app, redirect_uri="https://bell.example/cb?a=1", state=""))
    assert "form-action 'self' https://bell.example;" in page.headers["content-security-policy"]
    reply = browser.send(page, {"decision": "allow"})
    assert reply.headers["location"].startswith("https://bell.example/cb?a=1&code=")
    assert "state" not in said(reply)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": ""}, "invalid_request"),
        ({"scope": "admin:write"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
    ],
)
def test_what_the_app_is_told_it_did_wrong(
    api: Api, app: dict[str, Any], changes: dict[str, str], error: str
) -> None:
    told = said(Browser(api).get(asking(app, **changes)))
    assert told["error"] == error
    assert told["state"] == "a b&c"


@pytest.mark.parametrize("changes", [{"client_id": "nobody"}, {"redirect_uri": "https://evil.example"}])
def test_what_is_never_sent_on(api: Api, app: dict[str, Any], changes: dict[str, str]) -> None:
    reply = Browser(api).get(asking(app, **changes))
    assert reply.status == 400
    assert "location" not in reply.headers


def test_another_account_of_the_same_person(api: Api, app: dict[str, Any]) -> None:
    api.person("ada")
    api.person("bob")
    browser = Browser(api)
    browser.sign_in("ada")
    page = browser.follow(browser.get(asking(app) + "&force_login=true&lang=de"))
    assert "Anmelden" in page.text
    old = dict(browser.cookies)
    page = browser.send(page, {"identifier": "bob", "password": PASSWORD})
    assert "@bob" in page.text
    assert Browser(api, old).get("/auth/sign_out").status == 200
    gone = Browser(api, old).get(asking(app))
    assert gone.headers["location"].startswith("/auth/sign_in")
    page = browser.send(page, {}, "/auth/sign_out")
    assert "password" in page.text


def test_wrong_and_right(api: Api) -> None:
    api.person("ada")
    browser = Browser(api)
    page = browser.sign_in("ada", "not it")
    assert page.status == 401
    assert "The name or the password is not right." in page.text
    assert 'value="ada"' in page.text
    assert "not it" not in page.text
    reply = browser.send(page, {"identifier": "ada", "password": PASSWORD}, is_followed=False)
    assert (reply.status, reply.headers["location"]) == (303, "/home")
    session = next(one for one in reply.cookies if one.startswith("martlet_session="))
    assert "HttpOnly; SameSite=Lax" in session
    assert "martlet_form=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0" in reply.cookies


def test_signing_out(api: Api) -> None:
    api.person("ada")
    browser = Browser(api)
    browser.sign_in("ada")
    kept = dict(browser.cookies)
    page = browser.get("/auth/sign_out")
    reply = browser.send(page, {}, "/auth/sign_out", is_followed=False)
    assert reply.headers["location"] == "/?done=signed_out"
    assert reply.headers["clear-site-data"] == '"cache", "storage"'
    assert "martlet_session" not in browser.cookies
    again = Browser(api, kept).post("/oauth/authorize", {"decision": "allow"})
    assert again.status == 403


def test_files(api: Api) -> None:
    page = Browser(api).get("/auth/sign_in")
    sheet = unescape(page.text.split('rel="stylesheet" href="')[1].split('"')[0])
    reply = api.get(sheet)
    assert reply.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in reply.headers["cache-control"]
    assert api.get("/favicon.ico").headers["content-type"] == "image/png"
    assert "Disallow: /auth/" in api.get("/robots.txt").text
    for wrong in (
        "/static/no.css",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/templates/sign_in.html",
    ):
        assert api.get(wrong).status == 404


def test_an_error_in_the_visitors_words(api: Api) -> None:
    reply = api.get("/nothing/here", headers={"Accept-Language": "de"})
    assert reply.status == 404
    assert '<html lang="de">' in reply.text
    assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]
    assert api.call("DELETE", "/auth/sign_in").headers["allow"] == "GET, POST"
