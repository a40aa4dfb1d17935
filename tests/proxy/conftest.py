"""Somebody elsewhere with a face and pictures, and whoever looks at them from here."""

import io
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from martlet import app
from martlet.media.ffmpeg import find_ffmpeg
from martlet.services.ports import Ground
from martlet.settings import Settings
from tests import client
from tests.client import Api
from tests.elsewhere import Elsewhere, Person

FILES = "https://files.peer.example"
Film = Callable[..., bytes]


def picture(format: str = "JPEG", size: tuple[int, int] = (800, 600), colour: str = "teal") -> bytes:
    held = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Camera of a stranger"
    Image.new("RGB", size, colour).save(held, format, exif=exif)
    return held.getvalue()


@pytest.fixture
def there() -> Elsewhere:
    return Elsewhere()


@pytest.fixture
def api(ground: Ground, settings: Settings, there: Elsewhere) -> Iterator[Api]:
    client = Api(app.build_on(ground, settings, there))
    yield client
    client.close()


@pytest.fixture
def ada(api: Api) -> client.Person:
    return api.person("ada")


@pytest.fixture
def eve(there: Elsewhere) -> Person:
    there.files[f"{FILES}/eve.png"] = picture("PNG", (500, 500))
    there.files[f"{FILES}/sea.jpg"] = picture()
    return there.person("eve", icon={"type": "Image", "url": f"{FILES}/eve.png"})


@pytest.fixture
def film(tmp_path: Path) -> Film:
    """`film("a.mp4", "-i", "testsrc2", …)`, each `-i` an ffmpeg test source."""
    found = find_ffmpeg()
    if found is None:
        pytest.skip("ffmpeg is not installed: apt-get install -y --no-install-recommends ffmpeg")
    ffmpeg = found.ffmpeg

    def make(name: str, *arguments: str) -> bytes:
        path = tmp_path / name
        words = [word for a in arguments for word in (("-f", "lavfi", "-i") if a == "-i" else (a,))]
        subprocess.run(
            [ffmpeg, "-nostdin", "-loglevel", "error", "-y", *words, path], check=True, capture_output=True
        )
        return path.read_bytes()

    return make
