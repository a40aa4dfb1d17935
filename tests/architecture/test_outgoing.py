"""Nothing leaves this server but through `martlet.network` (attacks E4), and nothing there blocks the loop."""

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

import martlet
from martlet.network import (
    answers,
    certificates,
    client,
    detours,
    dialing,
    errors,
    guard,
    mail_exchangers,
    proxies,
    push,
    signed,
    translation,
)
from tests.tables import for_each

ROOT = Path(martlet.__file__).parent

# Modules that speak to other machines. `smtplib` is not here: mail goes to the one server the operator named.
TELEPHONES = frozenset(
    (
        "aiohttp",
        "boto3",
        "curl_cffi",
        "ftplib",
        "h11",
        "h2",
        "http.client",
        "httpcore",
        "httpcore2",
        "httpx",
        "httpx2",
        "imaplib",
        "nntplib",
        "poplib",
        "requests",
        "socketserver",
        "socksio",
        "telnetlib",
        "urllib.request",
        "urllib3",
        "websocket",
        "websockets",
        "xmlrpc.client",
    )
)
# Parts of these that read and write no socket.
SILENT = frozenset(
    f"websockets.{name}" for name in ("datastructures", "frames", "http11", "protocol", "server", "typing")
)
# As texts, handed to `importlib`; the others are words in their own right (h2 is a heading).
UNMISTAKABLE = TELEPHONES - {"h11", "h2", "requests", "websocket", "websockets"}
DIALLING = frozenset(
    (
        "connect_tcp",
        "connect_udp",
        "connect_unix",
        "create_connection",
        "create_datagram_endpoint",
        "open_connection",
        "open_unix_connection",
        "start_tls",
        "urlopen",
        "getaddrinfo",
        "gethostbyname",
        "sock_connect",
        "urlretrieve",
    )
)

# Functions of the room that only look or reckon; all others wait, so they are coroutines.
PURE = {
    "martlet.network.guard": {"parse", "join", "literal", "is_allowed"},
    "martlet.network.push": {"retry_after"},
    "martlet.network.dialing": {"tls_context", "make_pool", "failures"},
}


def outside() -> list[Path]:
    return sorted(path for path in ROOT.rglob("*.py") if not path.is_relative_to(ROOT / "network"))


def calls_out(source: str) -> Iterator[str]:
    """What in `source` could speak to another machine."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                found = [name.name for name in names]
            case ast.ImportFrom(module=module, names=names) if module not in SILENT:
                found = [module or "", *(f"{module}.{name.name}" for name in names)]
            case ast.Attribute(attr=name) | ast.Name(id=name):
                found = []
                if name in DIALLING:
                    yield name
            case ast.Constant(value=str(text)) if text in UNMISTAKABLE:
                found = [text]
            case _:
                continue
        for name in found:
            parts = name.split(".")
            if any(".".join(parts[:end]) in TELEPHONES for end in range(1, len(parts) + 1)):
                yield name
            if parts[-1] in DIALLING:
                yield name


@for_each(outside())
def test_e4_the_forgotten_fetcher(path: Path) -> None:
    assert list(calls_out(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        "import requests",
        "import urllib.request",
        "from urllib import request",
        "from urllib.request import urlopen",
        "import http.client as c",
        "from http import client",
        "import httpx2",
        "def f():\n    import httpcore2",
        "import socket\nsocket.create_connection(('a', 1))",
        "from socket import create_connection as c",
        "import asyncio\nasyncio.open_connection('a', 1)",
        "loop.create_connection(f, 'a', 1)",
        "importlib.import_module('httpx2')",
        "from aiohttp.client import x",
    ],
)
def test_e4_a_fetcher_would_be_found(source: str) -> None:
    assert list(calls_out(source))


@pytest.mark.parametrize(
    "source", ["import urllib.parse", "from http import HTTPStatus", "request = 1", "import socket"]
)
def test_e4_what_fetches_nothing_is_not_found(source: str) -> None:
    assert list(calls_out(source)) == []


@pytest.mark.parametrize(
    "module",
    [
        answers,
        certificates,
        client,
        detours,
        dialing,
        errors,
        guard,
        mail_exchangers,
        proxies,
        push,
        signed,
        translation,
    ],
    ids=lambda m: m.__name__,
)
def test_what_waits_is_a_coroutine(module: ModuleType) -> None:
    name = module.__name__
    for function_name, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ != name or function_name.startswith("_"):
            continue
        is_pure = function_name in PURE.get(name, set())
        assert inspect.iscoroutinefunction(function) != is_pure, f"{name}.{function_name}"


def test_every_module_of_the_room_is_looked_at() -> None:
    looked_at = {
        answers,
        certificates,
        client,
        detours,
        dialing,
        errors,
        guard,
        mail_exchangers,
        proxies,
        push,
        signed,
        translation,
    }
    modules = {path.stem for path in (ROOT / "network").glob("*.py")} - {"__init__"}
    assert {importlib.import_module(f"martlet.network.{name}") for name in modules} == looked_at
