"""
Migrations: numbered SQL files, forward only, one transaction each.

`0003_follows.sql` serves both databases; a twin `0003_follows.postgres.sql`
replaces it on PostgreSQL where the two must differ. Interrupted, a migration
has not happened; started twice at once, it happens once.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from martlet.model.errors import MartletError
from martlet.storage.database import Reader, Store, Writer
from martlet.storage.dialect import Dialect, schema_for_postgres, statements

LOCK = 0x6D61_7274_6C65_0001


class SchemaTooNew(Exception):
    """The database was made by a newer Martlet than this one."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            f"The database has schema version {found}, but this Martlet knows only up to {known}. "
            "Start the newer Martlet that made it, or restore a backup from before."
        )


class MigrationFailed(Exception):
    """A step could not be made; nothing of it was done."""

    def __init__(self, migration: "Migration", error: Exception) -> None:
        super().__init__(
            f"Step {migration.version:04} ({migration.name}) of bringing the database up to date failed, and nothing of it "
            f"was done: {error}. The Martlet that last ran with this database can still use it: make a backup with that "
            "one, and restore it with this one into an empty data folder and database."
        )


@dataclass(frozen=True, slots=True)
class Migration:
    version: int
    name: str
    sql: str


@cache
def known(dialect: Dialect) -> tuple[Migration, ...]:
    """All migrations in order, in the words of `dialect`."""
    found: dict[int, Migration] = {}
    twins: dict[int, Migration] = {}
    for file in resources.files("martlet.storage.migrations").iterdir():
        match = re.fullmatch(r"(\d{4})_(\w+?)(\.postgres)?\.sql", file.name)
        if match is None:
            continue
        migration = Migration(int(match[1]), match[2], file.read_text("utf-8"))
        (twins if match[3] else found)[migration.version] = migration
    if dialect == "postgres":
        found = {
            version: twins.get(version) or Migration(version, one.name, schema_for_postgres(one.sql))
            for version, one in found.items()
        }
    return tuple(found[version] for version in sorted(found))


def newest(dialect: Dialect) -> int:
    """The version that this Martlet works with."""
    migrations = known(dialect)
    return migrations[-1].version if migrations else 0


def version_of(db: Reader) -> int:
    """The schema version of a database; 0 for an empty one."""
    return max(made_in(db), default=0)


def made_in(db: Reader) -> set[int]:
    """The migrations that were made in a database. A lower one may be missing: branches number theirs before they meet."""
    if db.dialect == "sqlite":
        there = db.value("SELECT 1 FROM sqlite_master WHERE name = 'schema_version'")
    else:
        # Not to_regclass: that may answer from memory, and miss what was made while we waited for the lock.
        there = db.value("SELECT 1 FROM pg_tables WHERE tablename = 'schema_version'")
    return {int(row[0]) for row in db.rows("SELECT version FROM schema_version")} if there else set()


def version_of_store(store: Store) -> int:
    with store.read() as db:
        return version_of(db)


def pending(store: Store) -> list[Migration]:
    """What is still to be done. Raises `SchemaTooNew`."""
    migrations = known(store.dialect)
    with store.read() as db:
        made = made_in(db)
    last = migrations[-1].version if migrations else 0
    if (version := max(made, default=0)) > last:
        raise SchemaTooNew(version, last)
    return [migration for migration in migrations if migration.version not in made]


def migrate(
    store: Store, tell: Callable[[Migration], None] = lambda _: None, *, until: int | None = None
) -> int:
    """Bring the schema up to date, or up to a version; returns how many migrations were made. Raises `SchemaTooNew`."""
    made = 0
    for migration in pending(store):
        if until is not None and migration.version > until:
            break
        try:
            made += _make(store, migration, tell)
        except MartletError:  # the disk is full, the database is busy: the next start goes on
            raise
        except Exception as error:
            raise MigrationFailed(migration, error) from error
    return made


def _make(store: Store, migration: Migration, tell: Callable[[Migration], None]) -> bool:
    """In a transaction of its own; False if another process was faster."""
    with store.write() as db:
        if db.dialect == "postgres":
            db.row("SELECT pg_advisory_xact_lock(:lock)", lock=LOCK)
        if migration.version in made_in(db):
            return False
        tell(migration)
        _apply(db, migration)
        return True


def _apply(db: Writer, migration: Migration) -> None:
    if migration.version == 1:
        db.run(
            "CREATE TABLE schema_version ("
            "version BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP)"
        )
    for statement in statements(migration.sql):
        db.run(statement)
    db.run(
        "INSERT INTO schema_version (version, name) VALUES (:version, :name)",
        version=migration.version,
        name=migration.name,
    )
