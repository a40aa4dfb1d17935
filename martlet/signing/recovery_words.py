"""
A root key on paper: 24 words (BIP-39, English), or the text of a QR code (a Multikey's secret, `z3u2…`).

The words are the 32 bytes of the Ed25519 key themselves, with eight bits that show a slip of the pen: there is no
passphrase and no derivation, so that key and words are one. `web/static/secrets.js` does the same in the browser.
"""

from typing import TYPE_CHECKING

from martlet.model.errors import InvalidInput, MalformedDocument
from martlet.signing import multibase
from martlet.signing.keys import Kind, PrivateKey

if TYPE_CHECKING:
    from mnemonic import Mnemonic

COUNT = 24
_SIZE = 32


class NoSuchWords(InvalidInput):
    code = "no_such_words"

    def __init__(self) -> None:
        super().__init__("These are not the words of a root key, nor the text of its code.")


def _words() -> "Mnemonic":
    from mnemonic import Mnemonic  # noqa: PLC0415 - few servers ever read words, and all start

    return Mnemonic("english")


def words_of(root: PrivateKey) -> list[str]:
    return list(_words().to_mnemonic(root.raw).split())


def text_of(root: PrivateKey) -> str:
    return multibase.encode(multibase.ED25519_PRIVATE + root.raw)


def read(typed: str) -> PrivateKey:
    """The key that words or the text of a code mean. Raises `NoSuchWords`."""
    words = typed.lower().split()
    try:
        if len(words) == COUNT:
            raw = bytes(_words().to_entropy(words))
        else:
            found = multibase.decode(typed.strip())
            raw = (
                found.removeprefix(multibase.ED25519_PRIVATE)
                if found.startswith(multibase.ED25519_PRIVATE)
                else b""
            )
    except (ValueError, LookupError, MalformedDocument) as error:
        raise NoSuchWords from error
    if len(raw) != _SIZE:
        raise NoSuchWords
    return PrivateKey(Kind.ED25519, raw)
