"""A card goes with the last post that shows it, and stays where somebody is about to show it."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from martlet.storage import cards
from martlet.storage.cards import Card
from martlet.storage.database import Store
from tests.make import Make

PATIENCE_SECONDS = 60


def until_somebody_waits(store: Store) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    with store.read() as db:
        while not db.value("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert time.monotonic() < end
            time.sleep(0.01)


@pytest.mark.parametrize("database", ["postgres"], indirect=True)  # SQLite has one writer
def test_a_card_that_is_being_attached_is_not_forgotten(store: Store, make: Make) -> None:
    post = make.post(make.account("ada"))
    with store.write() as db:
        card = cards.put(db, Card(1, "https://blog.example/ferry", "Ferry times", "", 1))
        cards.loosen_unused(db, card)

    def forget() -> None:
        with store.write() as db:
            cards.delete_unused(db, 10)

    with ThreadPoolExecutor(1) as beside:
        with store.write() as db:
            cards.attach(db, [post], card)
            forgetting = beside.submit(forget)
            until_somebody_waits(store)
        forgetting.result(PATIENCE_SECONDS)
    with store.read() as after:
        assert cards.of_posts(after, [post])[post].id == card
