"""
All rows of all tables, out and in again, in a form that either database can read.

A table is a run of JSON lines: first its columns, then one list for each row.
Bytes stand as `{"b64": …}`. What can be had anew is left out: rendered posts, the
search index, what is kept of other servers' files. A dump is of one schema version and goes back into that
version; migrations that came later are made afterwards.
"""

import base64
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import msgspec

from martlet.storage.database import Reader, Writer

LEFT_OUT = frozenset(
    {"schema_version", "rendered_post", "remote_file", "remote_space", "broadcast", "stream_listener"}
)
SEARCH = ("post_search", "account_search")
NUMBERED_ANEW = frozenset({"event", "job"})
"""Their ids say nothing but the order."""
TOGETHER = 200
"""Rows that PostgreSQL is given in one statement."""


def tables(db: Reader) -> list[str]:
    """The tables of a dump, in an order in which rows only name what came before."""
    names, needs = _names(db), _needs(db)
    return _in_order(names, {name: needs.get(name, set()) & names for name in names})


def _names(db: Reader) -> set[str]:
    if db.dialect == "sqlite":
        rows = db.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    else:
        rows = db.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    return {row[0] for row in rows if row[0] not in LEFT_OUT and not row[0].startswith(SEARCH)}


def count(db: Reader, table: str) -> int:
    return int(db.value(f"SELECT count(*) FROM {_checked(db, table)}"))


def dump(db: Reader, table: str) -> Iterator[bytes]:
    """The lines of a table."""
    return _lines(db, table, "ORDER BY id" if table in NUMBERED_ANEW or _names_itself(db, table) else "")


def dump_in_order(db: Reader, table: str) -> Iterator[bytes]:
    """The same in the order of the primary key: two dumps differ only where rows do."""
    return _lines(db, table, f"ORDER BY {', '.join(_primary_key(db, table))}")


def _lines(db: Reader, table: str, order: str) -> Iterator[bytes]:
    columns = [name for name in columns_of(db, table) if not (table in NUMBERED_ANEW and name == "id")]
    yield msgspec.json.encode(columns) + b"\n"
    for row in db.each(f"SELECT {', '.join(columns)} FROM {_checked(db, table)} {order}"):
        yield msgspec.json.encode([_out(value) for value in row]) + b"\n"


def load(db: Writer, table: str, lines: Iterable[bytes]) -> int:
    """Insert the lines of a table; returns how many rows. Raises ValueError for lines that do not fit it."""
    found = iter(lines)
    columns: list[str] = msgspec.json.decode(next(found), type=list[str])
    unknown = set(columns) - set(columns_of(db, table))
    if unknown:
        raise ValueError(f"{table} has no column {', '.join(sorted(unknown))}")
    rows = (dict(zip(columns, msgspec.json.decode(line, type=list[Any]), strict=True)) for line in found)
    if db.dialect == "postgres":
        return _load_many(db, table, columns, rows)
    names = ", ".join(columns)
    statement = f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in columns)})"
    loaded = 0
    for row in rows:
        db.run(statement, **{name: _in(value) for name, value in row.items()})
        loaded += 1
    return loaded


def _load_many(db: Writer, table: str, columns: list[str], rows: Iterator[dict[str, Any]]) -> int:
    """Many rows a statement, as one JSON document: PostgreSQL is further away than its work takes."""
    names, loaded = ", ".join(columns), 0
    while batch := list(islice(rows, TOGETHER)):
        body = msgspec.json.encode(
            [{name: _as_hex(value) for name, value in row.items()} for row in batch]
        ).decode()
        db.run(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM json_populate_recordset(CAST(NULL AS {table}), CAST(:body AS json))",
            body=body,
        )
        loaded += len(batch)
    return loaded


def is_empty(db: Reader) -> bool:
    """Whether nobody has used this database yet."""
    return db.value("SELECT 1 FROM account LIMIT 1") is None


def clear(db: Writer) -> None:
    """Forget what a server wrote when it was started, before anybody used it."""
    for table in reversed(tables(db)):
        db.run(f"DELETE FROM {_checked(db, table)}")


def _checked(db: Reader, table: str) -> str:
    if table not in _names(db):
        raise ValueError(table)
    return table


def columns_of(db: Reader, table: str) -> list[str]:
    if db.dialect == "sqlite":
        rows = db.rows("SELECT name FROM pragma_table_info(:name) ORDER BY cid", name=table)
    else:
        rows = db.rows(
            """
            SELECT column_name FROM information_schema.columns
             WHERE table_schema = 'public' AND table_name = :name ORDER BY ordinal_position
            """,
            name=table,
        )
    return [row[0] for row in rows]


def _primary_key(db: Reader, table: str) -> list[str]:
    if db.dialect == "sqlite":
        rows = db.rows("SELECT name FROM pragma_table_info(:name) WHERE pk > 0 ORDER BY pk", name=table)
    else:
        rows = db.rows(
            """
            SELECT columns.column_name FROM information_schema.table_constraints AS found
              JOIN information_schema.key_column_usage AS columns USING (constraint_schema, constraint_name)
             WHERE found.constraint_type = 'PRIMARY KEY' AND found.table_schema = 'public' AND found.table_name = :name
             ORDER BY columns.ordinal_position
            """,
            name=table,
        )
    return [row[0] for row in rows]


def _needs(db: Reader) -> dict[str, set[str]]:
    """For each table, those that its foreign keys name, itself left out."""
    if db.dialect == "sqlite":
        rows = db.rows(
            """
            SELECT mine.name, other."table" FROM sqlite_master AS mine, pragma_foreign_key_list(mine.name) AS other
             WHERE mine.type = 'table'
            """
        )
    else:
        rows = db.rows(
            """
            SELECT mine.relname, other.relname FROM pg_constraint
              JOIN pg_class AS mine ON mine.oid = pg_constraint.conrelid
              JOIN pg_class AS other ON other.oid = pg_constraint.confrelid
             WHERE pg_constraint.contype = 'f'
            """
        )
    found: dict[str, set[str]] = {}
    for mine, other in rows:
        if mine != other:
            found.setdefault(mine, set()).add(other)
    return found


def _names_itself(db: Reader, table: str) -> bool:
    """A boost names a post that is older, and so has the smaller id."""
    del db
    return table == "post"


def _in_order(names: set[str], needs: dict[str, set[str]]) -> list[str]:
    ordered: list[str] = []
    while names:
        ready = sorted(name for name in names if not needs[name] & names)
        if not ready:
            raise ValueError(f"Tables name each other in a circle: {sorted(names)}")
        ordered += ready
        names = names - set(ready)
    return ordered


def _out(value: Any) -> Any:
    return {"b64": base64.b64encode(value).decode()} if isinstance(value, (bytes, memoryview)) else value


def _in(value: Any) -> Any:
    return base64.b64decode(value["b64"]) if isinstance(value, dict) else value


def _as_hex(value: Any) -> Any:
    """Bytes as PostgreSQL reads them out of a text."""
    return "\\x" + base64.b64decode(value["b64"]).hex() if isinstance(value, dict) else value
