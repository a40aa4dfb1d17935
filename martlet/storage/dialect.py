"""
The few places where SQLite and PostgreSQL differ, each a named function.

SQL is written once, with `:name` parameters, for both. Schema files speak
SQLite's types; PostgreSQL reads them through `schema_for_postgres`.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

Dialect = Literal["sqlite", "postgres"]

_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]\w*)")
_AMONG = re.compile(r"IN \(SELECT value FROM json_each\(:(\w+)\)\)")
ONE_LOOK = "/* one look */"
"""
Ends an EXISTS that is asked for each row of a page. PostgreSQL might else answer it from everybody whom the viewer
follows or hides, read together; SQLite looks once anyway.
"""
_TYPES = (
    (re.compile(r"\bINTEGER\b"), "BIGINT"),
    (re.compile(r"\bBLOB\b"), "BYTEA"),
    (re.compile(r"\bREAL\b"), "DOUBLE PRECISION"),
    (
        re.compile(r"\)\s*(STRICT\s*,\s*WITHOUT ROWID|WITHOUT ROWID\s*,\s*STRICT|STRICT|WITHOUT ROWID)\s*;"),
        ");",
    ),
)


def among(name: str) -> str:
    """
    Goes right of a column: it is one of those in the parameter `name`, which `numbers` has made.

    However many they are, the statement stays the same, so that it is prepared once: to prepare a page of posts
    takes three times as long as to run it.
    """
    return f"IN (SELECT value FROM json_each(:{name}))"


def numbers(ids: Iterable[int]) -> str:
    """Ids as a parameter for `among`."""
    return f"[{','.join(map(str, ids))}]"


def among_words(dialect: Dialect, name: str) -> str:
    """The same for texts: the parameter is a JSON list."""
    if dialect == "sqlite":
        return f"IN (SELECT value FROM json_each(:{name}))"
    return f"IN (SELECT json_array_elements_text(CAST(:{name} AS json)))"


@lru_cache(maxsize=2048)
def for_postgres(sql: str) -> str:
    """The same statement with `%(name)s` parameters, as psycopg wants them."""
    sql = sql.replace(ONE_LOOK, "LIMIT 1 OFFSET 0")
    sql = _AMONG.sub(r"= ANY (CAST(translate(:\1, '[]', '{}') AS BIGINT[]))", sql.replace("%", "%%"))
    return _PARAMETER.sub(r"%(\1)s", sql)


def schema_for_postgres(sql: str) -> str:
    """A schema file in PostgreSQL's words: BIGINT, BYTEA, no table options."""
    for pattern, word in _TYPES:
        sql = pattern.sub(word, sql)
    return sql


def statements(sql: str) -> list[str]:
    """The single statements of a schema file, comments removed. No statement may hold a `;` of its own."""
    bare = "\n".join(line.partition("--")[0] for line in sql.splitlines())
    return [statement.strip() for statement in bare.split(";") if statement.strip()]


def skip_locked(dialect: Dialect) -> str:
    """Ends a SELECT of rows to be worked on, so that two workers never take the same one."""
    return "FOR UPDATE SKIP LOCKED" if dialect == "postgres" else ""


def lock_row(dialect: Dialect) -> str:
    """
    Ends a SELECT whose row is about to be changed or deleted by what was read. SQLite has one writer anyway.

    Whoever writes a row that names this one waits as well; see `lock_to_count`.
    """
    return "FOR UPDATE" if dialect == "postgres" else ""


def lock_to_count(dialect: Dialect) -> str:
    """The same for a row that stays, and is only counted on: others may name it in rows of theirs meanwhile."""
    return "FOR NO KEY UPDATE" if dialect == "postgres" else ""


def by_bytes(dialect: Dialect) -> str:
    """After a column of text: compared by its bytes, so that a beginning is a range. SQLite does so anyway."""
    return 'COLLATE "C"' if dialect == "postgres" else ""
