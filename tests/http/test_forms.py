"""Form values: every spelling that clients use ends in the same Struct."""

from typing import Annotated
from urllib.parse import parse_qsl

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from martlet.http import forms
from martlet.http.forms import Malformed
from martlet.model.errors import InvalidInput


class PollForm(msgspec.Struct, frozen=True):
    options: list[str]
    multiple: bool = False
    expires_in: int | None = None


class Form(msgspec.Struct, frozen=True):
    status: str = ""
    media_ids: Annotated[list[str], Meta(description="A description changes nothing.")] = []
    poll: PollForm | None = None
    sensitive: Annotated[bool | None, Meta(description="Nor here.")] = None


WANTED = Form(
    status="hi",
    media_ids=["1", "2"],
    poll=PollForm(options=["a", "b"], multiple=True, expires_in=60),
    sensitive=True,
)


@pytest.mark.parametrize(
    "values",
    [
        forms.from_urlencoded(
            b"status=hi&media_ids[]=1&media_ids[]=2&poll[options][]=a&poll[options][]=b"
            b"&poll[multiple]=on&poll[expires_in]=60&sensitive=1"
        ),
        forms.from_urlencoded(
            b"status=hi&media_ids[0]=1&media_ids[1]=2&poll[options][0]=a&poll[options][1]=b"
            b"&poll[multiple]=true&poll[expires_in]=60&sensitive=true"
        ),
        forms.from_urlencoded(
            b"status=hi&media_ids[][]=1&media_ids[][]=2&poll[options][][]=a&poll[options][][]=b"
            b"&poll[multiple]=1&poll[expires_in]=60&sensitive=t"
        ),
        forms.from_json(
            b'{"status": "hi", "media_ids": [1, "2"], "sensitive": "true",'
            b' "poll": {"options": ["a", "b"], "multiple": 1, "expires_in": "60"}}'
        ),
    ],
)
def test_all_spellings_mean_the_same(values: dict[str, forms.Value]) -> None:
    assert forms.to_form(values, Form) == WANTED


def test_objects_in_a_list_without_numbers_end_where_a_key_comes_again() -> None:
    pairs = [("k[][word]", "a"), ("k[][whole]", "1"), ("k[][word]", "b")]
    assert forms.nested(pairs) == {"k": {"0": {"word": "a", "whole": "1"}, "1": {"word": "b"}}}


def test_an_empty_body_is_an_empty_form() -> None:
    assert forms.to_form(forms.from_json(b""), Form) == Form()


def test_an_empty_text_is_null_where_no_text_is_wanted() -> None:
    assert forms.to_form({"options": ["a"], "expires_in": ""}, PollForm).expires_in is None


def test_what_does_not_fit_names_the_field() -> None:
    with pytest.raises(InvalidInput, match="expires_in") as refused:
        forms.to_form({"options": ["a"], "expires_in": "soon"}, PollForm)
    assert refused.value.field == "expires_in"


@pytest.mark.parametrize(
    "body",
    [
        b"[",
        b'"text"',
        b"[1]",
        b"{" * 100_000,
        b'{"a":' * 100,
        b'{"a": "\\u0000"}',
        b'{"a": "\\ud800"}',
        b"\xff",
        b"{}x",
    ],
)
def test_broken_json_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        forms.from_json(body)


@pytest.mark.parametrize(
    "body", [b"a=%00", b"a=%ff", b"a[b=1&a=2&a[c]=3", b"x[a][b][c][d][e]=1", b"&".join([b"a=1"] * 3000)]
)
def test_broken_forms_are_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        forms.from_urlencoded(body)


@given(st.binary(max_size=200))
def test_no_bytes_do_harm(body: bytes) -> None:
    for read in (forms.from_json, forms.from_urlencoded):
        try:
            forms.to_form(read(body), Form)
        except InvalidInput:
            continue


names = st.text("ab[]0", max_size=12)


@given(st.lists(st.tuples(names, st.just("v")), max_size=8))
def test_no_names_do_harm(pairs: list[tuple[str, str]]) -> None:
    try:
        forms.to_form(forms.nested(pairs), Form)
    except InvalidInput:
        return


@given(text=st.text(alphabet="ab1=&%4+;[]é\0", max_size=40))
def test_the_quick_way_reads_what_the_thorough_one_does(text: str) -> None:
    query = text.encode()
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError:
        pairs = [("\0", "")]
    if any("\0" in part for pair in pairs for part in pair):
        with pytest.raises(Malformed):
            forms.from_query(query)
    elif not any("[" in name for name, _ in pairs):
        assert forms.from_query(query) == dict(pairs)


@pytest.mark.parametrize("query", [b"a=%00", b"%00=a", b"a=\0", b"a=1&b=x%00y"])
def test_nul_is_refused_however_it_is_written(query: bytes) -> None:
    with pytest.raises(Malformed, match="NUL"):
        forms.from_query(query)
