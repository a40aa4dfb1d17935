"""What the invented people write. The same seed gives the same posts, on every server that is measured."""

import random

_TEXT = (
    "river stone amber lantern quiet harbour window garden copper violet thunder meadow paper signal orbit "
    "winter candle mirror forest engine silver bridge morning velvet anchor compass feather island marble "
    "pepper ribbon saddle timber umbrella valley whisper yellow zephyr the and of with under over between"
)
WORDS = _TEXT.split()
NOUNS = WORDS[:38]
TAGS = (
    "bench",
    "fediverse",
    "python",
    "birds",
    "caturday",
    "music",
    "travel",
    "coffee",
    "books",
    "photography",
)


def sentence(rng: random.Random, low: int = 80, high: int = 420) -> str:
    """`low` to `high` characters, and the rest of the last word."""
    wanted = rng.randint(low, high)
    chosen: list[str] = []
    size = 0
    while size < wanted:
        chosen.append(rng.choice(WORDS))
        size += len(chosen[-1]) + 1
    return " ".join(chosen).capitalize() + "."
