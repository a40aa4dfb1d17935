"""Posts of all kinds out of dice: odd characters, numbers with fractions, polls, edits, tombstones."""

import copy
import random
from collections.abc import Collection
from typing import Any

from msgspec import structs

from martlet.activitypub import build
from martlet.activitypub.addressing import PUBLIC
from martlet.activitypub.things import Attachment, Delete, Emoji, Mention, Poll, Writing
from martlet.model.names import Uri

Document = dict[str, Any]
ODD = "\u0001\u0008\u001f\u007f\u0085\u2028\u2029\ufeff\ufffd\uffff\u200d\u202e\"\\/<>&' \t\n\r"
RANGES = ((0x20, 0x7E), (0xA0, 0x24F), (0x300, 0x36F), (0x4E00, 0x4FFF), (0xAC00, 0xADFF), (0xE000, 0xE0FF))
ASTRAL = ((0x1F300, 0x1F6FF), (0x10000, 0x100FF), (0x2F800, 0x2F8FF), (0x10FF00, 0x10FFFF))
BOUNDARIES = (0.0, 0.1, 1e-7, 1e-6, 0.1 + 0.2, 1 / 3, 5e-324, 2.5e-8, 0.5, 1.0, 0.999999999999999999, 1e-21)


def text(dice: random.Random, longest: int = 40, odd: str = ODD) -> str:
    def one() -> str:
        if dice.random() < 0.1:
            return dice.choice(odd)
        low, high = dice.choice(ASTRAL if dice.random() < 0.2 else RANGES)
        return chr(dice.randint(low, high))

    return "".join(one() for _ in range(dice.randint(1, longest)))


def fraction(dice: random.Random) -> float:
    return (dice.choice(BOUNDARIES) if dice.random() < 0.4 else dice.random()) * dice.choice((1, -1))


def _post(dice: random.Random, author: Uri, number: int) -> Writing:
    uri = Uri(f"{author}/posts/{number}")
    created_at = dice.randint(1_600_000_000_000, 1_790_000_000_000)
    return Writing(
        uri=uri,
        author=author,
        kind="question" if dice.random() < 0.25 else "note",
        html=f"<p>{text(dice, 200)}</p>",
        warning=text(dice) if dice.random() < 0.2 else "",
        is_sensitive=dice.random() < 0.3,
        language=dice.choice((None, "en", "de", "zh-Hant", "sr-Latn")),
        url=f"{uri}?{dice.randrange(10)}",
        created_at=created_at,
        edited_at=created_at + dice.randint(1, 10**9) if dice.random() < 0.3 else None,
        reply_to=Uri(f"https://other.example/{dice.randrange(99)}") if dice.random() < 0.2 else None,
        to=(PUBLIC,),
        cc=(f"{author}/followers", *([f"{author}2"] if dice.random() < 0.3 else [])),
        mentions=tuple(Mention(Uri(f"{author}{n}"), f"@{n}@x.example") for n in range(dice.randrange(3))),
        hashtags=tuple(text(dice, 8, "äß") for _ in range(dice.randrange(3))),
        emojis=(Emoji("swift", "https://x.example/s.png"),) if dice.random() < 0.2 else (),
        attachments=tuple(_picture(dice, n) for n in range(dice.choice((0, 0, 1, 2, 4)))),
    )


def _picture(dice: random.Random, number: int) -> Attachment:
    return Attachment(
        f"https://x.example/{number}.png",
        dice.choice(("image/png", "video/mp4", "audio/ogg")),
        text(dice) if dice.random() < 0.8 else "",
        "LEHV6nWB2yk8pyo0adR*.7kCMdnj" if dice.random() < 0.5 else None,
        dice.randrange(5000),
        dice.randrange(5000),
        dice.random() * 100 if dice.random() < 0.3 else None,
        (fraction(dice), fraction(dice)) if dice.random() < 0.6 else None,
    )


def _poll(dice: random.Random, created_at: int) -> Poll:
    return Poll(
        tuple((text(dice, 12), dice.randrange(1000)) for _ in range(dice.randint(2, 6))),
        dice.random() < 0.5,
        created_at + 3_600_000,
        created_at + 3_600_000 if dice.random() < 0.3 else None,
        dice.randrange(1000),
    )


def _with_poll(dice: random.Random, said: Writing) -> Writing:
    if said.kind != "question":
        return said
    return structs.replace(said, poll=_poll(dice, said.created_at or 0))


def note(dice: random.Random, author: Uri, number: int) -> Document:
    said = _with_poll(dice, _post(dice, author, number))
    pages = [f"https://x.example/tags/{n}" for n in range(len(said.hashtags))]
    return build.writing(said, f"{said.uri}/replies", pages)


def tombstone(dice: random.Random, author: Uri, number: int) -> Document:
    return build.tombstone(Uri(f"{author}/posts/{number}"), author, dice.randint(10**12, 17 * 10**11))


def act(about: Document, author: Uri) -> Document:
    """To publish it, to change it, or to delete it."""
    name = about["id"]
    if about["type"] == "Tombstone":
        return build.deleted(Delete(Uri(f"{name}#delete"), author, Uri(name)), [PUBLIC], about)
    if "updated" in about:
        return build.revised(Uri(f"{name}#updates/1"), about)
    return build.published(Uri(f"{name}/activity"), about)


def places(document: Any, but: Collection[str], path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where in a document there is a value that is neither a list nor an object."""
    if isinstance(document, dict):
        names = [name for name in document if name not in but]
        return [place for name in names for place in places(document[name], but, (*path, name))]
    if isinstance(document, list):
        return [place for at, one in enumerate(document) for place in places(one, but, (*path, at))]
    return [path]


def changed(dice: random.Random, document: Document, but: Collection[str] = ()) -> Document:
    """The same with one value that is a little different, in what is signed."""
    made = copy.deepcopy(document)
    *way, last = dice.choice(places(made, {"proof", "@context", *but}))
    inside: Any = made
    for step in way:
        inside = inside[step]
    value = inside[last]
    if isinstance(value, bool):
        inside[last] = not value
    elif isinstance(value, int):
        inside[last] = value + 1
    elif isinstance(value, float):
        inside[last] = value / 2 if value / 2 != value else 1.5
    else:
        inside[last] = value + dice.choice(("\u0301", " ", "x", "\U0001f426"))
    return made
