"""
One process that answers requests: python -m martlet.worker LIFELINE SOCKET … [--ready=PIPE]

`martlet serve` runs it inside itself, or several of them beside it
(`cli/workers.py`), with the numbers of the open files they inherit: a pipe
that ends when the command that started them does, the sockets to listen at,
and a pipe into which it says that it listens.
"""

import asyncio
import contextlib
import gc
import logging.config
import os
import signal
import socket
import sys
from collections.abc import Sequence
from functools import partial

import uvloop

from martlet import app, settings
from martlet.http import logs, serving
from martlet.settings import Settings, WrongSetting

YOUNG = 20_000
"""Objects made until the next look for cycles: Python's own 700 would mean one within nearly every request."""


def run(sockets: Sequence[socket.socket], lifeline: int | None = None, ready: int | None = None) -> None:
    """Answer until a signal says stop, or the other end of `lifeline` is gone; a byte goes to `ready` first."""
    wanted = settings.load()
    logging.config.dictConfig(logs.configuration(wanted.log_level, wanted.log_format))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_answer(wanted, sockets, lifeline, ready))


async def _answer(
    wanted: Settings, sockets: Sequence[socket.socket], lifeline: int | None, ready: int | None
) -> None:
    built = app.build(wanted)
    if lifeline is not None:
        asyncio.get_running_loop().add_reader(lifeline, os.kill, os.getpid(), signal.SIGTERM)
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 50)
    gc.enable()
    await serving.serve(built.application, sockets, partial(_say_ready, ready))


def _say_ready(ready: int | None) -> None:
    if ready is not None:
        with contextlib.suppress(BrokenPipeError):  # nobody waits any more
            os.write(ready, b"\n")
        os.close(ready)


if __name__ == "__main__":
    numbers = [one for one in sys.argv[1:] if one.isdigit()]
    says = [int(one.removeprefix("--ready=")) for one in sys.argv[1:] if one.startswith("--ready=")]
    try:
        run([socket.socket(fileno=int(one)) for one in numbers[1:]], int(numbers[0]), *says)
    except WrongSetting as error:  # the file has changed since the command looked at it
        sys.exit(str(error))
