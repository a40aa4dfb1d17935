"""
Film and sound as every app and browser can play them: H.264 with AAC in MP4; MP3, or AAC in M4A.

What is that already is copied into a new wrapper, unharmed and quickly; the rest is encoded anew. Either way
only the film and the sound go across, without names, places, chapters, subtitles or covers.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from martlet.media.errors import MediaDamaged
from martlet.media.ffmpeg import Ffmpeg, opening, run
from martlet.media.limits import Limits
from martlet.media.recordings import Film, Recording, Sound, check, probe

_QUIET = ("-nostdin", "-hide_banner", "-loglevel", "error", "-y")
_BARE = (
    *("-map_metadata", "-1", "-map_metadata:s", "-1", "-map_chapters", "-1", "-dn", "-sn"),
    *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"),
)
_MP4 = ("-movflags", "+faststart", "-f", "mp4")
_STEREO_BITS = 128_000
_PLAIN_COLOURS: Final = frozenset({"yuv420p", "yuvj420p"})


@dataclass(frozen=True, slots=True)
class Filmed:
    """`recording` is what is in the file; `demuxer` reads a film."""

    path: Path
    content_type: str
    recording: Recording
    demuxer: str = "mov"


@dataclass(frozen=True, slots=True)
class Studio:
    """One upload's folder, the file in it (by its name there and the demuxer that reads it), and our means."""

    ffmpeg: Ffmpeg
    folder: Path
    source: str
    demuxer: str
    limits: Limits

    def probe(self) -> Recording:
        return probe(self.ffmpeg, self.folder, self.source, self.demuxer, self.limits)


def film(studio: Studio, recording: Recording) -> Filmed:
    """
    The film as MP4, with its sound if it has any.

    Raises `MediaDamaged`, `MediaTooLarge`, `MediaTookTooLong`, `StorageFull`.
    """
    shown = _film_of(recording)
    if shown.codec == "h264" and shown.pixels in _PLAIN_COLOURS:
        try:
            return _made(
                studio, recording, "original.mp4", ["-c:v", "copy", *_sound_choice(recording), *_MP4]
            )
        except MediaDamaged:
            pass  # some streams cannot be rewrapped, but can be decoded
    return _made(
        studio,
        recording,
        "original.mp4",
        [*_film_choice(shown, recording.seconds, studio.limits), *_sound_choice(recording), *_MP4],
    )


def sound(studio: Studio, recording: Recording) -> Filmed:
    """The sound alone: MP3 and AAC as they are, everything else as MP3. Raises what `film` raises."""
    heard = recording.sound
    if heard is None:
        raise MediaDamaged
    if heard.codec == "aac":
        return _made(studio, recording, "original.m4a", ["-c:a", "copy", "-f", "ipod"])
    encoding = (
        ["-c:a", "copy"] if heard.codec == "mp3" else ["-c:a", "libmp3lame", "-q:a", "2", *_channels(heard)]
    )
    return _made(studio, recording, "original.mp3", [*encoding, "-id3v2_version", "0", "-f", "mp3"])


def rewrapped(studio: Studio, recording: Recording) -> Filmed | None:
    """
    Film or sound in a new wrapper, as it is; None where it would have to be encoded for every app to play it.

    Raises what `film` raises.
    """
    shown, heard = recording.film, recording.sound
    try:
        if shown is not None:
            if shown.codec != "h264" or shown.pixels not in _PLAIN_COLOURS:
                return None
            if heard is not None and heard.codec != "aac":
                return None
            copied = ["-c:v", "copy", *(["-an"] if heard is None else ["-c:a", "copy"]), *_MP4]
            return _made(studio, recording, "original.mp4", copied)
        return sound(studio, recording) if heard is not None and heard.codec in {"aac", "mp3"} else None
    except MediaDamaged:  # some streams cannot be rewrapped, but can be played
        return None


def poster(studio: Studio, filmed: Filmed) -> Path:
    """The most telling of the first frames, as PNG no larger than a preview."""
    shown = _film_of(filmed.recording)
    width, height = _scaled(shown, studio.limits.preview_pixels)
    path = studio.folder / "poster.png"
    run(
        studio.ffmpeg.ffmpeg,
        [
            *_QUIET,
            *opening(filmed.demuxer, filmed.path.name, studio.limits.video_pixels),
            *("-map", "0:v:0", "-an", "-vf", f"scale={width}:{height},setsar=1,thumbnail=n=24,format=rgb24"),
            *("-frames:v", "1", *_BARE, "-c:v", "png", "-f", "image2", "-update", "1", f"file:{path.name}"),
        ],
        studio.folder,
        studio.limits,
        60,
    )
    return _written(path)


def cover(studio: Studio, index: int) -> Path:
    """The picture that a sound carries, as it is: nobody has looked at it yet."""
    path = studio.folder / "cover"
    run(
        studio.ffmpeg.ffmpeg,
        [
            *_QUIET,
            *opening(studio.demuxer, studio.source, studio.limits.decode_pixels),
            *("-map", f"0:{index}", "-c", "copy", "-frames:v", "1", "-f", "image2", "-update", "1"),
            f"file:{path.name}",
        ],
        studio.folder,
        studio.limits,
        studio.limits.probe_seconds,
    )
    return _written(path)


def _made(studio: Studio, recording: Recording, name: str, encoding: list[str]) -> Filmed:
    limits = studio.limits
    streams = [stream for stream in (recording.film, recording.sound) if stream is not None]
    if name != "original.mp4":
        streams = [stream for stream in streams if isinstance(stream, Sound)]
    longest = limits.video_seconds if recording.film else limits.sound_seconds
    arguments = [
        *_QUIET,
        *opening(studio.demuxer, studio.source, limits.video_pixels),
        *(part for stream in streams for part in ("-map", f"0:{stream.index}")),
        *("-t", str(longest + 1)),  # one more than allowed, so that too much is seen below
        *_BARE,
        *encoding,
        f"file:{name}",
    ]
    run(studio.ffmpeg.ffmpeg, arguments, studio.folder, limits, _patience(recording, limits))
    path = _written(studio.folder / name)
    result = probe(studio.ffmpeg, studio.folder, name, "mp3" if name.endswith("mp3") else "mov", limits)
    check(result, limits)
    types = {".mp4": "video/mp4", ".m4a": "audio/mp4", ".mp3": "audio/mpeg"}
    return Filmed(path, types[path.suffix], result)


def _patience(recording: Recording, limits: Limits) -> float:
    """Seconds until we stop it: a minute, and four times what it lasts."""
    return min(limits.recording_seconds, 60 + 4 * (recording.seconds or limits.recording_seconds))


def _film_choice(shown: Film, seconds: float | None, limits: Limits) -> list[str]:
    bits = limits.shown_video_bits
    if seconds:
        bits = max(100_000, min(bits, int(limits.recording_bytes * 7 / seconds) - _STEREO_BITS))
    width, height = _scaled(shown, limits.shown_video_pixels)
    return [
        *("-vf", f"scale={width}:{height},setsar=1,format=yuv420p", "-fpsmax", str(limits.shown_video_rate)),
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-threads", "2"),
        *("-maxrate", str(bits), "-bufsize", str(2 * bits)),
    ]


def _sound_choice(recording: Recording) -> list[str]:
    if recording.sound is None:
        return ["-an"]
    if recording.sound.codec == "aac":
        return ["-c:a", "copy"]
    return ["-c:a", "aac", "-b:a", str(_STEREO_BITS), *_channels(recording.sound)]


def _channels(heard: Sound) -> list[str]:
    rate = ["-ar", "48000"] if heard.rate > 48_000 else []  # noqa: PLR2004 (Hz; the most MP3 knows)
    return ["-ac", "2" if heard.channels > 1 else "1", *rate]


def _scaled(shown: Film, pixels: int) -> tuple[int, int]:
    """Its shape with so many pixels at most; both sides even, as H.264's colours want it."""
    scale = min(1.0, (pixels / (shown.width * shown.height)) ** 0.5)
    return max(2, int(shown.width * scale) // 2 * 2), max(2, int(shown.height * scale) // 2 * 2)


def _film_of(recording: Recording) -> Film:
    if recording.film is None:
        raise MediaDamaged
    return recording.film


def _written(path: Path) -> Path:
    if not path.is_file() or not path.stat().st_size:
        raise MediaDamaged
    return path
