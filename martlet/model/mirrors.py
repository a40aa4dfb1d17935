"""Mirrors: what somebody agrees on with another server that keeps copies of what they write for everybody."""

from dataclasses import dataclass
from typing import Literal

from martlet.model.names import Uri

MirrorState = Literal["looking", "unreachable", "asked", "accepted", "refused", "ended"]
"""Before it is asked, the other server is looked for."""
Requests = Literal["ask", "known", "none"]
"""Whose mirror a server becomes: of whom its owner accepts; also of whom somebody here follows, without asking; of nobody."""
DAY = 86_400_000
CONTROL_LASTS = 90 * DAY
"""Milliseconds after which a request that nobody answered is over, and in which a message about one is heard."""
LASTS = 730 * DAY
"""Milliseconds for which somebody here asks a mirror to keep their documents; then they ask again."""
MOST_MIRRORS = 4
"""Of one account."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a mirror may keep: documents for everybody since a moment, so many bytes of them and their files, until another."""

    actor: Uri
    since_at: int
    max_bytes: int
    until_at: int
    may_push: bool = False
    """It may bring them to servers that do not know of mirrors."""
