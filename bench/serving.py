"""The server that is measured: started in a data folder of its own, on a free port, with rate limits off."""

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.client import ApiError, Client, address_of

FIRST_PAGE = "/api/v1/instance"
PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Launch:
    """How to start a server. `folder` holds its data, its log and nothing else."""

    folder: Path
    base_url: str
    workers: int = 1
    database: str = "sqlite"
    command: str = shlex.join([str(Path(sys.executable).with_name("martlet")), "serve"])
    settings: Mapping[str, str] = field(default_factory=dict)
    """More of them, as environment variables."""

    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("MARTLET_")}
        kept.pop("PYTHONDONTWRITEBYTECODE", None)  # with it, each start would compile the whole server anew
        return kept | {
            "MARTLET_URL": self.base_url,
            "MARTLET_LISTEN": ":".join(map(str, address_of(self.base_url))),
            "MARTLET_DATA": str(self.folder / "data"),
            "MARTLET_DATABASE": self.database,
            "MARTLET_WORKERS": str(self.workers),
            "MARTLET_REGISTRATION": "open",
            "MARTLET_RATE_LIMITS": "off",
            "MARTLET_LOG_LEVEL": "warning",
            **self.settings,
        }


def free_url() -> str:
    """An address nobody listens on. Another program could take it before we do; then the start says so."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://localhost:{probe.getsockname()[1]}"


@contextmanager
def running(launch: Launch) -> Iterator[tuple[int, float]]:
    """
    The process id of a server that answers, and the seconds from its start to its first answer.

    Raises ApiError if it ends or stays silent; its log is in the folder.
    """
    if _is_listening(launch.base_url):  # never measure somebody else's server
        raise ApiError(f"something already listens on {launch.base_url}")
    with (launch.folder / "server.log").open("ab") as log:
        start = time.monotonic()
        process = subprocess.Popen(
            shlex.split(launch.command), stdout=log, stderr=log, env=launch.environment(), cwd=launch.folder
        )
        try:
            _wait_for_answer(launch, process)
            yield process.pid, time.monotonic() - start
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for_answer(launch: Launch, process: subprocess.Popen[bytes]) -> None:
    start = time.monotonic()
    while time.monotonic() - start < PATIENCE:
        if process.poll() is not None:
            log = (launch.folder / "server.log").read_text(errors="replace")
            raise ApiError(f"the server ended with {process.returncode}:\n{log[-2000:]}")
        if _is_listening(launch.base_url) and _answers(launch.base_url):
            return
        time.sleep(0.005)
    raise ApiError(f"no answer from {launch.base_url} in {PATIENCE:g} s")


def _is_listening(base_url: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(address_of(base_url)) == 0


def _answers(base_url: str) -> bool:
    with Client(base_url) as client:
        try:
            return client.request("GET", FIRST_PAGE)[0] == 200
        except OSError:
            return False
