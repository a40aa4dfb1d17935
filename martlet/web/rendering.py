"""
Pages to HTML: one minijinja environment for each language, made once, strict about what is missing.

An environment carries its language in its globals, so no template passes it
on. Everything printed is escaped, except the sanitiser's HTML (names ending
in `_html`, see `cards`) and what the functions below mark as safe.
There is no script and no style inside of any page, only files of `static/`, so a
Content-Security-Policy of `default-src 'self'` needs no nonces.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cache, partial
from html import unescape
from importlib.resources import files
from typing import Any

import minijinja
import segno

from martlet.text.languages import best
from martlet.web import addresses, emoji, language, linked_data
from martlet.web.assets import assets
from martlet.web.cards import PostCard
from martlet.web.language import Language
from martlet.web.pages import Frame, Page
from martlet.web.wording import Sentence


def render(page: Page, frame: Frame) -> str:
    """The page's HTML. A name that a template uses and nobody gave is a TemplateError, not a gap."""
    return environment(frame.language).render_template(
        page.template, page=page, frame=frame, has_problems=bool(getattr(page, "problems", ()))
    )


def piece(template: str, tongue: Language, **values: Any) -> str:
    """A part of a page, for script to put in its place."""
    return environment(tongue).render_template(template, **values)


def told(sentence: Sentence, tongue: Language) -> str:
    """A sentence by itself, escaped."""
    return environment(tongue).render_str("{{ tell(sentence) }}", sentence=sentence)


def plainly(sentence: Sentence, tongue: Language) -> str:
    """A sentence as plain text, for what is no HTML."""
    return unescape(told(sentence, tongue))


def spoken(tongue: Language, post: PostCard) -> PostCard:
    """A post in the page's language, if it is in that, too."""
    if not post.further:
        return post
    further = {one.language: one for one in post.further}
    own = [post.language] if post.language else []
    one = further.get(best([*own, *further], [tongue.value]) or "")
    if one is None:
        return post
    return replace(post, language=one.language, text_html=one.text_html, warning=one.warning or post.warning)


@cache
def environment(tongue: Language) -> minijinja.Environment:
    """The environment for a language; compiled templates stay in it."""
    words = language.catalogue(tongue)

    def translate(msgid: str, /, **values: Any) -> str:
        text = words.gettext(msgid)
        return text.format(**values) if values else text

    def translate_number(one: str, many: str, n: int, /, **values: Any) -> str:
        return words.ngettext(one, many, n).format(n=n, **values)

    def translate_marked(msgid: str, /, **values: Any) -> str:
        """Like `_`, with the values in bold, each keeping its own writing direction."""
        marked = {name: f"<b><bdi>{minijinja.escape(str(value))}</bdi></b>" for name, value in values.items()}
        return minijinja.safe(str(minijinja.escape(words.gettext(msgid))).format(**marked))

    def tell(said: Sentence) -> str:
        if said.plural:
            return words.ngettext(said.msgid, said.plural, int(said.values.get("n", 0))).format(**said.values)
        return translate(said.msgid, **said.values)

    def time(moment: datetime, say: Callable[[datetime, Language], str]) -> str:
        return minijinja.safe(
            f'<time datetime="{moment.isoformat(timespec="seconds")}">{say(moment, tongue)}</time>'
        )

    def said(value: Sentence | str | datetime) -> str:
        """Whatever a page has to say: a sentence, a text as it is, a moment."""
        if isinstance(value, Sentence):
            return tell(value)
        return time(value, language.minute) if isinstance(value, datetime) else value

    made = minijinja.Environment(
        loader=minijinja.load_from_path([str(files("martlet.web").joinpath("templates"))]),
        undefined_behavior="strict",
        auto_escape_callback=lambda _name: "html",
        trim_blocks=True,
        lstrip_blocks=True,
        globals={
            "_": translate,
            "_n": translate_number,
            "_b": translate_marked,
            "tell": tell,
            "said": said,
            "icon": icon,
            "asset": asset,
            "qr": qr,
            "at": addresses.at,
            "to": {name: getattr(addresses, name) for name in dir(addresses) if name.isupper()},
            "languages": tuple((tag.value, tag.own_name) for tag in Language),
            "in_language": addresses.in_language,
            "about_link": addresses.about_link,
            "answer_to": addresses.answer_to,
            "in_file": addresses.in_file,
            "person_data": linked_data.of_person,
            "post_data": linked_data.of_post,
        },
        filters={
            "day": lambda moment: time(moment, language.day),
            "short_day": lambda moment: time(moment, language.short_day),
            "minute": lambda moment: time(moment, language.minute),
            "web": addresses.web_address,
            "spoken": partial(spoken, tongue),
            "whole": addresses.whole,
            "emoji_html": emoji.in_html,
            "emoji_text": emoji.in_text,
        },
    )
    made.add_global("tongue", tongue)
    return made


def asset(name: str) -> str:
    return assets()[name].address


@cache
def icon(name: str) -> str:
    """A drawing from the sprite. It says nothing on its own: a word always stands beside it."""
    return minijinja.safe(
        f'<svg class="i" aria-hidden="true"><use href="{asset("icons.svg")}#{name}"/></svg>'
    )


def qr(text: str) -> str:
    """A QR code as SVG without style; the sheet draws it dark on white in every theme."""
    drawn = segno.make(text, error="m", micro=False).svg_inline(
        border=3, omitsize=True, svgclass="qr", lineclass=None, dark="#000"
    )
    return minijinja.safe(drawn)
