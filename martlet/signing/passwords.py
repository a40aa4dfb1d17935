"""
Passwords: what makes one acceptable, and how we keep it.

Kept as argon2id (RFC 9106) in PHC strings, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`, which other software
reads too. The parameters stand here and nowhere else; raise them, and `needs_rehash` finds the older
hashes as their owners sign in.

A password is compared as Unicode text in NFC, with every kind of space made an ordinary one (RFC 8265,
OpaqueString): the same password typed on a Mac, a phone and a PC is the same bytes. Not NFKC: that
would also make different characters equal (full-width and half-width, ﬁ and fi, ² and 2), and a
password is worth what its characters are.

Hashing takes some 40 ms and 19 MiB on purpose, and leaves other threads running: call it from a thread,
never from the event loop.
"""

import secrets
import unicodedata
from functools import cache

from martlet.model.errors import InvalidInput
from martlet.signing.worst_passwords import WORST

MIN_LENGTH = 8
MAX_LENGTH = 128
"""In characters, after NFC. Room for any sentence, and a bound for what we are willing to hash."""

_MEMORY_KIB = 19 * 1024
_ITERATIONS = 2
_LANES = 1
_SALT_SIZE = 16
_HASH_SIZE = 32
_PARAMETERS = f"$argon2id$v=19$m={_MEMORY_KIB},t={_ITERATIONS},p={_LANES}$"

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that could be taken for another."""

_FEWEST_DIFFERENT = 4
_SHORTEST_NAME = 4
_MOST_TRIMMINGS = 6
_ROWS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
)


def check_strength(password: str, about: tuple[str, ...] = ()) -> None:
    """
    Raise `InvalidInput` unless `password` is fit for a new account.

    `about` is what anyone knows of this person (username, e-mail address, the server's name): none of
    it is a password, nor with a few digits or signs behind it. `details["password"]` has the pairs of
    code and sentence: too_short, too_long, too_common, too_personal.
    """
    typed = _prepared(password)
    faults: list[tuple[str, str]] = []
    if len(typed) < MIN_LENGTH:
        faults.append(("too_short", f"is too short: at least {MIN_LENGTH} characters"))
    elif len(typed) > MAX_LENGTH:
        faults.append(("too_long", f"is too long: at most {MAX_LENGTH} characters"))
    elif _is_about(typed, about):
        faults.append(("too_personal", "is your name or address, which others know too"))
    elif _is_common(typed):
        faults.append(("too_common", "is one of those that are tried first"))
    if faults:
        sentence = "; ".join(sentence for _, sentence in faults)
        raise InvalidInput(f"The password {sentence}.", field="password", details={"password": faults})


def make_up() -> str:
    """A password of 79 random bits that can be read out and typed: `tm4k-9xpa-…`."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def hash_password(password: str) -> str:
    """A PHC string for `password`. Raises `InvalidInput` if it is longer than we are willing to hash."""
    typed = _prepared(password)
    if len(typed) > MAX_LENGTH:
        raise InvalidInput(f"The password is too long: at most {MAX_LENGTH} characters.", field="password")
    return _hash(_bytes(typed))


def verify_password(password: str, stored: str | None) -> bool:
    """
    Whether `password` is the one that `stored` was made from.

    Pass None for an account that does not exist, or has no password: the answer is no, after the same
    work, so that a stopwatch does not tell who has an account (attacks A10).
    """
    from cryptography.exceptions import InvalidKey  # noqa: PLC0415 - loaded at first use
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id  # noqa: PLC0415 - loaded at first use

    typed = _prepared(password)
    is_possible = bool(stored) and len(typed) <= MAX_LENGTH
    try:
        Argon2id.verify_phc_encoded(_bytes(typed[:MAX_LENGTH]), stored or _dummy())
    except (InvalidKey, ValueError):  # wrong, or what is stored is no hash at all
        return False
    return is_possible


def needs_rehash(stored: str) -> bool:
    """Whether `stored` was made with other parameters than today's."""
    return not stored.startswith(_PARAMETERS)


def _hash(password: bytes) -> str:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id  # noqa: PLC0415 - loaded at first use

    return Argon2id(
        salt=secrets.token_bytes(_SALT_SIZE),
        length=_HASH_SIZE,
        iterations=_ITERATIONS,
        lanes=_LANES,
        memory_cost=_MEMORY_KIB,
    ).derive_phc_encoded(password)


@cache
def _dummy() -> str:
    """A hash that no password opens, to have the same work to do where there is no account."""
    return _hash(secrets.token_bytes(_HASH_SIZE))


def _prepared(password: str) -> str:
    """The password as RFC 8265 compares it. Cut, not refused, where it is absurdly long."""
    if len(password) > 8 * MAX_LENGTH:
        return password
    spaced = "".join(" " if unicodedata.category(letter) == "Zs" else letter for letter in password)
    return unicodedata.normalize("NFC", spaced)


def _bytes(typed: str) -> bytes:
    return typed.encode("utf-8", "surrogatepass")


def _is_about(typed: str, about: tuple[str, ...]) -> bool:
    plain, stem = typed.casefold(), _stem(typed)
    for known in about:
        whole = known.casefold().lstrip("@")
        for name in (whole, whole.split("@")[0], whole.split("@")[-1]):
            if plain == name or (len(name) >= _SHORTEST_NAME and stem == _stem(name)):
                return True
    return False


def _is_common(typed: str) -> bool:
    plain, stem = typed.casefold(), _stem(typed)
    if len(set(plain)) < _FEWEST_DIFFERENT or plain in WORST or stem in WORST:
        return True
    half = plain[: len(plain) // 2]
    if plain == half + half and half in WORST:
        return True
    return any(plain in row or plain in row[::-1] for row in _ROWS)


def _stem(typed: str) -> str:
    """What is left without the few digits and signs that people put round a word: `!Password123` → password."""
    plain = typed.casefold()
    stem = plain.strip("0123456789!?.,;:*#$@_-+ ")
    return stem if len(plain) - len(stem) <= _MOST_TRIMMINGS else plain
