"""
What the server says of itself: one line for each thing that happened.

A line cannot be forged: what strangers sent stands in it with its control
characters written out, and what belongs to it (where a bug came from) is
indented. Secrets do not stand in paths that are told of: see `speakable`.
"""

import logging
import re
import time
from typing import Any, Literal

Level = Literal["debug", "info", "warning", "error"]

LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
SECRET_LENGTH = 12
"""From this length on a part of a path may be the secret of a link; ids are digits, names of accounts begin with @."""


class OneLine(logging.Formatter):
    """Moments in UTC; nothing that was sent begins a line."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        record.message = CONTROLS.sub(_written_out, record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        told = super().formatException(ei)
        return "\n".join(f"    | {CONTROLS.sub(_written_out, line)}" for line in told.split("\n"))


def configuration(level: Level) -> dict[str, Any]:
    """For `logging.config.dictConfig`, in each process."""
    name = level.upper()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "martlet.http.logs.OneLine", "fmt": LINE}},
        "handlers": {
            "out": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"}
        },
        # Libraries say on their lower levels what strangers sent, or what was sent to them.
        "root": {"handlers": ["out"], "level": "WARNING"},
        "loggers": {"martlet": {"level": name}, "python_multipart": {"level": "ERROR"}},
    }


def speakable(path: str) -> str:
    """A path as the log may show it: the secrets of links (invitations, new passwords) left out."""
    return "/".join(
        "…" if len(part) >= SECRET_LENGTH and not part.isdigit() and not part.startswith("@") else part
        for part in path.split("/")
    )


def _written_out(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")
