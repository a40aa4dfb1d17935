"""
What a worker can be asked, and what it answers: plain records that cross a pipe as JSON.

Paths are absolute; the worker writes only in `folder`.
"""

from dataclasses import dataclass
from typing import TypeAlias

from martlet.media.limits import Limits


@dataclass(frozen=True, slots=True)
class Develop:
    """
    Make the picture at `source` ready to be shown.

    Where `films_gifs`, ffmpeg will make a film of an animated GIF, so only its preview is made.
    """

    source: str
    folder: str
    reader: str
    limits: Limits
    films_gifs: bool = False


@dataclass(frozen=True, slots=True)
class Fit:
    """
    Make the picture at `source` exactly `width` × `height`, cut to that shape around its middle.

    Where `is_whole`, nothing is cut: it is made to fit within them instead.
    """

    source: str
    folder: str
    reader: str
    limits: Limits
    width: int
    height: int
    is_whole: bool = False


Task: TypeAlias = Develop | Fit


@dataclass(frozen=True, slots=True)
class Drawn:
    """One picture that the worker wrote, `name` being its name in the task's folder."""

    name: str
    content_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Developed:
    """`original` is None for a GIF that is to be made a film of."""

    original: Drawn | None
    preview: Drawn
    blurhash: str
    width: int
    height: int
    frames: int


@dataclass(frozen=True, slots=True)
class Fitted:
    """`still` is the first frame, and the same file as `original` where nothing moves."""

    original: Drawn
    still: Drawn


Answer: TypeAlias = Developed | Fitted
