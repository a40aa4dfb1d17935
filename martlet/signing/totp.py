"""
One-time codes as a second factor: TOTP (RFC 6238) and recovery codes for the day the phone is lost.

Codes have six digits and last thirty seconds (SHA-1, the only kind every authenticator app knows). A
clock that is half a minute off is forgiven. A code is accepted once: `verify` names the step it belongs
to, and the caller stores that step in the same transaction, only if it is still greater than the stored
one, so that of two who show the same code at once one is refused (attacks A8).
"""

import hashlib
import hmac
import secrets
import struct
from base64 import b32decode, b32encode
from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import quote, urlencode

PERIOD = 30
DIGITS = 6
_SECRET_SIZE = 20
_STEPS_EITHER_SIDE = 1

RECOVERY_CODES = 10
_RECOVERY_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # neither 0 and o, nor 1, i and l
_RECOVERY_LENGTH = 16
_RECOVERY_GROUP = 4


def make_secret() -> bytes:
    return secrets.token_bytes(_SECRET_SIZE)


def secret_text(secret: bytes) -> str:
    """The secret as people type it into an app: base32 without padding."""
    return b32encode(secret).decode().rstrip("=")


def secret_from_text(text: str) -> bytes:
    """Raises `ValueError` if `text` is not base32."""
    text = text.replace(" ", "").upper().rstrip("=")
    return b32decode(text + "=" * (-len(text) % 8))


def uri(secret: bytes, handle: str, issuer: str) -> str:
    """The `otpauth://` address that a QR code shows; `issuer` is the server's name."""
    label = quote(f"{issuer}:{handle}", safe="@.")
    fields = {"secret": secret_text(secret), "issuer": issuer, "digits": DIGITS, "period": PERIOD}
    return f"otpauth://totp/{label}?{urlencode(fields, quote_via=quote)}"


def step_at(at: datetime) -> int:
    return int(at.timestamp()) // PERIOD


def code(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The code for a step (RFC 4226 section 5.3)."""
    mac = hmac.digest(secret, struct.pack(">Q", step), "sha1")
    offset = mac[-1] & 0xF
    (number,) = struct.unpack_from(">I", mac, offset)
    return f"{(number & 0x7FFFFFFF) % 10**digits:0{digits}d}"


def verify(secret: bytes, shown: str, at: datetime, last_step: int | None) -> int | None:
    """
    The step that the code `shown` belongs to, or None if it is wrong, over, or was used before.

    `last_step` is the last step accepted from this person. Store what is returned in its place.
    """
    shown = shown.replace(" ", "").replace("-", "")
    if not (shown.isascii() and shown.isdigit() and len(shown) == DIGITS):
        return None
    now = step_at(at)
    accepted = None
    for step in range(max(0, now - _STEPS_EITHER_SIDE), now + _STEPS_EITHER_SIDE + 1):
        is_right = hmac.compare_digest(code(secret, step), shown)
        is_fresh = last_step is None or step > last_step
        if is_right and is_fresh and accepted is None:
            accepted = step
    return accepted


def make_recovery_codes() -> list[str]:
    """Ten codes like `k3nd-8wqx-m2pa-77ht`. Show them once, store `recovery_digests`, forget them."""
    return [_make_recovery_code() for _ in range(RECOVERY_CODES)]


def recovery_digest(shown: str) -> bytes:
    """The 32 bytes to store for a recovery code, however it was typed. 79 random bits need no slow hash."""
    plain = "".join(character for character in shown.lower() if character.isalnum())
    return hashlib.sha256(b"recovery " + plain.encode("utf-8", "surrogatepass")).digest()


def recovery_digests(codes: Iterable[str]) -> list[bytes]:
    return [recovery_digest(shown) for shown in codes]


def find_recovery_digest(shown: str, stored: Sequence[bytes]) -> bytes | None:
    """
    Which of the `stored` digests the code `shown` belongs to; None if to none of them.

    Delete that one in the same transaction, and let the person in only if a row was deleted: a code is
    good for one time.
    """
    wanted = recovery_digest(shown)
    found = None
    for digest in stored:
        if hmac.compare_digest(digest, wanted):
            found = digest
    return found


def _make_recovery_code() -> str:
    letters = "".join(secrets.choice(_RECOVERY_ALPHABET) for _ in range(_RECOVERY_LENGTH))
    return "-".join(
        letters[start : start + _RECOVERY_GROUP] for start in range(0, _RECOVERY_LENGTH, _RECOVERY_GROUP)
    )
