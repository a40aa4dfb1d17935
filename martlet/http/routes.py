"""
A route table whose cost does not grow with its length.

Fixed paths are found in one look; others segment by segment through a tree.
A `{name}` segment matches one segment; fixed ones win over it. `@{name}`
matches one that begins with @.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from martlet.http.answer import Answer
from martlet.http.request import Request

T = TypeVar("T")
Params = dict[str, str]
Endpoint = Callable[[Request, Params], Awaitable[Answer]]


@dataclass(slots=True)
class _Branch(Generic[T]):
    fixed: dict[str, "_Branch[T]"] = field(default_factory=dict)
    open: "_Branch[T] | None" = None
    at: "_Branch[T] | None" = None
    methods: dict[str, tuple[T, tuple[str, ...]]] = field(default_factory=dict)


class Routes(Generic[T]):
    """Methods and paths, and what each leads to: what a door has to offer."""

    def __init__(self) -> None:
        self._all: dict[tuple[str, str], T] = {}

    @property
    def paths(self) -> list[tuple[str, str]]:
        """(method, path) of every route, in the order they were added."""
        return list(self._all)

    def each(self) -> Iterator[tuple[str, str, T]]:
        for (method, path), goal in self._all.items():
            yield method, path, goal

    def add(self, method: str, path: str, goal: T) -> None:
        """Raises ValueError where the same route is there already."""
        if (method, path) in self._all:
            raise ValueError(f"{method} {path} is there twice")
        self._all[method, path] = goal


class RouteTree(Generic[T]):
    """Finds the route of a request."""

    def __init__(self, routes: Iterable[tuple[str, str, T]]) -> None:
        """Raises ValueError where two routes differ only by the names of their segments."""
        self._root: _Branch[T] = _Branch()
        self._exact: dict[tuple[str, str], T] = {}
        for method, path, goal in routes:
            branch, names = self._grown(path)
            if method in branch.methods:
                raise ValueError(f"{method} {path} is there twice")
            branch.methods[method] = (goal, names)
            if not names:
                self._exact[method, path] = goal

    def _grown(self, path: str) -> tuple[_Branch[T], tuple[str, ...]]:
        """The branch of a path, made where it is not there, and the names of what is open on the way."""
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
                below = branch.fixed.get(segment)
                if below is None:
                    below = branch.fixed[segment] = _Branch()
                branch = below
        return branch, tuple(names)

    def find(self, method: str, path: str) -> tuple[T, Params] | None:
        goal = self._exact.get((method, path))
        if goal is not None:
            return goal, {}
        quick = self._straight(method, path)
        if quick is not None:
            return quick
        branch = self._branch(path)
        if branch is None or method not in branch[0].methods:
            return None
        goal, names = branch[0].methods[method]
        return goal, dict(zip(names, branch[1], strict=True))

    def methods(self, path: str) -> list[str]:
        """The methods a path answers to; empty where there is no such path."""
        branch = self._branch(path)
        return sorted(branch[0].methods) if branch else []

    def _straight(self, method: str, path: str) -> tuple[T, Params] | None:
        """What `_walk` finds where it never has to choose, as nearly always."""
        branch, values = self._root, []
        for segment in path[1:].split("/"):
            below = branch.fixed.get(segment)
            if below is None:
                below = branch.open
                if below is None or branch.at is not None or not segment:
                    return None
                values.append(segment)
            branch = below
        found = branch.methods.get(method)
        return None if found is None else (found[0], dict(zip(found[1], values, strict=True)))

    def _branch(self, path: str) -> tuple[_Branch[T], list[str]] | None:
        return _walk(self._root, path.removeprefix("/").removesuffix("/").split("/"), 0, [])


def _walk(
    branch: _Branch[T], segments: list[str], at: int, values: list[str]
) -> tuple[_Branch[T], list[str]] | None:
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
