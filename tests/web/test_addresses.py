import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.web import addresses


@pytest.mark.parametrize(
    "text",
    [
        "//evil.test",
        "/\\evil.test",
        "/%2Fevil.test",
        "/%2fevil.test",
        "/%5C%5Cevil.test",
        "%2F%2Fevil.test",
        "https:evil.test",
        "https://evil.test/",
        "javascript:alert(1)",
        "/\t/evil.test",
        "/%09/evil.test",
        "\n//evil.test",
        "/a\r\nSet-Cookie: x",
        "/%0d%0aSet-Cookie:x",
        "evil.test",
        "",
    ],
)
def test_b6_next_leads_nowhere_else(text: str) -> None:
    assert addresses.own_address(text) is None


@pytest.mark.parametrize(
    "text", ["/", "/settings", "/oauth/authorize?redirect_uri=https%3A%2F%2Fapp.test%2F&a=b"]
)
def test_next_leads_home(text: str) -> None:
    assert addresses.own_address(text) == text


@given(st.text())
def test_an_own_address_has_no_host(text: str) -> None:
    kept = addresses.own_address(text)
    assert kept is None or (kept.startswith("/") and kept[1:2] not in {"/", "\\"})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://example.org/a", "https://example.org/a"),
        ("http://localhost:3000/a.png", "http://localhost:3000/a.png"),
        ("/static/a.png", "/static/a.png"),
        ("javascript:alert(1)", ""),
        ("JaVaScript:alert(1)", ""),
        ("data:image/svg+xml,x", ""),
        ("//evil.test/a", ""),
        (None, ""),
    ],
)
def test_b3_only_web_addresses_are_linked(text: str | None, shown: str) -> None:
    assert addresses.web_address(text) == shown


def test_a_part_of_an_address_stays_a_part() -> None:
    assert addresses.at(addresses.INVITATION, code="../a?b#c") == "/invite/..%2Fa%3Fb%23c"
    assert addresses.at(addresses.PROFILE, username="jona") == "/@jona"


def test_the_same_page_in_another_language() -> None:
    assert addresses.in_language("/a?x=1&lang=en&y=", "de") == "/a?x=1&y=&lang=de"
    assert addresses.in_language("/", "zh-Hans") == "/?lang=zh-Hans"
