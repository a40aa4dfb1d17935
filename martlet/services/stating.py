"""
What the owner states about the server at length: about it, its privacy policy, its terms of service.

Written in Markdown and rendered when it is written. Terms have versions, each
with the day from which it holds; a version that already holds stays as it is,
because somebody has agreed to it.
"""

from datetime import date
from functools import cache
from importlib import resources
from typing import Literal

from martlet.model.audit import State, Target
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.roles import OPERATOR, Actor, Permission
from martlet.model.server import Server
from martlet.services import auditing, permitting
from martlet.storage import server_texts
from martlet.storage.database import Reader, Writer
from martlet.storage.server_texts import ServerText, Terms
from martlet.text import markdown

Name = Literal["about", "privacy"]
NAMES: tuple[Name, ...] = ("about", "privacy")
DEFAULT_PRIVACY = "default_privacy.md"
DEFAULT_PRIVACY_AT = 1_795_910_400_000
"""When that text was last changed: 2026-11-29."""


class TextTooLong(InvalidInput):
    code = "text_too_long"

    def __init__(self) -> None:
        super().__init__(f"The text has more than {markdown.LIMIT:,} characters.", "text")


class TermsInForce(InvalidInput):
    code = "terms_in_force"

    def __init__(self, day: str) -> None:
        super().__init__(f"The terms of {day} hold already. Publish a new version with a later day.", "date")


def state(db: Writer, name: Name, source: str, here: Server, by: Actor = OPERATOR) -> None:
    """Put a text in place of the one before; an empty one takes it away. Raises `TextTooLong` and `NotAllowed`."""
    permitting.check_actor(by, Permission.MANAGE_SETTINGS)
    before = kept(db, name)
    _put(db, name, source, here)
    auditing.record(db, by, "text.change", Target("text", 0, name), before, kept(db, name), here)


def _put(db: Writer, name: str, source: str, here: Server) -> None:
    if source.strip():
        server_texts.put(db, name, ServerText(source, _rendered(source), here.now_ms()))
    else:
        server_texts.delete(db, name)


def kept(db: Reader, name: str) -> State:
    """What the audit log says of a text as it is."""
    found = server_texts.find(db, name)
    return {"source": "" if found is None else found.source}


def set_back(db: Writer, name: str, wanted: State, here: Server) -> None:
    """What an undoing does."""
    _put(db, name, str(wanted["source"]), here)


def about(db: Reader) -> ServerText | None:
    return server_texts.find(db, "about")


def privacy(db: Reader, here: Server) -> ServerText:
    """The owner's, else one that says what is true of every Martlet."""
    return server_texts.find(db, "privacy") or _default_privacy(here.host)


@cache
def _default_privacy(host: str) -> ServerText:
    source = resources.files("martlet.services").joinpath(DEFAULT_PRIVACY).read_text("utf-8")
    source = source.replace("{host}", host)
    return ServerText(source, markdown.html(source), DEFAULT_PRIVACY_AT)


def publish_terms(db: Writer, source: str, day: date, here: Server, by: Actor = OPERATOR) -> None:
    """
    Terms that hold from a day on; another version of a day that is still to come takes the place of the first.

    Raises `InvalidInput`, `TermsInForce`, `TextTooLong`, `NotAllowed`.
    """
    permitting.check_actor(by, Permission.MANAGE_SETTINGS)
    if not source.strip():
        raise InvalidInput("There is nothing in it.", "text")
    there = server_texts.terms_of(db, day.isoformat())
    if there is not None and is_effective(there.effective_on, here):
        raise TermsInForce(there.effective_on)
    before = kept_terms(db, day.isoformat())
    _put_terms(db, day.isoformat(), source, here)
    _write_terms_down(db, by, "terms.publish", day, before, here)


def withdraw_terms(db: Writer, day: date, here: Server, by: Actor = OPERATOR) -> None:
    """Take back a version that does not hold yet. Raises `NotFound`, `TermsInForce`, `NotAllowed`."""
    permitting.check_actor(by, Permission.MANAGE_SETTINGS)
    if server_texts.terms_of(db, day.isoformat()) is None:
        raise NotFound(f"There are no terms of {day.isoformat()}.")
    if is_effective(day.isoformat(), here):
        raise TermsInForce(day.isoformat())
    before = kept_terms(db, day.isoformat())
    _put_terms(db, day.isoformat(), "", here)
    _write_terms_down(db, by, "terms.withdraw", day, before, here)


def _put_terms(db: Writer, day: str, source: str, here: Server) -> None:
    if source:
        server_texts.put_terms(db, Terms(day, source, _rendered(source), here.now_ms()))
    else:
        server_texts.delete_terms(db, day)


def _write_terms_down(db: Writer, by: Actor, act: str, day: date, before: State, here: Server) -> None:
    name = day.isoformat()
    auditing.record(db, by, act, Target("terms", 0, name), before, kept_terms(db, name), here)


def kept_terms(db: Reader, day: str) -> State:
    """What the audit log says of the terms of a day as they are."""
    found = server_texts.terms_of(db, day)
    return {"source": "" if found is None else found.source}


def set_terms_back(db: Writer, day: str, wanted: State, here: Server) -> None:
    """What an undoing does. They must not hold yet."""
    _put_terms(db, day, str(wanted["source"]), here)


def terms(db: Reader, here: Server) -> Terms | None:
    """The version that holds today, or the first that will."""
    return server_texts.terms_in_force(db, today(here))


def is_effective(day: str, here: Server) -> bool:
    return day <= today(here)


def today(here: Server) -> str:
    """In UTC."""
    return here.now().date().isoformat()


def _rendered(source: str) -> str:
    if len(source) > markdown.LIMIT:
        raise TextTooLong
    return markdown.html(source)
