"""
What a worker can be asked, and what it answers: plain records that cross a pipe as JSON.

Paths are absolute; the worker writes only in `folder`. A task may take so many `seconds`
of processor time, and an answer is waited for so long as its `patience` is.
"""

from dataclasses import dataclass
from typing import TypeAlias

from martlet.media.limits import Limits
from martlet.text.previews.said import Page, Said


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

    @property
    def seconds(self) -> int:
        return self.limits.picture_seconds

    @property
    def patience(self) -> int:
        return self.limits.picture_seconds


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

    @property
    def seconds(self) -> int:
        return self.limits.picture_seconds

    @property
    def patience(self) -> int:
        return self.limits.picture_seconds


@dataclass(frozen=True, slots=True)
class Sketch:
    """Make a preview of the picture at `source`: its first frame, small."""

    source: str
    folder: str
    reader: str
    limits: Limits

    @property
    def seconds(self) -> int:
        return self.limits.picture_seconds

    @property
    def patience(self) -> int:
        return self.limits.picture_seconds


@dataclass(frozen=True, slots=True)
class ReadPage:
    """Read what the web page in the file `source` says of itself. It was found at `url`."""

    source: str
    url: str
    content_type: str
    seconds: int
    patience: int


@dataclass(frozen=True, slots=True)
class ReadOembed:
    """Read what a site tells of one of its pages, at `url`."""

    source: str
    url: str
    seconds: int
    patience: int


Task: TypeAlias = Develop | Fit | Sketch | ReadPage | ReadOembed


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


@dataclass(frozen=True, slots=True)
class Sketched:
    preview: Drawn
    blurhash: str


Answer: TypeAlias = Developed | Fitted | Sketched | Page | Said
