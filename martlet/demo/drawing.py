"""Pictures for an invented town, drawn: evenings, roofs, hills, tea, lanterns, faces. No photograph of anybody."""

import io
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw
from PIL.ImageDraw import ImageDraw as Pen

Colour = str
Point = tuple[float, float]
WIDTH, HEIGHT = 960, 640
LIT = 0.5
"""Of the windows at night."""
FINE = 2
"""Drawn so many times larger and then reduced: smooth edges."""


@dataclass(frozen=True, slots=True)
class Sky:
    top: Colour
    middle: Colour
    bottom: Colour


DAY = Sky("#86b4cf", "#cfe1e6", "#f6ead8")
DUSK = Sky("#5a6fa0", "#d78f9c", "#f7c48b")
NIGHT = Sky("#191a33", "#2c2746", "#46304f")
FROST = Sky("#9fb3c8", "#d8e0e8", "#f2eee9")
SPRING = Sky("#a7cfc6", "#dcebdd", "#f4f0dc")
PAPER = Sky("#efe3cd", "#ead9bd", "#dec7a2")
INK = "#262422"


def _rgb(colour: Colour) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def backdrop(sky: Sky, width: int = WIDTH, height: int = HEIGHT) -> Image.Image:
    """From top to bottom through three colours."""
    strip = Image.new("RGB", (1, 3))
    for row, colour in enumerate((sky.top, sky.middle, sky.bottom)):
        strip.putpixel((0, row), _rgb(colour))
    return strip.resize((width * FINE, height * FINE), Image.Resampling.BICUBIC)


def _scaled(points: Sequence[Point]) -> list[Point]:
    return [(x * FINE, y * FINE) for x, y in points]


def shape(pen: Pen, points: Sequence[Point], colour: Colour) -> None:
    pen.polygon(_scaled(points), fill=colour)


def disc(pen: Pen, x: float, y: float, radius: float, colour: Colour, tall: float = 1.0) -> None:
    pen.ellipse(_scaled([(x - radius, y - radius * tall), (x + radius, y + radius * tall)]), fill=colour)


def box(pen: Pen, x: float, y: float, width: float, height: float, colour: Colour) -> None:
    pen.rectangle(_scaled([(x, y), (x + width, y + height)]), fill=colour)


_WING = (
    (0, -16.5),
    (3.4, -13.6),
    (15.6, -18.8),
    (24, -9),
    (30, 13),
    (22, 1),
    (13.2, -6.6),
    (5.2, -0.4),
    (5, 9),
)
_TAIL = ((9.8, 26.5), (0, 16.6))


def swift(pen: Pen, x: float, y: float, size: float, turn: float = 0.0, colour: Colour = INK) -> None:
    """A swift in flight, wings like a sickle; `turn` in degrees."""
    right = [*_WING, *_TAIL]
    outline = right + [(-across, along) for across, along in reversed(right)]
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    turned = [(x + (a * cos - b * sin) * size, y + (a * sin + b * cos) * size) for a, b in outline]
    shape(pen, turned, colour)


def flock(pen: Pen, dice: random.Random, count: int, colour: Colour = INK, height: float = 0.45) -> None:
    for _ in range(count):
        x, y = dice.uniform(40, WIDTH - 40), dice.uniform(30, HEIGHT * height)
        swift(pen, x, y, dice.uniform(0.4, 1.4), dice.uniform(-50, 50), colour)


def hills(
    pen: Pen, dice: random.Random, base: float, rise: float, colour: Colour, width: int = WIDTH
) -> None:
    """One line of hills, down to the lower edge."""
    waves = [
        (dice.uniform(0.4, 1.0) / (n + 1), dice.uniform(0, 7), (n + 1) * dice.uniform(0.7, 1.3))
        for n in range(4)
    ]
    ridge = []
    for step in range(121):
        x = width * step / 120
        lift = sum(weight * math.sin(start + 6.28 * often * step / 120) for weight, start, often in waves)
        ridge.append((x, base - rise * lift))
    shape(pen, [*ridge, (width, HEIGHT * 2), (0, HEIGHT * 2)], colour)


def finished(image: Image.Image) -> bytes:
    """As a JPEG, at the size that was asked for."""
    small = image.reduce(FINE)
    file = io.BytesIO()
    small.save(file, "JPEG", quality=88)
    return file.getvalue()


# -- pictures --------------------------------------------------------------


def roofs(dice: random.Random, sky: Sky = DAY) -> Image.Image:
    image = backdrop(sky)
    pen = ImageDraw.Draw(image)
    is_night = sky is NIGHT
    shape(pen, [(455, 330), (495, 130), (535, 330)], "#3c5a55" if is_night else "#5b8f7f")
    box(pen, 452, 325, 86, 320, "#4a4252" if is_night else "#d9ccb7")
    x = -30.0
    while x < WIDTH:
        width, top = dice.uniform(120, 210), dice.uniform(330, 470)
        peak = top - dice.uniform(80, 130)
        tiles = dice.choice(
            ("#a55a43", "#8c4a3a", "#7b4336", "#9a5340") if not is_night else ("#3b2530", "#2f2029")
        )
        box(
            pen,
            x,
            top,
            width,
            HEIGHT - top,
            "#3a3346" if is_night else dice.choice(("#e6d9c5", "#efe4d2", "#dccdb6")),
        )
        shape(pen, [(x - 14, top), (x + width / 2, peak), (x + width + 14, top)], tiles)
        for row in range(int((HEIGHT - top) // 84) + 1):
            for across in (0.22, 0.6):
                light = (
                    "#f2c56b" if is_night and dice.random() < LIT else ("#221d2c" if is_night else "#4c5a63")
                )
                box(pen, x + width * across, top + 30 + row * 84, width * 0.18, 46, light)
        x += width
    if not is_night:
        flock(pen, dice, 6)
    return image


def mountains(dice: random.Random, sky: Sky = FROST) -> Image.Image:
    image = backdrop(sky)
    pen = ImageDraw.Draw(image)
    disc(pen, dice.uniform(600, 800), dice.uniform(110, 180), 52, "#fbe3b8")
    palettes = {
        FROST: ("#b7c9d2", "#8eabb8", "#5f8391", "#355966", "#1c3540"),
        SPRING: ("#b8d2b0", "#96bd85", "#719f5c", "#4f8044", "#33602f"),
        DUSK: ("#a98a9f", "#85708f", "#5d5576", "#3d3c58", "#25263b"),
    }
    for at, colour in enumerate(palettes.get(sky, palettes[FROST])):
        hills(pen, dice, 270 + at * 82, 46, colour)
    flock(pen, dice, 3, "#2c3438", 0.3)
    return image


def bridge(dice: random.Random, sky: Sky = DUSK) -> Image.Image:
    image = backdrop(sky)
    pen = ImageDraw.Draw(image)
    disc(pen, 560, 360, 62, "#fde2a5")
    hills(pen, dice, 400, 24, "#6c5a7c")
    box(pen, 0, 400, WIDTH, 110, "#463a52")
    for left in range(-40, WIDTH, 200):
        disc(pen, left + 100, 512, 80, "#a8859c")
    box(pen, 0, 510, WIDTH, 150, "#8d7a98")
    box(pen, 0, 392, WIDTH, 14, "#3a3046")
    for _ in range(26):
        x, y = dice.uniform(0, WIDTH), dice.uniform(520, 634)
        box(pen, x, y, dice.uniform(20, 90), 3, dice.choice(("#f2c9a0", "#a895b0", "#d9a9a4")))
    flock(pen, dice, 5, "#2b2433", 0.4)
    return image


def tea(dice: random.Random, sky: Sky = PAPER) -> Image.Image:
    image = backdrop(sky)
    pen = ImageDraw.Draw(image)
    box(pen, 0, 430, WIDTH, 220, "#8a5a3f")
    for y in range(450, 640, 34):
        box(pen, 0, y, WIDTH, 2, "#744a33")
    glaze, inside = dice.choice((("#2f6355", "#24493f"), ("#3d5a80", "#2c4361"), ("#9c4434", "#7a3428")))
    disc(pen, 380, 300, 150, inside, 0.24)
    disc(pen, 380, 308, 132, dice.choice(("#c98f2e", "#b5762a", "#a8b84f")), 0.2)
    shape(pen, [(230, 304), (530, 304), (486, 430), (440, 462), (320, 462), (274, 430)], glaze)
    disc(pen, 380, 303, 150, inside, 0.2)
    disc(pen, 380, 309, 134, "#c28a34", 0.16)
    shape(pen, [(620, 400), (760, 400), (738, 462), (642, 462)], "#f3eee4")
    disc(pen, 690, 400, 70, "#d8cfbf", 0.2)
    disc(pen, 690, 402, 58, "#b98439", 0.16)
    for lift in (0, 46, 92):
        x = 340 + lift * 0.9
        for step in range(14):
            disc(pen, x + 14 * math.sin(step / 2.2 + lift), 250 - step * 14, 7 - step * 0.4, "#f6efe2")
    return image


def lanterns(dice: random.Random, sky: Sky = NIGHT) -> Image.Image:
    image = backdrop(sky)
    pen = ImageDraw.Draw(image)
    for _ in range(60):
        disc(pen, dice.uniform(0, WIDTH), dice.uniform(0, 360), dice.uniform(0.6, 1.8), "#d9d3e6")
    hills(pen, dice, 560, 28, "#1d1826")
    for number in range(11):
        x, y = 50 + number * 86 + dice.uniform(-20, 20), dice.uniform(110, 330)
        size = dice.uniform(26, 46)
        pen.line(_scaled([(x, 0), (x, y - size)]), fill="#51415e", width=3)
        disc(pen, x, y, size * 1.5, "#4a2f45")
        disc(pen, x, y, size, dice.choice(("#d9472b", "#e2603a", "#c93b2b")), 1.12)
        disc(pen, x, y, size * 0.5, "#f7b259", 1.5)
        box(pen, x - size * 0.35, y - size * 1.2, size * 0.7, 7, "#f0c36a")
        box(pen, x - size * 0.35, y + size * 1.06, size * 0.7, 7, "#f0c36a")
    return image


def garden(dice: random.Random, sky: Sky = SPRING) -> Image.Image:
    image = backdrop(sky)
    pen = ImageDraw.Draw(image)
    box(pen, 0, 470, WIDTH, 190, "#7a5236")
    for x in range(60, WIDTH, 96):
        pen.line(_scaled([(x, 480), (x + dice.uniform(-12, 12), 150)]), fill="#5d7a3c", width=10)
        for _ in range(9):
            disc(
                pen,
                x + dice.uniform(-46, 46),
                dice.uniform(170, 460),
                dice.uniform(16, 28),
                dice.choice(("#4f7d3a", "#6a9a4b", "#3f6a31")),
                0.6,
            )
        for _ in range(5):
            cx, cy, size = x + dice.uniform(-34, 34), dice.uniform(220, 450), dice.uniform(15, 24)
            disc(pen, cx, cy, size, dice.choice(("#cf3f2f", "#de6b2f", "#b9352a", "#e0a33a")))
            disc(pen, cx - size * 0.3, cy - size * 0.3, size * 0.22, "#f6d3bd")
    return image


def snow(dice: random.Random, sky: Sky = FROST) -> Image.Image:
    image = backdrop(sky)
    pen = ImageDraw.Draw(image)
    hills(pen, dice, 420, 40, "#dfe6ec")
    hills(pen, dice, 500, 26, "#f4f6f7")
    for _ in range(12):
        x, y, size = dice.uniform(20, WIDTH - 20), dice.uniform(400, 560), dice.uniform(26, 62)
        box(pen, x - 3, y, 6, size * 0.4, "#4b3a30")
        for part in range(3):
            wide, top = size * (0.9 - part * 0.22), y - size * (0.5 + part * 0.42)
            shape(
                pen, [(x - wide / 2, top + size * 0.6), (x, top), (x + wide / 2, top + size * 0.6)], "#3a5a50"
            )
    for _ in range(160):
        disc(pen, dice.uniform(0, WIDTH), dice.uniform(0, HEIGHT), dice.uniform(1, 3.4), "#ffffff")
    return image


def rain(dice: random.Random, sky: Sky = NIGHT) -> Image.Image:
    image = roofs(dice, sky)
    pen = ImageDraw.Draw(image)
    for _ in range(220):
        x, y = dice.uniform(0, WIDTH), dice.uniform(0, HEIGHT)
        pen.line(_scaled([(x, y), (x - 5, y + 22)]), fill="#8d93b0", width=2)
    return image


def bread(dice: random.Random, sky: Sky = PAPER) -> Image.Image:
    image = backdrop(sky)
    pen = ImageDraw.Draw(image)
    box(pen, 0, 440, WIDTH, 220, "#6d4630")
    disc(pen, 470, 400, 300, "#b8763a", 0.52)
    disc(pen, 470, 382, 286, "#cf9350", 0.5)
    for step in range(-2, 3):
        x, lift = 470 + step * 92, abs(step)
        shape(
            pen,
            [(x - 46, 300 + lift * 22), (x - 30, 288 + lift * 22), (x + 46, 440), (x + 28, 452)],
            "#f0d9ae",
        )
    for _ in range(130):
        disc(pen, dice.uniform(220, 720), dice.uniform(270, 500), dice.uniform(0.8, 2.2), "#f8efdd")
    return image


def books(dice: random.Random, sky: Sky = PAPER) -> Image.Image:
    image = backdrop(sky)
    pen = ImageDraw.Draw(image)
    for shelf in (300, 600):
        x = 40.0
        while x < WIDTH - 60:
            width, tall = dice.uniform(18, 46), dice.uniform(150, 250)
            colour = dice.choice(
                ("#9c4434", "#34466b", "#5b8f7f", "#c99a3b", "#6b4f6f", "#3d5a44", "#a9795a")
            )
            box(pen, x, shelf - tall, width, tall, colour)
            box(pen, x, shelf - tall + 24, width, 6, "#efe3cd")
            x += width + 2
        box(pen, 0, shelf, WIDTH, 16, "#6d4630")
    return image


def cat(dice: random.Random, sky: Sky = DUSK) -> Image.Image:
    image = backdrop(sky)
    pen = ImageDraw.Draw(image)
    box(pen, 0, 520, WIDTH, 140, "#54433f")
    fur = dice.choice(("#2a2522", "#a3622f", "#77706a"))
    disc(pen, 470, 440, 120, fur, 1.1)
    disc(pen, 470, 290, 84, fur)
    for side in (-1, 1):
        shape(pen, [(470 + side * 80, 280), (470 + side * 72, 180), (470 + side * 18, 226)], fur)
        disc(pen, 470 + side * 32, 280, 14, "#e8c95c")
        disc(pen, 470 + side * 32, 281, 5, "#1c1a19", 2.2)
    shape(pen, [(460, 306), (480, 306), (470, 318)], "#d99a94")
    pen.arc(_scaled([(560, 380), (760, 560)]), 90, 250, fill=fur, width=44)
    return image


PICTURES: dict[str, Callable[..., Image.Image]] = {
    "roofs": roofs, "mountains": mountains, "bridge": bridge, "tea": tea, "lanterns": lanterns, "garden": garden,
    "snow": snow, "rain": rain, "bread": bread, "books": books, "cat": cat,
}  # fmt: skip
SKIES = {"day": DAY, "dusk": DUSK, "night": NIGHT, "frost": FROST, "spring": SPRING, "paper": PAPER}


def draw(what: str) -> bytes:
    """`roofs`, `roofs night`, `roofs night 7`: what, under which sky, and which of many such."""
    name, *more = what.split()
    sky = next((SKIES[word] for word in more if word in SKIES), None)
    dice = random.Random(what)  # noqa: S311 - the same picture every time
    draws = PICTURES[name]
    return finished(draws(dice, sky) if sky else draws(dice))


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
