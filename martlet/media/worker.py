"""
The child process that decodes pictures and reads web pages: started by `workers`, never imported by the server.

Reads one task per line from its standard input, as JSON, and answers each with one line:
`{"done": …}`, `{"refused": code, "message": …}` or `{"failed": what was raised}`.
"""

import json
import os
import resource
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from martlet.media import pictures
from martlet.media.confine import Bounds, confine
from martlet.media.errors import MediaTooLarge
from martlet.media.limits import Limits
from martlet.media.tasks import Answer, Develop, Fit, ReadOembed, ReadPage, Sketch
from martlet.model.errors import MartletError


def main() -> None:
    # Libraries may print; the pipe is ours alone.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    bounds = Bounds.from_json(sys.argv[1])
    pictures.prepare()
    confine(bounds)
    for line in sys.stdin:
        request = json.loads(line)
        _allow_seconds(request["seconds"])
        answers.write(json.dumps(answer(request)) + "\n")
        answers.flush()


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Whatever a decoder raises over a stranger's bytes, it ends here."""
    try:
        return {"done": asdict(_do(request))}
    except MartletError as error:
        return {"refused": error.code, "message": error.message}
    except MemoryError:
        return {"refused": MediaTooLarge.code, "message": "This picture needs too much memory to be read."}
    except Exception as error:  # noqa: BLE001 (decoders and parsers raise anything; see above)
        return {"failed": f"{type(error).__name__}: {error}"[:1000], "errno": getattr(error, "errno", None)}


def _do(request: dict[str, Any]) -> Answer:
    task = request["task"]
    if "limits" in task:
        task["limits"] = Limits(**task["limits"])
    match request["name"]:
        case Develop.__name__:
            return pictures.develop(Develop(**task))
        case Sketch.__name__:
            return pictures.sketch(Sketch(**task))
        case Fit.__name__:
            return pictures.fit(Fit(**task))
        case _:
            return _read(ReadPage(**task) if request["name"] == ReadPage.__name__ else ReadOembed(**task))


def _read(task: ReadPage | ReadOembed) -> Answer:
    from martlet.text.previews import pages  # noqa: PLC0415 (a parser that most workers do without)

    body = Path(task.source).read_bytes()
    if isinstance(task, ReadOembed):
        return pages.read_oembed(body, task.url)
    return pages.read_page(body, task.url, task.content_type)


def _allow_seconds(seconds: int) -> None:
    """The processor time of the next task; beyond it the kernel ends us."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    allowed = int(spent.ru_utime + spent.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (allowed if most < 0 else min(allowed, most), most))


if __name__ == "__main__":
    main()
