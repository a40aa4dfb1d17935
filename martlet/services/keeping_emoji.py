"""
This server's custom emoji: adding, sorting, hiding, deleting, copying from other servers.

A picture is fitted and encoded anew, as avatars are. Posts that use an emoji which is gone show its name.
"""

import asyncio
from pathlib import Path

from martlet.media import avatars
from martlet.media.avatars import KeptPicture, Shape
from martlet.model.audit import State, Target
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.remote_media import FileUse
from martlet.model.roles import Actor, Permission
from martlet.model.server import Server
from martlet.services import auditing, keeping_reasons, permitting, uploading
from martlet.services.keeping_reasons import NO_REASON, Reason
from martlet.services.ports import Ground
from martlet.storage import emojis, remote_files
from martlet.storage.database import AlreadyThere, Reader, Writer
from martlet.storage.emojis import Emoji
from martlet.text.cleaning import one_line
from martlet.text.emoji import SHORTCODE

SORTED = frozenset({"category", "is_listed"})
"""What of an emoji can be changed."""
SHORTEST, LONGEST = 2, 60
CATEGORY = 60
MOST = 5000
BYTES = 1 << 20


async def add(ground: Ground, actor: Actor, shortcode: str, category: str, file: Path) -> None:
    """Raises `NotAllowed`, `InvalidInput`, and what `media.avatars` raises for files that are no pictures."""
    permitting.check_actor(actor, Permission.MANAGE_CUSTOM_EMOJIS)
    code, shelf = _code(shortcode), _category(category)
    await ground.store.reading(_check_free, code)
    kept = await asyncio.to_thread(_kept, ground, file)
    try:
        await ground.store.writing(_add, actor, code, shelf, kept, ground.here)
    except BaseException:
        for key in {kept.original_key, kept.still_key}:
            await asyncio.to_thread(ground.media.delete, key)
        raise


async def copy(ground: Ground, actor: Actor, id: int) -> None:
    """
    Make another server's emoji one of ours, by the same name.

    The picture is taken from the cache, where it is once somebody has looked at it.
    Raises `NotAllowed`, `NotFound`, `InvalidInput`.
    """
    permitting.check_actor(actor, Permission.MANAGE_CUSTOM_EMOJIS)
    found, key = await ground.store.reading(_elsewhere, id)
    if not key or not ground.cache.exists(key):
        raise InvalidInput("Its picture has not been fetched yet. Look at it once, then try again.", "file")
    await add(ground, actor, found.shortcode, found.category or "", ground.cache.path(key))


def _elsewhere(db: Reader, id: int) -> tuple[Emoji, str]:
    found = emojis.find(db, id)
    if found is None or not found.host:
        raise NotFound
    file = remote_files.find(db, FileUse.EMOJI, id)
    return found, file.file if file is not None else ""


def _kept(ground: Ground, file: Path) -> KeptPicture:
    if file.stat().st_size > BYTES:
        raise InvalidInput("An emoji's picture has at most 1 MB.", "file")
    with avatars.fitted(file, Shape.EMOJI, ground.workshop) as picture:
        return avatars.keep(picture, ground.media)


def _check_free(db: Reader, code: str) -> None:
    if emojis.has_as_many(db, "", MOST):
        raise InvalidInput(f"There can be {MOST:,} emoji.", "shortcode")
    if emojis.find_own(db, code) is not None:
        raise InvalidInput("There is an emoji of this name already.", "shortcode")


def _add(db: Writer, actor: Actor, code: str, category: str | None, kept: KeptPicture, here: Server) -> None:
    made = Emoji(
        id=here.next_id(),
        shortcode=code,
        host="",
        file=kept.original_key,
        file_static=kept.still_key,
        category=category,
        is_listed=1,
        created_at=here.now_ms(),
    )
    try:
        with db.part():
            emojis.insert(db, made)
    except AlreadyThere:
        raise InvalidInput("There is an emoji of this name already.", "shortcode") from None
    auditing.record(db, actor, "emoji.add", _target(made), {"is_there": False}, {"is_there": True}, here)


def change(db: Writer, actor: Actor, id: int, category: str, here: Server, *, is_listed: bool) -> None:
    """Where pickers show it, and whether. Raises `NotAllowed`, `NotFound` and `InvalidInput`."""
    permitting.check_actor(actor, Permission.MANAGE_CUSTOM_EMOJIS)
    found = _own(db, id)
    before = state(db, id, SORTED)
    emojis.sort(db, id, _category(category), is_listed=int(is_listed))
    auditing.record(db, actor, "emoji.change", _target(found), before, state(db, id, SORTED), here)


def remove(db: Writer, actor: Actor, id: int, here: Server, reason: Reason = NO_REASON) -> None:
    """For good, with its picture. Raises `NotAllowed`, `NotFound` and `InvalidInput`."""
    permitting.check_actor(actor, Permission.MANAGE_CUSTOM_EMOJIS)
    found, why = _own(db, id), keeping_reasons.wording(db, reason)
    _drop(db, found, here)
    auditing.record(db, actor, "emoji.remove", _target(found), {}, {}, here, reason=why)


def _drop(db: Writer, emoji: Emoji, here: Server) -> None:
    emojis.delete(db, emoji.id)
    uploading.forget_files(db, (emoji.file, emoji.file_static), here.now_ms())


def state(db: Reader, id: int, names: frozenset[str]) -> State:
    """What the audit log says of an emoji of our own as it is."""
    found = emojis.find(db, id)
    known: State = {"is_there": found is not None}
    if found is not None:
        known |= {"category": found.category, "is_listed": bool(found.is_listed)}
    return {name: value for name, value in known.items() if name in names}


def set_back(db: Writer, id: int, wanted: State, here: Server) -> None:
    """What an undoing does; one that was deleted does not come back. Raises `NotFound`."""
    found = _own(db, id)
    if wanted.get("is_there") is False:
        _drop(db, found, here)
    else:
        category = wanted["category"]
        emojis.sort(db, id, None if category is None else str(category), int(bool(wanted["is_listed"])))


def _own(db: Reader, id: int) -> Emoji:
    found = emojis.find(db, id)
    if found is None or found.host:
        raise NotFound
    return found


def _code(text: str) -> str:
    code = text.strip().strip(":")
    if not SHORTCODE.fullmatch(code) or not SHORTEST <= len(code) <= LONGEST:
        raise InvalidInput(f"A name has {SHORTEST} to {LONGEST} letters (a–z), digits and _.", "shortcode")
    return code


def _category(text: str) -> str | None:
    shelf = one_line(text)
    if len(shelf) > CATEGORY:
        raise InvalidInput(f"A category has at most {CATEGORY} characters.", "category")
    return shelf or None


def _target(emoji: Emoji) -> Target:
    return Target("emoji", emoji.id, f":{emoji.shortcode}:")
