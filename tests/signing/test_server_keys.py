import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from martlet.model.errors import InvalidInput
from martlet.signing.server_keys import ServerSecret, VapidKey


def test_keys_survive_being_written_down() -> None:
    secret, key = ServerSecret.make(), VapidKey.make()
    assert ServerSecret.from_text(secret.to_text()) == secret
    assert VapidKey.from_text(key.to_text()) == key


def test_every_key_is_another() -> None:
    assert ServerSecret.make() != ServerSecret.make()
    assert VapidKey.make() != VapidKey.make()


def test_the_public_half_belongs_to_the_private() -> None:
    key = VapidKey.make()
    private = ec.derive_private_key(int.from_bytes(key.private, "big"), ec.SECP256R1())
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key.public)
    assert private.public_key() == point


def test_apps_get_the_public_half_padded() -> None:
    key = VapidKey.make()
    assert len(key.public_text) == 87
    assert key.public_text_for_apps == key.public_text + "="


def test_keys_do_not_show_in_logs() -> None:
    secret, key = ServerSecret.make(), VapidKey.make()
    assert repr(secret) == "ServerSecret()"
    assert repr(key.private) not in repr(key)


@given(st.text(max_size=20), st.text(max_size=20))
def test_each_use_has_its_own_key(one: str, other: str) -> None:
    secret = ServerSecret(bytes(32))
    assert (secret.key_for(one) == secret.key_for(other)) == (one == other)
    assert secret.key_for(one) != secret.raw


@pytest.mark.parametrize("text", ["", "abc", "A" * 44, "A" * 42, "=" * 43, "ключ" * 11])
def test_a_damaged_secret_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="server secret is damaged"):
        ServerSecret.from_text(text)


@pytest.mark.parametrize("text", ["", "abc", "A" * 130])
def test_a_damaged_vapid_key_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="VAPID key is damaged"):
        VapidKey.from_text(text)
