"""Reasons that are given again and again, kept for those who act upon accounts."""

from typing import NamedTuple

from martlet.model.audit import State, Target
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.roles import Actor, Permission
from martlet.model.server import Server
from martlet.services import auditing, permitting, sanctioning
from martlet.storage import presets
from martlet.storage.database import Reader, Writer
from martlet.storage.presets import Preset
from martlet.text.cleaning import many_lines, one_line

TITLE = 100
MOST = 100
WORDS = 1000
"""Characters of a reason that is typed for the log."""


class Reason(NamedTuple):
    """Why something is decided that nobody is told of: words of one's own, after those that are kept."""

    text: str = ""
    kept: int | None = None


NO_REASON = Reason()


def add(db: Writer, actor: Actor, title: str, text: str, here: Server) -> None:
    """Raises `NotAllowed` and `InvalidInput`."""
    permitting.check_actor(actor, Permission.MANAGE_SETTINGS)
    if len(presets.every(db)) >= MOST:
        raise InvalidInput(f"There can be {MOST} reasons.", "title")
    made = _checked(Preset(here.next_id(), title, text))
    presets.insert(db, made)
    auditing.record(db, actor, "reason.add", _target(made), {"is_there": False}, state(db, made.id), here)


def change(db: Writer, actor: Actor, id: int, title: str, text: str, here: Server) -> None:
    """Raises `NotAllowed`, `NotFound` and `InvalidInput`."""
    permitting.check_actor(actor, Permission.MANAGE_SETTINGS)
    made = _checked(Preset(id, title, text))
    before = state(db, id)
    if not presets.update(db, made):
        raise NotFound
    auditing.record(db, actor, "reason.change", _target(made), before, state(db, id), here)


def remove(db: Writer, actor: Actor, id: int, here: Server) -> None:
    """Strikes keep the words that were given. Raises `NotAllowed` and `NotFound`."""
    permitting.check_actor(actor, Permission.MANAGE_SETTINGS)
    found = presets.find(db, id)
    if found is None:
        raise NotFound(f"There is no text {id}.")
    before = state(db, id)
    presets.delete(db, id)
    auditing.record(db, actor, "reason.remove", _target(found), before, {"is_there": False}, here)


def state(db: Reader, id: int) -> State:
    """What the audit log says of a reason as it is."""
    found = presets.find(db, id)
    if found is None:
        return {"is_there": False}
    return {"is_there": True, "title": found.title, "text": found.text}


def set_back(db: Writer, id: int, wanted: State) -> None:
    """What an undoing does."""
    if wanted["is_there"] is False:
        presets.delete(db, id)
        return
    made = Preset(id, str(wanted["title"]), str(wanted["text"]))
    if not presets.update(db, made):
        presets.insert(db, made)


def wording(db: Reader, reason: Reason) -> str:
    """What the log says of a reason. Raises `NotFound` for a kept one that there is not, and `InvalidInput`."""
    kept = None if reason.kept is None else presets.find(db, reason.kept)
    if kept is None and reason.kept is not None:
        raise NotFound
    own = many_lines(reason.text).strip()
    if len(own) > WORDS:
        raise InvalidInput(f"A reason has 1 to {WORDS} characters.", "text")
    return "\n\n".join(one for one in ("" if kept is None else kept.text, own) if one)


def _checked(preset: Preset) -> Preset:
    title, text = one_line(preset.title), many_lines(preset.text).strip()
    if not title or len(title) > TITLE:
        raise InvalidInput(f"A title has 1 to {TITLE} characters.", "title")
    if not 0 < len(text) <= sanctioning.TEXT:
        raise InvalidInput(f"A reason has 1 to {sanctioning.TEXT} characters.", "text")
    return Preset(preset.id, title, text)


def _target(preset: Preset) -> Target:
    return Target("reason", preset.id, preset.title)
