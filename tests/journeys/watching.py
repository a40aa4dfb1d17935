"""
Mastodon.py, watched: every entity it is given is held to what its own types document.

Mastodon.py fills what a server left out with None, so nobody would notice. Here
the JSON as it came is laid beside the typed entity, and every annotated
attribute has to be in it.
"""

from functools import wraps
from typing import Any

import requests
from mastodon import Mastodon
from mastodon.types_base import AttribAccessDict

NOT_PART_OF_4_5: dict[str, frozenset[str]] = {}
"""By type: attributes that Mastodon 4.5 does not send (with the reason beside each)."""


class _Recorder(requests.Session):
    """Keeps the JSON of the last answer."""

    last: Any = None

    def request(self, *args: Any, **options: Any) -> requests.Response:
        answer = super().request(*args, **options)
        is_json = "json" in answer.headers.get("content-type", "")
        self.last = answer.json() if is_json and answer.content else None
        return answer


class Watched(Mastodon):  # type: ignore[misc]  # Mastodon.py's class is made at run time
    """A Mastodon.py that notes in `faults` what is missing from entities, and in `seen` which there were."""

    def __init__(self, **options: Any) -> None:
        self.recorder = _Recorder()
        self.seen: set[str] = set()
        self.faults: set[str] = set()
        super().__init__(session=self.recorder, **options)

    def __getattribute__(self, name: str) -> Any:
        """Each method as it is, and afterwards a look at what it returned."""
        found = super().__getattribute__(name)
        if name.startswith("_") or not callable(found) or isinstance(found, type):
            return found

        @wraps(found)
        def watched(*args: Any, **options: Any) -> Any:
            answer = found(*args, **options)
            self.faults.update(self._missing(answer, self.recorder.last))
            return answer

        return watched

    def _missing(self, typed: Any, sent: Any) -> list[str]:
        """`Type.attribute` of everything that is documented and was not sent."""
        if isinstance(typed, list) and isinstance(sent, list):
            return [
                fault
                for one, raw in zip(typed, sent, strict=True)
                for fault in self._missing(one, raw)
            ]
        if not isinstance(typed, AttribAccessDict) or not isinstance(sent, dict):
            return []
        kind = type(typed).__name__
        renamed = getattr(type(typed), "_rename_map", {})
        faults: list[str] = []
        if type(typed) is not AttribAccessDict:
            self.seen.add(kind)
            faults += [
                f"{kind}.{name}"
                for name in _attributes(type(typed))
                if renamed.get(name, name) not in sent and name not in NOT_PART_OF_4_5.get(kind, ())
            ]
        for name, value in typed.items():
            faults += self._missing(value, sent.get(renamed.get(name, name)))
        return faults


def _attributes(kind: type) -> list[str]:
    return [
        name
        for part in kind.__mro__
        if issubclass(part, AttribAccessDict) and part is not AttribAccessDict
        for name in part.__dict__.get("__annotations__", {})
        if not name.startswith("_")
    ]
