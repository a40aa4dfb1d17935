"""What is asked before anything else of each request: whether its network is served; what the owner chose is read on the way."""

from dataclasses import dataclass

from martlet.model.server import Server
from martlet.services.barring import Gate
from martlet.services.choosing import Chooser
from martlet.services.ports import Ground


@dataclass(frozen=True, slots=True)
class AtTheGate:
    """See `http.application.Gate`."""

    here: Server
    networks: Gate
    chooser: Chooser

    @classmethod
    def on(cls, ground: Ground) -> "AtTheGate":
        return cls(ground.here, Gate(ground.store), Chooser(ground.store, ground.here))

    def is_due(self) -> bool:
        now = self.here.now_ms()
        return self.networks.is_due(now) or self.chooser.is_due(now)

    async def renew(self) -> None:
        now = self.here.now_ms()
        if self.chooser.is_due(now):
            await self.chooser.renew(now)
        if self.networks.is_due(now):
            await self.networks.renew(now)

    def refuses(self, address: str) -> bool:
        return self.networks.refuses(address)
