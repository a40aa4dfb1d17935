"""A running server with three people on it, for real clients to call."""

import io
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TypeVar

import pytest
from PIL import Image, ImageDraw

from martlet.model.announcements import AnnouncementWish
from martlet.model.roles import OPERATOR
from martlet.model.server import Server
from martlet.services import announcing, registering, stating
from martlet.services import here as this_server
from martlet.services.registering import Newcomer
from martlet.settings import Settings
from martlet.signing import passwords
from martlet.storage import emojis, server_values
from martlet.storage.database import Store
from martlet.storage.emojis import Emoji
from martlet.storage.opening import open_store
from martlet.storage.server_values import Rule
from tests.running import Running, free_port, running

T = TypeVar("T")
PASSWORD = "sturdy lime kiln"
PEOPLE = {"ada": "owner", "bob": "user", "cem": "user"}


@pytest.fixture
def town(database: str, tmp_path: Path) -> Iterator[Running]:
    """Ada, Bob and Cem; one rule; one emoji. This machine itself may be called, for Web Push."""
    port = free_port()
    _people(Settings(url=f"http://localhost:{port}", database=database, data=str(tmp_path / "data")))
    extra = {"MARTLET_ALLOW_PRIVATE_ADDRESSES": "on"}
    with running(tmp_path / "data", database, extra=extra, port=port) as server:
        yield server


def _people(settings: Settings) -> None:
    store = open_store(settings.database, settings.folder)
    try:
        _fill(store, this_server.server(settings, store.take_slot()))
    finally:
        store.close()


def _fill(store: Store, here: Server) -> None:
    hashed = passwords.hash_password(PASSWORD)
    with store.write() as db:
        for name, role in PEOPLE.items():
            registering.register(db, Newcomer(name, f"{name}@mail.example", hashed, role=role), here)
        server_values.put_rules(db, [Rule(here.next_id(), "Be kind", "It costs nothing")])
        stating.state(db, "about", "# The lower town", here)
        stating.publish_terms(db, "Be kind.", date(2026, 1, 1), here)
        said = announcing.write(
            db, OPERATOR, AnnouncementWish("The ferry is late, @ada :swift: #ferry"), here
        )
        announcing.publish(db, OPERATOR, said.id, here)
        key = "aa/aa/" + "a" * 28 + ".png"
        emojis.insert(db, Emoji(here.next_id(), "swift", "", key, key, "Birds", 1, here.now_ms()))


def eventually(look: Callable[[], T], seconds: float = 120) -> T:
    """What `look` finds, as soon as it finds something: reactions follow within moments, not at once."""
    until = time.monotonic() + seconds
    while True:
        found = look()
        if found or time.monotonic() > until:
            assert found
            return found
        time.sleep(0.05)


def picture(colour: str = "teal") -> bytes:
    image = Image.new("RGB", (640, 480), "white")
    ImageDraw.Draw(image).ellipse((120, 40, 520, 440), fill=colour)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
