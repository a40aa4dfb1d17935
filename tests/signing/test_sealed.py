from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.signing import base64url, sealed
from martlet.signing.sealed import CannotDecrypt, Purpose
from martlet.signing.server_keys import ServerSecret

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOON = NOW + timedelta(minutes=10)
SECRET = ServerSecret(bytes(range(32)))


@given(st.text(), st.sampled_from(Purpose))
def test_a_signed_value_comes_back(value: str, purpose: Purpose) -> None:
    text = sealed.sign(SECRET, purpose, value, SOON)
    assert sealed.verify(SECRET, purpose, text, NOW) == value


def test_it_ends_when_it_says() -> None:
    text = sealed.sign(SECRET, Purpose.CSRF, "session", SOON)
    assert sealed.verify(SECRET, Purpose.CSRF, text, SOON - timedelta(seconds=1)) == "session"
    assert sealed.verify(SECRET, Purpose.CSRF, text, SOON) is None


def test_it_is_good_for_one_purpose_and_one_server() -> None:
    text = sealed.sign(SECRET, Purpose.CONFIRM_EMAIL, "7", SOON)
    for purpose in set(Purpose) - {Purpose.CONFIRM_EMAIL}:
        assert sealed.verify(SECRET, purpose, text, NOW) is None
    assert sealed.verify(ServerSecret.make(), Purpose.CONFIRM_EMAIL, text, NOW) is None


@given(st.data())
def test_no_bit_of_it_can_be_changed(data: st.DataObject) -> None:
    raw = bytearray(base64url.decode(sealed.sign(SECRET, Purpose.CSRF, "session", SOON)))
    bit = data.draw(st.integers(0, 8 * len(raw) - 1))
    raw[bit // 8] ^= 1 << bit % 8
    assert sealed.verify(SECRET, Purpose.CSRF, base64url.encode(bytes(raw)), NOW) is None


@given(st.text(max_size=80))
def test_what_we_did_not_write_is_refused(text: str) -> None:
    assert sealed.verify(SECRET, Purpose.CSRF, text, NOW) is None


@given(st.binary(max_size=200), st.text(max_size=20))
def test_what_was_encrypted_is_decrypted(plaintext: bytes, context: str) -> None:
    ciphertext = sealed.encrypt(SECRET, plaintext, context)
    assert sealed.decrypt(SECRET, ciphertext, context) == plaintext
    assert len(plaintext) < 4 or plaintext not in ciphertext


def test_the_same_twice_looks_different() -> None:
    assert sealed.encrypt(SECRET, b"x", "c") != sealed.encrypt(SECRET, b"x", "c")


def test_another_context_or_server_cannot_read_it() -> None:
    ciphertext = sealed.encrypt(SECRET, b"totp secret", "user 1")
    with pytest.raises(CannotDecrypt):
        sealed.decrypt(SECRET, ciphertext, "user 2")
    with pytest.raises(CannotDecrypt):
        sealed.decrypt(ServerSecret.make(), ciphertext, "user 1")


@given(st.binary(max_size=60))
def test_damage_is_noticed(junk: bytes) -> None:
    with pytest.raises(CannotDecrypt):
        sealed.decrypt(SECRET, junk, "c")
    with pytest.raises(CannotDecrypt):
        sealed.decrypt(SECRET, b"\x01" + junk, "c")
