"""Pages and files of anybody by the proxy that is there for the case."""

import asyncio

import pytest

from martlet.network.detours import Detour
from martlet.network.errors import AddressRefused, AnswerRefused, LedInside, NoAnswer, TimedOut, Unreachable
from martlet.network.proxies import Proxies, Proxy
from tests.tables import for_each

PROXIES = Proxies.parse([f"{name} = socks5h://127.0.0.1:9050" for name in ("*.far.example", "*.onion")])
CASES = [
    # what a direct try meets, whether the host is known to be away, which tries there are
    ("https://a.far.example/", None, False, ["direct"]),
    ("https://a.far.example/", Unreachable, False, ["direct", "proxy"]),
    ("https://A.far.example:444/", Unreachable, True, ["proxy"]),
    ("https://a.far.example/", LedInside, False, ["direct"]),
    ("https://a.far.example/", AddressRefused, False, ["direct"]),
    ("https://a.far.example/", AnswerRefused, False, ["direct"]),
    ("https://near.example/", Unreachable, True, ["direct"]),
    ("http://abc.onion/", AddressRefused, False, ["proxy"]),
]


@for_each(CASES)
def test_only_what_does_not_answer_is_asked_for_by_the_proxy(
    case: tuple[str, type[NoAnswer] | None, bool, list[str]],
) -> None:
    url, met, is_away, expected = case
    tries: list[str] = []

    async def away(host: str) -> bool:
        assert host == url.split("/")[2].lower()
        return is_away

    async def ask(proxy: Proxy | None) -> str:
        tries.append("direct" if proxy is None else "proxy")
        if proxy is None and met is not None:
            raise met("No.")
        return "found"

    asked = Detour(PROXIES, away).ask(url, ask)
    if met is None or "proxy" in expected:
        assert asyncio.run(asked) == "found"
    else:
        with pytest.raises(met) as refused:
            asyncio.run(asked)
        assert type(refused.value) is met
    assert tries == expected


def test_where_the_proxy_does_not_help_either_it_is_told_what_the_direct_try_met() -> None:
    async def ask(proxy: Proxy | None) -> str:
        raise (TimedOut if proxy is None else AnswerRefused)("No.")

    with pytest.raises(TimedOut):
        asyncio.run(Detour(PROXIES).ask("https://a.far.example/", ask))
