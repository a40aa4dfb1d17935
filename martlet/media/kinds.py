"""
What a file is, by its first bytes, never by its name.

This only chooses the one decoder that may look at the file. Whether it is
what it claims to be, that decoder decides.
"""

import re
from dataclasses import dataclass
from enum import Enum, StrEnum
from pathlib import Path

from martlet.media.errors import MediaNotRecognised

HEAD = 1024
"""How many bytes `sniff` wants to see."""


class MediaKind(StrEnum):
    """What a processed file is to those who look at it; these words are also Mastodon's."""

    IMAGE = "image"
    GIFV = "gifv"
    VIDEO = "video"
    AUDIO = "audio"


class Family(Enum):
    PICTURE = "picture"
    """Read by Pillow in a worker."""
    RECORDING = "recording"
    """Film or sound, read by ffmpeg. Which of the two, only its streams say."""


@dataclass(frozen=True, slots=True)
class Format:
    """
    A kind of file we read.

    `reader` is Pillow's name for the format, or ffmpeg's for the demuxer;
    `content_types` are those by which apps announce such files.
    """

    name: str
    family: Family
    reader: str
    content_types: tuple[str, ...]


JPEG = Format("JPEG", Family.PICTURE, "JPEG", ("image/jpeg",))
PNG = Format("PNG", Family.PICTURE, "PNG", ("image/png",))
GIF = Format("GIF", Family.PICTURE, "GIF", ("image/gif",))
WEBP = Format("WebP", Family.PICTURE, "WEBP", ("image/webp",))
AVIF = Format("AVIF", Family.PICTURE, "AVIF", ("image/avif",))
HEIC = Format("HEIC", Family.PICTURE, "HEIF", ("image/heic", "image/heif"))
WEBM = Format("WebM", Family.RECORDING, "matroska", ("video/webm", "audio/webm"))
MP4 = Format(
    "MP4", Family.RECORDING, "mov", ("video/mp4", "audio/mp4", "audio/m4a", "audio/x-m4a", "audio/3gpp")
)
QUICKTIME = Format("QuickTime", Family.RECORDING, "mov", ("video/quicktime",))
MP3 = Format("MP3", Family.RECORDING, "mp3", ("audio/mpeg", "audio/mp3"))
AAC = Format("AAC", Family.RECORDING, "aac", ("audio/aac",))
OGG = Format("Ogg", Family.RECORDING, "ogg", ("audio/ogg", "audio/vorbis"))
FLAC = Format("FLAC", Family.RECORDING, "flac", ("audio/flac",))
WAV = Format(
    "WAV",
    Family.RECORDING,
    "wav",
    ("audio/wave", "audio/wav", "audio/x-wav", "audio/x-pn-wave", "audio/vnd.wave"),
)

FORMATS = (JPEG, PNG, GIF, WEBP, AVIF, HEIC, WEBM, MP4, QUICKTIME, MP3, AAC, OGG, FLAC, WAV)

_BEGINNINGS = tuple(
    (re.compile(pattern, re.DOTALL), format)
    for pattern, format in (
        (rb"\xff\xd8\xff", JPEG),
        (rb"\x89PNG\r\n\x1a\n", PNG),
        (rb"GIF8[79]a", GIF),
        (rb"RIFF.{4}WEBP", WEBP),
        (rb"RIFF.{4}WAVE", WAV),
        (rb"OggS\0", OGG),
        (rb"fLaC", FLAC),
        (rb"\x1aE\xdf\xa3.{1,48}?B\x82.{1,8}?webm", WEBM),  # Matroska that names itself so
        (rb".{4}(moov|mdat|wide)", QUICKTIME),  # from before there were brands
        (rb"ID3[\x02-\x04].{2}[\x00-\x7f]{4}", MP3),
        # Sound without a wrapper: the first frame's header must make sense (ISO/IEC 11172-3, 13818-7).
        (
            rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb][%b]"
            % b"".join(b"\\x%x0-\\x%xb" % (n, n) for n in range(1, 15)),
            MP3,
        ),
        (rb"\xff[\xf0\xf1\xf8\xf9].{5}", AAC),
    )
)

# The ISO base media family begins with a box of its brands (ISO/IEC 14496-12, 4.3).
_STILL_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
_MOVING_BRANDS = frozenset(
    [
        *(b"isom", b"mp41", b"mp42", b"avc1", b"dash", b"MSNV", b"M4V ", b"M4A ", b"M4B ", b"f4v ", b"mmp4"),
        *(b"iso%d" % n for n in range(2, 10)),
        *(b"3gp%d" % n for n in range(4, 10)),
        *(b"3g2a", b"3g2b"),
    ]
)


def sniff(head: bytes) -> Format:
    """
    The format of a file that begins with `head` (at least `HEAD` bytes, or all of it).

    Raises `MediaNotRecognised` for everything that is not on our list: SVG,
    HTML, PDF, playlists, JSON and all that nobody has thought of.
    """
    if head[4:8] == b"ftyp":
        return _branded(head)
    for beginning, format in _BEGINNINGS:
        if beginning.match(head):
            return format
    raise MediaNotRecognised


def sniff_file(path: Path) -> Format:
    """The same of a file. Raises `MediaNotRecognised`."""
    with path.open("rb") as file:
        return sniff(file.read(HEAD))


def _branded(head: bytes) -> Format:
    """By the first brand we know, its own before those it is compatible with."""
    end = min(int.from_bytes(head[:4], "big"), len(head)) - 3
    for at in (8, *range(16, end, 4)):
        match head[at : at + 4]:
            case b"avif" | b"avis":
                return AVIF
            case b"qt  ":
                return QUICKTIME
            case brand if brand in _STILL_BRANDS:
                return HEIC
            case brand if brand in _MOVING_BRANDS:
                return MP4
    raise MediaNotRecognised
