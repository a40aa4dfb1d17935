"""`martlet key`: root keys, made and used on one's own machine, with no server and no network."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from martlet.cli.opening import stop
from martlet.model.errors import EvidenceRejected, InvalidInput, MalformedDocument
from martlet.services.checking_bundles import fingerprint
from martlet.signing import canonical_json, continuity, proofs, recovery_words, root_boxes
from martlet.signing.keys import PrivateKey
from martlet.signing.recovery_words import NoSuchWords

IN_A_ROW = 6


@click.group()
def key() -> None:
    """Root keys: for people, on a machine of their own. Nothing of it needs a server or a network."""


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
        root = recovery_words.read(
            click.prompt("Recovery words, or the text of the code", hide_input=True, err=True)
        )
    except NoSuchWords as error:
        stop(error.message)
    if document.get("subject") != root.public.to_did():
        stop("This is to be signed with another root key.")
    signed = proofs.sign_statement(document, root, datetime.now(UTC))
    try:
        said = continuity.read(signed, datetime.now(UTC))
    except (EvidenceRejected, MalformedDocument) as error:
        stop(error.message)
    click.echo(f"You say, as number {said.sequence}: you are {said.actor}", err=True)
    for one in said.keys:
        click.echo(f"  {one.uri} signs for you", err=True)
    for gone in said.revoked:
        click.echo(f"  {gone.uri or gone.public} does not sign for you any more", err=True)
    click.echo(json.dumps(signed, ensure_ascii=False))


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


def _read(file: Path) -> dict[str, Any]:
    try:
        return canonical_json.parse_object(file.read_bytes(), continuity.LIMIT)
    except MalformedDocument as error:
        stop(error.message)
