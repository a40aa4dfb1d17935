"""Networks that get no answer: how often the database is asked, and what holds while it does not answer."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from martlet.model.server import Server
from martlet.services import barring
from martlet.services.barring import Gate
from martlet.storage.database import DatabaseGone, Store

START = datetime(2026, 1, 1, tzinfo=UTC)


class Ill:
    """A database that answers with one network, until told otherwise."""

    def __init__(self) -> None:
        self.asked = 0
        self.state = "well"

    async def reading(self, *_: Any) -> list[str]:
        self.asked += 1
        if self.state == "gone":
            raise DatabaseGone
        if self.state == "hanging":
            await asyncio.sleep(3600)
        return ["203.0.113.0/24"] if self.state == "well" else []


def test_the_database_is_asked_once_in_a_while_and_missed_by_nobody(
    here: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(barring, "PATIENCE", 0.01)
    ill, passed = Ill(), timedelta()
    store: Store = ill  # type: ignore[assignment]  # only what is asked of it
    gate = Gate(store)
    here = replace(here, clock=lambda: START + passed)

    async def refused() -> bool:
        found = []
        for _ in range(50):
            if gate.is_due(here.now_ms()):
                await gate.renew(here.now_ms())
            found.append(gate.refuses("203.0.113.9"))
        assert not gate.refuses("198.51.100.9")
        assert len(set(found)) == 1
        return found[0]

    for number, (state, expected) in enumerate(
        [("well", True), ("gone", True), ("hanging", True), ("open", False)], 1
    ):
        ill.state = state
        assert asyncio.run(refused()) is expected, state
        assert ill.asked == number
        passed += timedelta(milliseconds=barring.KEPT_MS)
