"""
A route table whose cost does not grow with its length.

Fixed paths are found in one look; others segment by segment through a tree.
A `{name}` segment matches one segment; fixed ones win over it. `@{name}`
matches one that begins with @.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from martlet.http.answer import Answer
from martlet.http.request import Request

Params = dict[str, str]
Endpoint = Callable[[Request, Params], Awaitable[Answer]]


@dataclass(slots=True)
class _Branch:
    fixed: dict[str, "_Branch"] = field(default_factory=dict)
    open: "_Branch | None" = None
    at: "_Branch | None" = None
    methods: dict[str, tuple[Endpoint, tuple[str, ...]]] = field(default_factory=dict)


class Routes:
    """Methods and paths to endpoints."""

    def __init__(self) -> None:
        self._root = _Branch()
        self._exact: dict[tuple[str, str], Endpoint] = {}
        self.paths: list[tuple[str, str]] = []
        """(method, path) of every route, in the order they were added."""

    def add(self, method: str, path: str, endpoint: Endpoint) -> None:
        """Raises ValueError where the same route is there already."""
        self.paths.append((method, path))
        if "{" not in path:
            if (method, path) in self._exact:
                raise ValueError(f"{method} {path} is there twice")
            self._exact[method, path] = endpoint
        branch, names = self._root, []
        for segment in path.strip("/").split("/"):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                branch.open = branch.open or _Branch()
                branch = branch.open
            elif segment.startswith("@{"):
                names.append(segment[2:-1])
                branch.at = branch.at or _Branch()
                branch = branch.at
            else:
                branch = branch.fixed.setdefault(segment, _Branch())
        if method in branch.methods:
            raise ValueError(f"{method} {path} is there twice")
        branch.methods[method] = (endpoint, tuple(names))

    def find_fixed(self, method: str, path: str) -> tuple[Endpoint, Params] | None:
        """A route whose path is exactly this one: much quicker than `find`."""
        endpoint = self._exact.get((method, path))
        return None if endpoint is None else (endpoint, {})

    def find(self, method: str, path: str) -> tuple[Endpoint, Params] | None:
        fixed = self.find_fixed(method, path)
        if fixed is not None:
            return fixed
        branch = self._branch(path)
        if branch is None or method not in branch[0].methods:
            return None
        endpoint, names = branch[0].methods[method]
        return endpoint, dict(zip(names, branch[1], strict=True))

    def methods(self, path: str) -> list[str]:
        """The methods a path answers to; empty where there is no such path."""
        branch = self._branch(path)
        return sorted(branch[0].methods) if branch else []

    def _branch(self, path: str) -> tuple[_Branch, list[str]] | None:
        return _walk(self._root, path.removeprefix("/").removesuffix("/").split("/"), 0, [])


def _walk(
    branch: _Branch, segments: list[str], at: int, values: list[str]
) -> tuple[_Branch, list[str]] | None:
    if at == len(segments):
        return (branch, values) if branch.methods else None
    segment = segments[at]
    if segment in branch.fixed:
        found = _walk(branch.fixed[segment], segments, at + 1, values)
        if found is not None:
            return found
    if branch.at is not None and segment[:1] == "@" and len(segment) > 1:
        found = _walk(branch.at, segments, at + 1, [*values, segment[1:]])
        if found is not None:
            return found
    if branch.open is not None and segment:
        return _walk(branch.open, segments, at + 1, [*values, segment])
    return None
