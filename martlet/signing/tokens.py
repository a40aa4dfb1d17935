"""
Tokens: long random words that open a door for whoever shows them.

A token is shown once, to whom it was made for. We keep only its digest, so a stolen database opens
nothing. The prefix says what a token is for, to people who find one in a log and to the scanners that
look for leaked secrets; it grants nothing.

Also PKCE (RFC 7636), which ties the token for an app to the app that asked for it. Only S256: the
plain method protects nobody (attacks A4).
"""

import hashlib
import hmac
import re
import secrets
from enum import StrEnum

from martlet.signing import base64url

_RANDOM_BYTES = 32
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class Kind(StrEnum):
    """What a token opens. The value is its prefix."""

    ACCESS = "mt_access"
    CODE = "mt_code"
    CLIENT_ID = "mt_app"
    CLIENT_SECRET = "mt_secret"  # noqa: S105 - a prefix
    SESSION = "mt_session"
    INVITE = "mt_invite"
    SETUP = "mt_setup"
    RESET = "mt_reset"
    CONFIRM = "mt_confirm"


def make(kind: Kind) -> str:
    """A new token of 256 random bits, in letters that need no escaping anywhere."""
    return f"{kind}_{base64url.encode(secrets.token_bytes(_RANDOM_BYTES))}"


def digest(token: str) -> bytes:
    """
    The 32 bytes to store and look up instead of `token`.

    No salt and no slow hash: a token cannot be guessed. Any text has a digest, so what a stranger
    sends may be looked up as it is.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def is_same(one: bytes, other: bytes) -> bool:
    """Whether two digests are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one, other)


def is_pkce_challenge(challenge: str) -> bool:
    """Whether `challenge` can be an S256 challenge at all."""
    return _CHALLENGE.fullmatch(challenge) is not None


def pkce_challenge(verifier: str) -> str:
    """The S256 challenge for `verifier`."""
    return base64url.encode(hashlib.sha256(verifier.encode("utf-8", "surrogatepass")).digest())


def pkce_matches(verifier: str, challenge: str) -> bool:
    """Whether `verifier` (RFC 7636 section 4.1) is the one that `challenge` was made from."""
    if not _VERIFIER.fullmatch(verifier) or not is_pkce_challenge(challenge):
        return False
    return hmac.compare_digest(pkce_challenge(verifier), challenge)
