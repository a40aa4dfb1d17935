"""One spelling for addresses and networks, and looking an address up among many networks."""

import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from martlet.model.sign_up_blocks import (
    WIDEST,
    Networks,
    address_in,
    canonical_email,
    network_in,
    networks_around,
)

ADDRESSES = st.ip_addresses(v=4) | st.ip_addresses(v=6)
LOCALS = st.text("abcAB.+", min_size=1, max_size=12)


@st.composite
def networks(draw: st.DrawFn) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    address = draw(ADDRESSES)
    length = draw(st.integers(WIDEST[address.version], address.max_prefixlen))
    return network_in(f"{address}/{length}")


@given(st.lists(networks(), max_size=6), ADDRESSES)
def test_an_address_is_in_what_it_is_in(some: list[ipaddress.IPv4Network], address: object) -> None:
    found = address_in(str(address))
    assert (str(address) in Networks(some)) == any(found in one for one in some)
    around = set(networks_around(str(address)))
    assert all((found in one) == (str(one) in around) for one in some)


@given(networks(), st.integers(0))
def test_each_address_of_a_network_is_in_it(one: ipaddress.IPv4Network, number: int) -> None:
    inside = str(one.network_address + number % one.num_addresses)
    assert inside in Networks([one])
    assert str(one) in networks_around(inside)
    if one.version == 4:
        assert f"::ffff:{inside}" in Networks([one])


@given(st.text())
def test_anything_is_asked_for(text: str) -> None:
    assert text not in Networks([]) or address_in(text) is not None
    assert len(networks_around(text)) in {0, 25, 113}


@given(LOCALS, LOCALS)
def test_a_canonical_address_stays_as_it_is(local: str, rest: str) -> None:
    plain = canonical_email(f"{local}@mail.example")
    assert canonical_email(plain) == plain
    assert canonical_email(f"{local}+{rest}@MAIL.example") == plain
    assert canonical_email(f"{local[0]}.{local[1:]}@mail.example") == plain
