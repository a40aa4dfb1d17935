"""Apps as tests need them: introduced, let in by somebody, fetching their tokens."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.browser import Browser
from tests.client import ALL_SCOPES, Api

VERIFIER = "a-verifier-that-is-long-enough-to-be-one-of-them"
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
BACK = "https://app.test/cb"
Made = dict[str, Any]


def new_app(api: Api, **changes: Any) -> Made:
    wish = {"client_name": "Bell", "redirect_uris": BACK, "scopes": ALL_SCOPES} | changes
    found: Made = api.post("/api/v1/apps", json=wish).json
    return found


def asking(made: Made, **changes: str) -> str:
    asked = {
        "response_type": "code",
        "client_id": made["client_id"],
        "redirect_uri": BACK,
        "scope": "read",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | changes
    return "/oauth/authorize?" + urlencode({name: value for name, value in asked.items() if value})


def signed_in(api: Api, name: str = "ada") -> Browser:
    browser = Browser(api)
    page = browser.sign_in(name)
    assert page.status == 200
    return browser


def code_for(browser: Browser, made: Made, **changes: str) -> str:
    reply = browser.send(browser.get(asking(made, **changes)), {"decision": "allow"})
    return parse_qs(urlsplit(reply.headers["location"]).query)["code"][0]


def fetching(made: Made, shown: str, **changes: str) -> dict[str, str]:
    form = {
        "grant_type": "authorization_code",
        "client_id": made["client_id"],
        "client_secret": made["client_secret"],
        "redirect_uri": BACK,
        "code": shown,
        "code_verifier": VERIFIER,
    } | changes
    return {name: value for name, value in form.items() if value}
