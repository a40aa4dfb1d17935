"""The server's secret on disk: made once, readable by nobody else."""

import os
import secrets
from pathlib import Path

from martlet.model.errors import Unavailable

NAME = "secret.key"
SIZE = 32


def read_or_make(folder: Path) -> bytes:
    """32 random bytes, the same at each start. Raises `Unavailable` where the file is damaged."""
    path = folder / NAME
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        raw = bytes.fromhex(path.read_text("ascii").strip())
    except FileNotFoundError:
        return _make(path)
    except ValueError:
        raw = b""
    if len(raw) != SIZE:
        raise Unavailable(
            f"{path} is damaged: it should hold {SIZE * 2} hexadecimal digits. Restore it from a backup."
        )
    return raw


def _make(path: Path) -> bytes:
    """Two processes may come here at once: whoever links first has made it."""
    raw = secrets.token_bytes(SIZE)
    fresh = path.with_name(f"{NAME}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(raw.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        return read_or_make(path.parent)
    finally:
        fresh.unlink()
    return raw
