"""What is drawn for an invented town: faces, signs of clubs, emoji. No picture of anybody."""

import io
import math
import random
from collections.abc import Callable, Sequence

from PIL import Image, ImageDraw
from PIL.ImageDraw import ImageDraw as Pen

Colour = str
Point = tuple[float, float]
FINE = 2
"""Drawn so many times larger and then reduced: smooth edges."""


INK = "#262422"


def _scaled(points: Sequence[Point]) -> list[Point]:
    return [(x * FINE, y * FINE) for x, y in points]


def shape(pen: Pen, points: Sequence[Point], colour: Colour) -> None:
    pen.polygon(_scaled(points), fill=colour)


def disc(pen: Pen, x: float, y: float, radius: float, colour: Colour, tall: float = 1.0) -> None:
    pen.ellipse(_scaled([(x - radius, y - radius * tall), (x + radius, y + radius * tall)]), fill=colour)


def box(pen: Pen, x: float, y: float, width: float, height: float, colour: Colour) -> None:
    pen.rectangle(_scaled([(x, y), (x + width, y + height)]), fill=colour)


HALF_SWIFT = (
    (0, -16.5),
    (3.4, -13.6),
    (15.6, -18.8),
    (24, -9),
    (30, 13),
    (22, 1),
    (13.2, -6.6),
    (5.2, -0.4),
    (5, 9),
    (9.8, 26.5),
    (0, 16.6),
)
"""From its beak along a wing and the tail; the other half is this one turned over."""


def swift(pen: Pen, x: float, y: float, size: float, turn: float = 0.0, colour: Colour = INK) -> None:
    """A swift in flight, wings like a sickle; `turn` in degrees."""
    outline = [*HALF_SWIFT, *((-across, along) for across, along in reversed(HALF_SWIFT))]
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    turned = [(x + (a * cos - b * sin) * size, y + (a * sin + b * cos) * size) for a, b in outline]
    shape(pen, turned, colour)


def finished(image: Image.Image) -> bytes:
    """As a JPEG, at the size that was asked for."""
    small = image.reduce(FINE)
    file = io.BytesIO()
    small.save(file, "JPEG", quality=88)
    return file.getvalue()


# -- people ----------------------------------------------------------------

_SKINS = ("#e9bf98", "#d9a27c", "#f0cdb0", "#b9805a", "#8d5a3c", "#e3b08a")
_HAIR = ("#1e1b20", "#3a2a20", "#6b4226", "#a8652f", "#c9a25a", "#8b8680", "#d8d3cc", "#4a2f3a")
_CLOTHES = ("#34466b", "#9c4434", "#2f6355", "#c99a3b", "#6b4f6f", "#3d5a44", "#7d3b4f", "#44606f")
_WALLS = ("#cdd8ea", "#e9d3c4", "#d3e2d5", "#efe3cd", "#e3d3e2", "#cfe1e6", "#f2d9c9", "#dcdccb")


def face(name: str, hair: str = "short") -> bytes:
    """Somebody's picture: `short`, `long`, `bun`, `curls`, `bald` or `scarf`, with a `beard` or `glasses` if said."""
    dice = random.Random(name)  # noqa: S311 - the same face every time
    image = Image.new("RGB", (240 * FINE, 240 * FINE), dice.choice(_WALLS))
    pen = ImageDraw.Draw(image)
    skin, strands, cloth = dice.choice(_SKINS), dice.choice(_HAIR), dice.choice(_CLOTHES)
    if "long" in hair:
        disc(pen, 120, 125, 72, strands, 1.25)
        box(pen, 50, 125, 140, 80, strands)
    if "curls" in hair:
        for at in range(9):
            disc(pen, 120 + 62 * math.cos(at * 0.4 + 3.0), 92 + 52 * math.sin(at * 0.4 + 3.0), 30, strands)
    if "bun" in hair:
        disc(pen, 120, 34, 24, strands)
    if "scarf" in hair:
        disc(pen, 120, 118, 74, cloth, 1.2)
    disc(pen, 120, 262, 96, cloth, 0.86)
    box(pen, 100, 150, 40, 40, skin)
    disc(pen, 120, 112, 48, skin, 1.18)
    if "bald" not in hair and "scarf" not in hair:
        pen.chord(_scaled([(68, 42), (172, 160)]), 186, 354, fill=strands)
    if "beard" in hair:
        pen.chord(_scaled([(72, 70), (168, 176)]), 20, 160, fill=strands)
    for side in (-1, 1):
        disc(pen, 120 + side * 18, 112, 4.2, "#2a2320")
        if "glasses" in hair:
            pen.ellipse(
                _scaled([(120 + side * 18 - 14, 98), (120 + side * 18 + 14, 126)]), outline="#2a2320", width=5
            )
    pen.arc(_scaled([(102, 118), (138, 146)]), 25, 155, fill="#8a4a3c", width=6)
    return finished(image)


def thing(name: str, colours: tuple[Colour, Colour]) -> bytes:
    """A picture for a club or a place: a swift on a coloured ground."""
    image = Image.new("RGB", (240 * FINE, 240 * FINE), colours[0])
    pen = ImageDraw.Draw(image)
    disc(pen, 120, 120, 84, colours[1])
    swift(pen, 120, 118, 2.4, random.Random(name).uniform(-20, 20), colours[0])  # noqa: S311 - the same every time
    return finished(image)


# -- emoji -----------------------------------------------------------------


def _emoji(draws: Callable[[Pen], None]) -> bytes:
    image = Image.new("RGBA", (128 * FINE, 128 * FINE), (0, 0, 0, 0))
    draws(ImageDraw.Draw(image))
    file = io.BytesIO()
    image.reduce(FINE).save(file, "PNG")
    return file.getvalue()


def _swift_emoji(pen: Pen) -> None:
    swift(pen, 64, 58, 1.9, 20, "#1f5c50")


def _teacup(pen: Pen) -> None:
    pen.ellipse(_scaled([(78, 52), (118, 96)]), outline="#2f6355", width=14)
    shape(pen, [(14, 44), (98, 44), (86, 100), (70, 112), (42, 112), (26, 100)], "#2f6355")
    disc(pen, 56, 44, 42, "#c98f2e", 0.24)


def _lantern(pen: Pen) -> None:
    box(pen, 60, 0, 8, 24, "#51415e")
    disc(pen, 64, 66, 44, "#d9472b", 1.05)
    disc(pen, 64, 66, 20, "#f7b259", 1.8)
    box(pen, 46, 16, 36, 10, "#f0c36a")
    box(pen, 46, 106, 36, 10, "#f0c36a")


def _tower(pen: Pen) -> None:
    shape(pen, [(38, 52), (64, 4), (90, 52)], "#5b8f7f")
    box(pen, 44, 50, 40, 74, "#d9ccb7")
    box(pen, 57, 62, 14, 22, "#4c5a63")


EMOJI: dict[str, Callable[[], bytes]] = {
    "mauersegler": lambda: _emoji(_swift_emoji),
    "tasse": lambda: _emoji(_teacup),
    "laterne": lambda: _emoji(_lantern),
    "turm": lambda: _emoji(_tower),
}
