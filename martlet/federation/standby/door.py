"""
Where a standby asks its server for a copy: `POST /standby/v1`.

Nobody without the secret is told anything, not even whether there is a standby: whatever is asked here is answered 404. Of
those who have it one is heard at a time, each request once, and no answer is larger than `LONGEST_ANSWER`. A request costs a
stranger as much as us: one small body and one look at its seal, so many times a minute.
"""

import asyncio
import logging
from pathlib import Path

from martlet.http.answer import NOSNIFF, PRIVATE, Answer, json_answer
from martlet.http.limits import Limiter, Rule, network_of
from martlet.http.request import Request
from martlet.http.routes import Endpoint, Params, Routes
from martlet.media import store as media_store
from martlet.model.errors import EvidenceRejected, NotFound
from martlet.model.server import Server
from martlet.model.standby import (
    DATABASE,
    LONGEST_REQUEST,
    MOST_AT_ONCE,
    MOST_NAMES,
    MOST_PARTS,
    PATH,
    SKEW,
    Ask,
    Part,
    Role,
    Said,
)
from martlet.signing import standby_boxes
from martlet.storage import standby
from martlet.storage.standby import Busy, CannotCopy, State

log = logging.getLogger("martlet.standby")

REQUESTS = Rule("standby", 3000, 60)
SEALED = (b"content-type", b"application/octet-stream")
FRESH = 20_000
"""Milliseconds for which a snapshot is not made anew, however often it is asked for."""


class StandbyDoor:
    """See `http.application.Door`. `folder` is the data folder."""

    prefixes: tuple[str, ...] = ("/standby/",)

    def __init__(self, folder: Path, here: Server, limiter: Limiter | None, *, has_own_secret: bool) -> None:
        self._folder, self._here, self._limiter = folder, here, limiter
        self._has_own_secret = has_own_secret
        self.routes = Routes[Endpoint]()
        self.routes.add("POST", PATH, self._ask)

    def failed(self, request: Request, error: Exception) -> Answer:
        del request, error
        return json_answer({"error": "Record not found"}, 404)

    async def _ask(self, request: Request, params: Params) -> Answer:
        """Raises `NotFound`, `TooOften`, `BodyTooLarge`, `EvidenceRejected`: all of them are answered alike."""
        del params
        if self._limiter is not None:
            self._limiter.count(REQUESTS, network_of(request.address))
        body = await request.body(LONGEST_REQUEST)
        return Answer(await asyncio.to_thread(self.answer, body), 200, [SEALED, NOSNIFF, PRIVATE])

    def answer(self, body: bytes) -> bytes:
        """Raises `NotFound`, `EvidenceRejected`."""
        state = self._state()
        secret, role, ask = _opened(state, body)
        now = self._here.now_ms()
        if abs(now - ask.at) > SKEW:
            raise EvidenceRejected("The request is not of now.")
        try:
            with standby.one_at_a_time(self._folder, ask.at) as is_later:
                if not is_later:
                    raise EvidenceRejected("The request was heard before.")
                said = self._taken_over(state) if role == "promoted" else self._said(state, ask, now)
        except Busy:
            said = Said(problem="Another request is being answered.")
        except CannotCopy as error:
            said = Said(problem=str(error))
        return standby_boxes.seal_answer(secret, body, said)

    def _state(self) -> State:
        """Raises `NotFound`."""
        try:
            found = standby.load(self._folder)
        except CannotCopy as error:
            log.warning("%s", error)
            found = None
        if found is None:
            raise NotFound
        return found

    def _taken_over(self, state: State) -> Said:
        return Said(role="promoted", server=self._here.url, version=self._here.version, at=state.taken_at)

    def _said(self, state: State, ask: Ask, now: int) -> Said:
        """Raises `CannotCopy`."""
        if ask.do == "snapshot":
            return self._snapshot(now)
        if ask.do == "names":
            found = standby.names(self._folder / "media", ask.after, MOST_NAMES + 1)
            return Said(names=tuple(found[:MOST_NAMES]), is_last=len(found) <= MOST_NAMES)
        if ask.do == "parts":
            return Said(parts=self._parts(ask))
        if ask.do == "promoted":
            state.replaced_at = now
            standby.save(self._folder, state)
            log.warning(
                "The standby of this server takes its place. Stop this server; it will not start again."
            )
        return Said(
            server=self._here.url, version=self._here.version, at=now, state=standby.state_of(self._folder)
        )

    def _snapshot(self, now: int) -> Said:
        path = standby.taken_snapshot(self._folder)
        if path is None or now - path.stat().st_mtime_ns // 1_000_000 > FRESH:
            path = standby.snapshot(self._folder)
        facts = path.stat()
        return Said(
            server=self._here.url,
            version=self._here.version,
            at=facts.st_mtime_ns // 1_000_000,
            has_own_secret=self._has_own_secret,
            secret=standby.secret_of(self._folder),
            snapshot=standby.name_of(path),
            size=facts.st_size,
            blocks=standby.digests(path),
        )

    def _parts(self, ask: Ask) -> tuple[bytes, ...]:
        """Raises `CannotCopy`."""
        asked = ask.parts
        if len(asked) > MOST_PARTS or any(one.start < 0 or one.length < 0 for one in asked):
            raise CannotCopy("That is more than is given at once.")
        if sum(one.length for one in asked) > MOST_AT_ONCE:
            raise CannotCopy("That is more than is given at once.")
        return tuple(self._part(one, ask.snapshot) for one in asked)

    def _part(self, part: Part, snapshot: str) -> bytes:
        """Raises `CannotCopy`."""
        if part.name == DATABASE:
            path = standby.taken_snapshot(self._folder)
            if path is None or standby.name_of(path) != snapshot:
                raise CannotCopy("The database was copied anew meanwhile.")
        elif media_store.is_key(part.name):
            path = self._folder / "media" / part.name
        else:
            raise CannotCopy("There are no files of such names.")
        return standby.stretch(path, part.start, part.length)


def _opened(state: State, body: bytes) -> tuple[bytes, Role, Ask]:
    """The secret under which a request opens, and what this server is to whoever has it. Raises `EvidenceRejected`."""
    ways: tuple[tuple[str, Role], ...] = ((state.invited, "primary"), (state.taken_from, "promoted"))
    for invitation, role in ways:
        if not invitation:
            continue
        secret = standby_boxes.read_invitation(invitation)
        try:
            return secret, role, standby_boxes.open_request(secret, body, Ask)
        except EvidenceRejected:
            continue
    raise EvidenceRejected("The request was not sealed with a secret of this server.")
