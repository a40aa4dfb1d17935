import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding as Form
from cryptography.hazmat.primitives.serialization import PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from martlet.model.errors import InvalidInput
from martlet.signing.subscriptions import Encoding, Subscription, _is_on_curve

ENDPOINT = "https://push.example/1"
POINT = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(
    Form.X962, PublicFormat.UncompressedPoint
)  # fmt: skip
P256DH = base64.urlsafe_b64encode(POINT).decode()
AUTH = base64.urlsafe_b64encode(bytes(16)).decode()


def test_keys_in_both_alphabets() -> None:
    standard = base64.b64encode(POINT).decode()
    for p256dh in (P256DH, P256DH.rstrip("="), standard):
        subscription = Subscription.from_text(ENDPOINT, p256dh, AUTH, Encoding.DRAFT)
        assert subscription == Subscription(ENDPOINT, POINT, bytes(16), Encoding.DRAFT)


def test_the_secret_does_not_show_in_logs() -> None:
    subscription = Subscription(ENDPOINT, POINT, b"very secret here", Encoding.STANDARD)
    assert "secret" not in repr(subscription)


@pytest.mark.parametrize(
    "p256dh", ["", "junk!", "AAAA", base64.urlsafe_b64encode(b"\x04" + bytes(64)).decode()]
)
def test_what_is_no_public_key(p256dh: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Subscription.from_text(ENDPOINT, p256dh, AUTH, Encoding.STANDARD)
    assert refused.value.field == "p256dh"


@pytest.mark.parametrize("auth", ["", "=", "junk!", "A" * 100])
def test_what_is_no_secret(auth: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Subscription.from_text(ENDPOINT, P256DH, auth, Encoding.STANDARD)
    assert refused.value.field == "auth"


@given(st.integers(0, 2**256 - 1), st.integers(0, 2**256 - 1), st.booleans())
def test_the_curve_is_the_one_the_library_knows(scalar: int, y: int, is_real: bool) -> None:  # noqa: FBT001 - drawn
    if is_real:
        key = ec.derive_private_key(scalar % (2**255) + 1, ec.SECP256R1())
        point = key.public_key().public_bytes(Form.X962, PublicFormat.UncompressedPoint)
    else:
        point = b"\x04" + scalar.to_bytes(32, "big") + y.to_bytes(32, "big")
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        assert not _is_on_curve(point)
    else:
        assert _is_on_curve(point)
