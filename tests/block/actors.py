"""
The small processes of the blocked world, each in its namespace: `python -m tests.block.actors WHAT …`.

    names ADDRESS FILE            a name server; FILE (JSON, read anew at each question) says which name has which address
    front ADDRESS CERTIFICATE PORT   takes TLS at ADDRESS:443 and hands what is in it to 127.0.0.1:PORT
    gate PORT FILE                what the censor's router leads TLS through; FILE says which names are reset or swallowed
    page PORT CERTIFICATE         a page that says that all of it is blocked, by order (RFC 7725), with a certificate that is believed
    impostor ADDRESS CERTIFICATE  a server that says it is somebody else, and answers everything with a plausible actor
"""

import asyncio
import contextlib
import json
import socket
import ssl
import struct
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

SO_ORIGINAL_DST = 80
CHUNK = 65536
NEVER = 3600.0
PAGE = 8444
FINISHED = 200
"""Bytes that a client sends after its hello to end the handshake, and no more than those."""


# -- names -------------------------------------------------------------------


class Names(asyncio.DatagramProtocol):
    """Answers A; for all other kinds there is nothing."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        labels, at = [], 12
        while data[at]:
            labels.append(data[at + 1 : at + 1 + data[at]].decode())
            at += 1 + data[at]
        question, kind = data[12 : at + 5], struct.unpack_from(">H", data, at + 1)[0]
        address = json.loads(self.file.read_text()).get(".".join(labels).lower())
        found = b""
        if address and kind == 1:
            found = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 0, 4) + socket.inet_aton(address)
        code = 0x8180 if address else 0x8183
        head = data[:2] + struct.pack(">5H", code, 1, bool(found), 0, 0)
        self.transport.sendto(head + question + found, addr)  # type: ignore[attr-defined] # a datagram's transport


async def names(address: str, file: str) -> None:
    await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Names(Path(file)), local_addr=(address, 53)
    )
    await asyncio.sleep(NEVER)


# -- TLS ---------------------------------------------------------------------


async def pour(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passes: Callable[[int], bool] = lambda _: True
) -> None:
    poured = 0
    while received := await reader.read(CHUNK):
        poured += len(received)
        if passes(poured):
            writer.write(received)
            await writer.drain()
    writer.close()


async def both(one: Awaitable[None], other: Awaitable[None]) -> None:
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        await asyncio.gather(one, other)


def certified(certificate: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


async def front(address: str, certificate: str, port: str) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", int(port))
        except OSError:
            writer.close()
            return
        await both(pour(reader, inner_writer), pour(inner_reader, writer))

    await asyncio.start_server(connected, address, 443, ssl=certified(certificate))
    await asyncio.sleep(NEVER)


async def page(port: str, certificate: str) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 451 No\r\ncontent-type: text/html\r\ncontent-length: 7\r\n\r\nBlocked")
            await writer.drain()
            writer.close()

    await asyncio.start_server(connected, "127.0.0.1", int(port), ssl=certified(certificate))
    await asyncio.sleep(NEVER)


async def impostor(address: str, certificate: str) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ")[1].decode()
            body = json.dumps(
                {"type": "Person", "id": f"https://a.example{path}", "preferredUsername": "ada"}
            )
            writer.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: application/activity+json\r\ncontent-length: %d\r\n\r\n%s"
                % (len(body), body.encode())
            )
            await writer.drain()
            writer.close()

    await asyncio.start_server(connected, address, 443, ssl=certified(certificate))
    await asyncio.sleep(NEVER)


# -- the gate ----------------------------------------------------------------


def server_name(hello: bytes) -> str:
    """The name in a TLS ClientHello (RFC 6066 section 3); empty where there is none."""
    try:
        at = 43 + 1 + hello[43]
        at += 2 + int.from_bytes(hello[at : at + 2], "big")
        at += 1 + hello[at]
        end = at + 2 + int.from_bytes(hello[at : at + 2], "big")
        at += 2
        while at < end:
            kind, length = struct.unpack_from(">HH", hello, at)
            if kind == 0:
                return hello[at + 9 : at + 4 + length].decode("ascii")
            at += 4 + length
    except (IndexError, struct.error, UnicodeDecodeError):
        pass
    return ""


def reset(writer: asyncio.StreamWriter) -> None:
    """Close so that the other side is sent RST."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def gate(port: str, file: str) -> None:
    rules = Path(file)

    def rule_for(name: str) -> str:
        return str(json.loads(rules.read_text()).get(name, ""))

    def changed_at() -> int:
        return rules.stat().st_mtime_ns

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raw = writer.get_extra_info("socket").getsockopt(socket.SOL_IP, SO_ORIGINAL_DST, 16)
        there_port, there = struct.unpack_from(">H4s", raw, 2)
        since = changed_at()
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            hello = await reader.readexactly(5)
            hello += await reader.readexactly(int.from_bytes(hello[3:5], "big"))
            rule = rule_for(server_name(hello))
            if rule == "reset":
                reset(writer)
                return
            onward = ("127.0.0.1", PAGE) if rule == "page" else (socket.inet_ntoa(there), there_port)
            inner_reader, inner_writer = await asyncio.open_connection(*onward)
            inner_writer.write(hello)

            def passes(poured: int) -> bool:
                if changed_at() != since:  # new rules hold for old connections, too
                    reset(writer)
                return rule != "swallow" or poured < FINISHED

            await both(pour(reader, inner_writer, passes), pour(inner_reader, writer))

    await asyncio.start_server(connected, "0.0.0.0", int(port))
    await asyncio.sleep(NEVER)


if __name__ == "__main__":
    what: Callable[..., Coroutine[Any, Any, None]] = {
        "names": names,
        "front": front,
        "gate": gate,
        "impostor": impostor,
        "page": page,
    }[  # type: ignore[assignment] # each takes what it needs
        sys.argv[1]
    ]
    asyncio.run(what(*sys.argv[2:]))
