import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.signing import digests, multibase

BODY = b'{"hello": "world"}'
SHA256 = "X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="
SHA512 = "WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew=="


def test_published_examples() -> None:
    """RFC 9530 and RFC 9421 appendix B.2."""
    assert digests.digest(BODY) == f"SHA-256={SHA256}"
    assert digests.content_digest(BODY) == f"sha-256=:{SHA256}:"


@given(st.binary(max_size=100))
def test_round_trip(body: bytes) -> None:
    assert digests.fits_digest(digests.digest(body), body)
    assert digests.fits_content_digest(digests.content_digest(body), body)
    assert not digests.fits_digest(digests.digest(body), body + b"\0")
    assert not digests.fits_content_digest(digests.content_digest(body), body + b"\0")


def test_multihashes_of_files() -> None:
    """The example of hashlinks (roads A.2), and one spelling for one digest."""
    known = digests.multihash(hashlib.sha256(b"Hello World!").digest())
    assert known == "zQmWvQxTqbG2Z9HPJgG57jjwR154cKhbtJenbyYTWkjgF3e"
    assert digests.from_multihash(known) == hashlib.sha256(b"Hello World!").digest()
    sha512 = multibase.encode(b"\x13\x40" + bytes(64))
    for other in ("", "z", known[1:], f"m{known[1:]}", f"z1{known[1:]}", known[:-1], f"{known} ", sha512):
        assert digests.from_multihash(other) is None, other


@pytest.mark.parametrize(
    ("header", "fits"),
    [
        (f"SHA-256={SHA256}", True),
        (f"sha-256={SHA256}", True),
        (f"md5=x, SHA-256={SHA256}", True),
        (f"SHA-256={SHA256}, sha-256={SHA256}", False),
        (f"SHA-256=AAAA, SHA-256={SHA256}", False),
        (f"SHA-512={SHA512}", False),
        (SHA256, False),
        ("SHA-256=é", False),
        ("", False),
    ],
)
def test_digest(header: str, fits: bool) -> None:  # noqa: FBT001 - a table
    assert digests.fits_digest(header, BODY) is fits


@pytest.mark.parametrize(
    ("header", "fits"),
    [
        (f"sha-256=:{SHA256}:", True),
        (f"sha-512=:{SHA512}:", True),
        (f"sha-256=:{SHA256}:, sha-512=:{SHA512}:", True),
        (f"md5=:AAAA:, sha-256=:{SHA256}:", True),
        (f"sha-256=:AAAA:, sha-512=:{SHA512}:", False),
        (f"sha-256=:{SHA256}:, sha-512=:AAAA:", False),
        (f"sha-256=:{SHA256}:, sha-256=:{SHA256}:", False),
        (f"sha-256={SHA256}", False),
        (f"SHA-256=:{SHA256}:", False),
        ("md5=:AAAA:", False),
        ("", False),
    ],
)
def test_content_digest(header: str, fits: bool) -> None:  # noqa: FBT001 - a table
    assert digests.fits_content_digest(header, BODY) is fits
