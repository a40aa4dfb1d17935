"""The signature for old servers: on what everybody may read, once, and no part of the proof."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from martlet.signing import canonical_json, linked_data, proofs
from martlet.signing.keys import PublicKey
from tests import client
from tests.client import Api
from tests.elsewhere import Elsewhere

ADA = "http://localhost:3000/users/ada"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was signed in the old way, by its name."""
    names: list[str] = []
    sign = linked_data.sign

    def noted(document: Any, *more: Any) -> Any:
        names.append(document["id"])
        return sign(document, *more)

    monkeypatch.setattr(linked_data, "sign", noted)
    return names


@pytest.fixture
def followed(api: Api, there: Elsewhere, ada: client.Person) -> None:
    """By people on three servers."""
    del ada
    for host in ("one.example", "two.example", "three.example"):
        there.bring(api, there.person("eve", host).act("Follow", ADA))
    there.received.clear()


@pytest.mark.usefixtures("followed")
def test_once_however_many_it_goes_to(
    api: Api, there: Elsewhere, ada: client.Person, made: list[str]
) -> None:
    api.post("/api/v1/statuses", ada, json={"status": "Hello"})
    api.work()
    first, *others = there.received
    assert [one == first for one in others] == [True, True]
    assert made == [first["id"]]
    assert (first["signature"]["type"], first["signature"]["creator"]) == (
        "RsaSignature2017",
        f"{ADA}#main-key",
    )
    actor = api.get("/users/ada", headers={"accept": "application/activity+json"}).json
    key = PublicKey.from_multibase(actor["assertionMethod"][0]["publicKeyMultibase"])
    for document in (first, first["object"]):
        proofs.verify(canonical_json.parse_object(json.dumps(document).encode()), key, datetime.now(UTC))
    assert "signature" not in first["object"]


@pytest.mark.usefixtures("followed")
def test_what_is_for_few_gets_none(api: Api, there: Elsewhere, ada: client.Person, made: list[str]) -> None:
    api.post("/api/v1/statuses", ada, json={"status": '"proof":', "visibility": "private"})
    api.work()
    assert [one["type"] for one in there.received] == ["Create"] * 3
    assert made == []
    assert "signature" not in json.dumps(there.received)


@pytest.mark.usefixtures("followed")
def test_what_cannot_be_signed_goes_without(
    api: Api, there: Elsewhere, ada: client.Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linked_data, "CONTEXTS", {})
    api.post("/api/v1/statuses", ada, json={"status": "Hello"})
    api.work()
    assert ["signature" in one for one in there.received] == [False] * 3


@pytest.mark.usefixtures("followed")
def test_without_the_extra_nothing_is_added(
    api: Api, there: Elsewhere, ada: client.Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linked_data, "is_installed", lambda: False)
    api.post("/api/v1/statuses", ada, json={"status": "Hello"})
    api.work()
    assert ["proof" in one for one in there.received] == [True] * 3
    assert ["signature" in one for one in there.received] == [False] * 3
