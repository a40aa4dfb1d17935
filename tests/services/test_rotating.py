"""The keys with which a server signs for somebody are changed: peers ask anew, and root keys say from when on."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import time_machine

from martlet.federation.asking import RENEWED
from martlet.model.carrying import Refusal, Trust
from martlet.model.names import Uri
from martlet.services import account_backups, root_keys, rotating
from martlet.services.root_keys import StolenLater
from martlet.services.rotating import RotatedLately
from martlet.signing.keys import PrivateKey
from martlet.storage import keys
from tests.carrying import ACTIVITY, Island, Islands, bundle, signed
from tests.elsewhere import Person
from tests.services.test_adopting import backup, signs, thief


def rotate(island: Island, name: str, since: datetime | None = None) -> None:
    moment = None if since is None else int(since.timestamp() * 1000)
    asyncio.run(rotating.rotate(island.ground, island.account(name), moment))
    island.api.work()


def actor(island: Island, name: str) -> Any:
    return island.api.get(f"/users/{name}", headers=ACTIVITY).json


def key_of(shore: Island, sea: Island) -> dict[str, str]:
    """The keys of Ada that another server knows, by their names."""
    with shore.ground.store.read() as db:
        id = db.value("SELECT id FROM account WHERE uri = :uri", uri=sea.uri("ada"))
        return {uri.rpartition("#")[2]: public for uri, _, public in keys.remote_of(db, id)}


def test_keys_are_changed_and_peers_ask_anew(islands: Islands, shore: Island) -> None:
    """What is handed out is signed with the new key, under a new name; whoever asks again believes it."""
    sea = islands("sea.example")
    shore.knows(sea, "ada")
    first = sea.publish("ada", "One")
    assert shore.bring(sea.packed("ada")).new == 1
    before = actor(sea, "ada")
    rotate(sea, "ada")
    after = actor(sea, "ada")
    [old], [new] = before["assertionMethod"], after["assertionMethod"]
    assert (old["id"], new["id"]) == (f"{before['id']}#ed25519-key", f"{before['id']}#ed25519-key-2")
    assert before["publicKey"]["id"] == after["publicKey"]["id"]
    assert before["publicKey"]["publicKeyPem"] != after["publicKey"]["publicKeyPem"]
    with pytest.raises(RotatedLately):
        rotate(sea, "ada")
    document = sea.api.get(first["uri"].removeprefix(sea.ground.here.url), headers=ACTIVITY).json
    assert document["proof"]["verificationMethod"] == new["id"]

    ada = Person(sea.uri("ada"), "ada", thief(sea, "ada").key, PrivateKey.make_ed25519())
    shore.beyond.documents[ada.uri] = after
    with shore.ground.store.write() as db:
        db.run("UPDATE remote_account SET fetched_at = 0")
    shore.beyond.is_down = False
    assert shore.beyond.send(shore.api, ada.act("Update", after), ada).status == 202, (
        "the new key, asked for anew"
    )
    shore.api.work()
    shore.beyond.is_down = True
    assert key_of(shore, sea)["ed25519-key-2"] == new["publicKeyMultibase"]
    second = sea.publish("ada", "Two")
    file = sea.packed("ada")
    assert shore.bring(file).refused == 0
    assert shore.post(second["uri"])["content"] == "<p>Two</p>"
    assert shore.post(first["uri"])["content"] == "<p>One</p>"
    [author] = sea.bring(file).authors.values()
    assert author.trust == Trust.CONFIRMED


def test_a_root_key_says_since_when_the_old_key_was_stolen(
    islands: Islands, shore: Island, tmp_path: Path
) -> None:
    """The new key is believed out of a file alone; what was signed with the old one since is refused, and before is set aside."""
    sea, root = islands("sea.example"), PrivateKey.make_ed25519()
    sea.person("ada")
    sea.publish("ada", "One")
    signs(sea, "ada", root)
    shore.follows("bob", sea, "ada")
    stolen = thief(sea, "ada")
    now = datetime.now(UTC)
    with pytest.raises(StolenLater):
        rotate(sea, "ada", now + timedelta(days=1))
    rotate(sea, "ada", now - timedelta(days=2))
    assert root_keys_due(sea, root)
    before = backup(sea, "ada")
    body = msgspec.json.encode(sea.account("ada")).decode()
    asyncio.run(account_backups.make(sea.ground, body, sea.ground.here))
    assert backup(sea, "ada") == before, "one with keys that nobody has signed would be no backup"
    signs(sea, "ada", root)
    assert backup(sea, "ada") != before
    new = sea.publish("ada", "New")
    found = shore.bring(sea.packed("ada"))
    assert (found.refused, found.aside, shore.post(new["uri"])["content"]) == (0, 0, "<p>New</p>")

    def said(days: int) -> bytes:
        at = now - timedelta(days=days)
        note = stolen.note(id=f"{stolen.uri}/posts/{days}", published=at.strftime("%Y-%m-%dT%H:%M:%SZ"))
        return signed(stolen, note, at)

    late, early = said(1), said(3)
    found = shore.bring(bundle(tmp_path / "stolen.zip", late, early))
    assert [one.why for one in found.reasons] == [Refusal.REVOKED]
    assert [shore.post(json.loads(one)["id"]) for one in (late, early)] == [None, None]
    assert shore.kept(json.loads(early)["id"]) == (Trust.UNCONFIRMED, "post")
    shore.beyond.is_down = False
    act = stolen.act("Create", stolen.note())
    with time_machine.travel(datetime.now(UTC) + timedelta(milliseconds=RENEWED + 1), tick=False):
        assert shore.beyond.send(shore.api, act, stolen).status == 401, "nor is its request believed"


def root_keys_due(island: Island, root: PrivateKey) -> bool:
    """Whether the account's root key has something to sign, the old keys' revocation among it."""
    ground, account = island.ground, island.account("ada")
    with ground.store.write() as db:
        proposed = root_keys.proposal(db, account, root.public.to_did(), ground.secret, ground.here)
        last = root_keys.published(db, Uri(island.uri("ada")))
        assert sorted(one.uri.rpartition("#")[2] for one in proposed.revoked) == ["ed25519-key", "main-key"]
        return root_keys.is_due(last, proposed)
