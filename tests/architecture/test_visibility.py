"""SQL that says for itself what is public says whole what it is; the rule is in `storage/visibility.py`."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import martlet

STORAGE = Path(martlet.__file__).parent / "storage"
PUBLIC = re.compile(r"\bvisibility = 4")
FOR_ALL = re.compile(r"\bis_local_only = 0")
BORROWED = {
    (
        "fanout.py",
        "recent_tagged",
    ): "what is written ahead into timelines is asked of the rule when it is read",
    ("indexing.py", "_IS_FINDABLE"): "says what is worth indexing; searching asks the rule",
    ("indexing.py", "newest_public"): "only whether it is indexed is asked of it",
    ("listings.py", "_open"): "stands beside the rule in all lists that use it",
    ("search.py", "_IS_OPEN"): "stands beside the rule in each query",
}
"""SQL that calls posts public without a word on local-only ones, and why it may."""


def statements() -> Iterator[tuple[str, str, str]]:
    """File, function or name, and the text of each piece of SQL that speaks of public posts."""
    for path in sorted(STORAGE.glob("*.py")):
        for node in ast.parse(path.read_text()).body:
            named = getattr(node, "name", None)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                named = node.targets[0].id
            for text in _texts(node):
                if PUBLIC.search(text):
                    yield path.name, str(named), text


def _texts(node: ast.AST) -> Iterator[str]:
    inside_of_others = {
        id(part) for one in ast.walk(node) if isinstance(one, ast.JoinedStr) for part in ast.walk(one)
    }
    for one in ast.walk(node):
        if isinstance(one, ast.JoinedStr):
            yield "".join(str(part.value) for part in one.values if isinstance(part, ast.Constant))
        elif isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in inside_of_others:
            yield one.value


def test_whoever_says_public_says_that_it_is_not_local_only() -> None:
    short = {
        (file, name)
        for file, name, text in statements()
        if len(PUBLIC.findall(text)) > len(FOR_ALL.findall(text))
    }
    assert sorted(short - BORROWED.keys()) == []


def test_no_exception_is_kept_that_nobody_needs() -> None:
    assert sorted(BORROWED.keys() - {(file, name) for file, name, _ in statements()}) == []
