import sqlite3
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.text.terms import (
    FTS5_TOKENIZER,
    Term,
    fold,
    fts5_match,
    index_text,
    is_searchable,
    tokens,
    tsquery,
    tsvector_literal,
)

words = st.text() | st.text(alphabet="aeouäöüß小米國 \"'*:&|!()<>-\\%\x00_\ue000", max_size=12)


def found(
    text: str, *wanted: str | Term, unwanted: tuple[str, ...] = (), language: str | None = None
) -> bool:
    """Whether SQLite finds the text."""
    terms = [Term(want) if isinstance(want, str) else want for want in wanted]
    match = fts5_match(terms, [Term(word) for word in unwanted])
    database = sqlite3.connect(":memory:")
    try:
        database.execute(f"CREATE VIRTUAL TABLE post USING fts5(terms, tokenize='{FTS5_TOKENIZER}')")
        database.execute("INSERT INTO post VALUES (?)", (index_text(text, language),))
        return bool(database.execute("SELECT 1 FROM post WHERE post MATCH ?", (match,)).fetchall())
    finally:
        database.close()


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("我买了小米手机", "小米"),
        ("我買了小米手機", "小米手机"),
        ("我买了小米手机", "小米手機"),
        ("我买了小米手机", "小"),
        ("我买了小米手机", "机"),
        ("我买了小米手机", "买了"),
        ("中國", "国"),
        ("中国", "國"),
        ("新iPhone手机", "iphone手机"),
        ("東京タワー", "東京"),
        ("ｶﾀｶﾅ", "カタカナ"),
        ("오늘 날씨", "날씨"),
        ("สวัสดีครับ", "ครับ"),
        ("हिन्दी में", "हिन्दी"),
        ("Café", "cafe"),
        ("cafe", "Café"),
        ("Herr Müller", "Müller"),
        ("Herr Müller", "muller"),
        ("Herr Müller", "mueller"),
        ("Herr Mueller", "Müller"),
        ("Herr Muller", "Müller"),
        ("Straße", "STRASSE"),
        ("strasse", "Straße"),
        ("Öl", "oel"),
        ("Smørrebrød", "smoerrebroed"),
        ("Smørrebrød", "smorrebrod"),
        ("Hunde", "hund"),
        ("Straßenbahnhof", "Bahn"),
        ("Straßenbahnhof", "bahnhof"),
        ("Straßenbahnhof", "Straßenbahn"),
        ("Hausmüllabfuhr", "müll"),
        ("Hausmüllabfuhr", "muell"),
        ("#foo_bar", "bar"),
        ("don't", "don't"),
        ("well-known", "well-known"),
        ("ΑΘΉΝΑ", "αθήνα"),
        ("ёлка", "елка"),
    ],
)
def test_what_is_found(text: str, query: str) -> None:
    assert found(text, query)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("米小", "小米"),
        ("小 米", "小米"),
        ("Blut", "blue"),
        ("Herr Mueller", "muller"),
        ("internet", "in"),
        ("й", "и"),
        ("かき", "がき"),
        ("Bahn hof", "Bahnhof"),
        ("小米", "小米手机"),
    ],
)
def test_what_is_not_found(text: str, query: str) -> None:
    assert not found(text, query)


def test_compounds_are_taken_apart_only_where_there_are_any() -> None:
    assert found("Straßenbahnhof", "bahn", language="de")
    assert not found("understanding", "standing", language="en")


@pytest.mark.parametrize(
    ("text", "phrase", "is_found"),
    [
        ("der alte Mann und das Meer", "alte Mann", True),
        ("der alte Mann und das Meer", "Mann alte", False),
        ("der alte Mann", "alte Man", False),
        ("Straßenbahnhof", "bahn", False),
        ("Herr Müller kommt", "herr mueller", True),
        ("Herr Mueller kommt", "Herr Müller", True),
        ("Hunde", "Hund", False),
        ("我买了小米手机", "买了小米", True),
        ("hello 国家", "hello 国", True),
        ("世界 hello", "世界 hello", True),
        ("全世界 hello", "世界 hello", True),
        ("Mueller", "Müller", True),
        ("Müller", "mueller", True),
    ],
)
def test_exact_phrases(text: str, phrase: str, is_found: bool) -> None:  # noqa: FBT001 – a column of the table
    assert found(text, Term(phrase, is_exact=True)) is is_found


def test_all_words_and_none_of_the_others() -> None:
    assert found("rot grün blau", "blau", "rot")
    assert not found("rot grün blau", "blau", "gelb")
    assert not found("rot grün blau", "blau", unwanted=("rot",))
    assert found("rot grün blau", "blau", unwanted=("gelb", "weiß"))
    assert found("rot", unwanted=("gelb",))
    assert not found("rot", unwanted=("rot",))
    assert found("🎉", unwanted=("rot",))


def test_words_that_are_no_words_are_no_condition() -> None:
    assert fts5_match([Term("🎉"), Term("-")]) == tsquery([Term("🎉")]) == fts5_match([]) == ""
    assert not is_searchable(Term("🎉 !?_"))
    assert found("rot", "🎉", "rot")


@given(words, words)
def test_h6_whatever_is_asked_is_valid(text: str, query: str) -> None:
    terms = [Term(query), Term(query, is_exact=True), *map(Term, query.split())]
    if any(map(is_searchable, terms)):
        found(text, *terms)
        found(text, unwanted=(query,))
        found(text, *terms, unwanted=(text, "x"))


@pytest.mark.parametrize(
    "query",
    [
        '"',
        "NEAR(a b)",
        "*",
        "a*",
        "^a",
        "a OR b",
        "x:y",
        "%",
        "\x00a\x00",
        "'",
        "\\",
        "a'b",
        "{a}: b",
        "(",
        "-a",
    ],
)
def test_h6_query_languages_mean_nothing_in_words(query: str) -> None:
    term = Term(query)
    if is_searchable(term):
        assert found(query, term)
    tsquery([term])


def test_postgresql_literals() -> None:
    assert tsvector_literal(["小米", "米", "\ue000x", "a'b\\"]) == "'小米':1 '米':2 '\ue000x' 'a''b\\\\':3"
    assert tsvector_literal(["a"] * 20000).endswith("'a':16383")
    assert tsquery([Term("小米手")], [Term("国")]) == "((('小米' <-> '米手'))) & !('国':*)"


@given(words)
def test_a_text_is_found_by_each_of_its_words(text: str) -> None:
    for word in text.split():
        if is_searchable(Term(word)):
            assert found(text, word)


@given(words)
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(words)
def test_tokens_survive_both_databases(text: str) -> None:
    for token in tokens(text):
        assert token
        assert not any(character.isspace() or character in "'\"\\\x00" for character in token)
        assert len(token.encode()) <= 2046


@pytest.mark.parametrize(
    "unit", ["a", "ä", "小", "a ", "äe", "a小", "_", "'", '"', "\u0301", "ue", "ab-", "क", "ä "]
)
def test_e12_hostile_texts_cost_no_more_than_their_length(unit: str) -> None:
    text = unit * (10**5 // len(unit))
    began = time.process_time()
    tsvector_literal(tokens(text))
    fts5_match([Term(text), Term(text, is_exact=True)])
    assert time.process_time() - began < 2
    assert len(index_text(text)) < 10**6


def test_compounds_do_not_fill_the_index() -> None:
    words = [
        f"donaudampfschifffahrt{first}{second}"
        for first in "abcdefghijklmnopqrstuvwxyz"
        for second in "abcdefghijklmnopqrst"
    ]
    assert len(tokens(" ".join(words))) < 5000


def test_32_terms_are_not_too_many_for_sqlite() -> None:
    query = [Term(f"müller{number}") for number in range(32)]
    assert found(
        " ".join(term.text for term in query), *query, unwanted=tuple(f"x{number}" for number in range(32))
    )
