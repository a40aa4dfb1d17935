"""An answer of server-sent events."""

from collections.abc import Sequence

from martlet.http.answer import Answer
from martlet.http.event_streams import EventBody
from martlet.mastodon.streams.messages import Message
from martlet.services.signing_in import Viewer
from martlet.streaming.channels import Channel
from martlet.streaming.hub import Hub
from martlet.streaming.listeners import Ending, Listener, Voice


class EventStream(Listener):
    """See `http.event_streams.Source`."""

    __slots__ = ("_body", "_channels", "_hub")

    def __init__(self, viewer: Viewer, voice: Voice, who: str, hub: Hub, channels: Sequence[Channel]) -> None:
        super().__init__(viewer, voice, who)
        self._hub, self._channels = hub, channels
        self._body = EventBody(self, b":)\n")

    def answer(self) -> Answer:
        return self._body.answer()

    # -- for the hub -----------------------------------------------------

    def tell(self, channel: Channel, message: Message) -> None:
        del channel
        self._body.send(message.lines())

    def end(self, why: Ending) -> None:
        self._hub.leave(self)
        self._body.finish(comes_back=why != "barred")

    # -- for the connection ----------------------------------------------

    def opened(self) -> None:
        self._hub.enter(self)
        for channel in self._channels:
            self._hub.subscribe(self, channel)

    def stop(self) -> None:
        self.end("stopping")

    def closed(self) -> None:
        self._hub.leave(self)
