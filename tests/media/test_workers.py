import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from martlet.media import confine, worker
from martlet.media.confine import Bounds
from martlet.media.errors import MediaDamaged, MediaTookTooLong, MediaTooLarge, StorageBroken, StorageFull
from martlet.media.limits import MIB, Limits
from martlet.media.pipeline import processed
from martlet.media.tasks import Develop, Developed
from martlet.media.workers import Workers, _understood, _Worker
from martlet.media.workshop import Workshop


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    with Workers(tmp_path, limit=1, tasks_each=3) as workers:
        yield workers


@pytest.fixture
def develop(tmp_path: Path, drawn: Callable[..., bytes]) -> Callable[..., Developed]:
    (tmp_path / "source").write_bytes(drawn("PNG"))

    def ask(workers: Workers, limits: Limits | None = None) -> Developed:
        return workers.ask(Develop(str(tmp_path / "source"), str(tmp_path), "PNG", limits or Limits()))

    return ask


def pids(workers: Workers) -> list[int]:
    return [worker._process.pid for worker in workers._idle]


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_worker_is_used_again_and_then_replaced(
    workers: Workers, develop: Callable[..., Developed]
) -> None:
    develop(workers)
    [first] = pids(workers)
    develop(workers)
    assert pids(workers) == [first]
    develop(workers)
    assert pids(workers) == []  # it has done its three
    assert not is_running(first)


def test_an_idle_worker_goes_home(tmp_path: Path, develop: Callable[..., Developed]) -> None:
    with Workers(tmp_path, idle=timedelta(seconds=2)) as workers:
        develop(workers)
        [pid] = pids(workers)
        deadline = time.monotonic() + 60
        while is_running(pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not is_running(pid)
        develop(workers)


def test_closing_ends_them(tmp_path: Path, develop: Callable[..., Developed]) -> None:
    workers = Workers(tmp_path)
    develop(workers)
    [pid] = pids(workers)
    workers.close()
    assert not is_running(pid)


def test_c5_a_worker_that_hangs_is_killed_and_the_next_one_works(
    workers: Workers, develop: Callable[..., Developed]
) -> None:
    develop(workers)
    [pid] = pids(workers)
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(MediaTookTooLong):
        develop(workers, replace(Limits(), picture_seconds=1))
    assert not is_running(pid)
    assert develop(workers).width == 60


def test_a_worker_that_breaks_costs_one_upload(
    workers: Workers, develop: Callable[..., Developed], monkeypatch: pytest.MonkeyPatch
) -> None:
    develop(workers)
    [pid] = pids(workers)
    os.kill(pid, signal.SIGSTOP)
    taken = workers._take

    def taken_and_killed() -> "_Worker":
        threading.Timer(0.1, os.kill, (pid, signal.SIGKILL)).start()
        return taken()

    monkeypatch.setattr(workers, "_take", taken_and_killed)
    with pytest.raises(MediaDamaged):
        develop(workers)
    monkeypatch.undo()
    assert develop(workers).width == 60


def test_a_worker_that_died_while_idle_costs_nothing(
    workers: Workers, develop: Callable[..., Developed]
) -> None:
    develop(workers)
    [pid] = pids(workers)
    os.kill(pid, signal.SIGKILL)
    workers._idle[0]._process.wait()
    assert develop(workers).width == 60


def test_no_more_at_a_time_than_allowed(tmp_path: Path, drawn: Callable[..., bytes]) -> None:
    with Workers(tmp_path, limit=2) as workers:

        def ask(n: int) -> int:
            folder = tmp_path / str(n)
            folder.mkdir()
            (folder / "source").write_bytes(drawn("JPEG", size=(10 + n, 20)))
            return workers.ask(Develop(str(folder / "source"), str(folder), "JPEG", Limits())).width

        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(ask, range(16))) == [10 + n for n in range(16)]
        assert len(pids(workers)) <= 2


def test_c6_what_needs_more_memory_than_allowed_is_refused(tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.new("RGBA", (8000, 8000)).save(file, "PNG", compress_level=1)
    (tmp_path / "source").write_bytes(file.getvalue())
    with Workers(tmp_path, memory=300 * MIB) as workers, pytest.raises((MediaTooLarge, MediaDamaged)):
        workers.ask(Develop(str(tmp_path / "source"), str(tmp_path), "PNG", Limits()))


def test_the_server_never_loads_a_decoder() -> None:
    asked = (
        "import sys, martlet.media.pipeline, martlet.media.avatars, martlet.media.serving;"
        "print([name for name in ('PIL', 'pillow_heif', 'blurhash') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


# ── what a confined process can do ──


@pytest.fixture
def confined(tmp_path: Path) -> Callable[[str], str]:
    """Run Python confined to a folder; what it printed."""
    folder = tmp_path / "inside"
    folder.mkdir()
    bounds = Bounds(1024 * MIB, 20, MIB, str(folder), read=(sys.prefix, sys.base_prefix))

    def run(code: str) -> str:
        said = subprocess.run(
            [
                sys.executable,
                "-I",
                "-S",
                confine.__file__,
                bounds.to_json(),
                sys.executable,
                "-I",
                "-c",
                code,
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            timeout=120,
        )
        return said.stdout.strip() or said.stderr.strip().splitlines()[-1]

    return run


linux = pytest.mark.skipif(sys.platform != "linux", reason="Landlock and seccomp are Linux's")


@linux
def test_c1_a_confined_process_cannot_read_our_secrets(
    confined: Callable[[str], str], tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the key")
    assert "PermissionError" in confined(f"print(open({str(secret)!r}).read())")
    assert "PermissionError" in confined("print(open('/etc/passwd').read())")
    assert "PermissionError" in confined(f"import os; print(os.listdir({str(tmp_path)!r}))")


@linux
def test_c1_a_confined_process_writes_in_its_folder_alone(
    confined: Callable[[str], str], tmp_path: Path
) -> None:
    assert "PermissionError" in confined(f"print(open({str(tmp_path / 'x')!r}, 'w').write('x'))")
    assert "PermissionError" in confined("print(open('/tmp/martlet-escaped', 'w').write('x'))")
    assert confined("print(open('x', 'w').write('x'))") == "1"
    assert (tmp_path / "inside" / "x").read_text() == "x"


@linux
def test_c4_a_confined_process_has_no_network(confined: Callable[[str], str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert "PermissionError" in confined(
            f"import socket; print(socket.create_connection(('127.0.0.1', {port})))"
        )
        listener.settimeout(0.2)
        with pytest.raises(TimeoutError):
            listener.accept()
    assert "PermissionError" in confined("import socket; print(socket.socket(socket.AF_UNIX))")


@linux
def test_c5_a_confined_process_is_bounded(confined: Callable[[str], str]) -> None:
    assert "MemoryError" in confined("print(len(bytearray(2 << 30)))")
    assert "File too large" in confined("print(open('x', 'wb').write(bytes(2 << 20)))")


def test_bounds_cross_the_command_line() -> None:
    bounds = Bounds(1, 2, 3, "/a b", ("/c",), ("/d", "/é"))
    assert Bounds.from_json(bounds.to_json()) == bounds
    assert json.loads(bounds.to_json())["folder"] == "/a b"


# ── our own disk ──


@pytest.mark.parametrize("name", ["original.jpg", "preview.jpg"])
def test_a_worker_on_a_full_disk_says_so(tmp_path: Path, drawn: Callable[..., bytes], name: str) -> None:
    (tmp_path / "source").write_bytes(drawn("JPEG", size=(400, 300)))
    (tmp_path / name).symlink_to("/dev/full")
    task = Develop(str(tmp_path / "source"), str(tmp_path), "JPEG", Limits())
    reply = worker.answer({"name": "Develop", "task": asdict(task)})
    with pytest.raises(StorageFull):
        _understood(reply, task)


def test_a_scratch_folder_that_has_vanished_is_ours_to_answer_for(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path / "scratch", ffmpeg=None)
    (tmp_path / "scratch").rmdir()
    with workshop, pytest.raises(StorageBroken), processed(b"GIF89a", workshop):
        pass
