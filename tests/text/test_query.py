from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.text.names import own_hosts
from martlet.text.query import TERM_LIMIT, Has, SearchQuery, Where, parse_query
from martlet.text.terms import Term

OWN = own_hosts("martlet.test")


def day(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", SearchQuery()),
        (" hello  小米 ", SearchQuery(wanted=(Term("hello"), Term("小米")))),
        ('a "b c" -d -"e f"', SearchQuery(
            wanted=(Term("a"), Term("b c", is_exact=True)), unwanted=(Term("d"), Term("e f", is_exact=True)))),
        ("„b c“ 「小米」", SearchQuery(wanted=(Term("b c", is_exact=True), Term("小米", is_exact=True)))),
        ("from:me", SearchQuery(is_mine=True)),
        ("-from:me", SearchQuery(is_mine=False)),
        ("from:@Ada FROM:bob@Peer.example -from:eve@martlet.test", SearchQuery(
            authors=(("Ada", None), ("bob", "peer.example")), excluded_authors=(("eve", None),))),
        ("has:media has:poll -has:link", SearchQuery(has=frozenset({Has.MEDIA, Has.POLL}), has_not=frozenset({Has.LINK}))),
        ("is:reply -is:sensitive", SearchQuery(is_reply=True, is_sensitive=False)),
        ("language:de-AT language:zh-TW -language:en", SearchQuery(languages=("de", "zh-TW"), excluded_languages=("en",))),
        ("in:library", SearchQuery(where=Where.LIBRARY)),
        ("before:2026-05-01", SearchQuery(until=day(2026, 5, 1))),
        ("after:2026-05-01", SearchQuery(since=day(2026, 5, 2))),
        ("during:2026-05-31", SearchQuery(since=day(2026, 5, 31), until=day(2026, 6, 1))),
        ("during:2026-12", SearchQuery(since=day(2026, 12, 1), until=day(2027, 1, 1))),
        ("during:2026", SearchQuery(since=day(2026, 1, 1), until=day(2027, 1, 1))),
        ('after:2026 before:2027-03 before:2028 from："me"', SearchQuery(since=day(2027, 1, 1), until=day(2027, 3, 1), is_mine=True)),
    ],
)  # fmt: skip
def test_queries(text: str, query: SearchQuery) -> None:
    assert parse_query(text, OWN) == query


@pytest.mark.parametrize(
    "text", ["foo:bar", "has:cake", "is:nice", "language:klingonish", "in:bed", "before:soon", "during:2026-02-30",
             "before:0000", "from:a/b", "https://example.com/", "-before:2026", "after:99999"],
)  # fmt: skip
def test_what_is_no_operator_is_a_word(text: str) -> None:
    query = parse_query(text, OWN)
    assert query == (
        SearchQuery(unwanted=(Term(text[1:]),)) if text[0] == "-" else SearchQuery(wanted=(Term(text),))
    )


def test_days_begin_where_the_reader_is() -> None:
    query = parse_query("during:2026-07-01", zone=ZoneInfo("Europe/Berlin"))
    assert query.since == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert query.until == datetime(2026, 7, 1, 22, tzinfo=UTC)


def test_a_query_for_nothing_is_empty() -> None:
    for text in ("", " ", "🎉", '"', '""', "-", "!?", "in:public", "in:all 🎉"):
        assert parse_query(text).is_empty
    for text in ("a", "-a", "from:me", "has:poll", "before:2026"):
        assert not parse_query(text).is_empty


def test_too_much_is_left_out() -> None:
    assert len(parse_query("a " * 400).wanted) == TERM_LIMIT
    assert parse_query("x" * 10**6).wanted == (Term("x" * 1000),)


@given(st.text() | st.text(alphabet='abfromhasinduring:@-"“”0129小 \x00', max_size=80))
def test_h6_nothing_that_can_be_typed_is_an_error(text: str) -> None:
    query = parse_query(text, OWN, ZoneInfo("Asia/Shanghai"))
    assert len(query.wanted) <= TERM_LIMIT
    assert all(moment is None or moment.tzinfo is UTC for moment in (query.since, query.until))
