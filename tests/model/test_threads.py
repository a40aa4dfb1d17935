"""Threads as plain values."""

from hypothesis import given
from hypothesis import strategies as st

from martlet.model.names import AccountId, PostId
from martlet.model.threads import Link, ancestors, descendants

ALL = 10_000


def a_thread(parents: list[int | None]) -> dict[PostId, Link]:
    """Post n answers `parents[n]`; authors take turns."""
    links = {}
    for id, parent in enumerate(parents):
        account = None if parent is None else AccountId(parent % 3)
        links[PostId(id)] = Link(
            PostId(id), None if parent is None else PostId(parent), AccountId(id % 3), account
        )
    return links


@st.composite
def threads(draw: st.DrawFn) -> dict[PostId, Link]:
    """Any, also such as nobody should be able to write: gaps and circles."""
    size = draw(st.integers(1, 30))
    return a_thread([draw(st.none() | st.integers(0, size + 1)) for _ in range(size)])


@given(threads(), st.integers(0, 10), st.integers(0, 10))
def test_no_thread_is_too_odd(links: dict[PostId, Link], limit: int, depth: int) -> None:
    for post in links:
        above, below = ancestors(links, post, limit), descendants(links, post, limit, depth)
        assert len(above) == len(set(above)) <= limit
        assert len(below) == len(set(below)) <= limit
        assert post not in (*above, *below)
        assert set(above) | set(below) <= links.keys()


@given(st.lists(st.integers(0, 100), min_size=1, max_size=30))
def test_above_and_below_agree(choices: list[int]) -> None:
    links = a_thread([None, *(choice % at for at, choice in enumerate(choices, start=1))])
    for post in links:
        below = descendants(links, post, ALL, ALL)
        assert set(below) == {other for other in links if post in ancestors(links, other, ALL)}
        others = [id for id in below if links[id].author_id != links[id].reply_to_account_id]
        assert below == [id for id in below if id not in others] + others


def test_depth_first() -> None:
    links = a_thread([None, 0, 0, 1, 2, 1, 3])
    by_others = {id: link._replace(author_id=AccountId(9)) for id, link in links.items()}
    assert descendants(by_others, PostId(0), ALL, ALL) == [1, 3, 6, 5, 2, 4]
    assert descendants(by_others, PostId(0), 3, ALL) == [1, 3, 6]
    assert descendants(by_others, PostId(0), ALL, 2) == [1, 3, 5, 2, 4]
    assert ancestors(by_others, PostId(6), 2) == [1, 3]
