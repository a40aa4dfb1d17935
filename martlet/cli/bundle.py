"""`martlet bundle`: posts in a file, to be carried by hand."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from martlet.archives import bundles
from martlet.archives.bundles import Bundle
from martlet.cli.opening import WRONG, opened, server, stop, with_settings
from martlet.cli.progress import bars
from martlet.media.store import LocalStore
from martlet.media.workshop import Workshop
from martlet.model.carrying import Refusal, Trust
from martlet.model.errors import NotFound
from martlet.model.ids import id_from
from martlet.model.names import AccountId, PostId, Uri
from martlet.model.server import Server, milliseconds
from martlet.services import bundling, importing_bundles
from martlet.services.bundling import Packed
from martlet.services.here import others_files, own_files, secret_of, workshop
from martlet.services.importing_bundles import Found, Refused
from martlet.settings import Settings
from martlet.signing import canonical_json
from martlet.signing.server_keys import ServerSecret
from martlet.storage import accounts, logs, posts, uris
from martlet.storage.database import Store
from martlet.text import sanitize
from martlet.text.cleaning import one_line
from martlet.web.carried_words import REASONS

WORDS = {"documents": "Documents"}
SOME_REFUSED = 3
"""Exit code: the file is a bundle, and some of what is in it is not to be believed."""
MOST_SHOWN = 20
SHOWN_TEXT = 72
SIGNS = {
    Trust.CONFIRMED: "confirmed",
    Trust.CONSISTENT: "consistent with an earlier file",
    Trust.UNCONFIRMED: "not confirmed",
}


@dataclass(frozen=True, slots=True)
class _Packing:
    here: Server
    store: Store
    secret: ServerSecret
    media: LocalStore


@dataclass(frozen=True, slots=True)
class _Unpacking:
    here: Server
    store: Store
    workshop: Workshop
    cache: LocalStore


@click.group()
def bundle() -> None:
    """Posts in a file: make one, look into one, bring one in. No network is needed."""


# -- making ------------------------------------------------------------------


@bundle.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--account", "names", multiple=True, help="Whose posts; may be given several times. Without: everybody's."
)
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]),
    metavar="YYYY-MM-DD[THH:MM]",
    help="Only what has changed since (UTC).",
)
@click.option("--thread", "address", default=None, help="The thread of the post at this address instead.")
@click.option(
    "--back-to",
    "host",
    default=None,
    help="Instead, answers, likes and follows of --account for this server.",
)
@with_settings
def make(
    settings: Settings,
    file: Path,
    names: Sequence[str],
    since: datetime | None,
    address: str | None,
    host: str | None,
) -> None:
    """
    Write posts into FILE, with their authors' signatures.

    Only public and unlisted posts are in it, and what was deleted of such. The server may be running. Whoever has the
    file can read it, and check without asking anybody that not a letter was changed.
    """
    if file.exists():
        stop(f"{file} is there already. Nothing was written.")
    if (address is not None and (names or host or since)) or (
        host is not None and (len(names) != 1 or since)
    ):
        stop("--thread goes with no other option; --back-to goes with one --account, and no other.", WRONG)
    with opened(settings) as store, bars(WORDS) as tell:
        packing = _Packing(server(settings, store), store, secret_of(settings), own_files(settings))
        who = _accounts(store, names)
        try:
            if address is not None:
                packed = asyncio.run(bundling.share_thread(packing, _post(store, address), file, tell))
            elif host is not None:
                packed = asyncio.run(bundling.take_back(packing, who[0], host.lower(), file))
            else:
                moment = 0 if since is None else milliseconds(since.replace(tzinfo=UTC))
                packed = asyncio.run(bundling.share_accounts(packing, who, moment, file, tell))
        except OSError as error:
            stop(f"The file could not be written: {error.strerror}. Nothing was left behind.")
    _tell_packed(file, packed)


def _tell_packed(file: Path, packed: Packed) -> None:
    size = file.stat().st_size / 1e6
    click.echo(f"{file}: {packed.documents:,} documents by {packed.authors:,} people, {size:,.2f} MB")
    if packed.files or packed.files_left_out:
        click.echo(f"{packed.files:,} pictures, films and sounds; {packed.files_left_out:,} did not fit.")
    if packed.left_out:
        click.echo(
            f"{packed.left_out:,} posts of the thread are left out: nobody has signed them for carrying."
        )


def _accounts(store: Store, names: Sequence[str]) -> list[AccountId]:
    with store.read() as db:
        if not names:
            return logs.authors(db)
        found = []
        for name in names:
            account = accounts.find_by_handle(db, name.lstrip("@"))
            if account is None:
                stop(f"There is no account {name} here.")
            found.append(account.id)
        return found


def _post(store: Store, address: str) -> PostId:
    """Raises `NotFound`."""
    with store.read() as db:
        post = uris.find_post(db, Uri(address))
        id = id_from(address.rpartition("/")[2])
        if post is None and id is not None:
            post = posts.find_unfiltered(db, PostId(id))
    if post is None or address not in (post.uri, post.url):
        raise NotFound("There is no post at this address.")
    return post.id


# -- looking -----------------------------------------------------------------


@bundle.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--json", "as_json", is_flag=True, help="For scripts: one JSON object.")
@with_settings
def check(settings: Settings, file: Path, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """
    Look whether all in FILE is by whom it names. Nothing is kept.

    Ends with 0 if all of it is, with 1 if the file is no bundle or damaged, and with 3 if some of it has to be refused.
    """
    with opened(settings) as store, workshop(settings) as made, bars(WORDS) as tell:
        unpacking = _Unpacking(server(settings, store), store, made, others_files(settings))
        found = asyncio.run(importing_bundles.look(unpacking, file, tell))
    _tell_found(found, as_json=as_json)


@bundle.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--json", "as_json", is_flag=True, help="For scripts: one JSON object.")
@with_settings
def bring(settings: Settings, file: Path, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """
    Bring in what FILE holds. The server may be running; bringing in a file twice changes nothing.

    Posts by people whose keys this server knows take their place as if they had come over the network. Others are kept
    apart until their own server has been asked. Ends like `martlet bundle check`.
    """
    with opened(settings) as store, workshop(settings) as made, bars(WORDS) as tell:
        unpacking = _Unpacking(server(settings, store), store, made, others_files(settings))
        found = asyncio.run(importing_bundles.take_in(unpacking, file, tell))
    _tell_found(found, as_json=as_json)


def _tell_found(found: Found, *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    else:
        _print_found(found)
    if found.refused:
        raise SystemExit(SOME_REFUSED)


def _print_found(found: Found) -> None:
    click.echo(
        f"New: {found.new:,}. Newer than what was known: {found.newer:,}. Known: {found.known:,}. "
        f"Set aside: {found.aside:,}. Refused: {found.refused:,}."
    )
    if found.files or found.files_aside:
        click.echo(
            f"Pictures, films and sounds: {found.files:,} new, {found.files_aside:,} left out, of authors not confirmed."
        )
    for author in found.authors.values():
        logged = "" if author.logged is None else f" of {author.logged:,}"
        sign = SIGNS[Trust(author.trust)]
        click.echo(f"{author.name or author.uri}: {author.documents:,}{logged} documents, {sign}")
        if author.trust < Trust.CONFIRMED:
            click.echo(f"    key {author.fingerprint}")
    for one in found.reasons[:MOST_SHOWN]:
        click.echo(f"Refused: {_place(one)}: {REASONS[Refusal(one.why)].msgid}", err=True)


def _place(one: Refused) -> str:
    return f"{one.part} line {one.line}, {one.name}" if one.line else one.part


@bundle.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--limit", default=MOST_SHOWN, type=click.IntRange(1), help="How many documents are shown.")
@click.option(
    "--json", "as_json", is_flag=True, help="For scripts: the documents themselves, one in each line."
)
@with_settings
def show(settings: Settings, file: Path, limit: int, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Show what FILE holds, as it says of itself: nothing is checked but that it is whole."""
    del settings
    with Bundle.open(file) as opened_bundle:
        if as_json:
            for line in opened_bundle.lines(*bundles.LINES):
                click.echo(line.body)
            return
        manifest = opened_bundle.manifest
        table = Table(title=f"{manifest.title}, {manifest.created}: {opened_bundle.documents:,} documents")
        for heading in ("What", "By", "Says"):
            table.add_column(heading, overflow="fold")
        for number, line in enumerate(opened_bundle.lines(*bundles.LINES)):
            if number == limit:
                break
            table.add_row(*_row(line.body))
    Console().print(table)


def _row(body: bytes) -> tuple[str, str, str]:
    """Raises `MalformedDocument`."""
    said = canonical_json.parse_object(body)
    by = said.get("attributedTo") or said.get("actor") or said.get("id") or ""
    words = said.get("content") or said.get("preferredUsername") or said.get("object") or said.get("id") or ""
    shown = one_line(sanitize.plain(words)) if isinstance(words, str) else ""
    return str(said.get("type", ""))[:32], str(by)[:SHOWN_TEXT], shown[:SHOWN_TEXT]
