"""Streams in Mastodon's words: https://docs.joinmastodon.org/methods/streaming/"""

from dataclasses import dataclass

from martlet.mastodon.streams.voice import StreamVoice
from martlet.streaming.hub import Hub


@dataclass(frozen=True, slots=True)
class Streams:
    """The process's hub, and the one voice of all streams of this door."""

    hub: Hub
    voice: StreamVoice
