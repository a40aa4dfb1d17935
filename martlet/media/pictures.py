"""
A stranger's picture in, our own out. Runs in a worker only (`worker`): it imports the decoders.

Everything is decoded and encoded anew, and nothing but pixels goes across: no place, no camera, no
comment, no thumbnail, nothing hidden behind the end. Colours become sRGB and the picture stands
upright, so nothing that was thrown away is missed.
"""

import contextlib
import io
import warnings
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from typing import Any, Final

import blurhash
from PIL import AvifImagePlugin, Image, ImageCms, ImageFile, ImageSequence

from martlet.media.errors import MediaDamaged, MediaNotSupported, MediaTooLarge
from martlet.media.tasks import Develop, Developed, Drawn, Fit, Fitted, Sketch, Sketched

Size = tuple[int, int]

_MOVING: Final = frozenset({"GIF", "WEBP", "PNG", "AVIF"})
_ORIENTATION = 0x0112  # EXIF's tag
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_TYPES = {
    "JPEG": ("jpg", "image/jpeg"),
    "PNG": ("png", "image/png"),
    "GIF": ("gif", "image/gif"),
    "WEBP": ("webp", "image/webp"),
}
_SHORTEST_FRAME = 20  # milliseconds; browsers show shorter ones slower anyway


def prepare() -> None:
    """Load every decoder there may be need of, before the door is shut."""
    Image.init()
    Image.MAX_IMAGE_PIXELS = None  # ours is asked first, and knows of frames
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    # Without the extra, HEIC is refused in words.
    with contextlib.suppress(ImportError):
        import pillow_heif  # noqa: PLC0415 (an extra)

        pillow_heif.register_heif_opener(
            thumbnails=False, depth_images=False, aux_images=False, decode_threads=2
        )


def develop(task: Develop) -> Developed:
    """
    The picture as it will be shown, its preview and its BlurHash.

    Raises `MediaTooLarge` before anything is decoded, `MediaDamaged`, and
    `MediaNotSupported` for HEIC without the extra.
    """
    limits = task.limits
    folder = Path(task.folder)
    with _opened(task) as picture:
        frames = _frames(picture, task)
        if frames > 1 and task.reader == "GIF" and task.films_gifs:
            first = _flat(
                _upright(picture, _within(picture.size, limits.picture_pixels, limits.picture_side))
            )
            return Developed(
                None, _preview(first, folder, limits.preview_pixels), _blurhash(first), *first.size, frames
            )
        if frames > 1:
            size = _within(
                picture.size,
                min(limits.picture_pixels, limits.kept_animation_pixels // frames),
                limits.picture_side,
            )
            first = _upright(picture, size)
            moving = (_normal(frame).resize(size) for frame in ImageSequence.Iterator(picture))
            original = _save_moving(moving, picture, folder / "original", task.reader)
        else:
            size = _within(picture.size, limits.picture_pixels, limits.picture_side)
            is_kept_png = task.reader == "PNG" and Path(task.source).stat().st_size <= limits.png_bytes
            first = _upright(picture, size)
            original = _save(
                first, folder / "original", _format_for(first, task.reader, is_kept_png=is_kept_png)
            )
    preview = _preview(first, folder, limits.preview_pixels)
    return Developed(original, preview, _blurhash(first), original.width, original.height, frames)


def fit(task: Fit) -> Fitted:
    """A face, a header or an emoji. Raises what `develop` raises."""
    folder = Path(task.folder)
    with _opened(task) as picture:
        frames = _frames(picture, task)
        still = _save_still(_fitted(_upright(picture, picture.size), task), folder / "still")
        kept = task.limits.kept_animation_pixels // (still.width * still.height)
        if not 1 < frames <= kept:
            return Fitted(still, still)
        moving = (_fitted(_normal(frame), task) for frame in ImageSequence.Iterator(picture))
        return Fitted(_save_moving(moving, picture, folder / "original", task.reader), still)


def sketch(task: Sketch) -> Sketched:
    """The first frame, no larger than a preview is. Raises what `develop` raises."""
    limits = task.limits
    with _opened(task) as picture:
        first = _upright(picture, _within(picture.size, limits.preview_pixels, limits.picture_side))
    return Sketched(_preview(first, Path(task.folder), limits.preview_pixels), _blurhash(first))


# ── reading ──


@contextlib.contextmanager
def _opened(task: Develop | Fit | Sketch) -> Iterator[Image.Image]:
    """The header read and held against the limits; no pixel decoded yet."""
    if task.reader not in Image.OPEN:
        raise MediaNotSupported(f"This server cannot read {task.reader} pictures.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd EXIF and the like: we drop it anyway
        with Image.open(task.source, formats=[task.reader]) as picture:
            width, height = picture.size
            if width < 1 or height < 1:
                raise MediaDamaged
            if width * height > task.limits.decode_pixels:
                raise MediaTooLarge(
                    f"The picture has {width} × {height} pixels;"
                    f" {task.limits.decode_pixels / 1e6:.0f} million are allowed."
                )
            yield picture


def _frames(picture: Image.Image, task: Develop | Fit) -> int:
    if task.reader not in _MOVING:
        return 1
    frames: int = getattr(picture, "n_frames", 1)
    if frames > task.limits.animation_frames:
        raise MediaTooLarge(f"The animation has {frames} frames; {task.limits.animation_frames} are allowed.")
    if frames > 1 and frames * picture.width * picture.height > task.limits.animation_pixels:
        raise MediaTooLarge(
            f"The animation has {frames} frames of {picture.width} × {picture.height} pixels; together"
            f" {task.limits.animation_pixels / 1e6:.0f} million are allowed."
        )
    return frames


def _upright(picture: Image.Image, size: Size) -> Image.Image:
    """The picture (or its first frame) scaled to `size`, as it lies in the file, and then turned as it says."""
    picture.draft(None, size)
    picture.load()
    try:
        turn = _UPRIGHT.get(picture.getexif().get(_ORIENTATION, 1))
    except Exception:  # noqa: BLE001 (its EXIF is rubbish; the picture may be fine)
        turn = None
    profile = picture.info.get("icc_profile")
    if picture.mode == "P" and size == picture.size and turn is None and profile is None:
        return picture.copy()
    scaled = _resized(_normal(picture), size)
    turned = scaled if turn is None else scaled.transpose(turn)
    return _opaque(_in_srgb(turned, profile))


def _normal(picture: Image.Image) -> Image.Image:
    """In one of four modes: L, LA, RGB, RGBA; but CMYK and Lab wait for their colour profile."""
    match picture.mode:
        case "L" | "RGB" if "transparency" in picture.info:
            return picture.convert("RGBA")
        case "L" | "LA" | "RGB" | "RGBA" | "CMYK" | "LAB":
            return picture
        case "1":
            return picture.convert("L")
        case "P":
            return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
        case "I" | "I;16" | "I;16B" | "I;16L" | "I;16N":
            return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
        case mode:
            return picture.convert("RGBA" if mode in {"PA", "La", "RGBa"} else "RGB")


def _resized(picture: Image.Image, size: Size) -> Image.Image:
    if size == picture.size:
        return picture
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    if profile and picture.mode in {"RGB", "RGBA", "CMYK", "LAB"}:
        # A broken profile costs the colours' truth, not the picture.
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):
            theirs = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            if not ImageCms.getProfileDescription(theirs).startswith("sRGB"):
                converted = ImageCms.profileToProfile(
                    picture, theirs, ImageCms.createProfile("sRGB"), outputMode=mode
                )
                if converted is not None:
                    return converted
    return picture.convert(mode) if picture.mode in {"CMYK", "LAB"} else picture


def _opaque(picture: Image.Image) -> Image.Image:
    """Without the transparency it does not use: most screenshots."""
    if picture.mode not in {"LA", "RGBA"} or picture.getextrema()[-1] != (255, 255):
        return picture
    return picture.convert("RGB" if picture.mode == "RGBA" else "L")


def _flat(picture: Image.Image) -> Image.Image:
    """On white paper."""
    if picture.mode == "P":
        picture = _normal(picture)
    if picture.mode not in {"LA", "RGBA"}:
        return picture
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture.convert("RGBA"))
    return paper.convert("RGB")


def _within(size: Size, pixels: int, side: int) -> Size:
    """The size in its own shape that has no more than so many pixels, and no side longer than `side`."""
    width, height = size
    scale = min(1.0, (pixels / (width * height)) ** 0.5, side / width, side / height)
    if scale == 1.0:
        return size
    return max(1, int(width * scale)), max(1, int(height * scale))


def _fitted(picture: Image.Image, task: Fit) -> Image.Image:
    """Cut around the middle to the shape asked for, and scaled; or scaled down to fit within it."""
    if picture.mode == "P":
        picture = _normal(picture)
    if task.is_whole:
        scale = min(1.0, task.width / picture.width, task.height / picture.height)
        size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
        return _resized(picture, size)
    scale = min(picture.width / task.width, picture.height / task.height)
    width, height = task.width * scale, task.height * scale
    left, top = (picture.width - width) / 2, (picture.height - height) / 2
    return picture.resize(
        (task.width, task.height),
        Image.Resampling.LANCZOS,
        box=(max(left, 0), max(top, 0), min(left + width, picture.width), min(top + height, picture.height)),
        reducing_gap=2.0,
    )


# ── writing ──


def _format_for(picture: Image.Image, reader: str, *, is_kept_png: bool) -> str:
    """What every app can show: AVIF, HEIC and heavy PNG become JPEG, or WebP where something shines through."""
    if is_kept_png or reader == "GIF":
        return "PNG"
    if reader in {"JPEG", "WEBP"}:
        return reader
    return "WEBP" if picture.has_transparency_data else "JPEG"


def _save(picture: Image.Image, path: Path, format: str) -> Drawn:
    ending, content_type = _TYPES[format]
    if format != "PNG" and picture.mode not in {"RGB", "RGBA"} and (format, picture.mode) != ("JPEG", "L"):
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    transparency = picture.info.get("transparency")
    picture.info.clear()
    if picture.mode == "P" and transparency is not None:
        picture.info["transparency"] = transparency
    path = path.with_suffix(f".{ending}")
    match format:
        case "JPEG":
            _write(picture, path, format, quality=85, progressive=True, optimize=True)
        case "PNG":
            _write(picture, path, format, compress_level=6)
        case _:
            _write(picture, path, format, quality=82, method=2, exact=False)
    return Drawn(path.name, content_type, *picture.size)


def _save_still(picture: Image.Image, path: Path) -> Drawn:
    picture = _opaque(picture)
    return _save(picture, path, "PNG" if picture.has_transparency_data else "JPEG")


def _save_moving(frames: Iterator[Image.Image], source: Image.Image, path: Path, reader: str) -> Drawn:
    """GIF stays GIF; everything else that moves becomes WebP."""
    moving = []
    durations = []
    for frame in frames:
        frame.info.clear()
        moving.append(frame.convert("RGBA" if frame.has_transparency_data else "RGB"))
        shown = source.info.get("duration") or 100
        durations.append(min(max(int(shown), _SHORTEST_FRAME), 60_000))
    format = "GIF" if reader == "GIF" else "WEBP"
    ending, content_type = _TYPES[format]
    path = path.with_suffix(f".{ending}")
    first, *rest = moving
    timing = {"save_all": True, "append_images": rest, "duration": durations}
    if format == "GIF":
        loop = {"loop": source.info["loop"]} if "loop" in source.info else {}  # without, it plays once
        _write(first, path, format, disposal=2, **timing, **loop)
    else:
        _write(first, path, format, quality=75, method=1, loop=source.info.get("loop", 0), **timing)
    return Drawn(path.name, content_type, *first.size)


def _write(picture: Image.Image, path: Path, format: str, **options: Any) -> None:
    """By way of memory: written straight to a full disk, the encoder's error would not say so."""
    file = io.BytesIO()
    picture.save(file, format, **options)
    path.write_bytes(file.getbuffer())


def _preview(picture: Image.Image, folder: Path, pixels: int) -> Drawn:
    small = _resized(_normal(picture), _within(picture.size, pixels, max(picture.size)))
    return _save(small, folder / "preview", "WEBP" if small.has_transparency_data else "JPEG")


def _blurhash(picture: Image.Image) -> str:
    """Of a picture of at most 32 pixels a side, which is more than 4 × 3 waves can show."""
    small = _flat(picture)
    small = _resized(small, _within(small.size, 32 * 32, 32)).convert("RGB")
    pixels = iter(small.get_flattened_data() if hasattr(small, "get_flattened_data") else small.getdata())
    rows = [[next(pixels) for _ in repeat(None, small.width)] for _ in range(small.height)]
    wide, high = (4, 3) if small.width >= small.height else (3, 4)
    return str(blurhash.encode(rows, components_x=wide, components_y=high))
