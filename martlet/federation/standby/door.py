"""
Where a standby asks its server for a copy: `POST /standby/v1`.

Nobody without the secret is told anything, not even whether there is a standby: whatever is asked here is answered 404. Of
those who have it one is heard at a time, each request once, and no answer is larger than `LONGEST_ANSWER`. A request costs a
stranger as much as us: one small body and one look at its seal, so many times a minute.
"""

import asyncio
import logging
from pathlib import Path

import msgspec

from martlet.federation.standby import sources
from martlet.federation.standby.sources import Source
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


class StandbyDoor:
    """See `http.application.Door`. `folder` is the data folder, `source` where snapshots of the database come from."""

    prefixes: tuple[str, ...] = ("/standby/",)

    def __init__(
        self, folder: Path, source: Source, here: Server, limiter: Limiter | None, *, has_own_secret: bool
    ) -> None:
        self._folder, self._source, self._here, self._limiter = folder, source, here, limiter
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
        if ask.every and ask.every != state.every:
            state.every = ask.every
            standby.save(self._folder, state)
        if ask.do == "promoted":
            state.replaced_at = now
            standby.save(self._folder, state)
            log.warning(
                "The standby of this server takes its place. Stop this server; it will not start again."
            )
        return Said(server=self._here.url, version=self._here.version, at=now, state=self._source.state())

    def _snapshot(self, now: int) -> Said:
        """Raises `CannotCopy`."""
        found = self._source.taken()
        if found is None or now - found[0].stat().st_mtime_ns // 1_000_000 > sources.FRESH:
            if not self._source.take():
                return Said(is_making=True)
            found = self._source.taken()
        if found is None:
            raise CannotCopy("The copy could not be made.")
        path, said = found
        return msgspec.structs.replace(
            said,
            server=self._here.url,
            version=self._here.version,
            has_own_secret=self._has_own_secret,
            secret=standby.secret_of(self._folder),
            blocks=said.blocks or standby.digests(path),
        )

    def _parts(self, ask: Ask) -> tuple[bytes, ...]:
        """Raises `CannotCopy`."""
        asked = ask.parts
        if len(asked) > MOST_PARTS or any(one.start < 0 or one.length < 0 for one in asked):
            raise CannotCopy("That is more than is given at once.")
        if sum(one.length for one in asked) > MOST_AT_ONCE:
            raise CannotCopy("That is more than is given at once.")
        snapshot = self._of_name(ask.snapshot) if any(one.name == DATABASE for one in asked) else Path()
        return tuple(self._part(one, snapshot) for one in asked)

    def _of_name(self, snapshot: str) -> Path:
        """Raises `CannotCopy`."""
        found = self._source.taken()
        if found is None or found[1].snapshot != snapshot:
            raise CannotCopy("The database was copied anew meanwhile.")
        return found[0]

    def _part(self, part: Part, snapshot: Path) -> bytes:
        """Raises `CannotCopy`."""
        if part.name == DATABASE:
            path = snapshot
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
