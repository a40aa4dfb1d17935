import io
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

from martlet.media.ffmpeg import find_ffmpeg
from martlet.media.store import LocalStore
from martlet.media.workshop import Workshop

pillow_heif.register_heif_opener()

Film = Callable[..., Path]


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with Workshop.with_system_ffmpeg(tmp_path_factory.mktemp("workshop")) as workshop:
        yield workshop


@pytest.fixture(scope="session")
def plain_workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """On a server without ffmpeg."""
    with Workshop(tmp_path_factory.mktemp("plain"), ffmpeg=None) as workshop:
        yield workshop


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "media", "https://media.example/")


@pytest.fixture
def film(tmp_path: Path) -> Film:
    """Make a recording: `film("a.mp4", "-i", "testsrc2", …)`, each `-i` an ffmpeg test source."""
    if find_ffmpeg() is None or (ffmpeg := shutil.which("ffmpeg")) is None:
        pytest.skip("ffmpeg is not installed: apt-get install -y --no-install-recommends ffmpeg")

    def make(name: str, *arguments: str | Path) -> Path:
        path = tmp_path / name
        words = [word for a in arguments for word in (("-f", "lavfi", "-i") if a == "-i" else (str(a),))]
        subprocess.run(
            [ffmpeg, "-nostdin", "-loglevel", "error", "-y", *words, path], check=True, capture_output=True
        )
        return path

    return make


@pytest.fixture
def drawn() -> Callable[..., bytes]:
    """A picture with something in each corner, as a file: `drawn("PNG", size=(60, 40))`."""

    def draw(format: str, size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: object) -> bytes:
        picture = corners(*size).convert(mode)
        file = io.BytesIO()
        picture.save(file, format, **options)
        return file.getvalue()

    return draw


def corners(width: int, height: int) -> Image.Image:
    """Red, green / blue, white."""
    picture = Image.new("RGB", (width, height), "white")
    picture.paste("red", (0, 0, width // 2, height // 2))
    picture.paste("lime", (width // 2, 0, width, height // 2))
    picture.paste("blue", (0, height // 2, width // 2, height))
    return picture
