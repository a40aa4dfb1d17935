"""
The system's ffmpeg, run as a child process that knows only the folder it works in.

It is asked for by absolute path, told which one demuxer and which decoders it may use, and opens nothing but
local files, of which it can see one. A playlist that names other files, under whatever
name it comes, is therefore no playlist here.
"""

import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from martlet.media import confine
from martlet.media.confine import Bounds
from martlet.media.errors import MediaDamaged, MediaNotSupported, MediaTookTooLong, StorageFull
from martlet.media.limits import Limits

log = logging.getLogger(__name__)

_asking = threading.Lock()

_NEEDED = (b" libx264 ", b" aac ", b" libmp3lame ")
_LONGEST_TALK = 1 << 20

DECODERS: Final = (
    "h264,hevc,vp8,libvpx,vp9,libvpx-vp9,av1,libdav1d,libaom-av1,mpeg4,h263,gif,"
    "aac,mp3,mp3float,opus,libopus,vorbis,libvorbis,flac,alac,"
    "pcm_u8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_f32le,"
    "mjpeg,png,mov_text,webvtt"
)
"""
By ffmpeg's names. Old and rare ones are where the memory errors are. Those in
the last line are only for covers and subtitles, which we leave behind but
which must not keep ffprobe from looking at the rest.
"""

_REFUSED = re.compile(rb"Codec \((\w{1,40})\) not on whitelist")


@dataclass(frozen=True, slots=True)
class Ffmpeg:
    ffmpeg: Path
    ffprobe: Path


def find_ffmpeg() -> Ffmpeg | None:
    """None also where it lacks an encoder that we need."""
    ffmpeg, ffprobe = shutil.which("ffmpeg"), shutil.which("ffprobe")
    if ffmpeg is None or ffprobe is None:
        return None
    with _asking:
        return Ffmpeg(Path(ffmpeg), Path(ffprobe)) if _has_encoders(ffmpeg) else None


def look_ahead() -> None:
    """Ask it while something else is done, for a `find_ffmpeg` that comes later."""
    threading.Thread(target=find_ffmpeg, name="ffmpeg", daemon=True).start()


@cache
def _has_encoders(ffmpeg: str) -> bool:
    """Asking takes 50 to 100 ms, and the answer stays the same."""
    try:
        asked = subprocess.run(
            [ffmpeg, "-hide_banner", "-encoders"],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return all(name in asked.stdout for name in _NEEDED)


def opening(demuxer: str, source: str, pixels: int) -> list[str]:
    """The options with which a stranger's file is opened; `source` is its name in the folder."""
    return [
        *("-protocol_whitelist", "file", "-format_whitelist", demuxer, "-codec_whitelist", DECODERS),
        *("-max_pixels", str(pixels), "-f", demuxer, "-i", f"file:{source}"),
    ]


def run(program: Path, arguments: list[str], folder: Path, limits: Limits, seconds: float) -> bytes:
    """
    What the program printed (at most 1 MiB of it).

    Raises `MediaTookTooLong` when it was stopped, `StorageFull`,
    `MediaNotSupported` for a decoder it may not use, and `MediaDamaged` when
    it ended in any other error.
    """
    cores = os.cpu_count() or 1
    bounds = Bounds(
        memory=limits.recording_memory,
        seconds=int(seconds * cores) + 1,
        file_bytes=2 * limits.recording_bytes,
        folder=str(folder.resolve()),
        read=(str(program.resolve().parent),),
    )
    talk, complaints = folder / "talk", folder / "complaints"
    with talk.open("wb") as out, complaints.open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", confine.__file__, bounds.to_json(), str(program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=folder,
            env={
                "LC_ALL": "C.UTF-8",
                "HOME": str(folder),
                "MALLOC_ARENA_MAX": "2",
                "AV_LOG_FORCE_NOCOLOR": "1",
            },
            start_new_session=True,
        )
        try:
            code = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise MediaTookTooLong from error
        finally:
            if process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    if code == -signal.SIGXCPU:
        raise MediaTookTooLong
    if code != 0:
        said = _beginning(complaints)
        if b"No space left on device" in said or code == _NO_SPACE:
            raise StorageFull
        if refused := _REFUSED.search(said):
            raise MediaNotSupported(f"This server cannot read what is in this file: {refused[1].decode()}.")
        log.info("%s ended with %s: %s", program.name, code, said[:1000].decode(errors="replace"))
        raise MediaDamaged
    return _beginning(talk)


_NO_SPACE = 256 - 28  # ffmpeg ends with the negative errno


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LONGEST_TALK)
