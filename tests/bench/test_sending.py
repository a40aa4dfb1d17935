import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.sending import size_of_answer

WITH_LENGTH = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nCONTENT-LENGTH: 7\r\n\r\n1234567"
IN_CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"


@given(body=st.binary(max_size=300), seen=st.integers(min_value=0, max_value=400))
def test_an_answer_is_whole_exactly_when_all_of_it_is_there(body: bytes, seen: int) -> None:
    answer = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body
    received = bytearray(answer[:seen])
    size = size_of_answer(received)
    assert (size is not None and len(received) >= size) == (seen >= len(answer))


@pytest.mark.parametrize("answer", [WITH_LENGTH, IN_CHUNKS])
def test_the_end_of_an_answer_is_found(answer: bytes) -> None:
    assert size_of_answer(bytearray(answer)) == len(answer)
    assert size_of_answer(bytearray(answer[:20])) is None


def test_an_answer_in_chunks_ends_with_the_empty_one() -> None:
    assert size_of_answer(bytearray(IN_CHUNKS[:-5])) is None
