"""Rules about who gets an account: made, changed and taken back from an app, and what they do to those who join."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from martlet import app
from martlet.services.ports import Ground
from martlet.settings import Settings
from tests.client import Api, Person, Reply
from tests.mastodon.moderating import ADMIN, log, staff, undo

DOMAINS = "/api/v1/admin/email_domain_blocks"
NETWORKS = "/api/v1/admin/ip_blocks"
EMAILS = "/api/v1/admin/canonical_email_blocks"
NAMES = "/api/v1/admin/username_blocks"
ELSEWHERE = "203.0.113.7"
WISH = {
    "username": "ada",
    "email": "ada.l@mail.example",
    "password": "sturdy lime kiln",
    "agreement": True,
    "locale": "de",
}


class Clock:
    """The time now, and a while later when told so."""

    def __init__(self) -> None:
        self.passed = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.passed

    def pass_by(self, seconds: int) -> None:
        self.passed += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def api(ground: Ground, settings: Settings, clock: Clock) -> Iterator[Api]:
    """Open to all, and behind a proxy that says where requests come from."""
    opened = replace(ground, here=replace(ground.here, set_registration="open", clock=clock))
    behind = msgspec.structs.replace(settings, trusted_proxies=("127.0.0.1",))
    client = Api(app.build_on(opened, behind))
    yield client
    client.close()


@pytest.fixture
def mod(api: Api) -> Person:
    return staff(api, "grace", "admin")


def made(api: Api, mod: Person, path: str, **form: Any) -> dict[str, Any]:
    reply = api.post(path, mod, json=form)
    assert reply.status == 200, reply.body
    found: dict[str, Any] = reply.json
    return found


def join(api: Api, address: str = "", **changes: Any) -> Reply:
    headers = {"x-forwarded-for": address} if address else {}
    return api.post("/api/v1/accounts", token=api.app_token(), json=WISH | changes, headers=headers)


def test_email_domains(api: Api, mod: Person) -> None:
    rule = made(api, mod, DOMAINS, domain="Mail.Example")
    assert rule["domain"] == "mail.example"
    assert [day["uses"] for day in rule["history"]] == ["0"] * 7
    for email in ("ada@mail.example", "ada@MAIL.example", "ada@x.y.mail.example"):
        reply = join(api, email=email)
        assert (reply.status, reply.json["details"]["email"][0]["error"]) == (422, "ERR_BLOCKED")
    assert api.get(f"{DOMAINS}/{rule['id']}", mod).json["history"][0]["uses"] == "3"
    assert join(api, email="ada@notmail.example").status == 200
    again = api.post(DOMAINS, mod, json={"domain": "mail.example"})
    assert again.json["error"] == "Validation failed: Domain has already been taken"
    assert api.post(DOMAINS, mod, json={}).json["error"] == "Validation failed: Domain can't be blank"
    assert [one["id"] for one in api.get(DOMAINS, mod).json] == [rule["id"]]
    assert api.delete(f"{DOMAINS}/{rule['id']}", mod).json == {}
    assert api.delete(f"{DOMAINS}/{rule['id']}", mod).status == 404
    assert join(api, username="bob").status == 200


def test_single_addresses_in_all_their_spellings(api: Api, mod: Person) -> None:
    digest = hashlib.sha256(b"adal@mail.example").hexdigest()
    rule = made(api, mod, EMAILS, email="Ada.L+news@Mail.Example")
    assert rule == {"id": rule["id"], "canonical_email_hash": digest}
    for email in (
        "adal@mail.example",
        "a.d.a.l@mail.example",
        "ADAL+1@mail.example",
        "adal+a+b@MAIL.example",
    ):
        assert join(api, email=email).json["details"]["email"][0]["error"] == "ERR_BLOCKED", email
        assert api.post(f"{EMAILS}/test", mod, json={"email": email}).json == [rule]
    assert api.post(f"{EMAILS}/test", mod, json={"email": "bob@mail.example"}).json == []
    assert api.post(f"{EMAILS}/test", mod, json={}).status == 422
    taken = api.post(EMAILS, mod, json={"canonical_email_hash": digest.upper()})
    assert taken.json["error"] == "Validation failed: Canonical email hash has already been taken"
    assert api.post(EMAILS, mod, json={"canonical_email_hash": "x"}).status == 422
    assert "adal" not in api.get(f"{ADMIN}/audit_log", mod).body.decode().lower()
    assert api.get(EMAILS, mod).json == [api.get(f"{EMAILS}/{rule['id']}", mod).json] == [rule]
    assert api.delete(f"{EMAILS}/{rule['id']}", mod).json == {}
    assert join(api).status == 200


def test_user_names(api: Api, mod: Person) -> None:
    made(api, mod, NAMES, username="Postmaster")
    part = made(api, mod, NAMES, username="badword", exact=False)
    for name in ("postmaster", "P0stmaster", "post_master", "my_badw0rd_1", "BADWORD"):
        assert join(api, username=name).json["details"]["username"][0]["error"] == "ERR_RESERVED", name
    assert join(api, username="postmaster2").status == 200
    for form in ({}, {"username": "_"}, {"username": "ab", "exact": False}, {"username": "a b"}):
        assert api.post(NAMES, mod, json=form).status == 422, form
    assert api.get(f"{NAMES}/{part['id']}", mod).json == part
    assert api.delete(f"{NAMES}/{part['id']}", mod).json == {}
    assert [one["username"] for one in api.get(NAMES, mod).json] == ["postmaster"]


@pytest.mark.parametrize(
    ("rule", "inside", "outside"),
    [
        ("203.0.113.7", "203.0.113.7", "203.0.113.8"),
        ("203.0.113.77/24", "::ffff:203.0.113.7", "203.0.114.7"),
        ("::ffff:203.0.113.0/120", "203.0.113.7", "203.0.114.7"),
        ("2001:DB8:0::/48", "2001:db8::7", "2001:db8:1::7"),
    ],
    ids=["address", "network", "mapped", "six"],
)
def test_networks(api: Api, mod: Person, rule: str, inside: str, outside: str) -> None:
    found = made(api, mod, NETWORKS, ip=rule, severity="sign_up_block", comment="Bots")
    assert join(api, inside).status == 403
    assert join(api, outside).status == 200
    path = f"{NETWORKS}/{found['id']}"
    changed = api.put(path, mod, json={"severity": "sign_up_requires_approval"}).json
    assert (changed["ip"], changed["comment"], changed["expires_at"]) == (found["ip"], "Bots", None)
    waiting = join(api, inside, username="bob", email="bob@mail.example").json["access_token"]
    assert api.get("/api/v1/timelines/home", token=waiting).status == 403
    api.put(path, mod, json={"severity": "no_access"})
    assert api.get("/api/v1/instance", headers={"x-forwarded-for": outside}).status == 200
    assert api.delete(path, mod).json == {}
    assert join(api, inside, username="eve", email="eve@mail.example").status == 200


def test_from_there_nothing_is_answered(api: Api, mod: Person, clock: Clock) -> None:
    there = {"x-forwarded-for": ELSEWHERE}
    assert api.get("/api/v2/instance", headers=there).status == 200
    made(api, mod, NETWORKS, ip=f"{ELSEWHERE}/32", severity="no_access", expires_in=60)
    clock.pass_by(6)
    for path in ("/api/v2/instance", "/", "/health/ready", "/nowhere", "/users/grace/inbox"):
        assert api.get(path, headers=there).status == 403, path
    assert api.get("/api/v2/instance").status == 200
    clock.pass_by(61)
    assert api.get("/api/v2/instance", headers=there).status == 200
    assert join(api, ELSEWHERE).status == 200


def test_networks_that_cannot_be(api: Api, mod: Person) -> None:
    for form in (
        {},
        {"ip": "203.0.113.7"},
        {"severity": "no_access"},
        {"ip": "nonsense", "severity": "no_access"},
        {"ip": "010.0.0.1", "severity": "sign_up_block"},
        {"ip": "fe80::1%eth0", "severity": "sign_up_block"},
        {"ip": "0.0.0.0/0", "severity": "sign_up_block"},
        {"ip": "::/0", "severity": "no_access"},
        {"ip": "::ffff:0:0/96", "severity": "no_access"},
        {"ip": "128.0.0.0/1", "severity": "no_access"},
        {"ip": "127.0.0.0/8", "severity": "no_access"},
        {"ip": "203.0.113.7", "severity": "no_access", "expires_in": 0},
        {"ip": "203.0.113.7", "severity": "no_access", "expires_in": 2**62},
        {"ip": "203.0.113.7", "severity": "other"},
    ):
        assert api.post(NETWORKS, mod, json=form).status == 422, form
    assert api.get(NETWORKS, mod).json == []


def test_nobody_locks_themselves_out(api: Api, mod: Person) -> None:
    headers = {"x-forwarded-for": ELSEWHERE}
    form = {"ip": "203.0.113.0/24", "severity": "no_access"}
    assert api.post(NETWORKS, mod, json=form, headers=headers).status == 422
    milder = api.post(NETWORKS, mod, json=form | {"severity": "sign_up_block"}, headers=headers)
    assert milder.status == 200
    assert api.put(f"{NETWORKS}/{milder.json['id']}", mod, json=form, headers=headers).status == 422


def test_each_act_is_in_the_log_and_can_be_taken_back(api: Api, mod: Person) -> None:
    rule = made(api, mod, NETWORKS, ip="203.0.113.0/24", severity="no_access", expires_in=3600)
    changed = api.put(f"{NETWORKS}/{rule['id']}", mod, json={"comment": "Bots", "expires_in": None}).json
    api.delete(f"{NETWORKS}/{rule['id']}", mod)
    for path, form in (
        (DOMAINS, {"domain": "a.example"}),
        (EMAILS, {"email": "a@b.example"}),
        (NAMES, {"username": "eve"}),
    ):
        other = made(api, mod, path, **form)
        entry = log(api, mod)[0]
        assert entry["undoable"]
        assert undo(api, mod, entry).status == 200
        assert api.get(f"{path}/{other['id']}", mod).status == 404
    entries = [one for one in log(api, mod) if one["target_type"] == "ip_block"]
    assert [one["action"] for one in entries] == ["ip_block.remove", "ip_block.change", "ip_block.add"]
    assert undo(api, mod, entries[1]).status == 409
    assert undo(api, mod, entries[0]).status == 200
    assert api.get(f"{NETWORKS}/{rule['id']}", mod).json == changed
    assert undo(api, mod, entries[1]).status == 200
    assert api.get(f"{NETWORKS}/{rule['id']}", mod).json == rule
    api.delete(f"{NETWORKS}/{rule['id']}", mod)
    made(api, mod, NETWORKS, ip="203.0.113.0/24", severity="no_access")
    assert undo(api, mod, log(api, mod)[1]).status == 422


def test_only_those_who_may(api: Api, mod: Person) -> None:
    moderator, nobody = api.person("mo", "admin:read admin:write", role="user"), api.person("eve")
    for path in (DOMAINS, NETWORKS, EMAILS, NAMES):
        for person in (moderator, nobody):
            assert api.get(path, person).status == 403
            assert api.post(path, person, json={}).status == 403
    assert api.post(f"{EMAILS}/test", moderator, json={"email": "ada@mail.example"}).status == 403
    rule = made(api, mod, DOMAINS, domain="mail.example")
    assert api.get(f"{NETWORKS}/{rule['id']}", mod).status == 404
    for number in range(3):
        made(api, mod, DOMAINS, domain=f"bad{number}.example")
    first = api.get(f"{DOMAINS}?limit=2", mod)
    assert [one["domain"] for one in first.json] == ["bad2.example", "bad1.example"]
    assert [one["domain"] for one in api.get(first.links["next"], mod).json] == [
        "bad0.example",
        "mail.example",
    ]


def test_a_domain_whose_mail_goes_to_a_blocked_one_is_blocked_with_it(
    ground: Ground, settings: Settings
) -> None:
    asked: list[str] = []

    async def exchangers(domain: str) -> tuple[str, ...]:
        asked.append(domain)
        return ("mx1.throwaway.example",) if domain == "fresh.example" else ()

    opened = replace(ground, here=replace(ground.here, set_registration="open"), exchangers=exchangers)
    api = Api(app.build_on(opened, settings))
    mod = staff(api, "grace", "admin")
    app_token = api.app_token()
    for domain, status in (("fresh.example", 200), ("honest.example", 200)):
        wish = {**WISH, "username": f"a{domain[0]}", "email": f"a@{domain}"}
        assert api.post("/api/v1/accounts", app_token, json=wish).status == status
    assert asked == []  # nothing is blocked yet
    rule = made(api, mod, DOMAINS, domain="throwaway.example")
    for domain, status in (("fresh.example", 422), ("honest.example", 200)):
        wish = {**WISH, "username": f"b{domain[0]}", "email": f"b@{domain}"}
        reply = api.post("/api/v1/accounts", app_token, json=wish)
        assert reply.status == status, reply.body
    assert asked == ["fresh.example", "honest.example"]
    assert api.get(f"{DOMAINS}/{rule['id']}", mod).json["history"][0]["uses"] == "1"
    api.close()
