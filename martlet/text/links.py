"""
Links in plain text: what begins with http:// or https://.

Found in one pass, in time that grows with the text and no faster, whatever
the text is. A link ends before punctuation that belongs to the sentence, in
Latin or Chinese typography, and before a bracket that was opened outside it.
"""

import re
from dataclasses import dataclass

from martlet.text.hashtags import WRITTEN_WITHOUT_BLANKS
from martlet.text.urls import InvalidUrl, host_shown, parse_url

_TYPOGRAPHY = "\u2018-\u201f\u2039\u203a\u2026\u00ab\u00bb\u3001-\u3003\u3008-\u3020\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f\uff5e\ufe30-\ufe4f"
_NEVER_IN_A_LINK = (
    r"\s\x00-\x20\x7f-\xa0<>\"`\\\ud800-\udfff\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    + _TYPOGRAPHY
)
_START = re.compile(r"(?<![A-Za-z0-9])https?://", re.IGNORECASE)
_AUTHORITY = re.compile(rf"[^/?#{_NEVER_IN_A_LINK}]*")
_REST = re.compile(rf"[/?#][^{_NEVER_IN_A_LINK}]*")
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[\w-]+(?:\.[\w-]+)*)(?::[0-9]{1,5})?")
_ASCII_HOST = re.compile(rf"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+(?=[{WRITTEN_WITHOUT_BLANKS}\uac00-\ud7a3])")
_SENTENCE_END = frozenset(".,:;!?'*")
_OPENING = {")": "(", "]": "[", "}": "{"}
_SHOWN_LIMIT = 30


@dataclass(frozen=True, slots=True)
class Link:
    """
    A link in a text, from `start` to `end`.

    `url` is where it leads, in ASCII. `host` is that place's name for people
    to read, and `rest` what was typed after it.
    """

    start: int
    end: int
    url: str
    scheme: str
    host: str
    rest: str

    @property
    def shown(self) -> tuple[str, str]:
        """What is shown of the link, and the end of it that is not: the host is always shown whole."""
        cut = max(0, _SHOWN_LIMIT - len(self.host))
        return self.host + self.rest[:cut], self.rest[cut:]


def find_links(text: str) -> list[Link]:
    """In order, without overlaps."""
    if "://" not in text:
        return []
    links = []
    start = _START.search(text)
    while start is not None:
        link, end = _link_at(text, start)
        if link is not None:
            links.append(link)
        start = _START.search(text, end)
    return links


def starts_with_host(text: str) -> str:
    """As much of `text` as is a host with a domain's dots, written in ASCII and followed by Chinese; else nothing."""
    host = _ASCII_HOST.match(text)
    return host[0] if host else ""


def _link_at(text: str, start: re.Match[str]) -> tuple[Link | None, int]:
    """The link there, if it is one, and where to look for the next."""
    begin = start.end()
    authority_end = _end(_AUTHORITY.match(text, begin), begin)
    authority = text[begin:authority_end]
    host_text = authority.rpartition("@")[2]
    host = starts_with_host(host_text) or _text(_HOST.match(host_text))
    host_end = authority_end - len(host_text) + len(host)
    if not _is_worth_linking(host):
        return None, max(host_end, begin)
    end = host_end
    if host_end == authority_end:
        end = _trimmed(text, host_end, _end(_REST.match(text, host_end), host_end))
    rest = text[host_end:end]
    try:
        url = parse_url(f"{start[0].lower()}{host}{rest}")
    except InvalidUrl:
        return None, end
    return Link(start.start(), end, str(url), url.scheme, host_shown(url.host), rest), end


def _is_worth_linking(host: str) -> bool:
    """A domain, an address, or this very machine: a single word after https:// is no link."""
    name = host.partition(":")[0]
    return "." in name or name == "localhost" or host.startswith("[")


def _trimmed(text: str, begin: int, end: int) -> int:
    """`end`, moved back over what belongs to the sentence and not to the link."""
    surplus: dict[str, int] | None = None
    while end > begin:
        last = text[end - 1]
        if last in _OPENING:
            if surplus is None:
                surplus = {
                    closing: text.count(closing, begin, end) - text.count(opening, begin, end)
                    for closing, opening in _OPENING.items()
                }
            if surplus[last] <= 0:
                break
            surplus[last] -= 1
        elif last not in _SENTENCE_END:
            break
        end -= 1
    return end


def _end(match: re.Match[str] | None, otherwise: int) -> int:
    return match.end() if match else otherwise


def _text(match: re.Match[str] | None) -> str:
    return match[0] if match else ""
