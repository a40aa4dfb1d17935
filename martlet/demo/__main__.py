"""Build the town in the data folder, unless it stands there already."""

import asyncio
import random
import shutil
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import click
import msgspec

from martlet import app, settings
from martlet.demo.building import Town
from martlet.demo.clock import Clock
from martlet.model.ids import IdMaker
from martlet.model.server import milliseconds
from martlet.services import here
from martlet.settings import Settings
from martlet.signing import passwords
from martlet.storage.migrating import migrate
from martlet.storage.opening import open_store
from martlet.wiring.ground import ground_for

GUESTS = ("jona", "xiaoyu")
"""Those one can sign in as."""
PASSWORDS = "passwords.txt"


def main() -> None:
    wanted = settings.load()
    if not (wanted.folder / PASSWORDS).exists():
        _build(wanted)
    click.echo("Sign in as one of these two, with a browser or any app:")
    click.echo((wanted.folder / PASSWORDS).read_text())


def _build(wanted: Settings) -> None:
    """Beside the place where it will stand: a town that was not finished is never found."""
    began = time.monotonic()
    site = wanted.folder.with_name(f"{wanted.folder.name}.part")
    shutil.rmtree(site, ignore_errors=True)
    site.mkdir(mode=0o700, parents=True)
    click.echo("Building the town of Mauerwinkel, once …")
    chosen = {name: passwords.make_up() for name in GUESTS}
    asyncio.run(_fill(_on(site, wanted), {name: passwords.hash_password(it) for name, it in chosen.items()}))
    kept = site / PASSWORDS
    kept.touch(mode=0o600)
    kept.write_text("".join(f"    {name:8} {password}\n" for name, password in chosen.items()))
    site.rename(wanted.folder)
    click.echo(f"Done in {time.monotonic() - began:.0f} seconds.")


def _on(site: Path, wanted: Settings) -> Settings:
    return msgspec.structs.replace(wanted, data=str(site))


async def _fill(wanted: Settings, hashes: dict[str, str]) -> None:
    store = open_store(wanted.database, wanted.folder)
    migrate(store)
    now = here.now()
    clock = Clock(now - timedelta(days=33))
    ground = ground_for(wanted, store)
    ids = IdMaker(random.SystemRandom().randrange(64), lambda: milliseconds(clock()))
    ground = replace(ground, here=replace(ground.here, clock=clock, ids=ids))
    built = app.build_on(ground, wanted)
    try:
        await Town(ground, built.runner, clock, now, hashes).build()
    finally:
        ground.workshop.close()
        store.close()


if __name__ == "__main__":
    main()
