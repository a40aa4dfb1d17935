import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageSequence, PngImagePlugin

from martlet.media import pictures, pipeline
from martlet.media.errors import MediaDamaged, MediaNotRecognised, MediaNotSupported, MediaTooLarge
from martlet.media.kinds import MediaKind
from martlet.media.limits import Limits
from martlet.media.pipeline import processed
from martlet.media.store import LocalStore
from martlet.media.workshop import Workshop

Draw = Callable[..., bytes]
BASE83 = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~")


def shown(upload: bytes, workshop: Workshop) -> tuple[Image.Image, Image.Image]:
    """Original and preview, loaded."""
    with processed(upload, workshop) as media:
        assert media.kind is MediaKind.IMAGE
        assert media.preview is not None
        original, preview = (
            Image.open(io.BytesIO(f.path.read_bytes())) for f in (media.original, media.preview)
        )
        assert Image.MIME[original.format or ""] == media.original.content_type
        assert media.original.size == media.original.path.stat().st_size
        for name, picture in (("original", original), ("small", preview)):
            width, height = picture.size
            assert media.meta[name] == {
                "width": width,
                "height": height,
                "size": f"{width}x{height}",
                "aspect": width / height,
            }
        assert media.blurhash is not None
        assert set(media.blurhash) <= BASE83
        assert len(media.blurhash) == 6 + 2 * (4 * 3 - 1)
        for picture in (original, preview):
            picture.load()
    return original, preview


def corners_of(picture: Image.Image) -> list[str]:
    """The colour of each quarter, read line by line."""
    names = {(1, 0, 0): "red", (0, 1, 0): "lime", (0, 0, 1): "blue", (1, 1, 1): "white"}
    width, height = picture.size
    quarters = [(width // 4, height // 4), (3 * width // 4, height // 4)]
    quarters += [(x, 3 * height // 4) for x, _ in quarters]
    rgb = picture.convert("RGB")
    found = [rgb.getpixel(at) for at in quarters]
    return [names[(r > 127, g > 127, b > 127)] for r, g, b in found]  # type: ignore[misc] # RGB: three ints


@pytest.mark.parametrize(
    ("format", "becomes"),
    [("JPEG", "JPEG"), ("PNG", "PNG"), ("GIF", "PNG"), ("WEBP", "WEBP"), ("AVIF", "JPEG"), ("HEIF", "JPEG")],
)
def test_what_phones_send_comes_out_as_what_every_app_can_show(
    workshop: Workshop, drawn: Draw, format: str, becomes: str
) -> None:
    original, preview = shown(drawn(format, size=(200, 100)), workshop)
    assert original.format == becomes
    assert original.size == preview.size == (200, 100)
    assert preview.format == "JPEG"
    assert corners_of(original) == corners_of(preview) == ["red", "lime", "blue", "white"]


@pytest.mark.parametrize("format", ["PNG", "WEBP", "AVIF", "HEIF", "GIF"])
def test_what_shines_through_goes_on_shining(workshop: Workshop, format: str) -> None:
    picture = Image.new("RGBA", (80, 80), (255, 0, 0, 255))
    picture.paste((0, 0, 0, 0), (0, 0, 40, 80))
    file = io.BytesIO()
    picture.save(file, format)
    for made in shown(file.getvalue(), workshop):
        alpha = made.convert("RGBA").getchannel("A")
        assert alpha.getpixel((5, 40)) == 0
        assert alpha.getpixel((75, 40)) == 255


UPRIGHT = {
    1: ["red", "lime", "blue", "white"],
    2: ["lime", "red", "white", "blue"],
    3: ["white", "blue", "lime", "red"],
    4: ["blue", "white", "red", "lime"],
    5: ["red", "blue", "lime", "white"],
    6: ["blue", "red", "white", "lime"],
    7: ["white", "lime", "blue", "red"],
    8: ["lime", "white", "red", "blue"],
}


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_it_stands_upright(workshop: Workshop, drawn: Draw, format: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    original, preview = shown(drawn(format, size=(120, 80), exif=exif.tobytes()), workshop)
    assert original.size == preview.size == ((120, 80) if orientation < 5 else (80, 120))
    assert corners_of(original) == corners_of(preview) == UPRIGHT[orientation]
    assert not original.getexif()


def test_large_pictures_are_made_smaller_in_their_own_shape(workshop: Workshop, drawn: Draw) -> None:
    original, preview = shown(drawn("JPEG", size=(4800, 3600)), workshop)
    assert original.width * original.height <= 3840 * 2160
    assert original.width / original.height == pytest.approx(4 / 3, abs=0.001)
    assert original.width > 3300
    assert 220_000 < preview.width * preview.height <= 640 * 360
    assert corners_of(original) == ["red", "lime", "blue", "white"]


def test_a_long_screenshot_stays_readable(workshop: Workshop, drawn: Draw) -> None:
    original, _ = shown(drawn("PNG", size=(1080, 9000)), workshop)
    assert original.height == 8192
    assert original.width == 983


@given(
    size=st.tuples(st.integers(1, 70_000), st.integers(1, 70_000)),
    pixels=st.integers(100, 10**7),
    side=st.integers(10, 9000),
)
def test_a_size_within_bounds_is_within_them(size: tuple[int, int], pixels: int, side: int) -> None:
    width, height = pictures._within(size, pixels, side)
    assert 1 <= width <= min(size[0], side)
    assert 1 <= height <= min(size[1], side)
    assert width * height <= max(pixels, side)  # a line of one pixel is as long as a side may be
    if size[0] * size[1] <= pixels and max(size) <= side:
        assert (width, height) == size


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "RGBA"])
def test_a_png_of_any_depth(workshop: Workshop, drawn: Draw, mode: str) -> None:
    if mode == "I;16":
        file = io.BytesIO()
        picture = Image.new("I;16", (60, 40), 0x8000)
        picture.paste(0xFFFF, (0, 0, 30, 40))
        picture.save(file, "PNG")
        original, _ = shown(file.getvalue(), workshop)
        grey = original.convert("L")
        assert (grey.getpixel((5, 5)), grey.getpixel((55, 5))) == (255, 128)
    else:
        original, _ = shown(drawn("PNG", mode=mode), workshop)
    assert original.format == "PNG"
    assert original.size == (60, 40)
    assert original.mode in {"P", "L", "RGB"} if mode == "P" else original.mode in {"1", "L", "LA", "RGB"}


def test_a_jpeg_for_print_comes_out_in_colours_of_the_screen(workshop: Workshop, drawn: Draw) -> None:
    original, _ = shown(drawn("JPEG", mode="CMYK", quality=95), workshop)
    assert original.mode == "RGB"
    assert corners_of(original) == ["red", "lime", "blue", "white"]


def red_for_blue() -> bytes:
    """A colour profile in which what is called red is blue, and the reverse."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile.replace("sRGB".encode("utf-16-be"), "Turn".encode("utf-16-be"))
    return profile.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")


def test_colours_of_another_space_become_those_of_the_screen(workshop: Workshop) -> None:
    file = io.BytesIO()
    Image.new("RGB", (50, 50), (250, 50, 20)).save(file, "PNG", icc_profile=red_for_blue())
    original, _ = shown(file.getvalue(), workshop)
    assert "icc_profile" not in original.info
    assert original.getpixel((25, 25)) == pytest.approx((20, 50, 250), abs=3)


def test_a_broken_colour_profile_costs_nothing_else(workshop: Workshop, drawn: Draw) -> None:
    for format in ("JPEG", "PNG", "WEBP"):
        original, _ = shown(drawn(format, icc_profile=b"rubbish" * 30), workshop)
        assert corners_of(original) == ["red", "lime", "blue", "white"]


def test_a_heavy_png_goes_out_as_jpeg(workshop: Workshop) -> None:
    noise = Image.effect_noise((1600, 1200), 90)
    file = io.BytesIO()
    Image.merge("RGB", (noise, noise.rotate(90, expand=False), noise.rotate(180))).save(file, "PNG")
    assert file.tell() > Limits().png_bytes
    original, _ = shown(file.getvalue(), workshop)
    assert original.format == "JPEG"


def test_palette_and_transparency_of_a_small_png_stay(workshop: Workshop) -> None:
    picture = Image.new("P", (64, 64), 1)
    picture.putpalette([255, 0, 255, 0, 128, 0])
    picture.paste(0, (0, 0, 32, 64))
    file = io.BytesIO()
    picture.save(file, "PNG", transparency=0)
    original, preview = shown(file.getvalue(), workshop)
    assert original.mode == "P"
    assert original.convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index] # RGBA: four ints
    assert preview.format == "WEBP"


def moving(format: str, size: tuple[int, int] = (40, 30), frames: int = 5, **options: object) -> bytes:
    """Each frame of another colour, 70, 80, 90 … milliseconds."""
    pictures = [Image.new("RGB", size, (40 * (n % 6), 255 - 40 * (n % 6), 77)) for n in range(frames)]
    file = io.BytesIO()
    durations = [70 + 10 * n for n in range(frames)]
    pictures[0].save(file, format, save_all=True, append_images=pictures[1:], duration=durations, **options)
    return file.getvalue()


@pytest.mark.parametrize(("format", "becomes"), [("GIF", "GIF"), ("WEBP", "WEBP"), ("PNG", "WEBP")])
def test_what_moves_goes_on_moving(plain_workshop: Workshop, format: str, becomes: str) -> None:
    with (
        processed(moving(format, loop=0), plain_workshop) as media,
        Image.open(media.original.path) as picture,
    ):
        assert picture.format == becomes
        assert media.kind is MediaKind.IMAGE
        seen = [
            (frame.convert("RGB").getpixel((20, 15)), frame.info["duration"])
            for frame in ImageSequence.Iterator(picture)
        ]
        assert picture.info["loop"] == 0
    assert [duration for _, duration in seen] == [70, 80, 90, 100, 110]
    for n, (colour, _) in enumerate(seen):
        assert colour == pytest.approx((40 * n, 255 - 40 * n, 77), abs=12)


def test_a_gif_that_plays_once_plays_once(plain_workshop: Workshop) -> None:
    with processed(moving("GIF"), plain_workshop) as media, Image.open(media.original.path) as picture:
        assert "loop" not in picture.info


def test_a_long_animation_is_made_smaller(plain_workshop: Workshop) -> None:
    tight = Workshop(
        plain_workshop.workers.scratch, replace(Limits(), kept_animation_pixels=6_000), ffmpeg=None
    )
    with tight, processed(moving("GIF"), tight) as media:
        assert media.meta["original"]["size"] == "40x30"
        assert media.meta["original"]["width"] * media.meta["original"]["height"] * 5 <= 6_000
    tighter = Workshop(
        plain_workshop.workers.scratch, replace(Limits(), kept_animation_pixels=1_500), ffmpeg=None
    )
    with tighter, processed(moving("GIF"), tighter) as media:
        assert media.meta["original"]["size"] == "20x15"


def test_half_a_picture_is_refused(workshop: Workshop, drawn: Draw) -> None:
    whole = drawn("JPEG", size=(600, 400))
    with pytest.raises(MediaDamaged), processed(whole[: len(whole) // 2], workshop):
        pass


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF"])
def test_rubbish_after_a_good_beginning_is_refused(workshop: Workshop, drawn: Draw, format: str) -> None:
    beginning = drawn(format)[:40]
    with pytest.raises(MediaDamaged), processed(beginning + b"\x7f" * 500, workshop):
        pass


def test_too_many_bytes_are_refused_with_both_numbers(workshop: Workshop, drawn: Draw) -> None:
    upload = drawn("PNG") + bytes(17 << 20)
    with pytest.raises(MediaTooLarge, match=r"17\.0 MB; 16\.0 MB are allowed"), processed(upload, workshop):
        pass


def test_nothing_is_left_behind(workshop: Workshop, drawn: Draw, tmp_path: Path) -> None:
    upload = tmp_path / "upload"
    upload.write_bytes(drawn("JPEG"))
    with processed(upload, workshop) as media:
        folder = media.original.path.parent
        assert folder.is_dir()
    assert not folder.exists()
    assert upload.read_bytes() == drawn("JPEG")
    with pytest.raises(MediaNotRecognised), processed(b"x", workshop):
        pass
    with pytest.raises(MediaDamaged), processed(b"GIF89a", workshop):
        pass
    assert list(workshop.workers.scratch.iterdir()) == []


def test_both_files_are_kept_or_none(workshop: Workshop, drawn: Draw, store: LocalStore) -> None:
    with processed(drawn("JPEG"), workshop) as media:
        kept = pipeline.keep(media, store)
        assert media.preview is not None
        assert store.read(kept.original_key) == media.original.path.read_bytes()
        assert kept.preview_key is not None
        assert store.read(kept.preview_key) == media.preview.path.read_bytes()
        assert (kept.original_size, kept.preview_size) == (media.original.size, media.preview.size)

        media.preview.path.unlink()
        before = set(store.keys())
        with pytest.raises(Exception, match="Nothing was saved"):
            pipeline.keep(media, store)
        assert set(store.keys()) == before


def test_without_the_extra_heic_is_refused_in_words(
    workshop: Workshop, drawn: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("martlet.media.workshop.find_spec", lambda _: None)
    with pytest.raises(MediaNotSupported, match="HEIC"), processed(drawn("HEIF"), workshop):
        pass
    assert "image/heic" not in workshop.content_types()


def test_a_server_says_what_it_can_read(workshop: Workshop, plain_workshop: Workshop) -> None:
    assert {"image/jpeg", "image/heic", "image/avif"} <= set(plain_workshop.content_types())
    assert "video/mp4" not in plain_workshop.content_types()
    if workshop.ffmpeg is not None:
        assert "video/mp4" in workshop.content_types()


def test_text_hidden_in_a_png_goes(workshop: Workshop, drawn: Draw) -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "hidden words")
    texts.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>hidden words</x:xmpmeta>", zip=True)
    original, _ = shown(drawn("PNG", pnginfo=texts, dpi=(300, 300)), workshop)
    assert original.info == {}
