"""
Pages to HTML: one minijinja environment for each language, made once, strict about what is missing.

An environment carries its language in its globals, so no template passes it
on. Everything printed is escaped, except the sanitiser's HTML (names ending
in `_html`, see `cards`) and what the functions below mark as safe. Lists of posts that are
rendered already are `put`: as bytes, after the rest.
There is no script and no style inside of any page, only files of `static/`, so a
Content-Security-Policy of `default-src 'self'` needs no nonces.
"""

import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from datetime import datetime
from functools import cache, partial
from html import unescape
from importlib.resources import files
from typing import Any, Self, overload

import minijinja
import segno
from msgspec.structs import replace

from martlet.text.languages import best
from martlet.web import addresses, emoji, language, linked_data
from martlet.web.assets import assets
from martlet.web.cards import PostCard
from martlet.web.language import Language
from martlet.web.pages import Frame, Page
from martlet.web.wording import Sentence


class Ready(str):
    """HTML that was rendered before: safe in any template, and kept as bytes beside its letters."""

    __slots__ = ("utf8",)
    utf8: bytes

    def __new__(cls, html: str) -> Self:
        made = super().__new__(cls, html)
        made.utf8 = html.encode()
        return made

    def __html__(self) -> str:
        return self


class Posts(Sequence[str]):
    """
    Posts that are ready, for a template to `put`.

    A template takes tuples apart and copies every letter of them; of this it only knows how many there are.
    """

    __slots__ = ("_each",)

    def __init__(self, each: Iterable[str] = ()) -> None:
        self._each = tuple(each)

    def __len__(self) -> int:
        return len(self._each)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> "Posts": ...
    def __getitem__(self, at: int | slice) -> "str | Posts":
        return self._each[at] if isinstance(at, int) else Posts(self._each[at])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Posts) and self._each == other._each

    def __hash__(self) -> int:
        return hash(self._each)

    @property
    def utf8(self) -> bytes:
        return b"".join(
            [
                one.utf8 if isinstance(one, Ready) else str(minijinja.escape(one)).encode()
                for one in self._each
            ]
        )


_NONCE = secrets.token_hex(16)
_PLACE = re.compile(f"<!--{_NONCE}:([0-9]+)-->".encode())
"""Where something that is ready goes. Drawn anew by each process, so that nobody can write it."""
_put: ContextVar[list[bytes]] = ContextVar("put")
"""What was put into the page that is being rendered."""


def put(posts: Sequence[str]) -> str:
    """These posts, in a template. Their bytes go into the page when all else is rendered."""
    waiting = _put.get()
    waiting.append(posts.utf8 if isinstance(posts, Posts) else Posts(posts).utf8)
    return minijinja.safe(f"<!--{_NONCE}:{len(waiting) - 1}-->")


def render(page: Page, frame: Frame) -> bytes:
    """The page's HTML. A name that a template uses and nobody gave is a TemplateError, not a gap."""
    return piece(
        page.template,
        frame.language,
        page=page,
        frame=frame,
        has_problems=bool(getattr(page, "problems", ())),
    )


def piece(template: str, tongue: Language, **values: Any) -> bytes:
    """A part of a page, for script to put in its place."""
    waiting: list[bytes] = []
    before = _put.set(waiting)
    try:
        html = environment(tongue).render_template(template, **values).encode()
    finally:
        _put.reset(before)
    if not waiting:
        return html
    parts = _PLACE.split(html)
    parts[1::2] = [waiting[int(number)] for number in parts[1::2]]
    return b"".join(parts)


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


_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""Letters that are written from right to left, and signs that turn the direction."""


def _filled(text: str, values: Mapping[str, Any], tongue: Language) -> str:
    """
    A sentence with its values: counts as the language writes them (5,000; 5.000), so what is no count comes as a
    string; a name in Arabic or Hebrew keeps its direction to itself (FSI … PDI).
    """
    return text.format(**{name: _said(value, tongue) for name, value in values.items()})


def _said(value: Any, tongue: Language) -> Any:
    if isinstance(value, str):
        return f"\u2068{value}\u2069" if not value.isascii() and _RIGHT_TO_LEFT.search(value) else value
    return language.figure(value, tongue) if isinstance(value, int) else value


@cache
def environment(tongue: Language) -> minijinja.Environment:
    """The environment for a language; compiled templates stay in it."""
    words = language.catalogue(tongue)

    def translate(msgid: str, /, **values: Any) -> str:
        text = words.gettext(msgid)
        return _filled(text, values, tongue) if values else text

    def translate_number(one: str, many: str, n: int, /, **values: Any) -> str:
        return _filled(words.ngettext(one, many, n), {**values, "n": n}, tongue)

    def translate_marked(msgid: str, /, **values: Any) -> str:
        """Like `_`, with the values in bold, each keeping its own writing direction."""
        marked = {name: f"<b><bdi>{minijinja.escape(str(value))}</bdi></b>" for name, value in values.items()}
        return minijinja.safe(str(minijinja.escape(words.gettext(msgid))).format(**marked))

    def tell(said: Sentence) -> str:
        if said.plural:
            text = words.ngettext(said.msgid, said.plural, int(said.values.get("n", 0)))
            return _filled(text, said.values, tongue)
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
            "put": put,
            "at": addresses.at,
            "to": {name: getattr(addresses, name) for name in dir(addresses) if name.isupper()},
            "languages": tuple((tag.value, tag.own_name) for tag in Language),
            "in_language": addresses.in_language,
            "about_link": addresses.about_link,
            "answer_to": addresses.answer_to,
            "in_file": addresses.in_file,
            "in_file_of": addresses.in_file_of,
            "person_data": linked_data.of_person,
            "post_data": linked_data.of_post,
        },
        filters={
            "day": lambda moment: time(moment, language.day),
            "short_day": lambda moment: time(moment, language.short_day),
            "minute": lambda moment: time(moment, language.minute),
            "figure": lambda count: language.figure(count, tongue),
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
