"""
HTML from anywhere → HTML that may stand on our pages.

Parsed as browsers parse it and rebuilt from a short list of elements and
attributes (nh3, once, at receipt; the result is stored). Nothing of what
scripts or enhancement attributes could use is on the list.

Links say where they go: `invisible` and `ellipsis`, which hide the ends of long
addresses, stay only in a link that shows its own host whole, and a link whose
text is another host's name gets the real one written behind it.

What costs more than it says (elements nested hundreds deep, output many times
the size of the input) is reduced to its text.
"""

import re
from html import escape, unescape

import nh3

from martlet.text.names import host_and_port
from martlet.text.render import REL
from martlet.text.urls import InvalidUrl, WebUrl, host_shown, parse_url

HTML_LIMIT = 200_000
"""Characters of HTML looked at; what is beyond is cut off."""

_TAG_LIMIT = 10_000
_DEPTH_LIMIT = 64
_GROWTH_LIMIT = 6

# fmt: off
_KEPT = {
    "p", "br", "span", "a", "del", "s", "pre", "blockquote", "code", "b", "strong", "u", "i", "em",
    "ul", "ol", "li", "ruby", "rt", "rp",
}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_BLOCKS = {
    "address", "article", "aside", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "header", "hr", "legend", "main", "nav", "section",
    "summary", "table", "tr",
}
_CELLS = {"td", "th"}
_DROPPED_WHOLE = {
    "applet", "audio", "canvas", "embed", "frameset", "head", "iframe", "math", "noembed", "noframes",
    "noscript", "object", "option", "script", "select", "style", "svg", "template", "textarea", "title",
    "video", "xmp",
}
# fmt: on
_READ = _KEPT | _HEADINGS | _BLOCKS | _CELLS

_CLASS = re.compile(r"h-card|(?:p|u|dt|e)-[a-z0-9-]{1,40}|mention|hashtag")
_HIDING_CLASSES = {"ellipsis", "invisible"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}")
_NUMBER = re.compile(r"-?[0-9]{1,6}")
_OTHER_SCHEMES = ("mailto:", "xmpp:", "magnet:", "gemini:")
_NOT_IN_AN_ADDRESS = re.compile(r"[\x00-\x20\x7f-\x9f\"<>\\]")

_ATTRIBUTES_OF_FORMATTING = re.compile(
    r"<(b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)[\s/][^>]*(?:>|\Z)", re.IGNORECASE
)
_ODD_BLOCK = re.compile(rf"<(/?)(?:{'|'.join(sorted(_BLOCKS))})>")
_CELL = re.compile(r"</?t[dh]>")
_HEADING = re.compile(r"<(/?)h[1-6]>")
_EMPTY_PARAGRAPH = re.compile(r"<p>\s*</p>")
_LINK = re.compile(r'(<a(?: [a-z]+="[^"]*")*>)(.*?)</a>', re.DOTALL)
_HREF = re.compile(r' href="([^"]*)"')
_SPAN = re.compile(r'<span((?: [a-z]+="[^"]*")*)>')
_HIDING = re.compile(r'<span(?: [a-z]+="[^"]*")*? class="(?:[^"]* )?(?:invisible|ellipsis)[" ]')
_HIDDEN = re.compile(r'<span(?: [a-z]+="[^"]*")*? class="(?:[^"]* )?invisible[" ][^>]*>[^<]*</span>')
_CLASSES = re.compile(r' class="([^"]*)"')
_TAG = re.compile(r'<[^>"]*(?:"[^"]*"[^>"]*)*>')
_OPEN_OR_CLOSED = re.compile(r"<(/?)([a-z0-9]+)")
_CLAIMED_HOST = re.compile(
    r"(?:https?://)?(?:[^\s/@]*@)?((?:[\w-]+\.)+[^\W\d_]{2,})(?::\d+)?(?=[/?#\s]|$)", re.IGNORECASE
)
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")

_TYPED = re.compile(r"""<annotation encoding=["']application/x-tex["']>([^<]*)</annotation>""")
_BY_ITSELF = re.compile(r"""<math[^<>]{0,200} display=["']block["']""")

_CLEAN_LIMIT = 20_000
_TEXT = r"[^<>&\x00-\x08\x0b-\x1f\x7f-\xa0\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]*"
"""No entities, and nothing that a parser takes for something else or writes otherwise."""
_PARAGRAPHS_OF_TEXT = re.compile(rf"(?:<p>{_TEXT}(?:<br>{_TEXT})*</p>)+")

_LINE_BREAK = re.compile(r"<br>|<hr>|</li>|</dt>|</dd>|</tr>")
_PARAGRAPH_BREAK = re.compile(
    r"</?(?:p|pre|blockquote|ul|ol|h[1-6]|" + "|".join(sorted(_BLOCKS - {"tr", "dt", "dd", "hr"})) + ")>"
)
_BLANK_LINES = re.compile(r"\n{3,}")


def _attribute(tag: str, name: str, content: str) -> str | None:
    """What may stay of an attribute; None drops it."""
    match name:
        case "href":
            return _address(content)
        case "class":
            return _classes(tag, content)
        case "lang":
            return content if _LANGUAGE.fullmatch(content) else None
        case "start" | "value":
            return content if _NUMBER.fullmatch(content) else None
        case "reversed":
            return ""
        case _:
            return content


def _classes(tag: str, content: str) -> str | None:
    hiding: set[str] = _HIDING_CLASSES if tag == "span" else set()
    return " ".join(css for css in content.split()[:8] if css in hiding or _CLASS.fullmatch(css)) or None


def _address(text: str) -> str | None:
    """A web address without the name before its host; of other schemes only the few that do no harm."""
    text = text.strip("\t\n\f\r ").replace(" ", "%20")
    if text.lower().startswith(_OTHER_SCHEMES):
        return None if _NOT_IN_AN_ADDRESS.search(text) else text
    scheme, slashes, rest = text.partition("://")
    end = min((rest.find(mark) for mark in "/?#" if mark in rest), default=len(rest))
    try:
        return str(parse_url(f"{scheme}{slashes}{rest[:end].rpartition('@')[2]}{rest[end:]}"))
    except InvalidUrl:
        return None


_CLEANER = nh3.Cleaner(
    tags=_READ,
    clean_content_tags=_DROPPED_WHOLE,
    attributes={
        "*": {"lang"},
        "a": {"href", "class"},
        "span": {"class"},
        "p": {"class"},
        "ol": {"start", "reversed"},
        "li": {"value"},
    },
    tag_attribute_values={"a": {"translate": {"no"}}, "span": {"translate": {"no"}}},
    set_tag_attribute_values={"a": {"target": "_blank"}},
    attribute_filter=_attribute,
    link_rel=REL,
    url_schemes={"http", "https", "mailto", "xmpp", "magnet", "gemini"},
    url_relative="deny",
)

_BARE = nh3.Cleaner(
    tags=_READ - {"span", "a"},
    clean_content_tags=_DROPPED_WHOLE,
    attributes={},
    link_rel=None,
)


def sanitize(html: str) -> str:
    """The safe part of `html`. Running it again changes nothing."""
    if _is_clean(html):
        return html
    html = _first_part(html)
    clean = _CLEANER.clean(html)
    if _HEADING.search(clean) or _ODD_BLOCK.search(clean) or _CELL.search(clean):
        clean = _CLEANER.clean(_as_paragraphs(clean))
        clean = _EMPTY_PARAGRAPH.sub("", clean)
    if _costs_too_much(clean, len(html)):
        return _paragraphs_of(plain(html))
    if "<a" in clean:
        clean = _LINK.sub(_honest_link, clean)
    if _HIDING.search(clean):
        clean = _without_hiding_outside_links(clean)
    return clean


def plain(html: str) -> str:
    """The text of any HTML: paragraphs apart by a blank line, list items on lines of their own."""
    if not html:
        return ""
    text = html if _is_clean(html) else _BARE.clean(_first_part(html))
    is_preformatted = "<pre" in text
    if not is_preformatted:
        text = text.replace("\n", " ")
    text = _LINE_BREAK.sub("\n", _CELL.sub(" ", text)).replace("<li>", "\n- ")
    text = unescape(_TAG.sub("", _PARAGRAPH_BREAK.sub("\n\n", text)))
    lines = (line.rstrip() if is_preformatted else " ".join(line.split()) for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).replace("\n\n- ", "\n- ").strip()


def _is_clean(html: str) -> bool:
    """Whether it is nothing but paragraphs of text, as many posts are: parsed and written anew it would be the same."""
    return len(html) <= _CLEAN_LIMIT and _PARAGRAPHS_OF_TEXT.fullmatch(html) is not None


def _first_part(html: str) -> str:
    """
    Bounded, and without attributes on formatting elements.

    Browsers reopen formatting elements in every later paragraph, but only
    three of the same make: with attributes that differ, a few kilobytes
    would grow to megabytes. And each element looks through all that are open.
    """
    html = _formulas_as_text(html[:HTML_LIMIT])
    if html.count("<") > _TAG_LIMIT:
        html = "<".join(html.split("<", _TAG_LIMIT)[:_TAG_LIMIT])
    return _ATTRIBUTES_OF_FORMATTING.sub(r"<\1>", html)


def _formulas_as_text(html: str) -> str:
    """
    Formulas as they were typed, where they say how (FEP-dc88): `$x^2$`, `$$x^2$$` where one stands by itself.

    Others are left to the cleaner, which drops them. What was typed holds no markup and is cleaned like all else.
    """
    if "<math" not in html:
        return html
    parts, at = [], 0
    while (start := html.find("<math", at)) >= 0 and (end := html.find("</math>", start)) >= 0:
        formula, after = html[start:end], end + len("</math>")
        typed = _TYPED.search(formula)
        mark = "$$" if _BY_ITSELF.match(formula) else "$"
        parts += [html[at:start], f"{mark}{typed[1].strip()}{mark}" if typed else html[start:after]]
        at = after
    return "".join([*parts, html[at:]])


def _as_paragraphs(clean: str) -> str:
    clean = _HEADING.sub(lambda tag: "</strong></p>" if tag[1] else "<p><strong>", clean)
    return _ODD_BLOCK.sub(r"<\1p>", _CELL.sub(" ", clean))


def _costs_too_much(clean: str, length: int) -> bool:
    if len(clean) > 10_000 + _GROWTH_LIMIT * length:
        return True
    if clean.count("<") <= 2 * _DEPTH_LIMIT:
        return False
    depth = 0
    for closing, name in _OPEN_OR_CLOSED.findall(clean):
        if name != "br":
            depth += -1 if closing else 1
            if depth > _DEPTH_LIMIT:
                return True
    return False


def _paragraphs_of(text: str) -> str:
    paragraphs = (escape(paragraph).replace("\n", "<br>") for paragraph in text.split("\n\n"))
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs if paragraph)


def _honest_link(link: re.Match[str]) -> str:
    """The link, showing its host; its text alone if it leads nowhere."""
    opening, inside = link.groups()
    href = _HREF.search(opening)
    if href is None:
        return _SPAN.sub(_unhidden, inside)
    try:
        url = parse_url(unescape(href[1]))
    except InvalidUrl:
        return opening + _SPAN.sub(_unhidden, inside) + "</a>"
    host = host_and_port(url.host)[0]
    if _HIDING.search(inside):
        if _shows(_HIDDEN.sub("", inside), host):
            return link[0]
        inside = _SPAN.sub(_unhidden, inside)
    return f"{opening}{inside}{_correction(_text_of(inside), url, host)}</a>"


def _shows(unhidden: str, host: str) -> bool:
    """Whether what is left to see begins with the whole host, however it is spelled."""
    if ' class="' in unhidden and "invisible" in unhidden:
        return False  # something more than text was hidden
    text = _text_of(unhidden)
    for name in (host, host_shown(host), host.removeprefix("www.")):
        if text.startswith(name) and text[len(name) : len(name) + 1] in {"", "/", "?", "#", ":"}:
            return True
    return False


def _correction(text: str, url: WebUrl, host: str) -> str:
    """` [real.example]` if the text is the name of a host that the link does not lead to."""
    claimed = _CLAIMED_HOST.match(text)
    if claimed is None or text.startswith(("@", "#")):
        return ""
    name = claimed[1].removeprefix("www.")
    for real in (host, host_shown(host)):
        if real == name or real.endswith(f".{name}"):
            return ""
    mark = f" [{escape(host_shown(url.host))}]"
    return "" if text.endswith(mark) else mark


def _text_of(html: str) -> str:
    """As a reader sees it, in small letters."""
    return _UNSEEN.sub("", unescape(_TAG.sub("", html))).strip().lower()


def _without_hiding_outside_links(clean: str) -> str:
    parts = re.split(r"(<a .*?</a>)", clean, flags=re.DOTALL)
    parts[::2] = [_SPAN.sub(_unhidden, part) for part in parts[::2]]
    return "".join(parts)


def _unhidden(span: re.Match[str]) -> str:
    """The opening tag without the classes that hide."""
    classes = _CLASSES.search(span[1])
    if classes is None:
        return span[0]
    kept = " ".join(css for css in classes[1].split() if css not in _HIDING_CLASSES)
    return "<span" + span[1].replace(classes[0], f' class="{kept}"' if kept else "") + ">"
