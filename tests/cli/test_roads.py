"""What `martlet check` says of the roads to other servers and to this one."""

from contextlib import closing
from socket import socket

import pytest

from martlet.cli import check_roads
from martlet.model.names import Uri
from martlet.network.answers import Answer
from martlet.network.client import Client
from martlet.settings import Settings
from martlet.storage import circuits, gateways
from martlet.storage.database import Store


def test_which_roads_work(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    there = {
        "https://good.example": b'{"actor": "https://home.example/actor"}',
        "https://other.example": b'{"actor": "https://elsewhere.example/actor"}',
        "https://odd.example": b"<html>",
    }

    async def get(_client: Client, url: str, **_options: object) -> Answer:
        return Answer(200, {}, there[url.removesuffix("/.well-known/martlet")], url)

    monkeypatch.setattr(Client, "get", get)
    with store.write() as db:
        circuits.fail(db, "away.example", "timed_out", 1_700_000_000_000, 1_700_000_000_000)
        gateways.learn(db, Uri("https://away.example/users/eve"), ["https://mirror.example"], 0, 1)
        circuits.fail(db, "lost.example", "unreachable", 1_700_000_060_000, 1_700_000_060_000)
    with closing(socket()) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        settings = Settings(
            url="https://home.example",
            outbound_proxies=(f"*.onion = socks5h://ada:secret@127.0.0.1:{port}",),
            fallback_proxies=("* = socks5h://127.0.0.1:1", "near.example = direct"),
            alternate_urls=tuple(there),
        )
        found = [(one.verdict, one.sentence) for one in check_roads.of_roads(settings, store)]
    assert found == [
        ("good", f"The proxy socks5h://127.0.0.1:{port} can be reached."),
        ("bad", "The proxy socks5h://127.0.0.1:1 cannot be reached."),
        ("good", "This server answers under https://good.example, too."),
        ("bad", "Under https://other.example something else answers."),
        ("bad", "Under https://odd.example something else answers."),
        (
            "note",
            (
                "away.example cannot be reached directly since 2023-11-14 22:13 UTC (timed_out); "
                "other addresses of it: 0, mirrors of its people: 1."
            ),
        ),
        (
            "note",
            (
                "lost.example cannot be reached directly since 2023-11-14 22:14 UTC (unreachable); "
                "no other road to it is known."
            ),
        ),
    ]
