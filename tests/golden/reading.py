"""
What is read out of each golden document, as it stands in the file beside it (`note.json` → `note.read.json`);
and for some, what an app is shown of it in the end (`note.shown.json`).

    python -m tests.golden.reading        # renews the files; look at what changed
"""

import dataclasses
import json
from pathlib import Path
from typing import Any

import msgspec
from msgspec import structs

from martlet.activitypub import parse

FOLDER = Path(__file__).parent
READ, SHOWN = ".read.json", ".shown.json"


def documents() -> list[str]:
    """By their names, as `mastodon/note`."""
    found = (path for path in FOLDER.glob("*/*.json") if not path.name.endswith((READ, SHOWN)))
    return sorted(path.relative_to(FOLDER).with_suffix("").as_posix() for path in found)


def shown() -> list[str]:
    """Those of which it is known what apps are shown."""
    found = (path.relative_to(FOLDER).as_posix() for path in FOLDER.glob(f"*/*{SHOWN}"))
    return sorted(name.removesuffix(SHOWN) for name in found)


def document(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


def read(name: str) -> Any:
    """A document as the parser for its kind reads it: what says something, under our own names."""
    found = document(name)
    kind = parse.kind_of(found)
    if kind in parse.ACTORS:
        return _told(parse.profile(found))
    if kind in parse.POSTS:
        return _told(parse.writing(found))
    if kind == "QuoteAuthorization":
        return _told(parse.authorization(found))
    return _told(parse.collection(found) if "Collection" in kind else parse.act(found))


def expected(name: str, ending: str = READ) -> Any:
    return json.loads((FOLDER / f"{name}{ending}").read_text("utf-8"))


def _told(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(map(_told, value))
    if isinstance(value, msgspec.Struct):
        defaults = {one.name: one.default for one in structs.fields(value)}
    elif dataclasses.is_dataclass(value):
        defaults = {one.name: one.default for one in dataclasses.fields(value)}
    else:
        return value
    fields = {name: (getattr(value, name), default) for name, default in defaults.items()}
    said = {name: _told(found) for name, (found, default) in fields.items() if found != default}
    return {"is": type(value).__name__, **said}


if __name__ == "__main__":
    for name in documents():
        text = json.dumps(read(name), ensure_ascii=False, indent=2)
        (FOLDER / f"{name}{READ}").write_text(text + "\n", "utf-8")
