"""What was changed between two texts."""

from hypothesis import given
from hypothesis import strategies as st

from martlet.text.changes import LONGEST, MOST, changes


@given(st.text(), st.text())
def test_the_stretches_make_up_both_texts(before: str, after: str) -> None:
    found = changes(before, after)
    assert found is not None
    assert "".join(text for kind, text in found if kind != "new") == before
    assert "".join(text for kind, text in found if kind != "gone") == after
    assert all(text for _, text in found)


def test_words_are_told_apart_and_characters_where_there_are_no_spaces() -> None:
    assert changes("The tomatoes are green", "The tomatoes are ripe") == [
        ("same", "The tomatoes are "),
        ("gone", "green"),
        ("new", "ripe"),
    ]
    assert changes("渡轮来了", "渡轮走了") == [
        ("same", "渡轮"),
        ("gone", "来"),
        ("new", "走"),
        ("same", "了"),
    ]


def test_what_is_too_long_is_not_held_against_another() -> None:
    assert changes("a " * MOST, "b") is None
    assert changes("a", "x" * (LONGEST + 1)) is None
