"""
Albums of an archive that is brought, one after the other.

    albums.json     an OrderedCollection of OrderedCollections of Images

An album that is here already, by its title and its moment, is not made again. What cannot be read, or shown, is left
out; nothing that is wrong with one album keeps the next from coming.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from martlet.activitypub import parse_attachments, values
from martlet.archives import sorting
from martlet.model.albums import AUDIENCES, PICTURES, Album
from martlet.model.errors import MartletError, Unavailable
from martlet.model.names import AccountId, MediaId
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import arranging, importing_files
from martlet.services.arranging import Said
from martlet.services.ports import Ground
from martlet.storage import albums, bulk_imports, media
from martlet.storage.bulk_imports import BulkImport
from martlet.storage.database import Reader, Writer
from martlet.storage.media import Media

log = logging.getLogger("martlet.jobs")

DOCUMENT = "albums.json"
_WORDS = {"public": Visibility.PUBLIC, "unlisted": Visibility.UNLISTED, "followers": Visibility.FOLLOWERS}
"""Of any other, the album is for its owner alone."""


# -- taken along ---------------------------------------------------------


def document(db: Reader, owner: AccountId, media_folder: str) -> dict[str, Any]:
    """All of somebody's albums, with their pictures where they lie in the archive."""
    found = [one for one in albums.every_of(db, owner, arranging.ALBUMS) if one.deleted_at is None]
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": DOCUMENT,
        "type": "OrderedCollection",
        "totalItems": len(found),
        "orderedItems": [_said_of(one, albums.pictures(db, one.id), media_folder) for one in found],
    }


def _said_of(album: Album, pictures: Sequence[Media], media_folder: str) -> dict[str, Any]:
    words = {visibility: word for word, visibility in _WORDS.items()}
    return {
        "type": "OrderedCollection",
        "name": album.title,
        "summary": album.description,
        "createdAt": album.created_at,
        "visibility": words.get(album.visibility, "self"),
        "localOnly": bool(album.is_local_only),
        "sensitive": bool(album.is_sensitive),
        "cover": next((n for n, one in enumerate(pictures) if one.id == album.cover_id), 0),
        "totalItems": len(pictures),
        "orderedItems": [
            {
                "type": "Image",
                "mediaType": one.content_type,
                "url": f"{media_folder}{one.file}",
                "name": one.description,
                "focalPoint": [one.focus_x, one.focus_y],
            }
            for one in pictures
        ],
    }


# -- brought -------------------------------------------------------------


async def take_next(ground: Ground, one: BulkImport, place: Path) -> bool:
    """The next album of an archive that is unpacked at `place`; whether there may be more."""
    listed = await asyncio.to_thread(_listed, place / DOCUMENT)
    if one.position >= len(listed):
        return False
    try:
        await _take(ground, one, listed[one.position], place)
    except Unavailable:
        raise
    except MartletError as error:
        log.info("An album of an archive is left out: %s", error.message)
    except Exception:
        log.exception("An album of an archive could not be brought")
    await ground.store.writing(_go_on, one)
    return True


def _listed(file: Path) -> Sequence[Mapping[str, Any]]:
    found = sorting.document_of(file, most=64 << 20).get("orderedItems")
    items: list[Any] = found if isinstance(found, list) else []
    return [one for one in items if isinstance(one, dict)][: arranging.ALBUMS]


async def _take(ground: Ground, one: BulkImport, said: Mapping[str, Any], place: Path) -> None:
    title = values.text(said.get("name"), arranging.TITLE_LENGTH)
    now = ground.here.now_ms()
    created_at = min(values.number(said.get("createdAt"), 1 << 52) or now, now)
    if await ground.store.reading(_is_known, one.account_id, title, created_at):
        return
    ids: list[MediaId | None] = []
    for thing in values.things(said.get("orderedItems"), PICTURES):
        for file in parse_attachments.attachments({"attachment": [importing_files.whole(thing)]}, "Note")[:1]:
            found = await asyncio.to_thread(importing_files.find, place, file.url)
            taken = (
                None if found is None else await importing_files.upload(ground, one.account_id, found, file)
            )
            ids.append(taken)
    await ground.store.writing(_make, one, said, title, created_at, ids, ground.here)


def _is_known(db: Reader, owner: AccountId, title: str, created_at: int) -> bool:
    known = albums.every_of(db, owner, arranging.ALBUMS)
    return any((one.title, one.created_at) == (title, created_at) for one in known)


def _make(
    db: Writer,
    one: BulkImport,
    said: Mapping[str, Any],
    title: str,
    created_at: int,
    ids: Sequence[MediaId | None],
    here: Server,
) -> None:
    """Nothing where another run of the job has been faster."""
    now = bulk_imports.lock(db, one.id)
    if now is None or (now.stage, now.position) != (one.stage, one.position):
        return
    kinds = media.many(db, [id for id in ids if id is not None], one.account_id)
    shown = [id for id in ids if id is not None and id in kinds and kinds[id].kind == "image"]
    visibility = _WORDS.get(values.text(said.get("visibility"), 20), AUDIENCES[-1])
    wish = Said(
        title=title,
        description=values.text(said.get("summary"), arranging.DESCRIPTION_LENGTH),
        visibility=visibility,
        is_local_only=said.get("localOnly") is True,
        is_sensitive=said.get("sensitive") is True,
    )
    album = arranging.create(db, one.account_id, wish, shown, here)
    place = values.number(said.get("cover"), PICTURES)
    cover = ids[place] if place < len(ids) else None
    if cover in shown:
        album = arranging.change(db, one.account_id, album.id, Said(cover=cover), here)
    albums.update(db, album.id, created_at=created_at)


def _go_on(db: Writer, one: BulkImport) -> None:
    now = bulk_imports.lock(db, one.id)
    if now is not None and (now.stage, now.position) == (one.stage, one.position):
        bulk_imports.update(db, one.id, position=one.position + 1)
