"""
The inbox, bent at random: its bytes, its signatures, and JSON-LD in all the ways that it may be written.

Whatever comes is taken or refused: no answer of 5xx, nothing in the log that is a bug, no job that fails, and no
memory that grows with it. `MARTLET_TEST_LONG=1` makes it a long run.
"""

import gc
import json
import os
import random
import tracemalloc
from datetime import UTC, datetime
from typing import Any

import pytest

from martlet.model.errors import MalformedDocument
from martlet.signing import http_signatures, linked_data, proofs
from martlet.signing.http_signatures import Scheme
from tests import client
from tests.client import Api
from tests.elsewhere import Document, Elsewhere, Person
from tests.federation.test_fuzz import ADA, mixed

LONG = bool(os.environ.get("MARTLET_TEST_LONG"))
SEEDS = range(5) if LONG else range(1)
ROUNDS = 400 if LONG else 60
INBOX = "http://localhost:3000/inbox"
REFUSED = {400, 401, 403, 404, 405, 413, 414, 429, 431}
MOST_MEMORY = 64 * 1024 * 1024
"""Bytes that a run may hold at its end more than before it."""

CONTEXTS: list[Any] = [
    "https://www.w3.org/ns/activitystreams", "https://evil.example/context", "http://127.0.0.1/", None, [], {}, [[]], 7,
    {"@vocab": "https://evil.example/#"}, {"@base": "https://evil.example/"}, {"actor": "https://evil.example/#actor"},
    {"id": None, "type": None}, {"@version": 1.1, "object": {"@container": "@graph"}}, {"content": {"@id": "as:content", "@type": "@json"}},
    [{"@import": "https://evil.example/"}] * 50, {"@propagate": False}, {"a": {"@context": {"a": {"@context": {}}}}},
]  # fmt: skip
PIECES = [
    b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\", b"\\u0000", b"\\ud800", b"\\udc00", b"\x00", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf",
    b"NaN", b"-Infinity", b"1e999", b"-0", b"0.1e-400", b"9" * 400, b'"id":1,', b'"proof":[],', b'"@graph":[', b"[" * 70, b'{"a":' * 70, b" " * 5_000,
    b"/*x*/", b"'", b"true", b"nul",
]  # fmt: skip
LETTERS = ' "=,;:()\\@?#%\t\r\n\x00\x7f\xe9aA0.-'


def oddly(dice: random.Random, value: Any, depth: int = 0) -> Any:
    """The same as somebody else would write it in JSON-LD, or nearly so."""
    if isinstance(value, dict):
        return _odd_object(dice, {name: oddly(dice, one, depth + 1) for name, one in value.items()})
    if isinstance(value, list):
        written = [oddly(dice, one, depth + 1) for one in value]
        return {"@list": written} if dice.random() < 0.05 else written
    if depth and dice.random() < 0.15:
        return dice.choice(
            [
                [value],
                [value, value],
                {"@value": value},
                {"@value": value, "@language": "de"},
                {"@id": value},
                {"id": value},
                {"@set": [value]},
                {"@value": value, "@type": "@json"},
                [[value]],
                None,
            ]
        )
    return value


def _odd_object(dice: random.Random, thing: Document) -> Document:
    match dice.randrange(12):
        case 0:
            return {{"id": "@id", "type": "@type"}.get(name, name): one for name, one in thing.items()}
        case 1:
            return {dice.choice((name, f"as:{name}")): one for name, one in thing.items()}
        case 2:
            return {**thing, "@graph": [thing]}
        case 3:
            return {**thing, dice.choice(("@reverse", "@included", "@nest", "@index")): thing}
        case 4:
            return {**thing, "@context": dice.choice(CONTEXTS)}
        case 5:
            return {"@context": thing.get("@context"), "@graph": [thing]}
        case 6:
            return {**thing, "type": [thing.get("type"), "Object", "https://example.com/Type"]}
        case 7:
            return {**thing, "nameMap": {"de": "x", "und": None, "": 1}, "contentMap": [{"de": "x"}]}
        case _:
            return thing


def signed_somehow(dice: random.Random, person: Person, act: Document) -> Document:
    """With a proof, a linked-data signature, both, or the wreck of one."""
    now = datetime.now(UTC)
    try:
        if dice.random() < 0.5:
            act = proofs.sign(act, person.ed25519, f"{person.uri}#ed25519-key", now)
        if dice.random() < 0.2:
            act = linked_data.sign(act, person.key, person.signer.key_id, now)
    except (ValueError, MalformedDocument):  # canonical JSON refuses what it cannot write
        return {**act, "signature": {"type": "RsaSignature2017"}, "proof": dice.choice([None, [], {}, "x"])}
    for name in ("proof", "signature"):
        if isinstance(act.get(name), dict) and dice.random() < 0.5:
            wreck = dict(act[name])
            wreck[dice.choice(list(wreck))] = dice.choice(
                [None, "", [], {}, 7, "x" * 3_000, "https://evil.example/#k"]
            )
            act = {**act, name: dice.choice([wreck, [wreck], [act[name], wreck]])}
    return act


def bent(dice: random.Random, text: bytes) -> bytes:
    """A few pieces put in, taken out or said twice."""
    made = bytearray(text)
    for _ in range(dice.choice((0, 0, 1, 1, 2, 5))):
        at = dice.randrange(len(made) + 1)
        match dice.randrange(4):
            case 0:
                made[at:at] = dice.choice(PIECES)
            case 1:
                del made[at : at + dice.randrange(1, 30)]
            case 2:
                made[at:at] = made[at : at + dice.randrange(1, 60)]
            case _ if made:
                made[at % len(made)] = dice.randrange(256)
    return bytes(made)


def bent_headers(dice: random.Random, headers: dict[str, str]) -> dict[str, str]:
    made = dict(headers)
    for _ in range(dice.choice((0, 0, 1, 2))):
        name = dice.choice(list(made))
        value = made[name]
        at = dice.randrange(len(value) + 1)
        match dice.randrange(6):
            case 0:
                made[name] = value[:at] + dice.choice(LETTERS) + value[at:]
            case 1:
                made[name] = value[:at] + value[at + dice.randrange(1, 20) :]
            case 2:
                made[name] = f"{value},{value}"
            case 3:
                made[name] = value[:at] + value[at:][::-1]
            case 4:
                made[name] = value * dice.choice((2, 100))
            case _:
                made[name] = dice.choice(
                    ["", "x", "()", "sig1=()", 'keyId=""', "sig1=:AAAA:", '"' * 500, "a=1;b=2"]
                )
    return made


@pytest.mark.parametrize("scheme", list(Scheme), ids=lambda scheme: scheme.value)
@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_is_brought(
    api: Api, there: Elsewhere, ada: client.Person, bugs: list[str], seed: int, scheme: Scheme
) -> None:
    dice = random.Random(f"{seed}{scheme}")
    eve, mallory = there.person("eve"), there.person("mallory", "other.example")
    posted = api.post("/api/v1/statuses", ada, json={"status": "Hello"}).json
    there.bring(api, eve.act("Follow", ADA))
    there.bring(api, mallory.act("Follow", ADA))
    known = [ADA, eve.uri, mallory.uri, posted["uri"], f"{eve.uri}/posts/1", f"{eve.uri}/followers"]
    statuses: list[int] = []
    before = _held()
    for _ in range(ROUNDS):
        act = mixed(dice, eve, known)
        if dice.random() < 0.6:
            act = oddly(dice, act)
        act = signed_somehow(dice, eve, act)
        body = json.dumps(act).encode()
        if dice.random() < 0.4:
            body = bent(dice, body)
        sender = dice.choice((eve, eve, mallory))
        headers = http_signatures.sign_request("POST", INBOX, body, sender.signer, scheme, datetime.now(UTC))
        if dice.random() < 0.4:
            headers = bent_headers(dice, headers)
        reply = api.post(
            dice.choice(("/inbox", "/inbox", "/users/ada/inbox")),
            body=body,
            headers={"content-type": "application/activity+json", **_sendable(headers)},
        )
        assert reply.status in REFUSED | {202}, (reply.status, body[:2_000], headers)
        statuses.append(reply.status)
        if isinstance(act.get("id"), str):
            known.append(act["id"])
    api.work()
    assert bugs == []
    assert statuses.count(202) > ROUNDS // 20
    assert {400, 401} <= set(statuses)
    with api.built.ground.store.read() as db:
        assert db.rows("SELECT name, body, error FROM job WHERE error <> ''") == []
    for path in ("/api/v1/timelines/public", "/api/v1/timelines/home", "/api/v1/notifications"):
        assert api.get(path, ada).status == 200
    if before is not None:
        assert (_held() or 0) - before < MOST_MEMORY
        tracemalloc.stop()


def _sendable(headers: dict[str, str]) -> dict[str, str]:
    """What a server before us lets through: no end of a line within a header."""
    return {
        name: value.translate({10: 32, 13: 32, 0: 32}).encode("latin-1", "replace").decode("latin-1")
        for name, value in headers.items()
    }


def _held() -> int | None:
    """Bytes in use, in long runs only: looking slows everything down."""
    if not LONG:
        return None
    if not tracemalloc.is_tracing():
        tracemalloc.start()
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
