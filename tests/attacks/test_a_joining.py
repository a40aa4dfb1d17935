"""Group A of the attacks, as far as they go for those who shall not join: ways round the rules, and the rules as a weapon."""

from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest

from martlet import app as wiring
from martlet.model.errors import InvalidInput
from martlet.model.roles import OPERATOR
from martlet.model.sign_up_blocks import IpSeverity
from martlet.services import blocking_sign_ups as rules
from martlet.services import mailing
from martlet.services.ports import Ground
from martlet.settings import Settings
from martlet.storage import logins
from tests.browser import Browser
from tests.client import PASSWORD, Api, Reply

EMAILS = "/api/v1/admin/canonical_email_blocks"


@pytest.fixture
def open_api(ground: Ground, settings: Settings) -> Iterator[Api]:
    alone = msgspec.structs.replace(settings, trusted_proxies=())
    client = Api(wiring.build_on(replace(ground, here=replace(ground.here, set_registration="open")), alone))
    yield client
    client.close()


@pytest.fixture
def _blocked(open_api: Api) -> None:
    here = open_api.built.ground.here
    with open_api.built.ground.store.write() as db:
        rules.add(db, OPERATOR, rules.email_domain_rule(here.next_id(), "bad.example"), here)
        rules.add(db, OPERATOR, rules.email_rule(here.next_id(), "eve@mail.example"), here)


def join(api: Api, email: str, **headers: str) -> Reply:
    wish = {"username": "eve", "email": email, "password": PASSWORD, "agreement": True, "locale": "en"}
    return api.post("/api/v1/accounts", token=api.app_token(), json=wish, headers=headers)


@pytest.mark.usefixtures("_blocked")
def test_a13_blocked_addresses_in_other_spellings(open_api: Api) -> None:
    browser = Browser(open_api)
    page, wish = browser.get("/auth/sign_up"), {"username": "eve", "password": PASSWORD}
    for email in (
        "eve@mail.example",
        "E.V.E@MAIL.example",
        "eve+@mail.example",
        "e.v.e+x+y@Mail.Example",
        " eve@mail.example ",
        "x@bad.example",
        "x@BAD.example",
        "x@a.b.bad.example",
        "x@bad.example.",
        "x@ok.example@bad.example",
        '"x"@bad.example',
        "x@ok.example <x@bad.example>",
        "x@bad\u3002example",
        "x@b\u00adad.example",
    ):
        assert join(open_api, email).status == 422, email
        assert browser.send(page, wish | {"email": email}).status == 422, email
    assert "This address cannot be used here." in browser.send(page, wish | {"email": "x@bad.example"}).text
    assert join(open_api, "x@notbad.example").status == 200


@pytest.mark.usefixtures("_blocked")
def test_a13_a_blocked_address_does_not_come_in_by_a_change(open_api: Api) -> None:
    ada, ground = open_api.person("ada"), open_api.built.ground
    for email in ("x@sub.bad.example", "e.ve+1@mail.example"):
        with ground.store.write() as db:
            login = logins.find_of_account(db, ada.id)
            assert login is not None
            with pytest.raises(InvalidInput):
                mailing.want_confirmation_at(db, login, email, "198.51.100.1", ground.here)
            assert logins.find_by_email(db, email) is None


def test_a11_a_forged_address_is_no_way_round_a_rule(open_api: Api) -> None:
    here, store = open_api.built.ground.here, open_api.built.ground.store
    with store.write() as db:
        for network, severity in (
            ("127.0.0.1", IpSeverity.NO_SIGN_UP),
            ("198.51.100.7", IpSeverity.NO_ACCESS),
        ):
            rules.add(db, OPERATOR, rules.ip_rule(here.next_id(), network, severity), here)
    assert join(open_api, "x@ok.example", **{"x-forwarded-for": "203.0.113.7"}).status == 403
    framed = open_api.get("/api/v2/instance", headers={"x-forwarded-for": "198.51.100.7"})
    assert framed.status == 200  # nobody believes a stranger whose request it is


@pytest.mark.usefixtures("_blocked")
def test_a10_the_test_of_an_address_tells_of_rules_alone(open_api: Api) -> None:
    open_api.person("ada")
    admin = open_api.person("grace", "admin:read admin:write", role="admin")
    known = open_api.post(f"{EMAILS}/test", admin, json={"email": "ada@mail.example"})
    unknown = open_api.post(f"{EMAILS}/test", admin, json={"email": "bob@mail.example"})
    assert (known.status, known.body) == (unknown.status, unknown.body) == (200, b"[]")
    reader = open_api.person("mo", "read write", role="admin")
    for person in (reader, open_api.person("bob", "admin:read", role="user"), None):
        reply = open_api.post(f"{EMAILS}/test", person, json={"email": "eve@mail.example"})
        assert reply.status in {401, 403}
        assert b"hash" not in reply.body
