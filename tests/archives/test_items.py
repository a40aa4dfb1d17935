"""Items are cut out of a collection as a JSON parser would find them, however the file is written."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.archives import items as module
from martlet.archives.errors import ArchiveRefused, ArchiveTooLarge
from martlet.archives.items import items

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=10)
    | st.sampled_from(['"', "\\", "]}", '{"a":[']),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)
things = st.dictionaries(st.text(max_size=8), values, max_size=4)


@given(
    wanted=st.lists(things | st.text(max_size=10), max_size=6),
    before=st.dictionaries(st.text(max_size=8).filter(lambda name: "tems" not in name), values, max_size=3),
    name=st.sampled_from(["orderedItems", "items"]),
    indent=st.sampled_from([None, 0, 3]),
    is_ascii=st.booleans(),
    chunk=st.integers(1, 40),
)
def test_items_are_those_of_the_parser(
    *,
    wanted: list[Any],
    before: dict[str, Any],
    name: str,
    indent: int | None,
    is_ascii: bool,
    chunk: int,
) -> None:
    text = json.dumps({**before, name: wanted, "after": 1}, indent=indent, ensure_ascii=is_ascii)
    kept = module._CHUNK
    module._CHUNK = chunk
    try:
        found = [json.loads(item) for item in items(io.BytesIO(text.encode()))]
    finally:
        module._CHUNK = kept
    assert found == wanted


@given(body=st.binary(max_size=200) | st.text('{}[]":,\\aorderedItms', max_size=100).map(str.encode))
def test_nonsense_ends(body: bytes) -> None:
    try:
        list(items(io.BytesIO(body)))
    except ArchiveRefused:
        return


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"orderedItems": [',
        b'{"orderedItems": ["',
        b"{" * 100,
        b'{"orderedItems": [' + b"[" * 100,
    ],
)
def test_what_is_broken_is_refused(body: bytes) -> None:
    with pytest.raises(ArchiveRefused):
        list(items(io.BytesIO(body)))


@pytest.mark.parametrize("body", [b'["' + b"a" * 3_000_000 + b'"]', b'[{"a":[' + b"1," * 1_500_000 + b"1]}]"])
def test_g1_an_item_without_end_is_refused(body: bytes) -> None:
    with pytest.raises(ArchiveTooLarge):
        list(items(io.BytesIO(b'{"items":' + body + b"}")))
