"""Emoji that people choose for a post."""

from typing import NamedTuple


class Choice(NamedTuple):
    """A character (`host` is empty), or the shortcode of a custom emoji of ours or of `host`."""

    name: str
    host: str = ""

    @property
    def is_custom(self) -> bool:
        """No emoji is written in letters of ASCII alone, and every shortcode is."""
        return self.name.isascii()

    @property
    def key(self) -> str:
        """How it is named in one word: `blobcat@peer.example`."""
        return f"{self.name}@{self.host}" if self.host else self.name

    @classmethod
    def of_key(cls, key: str) -> "Choice":
        name, _, host = key.partition("@")
        return cls(name, host)
