"""
The line below a post for those who are shown only some of its pictures.

Most servers and apps show the first four of however many they are given and say nothing of the rest. Whoever
shows all of them can take the line off again: it is one paragraph with a class of its own.
"""

from collections.abc import Sequence
from html import escape

from martlet.text import render

SHOWN_EVERYWHERE = 4
"""So many of a post's files every program shows."""
BEGIN, END = '<p class="more-pictures">', "</p>"

_ALL = {
    "en": ("All {n} pictures:", "All {n} files:"),
    "de": ("Alle {n} Bilder:", "Alle {n} Dateien:"),
    "zh": ("全部 {n} 张图片：", "全部 {n} 个文件："),
}
_FURTHER = {"en": "More pictures:", "de": "Weitere Bilder:", "zh": "更多图片："}


def link_to_all(count: int, url: str, language: str | None, *, are_pictures: bool = True) -> str:
    """`All 12 pictures: https://…`, in the post's language where it is one of ours."""
    words = _ALL.get(_short(language), _ALL["en"])[0 if are_pictures else 1].format(n=count)
    return f"{BEGIN}{escape(words)} {render.line(render.parse(url), {}, str)}{END}"


def links_to_each(urls: Sequence[str], language: str | None) -> str:
    """`More pictures: 5 6 7`, for those who may not open the post's page: each file beyond those shown everywhere."""
    words = _FURTHER.get(_short(language), _FURTHER["en"])
    links = (
        f'<a href="{escape(url)}" target="_blank" rel="{render.REL}">{number}</a>'
        for number, url in enumerate(urls, 1)
        if number > SHOWN_EVERYWHERE
    )
    return f"{BEGIN}{escape(words)} {' '.join(links)}{END}"


def without(html: str) -> str:
    """What stands before the line, of a post that is shown with all its files."""
    at = html.rfind(BEGIN)
    if at < 0 or html.find(END, at) != len(html) - len(END):
        return html
    return html[:at]


def _short(language: str | None) -> str:
    return (language or "en").partition("-")[0].lower()
