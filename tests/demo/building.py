"""The invented town, built once for all processes of the tests."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def built_once(base: Path) -> Path:
    """Its folder, with `demo` in it; `base` is pytest's own. Whoever comes first builds, the others wait."""
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "town-of-all-workers"
    with _alone(shared.with_suffix(".lock")):
        if not (shared / "demo" / "passwords.txt").exists():
            shared.mkdir(exist_ok=True)
            build(shared)
    return shared


def build(folder: Path) -> str:
    """What `martlet demo --only-build` says."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MARTLET_")}
    command = [sys.executable, "-m", "martlet", "demo", "--only-build"]
    done = subprocess.run(
        command, cwd=folder, env=plain, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
