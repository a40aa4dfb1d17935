"""
Push subscriptions as apps hand them in, and who we are when we send to them.

Light on purpose: the doors import it at start. The encryption is in `webpush.py`.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from martlet.model.errors import InvalidInput
from martlet.signing import base64url
from martlet.signing.server_keys import VapidKey

_POINT_SIZE = 65
_COORDINATE_SIZE = 32
_UNCOMPRESSED = 4
_MAX_AUTH_SIZE = 64

# The curve P-256, y² = x³ - 3x + b modulo p (SEC 2, section 2.4.2).
_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


class Encoding(StrEnum):
    """How a subscription wants its messages. The value is the content encoding."""

    STANDARD = "aes128gcm"
    DRAFT = "aesgcm"


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where an app wants to be told, and the public key (65 bytes) and secret to encrypt with."""

    endpoint: str
    p256dh: bytes
    auth: bytes = field(repr=False)
    encoding: Encoding = Encoding.STANDARD

    @classmethod
    def from_text(cls, endpoint: str, p256dh: str, auth: str, encoding: Encoding) -> "Subscription":
        """
        From the base64 an app sends, in any spelling.

        Raises `InvalidInput` for keys that are none. `endpoint` is taken as it is: what may be called
        is decided when it is called.
        """
        try:
            point = base64url.decode_any_spelling(p256dh)
        except ValueError as error:
            raise InvalidInput("p256dh is not base64.", field="p256dh") from error
        if not _is_on_curve(point):
            raise InvalidInput("p256dh is not a public key on P-256.", field="p256dh")
        try:
            secret = base64url.decode_any_spelling(auth)
        except ValueError as error:
            raise InvalidInput("auth is not base64.", field="auth") from error
        if not 0 < len(secret) <= _MAX_AUTH_SIZE:
            raise InvalidInput("auth is empty or too long.", field="auth")
        return cls(endpoint, point, secret, encoding)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who we are to push services. `contact` is `mailto:…` or `https://…`; some refuse us without it."""

    key: VapidKey
    contact: str


def _is_on_curve(point: bytes) -> bool:
    if len(point) != _POINT_SIZE or point[0] != _UNCOMPRESSED:
        return False
    x = int.from_bytes(point[1 : 1 + _COORDINATE_SIZE], "big")
    y = int.from_bytes(point[1 + _COORDINATE_SIZE :], "big")
    return x < _P and y < _P and (y * y - x**3 + 3 * x - _B) % _P == 0
