"""
The few child processes in which pictures are decoded, and web pages read.

A worker is started when there is work (100 ms), used again and again, and ended after some
pictures, after a while without any, and when it hangs or breaks. The server's own memory does
not grow with what is uploaded: only names of files and a few numbers cross the pipe.
"""

import errno
import json
import logging
import os
import select
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, Self, overload

from martlet.media import errors
from martlet.media.confine import Bounds
from martlet.media.errors import MediaDamaged, MediaTookTooLong, MediaTooLarge, StorageFull
from martlet.media.limits import MIB, Limits
from martlet.media.tasks import (
    Answer,
    Develop,
    Developed,
    Drawn,
    Fit,
    Fitted,
    ReadOembed,
    ReadPage,
    Sketch,
    Sketched,
    Task,
)
from martlet.model.errors import InvalidInput
from martlet.text.previews.said import Page, Said

log = logging.getLogger(__name__)

_PACKAGE: Final = Path(__file__).resolve().parents[1]
_LONGEST_ANSWER = MIB
_LONGEST_FILE = 256 * MIB
_REFUSALS = {refusal.code: refusal for refusal in (errors.MediaNotSupported, MediaDamaged, MediaTooLarge)}


class _Gone(Exception):
    """The worker ended before it answered."""


class Workers:
    """
    Safe to use from any thread; at most `limit` pictures are worked on at a time, the rest wait.

    `scratch` is the one folder the workers can write in (their tasks' folders lie in it).
    """

    def __init__(
        self,
        scratch: Path,
        *,
        limit: int = 2,
        tasks_each: int = 100,
        idle: timedelta = timedelta(seconds=60),
        memory: int = Limits().picture_memory,
    ) -> None:
        self.scratch = scratch.resolve()
        self.scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._bounds = Bounds(
            memory=memory,
            seconds=0,  # set anew for each task
            file_bytes=_LONGEST_FILE,
            folder=str(self.scratch),
            read=(
                sys.prefix,
                sys.base_prefix,
                str(_PACKAGE),
                *(p for p in sys.path if p.endswith("-packages")),
            ),
            listed=(str(_PACKAGE.parent),),
        )
        self._slots = threading.BoundedSemaphore(limit)
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._tasks_each = tasks_each
        self._idle_seconds = idle.total_seconds()
        self._timer: threading.Timer | None = None
        self._is_closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End those that are idle, and each of the others after its task."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
            if self._timer is not None:
                self._timer.cancel()
        for worker in idle:
            worker.end()

    @overload
    def ask(self, task: Develop) -> Developed: ...
    @overload
    def ask(self, task: Fit) -> Fitted: ...
    @overload
    def ask(self, task: Sketch) -> Sketched: ...
    @overload
    def ask(self, task: ReadPage) -> Page: ...
    @overload
    def ask(self, task: ReadOembed) -> Said: ...
    def ask(self, task: Task) -> Answer:
        """
        Have a worker do the task, and wait for it.

        Raises `MediaNotSupported`, `MediaDamaged`, `MediaTooLarge`,
        `MediaTookTooLong` and `StorageFull`.
        """
        request = json.dumps({"name": type(task).__name__, "task": asdict(task), "seconds": task.seconds})
        with self._slots:
            worker = self._take()
            try:
                reply = worker.ask(request, task.patience)
            except BaseException:
                worker.kill()
                raise
            self._give_back(worker)
        return _understood(reply, task)

    def _take(self) -> "_Worker":
        with self._lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.is_alive():
                    return worker
                worker.kill()
        return _Worker(self._bounds)

    def _give_back(self, worker: "_Worker") -> None:
        with self._lock:
            if not self._is_closed and worker.tasks < self._tasks_each:
                worker.idle_since = time.monotonic()
                self._idle.append(worker)
                self._look_again_later()
                return
        worker.end()

    def _look_again_later(self) -> None:
        """Called with the lock held."""
        if self._timer is None and not self._is_closed:
            self._timer = threading.Timer(self._idle_seconds, self._end_idle)
            self._timer.daemon = True
            self._timer.start()

    def _end_idle(self) -> None:
        limit = time.monotonic() - self._idle_seconds
        with self._lock:
            self._timer = None
            ending = [worker for worker in self._idle if worker.idle_since <= limit]
            self._idle = [worker for worker in self._idle if worker.idle_since > limit]
            if self._idle:
                self._look_again_later()
        for worker in ending:
            worker.end()


class _Worker:
    def __init__(self, bounds: Bounds) -> None:
        self.tasks = 0
        self.idle_since = 0.0
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", "martlet.media.worker", bounds.to_json()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd=bounds.folder,
            env={
                "PYTHONPATH": str(_PACKAGE.parent),
                "PYTHONDONTWRITEBYTECODE": "1",
                "MALLOC_ARENA_MAX": "1",  # address space is what we count
                "LC_ALL": "C.UTF-8",
                "HOME": bounds.folder,
                "TMPDIR": bounds.folder,
            },
            start_new_session=True,  # Ctrl-C is for the server, which ends us in its own time
        )

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: str, seconds: float) -> dict[str, Any]:
        """Raises `MediaTookTooLong`, or `MediaDamaged` if the worker broke over it."""
        self.tasks += 1
        try:
            return self._exchange(request.encode() + b"\n", time.monotonic() + seconds)
        except (_Gone, BrokenPipeError) as error:
            code = self._process.wait()
            log.warning("A worker ended with %s over a file.", code)
            if code == -signal.SIGXCPU:
                raise MediaTookTooLong from error
            raise MediaDamaged from error

    def _exchange(self, request: bytes, deadline: float) -> dict[str, Any]:
        writing, reading = self._process.stdin, self._process.stdout
        if writing is None or reading is None:  # pragma: no cover (both are pipes)
            raise _Gone
        writing.write(request)
        answer = b""
        poll = select.poll()
        poll.register(reading, select.POLLIN)
        while not answer.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not poll.poll(left * 1000):
                raise MediaTookTooLong
            part = os.read(reading.fileno(), 1 << 16)
            if not part or len(answer) > _LONGEST_ANSWER:
                raise _Gone
            answer += part
        reply: dict[str, Any] = json.loads(answer)
        return reply

    def end(self) -> None:
        """It ends by itself when nothing can come any more."""
        self._close_pipes()
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        self._close_pipes()

    def _close_pipes(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def _understood(reply: dict[str, Any], task: Task) -> Answer:
    if "refused" in reply:
        refusal = _REFUSALS.get(reply["refused"])
        raise refusal(reply["message"]) if refusal else InvalidInput(reply["message"], "file")
    if "failed" in reply:
        if reply["errno"] in {errno.ENOSPC, errno.EDQUOT}:
            raise StorageFull
        log.info("A file could not be read: %s", reply["failed"])
        raise MediaDamaged
    done = reply["done"]
    inner = {name: value for name, value in done.items() if isinstance(value, dict)}
    match task:
        case ReadOembed():
            return Said(**done)
        case ReadPage():
            return Page(**{**done, **{name: Said(**value) for name, value in inner.items()}})
    drawn = {name: Drawn(**value) for name, value in inner.items()}
    match task:
        case Develop():
            return Developed(**{**done, **drawn})
        case Sketch():
            return Sketched(**{**done, **drawn})
        case Fit():
            return Fitted(**drawn)
