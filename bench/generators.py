"""
Sending the load: with `wrk` where it is found, otherwise with a generator of our own in a process of its own.

Which of the two is used changes requests per second (ours is slower and takes CPU from the server's other core),
hardly CPU per request of the server.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.client import ApiError, address_of
from bench.loads import Request

SCRIPT = Path(__file__).with_name("rotate.lua")


class Shot(msgspec.Struct, frozen=True):
    """What the generator saw. A bad status is one above 399; `bytes` are those on the wire, headers included."""

    requests: int
    seconds: float
    bytes: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    bad_status: int
    socket_errors: int


def name() -> str:
    return "wrk" if shutil.which("wrk") else "bench.sending (wrk was not found)"


def send(base_url: str, requests: Sequence[Request], seconds: float, connections: int) -> Shot:
    """Send the requests in turn over `connections` connections, each as soon as its last one is answered."""
    host, port = address_of(base_url)
    with tempfile.NamedTemporaryFile("w", suffix=".targets", encoding="utf-8") as file:
        file.writelines(request.line() + "\n" for request in requests)
        file.flush()
        if shutil.which("wrk"):
            command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "30s"]
            command += ["-s", str(SCRIPT), f"http://{host}:{port}", "--", file.name]
        else:
            command = [sys.executable, "-m", "bench.sending", host, str(port)]
            command += [str(connections), str(seconds), file.name]
        environment = os.environ | {"BENCH_HOST": base_url.partition("://")[2]}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    line = next((line for line in done.stdout.splitlines() if line.startswith("JSON ")), None)
    if line is None:
        raise ApiError(f"{command[0]} ended with {done.returncode}: {done.stdout} {done.stderr}")
    return msgspec.json.decode(line.removeprefix("JSON "), type=Shot)
