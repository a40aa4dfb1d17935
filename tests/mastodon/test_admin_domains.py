"""Deciding about other servers from an app: scopes, roles, and what comes of it."""

import hashlib
from typing import Any

import pytest

from martlet.model.moderation import OPEN, Policy, Severity
from martlet.storage import peer_policies
from tests.client import Api, Person

BLOCKS = "/api/v1/admin/domain_blocks"
ALLOWS = "/api/v1/admin/domain_allows"


@pytest.fixture
def admin(api: Api) -> Person:
    return api.person("admin_ada", "admin:read admin:write", role="admin")


def policy(api: Api, host: str) -> Policy:
    with api.built.ground.store.read() as db:
        return peer_policies.policy(db, host)


def block(api: Api, admin: Person, **form: Any) -> dict[str, Any]:
    reply = api.post(BLOCKS, admin, form=form)
    assert reply.status == 200, reply.body
    found: dict[str, Any] = reply.json
    return found


def test_a_domain_is_blocked_changed_and_unblocked(api: Api, admin: Person) -> None:
    made = block(api, admin, domain="Bad.Example", private_comment="Bob says so", reject_media="true")
    assert made.pop("created_at").endswith("Z")
    id = made.pop("id")
    assert made == {
        "domain": "bad.example",
        "digest": hashlib.sha256(b"bad.example").hexdigest(),
        "severity": "silence",
        "reject_media": True,
        "reject_reports": False,
        "private_comment": "Bob says so",
        "public_comment": None,
        "obfuscate": False,
    }
    assert policy(api, "x.bad.example") == Policy(Severity.LIMIT, refuses_media=True)
    changed = api.put(f"{BLOCKS}/{id}", admin, json={"severity": "suspend", "public_comment": "Spam"}).json
    assert (changed["severity"], changed["reject_media"], changed["public_comment"]) == (
        "suspend",
        True,
        "Spam",
    )
    assert api.get(f"{BLOCKS}/{id}", admin).json == changed
    assert api.get(BLOCKS, admin).json == [changed]
    assert api.post(BLOCKS, admin, form={"domain": "bad.example"}).status == 422
    assert api.delete(f"{BLOCKS}/{id}", admin).json == {}
    assert api.get(BLOCKS, admin).json == []
    assert policy(api, "bad.example") == OPEN
    assert api.delete(f"{BLOCKS}/{id}", admin).status == 404


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"domain": " "},
        {"domain": "no host"},
        {"domain": "localhost"},
        {"domain": "bad.example", "severity": "x"},
    ],
    ids=["none", "blank", "nonsense", "here", "severity"],
)
def test_blocks_that_cannot_be(api: Api, admin: Person, form: dict[str, str]) -> None:
    assert api.post(BLOCKS, admin, form=form).status == 422
    assert api.get(BLOCKS, admin).json == []


def test_lists_come_in_pages(api: Api, admin: Person) -> None:
    for number in range(5):
        block(api, admin, domain=f"bad{number}.example")
    first = api.get(f"{BLOCKS}?limit=2", admin)
    assert [one["domain"] for one in first.json] == ["bad4.example", "bad3.example"]
    second = api.get(first.links["next"], admin)
    assert [one["domain"] for one in second.json] == ["bad2.example", "bad1.example"]


def test_a_domain_is_allowed_and_no_more(api: Api, admin: Person) -> None:
    made = api.post(ALLOWS, admin, form={"domain": "good.example"}).json
    assert made["domain"] == "good.example"
    assert policy(api, "good.example") == Policy(is_allowed=True)
    assert api.get(ALLOWS, admin).json == [made]
    assert api.get(f"{ALLOWS}/{made['id']}", admin).json == made
    assert api.get(BLOCKS, admin).json == []
    assert api.get(f"{BLOCKS}/{made['id']}", admin).status == 404
    limited = block(api, admin, domain="good.example")
    assert policy(api, "good.example") == Policy(Severity.LIMIT, is_allowed=True)
    assert api.delete(f"{BLOCKS}/{limited['id']}", admin).status == 200
    assert policy(api, "good.example") == Policy(is_allowed=True)
    assert api.delete(f"{ALLOWS}/{made['id']}", admin).json == {}
    assert policy(api, "good.example") == OPEN
    assert api.delete(f"{ALLOWS}/{made['id']}", admin).status == 404


@pytest.mark.parametrize("role", ["user", "moderator"])
def test_h1_h3_only_those_who_run_the_server_decide_about_others(api: Api, admin: Person, role: str) -> None:
    """Before anything of the request is read."""
    made = block(api, admin, domain="bad.example")
    eve = api.person("eve", "admin:read admin:write", role=role)
    for path in (BLOCKS, ALLOWS):
        assert api.get(path, eve).status == 403
        assert api.post(path, eve, body=b"{" * 100).status == 403
        assert api.get(f"{path}/{made['id']}", eve).status == 403
        assert api.delete(f"{path}/{made['id']}", eve).status == 403
    assert api.put(f"{BLOCKS}/{made['id']}", eve).status == 403
    assert policy(api, "bad.example").severity is Severity.LIMIT


def test_a_suspension_is_enforced(api: Api, admin: Person) -> None:
    here = api.built.ground.here
    with api.built.ground.store.write() as db:
        db.run("INSERT INTO peer (host, created_at) VALUES ('bad.example', :now)", now=here.now_ms())
    block(api, admin, domain="bad.example", severity="suspend")
    api.work()
    with api.built.ground.store.read() as db:
        assert db.value("SELECT suspended_at FROM peer WHERE host = 'bad.example'") is not None
