"""Uploads: https://docs.joinmastodon.org/methods/media/"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from martlet.http import forms, limits, multipart
from martlet.http.answer import Answer, json_answer
from martlet.http.multipart import Upload
from martlet.mastodon import entities
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize.bodies import attachment
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.names import MediaId
from martlet.services import uploading
from martlet.services.uploading import Description
from martlet.storage import media
from martlet.storage.database import Reader, Writer

api = Api()

PARTIAL = 206
WAIT_SECONDS = 120


class MediaForm(Struct, frozen=True):
    """Beside the parts `file` and `thumbnail`."""

    description: Annotated[str, Meta(description="What can be seen or heard, for those who cannot.")] = ""
    focus: Annotated[str, Meta(description="Two numbers from -1 to 1: what to keep in sight.")] = ""


class ChangeForm(Struct, frozen=True):
    """What is left out stays as it is."""

    description: str | None = None
    focus: str | None = None


@api.post(
    "/api/v2/media",
    scope="write:media",
    form=MediaForm,
    returns=entities.MediaAttachment,
    body_limit=None,
    rule=limits.UPLOADS,
)
async def upload(call: Call[MediaForm]) -> Answer:
    """https://docs.joinmastodon.org/methods/media/#v2 answers 202 where the file is not ready yet."""
    id = await _taken_in(call)
    row = await call.store.reading(media.find, id, call.account)
    return _answer(row, call, waiting=202)


@api.post(
    "/api/v1/media",
    scope="write:media",
    form=MediaForm,
    returns=entities.MediaAttachment,
    body_limit=None,
    rule=limits.UPLOADS,
)
async def upload_and_wait(call: Call[MediaForm]) -> Answer:
    """https://docs.joinmastodon.org/methods/media/#v1 answers once the file is ready."""
    id = await _taken_in(call)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(WAIT_SECONDS):
            while await _state(call, id) == "processing":  # noqa: ASYNC110 - another process may be the one at work
                await asyncio.sleep(0.25)
    row = await call.store.reading(media.find, id, call.account)
    return _answer(row, call, waiting=202)


@api.get("/api/v1/media/{id}", scope="write:media", returns=entities.MediaAttachment)
def show(db: Reader, call: Call[NoForm]) -> Answer:
    """https://docs.joinmastodon.org/methods/media/#get answers 206 while the file is not ready."""
    return _answer(media.find(db, MediaId(call.id), call.account), call, waiting=PARTIAL)


@api.put(
    "/api/v1/media/{id}",
    scope="write:media",
    form=ChangeForm,
    returns=entities.MediaAttachment,
    body_limit=None,
)
async def change(call: Call[ChangeForm]) -> Answer:
    """https://docs.joinmastodon.org/methods/media/#update"""
    id = MediaId(call.id)
    row = await call.store.reading(media.find, id, call.account)
    if row is None:
        raise NotFound
    async with sent(call, _limit(call)) as (values, files):
        form = forms.to_form(values, ChangeForm)
        focus = (row.focus_x, row.focus_y) if form.focus is None else _focus(form.focus)
        text = row.description if form.description is None else form.description
        await uploading.change(
            call.ground, call.account, id, Description(text, *focus), _path(files.get("thumbnail"))
        )
    return _answer(await call.store.reading(media.find, id, call.account), call, waiting=PARTIAL)


@api.delete("/api/v1/media/{id}", scope="write:media")
def delete(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/media/#delete"""
    uploading.delete(db, call.account, MediaId(call.id), call.here)
    return {}


async def _taken_in(call: Call[MediaForm]) -> MediaId:
    async with sent(call, _limit(call)) as (values, files):
        form = forms.to_form(values, MediaForm)
        if "file" not in files:
            raise InvalidInput("Validation failed: File can't be blank", "file")
        description = Description(form.description, *_focus(form.focus))
        thumbnail = _path(files.get("thumbnail"))
        return await uploading.upload(call.ground, call.account, files["file"].path, thumbnail, description)


@asynccontextmanager
async def sent(call: Call[Any], limit: int) -> AsyncIterator[tuple[dict[str, Any], dict[str, Upload]]]:
    """The form and its files, at most `limit` bytes; the files are gone afterwards."""
    kind = call.request.header(b"content-type").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        body = await call.request.body(64 * 1024)
        yield (forms.from_json(body) if kind == "application/json" else forms.from_urlencoded(body)), {}
        return
    values, uploads = await multipart.with_files(call.request, limit, call.ground.workshop.workers.scratch)
    try:
        files = {name: value for name, value in values.items() if isinstance(value, Upload)}
        yield {name: value for name, value in values.items() if name not in files}, files
    finally:
        for one in uploads:
            one.file.close()


def _limit(call: Call[Any]) -> int:
    return max(call.here.limits.video_bytes, call.here.limits.image_bytes) + 1024 * 1024


async def _state(call: Call[Any], id: MediaId) -> str:
    row = await call.store.reading(media.find, id, call.account)
    return "gone" if row is None else row.state


def _answer(row: media.Media | None, call: Call[Any], waiting: int) -> Answer:
    if row is None:
        raise NotFound
    if row.state == "failed":
        raise InvalidInput(row.error or "Error processing thumbnail for uploaded media")
    return json_answer(attachment(row, call.here), waiting if row.state == "processing" else 200)


def _focus(text: str) -> tuple[float, float]:
    """`-0.5,0.25`. Raises `InvalidInput`."""
    if not text:
        return 0.0, 0.0
    try:
        x, y = (msgspec.convert(part.strip(), float, strict=False) for part in text.split(","))
    except (ValueError, msgspec.ValidationError):
        raise InvalidInput("Validation failed: Focus has the form 0.0,0.0", "focus") from None
    return x, y


def _path(upload: Upload | None) -> Path | None:
    return upload.path if upload else None
