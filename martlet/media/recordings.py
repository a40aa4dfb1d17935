"""What is in a film or a sound, as ffprobe tells it, held against the limits before a frame is decoded."""

import json
import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from martlet.media.errors import MediaDamaged, MediaNotSupported, MediaTooLarge
from martlet.media.ffmpeg import Ffmpeg, opening, run
from martlet.media.limits import Limits

_FILM_CODECS: Final = frozenset({"h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "h263", "gif"})
_SOUND_CODECS: Final = frozenset(
    [
        "aac",
        "mp3",
        "opus",
        "vorbis",
        "flac",
        "alac",
        "pcm_u8",
        "pcm_s16le",
        "pcm_s16be",
        "pcm_s24le",
        "pcm_s24be",
        "pcm_s32le",
        "pcm_f32le",
    ]
)
_COVER_CODECS: Final = frozenset({"mjpeg", "png"})
_ASKED = (
    "stream=index,codec_type,codec_name,profile,pix_fmt,width,height,sample_aspect_ratio,avg_frame_rate,duration,"
    "bit_rate,sample_rate,channels,channel_layout"
    ":stream_disposition=attached_pic:stream_side_data=rotation:format=duration,bit_rate"
)


@dataclass(frozen=True, slots=True)
class Film:
    """`width` and `height` as it is shown: turned upright, with square pixels. `rate` is frames a second."""

    index: int
    codec: str
    pixels: str
    width: int
    height: int
    rate: Fraction | None


@dataclass(frozen=True, slots=True)
class Sound:
    """`voice` is codec and profile in words; `rate` in Hz; `layout` like "stereo"."""

    index: int
    codec: str
    voice: str
    rate: int
    channels: int
    layout: str


@dataclass(frozen=True, slots=True)
class Recording:
    """`seconds` and `bits` (a second) are None where the file does not say; `cover` is a stream's index."""

    film: Film | None
    sound: Sound | None
    cover: int | None
    seconds: float | None
    bits: int | None


def probe(ffmpeg: Ffmpeg, folder: Path, source: str, demuxer: str, limits: Limits) -> Recording:
    """
    Raises what `ffmpeg.run` raises, and `MediaNotSupported`, `MediaTooLarge`.

    `source` is the file's name in `folder`.
    """
    told = run(
        ffmpeg.ffprobe,
        [
            *("-hide_banner", "-loglevel", "error", "-show_entries", _ASKED, "-of", "json"),
            *opening(demuxer, source, limits.video_pixels),
        ],
        folder,
        limits,
        limits.probe_seconds,
    )
    try:
        recording = understood(json.loads(told))
    except ValueError as error:  # cut off at 1 MiB, or not what ffprobe prints
        raise MediaDamaged from error
    check(recording, limits)
    return recording


def check(recording: Recording, limits: Limits) -> None:
    """Raises `MediaNotSupported`, `MediaDamaged` and `MediaTooLarge`."""
    film, sound = recording.film, recording.sound
    if film is None and sound is None:
        raise MediaNotSupported("There is neither a picture nor a sound in this file.")
    if film is not None:
        _check_film(film, limits)
    if sound is not None:
        _check_sound(sound)
    longest = limits.sound_seconds if film is None else limits.video_seconds
    if recording.seconds is not None and not recording.seconds <= longest:
        raise MediaTooLarge(f"This recording lasts {recording.seconds:.0f} seconds; {longest} are allowed.")


def _check_film(film: Film, limits: Limits) -> None:
    if film.codec not in _FILM_CODECS:
        raise MediaNotSupported(f"This server cannot read video of the kind {film.codec}.")
    if not film.width or not film.height:
        raise MediaDamaged
    if film.width * film.height > limits.video_pixels:
        raise MediaTooLarge(
            f"The video has {film.width} × {film.height} pixels;"
            f" {limits.video_pixels / 1e6:.1f} million are allowed."
        )
    if film.rate is not None and film.rate > limits.video_rate:
        raise MediaTooLarge(
            f"The video has {float(film.rate):.0f} frames a second; {limits.video_rate} are allowed."
        )


def _check_sound(sound: Sound) -> None:
    if sound.codec not in _SOUND_CODECS:
        raise MediaNotSupported(f"This server cannot read sound of the kind {sound.codec}.")
    if sound.rate <= 0 or sound.channels <= 0:
        raise MediaDamaged  # some readers take any bytes for a sound without end


def understood(told: dict[str, Any]) -> Recording:
    """Pick the streams that will be shown: the first film and the first sound. The rest is left behind."""
    streams: list[dict[str, Any]] = told.get("streams") or []
    is_cover = {
        stream["index"]: (stream.get("disposition") or {}).get("attached_pic") == 1 for stream in streams
    }
    films = [s for s in streams if s.get("codec_type") == "video" and not is_cover[s["index"]]]
    sounds = [s for s in streams if s.get("codec_type") == "audio"]
    covers = [s["index"] for s in streams if is_cover[s["index"]] and s.get("codec_name") in _COVER_CODECS]
    whole = told.get("format") or {}
    lengths = [_number(part.get("duration")) for part in (whole, *films[:1], *sounds[:1])]
    bits = _number(whole.get("bit_rate"))
    return Recording(
        _film(films[0]) if films else None,
        _sound(sounds[0]) if sounds else None,
        covers[0] if covers else None,
        max((length for length in lengths if length is not None), default=None),
        int(bits) if bits is not None else None,
    )


def _film(stream: dict[str, Any]) -> Film:
    width, height = int(stream.get("width") or 0), int(stream.get("height") or 0)
    shape = _ratio(stream.get("sample_aspect_ratio"), ":")
    if shape is not None and Fraction(1, 8) <= shape <= 8:  # noqa: PLR2004 (beyond, it is a mistake)
        width = max(1, round(width * shape))
    turns = [_number(side.get("rotation")) for side in stream.get("side_data_list") or []]
    if any(turn is not None and round(turn / 90) % 2 for turn in turns):
        width, height = height, width
    return Film(
        stream["index"],
        str(stream.get("codec_name") or "unknown"),
        str(stream.get("pix_fmt") or ""),
        width,
        height,
        _ratio(stream.get("avg_frame_rate"), "/"),
    )


def _sound(stream: dict[str, Any]) -> Sound:
    codec = str(stream.get("codec_name") or "unknown")
    profile = stream.get("profile")
    channels = int(stream.get("channels") or 0)
    return Sound(
        stream["index"],
        codec,
        f"{codec} ({profile})" if profile and profile != "unknown" else codec,
        int(_number(stream.get("sample_rate")) or 0),
        channels,
        str(stream.get("channel_layout") or {1: "mono", 2: "stereo"}.get(channels, f"{channels} channels")),
    )


def _number(text: object) -> float | None:
    try:
        number = float(str(text))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _ratio(text: object, sign: str) -> Fraction | None:
    """None for what is missing, broken or nothing."""
    above, found, below = str(text).partition(sign)
    if not found or not above.isdecimal() or not below.isdecimal() or not int(below) or not int(above):
        return None
    return Fraction(int(above), int(below))
