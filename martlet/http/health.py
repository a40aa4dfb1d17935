"""
Whether this process is alive, and whether it can do its work: for whoever watches over it.

    GET /health         200 {"status": "UP"}: the process answers
    GET /health/ready   200 where the database answers, has the schema of this Martlet, and jobs are run;
                        else 503, and which of them fails

Nothing else is told here: anybody may ask.
"""

import asyncio
import logging
from collections.abc import Callable

from martlet.http.answer import PRIVATE, Answer, json_answer
from martlet.http.request import Request
from martlet.http.routes import Endpoint, Params, Routes
from martlet.model.errors import MartletError
from martlet.storage.database import Store
from martlet.storage.migrating import newest, version_of

log = logging.getLogger("martlet.health")

SECONDS = 5.0
"""A database that takes longer does not answer."""


class HealthDoor:
    """See `http.application.Door`. `is_working`: whether the process's job runner goes round."""

    prefixes: tuple[str, ...] = ("/health",)

    def __init__(self, store: Store, is_working: Callable[[], bool]) -> None:
        self._store = store
        self._is_working = is_working
        self._newest = newest(store.dialect)
        self.routes = Routes[Endpoint]()
        self.routes.add("GET", "/health", self._alive)
        self.routes.add("GET", "/health/ready", self._ready)

    async def _alive(self, request: Request, params: Params) -> Answer:
        del request, params
        return json_answer({"status": "UP"}, headers=(PRIVATE,))

    async def _ready(self, request: Request, params: Params) -> Answer:
        del request, params
        found = await self._schema()
        parts = {
            "database": found is not None,
            "schema": found == self._newest,
            "jobs": self._is_working(),
        }
        is_ready = all(parts.values())
        told = {
            "status": "UP" if is_ready else "DOWN",
            **{name: _word(is_up) for name, is_up in parts.items()},
        }
        return json_answer(told, 200 if is_ready else 503, headers=(PRIVATE,))

    async def _schema(self) -> int | None:
        """The version of the database's schema; None where it does not answer."""
        try:
            async with asyncio.timeout(SECONDS):
                return await self._store.reading_aside(version_of)
        except Exception:
            log.exception("The database does not answer")
            return None

    def failed(self, request: Request, error: Exception) -> Answer:
        del request
        return json_answer({"status": "DOWN"}, 404 if isinstance(error, MartletError) else 500)


def _word(is_up: bool) -> str:  # noqa: FBT001 - what it is about
    return "UP" if is_up else "DOWN"
