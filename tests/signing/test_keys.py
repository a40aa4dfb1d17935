from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from martlet.model.errors import MalformedDocument
from martlet.signing import multibase
from martlet.signing.keys import Kind, PrivateKey, PublicKey
from martlet.signing.sealed import CannotDecrypt
from martlet.signing.server_keys import ServerSecret
from tests.signing.vectors import read, scenarios

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
RSA = PrivateKey.make_rsa()
ED25519 = PrivateKey.make_ed25519()


def doubled(x: int, y: int) -> tuple[int, int]:
    """The point added to itself on the curve of Ed25519, -x² + y² = 1 + dx²y²."""
    both = D * x * x * y * y % P
    return (
        2 * x * y * pow(1 + both, -1, P) % P,
        (y * y + x * x) * pow(1 - both, -1, P) % P,
    )


def root(square: int) -> int | None:
    found = pow(square, (P + 3) // 8, P)
    if found * found % P != square % P:
        found = found * pow(2, (P - 1) // 4, P) % P
    return found if found * found % P == square % P else None


def small_order() -> set[int]:
    """The y of all points that come to nothing after three doublings: from zero backwards, by halving."""
    from martlet.signing.keys import _SMALL_ORDER  # noqa: PLC0415 - what is tested

    for y in _SMALL_ORDER:
        x = root((y * y - 1) * pow(D * y * y + 1, -1, P))
        assert x is not None
        point = (x, y)
        for _ in range(3):
            point = doubled(*point)
        assert point == (0, 1)
    return set(_SMALL_ORDER)


def weak() -> list[bytes]:
    ys = small_order()
    assert len(ys) == 5
    spelt = ys | {y + P for y in ys if y + P < 2**255}
    return [(y | sign << 255).to_bytes(32, "little") for y in sorted(spelt) for sign in (0, 1)]


@pytest.mark.parametrize("raw", weak(), ids=lambda raw: raw.hex()[:8])
def test_keys_under_which_anybody_signs_are_refused(raw: bytes) -> None:
    text = multibase.encode(multibase.ED25519_PUBLIC + raw)
    with pytest.raises(MalformedDocument):
        PublicKey.from_ed25519(raw)
    with pytest.raises(MalformedDocument):
        PublicKey.from_multibase(text)
    with pytest.raises(MalformedDocument):
        PublicKey.from_did(f"did:key:{text}")


def test_a_key_is_written_in_one_way() -> None:
    for y in range(P, 2**255):
        with pytest.raises(MalformedDocument):
            PublicKey.from_ed25519(y.to_bytes(32, "little"))


def test_signatures_at_the_edge_of_the_specification() -> None:
    """Weak keys refused, S below the order of the group, R canonical; the equation without the cofactor."""
    answers = []
    for case in read("ed25519-speccheck.json"):
        message, key, signature = (
            bytes.fromhex(case[name]) for name in ("message", "public_key", "signature")
        )
        try:
            answers.append(PublicKey.from_ed25519(key).verifies(signature, message))
        except MalformedDocument:
            answers.append(False)
    assert answers == [False, False, True, True, False, False, False, False, False, False]


def test_the_signatures_of_wycheproof() -> None:
    for key, message, signature, is_good in read("wycheproof-ed25519.json"):
        public = PublicKey.from_ed25519(bytes.fromhex(key))
        assert public.verifies(bytes.fromhex(signature), bytes.fromhex(message)) is is_good


def test_the_keys_of_fep_521a() -> None:
    ed25519, rsa_key = (entry["publicKeyMultibase"] for entry in scenarios("fep-521a.feature"))
    key = PublicKey.from_multibase(ed25519)
    assert key.raw.hex() == "2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6"
    assert key.to_multibase() == ed25519
    assert PublicKey.from_multibase(rsa_key).to_multibase() == rsa_key
    assert PublicKey.from_multibase(rsa_key).kind is Kind.RSA


def test_the_key_of_the_w3c() -> None:
    pair = read("w3c/keyPair.json")
    private = PrivateKey.from_multibase(pair["privateKeyMultibase"])
    assert private.public.to_multibase() == pair["publicKeyMultibase"]
    assert private.public.raw.hex() == "b00d8d938e7f773d51565aad36a623f5344f7f5d1960f9cf3e8e12620ea2810f"


@pytest.mark.parametrize("private", [RSA, ED25519], ids=["rsa", "ed25519"])
def test_round_trips(private: PrivateKey) -> None:
    secret = ServerSecret.make()
    public = private.public
    assert PrivateKey.from_pem(private.to_pem()) == private
    assert PublicKey.from_pem(public.to_pem()) == public
    assert PublicKey.from_multibase(public.to_multibase()) == public
    assert PublicKey.from_did(public.to_did()) == public
    assert PrivateKey.unseal(secret, private.seal(secret, "account 7"), "account 7") == private
    assert public.verifies(private.sign(b"bird"), b"bird")
    assert not public.verifies(private.sign(b"bird"), b"bind")
    assert not public.verifies(b"", b"bird")
    assert not (ED25519 if private is RSA else RSA).public.verifies(private.sign(b"bird"), b"bird")


def test_keys_lie_sealed_and_print_as_nothing() -> None:
    secret = ServerSecret.make()
    sealed = ED25519.seal(secret, "account 7")
    assert ED25519.raw not in sealed
    assert ED25519.raw.hex() not in repr(ED25519)
    assert str(ED25519.raw) not in repr(ED25519)
    for other, ciphertext, context in (
        (secret, sealed, "account 8"),
        (ServerSecret.make(), sealed, "account 7"),
        (secret, sealed[:-1], "account 7"),
    ):
        with pytest.raises(CannotDecrypt):
            PrivateKey.unseal(other, ciphertext, context)


def test_the_usual_forms() -> None:
    assert RSA.to_pem().startswith("-----BEGIN PRIVATE KEY-----\n")
    assert RSA.public.to_pem().startswith("-----BEGIN PUBLIC KEY-----\n")
    assert ED25519.public.to_multibase().startswith("z6Mk")
    assert RSA.public.to_multibase().startswith("z4MX")


def test_rsa_keys_of_older_servers() -> None:
    key = form.load_pem_public_key(RSA.public.to_pem().encode())
    pkcs1 = key.public_bytes(form.Encoding.PEM, form.PublicFormat.PKCS1).decode()
    assert "BEGIN RSA PUBLIC KEY" in pkcs1
    assert PublicKey.from_pem(pkcs1) == RSA.public
    assert PublicKey.from_pem("\r\n" + RSA.public.to_pem().replace("\n", "\r\n")) == RSA.public


def short() -> str:
    # 1,024 bits on purpose: that is what must be refused.
    key = rsa.generate_private_key(65537, 1024).public_key()  # noqa: S505
    return pem(key)


def pem(key: Any) -> str:
    written: bytes = key.public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)
    return written.decode()


@pytest.mark.parametrize(
    "text",
    [
        short(),
        pem(ec.generate_private_key(ec.SECP256R1()).public_key()),
        RSA.to_pem(),
        RSA.public.to_pem()[:200],
        RSA.public.to_pem().replace("A", "é"),
        RSA.public.to_pem() * 20,
        "",
        "hmac-secret",
    ],
)
def test_what_is_no_key_of_ours_is_refused(text: str) -> None:
    with pytest.raises(MalformedDocument):
        PublicKey.from_pem(text)


@pytest.mark.parametrize(
    "text",
    [
        multibase.encode(b"\xec\x01" + ED25519.public.raw),  # X25519
        multibase.encode(multibase.ED25519_PRIVATE + ED25519.raw),
        multibase.encode(multibase.ED25519_PUBLIC + ED25519.public.raw[:-1]),
        multibase.encode(multibase.ED25519_PUBLIC + ED25519.public.raw + b"\0"),
        multibase.encode(multibase.RSA_PUBLIC + b"nonsense"),
        multibase.encode(ED25519.public.raw),
        "Z" + ED25519.public.to_multibase()[1:],
        "z",
    ],
    ids=["x25519", "private", "short", "long", "nonsense", "bare", "upper case", "nothing"],
)
def test_what_is_no_multikey_is_refused(text: str) -> None:
    with pytest.raises(MalformedDocument):
        PublicKey.from_multibase(text)


@pytest.mark.parametrize(
    "did", ["did:key:", "did:web:a.example", "z6Mk", "did:key:{}#{}x", "did:key:{}#", "DID:key:{}"]
)
def test_what_is_no_did_is_refused(did: str) -> None:
    with pytest.raises(MalformedDocument):
        PublicKey.from_did(did.replace("{}", ED25519.public.to_multibase()))


@pytest.mark.parametrize("text", ["", "nonsense", RSA.public.to_pem()])
def test_what_is_no_private_key_is_refused(text: str) -> None:
    with pytest.raises(MalformedDocument):
        PrivateKey.from_pem(text)
    with pytest.raises(MalformedDocument):
        PrivateKey.from_multibase(ED25519.public.to_multibase())
