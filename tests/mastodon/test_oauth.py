"""Apps, tokens, their ends; the pages are tested in tests/web."""

from base64 import b64encode
from typing import Any

import pytest

from tests.client import PASSWORD, Api, Reply


def app(api: Api, **changes: Any) -> dict[str, Any]:
    wish = {
        "client_name": "Bell",
        "redirect_uris": "https://bell.example/cb",
        "scopes": "read write",
    } | changes
    reply = api.post("/api/v1/apps", json=wish)
    assert reply.status == 200, reply.body
    found: dict[str, Any] = reply.json
    return found


def token(api: Api, made: dict[str, Any], **form: str) -> Reply:
    known = {"client_id": made["client_id"], "client_secret": made["client_secret"]}
    return api.post("/oauth/token", form=known | form)


def by_password(
    api: Api, made: dict[str, Any], username: str, password: str = PASSWORD, **more: str
) -> Reply:
    return token(api, made, grant_type="password", username=username, password=password, **more)


def test_an_app_is_told_what_it_needs(api: Api) -> None:
    made = app(
        api,
        redirect_uris="https://bell.example/cb\nurn:ietf:wg:oauth:2.0:oob",
        website="https://bell.example",
    )
    assert made["redirect_uris"] == ["https://bell.example/cb", "urn:ietf:wg:oauth:2.0:oob"]
    assert made["redirect_uri"] == "https://bell.example/cb\nurn:ietf:wg:oauth:2.0:oob"
    assert made["scopes"] == ["read", "write"]
    assert made["client_secret_expires_at"] == 0
    assert made["vapid_key"] == api.get("/api/v2/instance").json["configuration"]["vapid"]["public_key"]
    assert (
        app(api, redirect_uris=["bell://back", "http://127.0.0.1:8080/"])["redirect_uris"][0] == "bell://back"
    )
    assert app(api, redirect_uris="icecubesapp://", website="")["website"] is None


URIS = ["https://bell.example/cb", "urn:ietf:wg:oauth:2.0:oob"]
AS_FORM = [("client_name", "Bell"), ("scopes[]", "read"), ("scopes[]", "write"), *(("redirect_uris[]", one) for one in URIS)]  # fmt: skip


@pytest.mark.parametrize(
    "sent",
    [
        {"json": {"client_name": "Bell", "scopes": ["read", "write"], "redirect_uris": URIS}},
        {"form": AS_FORM},
        {"form": AS_FORM, "files": {}},
    ],
    ids=["json", "form", "multipart"],
)
def test_addresses_come_as_a_list_in_each_kind_of_body(api: Api, sent: dict[str, Any]) -> None:
    made = api.post("/api/v1/apps", **sent)
    assert made.status == 200, made.text
    assert made.json["redirect_uris"] == URIS
    assert made.json["scopes"] == ["read", "write"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("client_name", " "),
        ("client_name", "x" * 61),
        ("redirect_uris", ""),
        ("redirect_uris", []),
        ("scopes", "read everything"),
        ("website", "javascript:alert(1)"),
        ("website", "x" * 3000),
    ],
)
def test_an_app_that_is_no_good(api: Api, field: str, value: object) -> None:
    wish = {"client_name": "Bell", "redirect_uris": "https://bell.example/cb", field: value}
    reply = api.post("/api/v1/apps", json=wish)
    assert reply.status == 422
    assert "error" in reply.json


def test_an_apps_own_token(api: Api) -> None:
    made = app(api)
    reply = token(api, made, grant_type="client_credentials", scope="write:accounts read")
    assert reply.status == 200
    assert reply.json["scope"] == "write:accounts read"
    assert reply.json["token_type"] == "Bearer"
    assert reply.headers["cache-control"] == "private, no-store"
    shown = api.get("/api/v1/apps/verify_credentials", token=reply.json["access_token"]).json
    assert shown["name"] == "Bell"
    assert "client_secret" not in shown
    assert token(api, made, grant_type="client_credentials").json["scope"] == "read"
    assert api.get("/api/v1/apps/verify_credentials").status == 401
    assert api.get("/api/v1/timelines/home", token=reply.json["access_token"]).status == 422


def test_the_secret_in_the_header(api: Api) -> None:
    made = app(api)
    pair = b64encode(f"{made['client_id']}:{made['client_secret']}".encode()).decode()
    reply = api.post(
        "/oauth/token", json={"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {pair}"}
    )
    assert reply.status == 200
    wrong = api.post(
        "/oauth/token", form={"grant_type": "client_credentials"}, headers={"Authorization": "Basic x"}
    )
    assert (wrong.status, wrong.json["error"]) == (401, "invalid_client")


def test_a_token_for_a_password(api: Api) -> None:
    made, ada = app(api), api.person("ada")
    for name in ("@Ada", "ada@localhost:3000", "ADA@mail.example"):
        assert by_password(api, made, name).status == 200
    reply = by_password(api, made, "ada", scope="read write")
    post = api.post("/api/v1/statuses", token=reply.json["access_token"], form={"status": "In"})
    assert post.json["account"]["id"] == str(ada.id)
    assert post.json["application"]["name"] == "Bell"
    wrong = by_password(api, made, "ada", "not it")
    nobody = by_password(api, made, "nobody", "not it")
    assert (wrong.status, wrong.body) == (400, nobody.body)
    assert wrong.json["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": "implicit"}, 400, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, 400, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "no"}, 400, "invalid_grant"),
        ({"grant_type": "client_credentials", "scope": "admin:write"}, 400, "invalid_scope"),
        ({"grant_type": "client_credentials", "scope": "nonsense"}, 400, "invalid_scope"),
        ({"grant_type": "client_credentials", "client_secret": "wrong"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": "wrong"}, 401, "invalid_client"),
    ],
)
def test_no_token(api: Api, form: dict[str, str], status: int, error: str) -> None:
    reply = token(api, app(api), **form)
    assert (reply.status, reply.json["error"]) == (status, error)
    assert reply.json["error_description"]


def test_a_token_given_back(api: Api) -> None:
    made, other = app(api), app(api)
    api.person("ada")
    held = by_password(api, made, "ada").json["access_token"]
    secrets = {"client_id": made["client_id"], "client_secret": made["client_secret"]}
    strange = {"client_id": other["client_id"], "client_secret": other["client_secret"]}
    for refused in (
        strange | {"token": held},
        secrets,
        {"token": held},
        secrets | {"client_secret": "", "token": held},
    ):
        reply = api.post("/oauth/revoke", form=refused)
        assert (reply.status, reply.json["error"]) == (403, "unauthorized_client")
    assert api.get("/api/v1/timelines/home", token=held).status == 200
    for _ in range(2):
        reply = api.post("/oauth/revoke", form=secrets | {"token": held})
        assert (reply.status, reply.json) == (200, {})
    assert api.get("/api/v1/timelines/home", token=held).status == 401


def test_who_it_is(api: Api) -> None:
    ada = api.person("ada", scopes="profile")
    shown = api.get("/oauth/userinfo", token=ada).json
    assert shown["preferred_username"] == "ada"
    assert shown["picture"].startswith("http://localhost:3000/")
    assert api.post("/oauth/userinfo", token=ada).json == shown
    assert api.get("/oauth/userinfo", token=api.person("bob", scopes="push")).status == 403


def test_what_apps_can_find_out(api: Api) -> None:
    told = api.get("/.well-known/oauth-authorization-server").json
    assert told["issuer"] == "http://localhost:3000/"
    assert told["authorization_endpoint"] == "http://localhost:3000/oauth/authorize"
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert "write:statuses" in told["scopes_supported"]
