"""
Reading a page's markup. Runs in a worker only (`media.worker`): it imports the parser.

Nothing is built of the page: the parser (libxml2) tells what it meets, and the few
things that pages say of themselves are written down, so many of each at most. It is
fed in pieces and stopped where elements stand too deep, because what it costs to
close them grows with their depth (attacks E12).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

_PIECE = 8192
_DEPTH = 400
_METAS = 500
_LINKS = 500
_SCRIPTS = 20
_MINE = 50
_SCRIPT_LENGTH = 262_144
_TITLE_LENGTH = 10_000
_VALUE_LENGTH = 10_000
_JSON_LD = "application/ld+json"


@dataclass(slots=True)
class Markup:
    """
    What stands in a page about itself. `metas` are (name, content), the name in small letters; `links`
    are (relations, type, address).
    """

    title: str = ""
    language: str = ""
    base: str = ""
    metas: list[tuple[str, str]] = field(default_factory=list)
    links: list[tuple[frozenset[str], str, str]] = field(default_factory=list)
    json_ld: list[str] = field(default_factory=list)
    mine: list[str] = field(default_factory=list)
    """Where links lead that say `rel="me"`."""
    frames: list[Mapping[str, str]] = field(default_factory=list)
    """The attributes of each iframe."""

    def meta(self, *names: str) -> str:
        """The first of these names that the page gives a content to."""
        for name in names:
            for called, content in self.metas:
                if called == name and content.strip():
                    return content
        return ""

    def link(self, relation: str, *types: str) -> str:
        """The address of the first such link, of one of these types if there are any."""
        for relations, type, address in self.links:
            if relation in relations and (not types or type in types):
                return address
        return ""


def read(html: str) -> Markup:
    """Whatever stands there; markup is never wrong, only odd."""
    reader = _Reader()
    parser = etree.HTMLParser(target=reader, encoding="utf-8", no_network=True)
    # A surrogate alone is no character, and NUL ends the parser's strings.
    body = html.replace("\0", "\ufffd").encode("utf-8", "replace")
    try:
        for start in range(0, len(body), _PIECE):
            parser.feed(body[start : start + _PIECE])
            if reader.depth > _DEPTH:
                break
        else:
            parser.close()
    except etree.LxmlError:
        pass  # what was read until then is worth keeping
    return reader.found()


class _Reader:
    """Told by the parser what it meets."""

    def __init__(self) -> None:
        self.depth = 0
        self._markup = Markup()
        self._text: list[str] = []
        self._room = 0
        self._inside = ""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        match tag:
            case "meta":
                self._meta(attributes)
            case "link":
                self._link(attributes)
                self._own(attributes)
            case "a":
                self._own(attributes)
            case "html":
                self._markup.language = self._markup.language or attributes.get("lang", "")[:100]
            case "base":
                self._markup.base = self._markup.base or attributes.get("href", "")[:_VALUE_LENGTH]
            case "title" if not self._markup.title and not self._inside:
                self._begin("title", _TITLE_LENGTH)
            case "script" if attributes.get("type", "").partition(";")[0].strip().lower() == _JSON_LD:
                if len(self._markup.json_ld) < _SCRIPTS:
                    self._begin("script", _SCRIPT_LENGTH)
            case "iframe" if len(self._markup.frames) < _SCRIPTS:
                self._markup.frames.append(
                    {name: value[:_VALUE_LENGTH] for name, value in dict(attributes).items()}
                )

    def end(self, tag: str) -> None:
        self.depth -= 1
        if tag == self._inside:
            self._finish()

    def data(self, text: str) -> None:
        if self._inside and self._room > 0:
            self._text.append(text[: self._room])
            self._room -= len(text)

    def close(self) -> None:
        """The parser asks for it; there is nothing to return."""

    def found(self) -> Markup:
        if self._inside == "title":
            self._finish()
        return self._markup

    def _link(self, attributes: Mapping[str, str]) -> None:
        relations = frozenset(attributes.get("rel", "")[:200].lower().split())
        type, href = attributes.get("type", "").strip().lower(), attributes.get("href", "")
        if href and len(self._markup.links) < _LINKS:
            self._markup.links.append((relations, type, href[:_VALUE_LENGTH]))

    def _own(self, attributes: Mapping[str, str]) -> None:
        if "me" in attributes.get("rel", "")[:200].lower().split() and len(self._markup.mine) < _MINE:
            self._markup.mine.append(attributes.get("href", "")[:_VALUE_LENGTH])

    def _meta(self, attributes: Mapping[str, str]) -> None:
        names, content = attributes.get("property") or attributes.get("name") or "", attributes.get("content")
        if content is None:
            return
        for name in names[:200].lower().split()[:4]:
            if len(self._markup.metas) < _METAS:
                self._markup.metas.append((name, content[:_VALUE_LENGTH]))

    def _begin(self, tag: str, room: int) -> None:
        self._inside, self._room, self._text = tag, room, []

    def _finish(self) -> None:
        text = "".join(self._text)
        if self._inside == "title":
            self._markup.title = text
        elif self._room >= 0:  # half of a script is no JSON
            self._markup.json_ld.append(text)
        self._inside = ""


def frames_in(html: str) -> Iterator[Mapping[str, str]]:
    """The attributes of each iframe in a piece of HTML."""
    yield from read(html).frames
