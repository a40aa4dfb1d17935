from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from bench.listening import PING, TEXT, Order, frame_in


def order(*numbers: int) -> Order:
    found = Order()
    for one in numbers:
        found.hear(one)
    return found


def test_what_is_lost_twice_or_late_is_told_apart() -> None:
    for heard, posts, lost, twice, late in (
        ((0, 1, 2), 3, 0, 0, 0),
        ((0, 2), 3, 1, 0, 0),
        ((0, 1), 3, 1, 0, 0),
        ((0, 2, 1), 3, 0, 0, 1),
        ((0, 1, 1, 2), 3, 0, 1, 0),
        ((0, 2, 1, 1), 3, 0, 1, 1),
        ((), 3, 3, 0, 0),
    ):
        found = order(*heard)
        assert (found.lost(posts), found.twice, found.late) == (lost, twice, late), heard


@given(body=st.sampled_from([b"", b"x" * 125, b"x" * 126, b"x" * 70_000]), seen=st.integers(0, 70_020))
def test_a_frame_is_found_exactly_when_all_of_it_is_there(body: bytes, seen: int) -> None:
    frame = Frame(Opcode.TEXT, body).serialize(mask=False)
    got = (frame + Frame(Opcode.PING, b"").serialize(mask=False))[:seen]
    found = frame_in(got)
    assert (found is not None) == (seen >= len(frame))
    if found is not None:
        kind, start, end = found
        assert (kind, got[start:end]) == (TEXT, body)
        if len(got) == len(frame) + 2:
            assert frame_in(got[end:]) == (PING, 2, 2)
