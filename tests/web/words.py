"""Finds every English sentence that the pages can say: in templates, and in `sentence("…")` and `counted("…", "…")` in Python."""

import ast
import re
from pathlib import Path

import martlet.web

ROOM = Path(martlet.web.__file__).parent
CALL = re.compile(r"""(?<![\w.])_([nb]?)\(\s*("(?:[^"\\]|\\.)*")(?:\s*,\s*("(?:[^"\\]|\\.)*"))?""")
ANY_CALL = re.compile(r"(?<![\w.])_[nb]?\(")


def of_templates() -> set[tuple[str, str | None]]:
    """(msgid, plural) pairs; the plural is None but for `_n`."""
    found: set[tuple[str, str | None]] = set()
    for file in sorted(ROOM.glob("templates/**/*.html")):
        text = file.read_text(encoding="utf-8")
        calls = list(CALL.finditer(text))
        assert len(calls) == len(ANY_CALL.findall(text)), f"{file.name}: words must stand in the call itself"
        for call in calls:
            plural = ast.literal_eval(call[3]) if call[1] == "n" else None
            found.add((ast.literal_eval(call[2]), plural))
    return found


def of_python() -> set[tuple[str, str | None]]:
    found: set[tuple[str, str | None]] = set()
    for file in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id in ("sentence", "counted"):
                said = [one.value for one in node.args if isinstance(one, ast.Constant)]
                assert len(said) == (2 if node.func.id == "counted" else 1), (
                    f"{file.name}:{node.lineno}: write the words here"
                )
                found.add((str(said[0]), str(said[1]) if len(said) > 1 else None))
    return found


def all_words() -> set[tuple[str, str | None]]:
    return of_templates() | of_python()
