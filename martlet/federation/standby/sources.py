"""What a server's standby is given of its database: how a snapshot of either kind is made and described."""

from pathlib import Path
from typing import Protocol

from martlet.model.standby import Said
from martlet.storage import standby, standby_tables
from martlet.storage.database import Store
from martlet.storage.standby_tables import Making, Order

FRESH = 20_000
"""Milliseconds for which a snapshot is not made anew, however often it is asked for."""
PATIENCE = 20.0
"""Seconds after which an answer goes out though the snapshot is not ready: proxies do not wait much longer."""


class Source(Protocol):
    def state(self) -> str:
        """The same as long as the database was not written to."""

    def taken(self) -> tuple[Path, Said] | None:
        """The last snapshot and what is said of it."""

    def take(self) -> bool:
        """Make another; False if it takes longer, and is to be asked for again. Raises `CannotCopy`."""


class DatabaseFile:
    """SQLite: the file, block by block. `folder` is the data folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def state(self) -> str:
        return standby.state_of(self._folder)

    def taken(self) -> tuple[Path, Said] | None:
        path = standby.taken_snapshot(self._folder)
        if path is None:
            return None
        facts = path.stat()
        return path, Said(
            form="sqlite",
            at=facts.st_mtime_ns // 1_000_000,
            snapshot=standby.name_of(path),
            size=facts.st_size,
        )

    def take(self) -> bool:
        standby.snapshot(self._folder)
        return True


class Tables:
    """PostgreSQL: all rows. Making them takes a processor for some time, so a process of its own does."""

    def __init__(self, store: Store, folder: Path, address: str, version: str) -> None:
        self._store, self._folder = store, folder
        self._making = Making(Order(address, str(folder), version))

    def state(self) -> str:
        with self._store.read() as db:
            return standby_tables.state_of(db)

    def taken(self) -> tuple[Path, Said] | None:
        found = standby_tables.taken(self._folder)
        if found is None:
            return None
        path, index = found
        facts = path.stat()
        return path, Said(
            form="tables",
            at=index.at,
            snapshot=standby.name_of(path),
            size=facts.st_size,
            blocks=index.digests,
            lengths=index.lengths,
            schema=index.schema,
        )

    def take(self) -> bool:
        (self._folder / standby.FOLDER).mkdir(mode=0o700, exist_ok=True)
        return self._making.is_done(PATIENCE)


def source_of(store: Store, folder: Path, database: str, version: str) -> Source:
    """`database` is the setting."""
    return DatabaseFile(folder) if store.dialect == "sqlite" else Tables(store, folder, database, version)
