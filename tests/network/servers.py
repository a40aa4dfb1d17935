"""Servers on this machine that play the rest of the world: honest ones, slow ones, lying ones."""

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import h2.config
import h2.connection
import h2.events
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Handler = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]
Connected = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Listener:
    port: int
    requests: list[Request] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def answer(status: int = 200, body: bytes = b"", **headers: str) -> bytes:
    """A whole answer as bytes; `content_type` becomes Content-Type."""
    lines = {"content-length": str(len(body))} | {
        key.replace("_", "-"): value for key, value in headers.items()
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode() + body


def saying(*answers: bytes) -> Handler:
    """Say these one after the other, the last one for ever."""
    left = list(answers)

    async def handle(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(left.pop(0) if len(left) > 1 else left[0])
        await writer.drain()

    return handle


@asynccontextmanager
async def connecting(connected: Connected, tls: ssl.SSLContext | None = None) -> AsyncIterator[Listener]:
    """A server that does `connected` with every connection, and leaves nothing behind."""
    tasks: set[asyncio.Task[None]] = set()
    writers: list[asyncio.StreamWriter] = []

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        listener.connections += 1
        writers.append(writer)
        tasks.add(asyncio.create_task(stay(reader, writer)))

    async def stay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await connected(reader, writer)
        except (OSError, EOFError):
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
    listener = Listener(server.sockets[0].getsockname()[1])
    try:
        yield listener
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in writers:
            writer.transport.abort()
        await server.wait_closed()


@asynccontextmanager
async def listening(handle: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[Listener]:
    """An HTTP/1.1 server that remembers what it was asked."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            request = await _request(reader)
            listener.requests.append(request)
            await handle(request, writer)

    async with connecting(connected, tls) as listener:
        yield listener


async def _request(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:] if line)}
    return Request(method, path, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


@asynccontextmanager
async def listening_h2(tls: ssl.SSLContext) -> AsyncIterator[Listener]:
    """An HTTP/2 server that answers every request with its `:authority`."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        http = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        http.initiate_connection()
        writer.write(http.data_to_send())
        while received := await reader.read(65536):
            for event in http.receive_data(received):
                if isinstance(event, h2.events.RequestReceived):
                    headers = {name.decode(): value.decode() for name, value in event.headers or []}
                    listener.requests.append(Request(headers[":method"], headers[":path"], headers, b""))
                    http.send_headers(
                        event.stream_id or 0, [(":status", "200"), ("content-type", "text/plain")]
                    )
                    http.send_data(event.stream_id or 0, headers[":authority"].encode(), end_stream=True)
            writer.write(http.data_to_send())

    async with connecting(connected, tls) as listener:
        yield listener


@asynccontextmanager
async def socks(to: Listener) -> AsyncIterator[tuple[Listener, list[str]]]:
    """A SOCKS5 proxy that brings everybody to `to`, and remembers the names it was asked for."""
    asked: list[str] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly((await reader.readexactly(2))[1])
        writer.write(b"\x05\x00")
        kind = (await reader.readexactly(4))[3]
        size = {1: 4, 4: 16}.get(kind) or (await reader.readexactly(1))[0]
        asked.append((await reader.readexactly(size)).decode("latin-1"))
        await reader.readexactly(2)
        writer.write(b"\x05\x00\x00\x01" + bytes(6))
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", to.port)
        try:
            await asyncio.gather(_pour(reader, inner_writer), _pour(inner_reader, writer))
        finally:
            inner_writer.transport.abort()

    async with connecting(connected) as listener:
        yield listener, asked


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while received := await reader.read(65536):
        writer.write(received)
    writer.write_eof()


class Authority:
    """Somebody who hands out certificates, and is trusted only by who is told to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("Test authority")
        self._certificate = self._sign(
            self._name, self._key, x509.BasicConstraints(ca=True, path_length=0), ()
        )
        self.pem = self._certificate.public_bytes(serialization.Encoding.PEM).decode()

    def context_for(self, *names: str, protocols: Sequence[str] = ("http/1.1",)) -> ssl.SSLContext:
        """What a server needs to prove that it is any of `names`."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(
            _name(names[0]), key, x509.BasicConstraints(ca=False, path_length=None), names
        )
        file = self._folder / f"{names[0]}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        context.set_alpn_protocols(list(protocols))
        return context

    def _sign(
        self,
        name: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        role: x509.BasicConstraints,
        hosts: Sequence[str],
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(role, critical=True)
            .add_extension(_usage(role), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
            )
        )
        if hosts:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([_host(h) for h in hosts]), critical=False
            )
        return builder.sign(self._key, hashes.SHA256())


def _usage(role: x509.BasicConstraints) -> x509.KeyUsage:
    """What the key may do: an authority signs certificates, a server signs handshakes."""
    return x509.KeyUsage(
        digital_signature=not role.ca,
        key_cert_sign=role.ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


async def here(_host: str, _port: int) -> Sequence[str]:
    """A name service that knows one address for every name: this machine."""
    return ["127.0.0.1"]
