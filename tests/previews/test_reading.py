"""What is read out of a page's bytes: charsets, markup, schema.org, agencies, players."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.services import previewing
from martlet.text import web_links
from martlet.text.previews import charsets, json_ld, merging, pages, players, sources
from martlet.text.previews.said import Said, address, is_same_site, line, moment, side

URL = "https://www.paper.example/a/b"


def article(**more: Any) -> Said:
    return json_ld.read([json.dumps({"@type": "NewsArticle", "headline": "News", **more})], URL)


@pytest.mark.parametrize(
    ("text", "charset", "content_type", "start"),
    [
        ("Grüße – “hallo”", "utf-8", "text/html; charset=utf-8", ""),
        ("Grüße – “hallo”", "utf-8", "text/html; charset=iso-8859-1", '<meta charset="utf-8">'),
        ("Grüße – “hallo”", "windows-1252", "text/html", ""),
        ("Grüße – “hallo”", "windows-1252", "text/html; charset=ISO-8859-1", ""),
        ("Grüße", "windows-1252", "text/html; charset=utf-8", ""),
        ("老煤气厂将保留", "gbk", "text/html; charset=gb2312", ""),
        (
            "老煤气厂将保留",
            "gbk",
            "text/html",
            '<meta http-equiv="Content-Type" content="text/html; charset=GBK">',
        ),
        ("老煤气厂将保留，并增设", "gbk", "text/html; charset=utf-8", '<html lang="zh-CN">'),
        ("老煤氣廠將保留", "big5", "text/html; charset=Big5", ""),
        ("老煤氣廠將保留，並增設", "big5", "", '<html lang="zh-TW">'),
        ("ガス工場は残る", "shift_jis", "text/html; charset=Shift_JIS", ""),
        ("Газовый завод", "windows-1251", "text/html; charset=windows-1251", ""),
        ("Grüße", "utf-16", "text/html", ""),
        ("Grüße", "utf-8", "text/html; charset=unicode_escape", ""),
        ("Grüße", "utf-8", "text/html; charset=base64", ""),
        ("Grüße", "utf-8", "text/html; charset=no-such-thing", ""),
    ],
    ids=range(16),
)
def test_charsets(text: str, charset: str, content_type: str, start: str) -> None:
    body = f"{start}<title>{text}</title>".encode(charset)
    assert pages.read_page(body, URL, content_type).plain.title == text


def test_a_page_cut_within_a_letter_is_still_utf_8() -> None:
    assert charsets.decode("Grüße ü".encode()[:-1]) == "Grüße "


@given(st.binary(max_size=300), st.text(max_size=30))
def test_any_bytes_are_read(body: bytes, content_type: str) -> None:
    page = pages.read_page(body, URL, content_type)
    assert page.url == URL
    pages.read_oembed(body, URL)


_NAMES = [
    "@type",
    "@graph",
    "author",
    "publisher",
    "name",
    "url",
    "image",
    "isBasedOn",
    "citation",
    "headline",
    "embedUrl",
    "datePublished",
    "inLanguage",
    "type",
    "html",
    "width",
    "thumbnail_url",
    "title",
    "@value",
]
_json = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.text(max_size=9)
    | st.sampled_from(["NewsArticle", URL]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(_NAMES),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)


@given(_json)
def test_any_data_is_read(data: Any) -> None:
    json_ld.read([json.dumps(data)], URL)
    if isinstance(data, dict):
        for kind in ("link", "photo", "video"):
            pages.read_oembed(json.dumps({**data, "type": kind}).encode(), URL)


def test_what_is_no_article_is_less() -> None:
    page = [{"@type": "WebPage", "name": "Page"}, {"@type": "Organization", "name": "Org"}]
    film = {"@type": "VideoObject", "name": "Film", "embedUrl": "/embed/1", "uploadDate": "2026-01-02"}
    assert json_ld.read([json.dumps(page)], URL).title == "Page"
    assert json_ld.read([json.dumps([*page, film])], URL).player == "https://www.paper.example/embed/1"
    both = json_ld.read(
        [json.dumps([*page, film]), json.dumps({"@type": "Article", "headline": "Text"})], URL
    )
    assert (both.title, both.kind) == ("Text", "")
    assert json_ld.read(["{", "null", "[]", '"x"', "41"], URL) == Said()


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"isBasedOn": "https://www.reuters.com/x"}, ("Reuters", "https://www.reuters.com/x")),
        ({"isBasedOn": "https://other.example/x"}, ("other.example", "https://other.example/x")),
        ({"isBasedOn": "https://paper.example/earlier"}, ("", "")),
        (
            {"isBasedOn": [{"@type": "CreativeWork", "name": "Report", "url": "https://lab.example/r"}]},
            ("Report", "https://lab.example/r"),
        ),
        ({"citation": "Annual report 2026"}, ("Annual report 2026", "")),
        ({"sourceOrganization": {"@type": "NewsMediaOrganization", "name": "AFP"}}, ("AFP", "")),
        ({"author": {"name": "Von Jona Feldmann, dpa/AFP"}}, ("dpa/AFP", "")),
        ({"author": ["Reuters"]}, ("Reuters", "")),
        ({"author": "新华社"}, ("新华社", "")),
        ({"author": "Ada"}, ("", "")),
        ({"publisher": {"name": "Reuters"}, "author": "Reuters"}, ("", "")),
        ({"publisher": {"name": "dpa"}, "sourceOrganization": {"name": "Deutsche Presse-Agentur"}}, ("", "")),
        ({"isBasedOn": {"url": "javascript:x()"}}, ("", "")),
        ({"isBasedOn": {"name": "Eve", "url": "javascript:x()"}}, ("Eve", "")),
    ],
    ids=range(14),
)
def test_sources(more: dict[str, Any], expected: tuple[str, str]) -> None:
    said = article(**more)
    assert (said.source_name, said.source_url) == expected


@pytest.mark.parametrize(
    ("byline", "agency"),
    [
        ("(dpa)", "dpa"),
        ("By Ada Byron and Associated Press", "AP"),
        ("Quelle: KNA", "KNA"),
        ("来源：新华社", "新华社"),
        ("Adpa", ""),
        ("apart from that", ""),
        ("", ""),
    ],
)
def test_agencies(byline: str, agency: str) -> None:
    assert sources.agency_in(byline) == agency


def test_who_is_asked_first() -> None:
    """Words: Open Graph; facts: schema.org; what only one says, from that one."""
    html = (
        '<html lang="en"><title>Plain</title><meta name="description" content="Plain words">'
        '<meta property="og:title" content="Open"><meta property="og:site_name" content="Open site">'
        '<meta property="og:locale" content="de_DE"><meta property="article:published_time" content="2026-01-01">'
        '<script type="application/ld+json">{"@type":"Article","headline":"Data","description":"Data words",'
        '"publisher":{"name":"Data site"},"datePublished":"2026-02-02","inLanguage":"fr"}</script>'
    )
    page = pages.read_page(html.encode(), URL, "")
    told = merging.merged(page, Said(title="Told", author_name="Told author"))
    assert told is not None
    assert (told.title, told.description) == ("Open", "Data words")
    assert (told.provider_name, told.language, told.author_name) == ("Data site", "fr", "Told author")
    assert told.published_at == moment("2026-02-02")
    assert told.kind == "link"


@pytest.mark.parametrize(
    ("claimed", "url"),
    [
        ("/c", "https://www.paper.example/c"),
        ("https://www.paper.example/c", "https://www.paper.example/c"),
        ("https://paper.example/c", URL),
        ("https://evil.example/c", URL),
        ("javascript:x()", URL),
        ("", URL),
    ],
    ids=range(6),
)
def test_what_a_page_calls_itself(claimed: str, url: str) -> None:
    for html in (f'<link rel="canonical" href="{claimed}">', f'<meta property="og:url" content="{claimed}">'):
        assert pages.read_page(html.encode(), URL, "").url == url


@pytest.mark.parametrize(
    ("href", "is_asked"),
    [
        ("https://www.paper.example/oembed", True),
        ("https://api.paper.example/oembed", True),
        ("/oembed", True),
        ("http://www.paper.example/oembed", False),
        ("https://evil.example/oembed", False),
        ("https://notpaper.example/oembed", False),
    ],
    ids=range(6),
)
def test_oembed_is_the_sites_own(href: str, *, is_asked: bool) -> None:
    html = f'<link rel="alternate" type="application/json+oembed" href="{href}">'
    assert bool(pages.read_page(html.encode(), URL, "").oembed) == is_asked


@pytest.mark.parametrize(
    ("player", "is_allowed"),
    [
        ("https://www.youtube.com/embed/1", True),
        ("https://www.youtube-nocookie.com/embed/1", True),
        ("https://paper.example/embed/1", True),
        ("https://films.www.paper.example/embed/1", True),
        ("http://paper.example/embed/1", False),
        ("https://youtube.com.evil.example/embed/1", False),
        ("https://evil.example/www.youtube.com", False),
        ("", False),
    ],
    ids=range(8),
)
def test_players(player: str, *, is_allowed: bool) -> None:
    assert bool(players.allowed(player, URL)) == is_allowed


@pytest.mark.parametrize(
    ("html", "link"),
    [
        (
            '<p><a href="https://a.example/x">x</a> <a href="https://b.example/">y</a></p>',
            "https://a.example/x",
        ),
        (
            '<a href="https://a.example" class="u-url mention">@a</a><a href="https://b.example/">y</a>',
            "https://b.example/",
        ),
        ('<a href="https://a.example/tags/x" class="hashtag">#x</a>', None),
        ('<a href="https://a.example/tags/swift">#Swift</a>', None),
        ('<a href="https://a.example/tags/other">#other</a>', "https://a.example/tags/other"),
        ('<a href="https://people.example/@ada">Ada</a>', None),
        ('<p class="quote-inline">RE: <a href="https://q.example/1">q</a></p>', None),
        (
            '<a href="mailto:a@a.example">mail</a><a href="https://b.example/?a=1&amp;b=2#c">y</a>',
            "https://b.example/?a=1&b=2",
        ),
        ("nothing", None),
    ],
    ids=range(9),
)
def test_the_first_link(html: str, link: str | None) -> None:
    assert web_links.first_link(html, {"https://people.example/@ada"}, {"swift"}) == link


@pytest.mark.parametrize(
    ("address_", "normalised"),
    [
        ("HTTPS://A.example:443", "https://a.example/"),
        ("https://a.example/x?utm_source=y&id=1&fbclid=z#top", "https://a.example/x?id=1"),
        ("https://a.example/x?utm_source=y", "https://a.example/x"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
    ],
)
def test_one_spelling(address_: str, normalised: str) -> None:
    assert web_links.normalised(address_) == normalised
    assert web_links.normalised(normalised) == normalised


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://paper.example/x", "paper.example"),
        ("https://a.b.paper.example/x", "paper.example"),
        ("https://www.paper.co.uk/", "paper.co.uk"),
        ("http://localhost/", "localhost"),
    ],
)
def test_sites(url: str, site: str) -> None:
    assert previewing.site(url) == site


def test_small_things() -> None:
    assert line("  a\n\tb\u202e ", 9) == "a b"
    assert line("one two three", 9) == "one two…"
    assert line(41, 9) == ""
    assert address("//b.example/x", URL) == "https://b.example/x"
    assert address("https://[", URL) == ""
    assert is_same_site("https://paper.example", "https://www.paper.example/x")
    assert not is_same_site("https://aper.example", "https://paper.example")
    assert moment("2026-11-20T08:30:00+01:00") == 1795159800000
    assert moment("2026-11-20 nonsense") == moment("2026-11-20")
    assert (moment("nonsense"), moment("1969-01-01"), moment(None)) == (None, None, None)
    assert (side("640px"), side(3.5), side("-1"), side(True), side(10**9), side("x")) == (640, 3, 0, 0, 0, 0)
