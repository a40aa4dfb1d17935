"""
Several processes that answer at the same address: started, watched, replaced, ended.

All of them accept at one socket that this process opened, so that none of those
who wait is lost when one of them ends. One that ends unasked is replaced; SIGHUP
replaces them one after the other.
"""

import os
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
SOON: Final = 5.0
"""Seconds of life below which an end counts as a failed start."""
MOST_FAILURES: Final = 5
"""Failed starts in a row after which we give up."""


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
            if number in (signal.SIGTERM, signal.SIGINT):
                self._end(list(self._processes))
                return 0
            if number == signal.SIGHUP:
                for old in list(self._processes):
                    self._start()
                    self._end([old])
            if not self._replace_those_that_ended():
                click.secho(
                    "The processes end as soon as they have begun; see above why.", fg="red", err=True
                )
                self._end(list(self._processes))
                return 1

    def _start(self) -> None:
        numbers = [self._lifeline, *(each.fileno() for each in self._sockets)]
        process = subprocess.Popen(
            [sys.executable, "-m", "martlet.worker", *map(str, numbers)],
            pass_fds=numbers,
            preexec_fn=_hear_signals,  # noqa: PLW1509 - no threads here
        )
        self._processes[process.pid] = (process, time.monotonic())

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


def _hear_signals() -> None:
    """What this process blocks, its children would not hear."""
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
