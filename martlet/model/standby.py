"""What a server's standby asks of it, and is told."""

from typing import Literal

import msgspec

BLOCK = 256 * 1024
"""Bytes of the database that are compared and sent together."""
MOST_BLOCKS = 1 << 18
"""A database of 64 GiB."""
MOST_AT_ONCE = 4 * 1024 * 1024
"""Bytes of files that one answer brings."""
MOST_PARTS = 64
MOST_NAMES = 5000
"""Names of files in one answer."""
LONGEST_REQUEST = 16 * 1024
LONGEST_ANSWER = 12 * 1024 * 1024
SKEW = 300_000
"""Milliseconds by which two clocks may differ."""
PATH = "/standby/v1"
DATABASE = ""
"""In a `Part`: the snapshot of the database."""

Role = Literal["primary", "promoted"]
Form = Literal["sqlite", "tables"]
"""What a copy is: a database file of SQLite, or all rows as lines, which either kind of database can take in."""


class Part(msgspec.Struct, frozen=True, array_like=True):
    """A stretch of a file by its key, or of the database."""

    name: str
    start: int
    length: int


class Ask(msgspec.Struct, frozen=True):
    """`at`: milliseconds; each has to be later than all that were asked before, so nothing is heard twice."""

    at: int
    do: Literal["state", "snapshot", "names", "parts", "promoted"]
    every: int = 0
    """Minutes until the next look; 0 where nobody knows."""
    snapshot: str = ""
    """Of which snapshot parts are wanted."""
    after: str = ""
    parts: tuple[Part, ...] = ()


class Said(msgspec.Struct, frozen=True):
    """An answer. `problem` is a sentence for the owner, and then there is nothing else."""

    problem: str = ""
    role: Role = "primary"
    server: str = ""
    """Its address."""
    version: str = ""
    at: int = 0
    """Milliseconds: of the snapshot, or when a promoted copy became the server."""
    state: str = ""
    """The same as long as the database was not written to."""
    has_own_secret: bool = False
    """Whether the secret that protects stored keys stands in its settings, and not in the data folder."""
    secret: bytes = b""
    """`secret.key`, where it is in the data folder."""
    is_making: bool = False
    """The snapshot is still being made: ask again."""
    form: Form = "sqlite"
    snapshot: str = ""
    size: int = 0
    """Bytes of the snapshot."""
    blocks: bytes = b""
    """SHA-256 of each block, one after the other."""
    lengths: tuple[int, ...] = ()
    """Bytes of each block of `tables`; of `sqlite` they are all `BLOCK`."""
    schema: int = 0
    """Its version, of `tables`."""
    names: tuple[tuple[str, int], ...] = ()
    """Keys of files with their sizes, in order."""
    is_last: bool = True
    parts: tuple[bytes, ...] = ()
    """In the order they were asked for; empty for a file that is gone."""
