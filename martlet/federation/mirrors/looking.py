"""Looking for the server that somebody here wants for a mirror: whether it is there, and who signs for it."""

from dataclasses import dataclass
from functools import partial

import msgspec

from martlet.federation.resolving import NetworkResolver
from martlet.jobs.runner import Record
from martlet.model.errors import MartletError
from martlet.model.names import Uri, host_of, is_uri, origin_of
from martlet.model.server import Server
from martlet.network.errors import NoAnswer
from martlet.services import asking_mirrors
from martlet.services.ports import Ground
from martlet.storage import mirrors, remotes
from martlet.storage.remotes import Remote

_MOST = 65_536


class About(msgspec.Struct):
    """What `/.well-known/martlet` says."""

    version: int = 0
    mirror: bool = False
    actor: str = ""


@dataclass(slots=True)
class Looking:
    ground: Ground
    resolver: NetworkResolver

    async def look(self, body: str, here: Server) -> Record:
        """The job."""
        del here
        id = msgspec.json.decode(body, type=int)
        mirror = await self.ground.store.reading(mirrors.find, id)
        if mirror is None:
            return partial(asking_mirrors.not_found, id=id, why="")
        why = "unreachable"
        for origin in self.resolver.fetcher.origins(host_of(Uri(mirror.base))):
            try:
                about = await self._about(origin)
                if about is None:
                    why = "no_mirror"
                    continue
                remote = await self._server(Uri(about.actor))
            except NoAnswer:
                continue
            except MartletError:
                why = "no_mirror"
                continue
            if remote is not None:
                inbox = remote.shared_inbox or remote.inbox
                return partial(asking_mirrors.found, id=id, base=origin, server=Uri(about.actor), inbox=inbox)
        return partial(asking_mirrors.not_found, id=id, why=why)

    async def _about(self, origin: str) -> About | None:
        """Raises `NoAnswer`."""
        answer = await self.resolver.fetcher.client.get(
            f"{origin}/.well-known/martlet", accept=("application/json",), max_bytes=_MOST
        )
        if not answer.is_success:
            return None
        try:
            about = msgspec.json.decode(answer.body, type=About)
        except msgspec.DecodeError:
            return None
        is_its_own = is_uri(about.actor) and origin_of(Uri(about.actor)) == origin
        return about if about.mirror and about.version == 1 and is_its_own else None

    async def _server(self, uri: Uri) -> Remote | None:
        """Raises `MartletError`."""
        account = await self.resolver.account(uri)
        return await self.ground.store.reading(remotes.find, account)
