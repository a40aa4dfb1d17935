"""The files of a post that is being written: taken in, described, put in order, taken off again."""

import asyncio
from collections.abc import Iterator

from martlet.http import limits
from martlet.http.multipart import Upload
from martlet.model.errors import InvalidInput
from martlet.model.ids import id_from
from martlet.model.names import MediaId
from martlet.model.posts import MediaChange
from martlet.model.server import Server
from martlet.services import uploading
from martlet.services.uploading import Description
from martlet.storage import media
from martlet.storage.database import Reader
from martlet.storage.media import Media
from martlet.web import showing
from martlet.web.typed import Typed
from martlet.web.visits import Visit
from martlet.web.writing_pages import KeptFile

SAID, FOCUS = "said-", "focus-"
"""What the fields of each uploaded file begin with; its id follows."""
AT_ONCE = 8
"""Pictures that one form may bring."""
PATIENCE_SECONDS = 20
"""So long a form waits for a film or a sound to be made ready."""


def limit(here: Server) -> int:
    """Bytes of a form: a few pictures, or a film."""
    return here.limits.image_bytes * AT_ONCE + here.limits.video_bytes


def files_in(visit: Visit) -> Iterator[Upload]:
    return (file for file in visit.files.values() if file.size)


def described(visit: Visit) -> list[MediaChange]:
    """The files that are uploaded already, in their order: each has a field of its own for what can be seen."""
    found: list[MediaChange] = []
    for name, text in visit.form.items():
        id = id_from(name.removeprefix(SAID)) if name.startswith(SAID) else None
        if id is not None:
            found.append(MediaChange(MediaId(id), text, _focus(visit.form.get(f"{FOCUS}{id}", ""))))
    return found[: visit.here.limits.media_per_post]


def _focus(text: str) -> tuple[float, float] | None:
    """`-0.5,0.25`; None where it is not said, or not like this."""
    x, comma, y = text.partition(",")
    try:
        found = (float(x), float(y)) if comma else None
    except ValueError:
        return None
    return found if found is not None and all(-1 <= part <= 1 for part in found) else None


async def take_in(visit: Visit, typed: Typed) -> int:
    """Upload what the form brought, behind what is there; how many there were. Raises `InvalidInput`, `TooOften`."""
    taken = 0
    for file in files_in(visit):
        if len(typed.media) >= visit.here.limits.media_per_post:
            break
        typed.media.append(await upload(visit, file, ""))
        taken += 1
    return taken


async def upload(visit: Visit, file: Upload, said: str) -> MediaId:
    visit.count(limits.UPLOADS)
    return await uploading.upload(visit.ground, visit.account, file.path, None, Description(said))


async def describe(visit: Visit, changes: list[MediaChange]) -> None:
    """Keep what is said about files. Raises `InvalidInput`, `NotFound`."""
    known = await visit.store.reading(media.many, [one.id for one in changes], visit.account)
    for one in changes:
        row = known.get(one.id)
        if row is None:
            continue
        focus = one.focus or (row.focus_x, row.focus_y)
        if (row.description, row.focus_x, row.focus_y) != (one.description, *focus):
            said = Description(one.description or "", *focus)
            await uploading.change(visit.ground, visit.account, one.id, said, None)


async def wait(visit: Visit, ids: list[MediaId]) -> None:
    """Let films and sounds be made ready, which takes some seconds; whoever sends them need not press twice."""
    if not ids:
        return
    for _ in range(PATIENCE_SECONDS * 4):
        rows = await visit.store.reading(media.many, ids, visit.account)
        if all(row.state != "processing" for row in rows.values()):
            return
        await asyncio.sleep(0.25)


def arrange(typed: Typed, act: str) -> bool:
    """`up-ID`, `down-ID`, `off-ID`: whether it was one of these."""
    word, _, text = act.partition("-")
    id = id_from(text)
    if word not in ("up", "down", "off") or id is None:
        return False
    if MediaId(id) in typed.media:
        place = typed.media.index(MediaId(id))
        one = typed.media.pop(place)
        if word != "off":
            typed.media.insert(max(0, place - 1) if word == "up" else place + 1, one)
    return True


def kept(db: Reader, visit: Visit, ids: list[MediaId]) -> tuple[KeptFile, ...]:
    rows = media.many(db, ids, visit.account)
    return tuple(_kept(rows[id], visit.here) for id in ids if id in rows)


def _kept(row: Media, here: Server) -> KeptFile:
    return KeptFile(
        str(row.id),
        showing.picture(row, here),
        row.state == "processing",
        row.error if row.state == "failed" else "",
    )


class NoFile(InvalidInput):
    code = "no_file"

    def __init__(self) -> None:
        super().__init__("Please choose a file.", "files")
