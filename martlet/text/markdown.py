"""
Markdown, as those who run the server write it → safe HTML.

CommonMark with tables and words struck out, without HTML of one's own. What comes of it
passes a short list of elements and attributes all the same, so that a text
pasted from elsewhere can do nothing on our pages. A picture becomes a link to it.
"""

from collections.abc import Sequence
from functools import cache
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from martlet.text.cleaning import many_lines
from martlet.text.render import REL

LIMIT = 100_000
"""Characters of Markdown."""

_ELEMENTS = {
    "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "em", "strong", "s", "code", "pre", "blockquote",
    "ul", "ol", "li", "a", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_SCHEMES = {"http", "https", "mailto"}


def html(text: str) -> str:
    """Safe HTML; the empty string for an empty text."""
    made = _reader().render(many_lines(text))
    return nh3.clean(
        made,
        tags=_ELEMENTS,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes=_SCHEMES,
        link_rel=REL,
    ).strip()


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    reader.add_render_rule("image", _picture)
    return reader


def _picture(renderer: Any, tokens: Sequence[Token], at: int, *rest: Any) -> str:
    del renderer, rest
    return f'<a href="{escape(str(tokens[at].attrs["src"]))}">{escape(tokens[at].content)}</a>'
