"""
The tables of docs/client-api.md: every method of Mastodon's client API and every one of our own, with a test of each.

    python -m tests.mastodon.listing        # renews the file

Of the tests that call a method (`naming.py`) one is named: from the file that is called like its module, or else from
the one with most tests of it.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from martlet.mastodon import methods
from martlet.mastodon.routing import Operation
from tests.mastodon import naming
from tests.mastodon.naming import ROOT, Call

METHODS = Path(__file__).parent / "methods.tsv"
DOCUMENT = ROOT / "docs" / "client-api.md"
EXTENSIONS = ROOT / "docs" / "client-api-extensions.md"
BEGIN = "<!-- What follows is made by `python -m tests.mastodon.listing`. -->\n"

ELSEWHERE: Mapping[Call, str] = {
    ("GET", "/oauth/authorize"): "martlet/web/addresses.py",
    ("GET", "/health"): "martlet/http/health.py",
}
"""Methods of the list that another door than `mastodon` answers, and the file that names their path."""
ABSENT: Mapping[Call, str] = {
    ("GET", "/api/proofs"): "removed by Mastodon with Keybase in 3.5",
    ("GET", "/api/v1/statuses/:id/card"): "removed by Mastodon in 3.0; a Status has its `card`",
    ("GET", "/api/v1/timelines/direct"): "removed by Mastodon in 3.0; `/api/v1/conversations` took its place",
}
"""What is not answered, and why not."""
HONESTLY_EMPTY: Mapping[str, str] = {
    "/api/v1/annual_reports": "annual reports are not made: nobody is eligible",
    "/api/v1/accounts/:id/identity_proofs": "always empty, as at Mastodon since 3.5",
}
"""Answered as Mastodon does where there is nothing: by how the path begins."""


@dataclass(frozen=True, slots=True)
class Method:
    """One of Mastodon's."""

    method: str
    path: str
    tier: str
    since: str
    status: str
    title: str

    @property
    def key(self) -> Call:
        return (self.method, self.path)

    @property
    def asked(self) -> Call:
        """What is sent. A WebSocket is asked for by a GET."""
        return ("GET" if self.method == "WS" else self.method, shape(self.path))


def shape(path: str) -> str:
    """Parameters have no names in it: Mastodon's and ours are not the same."""
    return re.sub(r":\w+|\{\w+\}", "*", path)


def listed() -> list[Method]:
    lines = [line for line in METHODS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [Method(**row) for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)]


@cache
def defined() -> Mapping[Call, Operation]:
    """Method and shape of path to what answers it."""
    return {
        (method, shape(one.path)): one
        for api in methods.ALL
        for one in api.operations
        for method in (one.method, *one.aliases)
    }


def own() -> list[Operation]:
    """What we have beyond Mastodon, without the other ways to ask for the same."""
    theirs = {one.asked for one in listed()}
    found = {id(one): one for key, one in defined().items() if key[0] == one.method and key not in theirs}
    return sorted(found.values(), key=lambda one: (one.path, one.method))


def is_served(one: Method) -> bool:
    return one.asked in defined() or one.key in ELSEWHERE


@cache
def _tests() -> Mapping[Call, Mapping[str, list[str]]]:
    return naming.tests({*defined(), *(one.asked for one in listed())})


def best(asked: Call) -> tuple[str, str] | None:
    """The test that the table names, as file and name."""
    files = _tests().get(asked, {})
    operation = defined().get(asked)
    module = "" if operation is None else operation.handler.__module__.rpartition(".")[2]

    def rank(file: str) -> tuple[bool, bool, int, str]:
        is_own = file == f"tests/mastodon/test_{module}.py"
        return (not is_own, "/mastodon/" not in file, -len(files[file]), file)

    file = min(files, key=rank, default=None)
    return None if file is None else (file, files[file][0])


# -- the document --------------------------------------------------------


def listing() -> str:
    """What follows `BEGIN`."""
    return BEGIN + "\n" + "\n".join(_lines())


def _lines() -> Iterator[str]:
    counted = Counter(one.tier for one in listed() if is_served(one))
    whole = Counter(one.tier for one in listed())
    tiers = ", ".join(f"{counted[tier]} of {whole[tier]} of tier {tier}" for tier in sorted(whole))
    yield f"## Mastodon's\n\nAnswered: {tiers}.\n"
    yield "| method | tier | since | | test, or why it is absent |\n|---|--:|---|---|---|"
    for one in listed():
        name = f"| `{one.method} {one.path}` | {one.tier} | {one.since} | "
        if not is_served(one):
            yield f"{name}absent | {ABSENT[one.key]} |"
            continue
        empty = next((why for path, why in HONESTLY_EMPTY.items() if one.path.startswith(path)), "")
        how = "; ".join(part for part in ("done", one.status, empty) if part)
        yield f"{name}{how} | {_test(one.asked)} |"
    yield "\n## Our own\n\nWhat they are for stands in [client-api-extensions.md](client-api-extensions.md).\n"
    yield "| method | scope | test |\n|---|---|---|"
    for operation in own():
        asked = (operation.method, shape(operation.path))
        path = re.sub(r"\{(\w+)\}", r":\1", operation.path)
        yield f"| `{operation.method} {path}` | {operation.scope or ''} | {_test(asked)} |"
    yield ""


def _test(asked: Call) -> str:
    found = best(asked)
    if found is None:
        return ""
    file, name = found
    return f"[{file.removeprefix('tests/')}](../{file}): {name.removeprefix('test_').replace('_', ' ')}"


def undocumented() -> set[str]:
    """The paths of ours that client-api-extensions.md does not name."""
    text = shape(EXTENSIONS.read_text(encoding="utf-8"))
    return {one.path for one in own() if shape(one.path) not in text}


if __name__ == "__main__":
    kept = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)[0]
    DOCUMENT.write_text(kept + listing(), encoding="utf-8")
