"""
Pictures of an invented town that look as if somebody had taken them. Nothing here was photographed, and nobody is in it.

What makes a drawing look like a photograph is what a lens and the air do: haze over what is far, sharpness in one plane
only, light that runs over, a little grain, darker corners (`lens.py`).
"""

import io
import random
from collections.abc import Callable
from functools import lru_cache

from PIL import Image

from martlet.demo import indoors, outdoors
from martlet.demo.lens import LIGHTS, Picture, developed

SIZE = 960, 640
"""Smaller than they are drawn, so that edges are smooth."""

SCENES: dict[str, Callable[..., Picture]] = {
    "roofs": outdoors.roofs, "mountains": outdoors.mountains, "bridge": outdoors.bridge, "snow": outdoors.snow,
    "rain": indoors.rain, "tea": indoors.tea, "bread": indoors.bread, "lanterns": indoors.lanterns,
    "garden": indoors.garden, "books": indoors.books, "cat": indoors.cat,
}  # fmt: skip


@lru_cache(maxsize=64)
def taken(what: str) -> bytes:
    """`roofs`, `roofs night`, `roofs night 7`: what, in which light, and which of many such; a JPEG."""
    name, *more = what.split()
    light = next((LIGHTS[word] for word in more if word in LIGHTS), None)
    dice = random.Random(what)  # noqa: S311 - the same picture every time
    scene = SCENES[name]
    return _file(developed(scene(dice, light) if light else scene(dice), dice).resize(SIZE))


def square(what: str) -> bytes:
    """The middle of a picture, for somebody who shows that and not a face."""
    with Image.open(io.BytesIO(taken(what))) as image:
        left = (SIZE[0] - SIZE[1]) // 2
        return _file(image.resize((400, 400), box=(left, 0, left + SIZE[1], SIZE[1])))


def _file(image: Picture) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=86)
    return file.getvalue()
