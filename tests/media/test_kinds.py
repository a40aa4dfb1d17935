import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.media import kinds
from martlet.media.errors import MediaNotRecognised
from martlet.media.kinds import FORMATS, Family, Format, sniff


@pytest.mark.parametrize("format", [f for f in FORMATS if f.family is Family.PICTURE], ids=lambda f: f.name)
def test_pictures_are_known_by_what_is_in_them(drawn: Callable[..., bytes], format: Format) -> None:
    assert sniff(drawn(format.reader)[: kinds.HEAD]) is format


@pytest.mark.parametrize(
    ("head", "format"),
    [
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", kinds.HEIC),
        (b"\0\0\0\x18ftypmsf1\0\0\0\0msf1hevc", kinds.HEIC),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", kinds.AVIF),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", kinds.QUICKTIME),
        (b"\0\0\0\x08wide\0\0\0\0mdat", kinds.QUICKTIME),
        (b"\0\0\0\x1cftypM4A \0\0\0\0M4A mp42isom", kinds.MP4),
        (b"\0\0\0\x18ftyp3gp4\0\0\0\0isom3gp4", kinds.MP4),
        (b"\0\0\0\x18ftypXYZ1\0\0\0\0isomXYZ1", kinds.MP4),
        (b"RIFF\x10\0\0\0WAVEfmt ", kinds.WAV),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm", kinds.WEBM),
        (b"ID3\x04\0\0\0\0\x02\x01", kinds.MP3),
        (b"\xff\xfb\x90\x64\0\0\0\0", kinds.MP3),
        (b"\xff\xf1\x50\x80\x02\x1f\xfc\xde", kinds.AAC),
    ],
)
def test_brands_and_frames_are_told_apart(head: bytes, format: Format) -> None:
    assert sniff(head) is format


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xff",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"%PDF-1.7\n",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b'{"@context": "https://www.w3.org/ns/activitystreams", "type": "Note"}',
        b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n",
        b"ffconcat version 1.0\nfile inner.wav\n",
        b"II*\0\x08\0\0\0",
        b"BM\x46\0\0\0",
        b"8BPS\0\x01",
        b"\0\0\x01\0\x01\0\x10\x10",
        b"\0\0\0\x0cjP  \r\n\x87\n",
        b"RIFF\x10\0\0\0AVI LIST",
        b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x88matroska",
        b"\0\0\0\x18ftypXYZ1\0\0\0\0ABCDXYZ1",
        b"ID3 is a way to name songs",
        b"\xff\xfe\x3c\0h\0t\0m\0l\0",  # UTF-16
        b"\xff\xfb\xff\xff",
        b"\x7fELF",
        b"PK\x03\x04",
        b"push graphic-context\nviewbox 0 0 640 480\n",
    ],
)
def test_everything_else_is_refused(head: bytes) -> None:
    with pytest.raises(MediaNotRecognised):
        sniff(head)


@given(st.binary(max_size=kinds.HEAD))
def test_any_bytes_are_a_format_or_refused(head: bytes) -> None:
    with contextlib.suppress(MediaNotRecognised):
        assert sniff(head) in FORMATS


@given(st.binary(max_size=64))
def test_any_box_of_brands_is_a_format_or_refused(rest: bytes) -> None:
    with contextlib.suppress(MediaNotRecognised):
        assert sniff(b"\0\0\0\x20ftyp" + rest) in FORMATS
