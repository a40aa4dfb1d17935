"""`martlet demo`: the server with an invented town of people, to look round in."""

import os
import subprocess
import sys

import click

from martlet.cli import serve
from martlet.cli.opening import stop
from martlet.settings import WrongSetting, load

TOWN = {
    "MARTLET_DATA": "demo",
    "MARTLET_DATABASE": "sqlite",
    "MARTLET_DESCRIPTION": "Eine kleine Stadt mit Turm, Fluss und Mauerseglern. A small town with a tower, a river and swifts. 有钟楼、河流和雨燕的小城。",
    "MARTLET_LANGUAGES": "de,en,zh",
    "MARTLET_CONTACT_EMAIL": "jona@mauerwinkel.example",
}


@click.command()
@click.option("--listen", help="Address and port to listen on, for example 0.0.0.0:3000.")
@click.option("--only-build", is_flag=True, help="Build the town, and do not start the server.")
def demo(listen: str | None, only_build: bool) -> None:  # noqa: FBT001 - click's way
    """
    Start a server full of invented people, in the folder `demo`.

    The town is built the first time. Your own data is not touched; to start anew, remove the folder.
    """
    os.environ.update(TOWN)
    built = subprocess.run([sys.executable, "-m", "martlet.demo"], check=False)
    if built.returncode != 0:
        stop("The town could not be built.")
    if only_build:
        return
    try:
        settings = load()
    except WrongSetting as error:
        stop(str(error), 2)
    serve.run(settings, listen or settings.listen, settings.workers, serve.greeting)
