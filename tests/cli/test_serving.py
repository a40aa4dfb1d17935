"""`martlet serve`, as a process of its own, on both databases."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from martlet.cli.opening import WRONG
from tests.running import Running, running


def test_the_first_start_prints_a_link_for_the_owner(database: str, tmp_path: Path) -> None:
    with running(tmp_path / "data", database) as server:
        (first,) = _links(server)
        assert server.call("GET", first)[0] == 200
        server.stop()
        server.start()
        _, second = _links(server)
        assert server.call("GET", second)[0] == 200
        assert server.call("GET", first)[0] != 200


def _links(server: Running) -> list[str]:
    """The paths of all that were printed, oldest first."""
    return re.findall(rf"{re.escape(server.url)}(/setup/\S+)", server.log.read_text())


def test_processes_are_replaced_and_none_outlives_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "martlet.toml"
    settings.write_text("")
    monkeypatch.setenv("MARTLET_CONFIG", str(settings))
    with running(tmp_path / "data", "sqlite", workers=2) as server:
        assert server.process is not None
        command = server.process.pid
        before = _until_there_are_two(command, without=set())
        os.kill(killed := before.pop(), signal.SIGKILL)
        after_a_crash = _until_there_are_two(command, without={killed})
        assert len(after_a_crash & before) == 1
        os.kill(command, signal.SIGHUP)
        with ThreadPoolExecutor(4) as pool:
            asking = [pool.submit(_ask_while, server, command, after_a_crash) for _ in range(4)]
            assert {status for one in asking for status in one.result()} == {200}  # nobody notices
        last = _until_there_are_two(command, without=after_a_crash)
        settings.write_text("port = 3")
        os.kill(command, signal.SIGHUP)
        until = time.monotonic() + 60
        while "The old ones stay" not in server.log.read_text():
            assert server.call("GET", "/api/v1/instance")[0] == 200
            assert time.monotonic() < until
            time.sleep(0.05)
        assert _children(command) == last
        os.kill(command, signal.SIGKILL)
        until = time.monotonic() + 60
        while any(map(_is_alive, last)):
            assert time.monotonic() < until, "a process goes on without the command that started it"
            time.sleep(0.05)
    assert "Traceback" not in server.log.read_text()


def _ask_while(server: Running, command: int, there: set[int]) -> list[int]:
    """What is answered while some of these processes are there still."""
    until, statuses = time.monotonic() + 60, list[int]()
    while _children(command) & there:
        statuses.append(server.call("GET", "/api/v1/instance")[0])
        assert time.monotonic() < until
        time.sleep(0.01)
    return statuses


def _until_there_are_two(command: int, without: set[int]) -> set[int]:
    until = time.monotonic() + 60
    while len(found := _children(command) - without) != 2:
        assert time.monotonic() < until
        time.sleep(0.05)
    return found


def _children(command: int) -> set[int]:
    found = Path(f"/proc/{command}/task/{command}/children").read_text()
    return {int(number) for number in found.split() if _is_alive(int(number))}


def _is_alive(number: int) -> bool:
    """Neither gone nor waiting to be buried."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_an_address_in_use_is_told_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        environment = os.environ | {"MARTLET_DATA": str(tmp_path / "data"), "MARTLET_LISTEN": where}
        ended = subprocess.run(
            [sys.executable, "-m", "martlet", "serve"], env=environment, capture_output=True, text=True, timeout=120, check=False
        )  # fmt: skip
    assert ended.returncode == WRONG
    assert where in ended.stderr
    assert "Traceback" not in ended.stderr
