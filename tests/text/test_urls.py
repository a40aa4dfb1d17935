import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.text.names import normalise_host
from martlet.text.urls import InvalidUrl, host_shown, parse_url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://example.com", "https://example.com"),
        ("HTTPS://Example.COM:443/A?b=%20&c#d", "https://example.com/A?b=%20&c#d"),
        ("http://example.com:80/", "http://example.com/"),
        ("http://example.com:443/", "http://example.com:443/"),
        (
            "https://例子.中国/路径?q=天#气",
            "https://xn--fsqu00a.xn--fiqs8s/%E8%B7%AF%E5%BE%84?q=%E5%A4%A9#%E6%B0%94",
        ),
        ("https://example.com/100%/%zz/%41", "https://example.com/100%25/%25zz/%41"),
        ("https://example.com/#a#b", "https://example.com/#a%23b"),
        ("https://example.com?x", "https://example.com?x"),
        ('https://example.com/"<>{}|^`', "https://example.com/%22%3C%3E%7B%7D%7C%5E%60"),
        ("https://[2001:DB8::0:1]/", "https://[2001:db8::1]/"),
        ("https://192.0.2.1/", "https://192.0.2.1/"),
    ],
)
def test_urls_in_their_one_spelling(text: str, url: str) -> None:
    assert str(parse_url(text)) == url
    assert str(parse_url(url)) == url


@pytest.mark.parametrize(
    "text",
    [
        "", "example.com", "//example.com", "/x", "javascript:alert(1)", "data:text/html,x", "ftp://example.com/",
        "https:example.com", "https:/example.com", "https:///x", "https://", "http://?x",
        " https://example.com", "https://example.com/\n", "ht\ntps://example.com", "https://exam\tple.com",
        "https://example.com/a b", "https://example.com/\x00", "https://example.com/\u202ex", "https://example.com/\ud800",
        "https://good.test\\@evil.test/", "https://example.com/\\x", "https://good.test@evil.test/",
        "https://user:pw@example.com/", "https://exa%6dple.com/", "https://example.com:/", "https://example.com:0/",
        "https://example.com:65536/", "https://2130706433/", "https://0x7f.1/", "https://127.1/", "https://[::1/",
        "https://[::ffff:1.2.3.4%eth0]/", "https://a..b/", "https://example.com/" + "a" * 2048,
    ],
)  # fmt: skip
def test_b3_e6_urls_that_are_refused(text: str) -> None:
    with pytest.raises(InvalidUrl):
        parse_url(text)


@given(
    st.text(alphabet=":/?#[]@!$&'()*+,;=aé例%1 \\\n.x-{", max_size=30).map(lambda rest: "https://a.de" + rest)
)
def test_reading_a_url_again_changes_nothing(text: str) -> None:
    try:
        url = parse_url(text)
    except InvalidUrl:
        return
    assert str(url).isascii()
    assert parse_url(str(url)) == url
    assert str(url).startswith(url.origin)


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("straße.de", "straße.de"),
        ("例子.中国", "例子.中国"),
        ("日本語ドメイン.jp:3000", "日本語ドメイン.jp:3000"),
        ("пример.рф", "пример.рф"),
        ("аррӏе.com", "xn--80ak6aa92e.com"),  # all Cyrillic
        ("pаypal.com", "xn--pypal-4ve.com"),  # one Cyrillic letter
        ("hello你.de", "xn--hello-w52h.de"),
        ("example.com", "example.com"),
    ],
)
def test_b9_hosts_that_could_be_mistaken_are_shown_coded(host: str, shown: str) -> None:
    assert host_shown(normalise_host(host)) == shown
