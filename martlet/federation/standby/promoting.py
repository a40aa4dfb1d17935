"""
A copy takes its server's place, and the server that had it is not started again by accident.

Two machines that speak as one server would each answer half of what comes, and each send what the other does not know of. So the
copy asks first whether the server still answers; and a server that has a standby asks, before it starts, under its own addresses
whether somebody else answers there as itself.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from martlet.federation.standby import following, following_tables
from martlet.federation.standby.following import INCOMING, Follower, Following
from martlet.federation.standby.following_tables import NotFollowed
from martlet.model.errors import MartletError
from martlet.network.client import Client
from martlet.network.errors import NoAnswer
from martlet.services import indexing
from martlet.storage import dumping, migrating, secret_file, standby, standby_tables
from martlet.storage.backup import Tell
from martlet.storage.database import Store
from martlet.storage.standby import CannotCopy, State


class NotPromoted(MartletError):
    """The copy stays a copy; the message says why."""

    code = "not_promoted"


@dataclass(frozen=True, slots=True)
class Promoted:
    server: str
    copied_at: int
    has_own_secret: bool
    was_told: bool
    """Whether the server whose place was taken knows of it."""


@dataclass(frozen=True, slots=True)
class Target:
    """What the copy becomes, as this machine's settings say."""

    url: str
    database: str
    open_store: Callable[[], AbstractContextManager[Store]]


async def promote(follower: Follower, target: Target, tell: Tell, *, force: bool) -> Promoted:
    """
    Make the copy the server at the target's `url`, on its database. Raises `NotPromoted`.

    Whatever fails leaves a copy that can be promoted again; what was done already is not done twice.
    """
    folder, found = follower.folder, follower.following
    is_begun = _is_begun(folder, found)
    _check(folder, found, target, is_begun=is_begun)
    was_told = await _ask(follower, force=force)
    place = folder / standby.FOLDER
    if problem := _problem_of(place):
        raise NotPromoted(f"The copy of the database is damaged: {problem}")
    standby.save(folder, State(taken_from=found.invitation, taken_at=follower.clock()))
    for name in ("media", secret_file.NAME):
        if (place / name).exists():
            (place / name).replace(folder / name)
    try:
        _take_database(folder, target, tell)
    except CannotCopy as error:
        raise NotPromoted(str(error)) from error
    standby.sync_folder(folder)
    (place / standby.FOLLOWING).unlink()
    (place / INCOMING).unlink(missing_ok=True)
    (place / standby.COPY).unlink(missing_ok=True)
    following_tables.forget(place)
    return Promoted(found.server, found.copied_at, found.has_own_secret, was_told)


def _is_begun(folder: Path, found: Following) -> bool:
    """Whether this copy was being promoted before, and that was cut off."""
    state = standby.load(folder)
    return state is not None and state.taken_from == found.invitation


def _problem_of(place: Path) -> str:
    """Of a database file; blocks of lines are looked at when they are taken in."""
    return standby.problem_of(place / standby.COPY) if (place / standby.COPY).exists() else ""


def _take_database(folder: Path, target: Target, tell: Tell) -> None:
    """The copy becomes the database: renamed where both are SQLite, else row by row. Raises `CannotCopy`."""
    place = folder / standby.FOLDER
    copy, index = place / standby.COPY, following_tables.index_of(place)
    if index is None and target.database == "sqlite":
        if copy.exists():
            copy.replace(folder / standby.DATABASE)
        return
    with target.open_store() as store:
        if _is_empty(store):
            if index is not None:
                standby_tables.load(store, place, index, tell)
            else:
                standby_tables.load_file(store, copy, tell)
        indexing.rebuild(store, tell)


def _is_empty(store: Store) -> bool:
    with store.read() as db:
        return not migrating.version_of(db) or dumping.is_empty(db)


def _check(folder: Path, found: Following, target: Target, *, is_begun: bool) -> None:
    """Raises `NotPromoted`."""
    if found.server != target.url and found.copied_at:
        raise NotPromoted(
            f"The copy is of {found.server}; the settings of this machine say {target.url}. Set `url` to the former: people and other servers know it by that."
        )
    if is_begun:
        return
    if not found.copied_at or not following.has_copy(folder):
        raise NotPromoted("There is no whole copy here yet.")
    if target.database != "sqlite":
        with target.open_store() as store:
            if not _is_empty(store):
                raise NotPromoted(
                    "There is a server in the database already. Name an empty one in `database`."
                )
    elif (folder / standby.DATABASE).exists() and (folder / standby.DATABASE).stat().st_size:
        raise NotPromoted(f"There is a server in {folder} already. Move its database away first.")
    if (folder / standby.FOLDER / "media").exists() and _has_files(folder / "media"):
        raise NotPromoted(f"There are files in {folder / 'media'} already. Move them away first.")


def _has_files(folder: Path) -> bool:
    """Folders alone are made by asking for the place; they are removed, for a folder takes the place of an empty one only."""
    if not folder.exists():
        return False
    if any(path.is_file() for path in folder.rglob("*")):
        return True
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir()
    return False


async def _ask(follower: Follower, *, force: bool) -> bool:
    """Whether the other server was told. Raises `NotPromoted` where it answers and nobody insists."""
    try:
        await follower.ask(do="state")
    except (NoAnswer, NotFollowed):
        return False
    if not force:
        raise NotPromoted(
            f"{follower.following.url} still answers. Stop it first; or, if you mean it, --force: then it is told, and does not start again."
        )
    try:
        await follower.ask(do="promoted")
    except (NoAnswer, NotFollowed):
        return False
    return True


async def replaced_at(folder: Path, client: Client, addresses: Sequence[str], now: int) -> int:
    """
    When this server's standby took its place, in milliseconds; 0 if it has not, or nobody can tell.

    `addresses` are the server's own: whoever took its place answers there.
    """
    state = standby.load(folder)
    if state is None or not state.invited or state.replaced_at:
        return 0 if state is None else state.replaced_at
    for url in addresses:
        asking = Follower(folder, Following(url=url, invitation=state.invited, at=now), client, lambda: now)
        try:
            said = await asking.ask(do="state")
        except (NoAnswer, NotFollowed):
            continue
        if said.role == "promoted":
            state.replaced_at = said.at
            standby.save(folder, state)
            return said.at
    return 0
