"""What a use case or a door is given of the world: the Ground it stands on."""

from dataclasses import dataclass, field

from martlet.media.store import LocalStore
from martlet.media.workshop import Workshop
from martlet.model.server import Server
from martlet.services.counting import Figures
from martlet.signing.server_keys import ServerSecret, VapidKey
from martlet.storage.database import Store


@dataclass(frozen=True, slots=True)
class Ground:
    """Built once in `app.py`, handed to every door and every job."""

    here: Server
    store: Store
    secret: ServerSecret
    vapid: VapidKey
    media: LocalStore
    workshop: Workshop
    figures: Figures = field(default_factory=Figures)
