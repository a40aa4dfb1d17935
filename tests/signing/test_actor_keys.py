from typing import Any

import pytest

from martlet.signing import actor_keys
from martlet.signing.keys import PrivateKey
from tests.elsewhere import rsa

ALICE = "https://a.example/users/alice"
RSA = rsa("any").public
ED25519 = PrivateKey.make_ed25519().public


def rsa_entry(**changed: Any) -> dict[str, Any]:
    return {"id": f"{ALICE}#main-key", "owner": ALICE, "publicKeyPem": RSA.to_pem()} | changed


def multikey(**changed: Any) -> dict[str, Any]:
    return {
        "id": f"{ALICE}#ed25519-key",
        "type": "Multikey",
        "controller": ALICE,
        "publicKeyMultibase": ED25519.to_multibase(),
    } | changed


def test_both_kinds_by_their_names() -> None:
    actor = {"id": ALICE, "publicKey": rsa_entry(), "assertionMethod": [multikey()]}
    assert actor_keys.of_actor(actor) == {f"{ALICE}#main-key": RSA, f"{ALICE}#ed25519-key": ED25519}


@pytest.mark.parametrize("name", [f"{ALICE}/main-key", f"{ALICE}?operation=rsakey", f"{ALICE}#x"])
def test_names_of_other_software(name: str) -> None:
    assert list(actor_keys.of_actor({"id": ALICE, "publicKey": [rsa_entry(id=name)]})) == [name]


@pytest.mark.parametrize(
    "entry",
    [
        rsa_entry(owner="https://a.example/users/bob"),
        rsa_entry(owner=[ALICE]),
        rsa_entry(owner=None),
        rsa_entry(id="https://a.example/users/bob#main-key"),
        rsa_entry(id="https://b.example/users/alice#main-key"),
        rsa_entry(id=f"{ALICE}2#main-key"),
        rsa_entry(id=ALICE),
        rsa_entry(id=None),
        rsa_entry(publicKeyPem="nonsense"),
        rsa_entry(publicKeyPem=7),
        multikey(type="JsonWebKey"),
        multikey(controller="https://b.example/users/alice"),
        multikey(publicKeyMultibase="Z6Mk"),
        f"{ALICE}#main-key",
        None,
    ],
)
def test_d8_an_actor_has_only_keys_that_name_it(entry: Any) -> None:
    assert actor_keys.of_actor({"id": ALICE, "publicKey": entry}) == {}
    assert actor_keys.of_actor({"id": ALICE, "assertionMethod": [entry]}) == {}
    good = actor_keys.of_actor({"id": ALICE, "assertionMethod": [entry, multikey()]})
    assert good == {f"{ALICE}#ed25519-key": ED25519}


def test_d8_the_first_of_two_keys_with_one_name_counts() -> None:
    other = multikey(publicKeyMultibase=PrivateKey.make_ed25519().public.to_multibase())
    assert actor_keys.of_actor({"id": ALICE, "assertionMethod": [multikey(), other]}) == {
        f"{ALICE}#ed25519-key": ED25519
    }


@pytest.mark.parametrize("id", [None, 7, ["x"]])
def test_d8_a_key_without_an_actor_is_nobodys(id: Any) -> None:
    assert actor_keys.of_actor({"id": id, "publicKey": rsa_entry(owner=id)}) == {}


def test_an_actor_has_a_bounded_number_of_keys() -> None:
    entries = [multikey(id=f"{ALICE}#{number}") for number in range(1000)]
    assert len(actor_keys.of_actor({"id": ALICE, "assertionMethod": entries})) == 16
