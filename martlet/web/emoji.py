"""Custom emoji: `:shortcode:` in a text becomes a small picture, if it belongs to that text."""

import re

from minijinja import escape, safe

from martlet.web.addresses import web_address
from martlet.web.cards import Emoji, Html

SHORTCODE = re.compile(r":([A-Za-z0-9_]{1,128}):")
TAG = re.compile(r"""(<(?:[^<>"']|"[^"]*"|'[^']*')*>)""")


def in_html(html: Html, emoji: tuple[Emoji, ...]) -> str:
    """The same HTML with pictures for shortcodes; only between tags, never inside an attribute."""
    if emoji and ":" in html:
        pictures = {one.shortcode: picture(one) for one in emoji}
        parts = TAG.split(html)
        parts[::2] = [SHORTCODE.sub(lambda m: pictures.get(m[1], m[0]), text) for text in parts[::2]]
        return safe("".join(parts))
    return safe(html)


def in_text(text: str, emoji: tuple[Emoji, ...]) -> str:
    """Plain text, escaped, with pictures for shortcodes."""
    return in_html(Html(str(escape(text))), emoji)


def picture(emoji: Emoji) -> str:
    """Its shortcode if the emoji could do harm: a name that is none, or an address that is not of the web."""
    said = f":{emoji.shortcode}:"
    address = web_address(emoji.address)
    if not SHORTCODE.fullmatch(said) or not address:
        return str(escape(said))
    return (
        f'<img class="emoji" src="{escape(address)}" alt="{said}" title="{said}" '
        'width="20" height="20" loading="lazy">'
    )
