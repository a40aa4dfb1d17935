"""
What the server says of itself: one line for each thing that happened, as text or as JSON.

A line cannot be forged: what strangers sent stands in it with its control
characters written out, and what belongs to it (where a bug came from) is
indented. Secrets do not stand in paths that are told of: see `speakable`; what
looks like one all the same, in an error's own words, is left out (`without_secrets`).
"""

import json
import logging
import re
import time
from typing import Any, Literal

from martlet.model.causes import CAUSE

Level = Literal["debug", "info", "warning", "error"]
Format = Literal["text", "json"]

LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_SECRETS = re.compile(
    r"(?i)(\b(?:access_token|refresh_token|client_secret|code_verifier|password|passwd)['\"]?\s*[=:]\s*['\"]?"
    r"|[?&](?:code|token|key)="
    r"|\b(?:bearer|basic)\s+"
    r"|\b(?:set-)?cookie['\"]?\s*[=:]\s*['\"]?)[^\s&'\",]+"
)
SECRET_LENGTH = 12
"""From this length on a part of a path may be the secret of a link; ids are digits, names of accounts begin with @."""


class OneLine(logging.Formatter):
    """Moments in UTC; nothing that was sent begins a line. What caused it stands behind it in brackets."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        record.message = CONTROLS.sub(_written_out, without_secrets(record.message))
        line, cause = super().formatMessage(record), CAUSE.get()
        return f"{line} [{cause}]" if cause else line

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        told = without_secrets(super().formatException(ei))
        return "\n".join(f"    | {CONTROLS.sub(_written_out, line)}" for line in told.split("\n"))


class OneObject(OneLine):
    """The same as a JSON object: time, level, logger, message; cause and error where there are any."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": self.formatTime(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
        }
        if cause := CAUSE.get():
            told["cause"] = cause
        if record.exc_info:
            told["error"] = without_secrets(logging.Formatter().formatException(record.exc_info))
        return json.dumps(told)


def configuration(level: Level, form: Format = "text") -> dict[str, Any]:
    """For `logging.config.dictConfig`, in each process."""
    name = level.upper()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {"()": "martlet.http.logs.OneLine", "fmt": LINE},
            "json": {"()": "martlet.http.logs.OneObject"},
        },
        "handlers": {
            "out": {"class": "logging.StreamHandler", "formatter": form, "stream": "ext://sys.stderr"}
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


def without_secrets(text: str) -> str:
    """The text, with what stands where tokens, passwords and cookies stand left out."""
    return _SECRETS.sub(r"\1…", text)


def _written_out(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")
