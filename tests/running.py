"""A server in processes of its own, as people run it; started, killed and started again."""

import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

START_SECONDS = 120


def free_port() -> int:
    """None of those that connections are given: until a server has it, one of thousands might come first."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@dataclass(slots=True)
class Running:
    """`martlet serve` with a data folder and a database."""

    data: Path
    database: str
    workers: int = 1
    port: int = field(default_factory=free_port)
    extra: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "MARTLET_URL": self.url,
            "MARTLET_LISTEN": f"127.0.0.1:{self.port}",
            "MARTLET_DATA": str(self.data),
            "MARTLET_DATABASE": self.database,
            "MARTLET_WORKERS": str(self.workers),
            "MARTLET_RATE_LIMITS": "off",
            **self.extra,
        }

    @property
    def log(self) -> Path:
        return self.data.parent / "serve.log"

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "martlet", "serve"],
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            try:
                if self.call("GET", "/api/v1/instance")[0] == http.HTTPStatus.OK:
                    return
            except OSError:
                time.sleep(0.02)
        raise AssertionError(f"The server did not start:\n{self.log.read_text()[-4000:]}")

    def kill(self) -> None:
        """As the power cut does it: every process at once, without a word."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        """As an operator does it; must not take long."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            finally:
                if self.process.poll() is None:
                    self.kill()
            self.process = None

    def call(
        self,
        method: str,
        path: str,
        token: str = "",
        body: object = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Any]:
        """Status and JSON of one request, or its bytes where they are none. Raises OSError where nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        given = {
            "Host": self.url.removeprefix("http://"),
            "Content-Type": "application/json",
            **(headers or {}),
        }
        if token:
            given["Authorization"] = f"Bearer {token}"
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, given)
            answer = connection.getresponse()
            raw = answer.read()
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()
        try:
            return answer.status, json.loads(raw) if raw else None
        except ValueError:  # a picture, or a page
            return answer.status, raw


@contextmanager
def running(data: Path, database: str, **options: Any) -> Iterator[Running]:
    server = Running(data, database, **options)
    server.start()
    try:
        yield server
    finally:
        server.stop()
