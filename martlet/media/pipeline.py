"""
From a stranger's upload to files that can be shown: one way in, whatever it is.

    with pipeline.processed(upload, workshop) as media:
        kept = pipeline.keep(media, store)

Takes from a tenth of a second (a picture) to minutes (a film), and blocks: it is called from a job or a
worker thread.

An animated GIF becomes a silent film where there is ffmpeg, and stays a GIF where there is none. The film is a
tenth of the size, plays smoothly, and is what apps expect of `gifv`.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from martlet.media import filming
from martlet.media.errors import MediaDamaged
from martlet.media.filming import Filmed, Studio
from martlet.media.kinds import GIF, HEAD, Family, Format, MediaKind, sniff
from martlet.media.recordings import Recording
from martlet.media.store import MediaStore, new_key
from martlet.media.tasks import Develop, Developed, Drawn
from martlet.media.workshop import Workshop
from martlet.model.errors import InvalidInput

Meta = dict[str, Any]


@dataclass(frozen=True, slots=True)
class MediaFile:
    path: Path
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class ProcessedMedia:
    """
    Ready to be kept. Its files are there until the `with` ends.

    `preview` and `blurhash` are None for a sound without a cover. `meta` has the shape
    of Mastodon's `MediaAttachment.meta`, without `focus`.
    """

    kind: MediaKind
    original: MediaFile
    preview: MediaFile | None
    blurhash: str | None
    meta: Meta


@dataclass(frozen=True, slots=True)
class KeptMedia:
    """What to remember: the keys of its files in the store, and what they are. Sizes are in bytes."""

    kind: MediaKind
    original_key: str
    original_type: str
    original_size: int
    preview_key: str | None
    preview_size: int
    blurhash: str | None
    meta: Meta
    digest: bytes
    """SHA-256 of the original."""


@contextmanager
def processed(upload: Path | bytes, workshop: Workshop) -> Iterator[ProcessedMedia]:
    """
    The upload made ready to be shown. It is read, not moved or removed.

    Raises `MediaNotRecognised`, `MediaNotSupported`, `MediaDamaged`,
    `MediaTooLarge`, `MediaTookTooLong`; and `StorageFull` or `StorageBroken`
    when it is our own fault.
    """
    format = workshop.recognise(upload)
    with workshop.job(upload) as source:
        if format.family is Family.PICTURE:
            yield _picture(source, format, workshop)
        else:
            with workshop.filming:
                media = _recording(source, format, workshop)
            yield media


def keep(media: ProcessedMedia, store: MediaStore) -> KeptMedia:
    """
    Put the files in the store under new keys. All of them are there, or none.

    Raises a kind of `Unavailable`.
    """
    key = new_key(media.original.content_type)
    with media.original.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
    store.put(key, media.original.path)
    preview_key = None
    if media.preview is not None:
        preview_key = new_key(media.preview.content_type)
        try:
            store.put(preview_key, media.preview.path)
        except BaseException:
            store.delete(key)
            raise
    return KeptMedia(
        media.kind,
        key,
        media.original.content_type,
        media.original.size,
        preview_key,
        media.preview.size if media.preview else 0,
        media.blurhash,
        media.meta,
        digest,
    )


# ── pictures ──


def _picture(source: Path, format: Format, workshop: Workshop) -> ProcessedMedia:
    folder = source.parent
    developed = workshop.workers.ask(
        Develop(
            str(source), str(folder), format.reader, workshop.limits, films_gifs=workshop.ffmpeg is not None
        )
    )
    preview = _drawn(folder, developed.preview)
    if developed.original is None:
        with workshop.filming:
            filmed = _gif_as_film(source, workshop)
        meta = {**_film_meta(filmed.recording), "small": _sizes(developed.preview)}
        return ProcessedMedia(MediaKind.GIFV, _filmed(filmed), preview, developed.blurhash, meta)
    return pictured(folder, developed, developed.original)


def pictured(folder: Path, developed: Developed, original: Drawn) -> ProcessedMedia:
    """What a worker has drawn in `folder`, with the picture itself among it."""
    meta = {"original": _sizes(original), "small": _sizes(developed.preview)}
    preview = _drawn(folder, developed.preview)
    return ProcessedMedia(MediaKind.IMAGE, _drawn(folder, original), preview, developed.blurhash, meta)


def _gif_as_film(source: Path, workshop: Workshop) -> Filmed:
    studio = _studio(source, "gif", workshop)
    return filming.film(studio, studio.probe())


def _sizes(drawn: Drawn) -> Meta:
    return _measures(drawn.width, drawn.height)


def _measures(width: int, height: int) -> Meta:
    return {"width": width, "height": height, "size": f"{width}x{height}", "aspect": width / height}


def _drawn(folder: Path, drawn: Drawn) -> MediaFile:
    path = folder / drawn.name
    return MediaFile(path, drawn.content_type, path.stat().st_size)


# ── films and sounds ──


def _recording(source: Path, format: Format, workshop: Workshop) -> ProcessedMedia:
    studio = _studio(source, format.reader, workshop)
    recording = studio.probe()
    if recording.film is not None:
        return seen(studio, filming.film(studio, recording), workshop)
    return heard(studio, recording, filming.sound(studio, recording), workshop)


def heard(studio: Studio, recording: Recording, filmed: Filmed, workshop: Workshop) -> ProcessedMedia:
    """A sound made ready, with the cover that the `recording` has."""
    meta = _sound_meta(filmed.recording)
    developed = _cover(studio, recording, workshop)
    if developed is None:
        return ProcessedMedia(MediaKind.AUDIO, _filmed(filmed), None, None, meta)
    meta["small"] = _sizes(developed.preview)
    preview = _drawn(studio.folder, developed.preview)
    return ProcessedMedia(MediaKind.AUDIO, _filmed(filmed), preview, developed.blurhash, meta)


def seen(studio: Studio, filmed: Filmed, workshop: Workshop) -> ProcessedMedia:
    """A film made ready, with a picture of its beginning."""
    developed = _developed(filming.poster(studio, filmed), workshop)
    made = filmed.recording
    is_loop = made.sound is None and (made.seconds or 0) <= workshop.limits.loop_seconds
    meta = {**_film_meta(made), "small": _sizes(developed.preview)}
    preview = _drawn(studio.folder, developed.preview)
    kind = MediaKind.GIFV if is_loop else MediaKind.VIDEO
    return ProcessedMedia(kind, _filmed(filmed), preview, developed.blurhash, meta)


def _cover(studio: Studio, recording: Recording, workshop: Workshop) -> Developed | None:
    """A cover that cannot be read is left out: the sound is what was sent."""
    if recording.cover is None:
        return None
    try:
        return _developed(filming.cover(studio, recording.cover), workshop)
    except InvalidInput:
        return None


def _developed(picture: Path, workshop: Workshop) -> Developed:
    with picture.open("rb") as file:
        format = sniff(file.read(HEAD))
    if format.family is not Family.PICTURE or format is GIF:
        raise MediaDamaged
    return workshop.workers.ask(Develop(str(picture), str(picture.parent), format.reader, workshop.limits))


def _studio(source: Path, demuxer: str, workshop: Workshop) -> Studio:
    if workshop.ffmpeg is None:  # pragma: no cover (`recognise` has refused it)
        raise MediaDamaged
    return Studio(workshop.ffmpeg, source.parent, source.name, demuxer, workshop.limits)


def _filmed(filmed: Filmed) -> MediaFile:
    size = filmed.path.stat().st_size
    return MediaFile(filmed.path, filmed.content_type, size)


def _film_meta(recording: Recording) -> Meta:
    film = recording.film
    if film is None:
        raise MediaDamaged
    rate = film.rate or 0
    measures = _measures(film.width, film.height)
    return {
        **_length_meta(recording),
        "fps": round(rate),
        **measures,
        **_voice_meta(recording),
        "original": {
            "width": film.width,
            "height": film.height,
            "frame_rate": f"{rate.numerator}/{rate.denominator}",
            "duration": recording.seconds,
            "bitrate": recording.bits,
        },
    }


def _sound_meta(recording: Recording) -> Meta:
    return {
        **_length_meta(recording),
        **_voice_meta(recording),
        "original": {"duration": recording.seconds, "bitrate": recording.bits},
    }


def _length_meta(recording: Recording) -> Meta:
    seconds = recording.seconds
    if seconds is None:
        raise MediaDamaged
    minutes, rest = divmod(round(seconds, 2), 60)
    hours, minutes = divmod(int(minutes), 60)
    return {"length": f"{hours}:{minutes:02}:{rest:05.2f}", "duration": round(seconds, 2)}


def _voice_meta(recording: Recording) -> Meta:
    sound = recording.sound
    if sound is None:
        return {}
    return {"audio_encode": sound.voice, "audio_bitrate": f"{sound.rate} Hz", "audio_channels": sound.layout}
