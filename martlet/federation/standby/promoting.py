"""
A copy takes its server's place, and the server that had it is not started again by accident.

Two machines that speak as one server would each answer half of what comes, and each send what the other does not know of. So the
copy asks first whether the server still answers; and a server that has a standby asks, before it starts, under its own addresses
whether somebody else answers there as itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from martlet.federation.standby.following import FOLLOWING, INCOMING, Follower, Following, NotFollowed
from martlet.model.errors import MartletError
from martlet.network.client import Client
from martlet.network.errors import NoAnswer
from martlet.storage import secret_file, standby
from martlet.storage.standby import State


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


async def promote(follower: Follower, url: str, *, force: bool) -> Promoted:
    """
    Make the copy the server at `url`. Raises `NotPromoted`.

    Whatever fails before the last step leaves a copy that can be promoted again.
    """
    folder, following = follower.folder, follower.following
    _check(folder, following, url)
    was_told = await _ask(follower, force=force)
    place = folder / standby.FOLDER
    if problem := standby.problem_of(place / standby.COPY):
        raise NotPromoted(f"The copy of the database is damaged: {problem}")
    standby.save(folder, State(taken_from=following.invitation, taken_at=follower.clock()))
    for name in ("media", secret_file.NAME):
        if (place / name).exists():
            (place / name).replace(folder / name)
    (place / standby.COPY).replace(folder / standby.DATABASE)
    standby.sync_folder(folder)
    (place / FOLLOWING).unlink()
    (place / INCOMING).unlink(missing_ok=True)
    return Promoted(following.server, following.copied_at, following.has_own_secret, was_told)


def _check(folder: Path, following: Following, url: str) -> None:
    """Raises `NotPromoted`."""
    place = folder / standby.FOLDER
    if not following.copied_at or not (place / standby.COPY).exists():
        raise NotPromoted("There is no whole copy here yet.")
    if (folder / standby.DATABASE).exists() and (folder / standby.DATABASE).stat().st_size:
        raise NotPromoted(f"There is a server in {folder} already. Move its database away first.")
    if (place / "media").exists() and _has_files(folder / "media"):
        raise NotPromoted(f"There are files in {folder / 'media'} already. Move them away first.")
    if following.server != url:
        raise NotPromoted(
            f"The copy is of {following.server}; the settings of this machine say {url}. Set `url` to the former: people and other servers know it by that."
        )


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
