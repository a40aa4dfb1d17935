"""The root key's page, without script: what is proposed is signed elsewhere, and published if it is just that."""

import json
import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest

from martlet.model.carrying import Trust
from martlet.services import continuing
from martlet.signing import continuity, proofs, root_boxes
from martlet.signing.continuity import TYPE
from martlet.signing.keys import PrivateKey
from tests.browser import Browser, forms
from tests.carrying import ACTIVITY
from tests.client import PASSWORD, Api, Person, Reply

PAGE = "/settings/root_key"


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")


@pytest.fixture
def browser(api: Api, ada: Person) -> Browser:
    found = Browser(api)
    found.sign_in(ada)
    return found


@pytest.fixture
def root() -> PrivateKey:
    return PrivateKey.make_ed25519()


def proposed(browser: Browser, root: PrivateKey) -> Reply:
    return browser.get(f"{PAGE}/proposal.json?root={root.public.to_did()}")


def publish(browser: Browser, root: PrivateKey, **changed: Any) -> Reply:
    """Sign what is proposed, changed perhaps, and bring it back."""
    document = {**proposed(browser, root).json, **changed}
    signed = proofs.sign_statement(document, root, datetime.now(UTC))
    form = {"statement": json.dumps(signed), "password": PASSWORD}
    return browser.send(browser.get(PAGE), form, PAGE)


def actor(api: Api) -> Any:
    return api.get("/users/ada", headers=ACTIVITY).json


def test_a_statement_is_signed_and_handed_out(api: Api, browser: Browser, root: PrivateKey) -> None:
    assert "You have no root key" in browser.get(PAGE).text
    assert not any(one["type"] == TYPE for one in actor(api).get("attachment", []))
    assert "Signed, and published." in publish(browser, root).text
    [said] = [one for one in actor(api)["attachment"] if one["type"] == TYPE]
    assert (said["subject"], said["sequence"], said["alsoKnownAs"]) == (
        root.public.to_did(),
        1,
        actor(api)["id"],
    )
    assert [one["id"] for one in said["assertionMethod"]] == [f"{actor(api)['id']}#ed25519-key"]
    assert "You have a root key" in browser.get(PAGE).text
    assert "has not signed yet" not in browser.get(PAGE).text
    assert browser.get(f"{PAGE}/words.txt").text.split()[:2] == ["abandon", "ability"]


def test_only_what_is_proposed_is_published(browser: Browser, root: PrivateKey) -> None:
    """Nobody's key is put in by another road; and the first one needs the password."""
    other = PrivateKey.make_ed25519()
    stranger = {
        "id": "http://localhost:3000/users/ada#more",
        "publicKeyMultibase": other.public.to_multibase(),
    }
    for changed in (
        {"sequence": 2},
        {"alsoKnownAs": "http://localhost:3000/users/bob"},
        {"assertionMethod": [stranger]},
        {"gateways": ["https://evil.example"]},
        {"updated": "2020-01-01T00:00:00Z"},
        {"subject": other.public.to_did()},
    ):
        assert publish(browser, root, **changed).status == 422, changed
    signed = proofs.sign_statement(proposed(browser, root).json, root, datetime.now(UTC))
    wrong = {"statement": json.dumps(signed), "password": "no"}
    assert browser.send(browser.get(PAGE), wrong, PAGE).status == 422
    assert "You have no root key" in browser.get(PAGE).text
    assert publish(browser, root).status == 200
    assert proposed(browser, other).status == 404
    assert publish_as(browser, root, other).status == 422


def publish_as(browser: Browser, root: PrivateKey, other: PrivateKey) -> Reply:
    """With another root key than the account has."""
    document = proposed(browser, root).json | {"subject": other.public.to_did()}
    signed = proofs.sign_statement(document, other, datetime.now(UTC))
    return browser.send(browser.get(PAGE), {"statement": json.dumps(signed), "password": PASSWORD}, PAGE)


def test_device_keys_wait_for_the_root_key(api: Api, browser: Browser, root: PrivateKey) -> None:
    publish(browser, root)
    device = PrivateKey.make_ed25519().public.to_multibase()
    form = {"name": "My phone", "public": device}
    page = browser.send(browser.get(PAGE), form, f"{PAGE}/devices")
    assert "waits for your root key" in page.text
    assert "has not signed yet" in page.text
    assert len(actor(api)["assertionMethod"]) == 1
    assert browser.send(page, form, f"{PAGE}/devices").status == 422
    refused = browser.send(page, form | {"public": "z6MkNo"}, f"{PAGE}/devices")
    assert (refused.status, "not a key of a device" in refused.text) == (422, True)
    publish(browser, root)
    assert [one["publicKeyMultibase"] for one in actor(api)["assertionMethod"]][1:] == [device]
    page = browser.get(PAGE)
    assert "in force" in page.text
    link = re.search(r"/settings/root_key/devices/\d+/revoke", unescape(page.text))
    assert link is not None
    assert "revoked; your root key has not signed that yet" in browser.send(page, {}, link[0]).text
    publish(browser, root)
    [said] = [one for one in actor(api)["attachment"] if one["type"] == TYPE]
    assert [one["publicKeyMultibase"] for one in said["revoked"]] == [device]
    assert len(actor(api)["assertionMethod"]) == 1


def test_an_encrypted_copy_is_kept_as_it_comes(browser: Browser, root: PrivateKey) -> None:
    publish(browser, root)
    copy = {"kdf": "PBKDF2-SHA-256", "iterations": 600000, "salt": "AA", "nonce": "BB", "box": "CC"}
    page = browser.get(PAGE)
    for wrong in ("{", "[]", json.dumps(copy | {"box": "<b>"}), json.dumps(copy | {"iterations": True})):
        assert browser.send(page, {"copy": wrong}, f"{PAGE}/copy").status == 422
    page = browser.send(page, {"copy": json.dumps(copy)}, f"{PAGE}/copy")
    assert "This server keeps an encrypted copy." in page.text
    assert "This server keeps an encrypted copy." not in browser.send(page, {"copy": ""}, f"{PAGE}/copy").text


def test_a_second_truth_is_shown_and_ended(api: Api, browser: Browser, root: PrivateKey) -> None:
    """Whoever else has the words has signed something else: nothing is chosen, until she signs once more."""
    publish(browser, root)
    document = proposed(browser, root).json | {"sequence": 1, "gateways": ["https://evil.example"]}
    rival = continuity.read(proofs.sign_statement(document, root, datetime.now(UTC)), datetime.now(UTC))
    ground = browser.api.built.ground
    with ground.store.write() as db:
        continuing.learn(db, rival, Trust.CONFIRMED, ground.here)
    assert "said two different things" in browser.get(PAGE).text
    assert not any(one["type"] == TYPE for one in actor(api).get("attachment", []))
    assert 'data-sign="again"' in browser.get(PAGE).text
    assert publish(browser, root).status == 200
    assert "said two different things" not in browser.get(PAGE).text
    [said] = [one for one in actor(api)["attachment"] if one["type"] == TYPE]
    assert (said["sequence"], "evil.example" in str(said)) == (2, False)


def test_a_backup_is_fetched_and_brought(api: Api, browser: Browser, root: PrivateKey) -> None:
    """What it does elsewhere: `tests/services/test_adopting.py`."""
    assert browser.get(f"{PAGE}/backup").status == 404
    publish(browser, root)
    api.work()
    assert "Fetch the backup" in browser.get(PAGE).text
    file = browser.get(f"{PAGE}/backup").body
    other = Browser(api)
    other.sign_in(api.person("bob"))
    unlocking = root_boxes.unlock(root_boxes.read(file), root)
    [form] = [one for one in forms(other.get(PAGE)) if one.action == f"{PAGE}/adopt"]
    for content, unlock, why in (
        (file, unlocking, "is of an account of this server"),
        (file, "AAAA", "does not open"),
        (b"PK", unlocking, "not a backup"),
    ):
        sent = {"file": ("a.martlet-backup", content, "application/octet-stream")}
        reply = other.upload(form.action, form.fields | {"unlock": unlock}, sent)
        assert (reply.status, why in reply.text) == (422, True)


def test_the_servers_keys_are_changed(api: Api, browser: Browser, root: PrivateKey) -> None:
    """With the password; a device that is said to be lost since a day is revoked from then on."""
    publish(browser, root)
    device = PrivateKey.make_ed25519().public.to_multibase()
    browser.send(browser.get(PAGE), {"name": "My phone", "public": device}, f"{PAGE}/devices")
    publish(browser, root)
    page = browser.get(PAGE)
    [link] = re.findall(r"/settings/root_key/devices/\d+/revoke", unescape(page.text))
    for since, status in (("2999-01-01", 422), ("soon", 422), ("2026-11-02", 200)):
        assert browser.send(page, {"since": since}, link).status == status, since
    for since, password, words in (
        ("", "no", "The password is not right."),
        ("2999-01-01", PASSWORD, "This day is still to come."),
        ("2026-11-03", PASSWORD, "with new keys from now on"),
        ("", PASSWORD, "within the last hour"),
    ):
        assert words in browser.send(page, {"since": since, "password": password}, f"{PAGE}/rotate").text
    publish(browser, root)
    [said] = [one for one in actor(api)["attachment"] if one["type"] == TYPE]
    assert [one["id"].rpartition("#")[2] for one in said["assertionMethod"]] == ["ed25519-key-2"]
    gone = {one["id"].rpartition("#")[2].partition("-")[0]: one["after"] for one in said["revoked"]}
    day = "2026-11-{:02}T00:00:00Z"
    assert gone == {"device": day.format(2), "main": day.format(3), "ed25519": day.format(3)}
