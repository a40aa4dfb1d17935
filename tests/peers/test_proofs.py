"""A thousand posts signed here and verified by Fedify, and the reverse: not one on which the two disagree."""

import base64
import json
import random
import re
import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from martlet.activitypub import build
from martlet.activitypub.things import Profile
from martlet.model.names import Uri
from martlet.signing import canonical_json, linked_data, multibase, proofs
from martlet.signing.keys import PrivateKey
from tests.elsewhere import rsa
from tests.peers import generated
from tests.peers.running import FOLDER

MANY = 1000
SOME = 5
FEW = 10
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
AUTHOR = Uri("https://home.example/users/ada")
KEY_ID = build.ed25519_key_id(AUTHOR)
KEY = PrivateKey.make_ed25519()
RSA = rsa("any")
RSA_ID = build.rsa_key_id(AUTHOR)
Document = dict[str, Any]


def ask(node: str, **question: Any) -> Any:
    given = canonical_json.encode(question)
    found = subprocess.run(
        [node, "--max-semi-space-size=64", "proofs.mjs"],
        cwd=FOLDER,
        input=given,
        capture_output=True,
        check=True,
    )
    return json.loads(found.stdout)


@pytest.fixture(scope="module")
def actor() -> Document:
    keys = build.Keys(RSA.public.to_pem(), KEY.public.to_multibase())
    return build.profile(Profile(AUTHOR, "person", "ada", Uri(f"{AUTHOR}/inbox")), keys)


def made(dice: random.Random) -> list[Document]:
    """Of every ten posts, one is a tombstone."""
    kinds = [generated.tombstone if number % 10 == 9 else generated.note for number in range(MANY)]
    return [kind(dice, AUTHOR, number) for number, kind in enumerate(kinds)]


def sign(document: Document) -> Document:
    return proofs.sign(document, KEY, KEY_ID, NOW)


def is_good(document: Document, now: datetime = NOW) -> bool:
    """What we say; by way of the bytes, as it comes from elsewhere."""
    received = canonical_json.parse_object(json.dumps(document).encode())
    try:
        return proofs.find(received) is not None and bool(proofs.verify(received, KEY.public, now))
    except proofs.ProofRejected:
        return False


def test_signed_here_and_verified_there(node: str, actor: Document) -> None:
    """Each in the activity around it, some alone, and some with one value changed."""
    dice = random.Random(8)
    posts = [sign(one) for one in made(dice)]
    good = [sign(generated.act(one, AUTHOR)) for one in posts] + posts[::SOME]
    bad = [generated.changed(dice, one) for one in good[::SOME]]
    theirs = ask(node, actors={AUTHOR: actor}, verify=good + bad)
    ours = [is_good(one) for one in good + bad]
    assert ours == [True] * len(good) + [False] * len(bad)
    disagreed = [one for one, a, b in zip(good + bad, ours, theirs, strict=True) if a is not b]
    assert disagreed == []


def test_linked_data_signatures_are_verified_there(node: str, actor: Document) -> None:
    """With the proof inside, which stays good; and not where anything in the document is changed."""
    dice = random.Random(10)
    linked = []
    for post in made(dice)[::10]:
        act = canonical_json.parse_object(canonical_json.encode(sign(generated.act(sign(post), AUTHOR))))
        if re.search(r"\de-\d", json.dumps(act)):
            continue  # Fedify's library reads 1e-7 as 0
        try:
            linked.append(linked_data.sign(act, RSA, RSA_ID, NOW))
        except linked_data.NotLinkedData:
            assert "\\u00" in json.dumps(act) or "\\b" in json.dumps(act)
    assert len(linked) > FEW
    assert all(map(is_good, linked))
    bad = [generated.changed(dice, one, {"signature"}) for one in linked[::SOME]]
    unsigned = [{name: one[name] for name in one if name != "signature"} for one in linked[:2]]
    found = ask(node, actors={AUTHOR: actor}, verify=linked + bad + unsigned, linked=True)
    assert found == [True] * len(linked) + [False] * (len(bad) + 2)


def test_signed_there_and_verified_here(node: str, actor: Document) -> None:
    """As Fedify would send them. It writes numbers with fractions only for places, so each post is somewhere."""
    dice = random.Random(9)
    posts = made(dice)
    for post in posts:
        if post["type"] != "Tombstone":
            post["location"] = {
                "type": "Place",
                "latitude": generated.fraction(dice) * 90,
                "longitude": generated.fraction(dice) * 180,
            }
    raw = multibase.decode(KEY.public.to_multibase())[2:]
    key = {"kty": "OKP", "crv": "Ed25519", "x": _base64(raw), "d": _base64(KEY.raw)}
    sent = ask(node, key=key, key_id=KEY_ID, sign=[generated.act(one, AUTHOR) for one in posts])
    assert len(sent) == MANY
    later = datetime.now(UTC) + timedelta(minutes=1)
    bad = [generated.changed(dice, one) for one in sent[::SOME]]
    assert [is_good(one, later) for one in sent + bad] == [True] * MANY + [False] * len(bad)
    assert ask(node, actors={AUTHOR: actor}, verify=bad) == [False] * len(bad)


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
