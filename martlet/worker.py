"""
One process that answers requests: python -m martlet.worker LIFELINE SOCKET …

`martlet serve` runs it inside itself, or several of them beside it
(`cli/workers.py`), with the numbers of the open files they inherit: a pipe
that ends when the command that started them does, and the sockets to listen at.
"""

import asyncio
import gc
import logging.config
import os
import signal
import socket
import sys
from collections.abc import Sequence

import uvloop

from martlet import app, settings
from martlet.http import logs, serving
from martlet.settings import Settings

YOUNG = 20_000
"""Objects made until the next look for cycles: Python's own 700 would mean one within nearly every request."""


def run(sockets: Sequence[socket.socket], lifeline: int | None = None) -> None:
    """Answer until a signal says stop, or the other end of `lifeline` is gone."""
    wanted = settings.load()
    logging.config.dictConfig(logs.configuration(wanted.log_level, wanted.log_format))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_answer(wanted, sockets, lifeline))


async def _answer(wanted: Settings, sockets: Sequence[socket.socket], lifeline: int | None) -> None:
    built = app.build(wanted)
    if lifeline is not None:
        asyncio.get_running_loop().add_reader(lifeline, os.kill, os.getpid(), signal.SIGTERM)
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 50)
    gc.enable()
    await serving.serve(built.application, sockets)


if __name__ == "__main__":
    run([socket.socket(fileno=int(number)) for number in sys.argv[2:]], int(sys.argv[1]))
