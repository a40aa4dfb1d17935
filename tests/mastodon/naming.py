"""
Which tests call which methods of the client API, as far as it can be read in their source.

A test belongs to a method by naming its path, as a string or an f-string, where it says how it is called:
`api.post(f"{POSTS}/{id}/pin", …)`, or "POST" beside it. Constants, helpers and tables of its module are followed, and
those that come from other modules of the tests. What an f-string puts into a path may be any parameter, and one of
the path's words only if the test names it: `do(api, bob, "pin", post)`.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ANYTHING = "\0"
"""Stands in a path for what an f-string puts there."""
VERBS = ("get", "post", "put", "patch", "delete")
Function = ast.FunctionDef | ast.AsyncFunctionDef
Call = tuple[str, str]
"""Method and path; the path's parameters are `*`."""


@dataclass(slots=True)
class Scope:
    """What names mean in one module: functions, classes, constants; methods of its classes by a dot and their name."""

    meanings: dict[str, tuple[ast.AST, "Scope"]] = field(default_factory=dict)

    def text(self, node: ast.AST | None, local: Mapping[str, ast.AST]) -> str | None:
        """A string as far as it is known; None: it is none."""
        match node:
            case ast.Constant(value=str(found)):
                return found
            case ast.JoinedStr(values=parts):
                return "".join(self._part(part, local) for part in parts)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                begin = self.text(left, local)
                return None if begin is None else begin + (self.text(right, local) or ANYTHING)
            case ast.Name(id=name) if name not in local and name in self.meanings:
                meaning, scope = self.meanings[name]
                return scope.text(meaning, {})
        return None

    def _part(self, part: ast.expr, local: Mapping[str, ast.AST]) -> str:
        if not isinstance(part, ast.FormattedValue):
            return self.text(part, local) or ""
        value = part.value
        if isinstance(value, ast.Name) and value.id in local:
            return self.text(local[value.id], {}) or ANYTHING
        return self.text(value, local) or ANYTHING


def tests(methods: Iterable[Call]) -> dict[Call, dict[str, list[str]]]:
    """For each method the files whose tests call it, and those tests' names in the file's order."""
    known: dict[int, list[tuple[Call, list[str]]]] = defaultdict(list)
    for method, path in sorted(methods):
        segments = path.split("/")
        known[len(segments)].append(((method, path), segments))
    found: dict[Call, dict[str, list[str]]] = defaultdict(dict)
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        if not _calls_methods(file) or file.name == "test_listing.py":
            continue
        name, scope = file.relative_to(ROOT).as_posix(), _scope(file)
        for said, (node, _) in scope.meanings.items():
            if said.startswith("test_") and isinstance(node, Function):
                for call in _called(node, scope, known):
                    found[call].setdefault(name, []).append(said)
    return found


@cache
def _calls_methods(file: Path) -> bool:
    """Or helps those that do."""
    if not file.is_file():
        return False
    text = file.read_text(encoding="utf-8")
    return any(
        one in text for one in ("/api/", "/oauth", "/nodeinfo", "/.well-known", "/health", "tests.mastodon")
    )


@cache
def _scope(file: Path) -> Scope:
    scope = Scope()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        match node:
            case ast.ClassDef(name=name, body=body):
                scope.meanings[name] = (ast.Module(body, []), scope)
                methods = [one for one in body if isinstance(one, Function)]
                scope.meanings |= {f".{one.name}": (one, scope) for one in methods}
            case ast.ImportFrom(module=str(module), names=names) if module.startswith("tests"):
                _import(scope, module, names)
            case ast.stmt():
                scope.meanings |= {name: (meaning, scope) for name, meaning in _said(node)}
    return scope


def _said(node: ast.AST) -> list[tuple[str, ast.AST]]:
    """Names that a statement gives."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return [(name, node)]
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            return [(name, value)]
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return [(name, value)]
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            return [
                (one.id, value)
                for one, value in zip(names, values, strict=False)
                if isinstance(one, ast.Name)
            ]
    return []


def _import(scope: Scope, module: str, names: Sequence[ast.alias]) -> None:
    file = (ROOT / module.replace(".", "/")).with_suffix(".py")
    if module == "tests.client" or not _calls_methods(file):
        return  # the client's own calls are those of everybody
    theirs = _scope(file).meanings
    for alias in names:
        if alias.name in theirs:
            scope.meanings[alias.asname or alias.name] = theirs[alias.name]
    for name, meaning in theirs.items():
        if name.startswith("."):
            scope.meanings.setdefault(name, meaning)


def _called(
    test: Function,
    scope: Scope,
    known: Mapping[int, Sequence[tuple[Call, list[str]]]],
) -> Iterator[Call]:
    reading = _Reading()
    reading.read(test, scope)
    words = reading.words
    said = {word.upper() for word in words if word.upper() in {verb.upper() for verb in VERBS}}
    found: set[Call] = set()
    for method, text in reading.paths:
        asked = {method} if method else said or {"GET"}
        segments = text.partition("?")[0].split("/")
        fitting = [
            (_loose(segments, theirs), call)
            for call, theirs in known.get(len(segments), ())
            if call[0] in asked and _fits(segments, theirs, words)
        ]
        least = min((count for count, _ in fitting), default=0)
        found.update(call for count, call in fitting if count == least)
    yield from sorted(found)


def _loose(segments: Sequence[str], theirs: Sequence[str]) -> int:
    """How many parameters are words: of `/accounts/*` and `/accounts/search` the latter is meant."""
    return sum(ANYTHING not in one and one != other for one, other in zip(segments, theirs, strict=True))


def _fits(segments: Sequence[str], theirs: Sequence[str], words: set[str]) -> bool:
    return all(
        one == other or (other == "*" and one != "") or (ANYTHING in one and other in words)
        for one, other in zip(segments, theirs, strict=True)
    )


@dataclass(slots=True)
class _Reading:
    """One test, with all that it names."""

    paths: set[tuple[str, str]] = field(default_factory=set)
    """With the method that is said next to them; "" where none is."""
    words: set[str] = field(default_factory=set)
    _waiting: list[tuple[str, ast.AST, Scope, Mapping[str, ast.AST]]] = field(default_factory=list)

    def read(self, test: Function, scope: Scope) -> None:
        self._waiting.append(("", test, scope, {}))
        fixtures = [one.arg for one in test.args.args if one.arg in scope.meanings]
        self._waiting.extend(("", *scope.meanings[one], {}) for one in fixtures)
        been: set[tuple[str, int]] = set()
        while self._waiting:
            method, node, here, local = self._waiting.pop()
            if (method, id(node)) not in been:
                been.add((method, id(node)))
                self._look(method, node, here, local)

    def _look(self, method: str, node: ast.AST, scope: Scope, local: Mapping[str, ast.AST]) -> None:
        if isinstance(node, Function):
            local = _local(node)
        text = None if isinstance(node, ast.Name) and node.id in local else scope.text(node, local)
        if text is not None:
            self.words.update([text, *text.split("/")])
            if text.startswith("/"):
                self.paths.add((method, text))
                return
        self._follow(method, node, scope, local)
        method = _method(node) or method
        self._waiting.extend((method, child, scope, local) for child in _children(node))

    def _follow(self, method: str, node: ast.AST, scope: Scope, local: Mapping[str, ast.AST]) -> None:
        """What a name means."""
        match node:
            case ast.Name(id=name) if name in local:
                self._waiting.append((method, local[name], scope, local))
            case ast.Name(id=name) if name in scope.meanings:
                meaning, theirs = scope.meanings[name]
                self._waiting.append(("" if isinstance(meaning, Function) else method, meaning, theirs, {}))
            case ast.Attribute(attr=name) if name not in VERBS and f".{name}" in scope.meanings:
                self._waiting.append(("", *scope.meanings[f".{name}"], {}))


@cache
def _children(node: ast.AST) -> list[ast.AST]:
    return list(ast.iter_child_nodes(node))


@cache
def _local(function: Function) -> Mapping[str, ast.AST]:
    """What is said in a function by a name: assigned, gone through, or a parameter of a test with its table."""
    found: dict[str, ast.AST] = {}
    for node in ast.walk(function):
        match node:
            case ast.For(target=target, iter=value):
                found.update((one.id, value) for one in ast.walk(target) if isinstance(one, ast.Name))
            case ast.Call(
                func=ast.Attribute(attr="parametrize"), args=[ast.Constant(value=str(names)), value, *_]
            ):
                found.update((name.strip(), value) for name in names.split(","))
            case ast.Assign() | ast.AnnAssign():
                found |= dict(_said(node))
    return found


def _method(node: ast.AST) -> str | None:
    """`api.post(…)`, or a call, tuple or list with "POST" in it."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in VERBS:
        return node.func.attr.upper()
    parts = node.args if isinstance(node, ast.Call) else getattr(node, "elts", [])
    for part in parts:
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value.lower() in VERBS:
            return part.value.upper()
    return None
