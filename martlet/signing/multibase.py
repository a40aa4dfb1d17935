"""
Bytes as the text that keys and proofs travel in: multibase (`z` and base58btc), multicodec in front.

    z6Mk…   0xed 0x01 ‖ an Ed25519 public key, 32 bytes
    z4MX…   0x85 0x24 ‖ an RSA public key, PKCS#1 DER
    z3u2…   0x80 0x26 ‖ an Ed25519 private key, 32 bytes

Other bases and other letters for `z` are refused: one text for one value, so that no bit of a signed
document can be changed unnoticed.
"""

from martlet.model.errors import MalformedDocument

ED25519_PUBLIC = b"\xed\x01"
RSA_PUBLIC = b"\x85\x24"
ED25519_PRIVATE = b"\x80\x26"

_BASE58 = "z"
_LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_LETTERS)}
_MAX_TEXT = 2048
_AT_ONCE = 10


def encode(raw: bytes) -> str:
    """`z` and base58btc."""
    number = int.from_bytes(raw, "big")
    letters = []
    while number:
        number, value = divmod(number, 58)
        letters.append(_LETTERS[value])
    zeros = len(raw) - len(raw.lstrip(b"\0"))
    return _BASE58 + "1" * zeros + "".join(reversed(letters))


def decode(text: str) -> bytes:
    """The bytes that `encode` made into `text`. Raises `MalformedDocument` for any other text."""
    if not text.startswith(_BASE58) or len(text) > _MAX_TEXT:
        raise MalformedDocument("A key or a proof is not in base58.")
    digits = text[1:]
    number = 0
    try:
        for at in range(0, len(digits), _AT_ONCE):  # sums of few letters are small numbers
            some, part = digits[at : at + _AT_ONCE], 0
            for letter in some:
                part = part * 58 + _VALUES[letter]
            number = number * 58 ** len(some) + part
    except KeyError as error:
        raise MalformedDocument("A key or a proof is not in base58.") from error
    zeros = len(digits) - len(digits.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
