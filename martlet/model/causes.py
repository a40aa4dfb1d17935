"""
What the code that runs just now was begun by: the id of a request, or the name and number of a job.

It follows whatever is begun from there, as context variables do, and stands in the lines of the log.
"""

from contextvars import ContextVar

CAUSE: ContextVar[str] = ContextVar("cause", default="")
"""Empty where nobody asked for it: the start, and what a process does of itself."""
