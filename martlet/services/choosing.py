"""
What the owner chooses while the server runs, in place of the settings file: description, who may join, colours, a picture.

Kept in `server_value`; each process reads it anew every few seconds, and the
one in which it was changed at once. The server's name is kept as it always was
(`naming.py`).
"""

import asyncio
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

import msgspec

from martlet.media import avatars
from martlet.media.avatars import KeptPicture, Shape
from martlet.model import colours, emails
from martlet.model.audit import State, Target
from martlet.model.errors import InvalidInput
from martlet.model.roles import Actor, Permission
from martlet.model.server import CarriedPosts, Registration, Server
from martlet.services import auditing, naming, permitting, uploading
from martlet.services.ports import Ground
from martlet.storage import server_values
from martlet.storage.database import Reader, Store, Writer
from martlet.text.cleaning import many_lines, one_line

KEPT_MS = 5_000
PATIENCE = 1.0
"""Seconds after which what was known before is good enough."""
DESCRIPTION = 1000
NAMES = (
    "description",
    "contact_email",
    "registration",
    "public_preview",
    "carried_posts",
    "thumbnail",
    "thumbnail_small",
    "thumbnail_blurhash",
    "thumbnail_description",
    "act_light",
    "act_dark",
)
_KEPT_IN_LOG = tuple(name for name in NAMES if not name.startswith("thumbnail"))
_PICTURE = ("thumbnail", "thumbnail_small", "thumbnail_blurhash", "thumbnail_description")
_NO_PICTURE: State = dict.fromkeys(_PICTURE, "")
_PREFIX = "chosen_"
_BEFORE = "picture_before"
_DAY = 86_400_000
PICTURE_DAYS = 30
"""For so long the picture that was shown before is kept."""
LIGHT, DARK = ("#ffffff", "#eef2f0"), ("#131c1a", "#0b1211")
"""What is behind text in each theme: the colours of `martlet.css`."""
TINT = 0.14
INKS = ("#ffffff", "#05241f")

log = logging.getLogger("martlet.choosing")


# -- reading -------------------------------------------------------------


def load(db: Reader, here: Server) -> None:
    """Have what was chosen hold in this process from now on."""
    apply(server_values.named(db, [_PREFIX + name for name in NAMES]), here)


def apply(found: dict[str, str], here: Server) -> None:
    values = {name: found.get(_PREFIX + name) for name in NAMES}
    chosen = here.choices
    chosen.description, chosen.contact_email = values["description"], values["contact_email"]
    chosen.registration = next((one for one in get_args(Registration) if one == values["registration"]), None)
    chosen.carried_posts = next(
        (one for one in get_args(CarriedPosts) if one == values["carried_posts"]), None
    )
    preview = values["public_preview"]
    chosen.public_preview = None if preview is None else preview == "1"
    chosen.thumbnail, chosen.thumbnail_small = values["thumbnail"] or "", values["thumbnail_small"] or ""
    chosen.thumbnail_blurhash = values["thumbnail_blurhash"] or ""
    chosen.thumbnail_description = values["thumbnail_description"] or ""
    chosen.act_light, chosen.act_dark = values["act_light"] or "", values["act_dark"] or ""


@dataclass(slots=True)
class Chooser:
    """Reads them anew once in `KEPT_MS`, however many requests come."""

    store: Store
    here: Server
    _read_at: int | None = field(default=None)

    def is_due(self, now: int) -> bool:
        """Whether it is time to `renew` them."""
        return self._read_at is None or not 0 <= now - self._read_at < KEPT_MS

    async def renew(self, now: int) -> None:
        """While the database is away, what was read last holds."""
        self._read_at = now
        try:
            async with asyncio.timeout(PATIENCE):
                await self.store.reading(load, self.here)
        except Exception:  # whatever it is, what was known before is good enough
            log.exception("What the owner chose could not be read; what was known before holds.")


# -- choosing ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wish:
    name: str
    description: str
    contact_email: str
    registration: str
    public_preview: bool
    carried_posts: str
    act_light: str = ""
    act_dark: str = ""


def choose(db: Writer, actor: Actor, wish: Wish, here: Server) -> None:
    """What is as the settings say is not kept. Raises `NotAllowed` and `InvalidInput`."""
    permitting.check_actor(actor, Permission.MANAGE_SETTINGS)
    name, description = one_line(wish.name), many_lines(wish.description).strip()
    if not name or len(name) > naming.LIMIT:
        raise InvalidInput(f"A server's name has 1 to {naming.LIMIT} characters.", "name")
    if len(description) > DESCRIPTION:
        raise InvalidInput(f"A description has at most {DESCRIPTION} characters.", "description")
    email = wish.contact_email.strip()
    if email and emails.read(email) is None:
        raise InvalidInput("This is no e-mail address.", "contact_email")
    if wish.registration not in get_args(Registration):
        raise InvalidInput("That is none of the ways to join.", "registration")
    if wish.carried_posts not in get_args(CarriedPosts):
        raise InvalidInput("That is none of the places for such posts.", "carried_posts")
    values = {
        "description": None if description == here.set_description else description,
        "contact_email": None if email == here.set_contact_email else email,
        "registration": None if wish.registration == here.set_registration else wish.registration,
        "public_preview": None
        if wish.public_preview == here.set_public_preview
        else str(int(wish.public_preview)),
        "carried_posts": None if wish.carried_posts == here.set_carried_posts else wish.carried_posts,
        "act_light": _colour(wish.act_light, LIGHT, "act_light"),
        "act_dark": _colour(wish.act_dark, DARK, "act_dark"),
    }
    before = state(db)
    if name != naming.server_name(db, here):
        naming.rename(db, name)
    for key, value in values.items():
        _put(db, key, value)
    _write_down(db, actor, before, here)


def _colour(text: str, behind: tuple[str, str], field: str) -> str | None:
    """Raises `InvalidInput` for a colour in which nobody can read."""
    text = text.strip().lower()
    if not text:
        return None
    if not colours.is_colour(text):
        raise InvalidInput("A colour is written as #rrggbb.", field)
    grounds = (*behind, tint(text, behind[0]))
    lowest = min(colours.contrast(text, one) for one in grounds)
    if lowest < colours.READABLE:
        raise InvalidInput(
            f"Text in this colour is hard to read: its contrast is {lowest:.1f}, and {colours.READABLE} is needed.",
            field,
        )
    return text


def tint(colour: str, behind: str) -> str:
    """A breath of it, for what is said and done."""
    return colours.mixed(colour, behind, TINT)


def ink_on(colour: str) -> str:
    """What is written on a button of this colour."""
    return max(INKS, key=lambda one: colours.contrast(one, colour))


def _put(db: Writer, name: str, value: str | None) -> None:
    if value is None:
        server_values.delete(db, _PREFIX + name)
    else:
        server_values.put(db, _PREFIX + name, value)


@dataclass(frozen=True, slots=True)
class _Card:
    """The picture as it was kept; `small` is its key at half the size."""

    picture: KeptPicture
    small: KeptPicture
    blurhash: str

    @property
    def keys(self) -> set[str]:
        return {one for kept in (self.picture, self.small) for one in (kept.original_key, kept.still_key)}


async def show_picture(ground: Ground, actor: Actor, file: Path | None, description: str = "") -> None:
    """The picture that links to this server are shown with; None: Martlet's own. Raises `InvalidInput`, `NotAllowed`."""
    permitting.check_actor(actor, Permission.MANAGE_SETTINGS)
    said = one_line(description)
    if len(said) > ground.here.limits.description:
        raise InvalidInput("This description is too long.", "description")
    card = None if file is None else await asyncio.to_thread(_kept, ground, file)
    try:
        await ground.store.writing(_take_picture, actor, card, said, ground.here)
    except BaseException:
        for key in card.keys if card else ():
            await asyncio.to_thread(ground.media.delete, key)
        raise


def _kept(ground: Ground, file: Path) -> _Card:
    with avatars.fitted(file, Shape.CARD, ground.workshop) as picture:
        blurhash = avatars.blurhash_of(picture.still.path, ground.workshop)
        with avatars.fitted(picture.still.path, Shape.SMALL_CARD, ground.workshop) as half:
            kept = avatars.keep(picture, ground.media)
            try:
                return _Card(kept, avatars.keep(half, ground.media), blurhash)
            except BaseException:
                for key in {kept.original_key, kept.still_key}:
                    ground.media.delete(key)
                raise


def _take_picture(db: Writer, actor: Actor, card: _Card | None, description: str, here: Server) -> None:
    """What moves holds still here. The picture before stays a while, so that it can come back."""
    before, wanted = picture_state(db), dict(_NO_PICTURE)
    if card is not None:
        shown = (card.picture.still_key, card.small.still_key, card.blurhash, description)
        wanted = dict(zip(_PICTURE, shown, strict=True))
    if wanted == before:
        return
    _put_picture(db, wanted)
    unseen = set() if card is None else card.keys - _files(wanted)
    uploading.forget_files(db, unseen | (_forgotten(db) - _files(before) - _files(wanted)), here.now_ms())
    if _files(before):
        kept = _PictureBefore(before, here.now_ms() + PICTURE_DAYS * _DAY)
        server_values.put(db, _BEFORE, msgspec.json.encode(kept).decode())
    auditing.record(db, actor, "server.picture", Target("server", 0, ""), before, wanted, here)


def _put_picture(db: Writer, wanted: State) -> None:
    for name in _PICTURE:
        _put(db, name, str(wanted[name]) or None)


def _files(picture: State) -> set[str]:
    return {str(picture[name]) for name in ("thumbnail", "thumbnail_small")} - {""}


# -- the picture before ----------------------------------------------------


class _PictureBefore(msgspec.Struct, frozen=True):
    """What was shown before; `until` in milliseconds."""

    picture: State
    until: int


def _before(db: Reader) -> _PictureBefore | None:
    kept = server_values.find(db, _BEFORE)
    return None if kept is None else msgspec.json.decode(kept, type=_PictureBefore)


def _forgotten(db: Writer) -> set[str]:
    """The files of the picture before, which is kept no longer."""
    found = _before(db)
    server_values.delete(db, _BEFORE)
    return set() if found is None else _files(found.picture)


def forget_picture(db: Writer, here: Server) -> None:
    """When its time is over."""
    found = _before(db)
    if found is not None and found.until < here.now_ms():
        uploading.forget_files(db, _forgotten(db) - _files(picture_state(db)), here.now_ms())


def picture_state(db: Reader) -> State:
    """What is shown, as the audit log says it."""
    found = server_values.named(db, [_PREFIX + name for name in _PICTURE])
    return {name: found.get(_PREFIX + name, "") for name in _PICTURE}


def reachable_picture(db: Reader, wanted: State) -> State:
    """A picture that was shown before, if it is still kept; else none."""
    found = _before(db)
    return wanted if found is not None and found.picture == wanted else dict(_NO_PICTURE)


def set_picture_back(db: Writer, wanted: State, here: Server) -> None:
    """What an undoing does: what was shown until now is kept no longer."""
    shown = picture_state(db)
    _put_picture(db, wanted)
    uploading.forget_files(db, (_files(shown) | _forgotten(db)) - _files(wanted), here.now_ms())


# -- taking back ---------------------------------------------------------


def state(db: Reader) -> State:
    """All that a form of the desk changes, as it is, but for the picture."""
    found = server_values.named(db, [_PREFIX + name for name in _KEPT_IN_LOG])
    return {"name": server_values.find(db, naming.NAME) or "", **dict(sorted(found.items()))}


def set_back(db: Writer, wanted: State) -> None:
    """What an undoing does."""
    name = str(wanted["name"])
    if name:
        naming.rename(db, name)
    else:
        server_values.delete(db, naming.NAME)
    for name in _KEPT_IN_LOG:
        kept = wanted.get(_PREFIX + name)
        _put(db, name, None if kept is None else str(kept))


def _write_down(db: Writer, actor: Actor, before: State, here: Server) -> None:
    after = state(db)
    if before != after:
        target = Target("server", 0, naming.server_name(db, here))
        auditing.record(db, actor, "server.change", target, before, after, here)
