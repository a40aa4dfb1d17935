import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from martlet.media import avatars
from martlet.media.avatars import Shape, fitted
from martlet.media.errors import MediaNotRecognised
from martlet.media.store import LocalStore
from martlet.media.workshop import Workshop

Draw = Callable[..., bytes]


def opened(path: Path) -> Image.Image:
    return Image.open(io.BytesIO(path.read_bytes()))


@pytest.mark.parametrize(("shape", "size"), [(Shape.AVATAR, (400, 400)), (Shape.HEADER, (1500, 500))])
@pytest.mark.parametrize("given", [(1000, 300), (300, 1000), (50, 50), (1, 900), (4000, 3000)])
def test_any_picture_fits(
    workshop: Workshop, drawn: Draw, shape: Shape, size: tuple[int, int], given: tuple[int, int]
) -> None:
    with fitted(drawn("JPEG", size=given), shape, workshop) as picture:
        assert opened(picture.original.path).size == size
        assert picture.still == picture.original
        assert picture.original.content_type == "image/jpeg"


def test_what_lies_around_the_middle_is_kept(workshop: Workshop) -> None:
    wide = Image.new("RGB", (900, 300), "red")
    wide.paste("blue", (300, 0, 600, 300))
    file = io.BytesIO()
    wide.save(file, "PNG")
    with fitted(file.getvalue(), Shape.AVATAR, workshop) as picture:
        made = opened(picture.original.path).convert("RGB")
        for at in ((3, 3), (396, 3), (200, 200), (396, 396)):
            assert made.getpixel(at) == pytest.approx((0, 0, 254), abs=5)


def test_a_face_stands_upright_and_says_nothing(workshop: Workshop, drawn: Draw) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    with fitted(drawn("JPEG", size=(800, 800), exif=exif), Shape.AVATAR, workshop) as picture:
        made = opened(picture.original.path)
        assert made.getpixel((100, 100)) == pytest.approx((0, 0, 254), abs=6)
        assert not made.getexif()


def test_what_shines_through_stays_png(workshop: Workshop) -> None:
    file = io.BytesIO()
    Image.new("RGBA", (500, 500), (255, 0, 0, 100)).save(file, "WEBP")
    with fitted(file.getvalue(), Shape.AVATAR, workshop) as picture:
        assert picture.original.content_type == "image/png"


@pytest.mark.parametrize(
    ("format", "content_type"), [("GIF", "image/gif"), ("WEBP", "image/webp"), ("PNG", "image/webp")]
)
def test_what_moves_has_a_version_that_holds_still(
    workshop: Workshop, store: LocalStore, format: str, content_type: str
) -> None:
    frames = [Image.new("RGB", (300, 200), colour) for colour in ("red", "lime", "blue")]
    file = io.BytesIO()
    frames[0].save(file, format, save_all=True, append_images=frames[1:], duration=100, loop=0)
    with fitted(file.getvalue(), Shape.AVATAR, workshop) as picture:
        moving, still = opened(picture.original.path), opened(picture.still.path)
        assert picture.original.content_type == content_type
        assert moving.size == still.size == (400, 400)
        assert getattr(moving, "n_frames", 1) == 3
        assert getattr(still, "n_frames", 1) == 1
        assert still.convert("RGB").getpixel((200, 200)) == pytest.approx((254, 0, 0), abs=5)
        kept = avatars.keep(picture, store)
    assert set(store.keys()) == {kept.original_key, kept.still_key}
    assert len(set(store.keys())) == 2


def test_what_holds_still_is_kept_once(workshop: Workshop, store: LocalStore, drawn: Draw) -> None:
    with fitted(drawn("JPEG"), Shape.AVATAR, workshop) as picture:
        kept = avatars.keep(picture, store)
    assert kept.original_key == kept.still_key
    assert list(store.keys()) == [kept.original_key]


@pytest.mark.parametrize(
    ("given", "size"), [((300, 100), (128, 43)), ((64, 64), (64, 64)), ((100, 1000), (13, 128))]
)
def test_an_emoji_is_seen_whole(
    workshop: Workshop, drawn: Draw, given: tuple[int, int], size: tuple[int, int]
) -> None:
    with fitted(drawn("PNG", size=given), Shape.EMOJI, workshop) as picture:
        assert opened(picture.original.path).size == size


def test_a_sound_is_no_face(workshop: Workshop) -> None:
    with (
        pytest.raises((MediaNotRecognised, Exception), match=r"not a picture|ffmpeg"),
        fitted(b"fLaC" + bytes(100), Shape.AVATAR, workshop),
    ):
        pass
