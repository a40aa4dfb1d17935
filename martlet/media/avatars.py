"""Faces, headers and emoji: pictures made to fit a shape, each with a version that holds still."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from martlet.media.errors import MediaNotRecognised
from martlet.media.kinds import Family
from martlet.media.pipeline import MediaFile
from martlet.media.store import MediaStore, new_key
from martlet.media.tasks import Drawn, Fit, Sketch
from martlet.media.workshop import Workshop


class Shape(Enum):
    """Width and height in pixels, and whether the whole picture is to be seen, or what lies around its middle."""

    AVATAR = (400, 400, False)
    HEADER = (1500, 500, False)
    EMOJI = (128, 128, True)
    CARD = (1200, 630, False)
    """What links to this server are shown with."""
    SMALL_CARD = (600, 315, False)


@dataclass(frozen=True, slots=True)
class FittedPicture:
    """Its files are there until the `with` ends. `still` is `original` itself where nothing moves."""

    original: MediaFile
    still: MediaFile


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """Both keys are the same where nothing moves: delete each once."""

    original_key: str
    still_key: str


@contextmanager
def fitted(upload: Path | bytes, shape: Shape, workshop: Workshop) -> Iterator[FittedPicture]:
    """Raises what `pipeline.processed` raises; a film is no face."""
    format = workshop.recognise(upload)
    if format.family is not Family.PICTURE:
        raise MediaNotRecognised
    width, height, is_whole = shape.value
    with workshop.job(upload) as source:
        folder = source.parent
        made = workshop.workers.ask(
            Fit(str(source), str(folder), format.reader, workshop.limits, width, height, is_whole=is_whole)
        )
        still = _file(folder, made.still)
        yield FittedPicture(still if made.original == made.still else _file(folder, made.original), still)


def keep(picture: FittedPicture, store: MediaStore) -> KeptPicture:
    """Put both in the store, or neither. Raises a kind of `Unavailable`."""
    key = new_key(picture.original.content_type)
    store.put(key, picture.original.path)
    if picture.still == picture.original:
        return KeptPicture(key, key)
    still_key = new_key(picture.still.content_type)
    try:
        store.put(still_key, picture.still.path)
    except BaseException:
        store.delete(key)
        raise
    return KeptPicture(key, still_key)


def blurhash_of(picture: Path, workshop: Workshop) -> str:
    """Raises what `fitted` raises."""
    format = workshop.recognise(picture)
    with workshop.job(picture) as source:
        task = Sketch(str(source), str(source.parent), format.reader, workshop.limits)
        return workshop.workers.ask(task).blurhash


def _file(folder: Path, drawn: Drawn) -> MediaFile:
    path = folder / drawn.name
    return MediaFile(path, drawn.content_type, path.stat().st_size)
