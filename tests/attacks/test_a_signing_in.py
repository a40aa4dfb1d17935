"""Group A of the attacks, as far as they go for apps, passwords, sessions and letters."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest import mock

import msgspec
import pytest
import time_machine
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from martlet import app as wiring
from martlet.model.sanctions import Measure
from martlet.services import mailing, tending
from martlet.services.ports import Ground
from martlet.settings import Settings
from martlet.signing import passwords, sealed, totp
from martlet.storage import dumping, logins
from tests import postbox
from tests.apps import BACK, asking, code_for, fetching, new_app, signed_in
from tests.browser import Browser
from tests.client import PASSWORD, Api, Person, Reply

# -- A2, A3 --------------------------------------------------------------


def _suspend(api: Api, person: Person) -> None:
    with api.built.ground.store.write() as db:
        tending.sanction(db, person.username, Measure.SUSPEND, api.built.ground.here, tells=False)


def _new_password(api: Api, person: Person) -> None:
    with api.built.ground.store.write() as db:
        tending.set_password(db, person.username, "x", drops_second_step=False)


def _end_app(api: Api, person: Person) -> None:
    browser = signed_in(api, person.username)
    page = browser.get("/settings/apps")
    for action in re.findall(r'action="([^"]*/a\d+/end)"', page.text.replace("&#x2f;", "/")):
        browser.send(page, {}, action)


def _end_all(api: Api, person: Person) -> None:
    browser = signed_in(api, person.username)
    browser.send(browser.get("/settings/apps"), {}, "/settings/apps/end_others")


def _leave(api: Api, person: Person) -> None:
    browser = signed_in(api, person.username)
    browser.send(browser.get("/settings/delete"), {"password": PASSWORD})


@pytest.mark.parametrize("end", [_suspend, _new_password, _end_app, _end_all, _leave])
def test_a3_tokens_and_codes_end_with_their_reason(api: Api, end: Callable[[Api, Person], None]) -> None:
    ada, made = api.person("ada"), new_app(api)
    browser = signed_in(api)
    token = api.post("/oauth/token", form=fetching(made, code_for(browser, made))).json["access_token"]
    waiting = code_for(browser, made)
    assert api.get("/api/v1/timelines/home", token=token).status == 200
    end(api, ada)
    assert api.get("/api/v1/timelines/home", token=token).status == 401
    assert api.post("/oauth/token", form=fetching(made, waiting)).json["error"] == "invalid_grant"


@pytest.mark.parametrize("end", [_suspend, _new_password, _end_all, _leave])
def test_a3_sessions_end_with_their_reason(api: Api, end: Callable[[Api, Person], None]) -> None:
    ada = api.person("ada")
    browser = signed_in(api)
    end(api, ada)
    assert browser.get("/settings").status == 303


# -- A8 ------------------------------------------------------------------


def _with_second_step(api: Api, name: str = "ada") -> bytes:
    api.person(name)
    secret = totp.make_secret()
    ground = api.built.ground
    with ground.store.write() as db:
        login = logins.find_by_name(db, name)
        assert login is not None
        kept = sealed.encrypt(ground.secret, secret, f"totp {login.user}")
        logins.update(db, login.user, totp_secret=kept, totp_enabled_at=1)
    return secret


def test_a8_of_two_who_show_the_same_code_one_comes_in(api: Api) -> None:
    secret = _with_second_step(api)
    browsers = [Browser(api), Browser(api), Browser(api)]
    pages = [browser.sign_in("ada") for browser in browsers]
    code = totp.code(secret, totp.step_at(datetime.now(UTC)))
    calls = []
    for browser, page in zip(browsers, pages, strict=True):
        csrf = page.text.split('name="csrf" value="')[1].split('"')[0]
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        headers = {"cookie": cookies, "origin": "http://localhost:3000"}
        calls.append(
            api.calling("POST", "/auth/sign_in/code", form={"csrf": csrf, "code": code}, headers=headers)
        )
    assert sorted(reply.status for reply in api.at_once(calls)) == [303, 401, 401]


def test_a8_after_five_codes_one_waits(api: Api) -> None:
    secret = _with_second_step(api)
    browser = Browser(api)
    page = browser.sign_in("ada")
    for _ in range(5):
        assert browser.send(page, {"code": "000000"}).status == 401
    right = totp.code(secret, totp.step_at(datetime.now(UTC)))
    assert browser.send(page, {"code": right}).status == 429
    again = Browser(api)
    page = again.sign_in("ada")
    assert again.send(page, {"recovery_code": "aaaa-bbbb-cccc-dddd"}).status == 429


def test_a8_the_first_step_alone_opens_nothing(api: Api) -> None:
    _with_second_step(api)
    made, browser = new_app(api), Browser(api)
    browser.sign_in("ada")
    assert browser.get("/settings").status == 303
    assert browser.get(asking(made)).status == 303


# -- A10, A11 ------------------------------------------------------------


def _same(one: Reply, other: Reply, names: tuple[str, str]) -> bool:
    def bare(reply: Reply, name: str) -> str:
        text = re.sub(r'(name="(?:csrf|token)" value|data-options)="[^"]*"', "", reply.text)
        return text.replace(name, "NAME")

    return one.status == other.status and bare(one, names[0]) == bare(other, names[1])


def test_a10_signing_in_does_not_tell_who_has_an_account(api: Api) -> None:
    """Neither by what is said nor by the work: a password is compared with something that cost the same."""
    api.person("ada")
    browser, compare = Browser(api), Argon2id.verify_phc_encoded
    page = browser.get("/auth/sign_in")
    work: dict[str, list[str]] = {"ada": [], "eve": []}
    statuses = []
    for _ in range(12):
        replies = {}
        for name, done in work.items():
            with mock.patch.object(Argon2id, "verify_phc_encoded", side_effect=compare) as compared:
                replies[name] = browser.send(page, {"identifier": name, "password": "not it at all"})
            done += [call.args[1].rsplit("$", 2)[0] for call in compared.call_args_list]
        assert _same(replies["ada"], replies["eve"], ("ada", "eve"))
        statuses.append(replies["ada"].status)
    assert statuses == [401] * 10 + [429] * 2
    assert work["ada"] == work["eve"] == [passwords.hash_password("other").rsplit("$", 2)[0]] * 10


@pytest.fixture
def mailing_api(ground: Ground, settings: Settings) -> Iterator[Api]:
    with postbox.opened() as box:
        posting = msgspec.structs.replace(
            settings,
            smtp_host="127.0.0.1",
            smtp_port=box.port,
            smtp_security="none",
            mail_from="a@town.example",
        )
        here = replace(ground.here, set_registration="open", sends_mail=True)
        client = Api(wiring.build_on(replace(ground, here=here), posting))
        yield client
        client.close()


@pytest.mark.parametrize("path", ["/auth/password/new", "/auth/confirmation"])
def test_a10_letters_do_not_tell_who_has_an_account(mailing_api: Api, path: str) -> None:
    mailing_api.person("ada")
    browser = Browser(mailing_api)
    page = browser.get(path)
    known = browser.send(page, {"email": "ada@mail.example"})
    unknown = browser.send(page, {"email": "eve@mail.example"})
    assert _same(known, unknown, ("ada@mail.example", "eve@mail.example"))


@pytest.mark.parametrize(
    ("trusted", "forwarded"), [((), "198.51.100.{n}"), (("127.0.0.1",), "198.51.100.{n}, 203.0.113.7")]
)
def test_a11_another_forwarded_address_each_time(
    ground: Ground, settings: Settings, trusted: tuple[str, ...], forwarded: str
) -> None:
    """What somebody says of where they come from is not believed; only what our own proxy adds at the end is."""
    believing = msgspec.structs.replace(settings, trusted_proxies=trusted)
    api = Api(wiring.build_on(ground, believing))
    api.person("ada")
    made = new_app(api)
    form = {
        "grant_type": "password",
        "client_id": made["client_id"],
        "client_secret": made["client_secret"],
        "username": "ada",
        "password": "not it",
    }
    replies = [
        api.post("/oauth/token", form=form, headers={"x-forwarded-for": forwarded.format(n=n)})
        for n in range(12)
    ]
    assert [reply.status for reply in replies] == [400] * 10 + [429] * 2
    api.close()


# -- A12, A13 ------------------------------------------------------------


@pytest.mark.parametrize("path", ["/auth/password/new", "/auth/confirmation"])
def test_a12_at_most_five_letters_to_one_address(mailing_api: Api, path: str) -> None:
    mailing_api.person("ada")
    for n in range(6):
        browser = Browser(mailing_api, headers={"x-forwarded-for": f"198.51.100.{n}"})
        reply = browser.send(
            browser.get(path), {"email": "Ada@mail.example" if n % 2 else "ada@mail.example"}
        )
        assert reply.status == (200 if n < 5 else 429)


def test_a12_through_an_app_as_well(mailing_api: Api) -> None:
    wish = {"username": "ada", "email": "ada@mail.example", "password": PASSWORD, "agreement": True}
    token = mailing_api.post("/api/v1/accounts", token=mailing_api.app_token(), json=wish).json[
        "access_token"
    ]
    statuses = [mailing_api.post("/api/v1/emails/confirmations", token=token).status for _ in range(6)]
    assert statuses == [200] * 5 + [429]


@pytest.mark.parametrize(
    "email",
    [
        "foo%bar@x.test",
        '"a"@x.test',
        "me@ok.test@ <me@blocked.test>",
        "me@ok.test@blocked.test",
        "a,b@x.test",
        "<a@x.test>",
        "a b@x.test",
        "a@x.test\r\nBcc: b@x.test",
        "a@x..test",
        "a@.test",
        "a@localhost",
        "a@[127.0.0.1]",
        "@x.test",
        "a@",
        "a" * 65 + "@x.test",
        "a@" + "x" * 320 + ".test",
        "ä@x.test",
    ],
)
def test_a13_addresses_that_could_be_read_in_two_ways(mailing_api: Api, email: str) -> None:
    wish = {"username": "ada", "email": email, "password": PASSWORD, "agreement": True}
    reply = mailing_api.post("/api/v1/accounts", token=mailing_api.app_token(), json=wish)
    assert reply.status == 422
    assert list(reply.json["details"]) == ["email"]


# -- A14 -----------------------------------------------------------------


@pytest.mark.parametrize("size", [3_000, 1_000_000])
@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/api/v1/apps", "client_name"),
        ("/api/v1/apps", "website"),
        ("/api/v1/apps", "redirect_uris"),
        ("/api/v1/apps", "scopes"),
        ("/oauth/token", "username"),
        ("/oauth/token", "password"),
        ("/oauth/token", "code"),
        ("/oauth/token", "client_id"),
        ("/oauth/revoke", "token"),
    ],
)
def test_a14_every_field_has_an_end(api: Api, path: str, field: str, size: int) -> None:
    body = {"client_name": "Bell", "redirect_uris": BACK, "grant_type": "password"} | {field: "x" * size}
    assert api.post(path, json=body).status in (413, 422)


@pytest.mark.parametrize("field", ["username", "email", "password", "reason"])
def test_a14_joining_too(mailing_api: Api, field: str) -> None:
    wish = {"username": "ada", "email": "ada@mail.example", "password": PASSWORD, "agreement": True}
    for size in (30_000, 1_000_000):
        reply = mailing_api.post(
            "/api/v1/accounts", token=mailing_api.app_token(), json=wish | {field: "x" * size}
        )
        assert reply.status in (413, 422)


def test_a14_pages_too(api: Api) -> None:
    browser = Browser(api)
    page = browser.get("/auth/sign_in")
    assert browser.send(page, {"identifier": "x" * 100_000, "password": "x"}).status == 413
    assert browser.send(page, {"identifier": "x" * 50_000, "password": "x" * 10_000}).status == 401


# -- A16, A17, A18 -------------------------------------------------------


def test_a17_signing_in_makes_a_new_session(api: Api) -> None:
    api.person("ada")
    preset = {"martlet_session": "mt_session_chosen_by_somebody_else", "martlet_form": "f" * 32}
    browser = Browser(api, dict(preset))
    browser.sign_in("ada")
    assert browser.cookies["martlet_session"] != preset["martlet_session"]
    assert Browser(api, preset).get("/settings").status == 303
    first = dict(browser.cookies)
    browser.sign_in("ada")
    assert browser.cookies["martlet_session"] != first["martlet_session"]
    assert Browser(api, first).get("/settings").status == 303


def test_a17_cookies_belong_to_this_host_alone(ground: Ground, settings: Settings) -> None:
    here = replace(ground.here, url="https://town.example", host="town.example")
    secure = msgspec.structs.replace(settings, url="https://town.example")
    api = Api(wiring.build_on(replace(ground, here=here), secure), host="town.example")
    api.person("ada")
    browser = Browser(api)
    page = browser.get("/auth/sign_in")
    csrf = page.text.split('name="csrf" value="')[1].split('"')[0]
    form = {"csrf": csrf, "identifier": "ada", "password": PASSWORD}
    reply = browser.post("/auth/sign_in", form, "https://town.example")
    assert reply.status == 303
    assert len(reply.cookies) == 3
    for cookie in (*page.cookies, *reply.cookies):
        assert cookie.startswith("__Host-martlet_")
        for wanted in ("Path=/", "HttpOnly", "SameSite=Lax", "Secure"):
            assert wanted in cookie.split("; ")
        assert "Domain" not in cookie
    api.close()


def test_a18_nothing_that_opens_a_door_lies_in_the_database(
    mailing_api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    """Tokens, codes, secrets, sessions, recovery codes, passwords, letters' links: in no table and no log."""
    api = mailing_api
    with caplog.at_level(0):
        ada, made = api.person("ada"), new_app(api)
        browser = signed_in(api)
        code = code_for(browser, made)
        token = api.post("/oauth/token", form=fetching(made, code)).json["access_token"]
        browser.send(browser.get("/auth/password/new"), {"email": "ada@mail.example"})
        secrets = [
            ada.token,
            made["client_secret"],
            code,
            token,
            browser.cookies["martlet_session"],
            PASSWORD,
        ]
        kept = _everything(api)
        api.work()
        kept += _everything(api) + caplog.text
    assert made["client_id"] in kept
    assert [secret for secret in secrets if secret in kept] == []
    assert "/auth/password/" not in kept


def _everything(api: Api) -> str:
    with api.built.ground.store.read() as db:
        return "".join(str(db.rows(f"SELECT * FROM {table}")) for table in dumping.tables(db))


def test_a18_links_in_letters_cannot_be_made_or_changed(mailing_api: Api) -> None:
    api = mailing_api
    api.person("ada")
    ground = api.built.ground
    with ground.store.read() as db:
        login = logins.find_by_name(db, "ada")
    assert login is not None
    good = mailing.reset_token(ground.secret, login, ground.here)
    confirmation = mailing.confirmation_token(ground.secret, login.user, login.email, ground.here)
    browser = Browser(api)
    assert browser.get(f"/auth/password/{good}").status == 200
    changed = good[:-2] + ("AA" if good[-2:] != "AA" else "BB")
    for wrong in (changed, good[:-1], confirmation, "", "x", passwords.hash_password("x")[:20]):
        assert browser.get(f"/auth/password/{wrong or '%20'}").status == 404
    assert browser.get(f"/auth/confirmation/{good}").status == 404
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=3)):
        assert browser.get(f"/auth/password/{good}").status == 404
