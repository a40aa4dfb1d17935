"""
What a post from elsewhere says, as clean HTML of ours.

Notes are shown as they are. What is more than a note (a page, a film, an
event) begins with its title and what it takes besides (when, where), and ends
with what it is about and where to read it.
"""

import re
from html import escape

from msgspec import structs

from martlet.activitypub.things import Occasion, Writing
from martlet.model.names import Uri, host_of
from martlet.model.posts import Variant
from martlet.model.server import Server
from martlet.services import acquainting
from martlet.text import more_pictures, names, render, sanitize
from martlet.text.cleaning import one_line
from martlet.text.languages import normalise_language
from martlet.text.render import MentionLink

NOTES = ("note", "question")
WARNING_LIMIT = 1000
MOST_FILES = 100
"""Of a post from elsewhere that are shown here; where there are more, it says so."""
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_NO_OFFSET = ("Z", "+00:00", "+0000", "-00:00")


def page_of(said: Writing) -> str:
    """The page for people; without one, the address itself."""
    return next(iter(acquainting.addresses([said.url])), said.uri)


def html(said: Writing, here: Server) -> str:
    words = _plain(said, here) if said.is_plain else sanitize.sanitize(_without_line(said))
    words += _rest(said)
    before = [_title(said), _when_and_where(said.occasion)]
    about = [link for link in acquainting.addresses(said.links) if escape(link) not in words]
    after = about if said.kind in NOTES else [*about, page_of(said)]
    if not any(before) and not after:
        return words
    links = "".join(f'<p><a href="{escape(link)}">{escape(link)}</a></p>' for link in dict.fromkeys(after))
    return sanitize.sanitize("".join([*before, words, links]))


def variants(said: Writing, here: Server) -> tuple[Variant, ...]:
    """What a note says in further languages, each as its own words are shown; one of each language."""
    found: dict[str, Variant] = {}
    own = normalise_language(said.language)
    for name, text, warning in said.variants if said.kind in NOTES and not said.is_plain else ():
        code = normalise_language(name)
        if code is None or code == own or code in found:
            continue
        words = html(structs.replace(said, html=text, language=code, variants=()), here)
        if words != html(said, here):
            shown = one_line(sanitize.plain(warning))[:WARNING_LIMIT]
            found[code] = Variant(code, "", words, shown)
    return tuple(found.values())


def _without_line(said: Writing) -> str:
    """Another Martlet tells those who cannot show all pictures where they are; here all are shown."""
    is_abridged = len(said.attachments) > more_pictures.SHOWN_EVERYWHERE
    return more_pictures.without(said.html) if is_abridged else said.html


def _rest(said: Writing) -> str:
    count = len(said.attachments)
    if count <= MOST_FILES:
        return ""
    return sanitize.sanitize(
        more_pictures.link_to_all(count, page_of(said), said.language, are_pictures=False)
    )


def _title(said: Writing) -> str:
    """None where the words begin with it anyway."""
    title = one_line(said.title)
    if not title or sanitize.plain(said.html[: 4 * len(title) + 200]).startswith(title):
        return ""
    return f"<p><strong>{escape(title)}</strong></p>"


def _when_and_where(occasion: Occasion | None) -> str:
    if occasion is None:
        return ""
    lines = [line for line in (_when(occasion), one_line(occasion.place)) if line]
    return f"<p>{'<br>'.join(map(escape, lines))}</p>" if lines else ""


def _when(occasion: Occasion) -> str:
    """`2026-12-11 19:00 – 21:00 (Europe/London)`: as its clocks show it, in no language."""
    start, end = _MOMENT.fullmatch(occasion.starts), _MOMENT.fullmatch(occasion.ends)
    if start is None:
        return ""
    told = f"{start[1]} {start[2]}"
    if end is not None:
        told += f" – {end[2]}" if end[1] == start[1] else f" – {end[1]} {end[2]}"
    offset = start[3] or ""
    zone = one_line(occasion.zone) or ("UTC" if offset in _NO_OFFSET else f"UTC{offset}" if offset else "")
    return f"{told} ({zone})" if zone else told


def _plain(said: Writing, here: Server) -> str:
    """Plain text, or Markdown, which is made to be read as such: with links, hashtags and the people it names."""
    people = dict(filter(None, (_person(one.uri, one.name) for one in said.mentions)))
    return render.html(render.parse(said.html), people, here.tag_url)


def _person(uri: Uri, name: str) -> tuple[str, MentionLink] | None:
    try:
        username, host = names.parse_handle(name)
    except names.InvalidHandle:
        return None
    host = host or host_of(uri)
    return names.handle_key(username, host), MentionLink(uri, username, host)
