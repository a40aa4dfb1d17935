"""
Anything at all, read or refused: documents of other software with parts of them changed, and JSON-LD as nobody writes it.

`MARTLET_TEST_LONG=1` makes it a long run.
"""

import copy
import json
import os
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from martlet.activitypub import addressing, parse
from martlet.activitypub.things import Writing
from martlet.model.errors import MalformedDocument
from tests.golden import reading

LONG = bool(os.environ.get("MARTLET_TEST_LONG"))
EXAMPLES = int(os.environ.get("MARTLET_TEST_EXAMPLES", "20000" if LONG else "100"))
READERS: tuple[Callable[[Any], Any], ...] = (parse.act, parse.writing, parse.profile, parse.collection)
DOCUMENTS = {name: reading.document(name) for name in reading.documents()}
NAMES = sorted(
    {name for one in DOCUMENTS.values() for name in one}
    | {"@value", "@id", "@list", "@graph", "@type", "@set"}
)
MOST_CALLS = 2_000_000
"""Calls and returns by all readers of a document of a mebibyte: some for each of its values, never a product of two."""

texts = (
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    | st.sampled_from([
        "", "https://a.example/1", "as:Public", "Note", "as:Note", "Person", "Emoji", ":x:", "❤", "und", "PT1S", "P", "#", "2026-01-01 00:00:00+01:00",
        "0000-00-00T00:00:00Z", "9999-12-31T23:59:59-23:59", "http://[::1", "https://a.example/\ud7ff", "text/markdown", "video/", "@a@b", "\u200b",
    ])
)  # fmt: skip
numbers = st.integers() | st.floats() | st.sampled_from([-1, 0, 2**63, 10**400, True])
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=25,
)


def is_read_or_refused(document: Any) -> None:
    for read in READERS:
        try:
            said = read(document)
        except MalformedDocument:
            continue
        if isinstance(said, Writing):
            addressing.visibility(said.to, said.cc, "https://a.example/followers")
        hash(said)  # frozen, down to its last part


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to each part of a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


def put(document: Any, path: tuple[Any, ...], change: Callable[[Any], Any]) -> Any:
    if not path:
        return change(document)
    changed = copy.copy(document)
    changed[path[0]] = put(document[path[0]], path[1:], change)
    return changed


WRAPPINGS: tuple[Callable[[Any], Any], ...] = (
    lambda old: [old],
    lambda old: [old, old],
    lambda old: [None, old],
    lambda old: {"@value": old, "@language": "de"},
    lambda old: {"@id": old, "id": old, "type": "Link", "href": old, "url": old},
    lambda old: {"@list": [old]},
)
PLACES = {name: places(one)[1:] for name, one in DOCUMENTS.items()}


@given(st.data())
@settings(max_examples=EXAMPLES)
def test_documents_with_parts_of_them_changed(data: st.DataObject) -> None:
    """A part is replaced, or wrapped as JSON-LD may wrap it."""
    name = data.draw(st.sampled_from(sorted(DOCUMENTS)))
    document = DOCUMENTS[name]
    for path in data.draw(st.lists(st.sampled_from(PLACES[name]), min_size=1, max_size=3, unique=True)):
        replacing: st.SearchStrategy[Callable[[Any], Any]] = values.map(lambda other: lambda _: other)
        change = data.draw(replacing | st.sampled_from(WRAPPINGS))
        try:
            document = put(document, path, change)
        except (KeyError, IndexError, TypeError):
            continue  # what it led to was changed before
    assert isinstance(document, dict)
    is_read_or_refused(document)


@given(st.dictionaries(st.sampled_from(NAMES), values, max_size=12), st.sampled_from(sorted(DOCUMENTS)))
@settings(max_examples=EXAMPLES)
def test_documents_with_more_in_them(more: dict[str, Any], name: str) -> None:
    is_read_or_refused({**DOCUMENTS[name], **more})


LINK = {"type": "Link", "mediaType": "video/mp4", "href": "https://a.example/1.mp4", "height": 360}
LARGE: dict[str, dict[str, Any]] = {
    "tags": {"tag": [{"type": ["Hashtag"] * 20, "name": "#a", "href": "https://a.example/a"}] * 1000},
    "emoji": {"tag": [{"type": "Emoji", "name": ":a:", "icon": [LINK] * 9}] * 900},
    "sizes within sizes": {"type": "Video", "url": [{**LINK, "tag": [LINK] * 100}] * 90},
    "attachments": {"attachment": [{"type": "Video", "url": [LINK] * 10, "icon": [LINK] * 2}] * 800},
    "languages": {"content": None, "contentMap": {f"x{number}": "<p>x</p>" for number in range(40_000)}},
    "recipients": {"to": ["https://a.example/1"] * 2000, "cc": ["https://a.example/2"] * 2000},
    "options": {"type": "Question", "oneOf": [{"name": "a", "replies": {"totalItems": 1}}] * 500},
    "places": {"type": "Event", "location": [{"address": {"streetAddress": "x" * 50}}] * 1000},
    "contexts": {"@context": [{"@language": "und"}] * 1000},
    "kinds": {"type": ["Note", *["x"] * 900]},
    "words": {"content": "<" * 1_000_000},
    "authors": {"attributedTo": [{"type": "Person", "id": "https://a.example/1"}] * 1000},
    "an act in an act": {
        "type": "Announce",
        "object": {"type": "Create", "actor": "https://a.example/1", "object": {}},
    },
}


@pytest.mark.parametrize("what", LARGE)
def test_d18_large_documents_are_bounded_work(what: str) -> None:
    """Whatever a mebibyte is filled with."""
    document = {
        "id": "https://a.example/1",
        "type": "Note",
        "attributedTo": "https://a.example/2",
        **LARGE[what],
    }
    document.setdefault("actor", "https://a.example/2")
    assert len(json.dumps(document)) < 1024 * 1024
    calls = 0

    def count(*_: Any) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        is_read_or_refused(document)
    finally:
        sys.setprofile(None)
    assert calls < MOST_CALLS
