"""
Uploads: pictures are made ready while the sender waits, films and sounds afterwards.

What waits to be made ready lies in the scratch folder under the media's id,
and a job says so; both survive a crash. Files that nobody needs any more go by
a job too, written in the transaction that let go of them.
"""

import asyncio
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import msgspec

from martlet.media import pipeline
from martlet.media.kinds import Family
from martlet.model.errors import InvalidInput, MartletError, NotFound, Unavailable
from martlet.model.names import AccountId, MediaId
from martlet.model.server import Server
from martlet.services import caching
from martlet.services.ports import Ground
from martlet.storage import events, media
from martlet.storage.database import Writer
from martlet.storage.media import Media

PROCESS = "process_media"
DELETE_FILES = "delete_files"
UNUSED_FOR = timedelta(days=1)
SWEPT_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Description:
    """What the sender says about a file; focus from -1 to 1 each way."""

    text: str = ""
    focus_x: float = 0.0
    focus_y: float = 0.0


class DescriptionTooLong(InvalidInput):
    code = "description_too_long"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"Validation failed: Description is too long (maximum is {limit} characters)", "description"
        )


def check(description: Description, here: Server) -> None:
    """Raises `DescriptionTooLong` or `InvalidInput`."""
    if len(description.text) > here.limits.description:
        raise DescriptionTooLong(here.limits.description)
    if not (-1 <= description.focus_x <= 1 and -1 <= description.focus_y <= 1):
        raise InvalidInput("Validation failed: Focus must lie between -1 and 1", "focus")


async def upload(
    ground: Ground, owner: AccountId, file: Path, thumbnail: Path | None, description: Description
) -> MediaId:
    """
    Take in a file. A picture is ready on return, anything else is `processing`.

    Raises what `media.pipeline` raises for files that cannot be shown.
    """
    check(description, ground.here)
    id = MediaId(ground.here.next_id())
    family = (await asyncio.to_thread(ground.workshop.recognise, file)).family
    row = _row(id, owner, description, ground.here)
    if family is Family.PICTURE:
        kept = await asyncio.to_thread(_make_ready, ground, file)
        await _keep(ground, _ready(row, kept), is_new=True)
        return id
    cover = await asyncio.to_thread(_make_ready, ground, thumbnail) if thumbnail else None
    if cover is not None:
        row = replace(row, preview=cover.preview_key or cover.original_key, blurhash=cover.blurhash)
    waiting = _waiting_path(ground, id)
    await asyncio.to_thread(_set_aside, file, waiting)
    await ground.store.writing(_insert_waiting, row, ground.here)
    return id


async def process_later(ground: Ground, body: str, here: Server) -> None:
    """The job that makes a film or a sound ready."""
    del here
    id = msgspec.json.decode(body, type=MediaId)
    row = await ground.store.reading(media.find_unfiltered, id)
    waiting = _waiting_path(ground, id)
    if row is None or row.state != "processing":
        waiting.unlink(missing_ok=True)
        return
    try:
        kept = await asyncio.to_thread(_make_ready, ground, waiting)
    except Unavailable:
        raise
    except MartletError as error:
        await ground.store.writing(media.fail, id, error.message)
    else:
        await _keep(ground, _ready(row, kept), is_new=False)
    waiting.unlink(missing_ok=True)


async def delete_files(ground: Ground, body: str, here: Server) -> None:
    """The job that removes files nobody needs."""
    del here
    for key in msgspec.json.decode(body, type=list[str]):
        if await ground.store.reading(media.is_named, key):
            continue  # an album was quicker
        await asyncio.to_thread(ground.media.delete, key)


async def change(
    ground: Ground, owner: AccountId, id: MediaId, description: Description, thumbnail: Path | None
) -> None:
    """Change what is said about a file, and the picture that stands for it. Raises `NotFound`."""
    check(description, ground.here)
    cover = await asyncio.to_thread(_make_ready, ground, thumbnail) if thumbnail else None
    try:
        await ground.store.writing(_change, owner, id, description, cover, ground.here)
    except BaseException:
        if cover is not None:
            await asyncio.to_thread(_remove, ground, _keys(cover))
        raise


def let_go(db: Writer, rows: Iterable[Media], now: int) -> None:
    """Forget media and have their files removed."""
    keys: list[str] = []
    elsewhere: list[MediaId] = []
    for row in rows:
        media.delete(db, row.id)
        if row.remote_url is not None:
            elsewhere.append(row.id)
        else:
            keys += [key for key in (row.file, row.preview) if key]
    forget_files(db, [key for key in keys if not media.is_named(db, key)], now)
    caching.forget_media(db, elsewhere, now)


def forget_files(db: Writer, keys: Iterable[str], now: int) -> None:
    """Have files removed once this transaction is done. What lies on other servers is not ours to remove."""
    found = sorted({key for key in keys if key and "://" not in key})
    if found:
        events.add_job(db, DELETE_FILES, msgspec.json.encode(found).decode(), now)


def delete(db: Writer, owner: AccountId, id: MediaId, here: Server) -> None:
    """Remove an upload that no post shows. Raises `NotFound`, or `InvalidInput` where one does or is to."""
    row = media.find(db, id, owner)
    if row is None:
        raise NotFound
    if row.post_id is not None or row.scheduled_id is not None or row.album_id is not None:
        raise InvalidInput("Media attachment is currently used by a status")
    let_go(db, [row], here.now_ms())


def sweep(db: Writer, here: Server) -> int:
    """Let go of uploads that no post took within a day; how many there were."""
    before = here.now_ms() - int(UNUSED_FOR.total_seconds() * 1000)
    rows = media.unused(db, before, SWEPT_AT_ONCE)
    let_go(db, rows, here.now_ms())
    return len(rows)


def _row(id: MediaId, owner: AccountId, description: Description, here: Server) -> Media:
    return Media(
        id=id,
        owner_id=owner,
        post_id=None,
        position=0,
        state="processing",
        kind="unknown",
        content_type="",
        file="",
        preview="",
        bytes=0,
        remote_url=None,
        description=description.text,
        focus_x=description.focus_x,
        focus_y=description.focus_y,
        blurhash=None,
        meta="{}",
        error="",
        created_at=here.now_ms(),
    )


def _make_ready(ground: Ground, file: Path) -> pipeline.KeptMedia:
    with pipeline.processed(file, ground.workshop) as made:
        return pipeline.keep(made, ground.media)


def _ready(row: Media, kept: pipeline.KeptMedia) -> Media:
    return replace(
        row,
        state="ready",
        kind=str(kept.kind),
        content_type=kept.original_type,
        file=kept.original_key,
        preview=row.preview or kept.preview_key or "",
        bytes=kept.original_size + kept.preview_size,
        blurhash=row.blurhash or kept.blurhash,
        meta=msgspec.json.encode(kept.meta).decode(),
        digest=kept.digest,
    )


async def _keep(ground: Ground, row: Media, *, is_new: bool) -> None:
    """Write the row that names files; without it the files go again."""
    try:
        if is_new:
            await ground.store.writing(media.insert, row)
        else:
            await ground.store.writing(_become_ready, row)
    except BaseException:
        await asyncio.to_thread(_remove, ground, [key for key in (row.file, row.preview) if key])
        raise


def _become_ready(db: Writer, row: Media) -> None:
    """A post may show it already: one that came with an archive."""
    media.make_ready(db, row)
    now = media.find_unfiltered(db, row.id)
    if now is not None and now.post_id is not None:
        media.touch_post(db, now.post_id)


def _insert_waiting(db: Writer, row: Media, here: Server) -> None:
    media.insert(db, row)
    body = msgspec.json.encode(row.id).decode()
    events.add_job(db, PROCESS, body, here.now_ms(), key=f"{PROCESS}:{row.id}")


def _change(
    db: Writer,
    owner: AccountId,
    id: MediaId,
    description: Description,
    cover: pipeline.KeptMedia | None,
    here: Server,
) -> None:
    row = media.find(db, id, owner)
    if row is None:
        raise NotFound
    changes: dict[str, object] = {
        "description": description.text,
        "focus_x": description.focus_x,
        "focus_y": description.focus_y,
    }
    if cover is not None:
        changes |= {"preview": cover.preview_key or cover.original_key, "blurhash": cover.blurhash}
    media.update(db, id, **changes)
    if cover is not None and not media.is_named(db, row.preview):
        forget_files(db, [row.preview], here.now_ms())
    if row.post_id is not None:
        media.touch_post(db, row.post_id)


def _keys(kept: pipeline.KeptMedia) -> list[str]:
    return [key for key in (kept.original_key, kept.preview_key) if key]


def _remove(ground: Ground, keys: Iterable[str]) -> None:
    for key in keys:
        ground.media.delete(key)


def _waiting_path(ground: Ground, id: MediaId) -> Path:
    return ground.workshop.workers.scratch / f"waiting-{id}"


def _set_aside(file: Path, waiting: Path) -> None:
    """Safe on disk before anybody is told that it was taken in."""
    with file.open("rb") as source, waiting.open("wb") as target:
        shutil.copyfileobj(source, target)
        target.flush()
        os.fsync(target.fileno())
