"""
One preview from all that a page and its site say of it.

Who is asked first, for each thing:

- words and picture: Open Graph, schema.org, oEmbed, the page's own title
- author, date, language, publisher and source: schema.org, Open Graph, oEmbed, the page's own
- kind, player and size, and what is told with them: oEmbed for a film or a photograph, then Open Graph, schema.org
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from martlet.text.languages import normalise_language
from martlet.text.previews import players, sources
from martlet.text.previews.said import Page, Said, host_of
from martlet.text.urls import host_shown


@dataclass(frozen=True, slots=True)
class Preview:
    """What is shown of a page. `image` is where its picture is; `html` a frame of our own, for films."""

    url: str
    kind: str
    title: str
    description: str
    language: str | None
    author_name: str
    author_url: str
    provider_name: str
    provider_url: str
    image: str
    image_text: str
    html: str
    embed_url: str
    width: int
    height: int
    published_at: int | None
    source_name: str
    source_url: str


def merged(page: Page, oembed: Said) -> Preview | None:
    """None for a page of which there is nothing to show: it has no title."""
    words: Sequence[Said] = (page.open_graph, page.article, oembed, page.plain)
    facts: Sequence[Said] = (page.article, page.open_graph, oembed, page.plain)
    kind, shown = _kind(page, oembed)
    if kind != "link":
        words, facts = (page.open_graph, oembed, page.article, page.plain), (oembed, *facts)
    title = _first(words, "title")
    if not title:
        return None
    pictured = next((one for one in ((oembed, *words) if kind == "photo" else words) if one.image), Said())
    provider = _first(facts, "provider_name")
    source = next((one for one in facts if one.source_name), Said())
    is_own = sources.is_same(source.source_name, provider or host_shown(host_of(page.url)))
    return Preview(
        url=page.url,
        kind=kind,
        title=title,
        description=_first(words, "description"),
        language=next(filter(None, (normalise_language(one.language) for one in facts)), None),
        author_name=_first(facts, "author_name"),
        author_url=_first(facts, "author_url"),
        provider_name=provider,
        provider_url=_first(facts, "provider_url"),
        image=pictured.image,
        image_text=pictured.image_text,
        html=players.frame(shown.player, shown.width, shown.height) if kind == "video" else "",
        embed_url={"photo": shown.image, "video": shown.player}.get(kind, ""),
        width=shown.width,
        height=shown.height,
        published_at=next((one.published_at for one in facts if one.published_at is not None), None),
        source_name="" if is_own else source.source_name,
        source_url="" if is_own else source.source_url,
    )


def _kind(page: Page, oembed: Said) -> tuple[str, Said]:
    """What the page is, and who says so; a film that may not be played here is a link like any other."""
    for said in (oembed, page.open_graph, page.article):
        if said.kind == "photo":
            return "photo", said
        if said.kind == "video" and players.allowed(said.player, page.url):
            return "video", said
    return "link", Said()


def _first(said: Sequence[Said], name: str) -> Any:
    return next(filter(None, (getattr(one, name) for one in said)), "")
