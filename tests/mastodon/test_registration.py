"""Joining through an app, under each of the four ways a server can let people in."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from martlet import app
from martlet.model.server import Registration
from martlet.services import inviting
from martlet.services.ports import Ground
from martlet.settings import Settings
from tests.client import Api, Reply
from tests.mastodon.moderating import staff

WISH = {
    "username": "ada",
    "email": "ada@mail.example",
    "password": "sturdy lime kiln",
    "agreement": True,
    "locale": "de",
}

NOW = datetime(2026, 2, 28, 12, tzinfo=UTC)


def server(ground: Ground, settings: Settings, registration: Registration) -> Api:
    return Api(
        app.build_on(replace(ground, here=replace(ground.here, set_registration=registration)), settings)
    )


@pytest.fixture
def open_api(ground: Ground, settings: Settings) -> Iterator[Api]:
    client = server(ground, settings, "open")
    yield client
    client.close()


def join(api: Api, **changes: Any) -> Reply:
    return api.post("/api/v1/accounts", token=api.app_token(), json=WISH | changes)


def test_the_token_works_at_once(open_api: Api) -> None:
    reply = join(open_api)
    assert reply.status == 200, reply.body
    token = reply.json["access_token"]
    assert open_api.get("/api/v1/accounts/verify_credentials", token=token).json["username"] == "ada"
    assert open_api.get("/api/v1/timelines/home", token=token).json == []
    app_id = open_api.get("/api/v1/apps/verify_credentials", token=open_api.app_token()).json["id"]
    owner = staff(open_api, "boss", "owner")
    told = {one["username"]: one for one in open_api.get("/api/v2/admin/accounts", token=owner).json}
    assert told["ada"]["created_by_application_id"] == app_id
    assert "created_by_application_id" not in told["boss"]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("username", "", "ERR_BLANK"),
        ("username", "ada lovelace", "ERR_INVALID"),
        ("username", "\u0430dmin", "ERR_INVALID"),
        ("username", "x" * 31, "ERR_TOO_LONG"),
        ("username", "settings", "ERR_RESERVED"),
        ("username", "Adm1n_", "ERR_RESERVED"),
        ("username", "BOB", "ERR_TAKEN"),
        ("email", "", "ERR_BLANK"),
        ("email", "nobody", "ERR_INVALID"),
        ("email", "Bob@Mail.Example", "ERR_TAKEN"),
        ("password", "", "ERR_BLANK"),
        ("password", "short", "ERR_TOO_SHORT"),
        ("password", "password123", "ERR_INVALID"),
        ("agreement", False, "ERR_ACCEPTED"),
    ],
)
def test_what_is_wrong_is_told(open_api: Api, field: str, value: object, code: str) -> None:
    open_api.person("bob")
    reply = join(open_api, **{field: value})
    assert reply.status == 422
    assert reply.json["error"].startswith("Validation failed: ")
    assert reply.json["details"] == {
        field: [{"error": code, "description": reply.json["details"][field][0]["description"]}]
    }


def test_names_that_look_like_those_who_run_this(open_api: Api) -> None:
    open_api.person("bernie", role="owner")
    assert join(open_api, username="berni3").json["details"]["username"][0]["error"] == "ERR_RESERVED"
    assert join(open_api, username="bemie").json["details"]["username"][0]["error"] == "ERR_RESERVED"
    assert join(open_api, username="bernadette").status == 200


def test_who_asks_has_to_be_an_app(open_api: Api) -> None:
    ada = open_api.person("carl")
    assert open_api.post("/api/v1/accounts", token=ada, json=WISH).status == 403
    assert open_api.post("/api/v1/accounts", json=WISH).status == 401
    assert open_api.post("/api/v1/accounts", token=open_api.app_token("read"), json=WISH).status == 403


def test_two_at_once_with_one_name(open_api: Api) -> None:
    token = open_api.app_token()
    wishes = [WISH | {"email": f"ada{n}@mail.example"} for n in range(4)]
    replies = open_api.at_once(
        [open_api.calling("POST", "/api/v1/accounts", token, json=one) for one in wishes]
    )
    assert sorted(reply.status for reply in replies) == [200, 422, 422, 422]
    same = [WISH | {"username": f"eve{n}", "email": "eve@mail.example"} for n in range(4)]
    replies = open_api.at_once(
        [open_api.calling("POST", "/api/v1/accounts", token, json=one) for one in same]
    )
    assert sorted(reply.status for reply in replies) == [200, 422, 422, 422]


def test_closed(ground: Ground, settings: Settings) -> None:
    api = server(ground, settings, "closed")
    assert join(api).status == 403
    api.close()


def test_approval(ground: Ground, settings: Settings) -> None:
    api = server(ground, settings, "approval")
    assert join(api).json["details"]["reason"][0]["error"] == "ERR_BLANK"
    reply = join(api, reason="I live next door")
    assert reply.status == 200
    told = api.get("/api/v1/timelines/home", token=reply.json["access_token"])
    assert (told.status, told.json["error"]) == (403, "Your login is currently pending approval")
    api.close()


def test_who_is_too_young(ground: Ground, settings: Settings) -> None:
    here = replace(ground.here, set_registration="open", minimum_age=16, clock=lambda: NOW)
    api = Api(app.build_on(replace(ground, here=here), settings))
    assert api.get("/api/v2/instance").json["registrations"]["min_age"] == 16
    told = {
        born: join(api, date_of_birth=born).json["details"]["date_of_birth"][0]["error"]
        for born in ("", "2010-03-01", "2012", "1066-10-14", "2027-01-01", "30.11.1990")
    }
    assert told == {
        "": "ERR_BLANK",
        "2010-03-01": "ERR_BELOW_LIMIT",
        "2012": "ERR_INVALID",
        "1066-10-14": "ERR_INVALID",
        "2027-01-01": "ERR_INVALID",
        "30.11.1990": "ERR_INVALID",
    }
    assert join(api, date_of_birth="2010-02-28").status == 200
    api.close()


def test_by_invitation(api: Api, ground: Ground) -> None:
    assert join(api).status == 403
    bob = api.person("bob")
    with ground.store.write() as db:
        code = inviting.invite(db, bob.id, 2, None, ground.here).code
    assert join(api, invite_code="wrong").status == 403
    token = api.app_token()
    wishes = [
        WISH | {"username": f"ada{n}", "email": f"ada{n}@mail.example", "invite_code": code} for n in range(4)
    ]
    replies = api.at_once([api.calling("POST", "/api/v1/accounts", token, json=one) for one in wishes])
    assert sorted(reply.status for reply in replies) == [200, 200, 403, 403]
