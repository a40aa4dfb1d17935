"""Files bent at random: shown or refused, never anything else. `FUZZ_ROUNDS=5000 pytest …` for a long run."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from martlet.media.avatars import Shape, fitted
from martlet.media.pipeline import processed
from martlet.media.workshop import Workshop
from martlet.model.errors import InvalidInput

ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "25"))


def bent(whole: bytes, dice: random.Random) -> bytes:
    """A few bytes changed, a piece cut out, doubled, or the end cut off; the first bytes stay."""
    content = bytearray(whole)
    for _ in range(dice.choice([1, 1, 2, 5, 20])):
        at = dice.randrange(12, len(content))
        length = dice.choice([1, 1, 2, 4, 50])
        match dice.randrange(5):
            case 0:
                content[at] = dice.randrange(256)
            case 1:
                content[at : at + length] = dice.choice([b"\0", b"\xff", b"\x7f", b"\x80"]) * length
            case 2:
                del content[at : at + length]
            case 3:
                content[at:at] = content[at : at + length]
            case _:
                content[at : at + 4] = dice.randrange(1 << 32).to_bytes(4, "big")
        if len(content) < 14:
            break
    return bytes(content[: dice.randrange(13, len(content))] if dice.random() < 0.1 else content)


def shown_or_refused(upload: bytes, workshop: Workshop) -> bool:
    try:
        with processed(upload, workshop) as media:
            assert media.original.size > 0
            return True
    except InvalidInput:
        return False


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF"])
def test_bent_pictures(plain_workshop: Workshop, drawn: Callable[..., bytes], format: str) -> None:
    dice = random.Random(format)
    whole = drawn(format, size=(90, 70))
    for _ in range(ROUNDS):
        upload = bent(whole, dice)
        shown_or_refused(upload, plain_workshop)
        try:
            with fitted(upload, Shape.EMOJI, plain_workshop) as picture:
                assert picture.original.size > 0
        except InvalidInput:
            pass
    assert shown_or_refused(whole, plain_workshop)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.mp4", ("-i", "testsrc2=size=64x48:rate=5:duration=1", "-pix_fmt", "yuv420p")),
        ("a.webm", ("-i", "testsrc2=size=64x48:rate=5:duration=1", "-c:v", "libvpx")),
        ("a.mp3", ("-i", "sine=duration=1")),
        ("a.ogg", ("-i", "sine=duration=1")),
    ],
)
def test_bent_recordings(
    workshop: Workshop, film: Callable[..., Path], name: str, options: tuple[str, ...]
) -> None:
    dice = random.Random(name)
    whole = film(name, *options).read_bytes()
    for _ in range(max(2, ROUNDS // 10)):
        shown_or_refused(bent(whole, dice), workshop)
    assert shown_or_refused(whole, workshop)
