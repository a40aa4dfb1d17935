"""Which proxy carries what."""

import pytest

from martlet.network.proxies import NotAProxy, Proxies

LINES = (
    "*.onion = socks5h://127.0.0.1:9050",
    "near.example = direct",
    "*.far.example=http://ada:secret@proxy.example:8080/",
    "* = socks5://[::1]:1080",
)


def test_the_first_that_fits_decides() -> None:
    proxies = Proxies.parse(LINES)
    found = {
        host: proxies.for_host(host)
        for host in ("abc.onion", "near.example", "a.far.example", "far.example", "onion")
    }
    shown = {host: None if proxy is None else proxy.shown for host, proxy in found.items()}
    assert shown == {
        "abc.onion": "socks5h://127.0.0.1:9050",
        "near.example": None,
        "a.far.example": "http://proxy.example:8080",
        "far.example": "socks5://[::1]:1080",
        "onion": "socks5://[::1]:1080",
    }
    assert [proxy.resolves for proxy in found.values() if proxy is not None] == [True, True, False, False]
    assert Proxies().for_host("far.example") is None


@pytest.mark.parametrize(
    "line",
    [
        "",
        "socks5://127.0.0.1:9050",
        "* = ",
        "* = ftp://127.0.0.1:21",
        "* = socks5://127.0.0.1",
        "* = socks5h://:9050",
        "* = http://proxy.example/path",
        "* = http://proxy.example:99999",
        "a*.example = direct",
        "*onion = direct",
    ],
)
def test_what_is_no_proxy(line: str) -> None:
    with pytest.raises(NotAProxy):
        Proxies.parse([line])
