"""What owners write in Markdown, and what strangers might slip into it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.text import markdown

ALLOWED = re.compile(
    r"<(?:/?(?:p|h[1-6]|em|strong|s|code|pre|blockquote|ul|ol|li|table|thead|tbody|tr|th|td)|br|hr"
    r'|ol start="\d+"|/a|a(?: (?:href|title|rel)="[^"<>]*")+)>'
)


def test_what_people_write() -> None:
    made = markdown.html("# Us\n\nA *small* town, [see](https://town.example).\n\n1. one\n2. two\n\n~~gone~~")
    assert made == (
        "<h1>Us</h1>\n<p>A <em>small</em> town, "
        '<a href="https://town.example" rel="nofollow noopener noreferrer">see</a>.</p>\n'
        "<ol>\n<li>one</li>\n<li>two</li>\n</ol>\n<p><s>gone</s></p>"
    )


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](  JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        '[x](https://a.example "\\" onmouseover=alert(1) \\"")',
        "![x](javascript:alert(1))",
        '![" onerror="alert(1)](https://a.example)',
        "<javascript:alert(1)>",
        "[a]: javascript:alert(1)\n\n[a]",
        "```\n</code></pre><script>alert(1)</script>\n```",
        "<a href='https://a.example' onclick='x()'>y</a>",
        "<style>*{display:none}</style>",
    ],
)
def test_nothing_runs(evil: str) -> None:
    left = ALLOWED.sub("", markdown.html(evil))
    assert "<" not in left
    assert not re.search(r'href="(?!https?:|mailto:)', markdown.html(evil))


@given(st.text(alphabet="<>\"'&[]()!*_`#-| \nax:/;=0", max_size=80))
def test_whatever_is_written_only_these_elements_come_of_it(text: str) -> None:
    assert "<" not in ALLOWED.sub("", markdown.html(text))
