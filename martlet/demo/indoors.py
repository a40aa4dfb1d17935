"""Pictures of what is near: tea, bread, lanterns, tomatoes, books, a cat, a wet window."""

import math
import random

from PIL import Image, ImageChops, ImageDraw

from martlet.demo.lens import (
    DUSK,
    HEIGHT,
    NIGHT,
    PAPER,
    SPRING,
    WIDTH,
    Light,
    Picture,
    Rgb,
    ball,
    below,
    bokeh,
    cloudy,
    covered,
    glow,
    gradient,
    levels,
    lit,
    mixed,
    noise,
    sky,
    soft,
    wood,
)


def rain(dice: random.Random, light: Light = NIGHT) -> Picture:
    """The street behind a wet window."""
    image = gradient(((14, 18, 34), (30, 34, 56), (54, 44, 48), (22, 20, 26)))
    lamps = ((255, 190, 96), (255, 214, 150), (236, 96, 70), (120, 170, 220), (150, 210, 190))
    image = bokeh(dice, image, lamps, 60, (0, 180, WIDTH, 640), (16, 64))
    behind = soft(image, 3)
    turned = behind.transpose(Image.Transpose.ROTATE_180)
    for _ in range(340):
        radius = round(min(24, 2 + dice.expovariate(0.2)))
        x, y = dice.randint(0, WIDTH), dice.randint(0, HEIGHT)
        size = radius * 2 + 2
        drop = turned.resize(
            (size, size), box=(max(0, x - 160), max(0, y - 120), min(WIDTH, x + 160), min(HEIGHT, y + 120))
        )
        drop = lit(
            drop,
            (255, 255, 255),
            glow((size * 0.36, size * 0.3), size * 0.3, (size, size), 1.5).point(
                [round(v * 0.6) for v in range(256)]
            ),
        )
        mask = Image.new("L", (size * 4, size * 4), 0)
        ImageDraw.Draw(mask).ellipse((4, 2, size * 4 - 4, size * 4 - 2), fill=235)
        behind.paste(drop, (x - radius, y - radius), mask.resize((size, size), Image.Resampling.LANCZOS))
    return behind


def lanterns(dice: random.Random, light: Light = NIGHT) -> Picture:
    image = gradient(((10, 10, 24), (28, 20, 40), (58, 30, 42), (24, 14, 20)))
    image = bokeh(
        dice, image, ((255, 120, 60), (255, 170, 90), (220, 70, 60)), 46, (0, 120, WIDTH, 700), (10, 46)
    )
    for near in (0.45, 0.7, 1.0):
        for _ in range(round(7 - near * 3)):
            size = round(dice.uniform(120, 180) * near)
            x, y = dice.randint(40, WIDTH - 40), dice.randint(120, round(250 + 240 * near))
            image = lit(
                image, (255, 90, 40), glow((x, y), size * 1.7).point([round(v * 0.55) for v in range(256)])
            )
            layer = Image.new("RGB", (size * 2, size * 2), (170, 34, 22))
            layer = covered(layer, (226, 64, 34), glow((size, size), size * 1.15, (size * 2, size * 2), 0.8))
            layer = lit(
                layer, (255, 168, 70), glow((size, size * 1.12), size * 0.72, (size * 2, size * 2), 1.5)
            )
            mask, pen = Image.new("L", (size * 2, size * 2), 0), ImageDraw.Draw(layer)
            for rib in range(-4, 5):
                half = size * 0.72 * math.sin(math.acos(max(-1, min(1, rib / 5))))
                pen.arc(
                    (size - half, size * 0.34, size + half, size * 1.66),
                    0,
                    360,
                    fill=(128, 22, 16),
                    width=max(1, size // 60),
                )
            ImageDraw.Draw(mask).ellipse((size * 0.26, size * 0.34, size * 1.74, size * 1.66), fill=255)
            for top in (0.3, 1.62):
                pen.rectangle(
                    (size * 0.72, size * top, size * 1.28, size * (top + 0.08)), fill=(206, 150, 62)
                )
                ImageDraw.Draw(mask).rectangle(
                    (size * 0.72, size * top, size * 1.28, size * (top + 0.08)), fill=255
                )
            ImageDraw.Draw(image).line(
                (x, 0, x, y - size * 0.68), fill=(18, 12, 16), width=max(1, size // 40)
            )
            blur = 5.5 if near < 0.5 else 2.0 if near < 1 else 0.6
            image.paste(soft(layer, blur), (x - size, y - size), soft(mask, blur))
    return image


def tea(dice: random.Random, light: Light = PAPER) -> Picture:
    image = soft(gradient(light.sky if light is PAPER else PAPER.sky), 2)
    image = bokeh(
        dice, image, ((255, 214, 150), (200, 160, 110), (150, 170, 130)), 22, (0, 0, WIDTH, 360), (30, 90)
    )
    image = soft(image, 7)
    image.paste(wood(dice, dice.choice(((112, 74, 50), (134, 94, 64), (92, 66, 50))), 430), (0, 430))
    blurred = soft(image, 6)
    focus = gradient(((255,) * 3, (255,) * 3, (40,) * 3, (0,) * 3, (60,) * 3)).convert("L")
    image = covered(image, blurred, focus)
    image = lit(image, (96, 70, 44), glow((820, 470), 620))
    glaze = dice.choice(((70, 104, 96), (78, 96, 128), (168, 92, 70), (222, 214, 198)))
    liquor = dice.choice(((196, 128, 46), (178, 98, 34), (168, 160, 70)))
    image = _bowl(image, (470, 500), 230, glaze, liquor)
    image = _bowl(image, (880, 575), 104, (226, 220, 206), liquor)
    for n in range(3):
        steam = levels(cloudy(dice, 5, 3, 4), 120, 230)
        tall = ImageChops.multiply(steam, glow((450 + n * 40, 250), 270, power=1.4))
        image = lit(image, (210, 204, 196), tall.point([round(v * 0.42) for v in range(256)]))
    return image


def _bowl(image: Picture, at: tuple[int, int], radius: int, glaze: Rgb, liquor: Rgb) -> Picture:
    """A bowl seen from a little above, with its shadow."""
    x, y = at
    big = 2
    shadow = Image.new("L", image.size, 0)
    ImageDraw.Draw(shadow).ellipse(
        (x - radius, y + radius * 0.5, x + radius * 1.35, y + radius * 0.98), fill=190
    )
    image = covered(image, (12, 8, 6), soft(shadow, radius / 9))
    side = Image.linear_gradient("L").rotate(90).resize((radius * 2, radius * 2))
    shade = Image.merge(
        "RGB",
        [
            side.point(
                [round(255 * (0.28 + 0.85 * math.sin(math.pi * (v + 26) / 300) ** 1.4)) for v in range(256)]
            )
        ]
        * 3,
    )
    body = ImageChops.multiply(Image.new("RGB", (radius * 2, radius * 2), glaze), shade)
    body = lit(
        body,
        (255, 255, 255),
        glow((radius * 0.62, radius * 0.72), radius * 0.3, body.size, 1.6).point(
            [round(v * 0.45) for v in range(256)]
        ),
    )
    mask = Image.new("L", (radius * 2 * big, radius * 2 * big), 0)
    pen = ImageDraw.Draw(mask)
    r = radius * big
    outline = [
        (
            r + r * math.cos(a / 50 * math.pi),
            r * 0.34 + r * 1.08 * abs(math.sin(a / 50 * math.pi)) ** 0.72,
        )
        for a in range(51)
    ]
    pen.polygon(outline, fill=255)
    pen.rectangle((r * 0.66, r * 1.36, r * 1.34, r * 1.5), fill=255)
    image.paste(
        body, (x - radius, y - radius // 2), mask.resize((radius * 2, radius * 2), Image.Resampling.LANCZOS)
    )
    rim = Image.new("RGB", (radius * 2 * big, radius * big), mixed(glaze, (255, 255, 255), 0.25))
    edge = Image.new("L", rim.size, 0)
    ImageDraw.Draw(edge).ellipse((0, r * 0.06, r * 2 - 1, r * 0.72), fill=255)
    pen = ImageDraw.Draw(rim)
    pen.ellipse((r * 0.05, r * 0.1, r * 1.95, r * 0.7), fill=mixed(glaze, (0, 0, 0), 0.45))
    pen.ellipse((r * 0.12, r * 0.2, r * 1.88, r * 0.7), fill=liquor)
    small = soft(rim, 2).resize((radius * 2, radius), Image.Resampling.LANCZOS)
    small = lit(
        small,
        (255, 232, 190),
        glow((radius * 1.3, radius * 0.2), radius * 0.5, small.size).point(
            [round(v * 0.7) for v in range(256)]
        ),
    )
    image.paste(
        small, (x - radius, y - round(radius * 0.5)), edge.resize(small.size, Image.Resampling.LANCZOS)
    )
    return image


def bread(dice: random.Random, light: Light = PAPER) -> Picture:
    image = soft(gradient(((44, 36, 32), (70, 56, 46), (40, 32, 28))), 2)
    image = soft(bokeh(dice, image, ((255, 196, 120), (190, 140, 90)), 14, (0, 0, WIDTH, 260), (40, 90)), 8)
    image.paste(wood(dice, (104, 72, 50), 380), (0, 380))
    image = covered(
        image, soft(image, 5), gradient(((255,) * 3, (200,) * 3, (0,) * 3, (0,) * 3, (120,) * 3)).convert("L")
    )
    shadow = Image.new("L", image.size, 0)
    ImageDraw.Draw(shadow).ellipse((240, 560, 1080, 720), fill=220)
    image = covered(image, (10, 7, 5), soft(shadow, 26))
    size = 820, 470
    crust = cloudy(dice, 10, 7, 6, size)
    loaf = Image.merge(
        "RGB",
        [
            crust.point([round(min(255, c * (0.5 + v / 255 * 0.85))) for v in range(256)])
            for c in (176, 112, 58)
        ],
    )
    loaf = ImageChops.multiply(loaf, Image.merge("RGB", [glow((380, 150), 640, size, 0.55)] * 3))
    loaf = covered(
        loaf,
        (232, 190, 126),
        ImageChops.multiply(
            levels(cloudy(dice, 30, 20, 4, size), 120, 240), glow((360, 120), 420, size)
        ).point([round(v * 0.6) for v in range(256)]),
    )
    cuts = Image.new("L", size, 0)
    for n in range(5):
        x, y, half = 150 + n * 120, 92 + abs(n - 2) * 22, 1 - abs(n - 2) * 0.14
        leaf = [
            (
                x + 30 * half * math.sin(a / 12 * math.pi) + a * 8 * half,
                y + a * 19 * half,
            )
            for a in range(13)
        ]
        back = [(px - 52 * half * math.sin(a / 12 * math.pi), py) for a, (px, py) in enumerate(leaf)]
        ImageDraw.Draw(cuts).polygon([*leaf, *reversed(back)], fill=255)
    loaf = covered(
        loaf,
        (74, 40, 20),
        soft(ImageChops.offset(cuts, 7, 2), 3).point([round(v * 0.85) for v in range(256)]),
    )
    crumb = cloudy(dice, 40, 60, 4, size)
    loaf = covered(
        loaf,
        Image.merge(
            "RGB",
            [crumb.point([round(c * (0.62 + v / 255 * 0.6)) for v in range(256)]) for c in (206, 158, 100)],
        ),
        soft(cuts, 2.5),
    )
    loaf = lit(
        loaf,
        (230, 222, 206),
        ImageChops.multiply(
            levels(noise(dice, 260, 150, size), 150, 255),
            ImageChops.multiply(glow((400, 120), 460, size), levels(cloudy(dice, 6, 4, 4, size), 70, 170)),
        ).point([round(v * 0.75) for v in range(256)]),
    )
    mask = Image.new("L", (size[0] * 2, size[1] * 2), 0)
    ImageDraw.Draw(mask).ellipse((10, 30, size[0] * 2 - 10, size[1] * 2 + 90), fill=255)
    ImageDraw.Draw(mask).rectangle((0, size[1] * 2 - 60, size[0] * 2, size[1] * 2), fill=0)
    image.paste(loaf, (200, 220), soft(mask.resize(size, Image.Resampling.LANCZOS), 1.5))
    return lit(image, (90, 62, 36), glow((300, 160), 760))


def garden(dice: random.Random, light: Light = SPRING) -> Picture:
    """Tomatoes on the vine, the bed behind them out of focus."""
    image = gradient(((150, 176, 120), (86, 122, 66), (42, 66, 34), (30, 44, 24)))
    image = covered(image, (24, 44, 20), levels(cloudy(dice, 7, 5, 3), 110, 210))
    image = bokeh(
        dice,
        soft(image, 14),
        ((190, 220, 130), (250, 240, 190), (130, 180, 90), (226, 110, 70)),
        60,
        (0, 0, WIDTH, 640),
        (24, 80),
    )
    for near, blur in ((0.5, 8.0), (0.75, 3.5), (1.0, 0.7)):
        layer, mask = Image.new("RGB", (WIDTH, HEIGHT)), Image.new("L", (WIDTH, HEIGHT), 0)
        pen, cut = ImageDraw.Draw(layer), ImageDraw.Draw(mask)
        for _ in range(4):
            x = dice.randint(60, WIDTH - 60)
            path = [(x + math.sin(t / 3 + x) * 22, 40 + t * 50) for t in range(round(4 + near * 11))]
            pen.line(path, fill=(70, 104, 46), width=round(12 * near))
            cut.line(path, fill=255, width=round(12 * near))
            for px, py in path[1::2]:
                _leaf(dice, pen, cut, (px, py), 130 * near)
            for px, py in path[2::3]:
                size = round(dice.uniform(84, 140) * near)
                colour = dice.choice(
                    ((206, 46, 30), (222, 70, 32), (190, 38, 30), (226, 150, 48), (150, 160, 60))
                )
                body, shape = ball(size, colour)
                at = round(px + dice.uniform(-70, 40)), round(py + 10)
                layer.paste(body, at, shape)
                mask.paste(255, at, shape)
                for spike in range(5):
                    a = spike * 1.256 + dice.uniform(0, 1)
                    top = at[0] + size / 2, at[1] + size * 0.12
                    pen.polygon(
                        [
                            (top[0] - 4, top[1]),
                            (top[0] + 4, top[1]),
                            (top[0] + math.cos(a) * size * 0.3, top[1] + abs(math.sin(a)) * size * 0.16 - 4),
                        ],
                        fill=(86, 120, 50),
                    )
        image = covered(image, soft(layer, blur), soft(mask, blur))
    return lit(image, (255, 236, 170), glow((980, 60), 620).point([round(v * 0.5) for v in range(256)]))


def _leaf(
    dice: random.Random,
    pen: ImageDraw.ImageDraw,
    cut: ImageDraw.ImageDraw,
    at: tuple[float, float],
    long: float,
) -> None:
    turn = dice.uniform(0, 6.28)
    green = dice.choice(((66, 108, 46), (84, 130, 58), (50, 86, 40), (104, 146, 70)))
    for part in range(-2, 3):
        a, reach = turn + part * 0.5, long * (1 - abs(part) * 0.2)
        tip = at[0] + math.cos(a) * reach, at[1] + math.sin(a) * reach
        left = at[0] + math.cos(a + 0.32) * reach * 0.55, at[1] + math.sin(a + 0.32) * reach * 0.55
        right = at[0] + math.cos(a - 0.32) * reach * 0.55, at[1] + math.sin(a - 0.32) * reach * 0.55
        pen.polygon([at, left, tip, right], fill=mixed(green, (0, 0, 0), dice.uniform(0, 0.3)))
        pen.line((at, tip), fill=mixed(green, (255, 255, 210), 0.25), width=2)
        cut.polygon([at, left, tip, right], fill=255)


def books(dice: random.Random, light: Light = PAPER) -> Picture:
    image = Image.new("RGB", (WIDTH, HEIGHT), (22, 15, 11))
    for shelf in (370, 760):
        x = 20.0
        while x < WIDTH - 40:
            width, tall = round(dice.uniform(26, 66)), round(dice.uniform(210, 320))
            colour = dice.choice(
                (
                    (122, 46, 36),
                    (44, 60, 92),
                    (62, 98, 84),
                    (172, 126, 58),
                    (88, 62, 86),
                    (58, 80, 58),
                    (150, 112, 80),
                    (206, 190, 160),
                )
            )
            size = width, tall
            rounding = (
                Image.linear_gradient("L")
                .rotate(90)
                .resize(size)
                .point([round(255 * (0.35 + 0.7 * math.sin(math.pi * (v + 14) / 284))) for v in range(256)])
            )
            cloth = (
                cloudy(dice, 8, 40, 3, (width * 2, tall))
                .resize(size)
                .point([round(150 + v * 0.42) for v in range(256)])
            )
            spine = ImageChops.multiply(
                ImageChops.multiply(Image.new("RGB", size, colour), Image.merge("RGB", [rounding] * 3)),
                Image.merge("RGB", [cloth] * 3),
            )
            pen, gold = ImageDraw.Draw(spine), mixed(colour, (226, 186, 104), 0.66)
            for y in (0.08, 0.11, 0.86):
                pen.line((4, tall * y, width - 4, tall * y), fill=gold, width=2)
            for n in range(dice.randint(3, 7)):
                pen.line(
                    (width * 0.4, tall * 0.24 + n * 16, width * 0.62, tall * 0.24 + n * 16),
                    fill=gold,
                    width=dice.choice((4, 7, 9)),
                )
            if dice.random() < 0.1:
                lean = spine.convert("RGBA").rotate(-7, expand=True, resample=Image.Resampling.BICUBIC)
                image.paste(lean, (round(x), shelf - lean.height + 3), lean)
                x += lean.width - 6
            else:
                image.paste(spine, (round(x), shelf - tall))
                x += width + 1
        board = wood(dice, (92, 60, 40), HEIGHT - 28)
        image.paste(board, (0, shelf))
    image = ImageChops.multiply(image, Image.merge("RGB", [glow((420, 260), 1150, power=0.75)] * 3))
    image = lit(image, (120, 84, 44), glow((300, 120), 780).point([round(v * 0.7) for v in range(256)]))
    side = (
        Image.linear_gradient("L")
        .rotate(90)
        .resize((WIDTH, HEIGHT))
        .point([max(0, (v - 130) * 2) for v in range(256)])
    )
    return covered(image, soft(image, 5), side)


def cat(dice: random.Random, light: Light = DUSK) -> Picture:
    """Against the evening, on a window sill."""
    image = bokeh(
        dice,
        soft(sky(dice, light, (760.0, 470.0)), 12),
        ((255, 190, 110), (255, 150, 100), (255, 226, 170)),
        26,
        (0, 420, WIDTH, 660),
        (22, 62),
    )
    large = Image.new("L", (WIDTH * 2, HEIGHT * 2), 0)
    pen = ImageDraw.Draw(large)
    pen.ellipse((880, 620, 1210, 1300), fill=255)
    pen.ellipse((820, 900, 1300, 1470), fill=255)
    pen.ellipse((884, 450, 1196, 728), fill=255)
    pen.rounded_rectangle((920, 1250, 1020, 1446), 46, fill=255)
    pen.rounded_rectangle((1050, 1250, 1150, 1446), 46, fill=255)
    for side in (-1, 1):
        pen.polygon([(1040 + side * 156, 560), (1040 + side * 140, 360), (1040 + side * 30, 458)], fill=255)
    pen.arc((1090, 1130, 1760, 1452), 10, 150, fill=255, width=54)
    pen.ellipse((1690, 1300, 1746, 1370), fill=255)
    mask = large.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    fur = ImageChops.add(mask, ImageChops.multiply(soft(mask, 3), levels(noise(dice, 420, 280), 130, 190)))
    coat = dice.choice(((26, 22, 22), (74, 48, 32), (52, 50, 52)))
    body = ImageChops.multiply(
        Image.new("RGB", image.size, coat),
        Image.merge("RGB", [noise(dice, 300, 90).point([round(170 + v * 0.3) for v in range(256)])] * 3),
    )
    image = covered(image, (14, 10, 12), soft(below([(0, 716), (WIDTH, 716)]), 1))
    rim = ImageChops.subtract(mask, ImageChops.offset(soft(mask, 5), -7, 5))
    image = covered(image, body, soft(fur, 0.8))
    image = lit(image, light.sun, soft(rim, 2).point([round(v * 0.85) for v in range(256)]))
    for side in (-1, 1):
        eye, shape = ball(34, (214, 190, 76), 0.5)
        ImageDraw.Draw(eye).ellipse((13, 3, 21, 31), fill=(10, 8, 6))
        image.paste(eye, (503 + side * 36, 272), shape)
    return image
