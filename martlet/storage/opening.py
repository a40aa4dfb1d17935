"""From a setting to a Store."""

import sqlite3
from pathlib import Path

from martlet.model.errors import MartletError
from martlet.storage.database import DatabaseUnreachable, Store

PATIENCE_SECONDS = 5


def open_store(database: str, folder: Path) -> Store:
    """`sqlite` in the folder, or a postgresql:// address. The schema is not looked at."""
    if database == "sqlite":
        from martlet.storage.sqlite import SqliteStore  # noqa: PLC0415 - only the one in use is loaded

        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / "martlet.sqlite3"
        path.touch(mode=0o600)  # SQLite gives the files beside it the same mode
        return SqliteStore(path)
    from martlet.storage.postgres import PostgresStore  # noqa: PLC0415 - an extra, and only where it is used

    return PostgresStore(database)


def knock(database: str) -> None:
    """See whether PostgreSQL answers at all, once and without a pool's patience. Raises `DatabaseUnreachable`."""
    if database == "sqlite":
        return
    import psycopg  # noqa: PLC0415 - an extra, and only where it is used

    try:
        psycopg.connect(database, connect_timeout=PATIENCE_SECONDS).close()
    except psycopg.OperationalError as error:
        said = " ".join(str(error).split())
        raise DatabaseUnreachable(said.partition(" Is the server running")[0].rstrip(".")) from None
    except psycopg.ProgrammingError:  # its words hold the address, and with it the password
        raise DatabaseUnreachable("the address cannot be read") from None


def said_by_database(error: Exception) -> str | None:
    """A sentence for what a database complains of by itself; None where the fault is another."""
    from martlet.storage.sqlite_writing import explained  # noqa: PLC0415 - only where something failed

    if (
        type(error) is sqlite3.DatabaseError
    ):  # SQLITE_NOTADB and SQLITE_CORRUPT; what is derived from it means other things
        return (
            f"The database is damaged: {error}. Stop the server, keep the file, and restore a backup into an empty data "
            "folder: martlet restore FILE"
        )
    found = explained(error)
    return found.message if isinstance(found, MartletError) else None
