"""What a use case or a door is given of the world: the Ground it stands on."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from martlet.media.store import LocalStore
from martlet.media.workshop import Workshop
from martlet.model.names import Uri
from martlet.model.server import Server
from martlet.services.counting import Figures
from martlet.services.disclosing import OtherServers
from martlet.signing.server_keys import ServerSecret, VapidKey
from martlet.storage.database import Store


class Resolver(Protocol):
    """Asks other servers for what is not known here. Whatever comes of it is in the database afterwards."""

    async def handle(self, handle: str) -> Uri | None:
        """Know whoever goes by a handle (`ada@peer.example`); returns their uri, None where there is nobody."""
        ...

    async def address(self, address: str) -> Uri | None:
        """Know the account or the post at an address; returns its uri, None where there is neither."""
        ...

    async def answers(self, host: str) -> bool:
        """Whether a server can be asked at all just now."""
        ...

    async def templates(self, handle: str) -> Mapping[str, str]:
        """Where a handle's server lets its people go on: URI templates of WebFinger by their `rel`, perhaps none."""
        ...

    async def post_anew(self, uri: Uri) -> None:
        """Have a known post, its poll and its counts as its own server hands them out now."""
        ...


class Signing(Protocol):
    """What is needed to sign as the accounts of this server. `Ground` is one."""

    @property
    def here(self) -> Server: ...

    @property
    def store(self) -> Store: ...

    @property
    def secret(self) -> ServerSecret: ...


class Packing(Signing, Protocol):
    """What is needed to put files of this server into a bundle besides. `Ground` is one."""

    @property
    def media(self) -> LocalStore: ...


class Unpacking(Protocol):
    """What is needed to take in what others have packed. `Ground` is one."""

    @property
    def here(self) -> Server: ...

    @property
    def store(self) -> Store: ...

    @property
    def workshop(self) -> Workshop: ...

    @property
    def cache(self) -> LocalStore: ...


class Transferring(Protocol):
    """What is needed to put files away that are worked off later. `Ground` is one."""

    @property
    def here(self) -> Server: ...

    @property
    def store(self) -> Store: ...

    @property
    def transfers(self) -> Path: ...


class Adopting(Signing, Unpacking, Transferring, Protocol):
    """What is needed to bring an account here from its backup. `Ground` is one."""


Exchangers = Callable[[str], Awaitable[Sequence[str]]]
"""Which machines take the mail of a domain, as far as can be learned now."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Built once in `app.py`, handed to every door and every job."""

    here: Server
    store: Store
    secret: ServerSecret
    vapid: VapidKey
    media: LocalStore
    workshop: Workshop
    transfers: Path
    """Where files lie that people bring or take along."""
    cache: LocalStore
    """Files of other servers: any of them may go at any time."""
    mirrored: LocalStore
    """Files of accounts that this server is a mirror of."""
    figures: Figures = field(default_factory=Figures)
    others: OtherServers = field(default_factory=OtherServers)
    exchangers: Exchangers | None = None
    """None: nobody asks."""
