"""From a setting to a Store."""

from pathlib import Path

from martlet.storage.database import Store


def open_store(database: str, folder: Path) -> Store:
    """`sqlite` in the folder, or a postgresql:// address. The schema is not looked at."""
    if database == "sqlite":
        from martlet.storage.sqlite import SqliteStore  # noqa: PLC0415 - only the one in use is loaded

        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / "martlet.sqlite3"
        path.touch(mode=0o600)  # SQLite gives the files beside it the same mode
        return SqliteStore(path)
    from martlet.storage.postgres import PostgresStore  # noqa: PLC0415

    return PostgresStore(database)
