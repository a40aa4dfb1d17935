"""Group A of the attacks: codes, where apps are sent back to, consent and other forms."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine

from martlet.federation.door import FederationDoor
from martlet.federation.mirrors.door import MirrorDoor
from martlet.federation.standby.door import StandbyDoor
from tests.apps import BACK, CHALLENGE, asking, code_for, fetching, new_app, signed_in
from tests.browser import Browser
from tests.client import PASSWORD, Api

# -- A4 ------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": ""},
        {"code_verifier": "x" * 50},
        {"code_verifier": CHALLENGE},
        {"redirect_uri": "https://app.test/other"},
        {"redirect_uri": ""},
        {"code": "mt_code_wrong"},
    ],
)
def test_a4_a_code_is_good_for_its_own_app_address_and_verifier(api: Api, changes: dict[str, str]) -> None:
    api.person("ada")
    made = new_app(api, redirect_uris=[BACK, "https://app.test/other"])
    code = code_for(signed_in(api), made)
    reply = api.post("/oauth/token", form=fetching(made, code, **changes))
    assert (reply.status, reply.json["error"]) == (400, "invalid_grant")
    assert api.post("/oauth/token", form=fetching(made, code)).status == 200


def test_a4_another_app_cannot_fetch_a_token(api: Api) -> None:
    api.person("ada")
    made, other = new_app(api), new_app(api)
    code = code_for(signed_in(api), made)
    reply = api.post("/oauth/token", form=fetching(other, code))
    assert (reply.status, reply.json["error"]) == (400, "invalid_grant")


def test_a4_a_verifier_that_nobody_asked_for(api: Api) -> None:
    """A code without a challenge cannot be passed off as one that was protected."""
    api.person("ada")
    made = new_app(api)
    code = code_for(signed_in(api), made, code_challenge="", code_challenge_method="")
    assert api.post("/oauth/token", form=fetching(made, code)).status == 400
    assert api.post("/oauth/token", form=fetching(made, code, code_verifier="")).status == 200


def test_a4_used_again_a_code_takes_its_token_with_it(api: Api) -> None:
    api.person("ada")
    made = new_app(api)
    code = code_for(signed_in(api), made)
    token = api.post("/oauth/token", form=fetching(made, code)).json["access_token"]
    assert api.get("/api/v1/timelines/home", token=token).status == 200
    again = api.post("/oauth/token", form=fetching(made, code))
    assert (again.status, again.json["error"]) == (400, "invalid_grant")
    assert api.get("/api/v1/timelines/home", token=token).status == 401


def test_a4_many_at_once_get_one_token(api: Api) -> None:
    api.person("ada")
    made = new_app(api)
    form = fetching(made, code_for(signed_in(api), made))
    replies = api.at_once([api.calling("POST", "/oauth/token", form=form) for _ in range(10)])
    assert sorted(reply.status for reply in replies) == [200] + [400] * 9


def test_a4_after_ten_minutes_a_code_is_over(api: Api) -> None:
    api.person("ada")
    made = new_app(api)
    code = code_for(signed_in(api), made)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=10, seconds=1)):
        assert api.post("/oauth/token", form=fetching(made, code)).json["error"] == "invalid_grant"


def test_a4_plain_challenges_are_refused(api: Api) -> None:
    api.person("ada")
    made = new_app(api)
    reply = Browser(api).get(asking(made, code_challenge_method="plain"))
    assert parse_qs(urlsplit(reply.headers["location"]).query)["error"] == ["invalid_request"]


# -- A5 ------------------------------------------------------------------

DECEITFUL = (
    "https://app.test/cb#x",
    "https://app.test/cb/../x",
    "https://app.test/%2e%2e/x",
    "https://app.test/cb/./x",
    "//app.test/cb",
    "/cb",
    "cb",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "blob:https://app.test/x",
    "https://app.test@evil.test/cb",
    "https://a:b@app.test/cb",
    "https://app.test\\@evil.test/",
    "https://app.test/ cb",
    "https://app.test/\tcb",
    "https://app.test/cb\r\nSet-Cookie: x=1",
    "https:///cb",
    "https://[::1/cb",
    "https://app.test:99999/cb",
    "http://app.test/cb",
    "urn:ietf:wg:oauth:2.0:oob:auto",
    "https://apр.test/cb",
    "1a://x",
)


@pytest.mark.parametrize("uri", DECEITFUL)
def test_a5_no_app_is_registered_with_such_an_address(api: Api, uri: str) -> None:
    reply = api.post("/api/v1/apps", json={"client_name": "Bell", "redirect_uris": [uri]})
    assert reply.status == 422, reply.body


@pytest.mark.parametrize(
    "uri", [*DECEITFUL, BACK + "/", BACK + "?x=1", "https://app.test:443/cb", "HTTPS://app.test/cb"]
)
def test_a5_nobody_is_sent_where_the_app_did_not_say(api: Api, uri: str) -> None:
    api.person("ada")
    made, browser = new_app(api), signed_in(api)
    reply = browser.get(asking(made, redirect_uri=uri))
    assert reply.status == 400
    assert "location" not in reply.headers
    page = browser.get(asking(made))
    form = {"client_id": made["client_id"], "redirect_uri": uri, "response_type": "code", "decision": "allow"}
    csrf = page.text.split('name="csrf" value="')[1].split('"')[0]
    reply = browser.post("/oauth/authorize", form | {"csrf": csrf})
    assert reply.status == 400
    assert "location" not in reply.headers


# -- A6 ------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin", ["https://evil.test", "null", "https://localhost:3000", "http://localhost:3000.evil.test"]
)
def test_a6_consent_cannot_be_given_from_elsewhere(api: Api, origin: str) -> None:
    api.person("ada")
    made, browser = new_app(api), signed_in(api)
    page = browser.get(asking(made))
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text.replace("&#x2f;", "/")))
    assert browser.post("/oauth/authorize", fields | {"decision": "allow"}, origin).status == 403


def _each_form(api: Api, browser: Browser) -> Iterator[str]:
    """All but those of other servers and of a standby, which bring signatures or a secret and no cookies."""
    for door in api.built.application.doors:
        if isinstance(door, FederationDoor | MirrorDoor | StandbyDoor):
            continue
        for method, path in door.routes.paths:
            if method == "POST" and not path.startswith(
                ("/api/", "/oauth/token", "/oauth/revoke", "/oauth/userinfo")
            ):
                yield re.sub(r"{\w+}", "1", path)


HERE = "http://localhost:3000"
WITHOUT_TOKEN = ("/share", "/@1/subscribe")
"""
What a phone's share sheet sends cannot have our token; it only opens the form that has one. And a visitor's page may be kept
by many, so that none can stand there; what is sent from it is a letter that asks its reader.
"""
BY_LINK = "/unsubscribe/1"
"""Mail programs end a subscription by its link alone (RFC 8058)."""


def test_a6_every_form_wants_its_token_and_its_origin(api: Api) -> None:
    api.person("ada")
    browser = signed_in(api)
    csrf = browser.get("/settings/password").text.split('name="csrf" value="')[1].split('"')[0]
    stranger = Browser(api)
    foreign = stranger.get("/auth/sign_in").text.split('name="csrf" value="')[1].split('"')[0]
    paths = list(_each_form(api, browser))
    assert len(paths) > 15
    without_token = [({}, HERE), ({"csrf": ""}, HERE), ({"csrf": foreign}, HERE)]
    from_elsewhere = [({"csrf": csrf}, "https://evil.test"), ({"csrf": csrf}, "null")]
    for path in paths:
        if path == BY_LINK:
            continue
        for form, origin in [*(() if path in WITHOUT_TOKEN else without_token), *from_elsewhere]:
            assert browser.post(path, form, origin).status == 403, f"{path} {form} {origin}"
        browser.headers = {"sec-fetch-site": "cross-site"}
        assert browser.post(path, {"csrf": csrf}, None).status == 403, path
        browser.headers = {}


def test_a6_a_form_that_lay_open_for_days(api: Api) -> None:
    api.person("ada")
    browser = signed_in(api)
    page = browser.get("/settings/two_factor/setup")
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3)):
        assert browser.send(page, {"code": "123456", "password": PASSWORD}).status == 403
