"""
A route table whose cost does not grow with its length.

Fixed paths are found in one look; others segment by segment through a tree.
A `{name}` segment matches one segment; fixed ones win over it. `@{name}`
matches one that begins with @.
"""

from collections.abc import Awaitable, Callable, ItemsView, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, TypeVar

from martlet.http.answer import Answer
from martlet.http.request import Request

T = TypeVar("T")
Route = tuple[str, str]
"""Its method and its path."""
Params = dict[str, str]
Endpoint = Callable[[Request, Params], Awaitable[Answer]]


@dataclass(slots=True)
class _Branch:
    fixed: dict[str, "_Branch"] = field(default_factory=dict)
    open: "_Branch | None" = None
    at: "_Branch | None" = None
    methods: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    """By method: the whole path, and the names of what is open in it."""


class Routes(Generic[T]):
    """Methods and paths, and what each leads to: what a door has to offer."""

    def __init__(self) -> None:
        self._all: dict[Route, T] = {}

    @property
    def paths(self) -> list[Route]:
        """(method, path) of every route, in the order they were added."""
        return list(self._all)

    def items(self) -> ItemsView[Route, T]:
        return self._all.items()

    def add(self, method: str, path: str, goal: T) -> None:
        """Raises ValueError where the same route is there already."""
        if (method, path) in self._all:
            raise ValueError(f"{method} {path} is there twice")
        self._all[method, path] = goal


class RouteTree(Generic[T]):
    """Finds the route of a request."""

    def __init__(self, goals: Mapping[Route, T]) -> None:
        """Raises ValueError where two routes differ only by the names of their segments."""
        self._goals = goals
        self._root = _grown(tuple(goals))

    def find(self, method: str, path: str) -> tuple[T, Params] | None:
        goal = self._goals.get((method, path))
        if goal is not None and "{" not in path:
            return goal, {}
        quick = self._straight(method, path)
        if quick is not None:
            return quick
        branch = self._branch(path)
        if branch is None or method not in branch[0].methods:
            return None
        whole, names = branch[0].methods[method]
        return self._goals[method, whole], dict(zip(names, branch[1], strict=True))

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
        if found is None:
            return None
        return self._goals[method, found[0]], dict(zip(found[1], values, strict=True))

    def _branch(self, path: str) -> tuple[_Branch, list[str]] | None:
        return _walk(self._root, path.removeprefix("/").removesuffix("/").split("/"), 0, [])


@lru_cache(maxsize=8)
def _grown(routes: tuple[Route, ...]) -> _Branch:
    """The tree of these methods and paths. All applications of a process are made of the same ones."""
    root = _Branch()
    for method, path in routes:
        branch, names = root, []
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
        branch.methods[method] = (path, tuple(names))
    return root


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
