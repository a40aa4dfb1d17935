"""Noise, light and blur: what a drawing needs to look as if somebody had taken a picture."""

import math
import random
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

from martlet.demo.drawing import HALF_SWIFT

WIDTH, HEIGHT = 1200, 800

Rgb = tuple[int, int, int]
Picture = Image.Image


@dataclass(frozen=True, slots=True)
class Light:
    """A time of day: the sky from top to bottom, what haze and shadow look like."""

    sky: tuple[Rgb, ...]
    haze: Rgb
    shade: Rgb
    sun: Rgb
    clouds: Rgb
    cover: float = 0.5
    """How much of the sky is clouds."""


DAY = Light(
    ((62, 112, 168), (132, 176, 208), (214, 226, 230)),
    (196, 208, 214),
    (42, 50, 52),
    (255, 246, 224),
    (250, 250, 248),
    0.5,
)
DUSK = Light(
    ((52, 62, 104), (158, 108, 128), (240, 164, 104), (255, 206, 140)),
    (226, 158, 124),
    (30, 24, 40),
    (255, 226, 168),
    (255, 186, 150),
    0.55,
)
NIGHT = Light(
    ((8, 11, 26), (18, 24, 48), (44, 46, 72)), (46, 48, 74), (6, 7, 14), (226, 230, 244), (40, 44, 70), 0.3
)
FROST = Light(
    ((142, 164, 188), (196, 208, 220), (236, 232, 226)),
    (216, 222, 228),
    (44, 58, 70),
    (255, 240, 214),
    (244, 244, 246),
    0.45,
)
SPRING = Light(
    ((98, 150, 186), (178, 206, 208), (238, 234, 204)),
    (214, 222, 196),
    (24, 44, 26),
    (255, 246, 206),
    (252, 250, 240),
    0.5,
)
PAPER = Light(
    ((58, 44, 36), (84, 64, 50), (46, 36, 32)),
    (120, 92, 68),
    (24, 18, 16),
    (255, 226, 178),
    (120, 100, 84),
    0.0,
)
LIGHTS = {"day": DAY, "dusk": DUSK, "night": NIGHT, "frost": FROST, "spring": SPRING, "paper": PAPER}


def mixed(one: Rgb, other: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def gradient(colours: tuple[Rgb, ...], size: tuple[int, int] = (WIDTH, HEIGHT)) -> Picture:
    """From top to bottom."""
    strip = Image.new("RGB", (1, len(colours)))
    strip.putdata(colours)
    return strip.resize(size, Image.Resampling.BICUBIC)


def noise(dice: random.Random, across: int, down: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Picture:
    """Grey, with about so many spots."""
    return Image.frombytes("L", (across, down), dice.randbytes(across * down)).resize(
        size, Image.Resampling.BICUBIC if across * 4 < size[0] else Image.Resampling.BILINEAR
    )


def cloudy(
    dice: random.Random, across: int, down: int, octaves: int = 5, size: tuple[int, int] = (WIDTH, HEIGHT)
) -> Picture:
    """Noise of several sizes over one another, as in clouds, stone and earth."""
    half = size[0] // 2, size[1] // 2
    found = noise(dice, across, down, half)
    for n in range(1, octaves):
        finer = noise(dice, min(across << n, half[0]), min(down << n, half[1]), half)
        found = Image.blend(found, finer, 0.34)
    return found.resize(size, Image.Resampling.BILINEAR)


def levels(grey: Picture, low: int, high: int) -> Picture:
    """Stretched: what is below `low` becomes black, above `high` white."""
    return grey.point([max(0, min(255, (v - low) * 255 // max(1, high - low))) for v in range(256)])


@lru_cache(maxsize=32)
def _fading(power: float) -> Picture:
    return Image.radial_gradient("L").point([round(255 * max(0.0, 1 - v / 181) ** power) for v in range(256)])


def glow(
    at: tuple[float, float], radius: float, size: tuple[int, int] = (WIDTH, HEIGHT), power: float = 2.0
) -> Picture:
    """A mask that is bright at a place and fades."""
    step, left, top = 128 / radius, at[0] - radius, at[1] - radius
    if radius > size[1] / 2:
        way = (step, 0, -left * step, 0, step, -top * step)
        return _fading(power).transform(size, Image.Transform.AFFINE, way, Image.Resampling.BILINEAR)
    mask = Image.new("L", size, 0)
    mask.paste(
        _fading(power).resize((round(radius * 2),) * 2, Image.Resampling.BILINEAR), (round(left), round(top))
    )
    return mask


def lit(image: Picture, colour: Rgb, mask: Picture) -> Picture:
    """Light of a colour, added where the mask is bright."""
    return ImageChops.screen(
        image, Image.composite(Image.new("RGB", image.size, colour), Image.new("RGB", image.size), mask)
    )


def covered(image: Picture, colour: Rgb | Picture, mask: Picture) -> Picture:
    over = Image.new("RGB", image.size, colour) if isinstance(colour, tuple) else colour
    return Image.composite(over, image, mask)


def soft(image: Picture, radius: float) -> Picture:
    """Out of focus. What is very soft is made so at half its size, which nobody sees."""
    if radius < 3 or min(image.size) < 64:
        return image.filter(ImageFilter.BoxBlur(radius * 1.3))
    small = image.reduce(2).filter(ImageFilter.GaussianBlur(radius / 2))
    return small.resize(image.size, Image.Resampling.BILINEAR)


def ridge(
    dice: random.Random, base: float, rise: float, rough: float = 0.5, step: int = 4
) -> list[tuple[float, float]]:
    """A line from left to right, as rough as mountains or roofs of trees."""
    waves = [(rise * rough**n, dice.uniform(0.6, 1.4) * 1.9**n, dice.uniform(0, 7)) for n in range(8)]
    return [
        (x, base - sum(high * math.sin(often * 6.28 * x / WIDTH + start) for high, often, start in waves))
        for x in range(-step, WIDTH + step * 2, step)
    ]


def below(line: list[tuple[float, float]]) -> Picture:
    """A mask of all that is under a line."""
    mask = Image.new("L", (WIDTH, HEIGHT), 0)
    ImageDraw.Draw(mask).polygon([*line, (WIDTH + 9, HEIGHT), (-9, HEIGHT)], fill=255)
    return mask


def firs(dice: random.Random, line: list[tuple[float, float]], least: float, most: float) -> Picture:
    """A mask of trees that stand on a line."""
    mask = below(line)
    pen = ImageDraw.Draw(mask)
    for x, y in line:
        if dice.random() < 0.62:
            tall = dice.uniform(least, most)
            wide, middle = tall * dice.uniform(0.16, 0.24), x + dice.uniform(-3, 3)
            for part in range(6):
                top, half = (
                    y - tall * (1 - part * 0.15),
                    wide * (0.28 + part * 0.15) * dice.uniform(0.8, 1.15),
                )
                pen.polygon(
                    [
                        (middle, top - tall * 0.08),
                        (middle - half, top + tall * 0.2),
                        (middle + half, top + tall * 0.2),
                    ],
                    fill=255,
                )
    return mask


def bokeh(
    dice: random.Random,
    image: Picture,
    colours: tuple[Rgb, ...],
    count: int,
    box: tuple[int, int, int, int],
    sizes: tuple[int, int],
) -> Picture:
    """Lights far out of focus: discs with a brighter rim."""
    for _ in range(count):
        radius = dice.randint(*sizes)
        layer = Image.new("L", (radius * 2 + 8, radius * 2 + 8), 0)
        pen, strong = ImageDraw.Draw(layer), dice.uniform(0.25, 0.9)
        pen.ellipse(
            (4, 4, radius * 2 + 4, radius * 2 + 4),
            fill=round(170 * strong),
            outline=round(235 * strong),
            width=max(1, radius // 12),
        )
        layer = soft(layer, max(1.0, radius / 18))
        at = dice.randint(box[0], box[2]) - radius, dice.randint(box[1], box[3]) - radius
        part = image.crop((at[0], at[1], at[0] + layer.width, at[1] + layer.height))
        image.paste(lit(part, dice.choice(colours), layer), at)
    return image


def developed(
    image: Picture, dice: random.Random, grain: float = 0.1, corners: float = 0.24, colour: float = 1.06
) -> Picture:
    """What a lens and a sensor do at the end."""
    dark = ImageChops.invert(glow((WIDTH / 2, HEIGHT / 2), WIDTH * 0.95, power=0.6)).point(
        [round(v * corners) for v in range(256)]
    )
    image = covered(image, (0, 0, 0), dark)
    specks = Image.merge("RGB", [noise(dice, WIDTH * 3 // 4, HEIGHT * 3 // 4)] * 3)
    return ImageEnhance.Color(Image.blend(image, ImageChops.overlay(image, specks), grain)).enhance(colour)


def sky(dice: random.Random, light: Light, sun: tuple[float, float] | None = None) -> Picture:
    image = gradient(light.sky)
    if light.cover:
        heap = levels(soft(cloudy(dice, 3, 7, 4), 4), round(206 - light.cover * 190), 188)
        fade = gradient(((190,) * 3, (230,) * 3, (70,) * 3)).convert("L")
        lower = ImageChops.offset(heap, -8, -14)
        image = covered(
            image,
            mixed(light.clouds, light.shade, 0.34),
            ImageChops.multiply(heap, fade).point([round(v * 0.7) for v in range(256)]),
        )
        image = covered(
            image,
            light.clouds,
            ImageChops.multiply(ImageChops.darker(heap, lower), fade).point(
                [round(v * 0.85) for v in range(256)]
            ),
        )
    if sun:
        image = lit(image, light.sun, glow(sun, 620, power=2.6))
        image = lit(image, light.sun, glow(sun, 150, power=1.6))
    return image


def birds(
    dice: random.Random, image: Picture, count: int, height: float = 0.5, colour: Rgb = (24, 24, 28)
) -> Picture:
    """Swifts, the near ones a little out of focus."""
    line = [*HALF_SWIFT, *((-a, b) for a, b in reversed(HALF_SWIFT))]
    for _ in range(count):
        size = dice.choice((0.5, 0.6, 0.8, 1.0, 1.5))
        turn, lean = math.radians(dice.uniform(-70, 70)), dice.uniform(0.45, 1.0)
        mask = Image.new("L", (240, 240), 0)
        points = [
            (
                120 + 2 * size * (a * lean * math.cos(turn) - b * math.sin(turn)),
                120 + 2 * size * (a * lean * math.sin(turn) + b * math.cos(turn)),
            )
            for a, b in line
        ]
        ImageDraw.Draw(mask).polygon(points, fill=235)
        at = dice.randint(40, WIDTH - 160), dice.randint(20, round(HEIGHT * height))
        image.paste(colour, at, soft(mask, 1.2 if size < 1.4 else 3.6).reduce(2))
    return image


def ball(size: int, colour: Rgb, shine: float = 0.9) -> tuple[Picture, Picture]:
    """A round thing, lit from the upper left, and its mask."""
    body = Image.new("RGB", (size, size), mixed(colour, (0, 0, 0), 0.62))
    body = covered(body, colour, glow((size * 0.42, size * 0.4), size * 0.72, (size, size), 0.9))
    body = covered(
        body,
        mixed(colour, (255, 255, 255), 0.35),
        glow((size * 0.36, size * 0.32), size * 0.42, (size, size), 2),
    )
    body = lit(
        body,
        (255, 255, 255),
        glow((size * 0.33, size * 0.28), size * 0.16, (size, size), 1.4).point(
            [round(v * shine) for v in range(256)]
        ),
    )
    mask = Image.new("L", (size * 2, size * 2), 0)
    ImageDraw.Draw(mask).ellipse((4, 4, size * 2 - 4, size * 2 - 4), fill=255)
    return body, mask.resize((size, size), Image.Resampling.LANCZOS)


def wood(dice: random.Random, colour: Rgb, top: int) -> Picture:
    """A table in the lower part: the grain runs across and closes up towards the back."""
    grain = Image.blend(noise(dice, 5, 260), noise(dice, 22, 400), 0.35)
    plank = Image.merge(
        "RGB",
        [grain.point([round(colour[c] * (0.55 + v / 255 * 0.75)) for v in range(256)]) for c in range(3)],
    )
    return plank.resize((WIDTH, HEIGHT - top), Image.Resampling.BICUBIC)
