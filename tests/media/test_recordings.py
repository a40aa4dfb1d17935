import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from martlet.media import recordings
from martlet.media.errors import MediaDamaged, MediaNotSupported, MediaTooLarge, StorageFull
from martlet.media.ffmpeg import run
from martlet.media.kinds import MediaKind
from martlet.media.limits import Limits
from martlet.media.pipeline import processed
from martlet.media.recordings import Film, Recording, Sound
from martlet.media.workshop import Workshop

FilmMaker = Callable[..., Path]
PICTURES = ("-i", "testsrc2=size=320x240:rate=10:duration=2")
TONE = ("-i", "sine=frequency=440:duration=2")
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac")


def asked(path: Path, entries: str = "stream=codec_name,pix_fmt,r_frame_rate:format_tags:stream_tags") -> Any:
    said = subprocess.run(
        ["ffprobe", "-loglevel", "error", "-show_entries", entries, "-of", "json", path],
        capture_output=True,
        check=True,
    )
    return json.loads(said.stdout)


def codecs(path: Path) -> list[str]:
    return [stream["codec_name"] for stream in asked(path)["streams"]]


def test_a_film_that_every_app_can_play_is_only_rewrapped(workshop: Workshop, film: FilmMaker) -> None:
    upload = film("a.mov", *PICTURES, *TONE, *H264)
    with processed(upload, workshop) as media:
        assert media.kind is MediaKind.VIDEO
        assert media.original.content_type == "video/mp4"
        hashes = [asked_hashes(path) for path in (upload, media.original.path)]
        assert hashes[0] == hashes[1] != []
        assert codecs(media.original.path) == ["h264", "aac"]
        assert media.original.path.read_bytes().find(b"moov") < media.original.path.read_bytes().find(b"mdat")


def asked_hashes(path: Path) -> list[str]:
    """Of every packet of the film, wherever it lies in the file."""
    said = subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-i", path, "-map", "0:v", "-c", "copy", "-f", "framehash", "-"],
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.rpartition(",")[2] for line in said.stdout.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        (
            "a.mov",
            (
                "-c:v",
                "libx265",
                "-preset",
                "ultrafast",
                "-x265-params",
                "log-level=none",
                "-pix_fmt",
                "yuv420p10le",
                "-c:a",
                "aac",
            ),
        ),
        ("a.webm", ("-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus")),
        ("a.mp4", ("-c:v", "mpeg4", "-c:a", "aac")),
        ("b.mp4", ("-c:v", "libx264", "-pix_fmt", "yuv444p", "-c:a", "aac")),
        ("b.mov", ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "pcm_s16le")),
    ],
)
def test_every_other_film_is_made_one(
    workshop: Workshop, film: FilmMaker, name: str, encoding: tuple[str, ...]
) -> None:
    with processed(film(name, *PICTURES, *TONE, *encoding), workshop) as media:
        assert media.kind is MediaKind.VIDEO
        streams = asked(media.original.path)["streams"]
        assert [stream["codec_name"] for stream in streams] == ["h264", "aac"]
        assert streams[0]["pix_fmt"] == "yuv420p"


def test_what_is_told_of_a_film(workshop: Workshop, film: FilmMaker) -> None:
    upload = film("a.mp4", "-i", "testsrc2=size=1280x720:rate=24:duration=2", *TONE, *H264, "-ac", "2")
    with processed(upload, workshop) as media:
        meta = media.meta
        assert meta["original"]["bitrate"] > 10_000
        assert meta == {
            "length": "0:00:02.00",
            "duration": 2.0,
            "fps": 24,
            "size": "1280x720",
            "width": 1280,
            "height": 720,
            "aspect": 1280 / 720,
            "audio_encode": "aac (LC)",
            "audio_bitrate": "44100 Hz",
            "audio_channels": "stereo",
            "original": {
                "width": 1280,
                "height": 720,
                "frame_rate": "24/1",
                "duration": pytest.approx(2.0, abs=0.05),
                "bitrate": meta["original"]["bitrate"],
            },
            "small": {"width": 640, "height": 360, "size": "640x360", "aspect": 640 / 360},
        }
        assert media.preview is not None
        with Image.open(media.preview.path) as preview:
            assert (preview.format, preview.size) == ("JPEG", (640, 360))
        assert media.blurhash is not None


def test_a_film_stands_upright(workshop: Workshop, film: FilmMaker) -> None:
    lying = film("lying.mp4", *PICTURES, *TONE, *H264)
    turned = lying.with_name("turned.mov")
    subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-i", lying, "-c", "copy", "-metadata:s:v", "rotate=90", turned],
        check=True,
    )
    with processed(turned, workshop) as media:
        assert media.meta["size"] == media.meta["small"]["size"] == "240x320"
        assert media.meta["original"]["width"] == 240


def test_wide_pixels_are_made_square(workshop: Workshop, film: FilmMaker) -> None:
    upload = film("a.mp4", *PICTURES, *TONE, "-vf", "setsar=2/1", "-c:v", "mpeg4", "-c:a", "aac")
    with processed(upload, workshop) as media:
        assert media.meta["size"] == "640x240"


def test_a_large_film_is_made_smaller_and_slower(workshop: Workshop, film: FilmMaker) -> None:
    upload = film(
        "a.mp4", "-i", "color=size=2560x1440:rate=100:duration=0.1", *TONE, "-c:v", "mpeg4", "-shortest"
    )
    with processed(upload, workshop) as media:
        assert media.meta["size"] == "1920x1080"
        assert media.meta["fps"] <= 60


def test_odd_sides_become_even(workshop: Workshop, film: FilmMaker) -> None:
    upload = film(
        "a.webm", "-i", "testsrc2=size=321x241:rate=10:duration=1", *TONE, "-c:v", "libvpx", "-c:a", "libopus"
    )
    with processed(upload, workshop) as media:
        assert media.meta["size"] == "320x240"


def test_a_gif_becomes_a_silent_film(workshop: Workshop, film: FilmMaker) -> None:
    with processed(film("a.gif", *PICTURES), workshop) as media:
        assert media.kind is MediaKind.GIFV
        assert media.original.content_type == "video/mp4"
        assert codecs(media.original.path) == ["h264"]
        assert media.meta["duration"] == 2.0
        assert "audio_encode" not in media.meta
        assert media.preview is not None


def test_only_a_short_silent_film_is_shown_like_a_gif(workshop: Workshop, film: FilmMaker) -> None:
    short = film("short.mp4", *PICTURES, *H264)
    long = film("long.mp4", "-i", "testsrc2=size=32x32:rate=2:duration=40", *H264)
    with processed(short, workshop) as media:
        assert media.kind is MediaKind.GIFV
    with processed(long, workshop) as media:
        assert media.kind is MediaKind.VIDEO


@pytest.mark.parametrize(
    ("name", "encoding", "content_type", "codec"),
    [
        ("a.mp3", (), "audio/mpeg", "mp3"),
        ("a.m4a", (), "audio/mp4", "aac"),
        ("a.aac", (), "audio/mp4", "aac"),
        ("a.ogg", (), "audio/mpeg", "mp3"),
        ("a.flac", (), "audio/mpeg", "mp3"),
        ("a.wav", ("-ar", "96000"), "audio/mpeg", "mp3"),
        ("a.webm", ("-c:a", "libopus"), "audio/mpeg", "mp3"),
    ],
)
def test_every_sound_can_be_heard(
    workshop: Workshop, film: FilmMaker, name: str, encoding: tuple[str, ...], content_type: str, codec: str
) -> None:
    with processed(film(name, *TONE, *encoding), workshop) as media:
        assert media.kind is MediaKind.AUDIO
        assert media.original.content_type == content_type
        assert codecs(media.original.path) == [codec]
        assert media.preview is None
        assert media.blurhash is None
        assert media.meta["duration"] == pytest.approx(2, abs=0.1)
        assert media.meta["audio_channels"] == "mono"
        assert media.meta["original"]["bitrate"] > 5_000
        assert "size" not in media.meta


def test_a_voice_message_that_does_not_know_its_length(workshop: Workshop, film: FilmMaker) -> None:
    """Browsers record like this: the header was written before the end was known."""
    upload = film("a.webm", *TONE, "-c:a", "libopus", "-f", "webm", "-live", "1")
    assert "duration" not in asked(upload, "format=duration")["format"]
    with processed(upload, workshop) as media:
        assert media.meta["duration"] == pytest.approx(2, abs=0.1)


def test_a_cover_is_the_preview_of_its_sound(workshop: Workshop, film: FilmMaker) -> None:
    cover = (
        "-i",
        "color=red:size=300x300:duration=0.1",
        "-map",
        "0",
        "-map",
        "1",
        "-c:v",
        "mjpeg",
        "-frames:v",
        "1",
    )
    with processed(film("a.mp3", *TONE, *cover, "-disposition:v", "attached_pic"), workshop) as media:
        assert media.kind is MediaKind.AUDIO
        assert codecs(media.original.path) == ["mp3"]
        assert media.meta["small"]["size"] == "300x300"
        assert media.preview is not None
        with Image.open(media.preview.path) as preview:
            assert preview.getpixel((150, 150)) == pytest.approx((254, 0, 0), abs=6)


def test_too_long_is_refused_with_both_numbers(workshop: Workshop, film: FilmMaker) -> None:
    tight = Workshop(workshop.workers.scratch, replace(Limits(), sound_seconds=1), ffmpeg=workshop.ffmpeg)
    with (
        tight,
        pytest.raises(MediaTooLarge, match="lasts 2 seconds; 1 are allowed"),
        processed(film("a.flac", *TONE), tight),
    ):
        pass
    live = film("a.webm", *TONE, "-c:a", "libopus", "-f", "webm", "-live", "1")
    tight = Workshop(workshop.workers.scratch, replace(Limits(), sound_seconds=0), ffmpeg=workshop.ffmpeg)
    with tight, pytest.raises(MediaTooLarge), processed(live, tight):
        pass


def test_without_ffmpeg_films_are_refused_in_words(plain_workshop: Workshop) -> None:
    with (
        pytest.raises(MediaNotSupported, match="ffmpeg is not installed"),
        processed(b"\0\0\0\x18ftypisom\0\0\0\0isomXYZ1", plain_workshop),
    ):
        pass


def test_a_full_disk_is_ours_to_answer_for(tmp_path: Path) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\necho 'file:x: No space left on device' >&2\nexit 1\n")
    program.chmod(0o755)
    with pytest.raises(StorageFull):
        run(program, [], tmp_path, Limits(), 10)


# ── what ffprobe says ──

FILM = {
    "index": 0,
    "codec_type": "video",
    "codec_name": "h264",
    "width": 10,
    "height": 20,
    "avg_frame_rate": "30000/1001",
}
SOUND = {
    "index": 1,
    "codec_type": "audio",
    "codec_name": "aac",
    "profile": "LC",
    "sample_rate": "44100",
    "channels": 6,
}


def test_the_first_film_and_sound_are_taken() -> None:
    cover = {**FILM, "codec_name": "png", "index": 5, "disposition": {"attached_pic": 1}}
    told = {
        "streams": [cover, {"index": 9, "codec_type": "data"}, FILM, SOUND, {**SOUND, "index": 7}],
        "format": {"duration": "88.65", "bit_rate": "862056"},
    }
    assert recordings.understood(told) == Recording(
        Film(0, "h264", "", 10, 20, Fraction(30000, 1001)),
        Sound(1, "aac", "aac (LC)", 44100, 6, "6 channels"),
        5,
        88.65,
        862056,
    )


def test_what_is_not_said_is_none() -> None:
    told = {
        "streams": [{**FILM, "avg_frame_rate": "0/0", "sample_aspect_ratio": "0:1"}],
        "format": {"duration": "N/A"},
    }
    understood = recordings.understood(told)
    assert understood.seconds is None
    assert understood.bits is None
    assert understood.film is not None
    assert understood.film.rate is None
    assert understood.film.width == 10


scalars = (
    st.none()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.sampled_from(["1/0", "5:3", "nan", "1e999"])
)


@given(
    st.lists(
        st.fixed_dictionaries(
            {"index": st.integers(0, 9), "codec_type": st.sampled_from(["video", "audio", "data"])},
            optional={
                "codec_name": st.sampled_from(["h264", "aac", "magicyuv", "pcm_u8"]) | scalars,
                "avg_frame_rate": scalars,
                "sample_aspect_ratio": scalars,
                "duration": scalars,
                "sample_rate": scalars,
                "width": st.integers(0, 10**9),
                "height": st.integers(0, 10**9),
                "channels": st.integers(0, 99),
                "side_data_list": st.lists(st.dictionaries(st.just("rotation"), scalars)),
            },
        )
    ),
    st.dictionaries(st.sampled_from(["duration", "bit_rate"]), scalars),
)
def test_whatever_ffprobe_says_is_understood_or_refused(
    streams: list[dict[str, Any]], whole: dict[str, Any]
) -> None:
    recording = recordings.understood({"streams": streams, "format": whole})
    try:
        recordings.check(recording, Limits())
    except (MediaNotSupported, MediaDamaged, MediaTooLarge):
        return
    assert recording.film or recording.sound
    if recording.film:
        assert 0 < recording.film.width * recording.film.height <= Limits().video_pixels
