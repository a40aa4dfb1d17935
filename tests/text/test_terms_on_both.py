"""The promise of `text.terms`: whatever the text and the query, both databases answer alike."""

import sqlite3
from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from martlet.text.query import parse_query
from martlet.text.terms import FTS5_TOKENIZER, fts5_match, index_text, tokens, tsquery, tsvector_literal

SAMPLES = """Straßenbahn bahn Müller Mueller muller Blut blue 小米手机 我買了小米手機 小米 米 国 中國 東京 날씨 Café cafe don't
foo_bar ab क्या สวัสดี 🎉 Öl oel 3.5 é ΑΘΗΝΑ й и ' \\ a'b * NEAR( % \x00 - :* & | ! ( <-> \ue000x ﬁn"""

texts = st.lists(st.sampled_from(SAMPLES.split()) | st.text(max_size=3), min_size=1, max_size=8)
queries = st.lists(
    st.sampled_from(["", "-", '"', '-"']).flatmap(lambda mark: texts.map(lambda words: mark + words[0])),
    max_size=4,
)


@pytest.fixture(scope="module")
def both(postgres: str) -> Iterator[tuple[sqlite3.Connection, psycopg.Connection]]:
    lite = sqlite3.connect(":memory:")
    lite.execute(f"CREATE VIRTUAL TABLE post USING fts5(words, tokenize='{FTS5_TOKENIZER}')")
    with psycopg.connect(postgres, autocommit=True) as large:
        yield lite, large
    lite.close()


@settings(max_examples=300)
@given(words=texts, joint=st.sampled_from([" ", "", "，"]), query=queries)
def test_both_databases_answer_alike(
    both: tuple[sqlite3.Connection, psycopg.Connection], words: list[str], joint: str, query: list[str]
) -> None:
    lite, large = both
    text = joint.join(words)
    asked = parse_query(" ".join(query))
    match = fts5_match(asked.wanted, asked.unwanted)
    if not match:
        assert not tsquery(asked.wanted, asked.unwanted)
        return
    lite.execute("DELETE FROM post")
    lite.execute("INSERT INTO post VALUES (?)", (index_text(text),))
    in_lite = bool(lite.execute("SELECT 1 FROM post WHERE post MATCH ?", (match,)).fetchall())
    row = large.execute(
        "SELECT CAST(%s AS tsvector) @@ CAST(%s AS tsquery)",
        (tsvector_literal(tokens(text)), tsquery(asked.wanted, asked.unwanted)),
    ).fetchone()
    assert row == (in_lite,)
