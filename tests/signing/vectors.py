"""Reading the published examples in `vectors/` (see its README)."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "vectors"


def read(path: str) -> Any:
    return json.loads((FOLDER / path).read_text(encoding="utf-8"))


def scenarios(feature: str) -> list[Any]:
    """The JSON objects of a `.feature` file, in their order."""
    text = (FOLDER / "fep" / feature).read_text(encoding="utf-8")
    return [json.loads(block) for block in text.split('"""')[1::2]]
