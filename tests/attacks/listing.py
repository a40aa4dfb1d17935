"""
The second part of docs/security.md: every attack that can touch us, and the tests that try it.

    python -m tests.attacks.listing        # renews the file

A test belongs to an attack by its name (`test_a14_…`, `test_b1_b3_…`, `test_f1_to_f5_…`) or by a docstring that is
nothing but ids ("A18, H4").
"""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "security.md"
BEGIN = "<!-- What follows is made by `python -m tests.attacks.listing`. -->\n"

GROUPS: Mapping[str, tuple[str, Mapping[int, str]]] = {
    "A": (
        "Client API and signing in",
        {
            1: "A token reaches further than its scopes",
            2: "Other people's things by their ids",
            3: "Access that outlives its reason",
            4: "Codes and PKCE",
            5: "Redirect addresses",
            6: "Forged consent and forged forms",
            7: "An account linked by its e-mail address",
            8: "A second-step code used twice",
            9: "Passkeys: wrong origin, old challenge",
            10: "Being told who has an account",
            11: "A forged client address",
            12: "Mail bombing",
            13: "Ambiguous e-mail addresses",
            14: "Fields without an end",
            15: "An idempotency key shared between people",
            16: "People not let in yet",
            17: "Fixed sessions, wide cookies",
            18: "Stolen databases and logs: what opens a door",
            19: "A boost as a way round the rule on quotes",
        },
    ),
    "B": (
        "Pages for browsers",
        {
            1: "Script in posts",
            2: "Markup in link previews",
            3: "Addresses that run or lead astray",
            4: "Markup where text is due",
            5: "Attributes that make scripts act",
            6: "Open redirects",
            7: "Links that lie about where they lead",
            8: "Custom emoji",
            9: "Look-alike names",
            10: "A service worker of somebody else's",
            11: "Private pages kept by caches",
            12: "The Host header",
            13: "Smuggled requests and added headers",
            14: "Files and addresses beside the ones meant",
            15: "A page without its policy",
        },
    ),
    "C": (
        "Uploads and media",
        {
            1: "Files written or read elsewhere",
            2: "An upload read as a document of ours",
            3: "SVG, HTML, XML, PDF",
            4: "ffmpeg opens other files",
            5: "Bugs in decoders",
            6: "Pixel and frame bombs",
            7: "Formats nobody asked for",
            8: "Forms that are work",
            9: "File names",
            10: "Media of somebody else",
            11: "Media after its post is deleted",
            12: "Places and cameras left in files",
        },
    ),
    "D": (
        "What other servers send",
        {
            1: "The key of one, an actor of another",
            2: "An id, an address and an owner that disagree",
            3: "Documents under a wrong media type",
            4: "Redirects to another origin",
            5: "Signatures that cover too little",
            6: "Linked-data signatures",
            7: "Integrity proofs",
            8: "Whose key it is",
            9: "Changing or deleting what is not yours",
            10: "A boost with a forged body",
            11: "A wider audience than the author chose",
            12: "Consent nobody asked for",
            13: "Another server posing as ours",
            14: "Handles that lie",
            15: "Suspended and blocked people coming back by a side road",
            16: "Moves that nobody made",
            17: "Stuffed polls",
            18: "Documents without an end",
            19: "Deep or odd JSON",
            20: "Rows that poison a page",
            21: "Floods from ever new hosts",
            22: "Deleted posts coming back",
            23: "Reacting to what one may not see",
        },
    ),
    "E": (
        "What we fetch",
        {
            1: "Private addresses",
            2: "Names that change where they lead",
            3: "Redirects",
            4: "A fetcher beside the guarded one",
            5: "An address pasted into another",
            6: "Addresses that parsers read differently",
            7: "Answers that drip",
            8: "Compressed bombs",
            9: "A media proxy as a weapon",
            10: "A stampede for one preview",
            11: "Threads and collections without an end",
            12: "Texts that take for ever to read",
            13: "Certificates not checked",
            14: "XML that fetches or grows",
        },
    ),
    "F": (
        "Privacy and search",
        {
            1: "Private posts in lists of posts",
            2: "Private posts in feeds",
            3: "Replies and counts",
            4: "Posts for followers shown to the server",
            5: "Side doors",
            6: "Answers for one kept for others",
            7: "Existence told by errors",
            8: "Rights that ended",
            9: "Search",
            10: "Boosts and quotes",
            11: "Push and previews",
            12: "Hidden lists, archives",
        },
    ),
    "G": (
        "What people bring along",
        {
            1: "Archives that hold more than they weigh",
            2: "Entries that overlap",
            3: "Names that lead elsewhere, links, twins",
            4: "An archive at which the server dies again and again",
            5: "A bundle that vouches for itself",
            6: "Old signatures, and two truths",
            7: "Deleted posts coming back",
            8: "Things of others, and things that are no posts",
            9: "Private posts",
            10: "What would be told to others",
            11: "A mirror taken for the author's server",
            12: "A log that lies to its mirror",
            13: "Lists without an end, and cells that calculate",
        },
    ),
    "H": (
        "Running a server",
        {
            1: "One address in several spellings; doors for staff",
            2: "Work before permission",
            3: "Ranks",
            4: "Secrets and forged lines in logs",
            5: "Files and addresses for the operator alone",
            6: "Query languages",
            7: "Many at once",
            8: "Dangerous switches",
        },
    ),
    "I": (
        "What others made",
        {1: "Versions with known holes", 2: "Swapped packages", 3: "Mended once, broken again"},
    ),
}
UNTOUCHED: Mapping[str, str] = {
    "A7": "there is no signing in through others",
    "I3": "a rule for us: each mend lands with a test of the whole class",
}
NOT_BUILT: Mapping[str, str] = {
    "A18": "refresh tokens (ours do not expire)",
}
"""Parts of attacks that touch nothing, although the rest is tried."""


def reason(id: str) -> str | None:
    """Why an attack that no test tries may stand untried."""
    return UNTOUCHED.get(id)


def tests() -> dict[str, list[tuple[str, str]]]:
    """For each attack its tests: (file, what the name says)."""
    found: dict[str, list[tuple[str, str]]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                ids, said = _read(node.name, ast.get_docstring(node) or "")
                for id in ids:
                    found.setdefault(id, []).append((path.relative_to(ROOT).as_posix(), said))
    return found


def _read(name: str, docstring: str) -> tuple[set[str], str]:
    """`test_f1_to_f3_f9_no_byte` to F1, F2, F3, F9 and "no byte"."""
    begin = re.match(r"test_((?:(?:[a-i]\d{1,2}|to)_)*)", name)
    said = name[begin.end() if begin else 5 :].replace("_", " ")
    ids: list[str] = []
    words = begin[1].upper().split("_") if begin else []
    for at, word in enumerate(words):
        if word == "TO":
            first, last = int(ids[-1][1:]), int(words[at + 1][1:])
            ids.extend(f"{ids[-1][0]}{number}" for number in range(first + 1, last))
        elif word:
            ids.append(word)
    if re.fullmatch(r"[A-I]\d+(, [A-I]\d+)*\.?", docstring):
        ids.extend(docstring.rstrip(".").split(", "))
    return set(ids), said


def listing() -> str:
    """The whole second part."""
    return BEGIN + "\n" + "\n".join(_lines(tests()))


def _lines(found: Mapping[str, list[tuple[str, str]]]) -> Iterator[str]:
    yield "## The attacks, and the tests that try them"
    for letter, (title, attacks) in GROUPS.items():
        yield f"\n### {letter}. {title}"
        for number, name in attacks.items():
            id = f"{letter}{number}"
            yield f"\n**{id} {name}**"
            if id in NOT_BUILT:
                yield f"\nNot built yet, and so not tried: {NOT_BUILT[id]}."
            yield "" if id in found else f"\nNot tried: {reason(id)}."
            for file in sorted({file for file, _ in found.get(id, ())}):
                said = sorted({said for one, said in found[id] if one == file})
                yield f"- [`{file.removeprefix('tests/')}`](../{file}): {'; '.join(said)}"
    yield ""


if __name__ == "__main__":
    kept = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)[0]
    DOCUMENT.write_text(kept + listing(), encoding="utf-8")
