"""
Links, read strictly and once.

A URL given by people or strangers becomes a `WebUrl`, and what is used
afterwards is that object, in its one ASCII spelling, so that no second parser
can understand it otherwise. Refused are: other schemes than http and https,
names and passwords before the host, backslashes, white space and control
characters, and hosts that `names.normalise_host` refuses.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote

import idna

from martlet.model.errors import InvalidInput
from martlet.text.names import InvalidHost, host_and_port, normalise_host

URL_LIMIT = 2048

_PARTS = re.compile(r"(https?)://([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?", re.IGNORECASE)
_REFUSED = re.compile(
    r"[\x00-\x20\x7f-\xa0\\\ud800-\udfff\u1680\u2000-\u200b\u200e\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]"
)
_SAFE = re.compile(r"[A-Za-z0-9/?#%:@!$&'()*+,;=~._-]*")
_SAFE_CHARACTERS = "/?%:@!$&'()*+,;=~-._"
_LOOSE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_OWN_PORT = {"http": ":80", "https": ":443"}

_SCRIPTS_OF_HAN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC"})
_LOOKS_LATIN = frozenset(
    "\u03b1\u03b3\u03b5\u03b9\u03ba\u03bd\u03bf\u03c1\u03c4\u03c5\u03c7\u03c9\u0430\u0432\u0433"
    "\u0435\u0437\u043a\u043c\u043e\u043f\u0440\u0441\u0442\u0443\u0445\u044c\u0455\u0456\u0457\u0458\u0461\u0475\u04bb\u04cf\u0501\u051b\u051d\u0570\u0578\u057d\u0581\u0585\ua647"
)


class InvalidUrl(InvalidInput):
    code = "invalid_url"


@dataclass(frozen=True, slots=True)
class WebUrl:
    """An http or https address in ASCII. `host` has the port if it is not the scheme's own."""

    scheme: str
    host: str
    path: str = ""
    query: str = ""
    fragment: str = ""

    def __str__(self) -> str:
        """`query` and `fragment` carry their own `?` and `#`."""
        return f"{self.scheme}://{self.host}{self.path}{self.query}{self.fragment}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.host}"


def parse_url(text: str) -> WebUrl:
    """An address as typed or sent, international or not. Raises `InvalidUrl`."""
    parts = _PARTS.fullmatch(text) if len(text) <= URL_LIMIT else None
    if parts is None or _REFUSED.search(text):
        raise InvalidUrl("That is not a web address. It should begin with https:// and have no blanks in it.")
    scheme = parts[1].lower()
    if "@" in parts[2]:
        raise InvalidUrl("A web address with a name before its host (name@host) is not accepted.")
    try:
        host = normalise_host(parts[2])
    except InvalidHost as error:
        raise InvalidUrl(f"That is not a web address: {error.message}") from None
    return WebUrl(
        scheme,
        host.removesuffix(_OWN_PORT[scheme]),
        _encode(parts[3]),
        _encode(parts[4] or ""),
        _encode(parts[5] or ""),
    )


@lru_cache(maxsize=1024)
def host_shown(host: str) -> str:
    """
    A normalised host for people to read.

    An international name is shown in its own letters if each of its labels
    keeps to one script and does not merely look like a Latin word;
    otherwise as `xn--…`, so that nobody takes it for another name.
    """
    if "xn--" not in host:
        return host
    name, port = host_and_port(host)
    labels = name.split(".")
    shown = ".".join(_label_shown(label, within=labels[-1]) for label in labels)
    return shown if port is None else f"{shown}:{port}"


def _label_shown(label: str, within: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        text = idna.ulabel(label)
    except (idna.IDNAError, UnicodeError):
        return label
    letters = [letter for letter in text if letter.isalpha()]
    scripts = {_script(letter) for letter in letters}
    if len(scripts) != 1:
        return label
    if not within.startswith("xn--") and _LOOKS_LATIN.issuperset(letters):
        return label
    return text


def _script(letter: str) -> str:
    """The first word of a letter's Unicode name, which is its script; the scripts of Chinese and its kin are one."""
    script = unicodedata.name(letter, "?").partition(" ")[0]
    return "CJK" if script in _SCRIPTS_OF_HAN else script


def _encode(part: str) -> str:
    """Percent-encode what a URL may not hold as it is; what is encoded already stays."""
    if not part or (_SAFE.fullmatch(part) and "%" not in part and "#" not in part[1:]):
        return part
    lead = part[0] if part[0] == "#" else ""
    return lead + quote(_LOOSE_PERCENT.sub("%25", part[len(lead) :]), safe=_SAFE_CHARACTERS)
