import ipaddress
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from martlet.network import guard
from martlet.network.errors import AddressRefused
from martlet.network.guard import Target


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://home.example", Target("https", "home.example", 443, "/")),
        ("HTTP://Home.Example./A?b=c#d", Target("http", "home.example", 80, "/A?b=c")),
        ("https://home.example:8443?q", Target("https", "home.example", 8443, "/?q")),
        ("https://home.example:443/@ada/1", Target("https", "home.example", 443, "/@ada/1")),
        ("https://93.184.215.14/", Target("https", "93.184.215.14", 443, "/")),
        ("https://[2606:4700::1111]:8443/", Target("https", "2606:4700::1111", 8443, "/")),
        ("https://例子.中国/路径?词=是", Target("https", "xn--fsqu00a.xn--fiqs8s", 443, "/%E8%B7%AF%E5%BE%84?%E8%AF%8D=%E6%98%AF")),
        ("https://bücher.example/ä%20b", Target("https", "xn--bcher-kva.example", 443, "/%C3%A4%20b")),
        ("https://a_b.example/<x>|{y}", Target("https", "a_b.example", 443, "/%3Cx%3E%7C%7By%7D")),
        ("https://home.example//double", Target("https", "home.example", 443, "//double")),
    ],
)  # fmt: skip
def test_what_a_url_means(url: str, target: Target) -> None:
    assert guard.parse(url) == target


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://Home.example:443/a#b", "https://home.example/a"),
        ("http://home.example:443/", "http://home.example:443/"),
        ("https://[2606:4700::0001]/", "https://[2606:4700::1]/"),
    ],
)
def test_a_target_is_one_url(url: str, canonical: str) -> None:
    assert guard.parse(url).url == canonical
    assert guard.parse(canonical).url == canonical


@given(st.text(max_size=60))
def test_any_text_is_a_url_or_refused(text: str) -> None:
    for url in (text, f"https://{text}", f"https://home.example/{text}", f"https://home.example:{text}"):
        try:
            target = guard.parse(url)
        except AddressRefused:
            continue
        assert guard.parse(target.url) == target
        assert target.url.isascii()
        assert "@" not in target.authority
        assert not set(target.url) & set(" \r\n\t\\")


@given(st.text(max_size=30))
def test_a_redirect_is_a_url_or_refused(location: str) -> None:
    here = guard.parse("https://home.example/a/b?c")
    try:
        onward = guard.join(here, location)
    except AddressRefused:
        return
    assert guard.parse(onward.url) == onward


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/x", "https://home.example/x"),
        ("x?y", "https://home.example/a/x?y"),
        ("../x", "https://home.example/x"),
        ("//other.example/x", "https://other.example/x"),
        ("http://other.example", "http://other.example/"),
        ("", "https://home.example/a/b"),
    ],
)
def test_where_redirects_lead(location: str, url: str) -> None:
    assert guard.join(guard.parse("https://home.example/a/b"), location).url == url


@pytest.mark.parametrize(
    "url", ["http://box/", "http://localhost:3000/", "http://127.0.0.1:22/", "http://printer.local/"]
)
def test_a_trial_on_one_machine_may(url: str) -> None:
    with pytest.raises(AddressRefused):
        guard.parse(url)
    assert guard.parse(url, allow_private=True).url == url


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/", "http://0.0.0.0/", "http://[fe80::1]/", "http://224.0.0.1/"]
)
def test_not_even_a_trial_may(url: str) -> None:
    with pytest.raises(AddressRefused):
        guard.parse(url, allow_private=True)


def test_onion_names_are_for_proxies() -> None:
    url = "http://duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion/"
    with pytest.raises(AddressRefused):
        guard.parse(url)
    assert guard.parse(url, allow_onion=True).url == url


@given(st.ip_addresses(v=4))
def test_what_python_calls_private_we_never_call(address: IPv4Address) -> None:
    if guard.is_allowed(address):
        assert address.is_global
        assert not address.is_multicast


@given(st.ip_addresses(v=6))
def test_nothing_outside_the_global_block(address: IPv6Address) -> None:
    assume(address not in ipaddress.ip_network("64:ff9b::/96") and address.ipv4_mapped is None)
    if guard.is_allowed(address):
        assert address in ipaddress.ip_network("2000::/3")
        assert address.is_global


@given(
    address=st.ip_addresses(v=4), prefix=st.sampled_from(["::ffff:0:0", "64:ff9b::"]), private=st.booleans()
)
def test_an_embedded_address_is_judged_as_what_it_is(
    address: IPv4Address, prefix: str, *, private: bool
) -> None:
    wrapped = IPv6Address(int(IPv6Address(prefix)) + int(address))
    assert guard.is_allowed(wrapped, allow_private=private) == guard.is_allowed(
        address, allow_private=private
    )


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "9.9.9.9", "93.184.215.14", "192.0.1.1", "172.32.0.1", "100.128.0.1", "223.255.255.254",
                "2606:4700:4700::1111", "2a00:1450:4001::1", "2400::1", "64:ff9b::101:101", "::ffff:1.1.1.1"],
)  # fmt: skip
def test_the_public_network_can_be_called(address: str) -> None:
    assert guard.is_allowed(ipaddress.ip_address(address))
