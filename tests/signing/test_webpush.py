import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import http_ece
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding as Form
from cryptography.hazmat.primitives.serialization import PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from mastodon import Mastodon

from martlet.model.errors import InvalidInput
from martlet.signing import base64url, webpush
from martlet.signing.server_keys import VapidKey
from martlet.signing.subscriptions import Encoding, Sender, Subscription

# RFC 8291 appendix A (and section 5)
RFC_PAYLOAD = b"When I grow up, I want to be a watermelon"
RFC_OURS = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
RFC_THEIRS = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
RFC_AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
RFC_SALT = "DGv6ra1nlYgDCS1FRnbzlw"
RFC_BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
    "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)

EXPIRES_AT = datetime(2026, 11, 22, 12, tzinfo=UTC) + timedelta(hours=12)
PHONE = ec.generate_private_key(ec.SECP256R1())
AUTH = bytes(range(16))
SENDER = Sender(VapidKey.make(), "mailto:ada@home.example")


def subscription(encoding: Encoding) -> Subscription:
    point = PHONE.public_key().public_bytes(Form.X962, PublicFormat.UncompressedPoint)
    return Subscription("https://push.example:8443/send/abc?x=1", point, AUTH, encoding)


def decrypt_standard(message: webpush.Message) -> bytes:
    plain: bytes = http_ece.decrypt(message.body, private_key=PHONE, auth_secret=AUTH, version="aes128gcm")
    return plain


def decrypt_draft(message: webpush.Message) -> bytes:
    salt = message.headers["encryption"].removeprefix("salt=")
    ours = message.headers["crypto-key"].split(";")[0].removeprefix("dh=")
    plain: bytes = http_ece.decrypt(
        message.body,
        salt=base64url.decode(salt),
        dh=base64url.decode(ours),
        private_key=PHONE,
        auth_secret=AUTH,
        keylabel="P-256",
        version="aesgcm",
    )
    return plain


def test_the_example_of_the_rfc_byte_for_byte() -> None:
    theirs = Subscription.from_text("https://push.example", RFC_THEIRS, RFC_AUTH, Encoding.STANDARD)
    ours = ec.derive_private_key(int.from_bytes(base64url.decode(RFC_OURS), "big"), ec.SECP256R1())
    body = webpush.encrypt_standard(theirs, RFC_PAYLOAD, ours, base64url.decode(RFC_SALT))
    assert base64url.encode(body) == RFC_BODY


@given(st.binary(max_size=webpush.MAX_PAYLOAD))
def test_the_phone_reads_what_we_sent(payload: bytes) -> None:
    standard = webpush.message(subscription(Encoding.STANDARD), payload, SENDER, EXPIRES_AT)
    draft = webpush.message(subscription(Encoding.DRAFT), payload, SENDER, EXPIRES_AT)
    assert decrypt_standard(standard) == decrypt_draft(draft) == payload
    assert len(standard.body) <= 4096
    assert len(draft.body) <= 4096


def test_an_app_on_mastodon_py_reads_the_draft() -> None:
    # the oldest client library in use: it takes the headers apart by hand
    app = Mastodon(api_base_url="https://home.example", access_token="x", version_check_mode="none")
    private, public = cast("tuple[dict[str, Any], dict[str, Any]]", app.push_subscription_generate_keys())
    theirs = Subscription("https://push.example", public["pubkey"], public["auth"], Encoding.DRAFT)
    payload = json.dumps({"title": "Ada liked your post", "notification_id": 7}).encode()
    message = webpush.message(theirs, payload, SENDER, EXPIRES_AT)
    read = app.push_subscription_decrypt_push(
        message.body, private, message.headers["encryption"], message.headers["crypto-key"]
    )
    assert read["title"] == "Ada liked your post"


@pytest.mark.parametrize("encoding", Encoding)
def test_no_two_messages_are_alike(encoding: Encoding) -> None:
    made = [webpush.message(subscription(encoding), b"same", SENDER, EXPIRES_AT) for _ in range(2)]
    assert made[0].body != made[1].body


@pytest.mark.parametrize("encoding", Encoding)
def test_a_message_that_is_too_long_is_refused(encoding: Encoding) -> None:
    webpush.message(subscription(encoding), bytes(webpush.MAX_PAYLOAD), SENDER, EXPIRES_AT)
    with pytest.raises(InvalidInput, match="3994 bytes"):
        webpush.message(subscription(encoding), bytes(webpush.MAX_PAYLOAD + 1), SENDER, EXPIRES_AT)


def test_the_headers_of_both() -> None:
    key = SENDER.key.public_text
    standard = webpush.message(subscription(Encoding.STANDARD), b"x", SENDER, EXPIRES_AT).headers
    assert standard["content-encoding"] == "aes128gcm"
    assert standard["authorization"].startswith("vapid t=")
    assert standard["authorization"].endswith(f",k={key}")
    assert "crypto-key" not in standard
    draft = webpush.message(subscription(Encoding.DRAFT), b"x", SENDER, EXPIRES_AT).headers
    assert draft["content-encoding"] == "aesgcm"
    assert draft["authorization"].startswith("WebPush ")
    assert draft["crypto-key"].endswith(f";p256ecdsa={key}")


def test_the_signature_names_the_service_and_is_ours() -> None:
    token = webpush.vapid_token(SENDER, "https://push.example:8443/send/abc?x=1", EXPIRES_AT)
    header, claims, signature = token.split(".")
    assert json.loads(base64url.decode(header)) == {"typ": "JWT", "alg": "ES256"}
    assert json.loads(base64url.decode(claims)) == {
        "aud": "https://push.example:8443",
        "exp": int(EXPIRES_AT.timestamp()),
        "sub": "mailto:ada@home.example",
    }
    raw = base64url.decode(signature)
    assert len(raw) == 64
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    ours = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), SENDER.key.public)
    ours.verify(der, f"{header}.{claims}".encode(), ec.ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        ours.verify(der, f"{header}.{claims}x".encode(), ec.ECDSA(SHA256()))


@pytest.mark.parametrize(
    ("endpoint", "origin"),
    [
        ("https://Push.Example/a", "https://push.example"),
        ("https://push.example:443/a", "https://push.example"),
        ("https://push.example:80/a", "https://push.example:80"),
        ("http://localhost:8080", "http://localhost:8080"),
    ],
)
def test_the_signature_is_for_an_origin(endpoint: str, origin: str) -> None:
    claims = webpush.vapid_token(SENDER, endpoint, EXPIRES_AT).split(".")[1]
    assert json.loads(base64url.decode(claims))["aud"] == origin


def test_a_key_whose_halves_do_not_fit_signs_nothing() -> None:
    mixed = replace(SENDER.key, public=VapidKey.make().public)
    with pytest.raises(InvalidInput, match="belong together"):
        webpush.vapid_token(Sender(mixed, "mailto:a@b.example"), "https://push.example", EXPIRES_AT)
