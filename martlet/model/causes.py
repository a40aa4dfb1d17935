"""
What the code that runs just now was begun by: the id of a request, or the name and number of a job.

It follows whatever is begun from there, as context variables do, and is written down with events and jobs, so that it
follows those as well. It stands in the lines of the log.
"""

from contextvars import ContextVar

CAUSE: ContextVar[str] = ContextVar("cause", default="")
"""Empty where nobody asked for it: the start, and what a process does of itself."""

_BECAUSE = "<"


def of_job(name: str, id: int, begun_by: str) -> str:
    """What a job is called while it runs: `push-12<4f0c…`, with the request that it follows from."""
    return f"{name}-{id}{_BECAUSE}{begun_by}" if begun_by else f"{name}-{id}"


def origin() -> str:
    """What all that runs just now goes back to: a request, however many jobs lie between."""
    return CAUSE.get().rpartition(_BECAUSE)[2]
