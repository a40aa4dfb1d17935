import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.text import sanitize as sanitizing
from martlet.text.sanitize import plain, sanitize

TAGS = set("p br span a del s pre blockquote code b strong u i em ul ol li ruby rt rp".split())  # noqa: SIM905 – reads as a list
ATTRIBUTES = {
    "a": {"href", "class", "rel", "target", "lang", "translate"},
    "span": {"class", "lang", "translate"},
    "p": {"class", "lang"},
    "ol": {"start", "reversed", "lang"},
    "li": {"value", "lang"},
}
CLASS = re.compile(r"(?:(?:h|p|u|dt|e)-[a-z0-9-]+|mention|hashtag|ellipsis|invisible)")
REL = 'target="_blank" rel="nofollow noopener noreferrer"'

fragments = st.sampled_from([
    "<p>", "</p>", "<b>", "<a href=https://a.de>", "<a href='https://b.de/@x'>", "</a>", "<span class=invisible>", "</span>",
    "<span class='ellipsis h-card'>", "a.de", "https://a.de/", "b.de/x", "<div>", "</div>", "<h1>", "</h1>", "<ul>", "<li>",
    "<table>", "<tr>", "<td>", "<svg>", "<math>", "<style>", "<script>", "<object>", "<template>", "<br>", "text", "&lt;", "&amp;",
    "<img src=x onerror=1>", "<!--", "-->", "\x00", " ", "\n", "<blockquote>", "<pre>", "<form action=x>", "<i x=1>", '"', "'", ">", "<", "=",
    "<a href=javascript:x>", "<p class='invisible mention' id=x style=y data-z hx-get=/ lang=de>", "<ruby>", "<ol start=3 reversed>",
])  # fmt: skip
hostile = st.lists(fragments | st.text(max_size=4), max_size=25).map("".join)


class _Allowed(HTMLParser):
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        for name, content in attrs:
            assert name in ATTRIBUTES.get(tag, {"lang"}), (tag, name)
            if name == "class":
                assert all(CLASS.fullmatch(css) for css in (content or "").split())
            if name == "href":
                assert (content or "").startswith(("http://", "https://"))
        if tag == "a":
            assert dict(attrs)["rel"] == "nofollow noopener noreferrer"

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    unknown_decl = handle_pi = handle_comment


@given(hostile)
def test_b1_nothing_comes_out_that_is_not_on_the_list(html: str) -> None:
    _Allowed().feed(sanitize(html))


@given(hostile)
def test_what_is_clean_stays_as_it_is(html: str) -> None:
    clean = sanitize(html)
    assert sanitize(clean) == clean


simple = st.lists(
    st.sampled_from(
        [
            "<p>",
            "</p>",
            "<br>",
            "<br/>",
            "</p><p>",
            "\n",
            " ",
            "\t",
            "a",
            "&",
            ">",
            '"',
            "'",
            "\xa0",
            "é",
            "😀",
        ]
    ),
    max_size=12,
).map(lambda parts: f"<p>{''.join(parts)}</p>")


@given(simple)
def test_what_is_taken_for_clean_at_a_glance_is_what_the_cleaner_makes_of_it(html: str) -> None:
    if sanitizing._is_clean(html):
        assert sanitizing._CLEANER.clean(html) == html
        assert sanitizing._BARE.clean(html) == html


def test_no_character_is_taken_for_clean_that_the_cleaner_would_write_otherwise() -> None:
    """All that there are."""
    every = "".join(map(chr, range(0x110000)))
    glance = re.compile(sanitizing._TEXT)
    clean = "".join(part for part in glance.findall(every) if part)
    assert len(clean) > 1_000_000
    for start in range(0, len(clean), 10_000):
        html = f"<p>{clean[start : start + 10_000]}</p>"
        assert sanitizing._is_clean(html)
        assert sanitizing._CLEANER.clean(html) == html
        assert sanitizing._BARE.clean(html) == html


@given(hostile)
def test_plain_text_is_plain(html: str) -> None:
    text = plain(html)
    assert text == text.strip()
    assert "\n\n\n" not in text


@pytest.mark.parametrize(
    ("html", "clean"),
    [
        ("Hi <b onclick=x>you</b><script>x</script>", "Hi <b>you</b>"),
        (
            "<svg><a href=javascript:1>x</a></svg><iframe srcdoc='<p>'></iframe><template>x</template><style>x</style>",
            "",
        ),
        ('<form action=x><input value="a">b</form>', "<p>b</p>"),
        ("<embed src=x>a<img alt=y src=z>", "a"),
        ("<h1>A</h1><div>b</div><div>c<p>d</p></div>", "<p><strong>A</strong></p><p>b</p><p>c</p><p>d</p>"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "<p> a  b </p>"),
        (
            '<p class="e-content invisible quote-inline evil" lang="de">x</p>',
            '<p class="e-content" lang="de">x</p>',
        ),
        ('<p lang="x y">x</p>', "<p>x</p>"),
        ('<ol start="3" reversed><li value="x">a</ol>', '<ol start="3" reversed=""><li>a</li></ol>'),
        ("<ruby>漢<rp>(</rp><rt>kan</rt></ruby>", "<ruby>漢<rp>(</rp><rt>kan</rt></ruby>"),
        (
            '<span translate="no">a</span><span translate="yes">b</span>',
            '<span translate="no">a</span><span>b</span>',
        ),
        ("<b><i>a</b>b</i>", "<b><i>a</i></b><i>b</i>"),
        ("<math><mi>x</mi></math>y", "y"),
        (
            '<p>As <math xmlns="x"><mi>x</mi><annotation encoding="application/x-tex">x &lt; y</annotation></math>, so</p>',
            "<p>As $x &lt; y$, so</p>",
        ),
        (
            "<math display='block'><semantics><mi>x</mi><annotation encoding='application/x-tex'>x</annotation></semantics></math>",
            "$$x$$",
        ),
        (
            '<math><annotation encoding="application/x-tex">&lt;b&gt;</annotation></math><math><mi>x</mi></math>',
            "$&lt;b&gt;$",
        ),
    ],
)
def test_b1_elements(html: str, clean: str) -> None:
    assert sanitize(html) == clean


def test_b5_enhancement_attributes_are_dropped() -> None:
    html = '<a href="https://x.de/" hx-post=/settings/delete hx-trigger=load data-x=1 style="x" id=a onclick=x>y</a>'
    assert sanitize(html) == f'<a href="https://x.de/" {REL}>y</a>'


@pytest.mark.parametrize(
    "href",
    ["javascript:alert(1)", "JaVa&#10;script:1", "data:text/html,x", "//x.de", "/rel", "x", "", "vbscript:x",
     "https://x.de/\\y", "https://a..b/", "https://2130706433/", "mailto:a\\b", "blob:https://x.de/", "file:///etc/passwd"],
)  # fmt: skip
def test_b3_links_that_lead_nowhere_good_are_only_text(href: str) -> None:
    assert sanitize(f'<a href="{href}">x</a>y') == "xy"


@pytest.mark.parametrize(
    ("href", "kept"),
    [
        ("https://x.de/?a>b&amp;c", "https://x.de/?a%3Eb&amp;c"),
        (" https://x.de/a b\n", "https://x.de/a%20b"),
        ("http://例子.中国/", "http://xn--fsqu00a.xn--fiqs8s/"),
        ("https://good.test@evil.test/@a", "https://evil.test/@a"),
        ("mailto:a@b.de", "mailto:a@b.de"),
    ],
)
def test_links_in_their_one_spelling(href: str, kept: str) -> None:
    assert sanitize(f'<a href="{href}">x</a>') == f'<a href="{kept}" {REL}>x</a>'


def test_b7_honest_links_keep_their_hidden_ends() -> None:
    inside = (
        '<span class="invisible">https://www.</span><span class="ellipsis">example.com/a</span>'
        '<span class="invisible">/b</span>'
    )
    assert sanitize(f'<a href="https://www.example.com/a/b">{inside}</a>') == (
        f'<a href="https://www.example.com/a/b" {REL}>{inside}</a>'
    )


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        ('<span class="invisible">https://evil.test/?</span>good.test', "<span>https://evil.test/?</span>good.test"),
        ('<span lang="de" class="h-card invisible">evil.test/</span>good.test', '<span lang="de" class="h-card">evil.test/</span>good.test'),
        ('<span class="invisible"><b>evil.test/</b></span>good.test', "<span><b>evil.test/</b></span>good.test"),
        ("good.test", "good.test [evil.test]"),
        ("https://good.test/evil.test", "https://good.test/evil.test [evil.test]"),
        ("good.test@evil.test/", "good.test@evil.test/"),
        ("\u200bgood.test", "\u200bgood.test [evil.test]"),
        ("evil.test/good.test", "evil.test/good.test"),
        ("EVIL.test", "EVIL.test"),
        ("read this", "read this"),
        ("@ada@good.test", "@ada@good.test"),
        ('evil.test<span class="invisible">.good.test</span>', 'evil.test<span class="invisible">.good.test</span>'),
    ],
)  # fmt: skip
def test_b7_links_cannot_lie_about_their_host(inside: str, shown: str) -> None:
    assert (
        sanitize(f'<a href="https://evil.test/">{inside}</a>')
        == f'<a href="https://evil.test/" {REL}>{shown}</a>'
    )


def test_b7_the_rest_of_a_host_cannot_be_hidden() -> None:
    html = (
        '<a href="https://good.test.evil.example/">good.test<span class="invisible">.evil.example</span></a>'
    )
    assert "invisible" not in sanitize(html)
    assert sanitize('<a href="https://xn--80ak6aa92e.com/">аррӏе.com</a>').endswith(
        "[xn--80ak6aa92e.com]</a>"
    )


def test_b7_nothing_is_hidden_outside_links() -> None:
    assert sanitize('<span class="invisible">a</span><p class="invisible">b</p>') == "<span>a</span><p>b</p>"
    nested = '<span class="invisible"><a href="https://x.de/">x</a></span>'
    assert "invisible" not in sanitize(nested)


UNITS = [
    "<a ", "<b>", "<p>", "<p><b>", "<span>", "<a href=x>", "<a href='https://x.de'>x", "<", "&", "<!--", "<svg>", "<math><mi>",
    "<table>", "<b><i>", "</p>", "<li>", "<br>", "<select>", "<a><p>", "<a href='", "<div>", "<h1>", "<div><p>", "<b ", "<b x",
    "<span class=invisible>", "<a href=https://x.de><span class=invisible>a", "<p><b><i><u><s><em><strong><code>", "\n",
    "&nbsp;", " \n", "x@", "<ruby><rt>", "<a href=https://x.de>x.x.",
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
def test_e12_hostile_html_costs_no_more_than_its_length(unit: str) -> None:
    html = unit * (10**6 // len(unit))
    began = time.process_time()
    clean = sanitize(html)
    plain(html)
    assert time.process_time() - began < 5
    assert len(clean) < 2 * 10**6


@pytest.mark.parametrize(
    "made", ["<p><b class={}>", "<p><b/x={}>", "<b x{}=1><p>", "<p><font a='>' b={}>", "<a x={}><object>"]
)
def test_e12_elements_that_browsers_reopen_do_not_multiply(made: str) -> None:
    html = "".join(made.format(number) for number in range(10_000))
    began = time.process_time()
    assert len(sanitize(html)) < 10 * len(html)
    assert time.process_time() - began < 5


def test_deep_nesting_is_reduced_to_its_text() -> None:
    assert sanitize("<span>" * 1000 + "a<br>b &lt;<p>c") == "<p>a<br>b &lt;</p><p>c</p>"
    assert sanitize("<span>" * 60 + "a").startswith("<span><span>")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hello<br>you</p><p>there</p>", "Hello\nyou\n\nthere"),
        ("<p>a\nb   c&nbsp;d</p>", "a b c d"),
        ("<ul><li>a</li><li>b</li></ul>c", "- a\n- b\n\nc"),
        ("<blockquote><p>q</p></blockquote><h2>h</h2>x", "q\n\nh\n\nx"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("&lt;b&gt; &amp;amp;", "<b> &amp;"),
        ('<a href="https://x.de/?a>b"><span class="invisible">https://</span>x.de</a>', "https://x.de"),
        ("<div>a</div><div>b</div>", "a\n\nb"),
        ("x<script>y</script><!-- z -->", "x"),
        ("1 < 2", "1 < 2"),
        ("", ""),
    ],
)
def test_plain(html: str, text: str) -> None:
    assert plain(html) == text
