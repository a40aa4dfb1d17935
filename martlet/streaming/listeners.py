"""What the hub asks of those who listen, and of the doors whose language they are told in."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, Protocol

from martlet.model.broadcasts import Announcing, Signal
from martlet.model.names import AccountId, PostId
from martlet.services.signing_in import Viewer
from martlet.storage.conversations import Conversation
from martlet.storage.database import Reader
from martlet.storage.notifications import Told
from martlet.storage.posts import Shown
from martlet.streaming.channels import Channel

Change = Literal["new", "edited"]
Ending = Literal["barred", "missed", "stopping"]
"""Why a stream ends: who listens may not come in any more, something was missed, or the server stops."""
Message = Any
"""Something in a door's language; the hub only carries it."""


class Heard(NamedTuple):
    """Somebody hears of a post at one of their channels; `viewer` and `shown` as they are right now."""

    listener: "Listener"
    channel: Channel
    viewer: Viewer
    shown: Shown


class Voice(Protocol):
    """A door's language. All but `forget` is called where reading is done, and must not touch listeners."""

    def posts(self, db: Reader, change: Change, heard: Sequence[Heard]) -> list[Message | None]:
        """One for each; None where there is nothing to tell."""
        ...

    def gone(self, post: PostId) -> Message: ...

    def notification(self, db: Reader, told: Told, viewer: Viewer) -> Message | None: ...

    def conversation(self, db: Reader, conversation: Conversation, viewer: Viewer) -> Message | None: ...

    def signal(self, db: Reader, signal: Signal | Announcing) -> Message | None: ...

    def forget(self, account: AccountId) -> None:
        """This account's filters have changed."""
        ...


class Listener(ABC):
    """One open stream."""

    __slots__ = ("channels", "session", "viewer", "voice", "who")

    def __init__(self, viewer: Viewer, voice: Voice, who: str, session: int | None = None) -> None:
        self.viewer = viewer
        """As they were last looked up."""
        self.voice = voice
        self.who = who
        """Whose stream it counts as: an account, or an address."""
        self.session = session
        """The browser's session it came with, where that was no token."""
        self.channels: set[Channel] = set()

    @abstractmethod
    def tell(self, channel: Channel, message: Message) -> None: ...

    @abstractmethod
    def end(self, why: Ending) -> None:
        """Say goodbye, and leave the hub."""
