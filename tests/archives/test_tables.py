"""Lists as CSV: what is written is read again, whatever stands in it; and what other software writes is read."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.archives import tables
from martlet.archives.tables import KINDS, Kind, NotATable, Row, TableTooLarge

words = st.text(
    st.characters(blacklist_categories=("Cs", "Cc")) | st.sampled_from("=+-@'\",;\n\t\r"),
    min_size=1,
    max_size=30,
).map(str.strip)
words = words.filter(lambda text: bool(text) and text.lower() not in tables._FIRST_HEADINGS)
codes = st.lists(st.sampled_from(["en", "de", "zh", "pt-BR"]), unique=True).map(tuple)
moments = st.sampled_from(["", "2030-01-02T03:04:05+00:00"])
rows: dict[Kind, Any] = {
    "follows": st.builds(Row, words, boosts=st.booleans(), notify=st.booleans(), languages=codes),
    "mutes": st.builds(Row, words, hides_notifications=st.booleans(), ends_at=moments),
    "lists": st.builds(Row, words, title=words),
    "blocks": st.builds(Row, words, ends_at=moments),
    "domain_blocks": st.builds(Row, words),
    "bookmarks": st.builds(Row, words),
    "filters": st.builds(
        Row,
        words,
        title=words,
        contexts=st.lists(st.sampled_from(["home", "public", "thread"]), unique=True).map(tuple),
        action=st.sampled_from(["warn", "hide", "blur"]),
        ends_at=moments,
        whole_word=st.booleans(),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_what_is_written_is_read(kind: Kind, data: st.DataObject) -> None:
    wanted = data.draw(st.lists(rows[kind], min_size=1, max_size=5))
    assert tables.read(kind, tables.write(kind, wanted)) == wanted


@given(wanted=st.lists(rows["lists"], min_size=1, max_size=5))
def test_g13_no_cell_is_a_formula(wanted: list[Row]) -> None:
    text = tables.write("lists", wanted).decode()
    for cells in csv.reader(io.StringIO(text, newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)


@given(body=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_nonsense_is_refused_or_read(body: bytes) -> None:
    for kind in KINDS:
        try:
            assert tables.read(kind, body)
        except (NotATable, TableTooLarge):
            continue


MASTODON = 'Account address,Show boosts,Notify on new posts,Languages\nada@home.example,true,false,\neve@peer.example,false,true,"de, en"\n'
WANTED = [
    Row("ada@home.example"),
    Row("eve@peer.example", boosts=False, notify=True, languages=("de", "en")),
]


@pytest.mark.parametrize(
    "body",
    [
        MASTODON.encode(),
        MASTODON.replace("\n", "\r\n").encode("utf-8-sig"),
        MASTODON.encode("utf-16"),
        MASTODON.replace("Languages\n", "Languages,More\n").encode(),
        MASTODON.partition("\n")[2].encode(),
        b"Languages,Account address\n".replace(
            b"Languages,Account address", b"Account address,Languages,Show boosts,Notify on new posts"
        )
        + b'ada@home.example,,true,false\n"eve@peer.example","de, en",FALSE,1\n',
    ],
    ids=[
        "as Mastodon writes it",
        "with a mark and CRLF",
        "UTF-16",
        "more columns",
        "no headings",
        "another order",
    ],
)
def test_whom_somebody_follows(body: bytes) -> None:
    assert tables.read("follows", body) == WANTED


def test_older_files_say_less() -> None:
    assert tables.read("follows", b"ada@home.example\n\n eve@peer.example \n") == [
        Row("ada@home.example"),
        Row("eve@peer.example"),
    ]
    assert tables.read("mutes", b"Account address,Hide notifications\neve@peer.example,false\n") == [
        Row("eve@peer.example", hides_notifications=False)
    ]
    body = b'"Friends, old",eve@peer.example\nempty,\n,nobody@peer.example\n\n,\n'
    assert tables.read("lists", body) == [
        Row("eve@peer.example", title="Friends, old"),
        Row("", title="empty"),
        Row("nobody@peer.example"),
    ], "what is wrong is there to be told"
    with pytest.raises(NotATable):
        tables.read("lists", b"eve@peer.example\nada@peer.example\n")
    assert tables.read("domain_blocks", b"#domain\nevil.test\n") == [Row("evil.test")]


@pytest.mark.parametrize(
    "body",
    [
        b"a@b\n" * 20_001,
        b"x" * (4 * 1024 * 1024 + 1),
        b"a@b," * 20 + b"\n",
        b"a" * 3000,
        b"\n" * 50_000,
    ],
    ids=["rows", "bytes", "cells", "a cell", "empty lines"],
)
def test_g13_too_much_is_refused(body: bytes) -> None:
    with pytest.raises(TableTooLarge):
        tables.read("blocks", body)


@pytest.mark.parametrize(
    "body", [b"", b"\n", b"\xff\xfe\x00", b"a\0b", b'"a', b"\xe4\xf6@b", b"Account address\n"]
)
def test_what_is_no_table_is_refused(body: bytes) -> None:
    with pytest.raises(NotATable):
        tables.read("blocks", body)
