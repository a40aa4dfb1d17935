"""Which machines take the mail of a domain: asked of a name server, and read with suspicion."""

import asyncio
import struct
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.network import mail_exchangers

Reply = Callable[[bytes], list[bytes]]
QUESTION_AT = 12


def name(text: str) -> bytes:
    return b"".join(bytes([len(one)]) + one.encode() for one in text.split(".")) + b"\0"


def record(preference: int, exchanger: bytes, kind: int = 15) -> bytes:
    data = struct.pack(">H", preference) + exchanger
    return b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(data)) + data


def answer(asked: bytes, *records: bytes, flags: int = 0x8180) -> bytes:
    question = asked[QUESTION_AT : asked.index(b"\0", QUESTION_AT) + 5]
    return asked[:2] + struct.pack(">5H", flags, 1, len(records), 0, 0) + question + b"".join(records)


def asked_of(reply: Reply, domain: str = "mail.example", seconds: float = 60.0) -> tuple[str, ...]:
    """What is understood of what a name server says."""

    class Server(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport

        def datagram_received(self, data: bytes, addr: object) -> None:
            for one in reply(data):
                self.transport.sendto(one, addr)  # type: ignore[attr-defined]  # it is a datagram's

    async def run() -> tuple[str, ...]:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            Server, local_addr=("127.0.0.1", 0)
        )
        try:
            port = transport.get_extra_info("sockname")[1]
            return await mail_exchangers.lookup(domain, [("127.0.0.1", port)])
        finally:
            transport.close()

    before, mail_exchangers.SECONDS = mail_exchangers.SECONDS, seconds
    try:
        return asyncio.run(run())
    finally:
        mail_exchangers.SECONDS = before


def test_the_first_to_be_tried_stands_first() -> None:
    def reply(asked: bytes) -> list[bytes]:
        assert b"\x04mail\x07example\0\x00\x0f\x00\x01" in asked
        records = (
            record(20, name("b.Throwaway.example")),
            record(10, b"\x01a\xc0\x0c"),
            record(5, name("x"), 16),
        )
        return [answer(asked, *records)]

    assert asked_of(reply) == ("a.mail.example", "b.throwaway.example")


def test_answers_to_other_questions_are_not_believed() -> None:
    def reply(asked: bytes) -> list[bytes]:
        right = answer(asked, record(1, name("right.example")))
        other_id = bytes([asked[0] ^ 1]) + answer(asked, record(1, name("wrong.example")))[1:]
        other_name = right.replace(b"\x04mail", b"\x04liam", 1)
        return [other_id, other_name, b"", right]

    assert asked_of(reply) == ("right.example",)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda asked: [answer(asked, flags=0x8183)],
        lambda asked: [answer(asked, record(1, b"\xc0\x2c"))],
        lambda asked: [answer(asked, record(1, b"\x3fabc"))[:-2]],
        lambda asked: [answer(asked, record(1, name("a.example")), flags=0x0100)],
        lambda _: [],
    ],
    ids=["no such name", "a circle", "cut off", "a question", "silence"],
)
def test_what_is_no_answer_names_nobody(wrong: Reply) -> None:
    assert asked_of(wrong, seconds=0.05) == ()


@pytest.mark.parametrize("domain", ["", "..", "a" * 64 + ".example", "ä.example", "a." * 130])
def test_what_is_no_name_is_not_asked_for(domain: str) -> None:
    assert asked_of(lambda _: [], domain) == ()


@given(tail=st.binary(max_size=60))
def test_whatever_comes_is_read_to_an_end(tail: bytes) -> None:
    question = mail_exchangers._question("mail.example")
    data = struct.pack(">6H", 1, 0x8180, 1, 9, 0, 0) + question + tail
    with suppress(mail_exchangers._Damaged):
        found = mail_exchangers._exchangers(data, QUESTION_AT + len(question))
        assert all(len(one) <= 253 for one in found)
