"""Pictures of hills, the river and the roofs of an invented town."""

import math
import random

from PIL import Image, ImageChops, ImageDraw

from martlet.demo.lens import (
    DAY,
    DUSK,
    FROST,
    HEIGHT,
    NIGHT,
    WIDTH,
    Light,
    Picture,
    below,
    birds,
    cloudy,
    covered,
    firs,
    glow,
    gradient,
    levels,
    lit,
    mixed,
    noise,
    ridge,
    sky,
    soft,
)


def mountains(dice: random.Random, light: Light = FROST) -> Picture:
    sun = dice.uniform(300, 900), dice.uniform(180, 300)
    image = sky(dice, light, sun)
    layers = 6
    for n in range(layers):
        near = (n + 1) / layers
        line = ridge(dice, 330 + n * 78, 92 - n * 7, 0.5 + n * 0.012)
        colour = mixed(light.haze, light.shade, near**1.5)
        mask = firs(dice, line, 8 + n * 4, 20 + n * 13) if n > 2 else below(line)
        stone = cloudy(dice, 14, 20, 4).point([round(90 + v * 0.5) for v in range(256)])
        face = ImageChops.multiply(
            Image.new("RGB", image.size, mixed(colour, (255, 255, 255), 0.25)),
            Image.merge("RGB", [stone] * 3),
        )
        face = Image.blend(Image.new("RGB", image.size, colour), face, 0.25 + near * 0.35)
        image = covered(image, face, soft(mask, 1.4 - near))
        fog = gradient(((0,) * 3, (0,) * 3, (0,) * 3, (150,) * 3, (40,) * 3)).convert("L")
        fog = ImageChops.multiply(
            ImageChops.offset(fog, 0, round((n - 4) * 62)), levels(cloudy(dice, 4, 6, 4), 60, 190)
        )
        image = covered(
            image,
            mixed(light.haze, light.sun, 0.35),
            ImageChops.multiply(fog, mask).point([round(v * (0.9 - near * 0.6)) for v in range(256)]),
        )
    return lit(image, light.sun, glow(sun, 760, power=3).point([round(v * 0.55) for v in range(256)]))


def water(dice: random.Random, image: Picture, level: int, dark: float = 0.25) -> Picture:
    """What is above the level, mirrored below it in moving water."""
    upper = image.crop((0, max(0, level - (HEIGHT - level)), WIDTH, level)).transpose(
        Image.Transpose.FLIP_TOP_BOTTOM
    )
    upper = upper.resize((WIDTH, HEIGHT - level))
    rows = []
    for y in range(HEIGHT - level):
        deep = y / (HEIGHT - level)
        swing = (math.sin(y * y * 0.0009 + y * 0.45) + math.sin(y * 0.21 + 1.3)) * (1.5 + deep * 9)
        rows.append(
            ImageChops.offset(upper.crop((0, y, WIDTH, y + 1)), round(swing + dice.uniform(-1.5, 1.5)), 0)
        )
    for y, row in enumerate(rows):
        image.paste(row, (0, level + y))
    lower = image.crop((0, level, WIDTH, HEIGHT))
    waves = Image.merge("RGB", [noise(dice, 40, (HEIGHT - level) // 3, lower.size)] * 3)
    lower = ImageChops.overlay(lower, Image.blend(Image.new("RGB", lower.size, (128, 128, 128)), waves, 0.45))
    image.paste(Image.blend(soft(lower, 0.8), Image.new("RGB", lower.size, (10, 14, 20)), dark), (0, level))
    return image


def bridge(dice: random.Random, light: Light = DUSK) -> Picture:
    sun = dice.uniform(500, 760), 400.0
    image = sky(dice, light, sun)
    for n, base in enumerate((400, 432)):
        image = covered(
            image,
            mixed(light.haze, light.shade, 0.35 + n * 0.25),
            soft(firs(dice, ridge(dice, base, 20), 8, 22), 1.2),
        )
    mask = Image.new("L", (WIDTH * 2, HEIGHT * 2), 0)
    pen = ImageDraw.Draw(mask)
    bend = [(x, 2 * (392 + ((x / 2 - 600) / 600) ** 2 * 40)) for x in range(0, WIDTH * 2 + 1, 20)]
    pen.polygon([*bend, (WIDTH * 2, 1000), (0, 1000)], fill=255)
    for left in range(-60, WIDTH, 212):
        pen.ellipse((left * 2 + 40, 860, left * 2 + 384, 1180), fill=0)
    pen.rectangle((0, 1000, WIDTH * 2, HEIGHT * 2), fill=0)
    for x, y in bend[::5]:
        pen.rectangle((x - 3, y - 74, x + 3, y), fill=255)
        pen.ellipse((x - 9, y - 90, x + 9, y - 70), fill=255)
    mask = mask.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    stone = cloudy(dice, 60, 60, 3).point([round(40 + v * 0.5) for v in range(256)])
    image = covered(
        image,
        ImageChops.multiply(
            Image.new("RGB", image.size, mixed(light.shade, light.haze, 0.34)),
            Image.merge("RGB", [stone] * 3),
        ),
        mask,
    )
    image = birds(dice, image, 4, 0.4)
    return water(dice, image, 502, 0.18)


def roofs(dice: random.Random, light: Light = DAY) -> Picture:
    """Seen from a window: tiles in raking light, a tower behind them."""
    is_dark = light is NIGHT
    image = sky(dice, light, (dice.uniform(760, 1050), 330.0) if not is_dark else None)
    if is_dark:
        pen = ImageDraw.Draw(image)
        for _ in range(150):
            bright, x, y = dice.randint(80, 230), dice.uniform(0, WIDTH), dice.uniform(0, 420)
            pen.ellipse((x, y, x + 1.6, y + 1.6), fill=(bright, bright, min(255, bright + 18)))
    image = covered(
        image, mixed(light.haze, light.shade, 0.3), soft(firs(dice, ridge(dice, 470, 34), 6, 16), 2)
    )
    large = Image.new("L", (WIDTH * 2, HEIGHT * 2), 0)
    pen = ImageDraw.Draw(large)
    tower = dice.randint(340, 860) * 2
    pen.polygon(
        [(tower - 78, 700), (tower - 52, 560), (tower, 190), (tower + 52, 560), (tower + 78, 700)], fill=255
    )
    pen.rectangle((tower - 66, 690, tower + 66, 1400), fill=255)
    pen.line((tower, 120, tower, 200), fill=255, width=5)
    green = mixed((92, 138, 122), light.shade, 0.62 if is_dark else 0.24)
    stone = Image.merge(
        "RGB", [cloudy(dice, 24, 60, 4).point([round(120 + v * 0.5) for v in range(256)])] * 3
    )
    image = covered(
        image,
        ImageChops.multiply(Image.new("RGB", image.size, green), stone),
        large.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS),
    )
    for row, (base, wide) in enumerate(((500, 130), (585, 190), (690, 290))):
        image = _row_of_houses(dice, image, light, base, wide, row)
    if not is_dark:
        image = birds(dice, image, 6, 0.45)
    return image


def _row_of_houses(
    dice: random.Random, image: Picture, light: Light, base: int, wide: int, row: int
) -> Picture:
    is_dark = light is NIGHT
    far = (0.42, 0.2, 0.0)[row]
    x = -dice.uniform(20, wide)
    lamps: list[tuple[float, float, float]] = []
    while x < WIDTH:
        width, top = wide * dice.uniform(0.8, 1.3), base + dice.uniform(-26, 30)
        peak = top - width * dice.uniform(0.42, 0.62)
        wall = mixed(
            dice.choice(((206, 186, 156), (222, 206, 178), (190, 160, 132), (212, 196, 186))),
            light.shade,
            0.78 if is_dark else 0.22,
        )
        tiles = mixed(
            dice.choice(((150, 78, 56), (128, 66, 50), (166, 92, 62), (116, 72, 60))),
            light.shade,
            0.8 if is_dark else 0.15,
        )
        wall, tiles = mixed(wall, light.haze, far), mixed(tiles, light.haze, far)
        size = round(width) + 40, HEIGHT - round(peak) + 4
        rough = cloudy(dice, 12, 30, 3, size)
        front = ImageChops.multiply(
            Image.new("RGB", size, wall),
            Image.merge("RGB", [rough.point([round(150 + v * 0.45) for v in range(256)])] * 3),
        )
        courses = Image.new("L", (8, size[1]), 0)
        lines = ImageDraw.Draw(courses)
        for y in range(0, size[1], 5 + row * 2):
            lines.line((0, y, 8, y), fill=95 + dice.randint(-20, 20), width=2)
        roof = ImageChops.multiply(
            Image.new("RGB", size, tiles),
            Image.merge(
                "RGB",
                [
                    ImageChops.lighter(
                        noise(dice, size[0] // 7, size[1] // 7, size).point(
                            [round(140 + v * 0.45) for v in range(256)]
                        ),
                        courses.resize(size),
                    )
                ]
                * 3,
            ),
        )
        shaded = (
            Image.linear_gradient("L")
            .rotate(90)
            .resize(size)
            .point([round(150 + v * 0.41) for v in range(256)])
        )
        roof = ImageChops.multiply(roof, Image.merge("RGB", [shaded] * 3))
        pen = ImageDraw.Draw(front)
        for down in range(int((HEIGHT - top) // (wide * 0.42)) + 1):
            for across in (0.2, 0.44, 0.68):
                wx, wy = 20 + width * across, top - peak + wide * 0.16 + down * wide * 0.42
                is_lit = is_dark and dice.random() < 0.36
                pane = (
                    dice.choice(((255, 206, 120), (255, 186, 96), (250, 222, 160)))
                    if is_lit
                    else mixed((70, 84, 96), light.shade, 0.7 if is_dark else 0.3)
                )
                pen.rectangle(
                    (wx, wy, wx + width * 0.13, wy + wide * 0.23),
                    fill=mixed(pane, light.haze, far),
                    outline=mixed(wall, (255, 255, 255), 0.25 if not is_dark else 0.04),
                )
                pen.line(
                    (wx + width * 0.065, wy, wx + width * 0.065, wy + wide * 0.23),
                    fill=mixed(wall, (255, 255, 255), 0.2 if not is_dark else 0.02),
                )
                if is_lit:
                    lamps.append((x + wx - 20 + width * 0.065, peak + wy + wide * 0.11, wide * 0.5))
        body, cap = (
            Image.new("L", (size[0] * 2, size[1] * 2), 0),
            Image.new("L", (size[0] * 2, size[1] * 2), 0),
        )
        ImageDraw.Draw(body).rectangle((40, 2 * (top - peak), 40 + 2 * width, size[1] * 2), fill=255)
        ImageDraw.Draw(cap).polygon(
            [
                (16, 2 * (top - peak) + 6),
                (40 + width * 0.72, 0),
                (40 + width * 1.28, 0),
                (64 + 2 * width, 2 * (top - peak) + 6),
            ],
            fill=255,
        )
        at = round(x) - 20, round(peak)
        image.paste(front, at, body.resize(size, Image.Resampling.LANCZOS))
        image.paste(roof, at, cap.resize(size, Image.Resampling.LANCZOS))
        if dice.random() < 0.6:
            stack = Image.new(
                "RGB", (round(width * 0.09), round(width * 0.2)), mixed(tiles, light.shade, 0.3)
            )
            image.paste(stack, (round(x + width * dice.uniform(0.25, 0.7)), round(peak - width * 0.12)))
        x += width
    for lx, ly, radius in lamps:
        box = round(lx - radius), round(ly - radius), round(lx + radius), round(ly + radius)
        part = image.crop(box)
        image.paste(lit(part, (120, 74, 30), glow((radius, radius), radius, part.size)), box[:2])
    return soft(image, 1.2 - row * 0.5)


def snow(dice: random.Random, light: Light = FROST) -> Picture:
    image = sky(dice, light, (dice.uniform(200, 1000), 240.0))
    for n in range(4):
        near = n / 3
        line = ridge(dice, 390 + n * 66, 40 - n * 6)
        image = covered(
            image,
            mixed(light.haze, (58, 78, 84), 0.25 + near * 0.6),
            soft(firs(dice, line, 16 + n * 14, 40 + n * 44), 1.6 - near),
        )
        ground = ImageChops.multiply(
            Image.new("RGB", image.size, (236, 240, 246)),
            Image.merge(
                "RGB", [cloudy(dice, 5, 14, 5).point([round(186 + v * 0.27) for v in range(256)])] * 3
            ),
        )
        image = covered(image, ground, soft(below([(x, y + 14 + n * 6) for x, y in line]), 3))
    image = covered(
        image,
        (64, 84, 112),
        ImageChops.multiply(below(ridge(dice, 690, 20)), levels(noise(dice, 6, 30), 90, 220)).point(
            [round(v * 0.22) for v in range(256)]
        ),
    )
    flakes = Image.new("L", image.size, 0)
    pen = ImageDraw.Draw(flakes)
    for _ in range(420):
        radius = min(9, 0.8 + dice.expovariate(0.7))
        x, y = dice.uniform(0, WIDTH), dice.uniform(0, HEIGHT)
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=dice.randint(90, 210))
    return covered(image, (255, 255, 255), soft(flakes, 1.6))
