"""`martlet account adopt`: bring an account here whose server is gone."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import click

from martlet.cli.opening import opened, server, stop, with_settings
from martlet.media.store import LocalStore
from martlet.media.workshop import Workshop
from martlet.model.server import Server
from martlet.services import adopting, tending
from martlet.services.here import others_files, secret_of, workshop
from martlet.settings import Settings
from martlet.signing import recovery_words, root_boxes
from martlet.signing.recovery_words import NoSuchWords
from martlet.signing.server_keys import ServerSecret
from martlet.storage.database import Store


@dataclass(frozen=True, slots=True)
class _Adopting:
    here: Server
    store: Store
    secret: ServerSecret
    workshop: Workshop
    cache: LocalStore
    transfers: Path


@click.command()
@click.argument("username")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_settings
def adopt(settings: Settings, username: str, file: Path) -> None:
    """
    Bring to USERNAME what is in FILE, the backup of their account on a server that is gone.

    Asks for what opens it, unseen: what `martlet key unlock` says on a machine of its owner's, or their recovery words.
    Nothing of it is kept. The account then waits until its owner signs, under Settings, Root key.
    """
    if file.stat().st_size > adopting.FILE_LIMIT:
        stop("The file is too large for a backup of an account.")
    content = file.read_bytes()
    box = root_boxes.read(content)
    unlocking = _unlocking(box, click.prompt("What opens it", hide_input=True, err=True))
    with opened(settings) as store, workshop(settings) as made:
        here = server(settings, store)
        with store.read() as db:
            found = tending.resident(db, username)
        cache, transfers = others_files(settings), settings.folder / "transfers"
        ground = _Adopting(here, store, secret_of(settings), made, cache, transfers)
        old = asyncio.run(adopting.adopt(ground, found.account, content, unlocking))
    click.echo(f"@{found.username} is to go on as {old}, whose posts are here under their old names.")
    click.echo(f"They have to sign that with their root key: {settings.url}/settings/root_key")


def _unlocking(box: root_boxes.Box, typed: str) -> str:
    """Of whoever gives the words, only what they open is used."""
    try:
        root = recovery_words.read(typed)
    except NoSuchWords:
        return typed
    return root_boxes.unlock(box, root)


COMMANDS = (adopt,)
