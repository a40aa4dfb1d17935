"""The rules of the house that no linter knows."""

import ast
import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import get_type_hints

import pytest

import martlet
from martlet.mastodon import methods
from martlet.mastodon.routing import Operation
from martlet.model import events
from martlet.storage import dumping, migrating
from martlet.storage.database import Store, Writer
from martlet.wiring import reactions
from tests.tables import for_each

ROOT = Path(martlet.__file__).parent.parent
LONGEST = 600
OPERATIONS = [operation for api in methods.ALL for operation in api.operations]


def sources() -> Iterator[Path]:
    for folder in ("martlet", "tests", "bench"):
        for kind in ("*.py", "*.sql", "*.css", "*.js", "*.mjs", "*.html"):
            found = (ROOT / folder).rglob(kind)
            yield from (path for path in found if "node_modules" not in path.parts)


def modules(package: str) -> Iterator[ModuleType]:
    root = importlib.import_module(package)
    for found in pkgutil.walk_packages(root.__path__, f"{package}."):
        yield importlib.import_module(found.name)


def test_no_file_is_too_long() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in sources()}
    assert {str(path.relative_to(ROOT)): length for path, length in lengths.items() if length > LONGEST} == {}


@pytest.mark.parametrize("door", ["martlet.mastodon", "martlet.web"])
def test_doors_call_no_storage_function_that_writes(door: str) -> None:
    """Whatever changes something is a use case."""
    broken = {
        f"{module.__name__}: {name}"
        for module in modules(door)
        for name, used in _used_functions(module)
        if inspect.isfunction(used) and Writer in _hints(used)
    }
    assert sorted(broken) == []


def _hints(function: object) -> set[object]:
    try:
        return set(get_type_hints(function).values())
    except (NameError, TypeError):
        return set()


def _used_functions(module: ModuleType) -> Iterator[tuple[str, object]]:
    """`rows.delete` and the like: attributes of imported storage modules that the source names."""
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            holder = getattr(module, node.value.id, None)
            if isinstance(holder, ModuleType) and holder.__name__.startswith("martlet.storage"):
                yield f"{holder.__name__}.{node.attr}", getattr(holder, node.attr, None)


def test_every_event_has_its_reactions() -> None:
    """An event that nothing follows from need not be written."""
    assert [
        kind.__name__
        for kind in events.KINDS.values()
        if not reactions.REACTIONS.get(kind) and not reactions.TELLING.get(kind)
    ] == []


def test_every_migration_leaves_the_same_tables_on_both(store: Store) -> None:
    """Each database has every table that the shared schema names, with all its columns."""
    with store.read() as db:
        found = {table: dumping.columns_of(db, table) for table in dumping.tables(db)}
    wanted = _tables_in("\n".join(one.sql for one in migrating.known("sqlite")))
    assert found == {table: columns for table, columns in wanted.items() if table not in dumping.LEFT_OUT}


def _tables_in(schema: str) -> dict[str, list[str]]:
    import sqlite3  # noqa: PLC0415 - a scratch database to read the schema with

    with sqlite3.connect(":memory:") as scratch:
        scratch.executescript(schema)
        names = [
            row[0]
            for row in scratch.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
            if not row[0].startswith(dumping.SEARCH)
        ]
        columns = {
            name: [
                row[0]
                for row in scratch.execute("SELECT name FROM pragma_table_info(?) ORDER BY cid", (name,))
            ]
            for name in names
        }
    scratch.close()
    return columns


@for_each(OPERATIONS)
def test_every_method_says_where_it_is_documented(operation: Operation) -> None:
    assert inspect.getdoc(operation.handler)


def test_every_method_has_a_test() -> None:
    """Each path of the client API stands in some test, by the words it is made of."""
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("*.py"))
    words = {
        one.path: [word for word in one.path.strip("/").split("/") if not word.startswith("{")]
        for one in OPERATIONS
    }
    assert [path for path, found in words.items() if not all(word in tests for word in found)] == []


def test_pages_are_structs() -> None:
    """A dataclass is compiled at every start, at ten times the time; there are hundreds of pages and cards."""
    made = {
        f"{module.__name__}.{name}"
        for module in modules("martlet.web")
        for name, thing in inspect.getmembers(module, inspect.isclass)
        if dataclasses.is_dataclass(thing) and thing.__module__ == module.__name__
    }
    assert made == {"martlet.web.visits.Desk"}, "write class Page(Struct, frozen=True)"
    taken = [
        one.__name__ for one in modules("martlet.web") if vars(one).get("replace") is dataclasses.replace
    ]
    assert taken == [], "mypy does not see it: pages are changed by msgspec.structs.replace"


@pytest.mark.parametrize("name", [".wait_for_function(", "networkidle"])
def test_browsers_are_waited_for_by_what_they_show(name: str) -> None:
    """One is forbidden by our policy wherever it has to wait at all, the other never comes while something is live."""
    assert [path for path in (ROOT / "tests" / "chromium").glob("*.py") if name in path.read_text()] == []
