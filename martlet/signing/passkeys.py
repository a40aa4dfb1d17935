"""
Passkeys, as W3C's Web Authentication (level 2) has them: what a device shows is checked by the library `webauthn`.

What a browser sends is JSON in the form of `PublicKeyCredential.toJSON()`. The challenge is for the caller to make,
and to take once.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from martlet.model.errors import InvalidInput
from martlet.signing import base64url

if TYPE_CHECKING:
    from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
    from webauthn.registration.verify_registration_response import VerifiedRegistration

LONGEST = 16_384
"""Characters of what a browser sends."""
ALGORITHMS = (-7, -8, -257)
"""ES256, EdDSA, RS256: what devices have, the likeliest first."""
T = TypeVar("T")


class PasskeyRefused(InvalidInput):
    code = "passkey_refused"

    def __init__(self) -> None:
        super().__init__("This passkey cannot be used here.", "passkey")


@dataclass(frozen=True, slots=True)
class NewKey:
    credential: bytes
    public_key: bytes
    sign_count: int


def credential_in(sent: str) -> bytes:
    """Which passkey it is that is shown, before anything is checked. Raises `PasskeyRefused`."""
    found = _parsed(sent).get("rawId")
    if not isinstance(found, str):
        raise PasskeyRefused
    try:
        return base64url.decode(found)
    except ValueError:
        raise PasskeyRefused from None


def owner_in(sent: str) -> bytes | None:
    """Whose it is, as far as the device says. Raises `PasskeyRefused`."""
    response = _parsed(sent).get("response")
    found = response.get("userHandle") if isinstance(response, dict) else None
    if not isinstance(found, str) or not found:
        return None
    try:
        return base64url.decode(found)
    except ValueError:
        raise PasskeyRefused from None


def check_new(sent: str, challenge: bytes, host: str, origin: str) -> NewKey:
    """A passkey that was made just now, by somebody who showed the device that it is they. Raises `PasskeyRefused`."""
    parsed = _parsed(sent)

    def check() -> "VerifiedRegistration":
        from webauthn import verify_registration_response  # noqa: PLC0415  loaded at first use: it takes 0.2 s

        return verify_registration_response(
            credential=parsed,
            expected_challenge=challenge,
            expected_rp_id=host,
            expected_origin=origin,
            require_user_verification=True,
        )

    found = _checked(check)
    return NewKey(found.credential_id, found.credential_public_key, found.sign_count)


def check_shown(
    sent: str,
    challenge: bytes,
    host: str,
    origin: str,
    known: NewKey,
    *,
    is_alone: bool,
) -> int:
    """
    How often the passkey was used now, as its device counts; a device that does not count says 0 each time.

    `is_alone`: nothing else is asked for, so the device must have asked who it is. Raises `PasskeyRefused`, for a
    count that did not grow too: then there are two of it.
    """
    parsed = _parsed(sent)

    def check() -> "VerifiedAuthentication":
        from webauthn import verify_authentication_response  # noqa: PLC0415  loaded at first use: it takes 0.2 s

        return verify_authentication_response(
            credential=parsed,
            expected_challenge=challenge,
            expected_rp_id=host,
            expected_origin=origin,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
            require_user_verification=is_alone,
        )

    return _checked(check).new_sign_count


def _parsed(sent: str) -> dict[str, Any]:
    if len(sent) > LONGEST:
        raise PasskeyRefused
    try:
        parsed = json.loads(sent)
    except (ValueError, RecursionError):
        raise PasskeyRefused from None
    if not isinstance(parsed, dict):
        raise PasskeyRefused
    return parsed


def _checked(check: Callable[[], T]) -> T:
    try:
        return check()
    except Exception as error:  # the library takes strangers' bytes apart, and raises what it likes
        raise PasskeyRefused from error
