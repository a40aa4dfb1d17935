"""Group C of the attacks: what strangers upload."""

import io
import os
import select
import shutil
import socket
import struct
import subprocess
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from martlet.media import serving
from martlet.media.errors import (
    MediaDamaged,
    MediaMissing,
    MediaNotRecognised,
    MediaNotSupported,
    MediaTookTooLong,
    MediaTooLarge,
)
from martlet.media.ffmpeg import find_ffmpeg, run
from martlet.media.limits import Limits
from martlet.media.pipeline import processed
from martlet.media.recordings import probe
from martlet.media.store import LocalStore, is_key, new_key
from martlet.media.tasks import Develop
from martlet.media.workshop import Workshop
from martlet.model.errors import InvalidInput

NOTE = b'{"@context":"https://www.w3.org/ns/activitystreams","type":"Note","id":"https://victim.test/1"}'
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
HTML = b"<!doctype html><script>alert(1)</script>"
SOON = 30
"""Seconds, on a busy machine: half of what is allowed for a picture."""
ENDLESS = 3600


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with Workshop.with_system_ffmpeg(tmp_path_factory.mktemp("workshop")) as workshop:
        yield workshop


@pytest.fixture
def film(tmp_path: Path) -> Callable[..., Path]:
    if find_ffmpeg() is None or (ffmpeg := shutil.which("ffmpeg")) is None:
        pytest.skip("ffmpeg is not installed: apt-get install -y --no-install-recommends ffmpeg")

    def make(name: str, *arguments: str | Path) -> Path:
        path = tmp_path / name
        subprocess.run([ffmpeg, "-nostdin", "-loglevel", "error", "-y", *arguments, path], check=True)
        return path

    return make


@pytest.fixture
def refused(workshop: Workshop) -> Callable[..., InvalidInput]:
    """Upload it and see it refused quickly, with nothing left behind and the next upload served."""

    def upload(
        attack: bytes | Path, error: type[InvalidInput] | tuple[type[InvalidInput], ...]
    ) -> InvalidInput:
        started = time.monotonic()
        with pytest.raises(error) as raised, processed(attack, workshop):
            pass
        assert time.monotonic() - started < SOON
        assert list(workshop.workers.scratch.iterdir()) == []
        with processed(picture("PNG"), workshop) as media:
            assert media.meta["original"]["size"] == "30x20"
        return raised.value

    return upload


def picture(format: str, **options: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (30, 20), "teal").save(file, format, **options)
    return file.getvalue()


def png(width: int, height: int, pixels: bytes, depth: int = 8, colours: int = 0) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    header = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


SCRIPTS = {
    "MVG": b"push graphic-context\nviewbox 0 0 640 480\nimage over 0,0 0,0 'label:@/etc/passwd'\n",
    "MSL": b'<?xml version="1.0"?><image><read filename="/etc/passwd"/><write filename="/tmp/x.php"/></image>',
    "PS": b"%!PS\n(/tmp/x) (w) file (y) writestring\n",
    "SVG": SVG,
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_c1_scripts_for_image_tools_are_refused(
    refused: Callable[..., InvalidInput], name: str, tmp_path: Path
) -> None:
    (tmp_path / "upload.jpg").write_bytes(SCRIPTS[name])
    refused(tmp_path / "upload.jpg", MediaNotRecognised)
    assert [path.name for path in tmp_path.iterdir()] == ["upload.jpg"]


@pytest.mark.parametrize("format", ["GIF", "JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("payload", [HTML, SVG, NOTE, SCRIPTS["PS"]])
def test_c1_what_hides_behind_a_picture_is_left_behind(
    workshop: Workshop, format: str, payload: bytes
) -> None:
    upload = picture(format) + b"\n" + payload
    with processed(upload, workshop) as media:
        assert media.preview is not None
        for made in (media.original, media.preview):
            assert payload not in made.path.read_bytes()


def test_c2_an_activity_is_no_picture(refused: Callable[..., InvalidInput]) -> None:
    refused(NOTE, MediaNotRecognised)
    refused(b"\xef\xbb\xbf" + NOTE, MediaNotRecognised)


def test_c2_no_file_is_ever_served_as_a_document(tmp_path: Path) -> None:
    store = LocalStore(tmp_path, "https://media.example")
    key = new_key("image/png")
    store.put(key, NOTE)  # even if one got in
    served = serving.serve(store, key)
    assert served.headers["Content-Type"] == "image/png"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    for name in (key.replace(".png", ".json"), key.replace(".png", ""), key + ".json"):
        assert serving.serve(store, name).status == 404


@pytest.mark.parametrize(
    "upload", [SVG, HTML, b"<?xml version='1.0'?>" + SVG, b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", b" " + HTML]
)
def test_c3_pages_and_documents_are_refused(refused: Callable[..., InvalidInput], upload: bytes) -> None:
    refused(upload, MediaNotRecognised)


def test_c3_a_gif_that_is_a_script_too_comes_back_as_a_picture_alone(workshop: Workshop) -> None:
    script = bytearray(picture("GIF"))
    script[6:8] = b"/*"  # its width, read as the beginning of a comment
    upload = bytes(script) + b"*/=1;alert(1)//"
    try:
        with processed(upload, workshop) as media:
            assert b"alert" not in media.original.path.read_bytes()
    except InvalidInput:
        pass
    with processed(picture("GIF", comment=b"*/=1;alert(1)//"), workshop) as media:
        assert b"alert" not in media.original.path.read_bytes()


def test_c3_files_are_served_where_nothing_can_run(tmp_path: Path) -> None:
    store = LocalStore(tmp_path, "https://media.example")
    key = new_key("video/mp4")
    store.put(key, b"x")
    policy = serving.serve(store, key).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy.replace(";", " ").split()
    assert "script-src" not in policy
    assert "allow-scripts" not in policy


PLAYLISTS = {
    "ffconcat": b"ffconcat version 1.0\nfile %s\n",
    "m3u8": b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n%s\n#EXT-X-ENDLIST\n",
    "dash": b"<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'><BaseURL>%s</BaseURL></MPD>",
}


@pytest.mark.parametrize("name", PLAYLISTS)
def test_c4_playlists_are_refused_whatever_they_are_called(
    refused: Callable[..., InvalidInput], film: Callable[..., Path], name: str, tmp_path: Path
) -> None:
    inner = film("inner.wav", "-f", "lavfi", "-i", "sine=duration=1")
    (tmp_path / "upload.mp4").write_bytes(PLAYLISTS[name] % bytes(inner))
    refused(tmp_path / "upload.mp4", MediaNotRecognised)


@pytest.mark.parametrize("name", PLAYLISTS)
@pytest.mark.parametrize("demuxer", ["mov", "matroska", "mp3", "ogg", "wav", "aac", "flac", "gif"])
def test_c4_ffmpeg_itself_takes_no_playlist_for_a_film(
    workshop: Workshop, film: Callable[..., Path], name: str, demuxer: str, tmp_path: Path
) -> None:
    """Had one got past our first look."""
    film("inner.wav", "-f", "lavfi", "-i", "sine=duration=1")
    (tmp_path / "source").write_bytes(PLAYLISTS[name] % b"inner.wav")
    assert workshop.ffmpeg is not None
    with pytest.raises((MediaDamaged, MediaNotSupported)):
        probe(workshop.ffmpeg, tmp_path, "source", demuxer, Limits())


@pytest.mark.parametrize("demuxer", ["hls", "concat", "dash", "mov"])
def test_c4_ffmpeg_asks_nobody(workshop: Workshop, tmp_path: Path, demuxer: str) -> None:
    """Not even told to read it as the playlist it is."""
    assert workshop.ffmpeg is not None
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = b"http://127.0.0.1:%d/x.ts" % listener.getsockname()[1]
        for content in PLAYLISTS.values():
            (tmp_path / "source").write_bytes(content % address)
            with pytest.raises((MediaDamaged, MediaNotSupported)):
                probe(workshop.ffmpeg, tmp_path, "source", demuxer, Limits())
        listener.settimeout(0.1)
        with pytest.raises(TimeoutError):
            listener.accept()


def test_c4_a_film_opens_no_other_file_and_no_address(film: Callable[..., Path], workshop: Workshop) -> None:
    """Through a cover or a track that only names its data, elsewhere."""
    upload = film(
        "a.mov",
        "-f",
        "lavfi",
        "-i",
        "testsrc2=duration=1:size=64x64",
        "-c:v",
        "libx264",
        "-pix_fmt",
        "yuv420p",
    )
    content = upload.read_bytes()
    at = content.index(b"url \0\0\0\x01")  # the data are in this file, says the flag
    elsewhere = content[: at + 4] + b"\0\0\0\0" + content[at + 8 :]
    try:
        with processed(elsewhere, workshop) as media:
            assert media.original.size > 0
    except InvalidInput:
        pass


def test_c5_a_codec_that_is_not_on_our_list_is_not_decoded(
    refused: Callable[..., InvalidInput], film: Callable[..., Path]
) -> None:
    sample = film("a.mov", "-f", "lavfi", "-i", "testsrc2=duration=1:size=64x64", "-c:v", "magicyuv")
    message = refused(sample, MediaNotSupported).message
    assert (
        message == "This server cannot read what is in this file: magicyuv."
    )  # says ffprobe, not yet having tried


def test_c5_a_program_that_hangs_is_killed_with_its_children(tmp_path: Path) -> None:
    program, held = tmp_path / "ffmpeg", tmp_path / "held"
    os.mkfifo(held)
    program.write_text(f"#!/bin/sh\nexec 9>{held}\necho begun >&9\nsleep {ENDLESS} &\nwait\n")
    program.chmod(0o755)
    with os.fdopen(os.open(held, os.O_RDONLY | os.O_NONBLOCK), "rb") as pipe:
        with pytest.raises(MediaTookTooLong):
            run(program, [], tmp_path, Limits(), 2.5)
        os.set_blocking(pipe.fileno(), True)
        assert pipe.readline() == b"begun\n"
        assert select.select([pipe], [], [], SOON)[0], "a child holds it"
        assert pipe.read() == b""


def test_c6_pixel_bomb(refused: Callable[..., InvalidInput]) -> None:
    packer = zlib.compressobj(9)
    line = bytes(1 + 30_000 // 8)
    bomb = png(
        30_000, 30_000, b"".join(packer.compress(line * 1000) for _ in range(30)) + packer.flush(), depth=1
    )
    assert len(bomb) < 200_000
    assert "900" in refused(bomb, MediaTooLarge).message.replace("30000 × 30000", "900")


@pytest.mark.parametrize("size", [(2**31 - 1, 1), (1, 2**31 - 1), (2**31 - 1, 2**31 - 1), (0, 0)])
def test_c6_absurd_sizes(refused: Callable[..., InvalidInput], size: tuple[int, int]) -> None:
    refused(png(*size, zlib.compress(b"\0")), (MediaTooLarge, MediaDamaged))


def test_c6_frame_bomb(refused: Callable[..., InvalidInput]) -> None:
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    bomb = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff" + frame * 10_000 + b";"
    assert "10000 frames" in refused(bomb, MediaTooLarge).message


def test_c6_frames_that_are_too_much_together(refused: Callable[..., InvalidInput]) -> None:
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    bomb = (
        b"GIF89a" + struct.pack("<HHBBB", 8000, 8000, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff" + frame * 900 + b";"
    )
    assert "together" in refused(bomb, MediaTooLarge).message


def test_c6_forty_hours_of_one_frame(refused: Callable[..., InvalidInput], film: Callable[..., Path]) -> None:
    source = ("-f", "lavfi", "-i", "color=size=16x16:rate=1/9:duration=9", "-pix_fmt", "yuv420p")
    content = bytearray(film("a.mp4", *source, "-use_editlist", "0").read_bytes())
    timescale = content.index(b"mdhd") + 16
    units = int.from_bytes(content[timescale : timescale + 4], "big")
    content[timescale : timescale + 4] = (9 * units // (40 * 3600)).to_bytes(4, "big")
    assert len(content) < 3000
    assert "1800 are allowed" in refused(bytes(content), MediaTooLarge).message


def test_c6_a_film_of_too_many_pixels(
    refused: Callable[..., InvalidInput], film: Callable[..., Path]
) -> None:
    large = film(
        "a.mp4", "-f", "lavfi", "-i", "color=size=8192x4096:rate=1:duration=1", "-preset", "ultrafast"
    )
    refused(large, (MediaTooLarge, MediaDamaged))


SPARE = {
    "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
    "PDF": b"%PDF-1.4\n1 0 obj\n",
    "PCF": b"\x01fcp\x01\0\0\0",
    "ICNS": b"icns\0\0\0\x10TOC \0\0\0\x08",
    "BLP": b"BLP2\x01\0\0\0",
    "TIFF": b"II*\0\x08\0\0\0",
    "PSD": b"8BPS\0\x01",
    "FITS": b"SIMPLE  =                    T",
}


@pytest.mark.parametrize("name", SPARE)
def test_c7_formats_nobody_asked_for_are_refused(refused: Callable[..., InvalidInput], name: str) -> None:
    refused(SPARE[name] + bytes(200), MediaNotRecognised)


@pytest.mark.parametrize("name", SPARE)
@pytest.mark.parametrize("beginning", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a"])
def test_c7_not_even_behind_a_pictures_first_bytes(
    refused: Callable[..., InvalidInput], beginning: bytes, name: str
) -> None:
    refused(beginning + SPARE[name] + bytes(200), MediaDamaged)


@pytest.mark.parametrize(
    "name", ["../../x", "/etc/x", "x\0.png", "a" * 4096, "..", ".incoming/x", "aa/bb/../../x.png"]
)
def test_c9_names_from_outside_reach_no_file(tmp_path: Path, name: str) -> None:
    store = LocalStore(tmp_path / "media", "https://media.example")
    assert not store.exists(name)
    for ask in (store.read, store.delete, store.url, lambda key: store.put(key, b"x")):
        with pytest.raises(MediaMissing):
            ask(name)
    assert serving.serve(store, name).status == 404
    assert sorted(path.name for path in tmp_path.rglob("*")) == [".incoming", "media"]


def test_c9_every_file_has_a_name_drawn_by_us(workshop: Workshop, tmp_path: Path) -> None:
    hostile = tmp_path / "-i;rm -rf $(x).png"
    hostile.write_bytes(picture("PNG"))
    with processed(hostile, workshop) as media:
        assert media.original.path.name == "original.png"
    assert is_key(new_key("image/png"))


def test_c11_a_deleted_file_is_gone_at_once(tmp_path: Path) -> None:
    store = LocalStore(tmp_path, "https://media.example")
    key = new_key("image/jpeg")
    store.put(key, b"x")
    assert serving.serve(store, key).status == 200
    store.delete(key)
    served = serving.serve(store, key)
    assert served.status == 404
    assert served.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("format", ["BMP", "TIFF", "TGA", "ICO", "GIF"])
def test_c7_only_the_decoder_we_chose_looks_at_a_file(
    workshop: Workshop, tmp_path: Path, format: str
) -> None:
    """Had one got past our first look."""
    source = workshop.workers.scratch / "source"
    source.write_bytes(picture(format))
    try:
        with pytest.raises(MediaDamaged):
            workshop.workers.ask(Develop(str(source), str(workshop.workers.scratch), "PNG", workshop.limits))
    finally:
        source.unlink()


@pytest.mark.parametrize("format", ["JPEG", "GIF"])
def test_c12_comments_go(workshop: Workshop, format: str) -> None:
    upload = picture(format, comment=b"Secret words")
    assert b"Secret words" in upload
    with processed(upload, workshop) as media:
        assert b"Secret words" not in media.original.path.read_bytes()


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_c12_a_picture_tells_neither_place_nor_camera(workshop: Workshop, format: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    exif[0x8825] = {1: "N", 2: (48.0, 8.0, 14.0), 3: "E", 4: (11.0, 34.0, 31.0)}  # GPS
    upload = picture(format, exif=exif.tobytes(), xmp=b"<x:xmpmeta>Secret Place</x:xmpmeta>")
    assert b"Secret Camera" in upload
    with processed(upload, workshop) as media:
        assert media.preview is not None
        for made in (media.original, media.preview):
            content = made.path.read_bytes()
            assert b"Secret" not in content
            assert b"Exif" not in content
            with Image.open(made.path) as shown:
                assert not shown.getexif()
                assert not {"exif", "xmp", "comment", "XML:com.adobe.xmp"} & set(shown.info)


def test_c12_a_film_tells_neither_place_nor_camera(workshop: Workshop, film: Callable[..., Path]) -> None:
    sources = ["-f", "lavfi", "-i", "testsrc2=duration=1:size=64x64", "-f", "lavfi", "-i", "sine=duration=1"]
    tags = ["-metadata", "location=+48.1374+011.5755/", "-metadata", "com.apple.quicktime.make=Secret"]
    tags += [
        "-metadata",
        "title=Secret",
        "-metadata:s:v",
        "handler_name=Secret",
        "-movflags",
        "use_metadata_tags",
    ]
    upload = film("a.mov", *sources, *tags, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac")
    assert b"+48.1374" in upload.read_bytes()
    assert b"Secret" in upload.read_bytes()
    with processed(upload, workshop) as media:
        content = media.original.path.read_bytes()
        assert b"+48.1374" not in content
        assert b"Secret" not in content


@pytest.mark.parametrize("name", ["a.mp3", "a.m4a", "a.ogg", "a.flac", "a.wav"])
def test_c12_a_sound_tells_nothing(workshop: Workshop, film: Callable[..., Path], name: str) -> None:
    upload = film(
        name,
        "-f",
        "lavfi",
        "-i",
        "sine=duration=1",
        "-metadata",
        "title=Secret",
        "-metadata",
        "comment=Secret",
    )
    assert b"Secret" in upload.read_bytes()
    with processed(upload, workshop) as media:
        assert b"Secret" not in media.original.path.read_bytes()
