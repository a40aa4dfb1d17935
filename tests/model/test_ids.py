"""Ids as somebody names them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.model.ids import id_from
from martlet.model.paging import LAST_ID


@given(st.integers(0, LAST_ID))
def test_every_id_is_read_as_it_was_written(id: int) -> None:
    assert id_from(str(id)) == id


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", "1 ", "1_0", "٣", "²", "0x1", str(LAST_ID + 1), "9" * 20, "0" * 30]
)
def test_nothing_else_is_an_id(text: str) -> None:
    assert id_from(text) is None
