"""
Files of other servers, made ready to be shown here.

    kept = received.keep_media(file, workshop, cache)         # what hangs on a post
    kept = received.keep_picture(file, workshop, cache)       # a film's preview
    kept = received.keep_fitted(file, Shape.AVATAR, workshop, cache)

Pictures are decoded and encoded anew, as uploads are. Films and sounds are not: strangers do not get to
spend our processor. What every app can play is put into a new wrapper, without names and places; all else
is kept as it came, under the type that its bytes say. It all blocks.
"""

from dataclasses import dataclass, field
from pathlib import Path

from martlet.media import avatars, filming, pipeline
from martlet.media.avatars import Shape
from martlet.media.errors import MediaDamaged, MediaNotRecognised
from martlet.media.filming import Filmed, Studio
from martlet.media.kinds import (
    AAC,
    FLAC,
    MP3,
    MP4,
    OGG,
    QUICKTIME,
    WAV,
    WEBM,
    Family,
    Format,
    MediaKind,
    sniff_file,
)
from martlet.media.pipeline import MediaFile, Meta, ProcessedMedia
from martlet.media.recordings import Recording
from martlet.media.store import MediaStore, new_key
from martlet.media.tasks import Develop
from martlet.media.workshop import Workshop
from martlet.model.errors import InvalidInput

FILM_TYPES = {WEBM: "video/webm", MP4: "video/mp4", QUICKTIME: "video/quicktime", OGG: "video/ogg"}
SOUND_TYPES = {
    WEBM: "audio/webm",
    MP4: "audio/mp4",
    QUICKTIME: "audio/mp4",
    OGG: "audio/ogg",
    MP3: "audio/mpeg",
    AAC: "audio/aac",
    FLAC: "audio/flac",
    WAV: "audio/wav",
}


@dataclass(frozen=True, slots=True)
class Received:
    """
    What is kept: keys in the cache, and what is known of the file.

    `small` is a preview, or a version that holds still; empty where there is none, and the same key as `file`
    where nothing moves. `kind` is None for what hangs on no post. `meta` has the shape of Mastodon's.
    """

    file: str
    small: str
    bytes: int
    kind: MediaKind | None = None
    blurhash: str | None = None
    meta: Meta = field(default_factory=dict)

    @property
    def keys(self) -> list[str]:
        return list(dict.fromkeys(key for key in (self.file, self.small) if key))


def keep_media(file: Path, workshop: Workshop, cache: MediaStore) -> Received:
    """
    A picture, a film or a sound, whatever it is. Read, not removed.

    Raises what `pipeline.processed` raises.
    """
    format = sniff_file(file)
    with workshop.job(file) as source:
        if format.family is Family.PICTURE:
            return _kept(_picture(source, format, workshop), cache)
        return _kept(_recording(source, format, workshop), cache)


def keep_picture(file: Path, workshop: Workshop, cache: MediaStore) -> Received:
    """A picture and nothing else, of which only the preview is shown. Raises what `keep_media` raises."""
    format = sniff_file(file)
    if format.family is not Family.PICTURE:
        raise MediaNotRecognised
    with workshop.job(file) as source:
        task = Develop(str(source), str(source.parent), format.reader, workshop.limits)
        preview = workshop.workers.ask(task).preview
        path = source.parent / preview.name
        key = new_key(preview.content_type)
        cache.put(key, path)
        return Received(key, key, path.stat().st_size)


def keep_fitted(file: Path, shape: Shape, workshop: Workshop, cache: MediaStore) -> Received:
    """A picture made to fit. Raises what `avatars.fitted` raises."""
    with avatars.fitted(file, shape, workshop) as fitted:
        kept = avatars.keep(fitted, cache)
        sizes = [fitted.original.size, *([] if fitted.still == fitted.original else [fitted.still.size])]
        return Received(kept.original_key, kept.still_key, sum(sizes))


def _kept(media: ProcessedMedia, cache: MediaStore) -> Received:
    kept = pipeline.keep(media, cache)
    return Received(
        kept.original_key,
        kept.preview_key or "",
        kept.original_size + kept.preview_size,
        kept.kind,
        kept.blurhash,
        kept.meta,
    )


def _picture(source: Path, format: Format, workshop: Workshop) -> ProcessedMedia:
    """Keep a picture; an animated one stays a picture and is not made a film, because apps were told of a picture."""
    task = Develop(str(source), str(source.parent), format.reader, workshop.limits)
    developed = workshop.workers.ask(task)
    if developed.original is None:
        raise MediaDamaged
    return pipeline.pictured(source.parent, developed, developed.original)


def _recording(source: Path, format: Format, workshop: Workshop) -> ProcessedMedia:
    if workshop.ffmpeg is None:
        return _unseen(source, format)
    studio = Studio(workshop.ffmpeg, source.parent, source.name, format.reader, workshop.limits)
    recording = studio.probe()
    filmed = filming.rewrapped(studio, recording) or _as_it_came(source, format, recording)
    try:
        if recording.film is None:
            return pipeline.heard(studio, recording, filmed, workshop)
        return pipeline.seen(studio, filmed, workshop)
    except InvalidInput:  # its first frames cannot be shown, or it does not say how long it is
        kind = MediaKind.AUDIO if recording.film is None else MediaKind.VIDEO
        return _without_preview(filmed.path, filmed.content_type, kind)


def _as_it_came(source: Path, format: Format, recording: Recording) -> Filmed:
    types = SOUND_TYPES if recording.film is None else FILM_TYPES
    if format not in types:
        raise MediaDamaged
    return Filmed(source, types[format], recording, format.reader)


def _unseen(source: Path, format: Format) -> ProcessedMedia:
    """Without ffmpeg: whether there is anything to see in it, its wrapper tells only nearly."""
    if format in FILM_TYPES and format is not OGG:
        return _without_preview(source, FILM_TYPES[format], MediaKind.VIDEO)
    return _without_preview(source, SOUND_TYPES[format], MediaKind.AUDIO)


def _without_preview(path: Path, content_type: str, kind: MediaKind) -> ProcessedMedia:
    file = MediaFile(path, content_type, path.stat().st_size)
    return ProcessedMedia(kind, file, None, None, {})
