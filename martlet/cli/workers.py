"""
Several processes that answer at the same address: started, watched, replaced, ended.

All of them accept at one socket that this process opened, so that none of those
who wait is lost when one of them ends. One that ends unasked is replaced; SIGHUP
replaces them one after the other.
"""

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Final

import click

KILL_AFTER: Final = 10.0
"""Seconds until a process that will not stop is made to."""
READY_WITHIN: Final = 120.0
"""Seconds that a process may take to begin to answer before the one that it is to replace."""
SOON: Final = 5.0
"""Seconds of life below which an end counts as a failed start."""
MOST_FAILURES: Final = 5
"""Failed starts in a row after which we give up."""
_ENDING: Final = frozenset({signal.SIGTERM, signal.SIGINT})


class Workers:
    """`count` processes at `sockets`."""

    def __init__(self, sockets: Sequence[socket.socket], count: int) -> None:
        self._sockets, self._count = sockets, count
        self._lifeline, self._held = os.pipe()
        self._processes: dict[int, tuple[subprocess.Popen[bytes], float]] = {}
        self._failures = 0

    def run(self) -> int:
        """Until a signal says stop; the exit code."""
        watched = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD}
        signal.pthread_sigmask(signal.SIG_BLOCK, watched)
        for _ in range(self._count):
            self._start()
        while True:
            number = signal.sigwait(watched)
            if number in _ENDING:
                self._end(list(self._processes))
                return 0
            if number == signal.SIGHUP:
                self._replace_all()
            if not self._replace_those_that_ended():
                click.secho(
                    "The processes end as soon as they have begun; see above why.", fg="red", err=True
                )
                self._end(list(self._processes))
                return 1

    def _start(self, ready: int | None = None) -> int:
        """Returns the new process's number. `ready`: the end of a pipe at which it says that it answers."""
        numbers = [self._lifeline, *(each.fileno() for each in self._sockets)]
        says = [] if ready is None else [f"--ready={ready}"]
        process = subprocess.Popen(
            [sys.executable, "-m", "martlet.worker", *map(str, numbers), *says],
            pass_fds=numbers if ready is None else [*numbers, ready],
            preexec_fn=_hear_signals,  # noqa: PLW1509 - no threads here
        )
        self._processes[process.pid] = (process, time.monotonic())
        return process.pid

    def _replace_all(self) -> None:
        for old in list(self._processes):
            reading, ready = os.pipe()
            try:
                new = self._start(ready)
                os.close(ready)
                is_ready = _is_heard(reading)
            finally:
                os.close(reading)
            if is_ready:
                self._end([old])
                continue
            self._end([new])
            if not signal.sigpending() & _ENDING:
                click.secho(
                    "A new process did not begin to answer; see above why. The old ones stay.",
                    fg="red",
                    err=True,
                )
            return

    def _replace_those_that_ended(self) -> bool:
        """Whether it is worth going on."""
        for pid, (process, started) in list(self._processes.items()):
            if process.poll() is None:
                continue
            del self._processes[pid]
            self._failures = self._failures + 1 if time.monotonic() - started < SOON else 0
            click.secho(f"A process ended by itself ({process.returncode}).", fg="yellow", err=True)
            if self._failures >= MOST_FAILURES:
                return False
            self._start()
        return True

    def _end(self, pids: Sequence[int]) -> None:
        ending = [self._processes.pop(pid)[0] for pid in pids]
        for process in ending:
            process.terminate()
        until = time.monotonic() + KILL_AFTER
        for process in ending:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _is_heard(reading: int) -> bool:
    """Whether something comes out of a pipe before its other end is closed, we are to stop, or it takes too long."""
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until and not signal.sigpending() & _ENDING:
        if select.select([reading], (), (), 0.2)[0]:
            return os.read(reading, 1) != b""
    return False


def _hear_signals() -> None:
    """What this process blocks, its children would not hear."""
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
