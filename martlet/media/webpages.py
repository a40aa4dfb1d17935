"""
Web pages of strangers and their pictures, made ready for previews: in the confined workers, like all that comes from elsewhere.

Takes some tens of milliseconds, and blocks: it is called from a thread.
"""

from dataclasses import dataclass

from martlet.media.errors import MediaNotRecognised
from martlet.media.kinds import Family
from martlet.media.store import MediaStore, new_key
from martlet.media.tasks import ReadOembed, ReadPage, Sketch
from martlet.media.workshop import Workshop
from martlet.text.previews.said import Page, Said


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """A preview in the store. Sizes are in pixels, `size` in bytes."""

    key: str
    width: int
    height: int
    blurhash: str
    size: int


def read_page(body: bytes, url: str, content_type: str, workshop: Workshop) -> Page:
    """Raises `MediaDamaged` and `MediaTookTooLong`."""
    limits = workshop.limits
    with workshop.job(body) as source:
        task = ReadPage(str(source), url, content_type, limits.page_seconds, limits.page_patience)
        return workshop.workers.ask(task)


def read_oembed(body: bytes, url: str, workshop: Workshop) -> Said:
    """Raises what `read_page` raises."""
    limits = workshop.limits
    with workshop.job(body) as source:
        return workshop.workers.ask(ReadOembed(str(source), url, limits.page_seconds, limits.page_patience))


def keep_picture(body: bytes, workshop: Workshop, store: MediaStore) -> KeptPicture:
    """Its first frame, small, in the store. Raises what `pipeline.processed` and `pipeline.keep` raise."""
    format = workshop.recognise(body)
    if format.family is not Family.PICTURE:
        raise MediaNotRecognised
    with workshop.job(body) as source:
        sketched = workshop.workers.ask(
            Sketch(str(source), str(source.parent), format.reader, workshop.limits)
        )
        path, drawn = source.parent / sketched.preview.name, sketched.preview
        key = new_key(drawn.content_type)
        store.put(key, path)
        return KeptPicture(key, drawn.width, drawn.height, sketched.blurhash, path.stat().st_size)
