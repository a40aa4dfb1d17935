import time
from collections.abc import Mapping
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.text.emoji import shortcodes
from martlet.text.length import characters, post_length
from martlet.text.names import own_hosts
from martlet.text.profile import field_html, note_html
from martlet.text.render import MentionLink, Parsed, html, parse
from martlet.text.sanitize import plain, sanitize

OWN = own_hosts("martlet.test:3000")
PEOPLE = {
    "ada": MentionLink("https://martlet.test/@ada", "ada"),
    "bob@peer.example": MentionLink("https://peer.example/@Bob", "Bob", "peer.example"),
    "ada@peer.example": MentionLink("https://peer.example/@ada", "ada", "peer.example"),
}
ADA = '<span class="h-card"><a href="https://martlet.test/@ada" class="u-url mention">@<span>ada</span></a></span>'
BOB = '<span class="h-card"><a href="https://peer.example/@Bob" class="u-url mention">@<span>Bob</span></a></span>'

typed = st.text() | st.text(alphabet="@#＃:/.ahtps例ß <>&\"'\n[]()0_-·\u200c\U0001f469", max_size=60)


def tag_url(key: str) -> str:
    return f"https://martlet.test/tags/{key}"


def shown(text: str, people: Mapping[str, MentionLink] = PEOPLE) -> str:
    return html(parse(text, OWN), people, tag_url)


def keys(text: str) -> list[str]:
    return [mention.key for mention in parse(text, OWN).mentions]


def hashtags(text: str) -> list[str]:
    return [hashtag.name for hashtag in parse(text, OWN).hashtags]


def urls(text: str) -> list[str]:
    return [link.url for link in parse(text, OWN).links]


def link(url: str, text: str, rest: str = "", rel: str = "nofollow noopener noreferrer") -> str:
    css = "ellipsis" if rest else ""
    return (
        f'<a href="{url}" target="_blank" rel="{rel}"><span class="invisible">{url.partition("//")[0]}//</span>'
        f'<span class="{css}">{text}</span><span class="invisible">{rest}</span></a>'
    )


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("", ""),
        (" \n ", ""),
        ("Hello", "<p>Hello</p>"),
        ("a\nb\r\nc", "<p>a<br />b<br />c</p>"),
        ("a\n\nb\n \n\n\nc", "<p>a</p><p>b</p><p>c</p>"),
        ('<b onclick="x">&amp;\'', "<p>&lt;b onclick=&quot;x&quot;&gt;&amp;amp;&#x27;</p>"),
        ("Hi @ada!", f"<p>Hi {ADA}!</p>"),
        ("<i>@ada</i>", f"<p>&lt;i&gt;{ADA}&lt;/i&gt;</p>"),
        ("<i>@nobody</i>", "<p>&lt;i&gt;@nobody&lt;/i&gt;</p>"),
        ("@Bob@Peer.Example", f"<p>{BOB}</p>"),
        ("@nobody and @bob@elsewhere.example", "<p>@nobody and @bob@elsewhere.example</p>"),
        (
            "#Straße",
            '<p><a href="https://martlet.test/tags/strasse" class="mention hashtag" rel="tag">#<span>Straße</span></a></p>',
        ),
        ("https://example.com/x", f"<p>{link('https://example.com/x', 'example.com/x')}</p>"),
    ],
)
def test_pages(text: str, page: str) -> None:
    assert shown(text) == page


@pytest.mark.parametrize(
    "handle", ["@ada", "@ADA", "@ada@martlet.test", "@ada@Martlet.test:3000", "@ada@MARTLET.TEST"]
)
def test_every_spelling_of_a_handle_here_is_one_person(handle: str) -> None:
    assert keys(f"{handle} hello") == ["ada"]
    assert shown(handle) == f"<p>{ADA}</p>"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(@ada), @bob@peer.example. @c_d", ["ada", "bob@peer.example", "c_d"]),
        ("感谢@ada的帮助", ["ada"]),
        ("谢谢 @ada@peer.example的帮助", ["ada@peer.example"]),
        ("@ada@例子.中国", ["ada@xn--fsqu00a.xn--fiqs8s"]),
        ("@ada@localhost:3000", ["ada@localhost:3000"]),
        ("@ada@martlet.test:3001", ["ada@martlet.test:3001"]),
        ("mail ada@example.com or x@y", []),
        ("https://x.example/@ada and https://y.example/?a=@ada", []),
        ("https://x.example/a,@ada @bob", ["bob"]),
        ("/@ada =@ada @@ada ä@ada", []),
        ("@ada @Ada @ada@martlet.test", ["ada"]),
        ("@ada@0x7f.1", []),
        ("@", []),
    ],
)
def test_who_is_mentioned(text: str, found: list[str]) -> None:
    assert keys(text) == found


def test_namesakes_are_told_apart() -> None:
    page = shown("@ada @ada@peer.example @bob@peer.example")
    assert "@<span>ada</span>" in page
    assert "@<span>ada@peer.example</span>" in page
    assert "@<span>Bob</span>" in page


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("#Bahn, #bahn #Über_2", ["Bahn", "Über_2"]),
        ("#北京天气，＃東京。", ["北京天气", "東京"]),
        ("真好#北京", ["北京"]),
        ("#天气#", ["天气"]),
        ("#हिन्दी #ไทยแลนด์", ["हिन्दी", "ไทยแลนด์"]),
        ("#l·l #foo· #ab\u200ccd #·x", ["l·l", "foo", "ab\u200ccd"]),
        ("#123 #1a #一二 #__ #", ["1a", "一二"]),
        ("a#no &#39; /#no =#no ##no", []),
        ("https://example.com/#no #yes", ["yes"]),
        ("https://example.com/a,#no #yes", ["yes"]),
        ("(#a) #b.", ["a", "b"]),
        ("#a#b", ["a"]),
        ("#" + "a" * 201, []),
    ],
)
def test_hashtags(text: str, found: list[str]) -> None:
    assert hashtags(text) == found


def test_hashtags_of_many_spellings_have_one_key() -> None:
    for spellings in ("#Müller #MÜLLER #muller ＃ｍüller", "#Straße #STRASSE", "#Café #cafe\u0301"):
        assert len(parse(spellings).hashtags) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(https://de.wikipedia.org/wiki/Bahn_(Verkehr)).", ["https://de.wikipedia.org/wiki/Bahn_(Verkehr)"]),
        ("(see https://example.com/a)", ["https://example.com/a"]),
        ("https://a.example,https://b.example/x", ["https://a.example", "https://b.example/x"]),
        ("https://a.example. HTTP://B.EXAMPLE!", ["https://a.example", "http://b.example"]),
        (
            "„https://a.example/x“ “https://b.example” 「https://c.example/」",
            ["https://a.example/x", "https://b.example", "https://c.example/"],
        ),
        ("看https://例子.中国/路径，好", ["https://xn--fsqu00a.xn--fiqs8s/%E8%B7%AF%E5%BE%84"]),
        ("https://example.com很好", ["https://example.com"]),
        ("<https://example.com/a>", ["https://example.com/a"]),
        ("http://localhost:3000/@ada http://[::1]:80/", ["http://localhost:3000/@ada", "http://[::1]/"]),
        ("https://example.com/a?b=c&d=e#f", ["https://example.com/a?b=c&d=e#f"]),
        ("example.com ftp://x.example javascript://x.example/ xhttps://y.example", []),
        ("https:// https://x http://. https://-.de http://2130706433/ http://0x7f.1/", []),
        ("https://example.com\\@evil.test/", ["https://example.com"]),
    ],
)
def test_links(text: str, found: list[str]) -> None:
    assert urls(text) == found


def test_long_links_are_shortened_but_never_their_host() -> None:
    assert link("https://example.com/123456789012345678", "example.com/123456789012345678") in shown(
        "https://example.com/123456789012345678"
    )
    assert link("https://example.com/1234567890123456789", "example.com/123456789012345678", "9") in shown(
        "https://example.com/1234567890123456789"
    )
    host = "a-very-long-name-of-a-host.and-its-domain.example"
    assert link(f"https://{host}/x", host, "/x") in shown(f"https://{host}/x")


def test_b7_a_link_shows_where_it_leads() -> None:
    assert shown("https://good.test@evil.test/") == f"<p>{link('https://evil.test/', 'evil.test/')}</p>"
    assert shown("https://good.test:pw@evil.test/a") == f"<p>{link('https://evil.test/a', 'evil.test/a')}</p>"
    assert "xn--80ak6aa92e.com</span>" in shown("https://аррӏе.com")


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.text: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {(name, content or "") for name, content in attrs}
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    handle_startendtag = handle_starttag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@given(typed)
def test_b1_whatever_is_typed_becomes_only_our_own_elements(text: str) -> None:
    page = _Page()
    page.feed(shown(text))
    page.close()
    assert not page.open
    assert page.tags <= {"p", "br", "a", "span"}
    assert {name for name, _ in page.attributes} <= {"href", "class", "rel", "target"}
    assert all(content.startswith("http") for name, content in page.attributes if name == "href")


@given(typed)
def test_nothing_typed_is_lost(text: str) -> None:
    parsed = parse(text, OWN)
    page = _Page()
    page.feed(html(parsed, {}, tag_url).replace("<br />", "\n").replace("</p><p>", "\n"))
    page.close()
    if not parsed.links:
        assert "".join("".join(page.text).replace("＃", "#").split()) == "".join(
            parsed.text.replace("＃", "#").split()
        )


@given(typed)
def test_pieces_are_in_order_and_apart(text: str) -> None:
    parsed = parse(text, OWN)
    end = 0
    for piece in parsed.pieces:
        assert end <= piece.start < piece.end <= len(parsed.text)
        end = piece.end


@given(typed)
def test_our_own_html_survives_the_sanitizer(text: str) -> None:
    page = shown(text)
    assert plain(sanitize(page)) == plain(page)


UNITS = [
    "@", "#", "＃", "<a ", "http://", "http://a.b/(", "http://a.b/.", "http://a.de,", "http://[", "https://a@", "a.", "@a@",
    "@a.", "@a@a.", "@a-", "#a#", "#a·", "·#·", "https://x.de/[[[", "\n ", "\n", " ", ":a:", ":", "https://a.de))))", "@a@b:",
    "&", "é@é@", "中@a@中", "http://-", "\u0301", "👩\u200d", "🇩", "각", "https://x.de/%", "https://xn--",
]  # fmt: skip


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("lead", ["", "https://a.de/", "https://", "@a@", "#a"])
def test_e12_hostile_texts_cost_no_more_than_their_length(unit: str, lead: str) -> None:
    text = lead + unit * (10**5 // len(unit))
    began = time.process_time()
    parsed = parse(text, OWN)
    html(parsed, {}, tag_url)
    post_length(parsed)
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("abc", 3),
        ("äöü北京", 5),
        ("e\u0301", 1),
        ("👩\u200d💻", 1),
        ("👍🏽", 1),
        ("❤\ufe0f", 1),
        ("🇩🇪🇨🇳🇩", 3),
        ("1\u20e3", 1),
        ("🏴\U000e0067\U000e0062\U000e007f", 1),
        ("हिन्दी", 3),
        ("กำ", 1),
        ("각\u11a8", 1),
        ("\u1100\u1161\u11a8", 1),
        ("a\r\nb", 3),
        ("\u0301a", 2),
        ("a\u200db", 2),
    ],
)
def test_characters_as_people_count_them(text: str, length: int) -> None:
    assert characters(text) == length


@pytest.mark.parametrize(
    ("text", "warning", "length"),
    [
        ("hello", "", 5),
        ("hello", "warning", 12),
        ("https://example.com/" + "x" * 500, "", 23),
        ("https://a.de", "", 23),
        ("x https://a.de y", "", 27),
        ("@ada", "", 4),
        ("hi @ada@a-long-name-of-a-server.example!", "", 8),
        ("#北京", "", 3),
    ],
)
def test_posts_are_counted_as_mastodon_counts_them(text: str, warning: str, length: int) -> None:
    assert post_length(parse(text, OWN), warning) == length


@given(typed, typed)
def test_characters_are_never_more_than_code_points(one: str, other: str) -> None:
    assert characters(one) <= len(one)
    assert characters(one + "\n" + other) == characters(one + "\n") + characters(other) or "\r" in one + other


def test_b8_emoji() -> None:
    assert shortcodes(":blob: x:no: 10:30:5 :a_b::c: (:d:) 你:好: :e:f") == ("blob", "d")
    assert shortcodes(':a" onload=x: :' + "a" * 129 + ":") == ()
    assert parse(":blob: :blob:").shortcodes == ("blob",)


def test_profiles() -> None:
    def parsed(text: str) -> Parsed:
        return parse(text, OWN)

    assert note_html(parsed("I am @ada\n\n#Bahn"), PEOPLE, tag_url).startswith(f"<p>I am {ADA}</p><p><a")
    page = link("https://example.com/", "example.com/", rel="me nofollow noopener noreferrer")
    assert field_html(parsed("https://example.com/"), {}, tag_url) == page
    assert field_html(parsed("<i>a\nb"), {}, tag_url) == "&lt;i&gt;a b"
