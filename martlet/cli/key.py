"""`martlet key`: root keys, made and used on one's own machine with no server and no network; and a server's keys changed."""

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from martlet.cli.opening import opened, server, stop, with_settings
from martlet.model.continuity import Statement
from martlet.model.errors import EvidenceRejected, InvalidInput, MalformedDocument
from martlet.model.server import Server, milliseconds
from martlet.services import root_keys, rotating, tending
from martlet.services.checking_bundles import fingerprint
from martlet.services.here import secret_of
from martlet.settings import Settings
from martlet.signing import canonical_json, continuity, proofs, recovery_words, root_boxes
from martlet.signing.keys import PrivateKey
from martlet.signing.recovery_words import NoSuchWords
from martlet.signing.server_keys import ServerSecret
from martlet.storage.database import Store

IN_A_ROW = 6


@click.group()
def key() -> None:
    """Root keys: for people, on a machine of their own, without a server or a network. `rotate` alone is for the server's."""


@key.command()
def make() -> None:
    """
    Make a root key, and show it once.

    Write the words down and keep them where you keep your passport. Enter the public key under Settings, Root key.
    """
    root = PrivateKey.make_ed25519()
    words = recovery_words.words_of(root)
    for at in range(0, len(words), IN_A_ROW):
        click.echo(
            "  ".join(
                f"{number:2} {word:<9}" for number, word in enumerate(words[at : at + IN_A_ROW], at + 1)
            )
        )
    click.echo(f"\nThe same as the text of a code:  {recovery_words.text_of(root)}")
    click.echo(f"Public key:   {root.public.to_did()}")
    click.echo(f"Fingerprint:  {fingerprint(root.public)}")


@key.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def sign(file: Path) -> None:
    """
    Sign what a server proposes to be said, out of FILE, with a root key.

    Asks for the recovery words, says what is signed, and prints the signed statement, which goes back to the server's
    page.
    """
    document = _read(file)
    try:
        said = continuity.parse_unsigned(document)
    except (EvidenceRejected, MalformedDocument, KeyError) as error:
        stop(str(error))
    _tell(said)
    try:
        root = recovery_words.read(
            click.prompt("Recovery words, or the text of the code", hide_input=True, err=True)
        )
    except NoSuchWords as error:
        stop(error.message)
    if document.get("subject") != root.public.to_did():
        stop("This is to be signed with another root key.")
    signed = proofs.sign_statement(document, root, datetime.now(UTC))
    try:
        continuity.read(signed, datetime.now(UTC))
    except (EvidenceRejected, MalformedDocument) as error:
        stop(error.message)
    click.echo(json.dumps(signed, ensure_ascii=False))


def _tell(said: Statement) -> None:
    """All that is to be signed, before it is."""
    click.echo(f"You say, as number {said.sequence}: you are {said.actor}", err=True)
    for name in said.formerly:
        click.echo(f"  you were {name} before", err=True)
    for one in said.keys:
        click.echo(f"  {one.uri} signs for you: {one.public}", err=True)
    for place in said.gateways:
        click.echo(f"  your posts are found at {place}", err=True)
    for gone in said.revoked:
        since = datetime.fromtimestamp(gone.after / 1000, UTC)
        click.echo(
            f"  {gone.uri or gone.public} does not sign for you after {since:%Y-%m-%d %H:%M} UTC", err=True
        )


@key.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def unlock(file: Path) -> None:
    """
    Show what opens the backup FILE, and nothing else, from its root key's words.

    It goes to the server that is to take the account in; the words do not.
    """
    try:
        box = root_boxes.read(file.read_bytes())
        root = recovery_words.read(
            click.prompt("Recovery words, or the text of the code", hide_input=True, err=True)
        )
        click.echo(root_boxes.unlock(box, root))
    except InvalidInput as error:
        stop(error.message)


@dataclass(frozen=True, slots=True)
class _Signing:
    here: Server
    store: Store
    secret: ServerSecret


@key.command()
@click.argument("username")
@click.option(
    "--stolen-since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]),
    metavar="YYYY-MM-DD[THH:MM]",
    help="What the old keys have signed after that (UTC) counts as nobody's.",
)
@with_settings
def rotate(settings: Settings, username: str, stolen_since: datetime | None) -> None:
    """
    Change the keys with which this server signs for USERNAME. The server may be running.

    Followers' servers are told of the new keys. Who has a root key signs with it afterwards, under Settings, Root key.
    """
    since = None if stolen_since is None else milliseconds(stolen_since.replace(tzinfo=UTC))
    with opened(settings) as store:
        with store.read() as db:
            found = tending.resident(db, username)
            root = root_keys.root_of(db, found.account)
        ground = _Signing(server(settings, store), store, secret_of(settings))
        asyncio.run(rotating.rotate(ground, found.account, since))
    click.echo(f"@{found.username} has new keys, which followers' servers are told of.")
    if root:
        click.echo(f"They have to sign that with their root key: {settings.url}/settings/root_key")


def _read(file: Path) -> dict[str, Any]:
    try:
        return canonical_json.parse_object(file.read_bytes(), continuity.LIMIT)
    except MalformedDocument as error:
        stop(error.message)
