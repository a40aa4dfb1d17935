"""
The guides that people need when something is blocked or taken, as pages in their language.

They are the files of `docs/guide`, which a wheel has in `martlet/guide` (`hatch_build.py`). What leads out of them, to
pictures and to what is for those who run a server, is text here.
"""

import re
from functools import cache
from pathlib import Path

import martlet
from martlet.http.answer import Answer
from martlet.model.errors import NotFound
from martlet.text import chinese, markdown
from martlet.web import addresses
from martlet.web.cards import Html
from martlet.web.language import Language
from martlet.web.pages import StatementPage
from martlet.web.sentences import Sentence
from martlet.web.visits import Pages, Visit
from martlet.web.wording import sentence

pages = Pages()

TITLES: dict[str, Sentence] = {
    "blocked": sentence("When the way is blocked"),
    "bundles": sentence("Posts in a file"),
    "keys": sentence("Root key"),
}
_FILES = {Language.ENGLISH: "{}.md", Language.GERMAN: "{}.de.md"}
_CHINESE = "{}.zh-Hans.md"
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)]*)\)")
_GUIDE = re.compile(r"([a-z]+)(?:\.[A-Za-z-]+)?\.md(?:#.*)?")


@pages.get(addresses.GUIDE, access="anyone")
async def guide(visit: Visit) -> Answer:
    name = visit.params["guide"]
    if name not in TITLES:
        raise NotFound
    address = addresses.at(addresses.GUIDE, guide=name)
    text = Html(html(name, visit.language))
    return visit.page(StatementPage(TITLES[name], address, text, is_kept_on_device=True))


@cache
def html(name: str, language: Language) -> str:
    """A guide, without its title and the links to its other languages."""
    file = _FILES.get(language, _CHINESE).format(name)
    _title, _languages, text = (_folder() / file).read_text(encoding="utf-8").split("\n\n", 2)
    if language is Language.TRADITIONAL:
        [text] = chinese.traditional([text])
    return markdown.html(_LINK.sub(_link, text))


def _folder() -> Path:
    package = Path(martlet.__file__).parent
    kept = package / "guide"
    return kept if kept.is_dir() else package.parent / "docs" / "guide"


def _link(found: re.Match[str]) -> str:
    is_picture, words, target = found.groups()
    if is_picture:
        return ""
    inner = _GUIDE.fullmatch(target)
    if inner is not None and inner[1] in TITLES:
        return f"[{words}]({addresses.at(addresses.GUIDE, guide=inner[1])})"
    return words
