"""
Which machines take the mail of a domain (MX, RFC 5321 section 5.1), asked of this machine's own name servers.

The standard library knows addresses only. This asks one question by UDP, believes no more than the answer to it, and
whatever goes wrong is no answer: nobody is kept from joining because a name server is slow.
"""

import asyncio
import secrets
import struct
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

RESOLV_CONF = Path("/etc/resolv.conf")
SECONDS = 2.0
"""For each name server."""
SERVERS = 2
MOST = 20
"""Machines of a domain."""
_PORT = 53
_MX, _OPT, _IN = 15, 41, 1
_HEADER = struct.Struct(">6H")
_RECORD = struct.Struct(">HHIH")
_ANSWER, _RECURSION = 0x8000, 0x0100
_LONGEST, _LABEL, _POINTER = 253, 63, 0xC0
_PAYLOAD = 1232
"""Bytes of an answer that we take without its being cut off (RFC 6891)."""
_HOPS = 20


class _Damaged(ValueError):
    """An answer that cannot be read."""


async def lookup(domain: str, servers: Sequence[tuple[str, int]] | None = None) -> tuple[str, ...]:
    """Names in lower case, the first to be tried first; nothing where there is none, or no answer. `domain` in ASCII."""
    try:
        question = _question(domain)
    except (UnicodeEncodeError, ValueError):
        return ()
    for server in servers if servers is not None else await asyncio.to_thread(_servers):
        with suppress(OSError, TimeoutError, _Damaged):
            async with asyncio.timeout(SECONDS):
                return await _ask(server, question)
    return ()


async def _ask(server: tuple[str, int], question: bytes) -> tuple[str, ...]:
    loop = asyncio.get_running_loop()
    heard: asyncio.Queue[bytes] = asyncio.Queue(maxsize=8)

    class Ear(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: object) -> None:
            del addr
            with suppress(asyncio.QueueFull):
                heard.put_nowait(data)

    transport, _ = await loop.create_datagram_endpoint(Ear, remote_addr=server)
    try:
        id = secrets.randbits(16)
        transport.sendto(_HEADER.pack(id, _RECURSION, 1, 0, 0, 1) + question + _extension())
        while True:
            data = await heard.get()
            if data[:2] == id.to_bytes(2, "big") and data[_HEADER.size :].lower().startswith(
                question.lower()
            ):
                return _exchangers(data, _HEADER.size + len(question))
    finally:
        transport.close()


def _question(domain: str) -> bytes:
    """Raises `ValueError` for what is no name."""
    labels = domain.rstrip(".").encode("ascii").split(b".")
    if len(domain) > _LONGEST or any(not 0 < len(label) <= _LABEL for label in labels):
        raise ValueError(domain)
    name = b"".join(bytes([len(label)]) + label for label in labels)
    return name + b"\0" + struct.pack(">2H", _MX, _IN)


def _extension() -> bytes:
    return b"\0" + _RECORD.pack(_OPT, _PAYLOAD, 0, 0)


def _exchangers(data: bytes, at: int) -> tuple[str, ...]:
    """The MX records of an answer, whose own come behind the question. Raises `_Damaged`."""
    _, flags, _, answers, *_ = _HEADER.unpack_from(data)
    if not flags & _ANSWER:
        raise _Damaged
    found: list[tuple[int, str]] = []
    for _ in range(min(answers, MOST)):
        _, at = _name(data, at)
        if at + _RECORD.size > len(data):
            break  # cut off: what came is better than nothing
        kind, family, _, length = _RECORD.unpack_from(data, at)
        at += _RECORD.size
        if (kind, family) == (_MX, _IN) and length > 2 and at + length <= len(data):  # noqa: PLR2004 - a preference
            (preference,) = struct.unpack_from(">H", data, at)
            found.append((preference, _name(data, at + 2)[0]))
        at += length
    return tuple(name for _, name in sorted(found) if name)


def _name(data: bytes, at: int) -> tuple[str, int]:
    """A name, and where what follows it begins; pointers lead back only so often (RFC 1035 section 4.1.4)."""
    labels: list[bytes] = []
    end = None
    for _ in range(_HOPS + _LONGEST):
        if at >= len(data):
            raise _Damaged
        length = data[at]
        if length & _POINTER == _POINTER:
            if at + 1 >= len(data):
                raise _Damaged
            end = at + 2 if end is None else end
            at = (length & ~_POINTER) << 8 | data[at + 1]
        elif length:
            labels.append(data[at + 1 : at + 1 + length])
            at += 1 + length
        else:
            name = b".".join(labels)
            if len(name) > _LONGEST:
                raise _Damaged
            return name.decode("latin-1").lower(), at + 1 if end is None else end
    raise _Damaged


def _servers() -> list[tuple[str, int]]:
    """This machine's name servers."""
    try:
        lines = RESOLV_CONF.read_text("ascii", "replace").splitlines()
    except OSError:
        return []
    named = (line.split()[1:2] for line in lines if line.startswith("nameserver"))
    return [(words[0], _PORT) for words in named if words][:SERVERS]
