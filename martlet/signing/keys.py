"""
The keys with which accounts and servers sign: RSA for requests, Ed25519 for documents.

A key is a small value that can be compared, stored and handed round. Reading it checks it; the object of
the cryptography library is made when it is first used. Both are kept for a while, for a busy inbox reads the
same keys all day.

Refused: RSA keys below 2,048 or above 8,192 bits, and Ed25519 keys that are not written in the one
canonical way or lie in the small subgroup, under which anybody can sign anything.

Light on purpose: the cryptography library is loaded at the first use.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from martlet.model.errors import MalformedDocument
from martlet.signing import multibase, sealed
from martlet.signing.server_keys import ServerSecret

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
    from cryptography.hazmat.primitives.hashes import SHA256

DID = "did:key:"

_RSA_BITS = 2048
_FEWEST_BITS = 2048
_MOST_BITS = 8192
_PUBLIC_EXPONENT = 65537
_LARGEST_EXPONENT = 2**32
_ED25519_SIZE = 32
_MAX_PEM = 8192
_P = 2**255 - 19
_ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
# The y of all points of order 1, 2, 4 and 8. Whichever sign of x is written with it, the point is one of them.
_SMALL_ORDER = frozenset((0, 1, _P - 1, _ORDER_8, _P - _ORDER_8))


class Kind(StrEnum):
    RSA = "rsa"
    ED25519 = "ed25519"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """
    A key to verify with. `raw` is 32 bytes (Ed25519) or an SPKI in DER (RSA).

    Made by the `from_…` methods, all of which raise `MalformedDocument` for a key that is none or too weak.
    """

    kind: Kind
    raw: bytes

    @classmethod
    def from_pem(cls, text: str) -> "PublicKey":
        """From `publicKeyPem`: an RSA or Ed25519 key as SPKI, or an RSA key as PKCS#1."""
        if len(text) > _MAX_PEM:
            raise MalformedDocument("A public key is too long.")
        return _from_pem(text)

    @classmethod
    def from_multibase(cls, text: str) -> "PublicKey":
        """From `publicKeyMultibase`: `z6Mk…` (Ed25519) or `z4MX…` (RSA)."""
        return _from_multibase(text)

    @classmethod
    def from_did(cls, did: str) -> "PublicKey":
        """From `did:key:z6Mk…`, or the name of the one key in it, `did:key:z6Mk…#z6Mk…`."""
        text, has_fragment, fragment = did.removeprefix(DID).partition("#")
        if not did.startswith(DID) or (has_fragment and fragment != text):
            raise MalformedDocument("This is not the name of a key.")
        return cls.from_multibase(text)

    @classmethod
    def from_ed25519(cls, raw: bytes) -> "PublicKey":
        """From the 32 bytes themselves."""
        y = int.from_bytes(raw, "little") & (2**255 - 1)
        if len(raw) != _ED25519_SIZE or y >= _P or y in _SMALL_ORDER:
            raise MalformedDocument("A public key is malformed or weak.")
        return cls(Kind.ED25519, raw)

    def to_pem(self) -> str:
        """SPKI in PEM, as `publicKeyPem` has it."""
        from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415 - late

        key = _loaded(self)
        return key.public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo).decode()

    def to_multibase(self) -> str:
        """As `publicKeyMultibase` of a Multikey has it (FEP-521a)."""
        from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415 - late

        if self.kind is Kind.ED25519:
            return multibase.encode(multibase.ED25519_PUBLIC + self.raw)
        der = _loaded(self).public_bytes(form.Encoding.DER, form.PublicFormat.PKCS1)
        return multibase.encode(multibase.RSA_PUBLIC + der)

    def to_did(self) -> str:
        return DID + self.to_multibase()

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """
        Whether the private half signed `message`: RSASSA-PKCS1-v1_5 over SHA-256, or Ed25519.

        The kind of the key decides how, never what the message says of itself.
        """
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - late

        try:
            if self.kind is Kind.ED25519:
                _loaded_ed25519(self.raw).verify(signature, message)
            else:
                _loaded_rsa(self.raw).verify(signature, message, *_pkcs1())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A key to sign with. `raw` is 32 bytes (Ed25519) or PKCS#8 in DER (RSA); it prints as nothing."""

    kind: Kind
    raw: bytes = field(repr=False)

    @classmethod
    def make_ed25519(cls) -> "PrivateKey":
        """Some 30 µs."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - late

        return cls(Kind.ED25519, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def make_rsa(cls) -> "PrivateKey":
        """2,048 bits. Takes 20 to 300 ms, by luck: call it from a thread, and not inside a transaction."""
        from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415 - late
        from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415 - late

        key = rsa.generate_private_key(_PUBLIC_EXPONENT, _RSA_BITS)
        der = key.private_bytes(form.Encoding.DER, form.PrivateFormat.PKCS8, form.NoEncryption())
        return cls(Kind.RSA, der)

    @classmethod
    def from_pem(cls, text: str) -> "PrivateKey":
        """From PKCS#8 (or an RSA key from PKCS#1) in PEM, not encrypted. Raises `MalformedDocument`."""
        from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415 - late
        from cryptography.hazmat.primitives.asymmetric import ed25519, rsa  # noqa: PLC0415 - late

        try:
            key = form.load_pem_private_key(text.encode("ascii", "replace"), None)
        except (ValueError, TypeError) as error:
            raise MalformedDocument("This is not a private key.") from error
        if isinstance(key, ed25519.Ed25519PrivateKey):
            return cls(Kind.ED25519, key.private_bytes_raw())
        if isinstance(key, rsa.RSAPrivateKey):
            der = key.private_bytes(form.Encoding.DER, form.PrivateFormat.PKCS8, form.NoEncryption())
            return cls(Kind.RSA, der)
        raise MalformedDocument("This is a private key of a kind we do not know.")

    @classmethod
    def from_multibase(cls, text: str) -> "PrivateKey":
        """From `z3u2…`: an Ed25519 key. Raises `MalformedDocument`."""
        raw = multibase.decode(text)
        if not raw.startswith(multibase.ED25519_PRIVATE) or len(raw) != _ED25519_SIZE + 2:
            raise MalformedDocument("This is not an Ed25519 private key.")
        return cls(Kind.ED25519, raw[2:])

    @classmethod
    def unseal(cls, secret: ServerSecret, ciphertext: bytes, context: str) -> "PrivateKey":
        """What `seal` was given, for the same `context`. Raises `CannotDecrypt`."""
        kind, _, raw = sealed.decrypt(secret, ciphertext, context).partition(b":")
        return cls(Kind(kind.decode()), raw)

    def seal(self, secret: ServerSecret, context: str) -> bytes:
        """
        For the database: readable only with this server's secret and for the same `context`.

        `context` names whose key it is (`account 7`), so that a row copied to another account opens nothing.
        """
        return sealed.encrypt(secret, f"{self.kind}:".encode() + self.raw, context)

    def to_pem(self) -> str:
        """PKCS#8 in PEM, not encrypted. For backups that the owner asked for; it is the key."""
        from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415 - late

        key = _loaded_private(self)
        return key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()).decode()

    @property
    def public(self) -> PublicKey:
        from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415 - late

        public = _loaded_private(self).public_key()
        if self.kind is Kind.ED25519:
            return PublicKey(self.kind, public.public_bytes(form.Encoding.Raw, form.PublicFormat.Raw))
        return PublicKey(
            self.kind, public.public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)
        )

    def sign(self, message: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 over SHA-256 (256 bytes for 2,048 bits), or Ed25519 (64 bytes)."""
        if self.kind is Kind.ED25519:
            return _private_ed25519(self.raw).sign(message)
        return _private_rsa(self.raw).sign(message, *_pkcs1())


@lru_cache(maxsize=1024)
def _from_pem(text: str) -> PublicKey:
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415 - late

    return _checked(lambda: load_pem_public_key(text.strip().encode("ascii", "replace")))


@lru_cache(maxsize=1024)
def _from_multibase(text: str) -> PublicKey:
    raw = multibase.decode(text)
    if raw.startswith(multibase.ED25519_PUBLIC):
        return PublicKey.from_ed25519(raw[len(multibase.ED25519_PUBLIC) :])
    if raw.startswith(multibase.RSA_PUBLIC):
        from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415 - late

        return _checked(lambda: load_der_public_key(raw[len(multibase.RSA_PUBLIC) :]))
    raise MalformedDocument("A public key is of a kind we do not know.")


def _checked(load: Callable[[], object]) -> PublicKey:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - late
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415 - late
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa  # noqa: PLC0415 - late

    try:
        key = load()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise MalformedDocument("This is not a public key.") from error
    if isinstance(key, ed25519.Ed25519PublicKey):
        return PublicKey.from_ed25519(key.public_bytes_raw())
    if not isinstance(key, rsa.RSAPublicKey):
        raise MalformedDocument("A public key is of a kind we do not know.")
    exponent = key.public_numbers().e
    if not _FEWEST_BITS <= key.key_size <= _MOST_BITS or exponent > _LARGEST_EXPONENT:
        raise MalformedDocument(f"An RSA key of {key.key_size} bits is not one we use.")
    return PublicKey(Kind.RSA, key.public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo))


def _loaded(key: PublicKey) -> "RSAPublicKey | Ed25519PublicKey":
    return _loaded_ed25519(key.raw) if key.kind is Kind.ED25519 else _loaded_rsa(key.raw)


def _loaded_private(key: PrivateKey) -> "RSAPrivateKey | Ed25519PrivateKey":
    return _private_ed25519(key.raw) if key.kind is Kind.ED25519 else _private_rsa(key.raw)


@lru_cache(maxsize=2048)
def _loaded_ed25519(raw: bytes) -> "Ed25519PublicKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 - late

    return Ed25519PublicKey.from_public_bytes(raw)


@lru_cache(maxsize=2048)
def _loaded_rsa(der: bytes) -> "RSAPublicKey":
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415 - late
    from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415 - late

    key = load_der_public_key(der)
    if not isinstance(key, RSAPublicKey):
        raise MalformedDocument("A stored key is damaged.")
    return key


@lru_cache(maxsize=256)
def _private_ed25519(raw: bytes) -> "Ed25519PrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - late

    return Ed25519PrivateKey.from_private_bytes(raw)


@lru_cache(maxsize=256)
def _private_rsa(der: bytes) -> "RSAPrivateKey":
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415 - late
    from cryptography.hazmat.primitives.serialization import load_der_private_key  # noqa: PLC0415 - late

    # Our own key out of our own database: its arithmetic was checked when it was made.
    key = load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, RSAPrivateKey):
        raise MalformedDocument("A stored key is damaged.")
    return key


@cache
def _pkcs1() -> "tuple[PKCS1v15, SHA256]":
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415 - late
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - late

    return PKCS1v15(), SHA256()
