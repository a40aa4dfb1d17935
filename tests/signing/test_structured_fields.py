import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.signing.structured_fields import (
    Bare,
    InnerList,
    Item,
    MalformedField,
    Token,
    parse_dictionary,
    serialize,
)

keys = st.from_regex(r"[a-z*][a-z0-9_.*-]{0,5}", fullmatch=True)
bare: st.SearchStrategy[Bare] = (
    st.integers(-(10**15) + 1, 10**15 - 1)
    | st.booleans()
    | st.binary(max_size=12)
    | st.text(string.printable[:95], max_size=12)
    | st.from_regex(r"[A-Za-z*][A-Za-z0-9:/]{0,5}", fullmatch=True).map(Token)
)
items = st.builds(Item, bare, st.dictionaries(keys, bare, max_size=2))
lists = st.builds(InnerList, st.lists(items, max_size=3).map(tuple), st.dictionaries(keys, bare, max_size=2))


@given(st.dictionaries(keys, items | lists, min_size=1, max_size=3))
def test_round_trip(members: dict[str, Item | InnerList]) -> None:
    text = ", ".join(f"{key}={serialize(value)}" for key, value in members.items())
    assert parse_dictionary(text) == members


def test_white_space_where_it_may_be() -> None:
    assert parse_dictionary('  a=( "x"   "y" );b;  c=1\t,\tb=:AA==:  ') == {
        "a": InnerList((Item("x", {}), Item("y", {})), {"b": True, "c": 1}),
        "b": Item(b"\0", {}),
    }


@pytest.mark.parametrize(
    "text",
    [
        "", ",", "a", "a=", "a=1,", "a=1 b=2", "A=1", "a=1, a=2", "a=1;b;b", "a=(1", "a=(1)(2)", 'a=("x""y")',
        'a="x', 'a="\\n"', 'a="é"', "a=:A:", "a=:!!:", "a=:AA==", "a=?2", "a=1.5", "a=1234567890123456", "a=-",
        "a=²", "a=1" + " " * 9000,
    ],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(MalformedField):
        parse_dictionary(text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        members = parse_dictionary(text)
    except MalformedField:
        return
    again = ", ".join(f"{key}={serialize(value)}" for key, value in members.items())
    assert parse_dictionary(again) == members
