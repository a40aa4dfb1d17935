"""Names that must not be mixed up. An id is ours, a uri is the network's, a url is for people."""

import re
from typing import NewType
from urllib.parse import urlsplit

AccountId = NewType("AccountId", int)
UserId = NewType("UserId", int)
PostId = NewType("PostId", int)
MediaId = NewType("MediaId", int)
ScheduledId = NewType("ScheduledId", int)
DraftId = NewType("DraftId", int)
PollId = NewType("PollId", int)
ListId = NewType("ListId", int)
CircleId = NewType("CircleId", int)
AlbumId = NewType("AlbumId", int)
NotificationId = NewType("NotificationId", int)
FilterId = NewType("FilterId", int)
AppId = NewType("AppId", int)
TokenId = NewType("TokenId", int)
ReportId = NewType("ReportId", int)
Uri = NewType("Uri", str)

NOBODY = AccountId(0)
"""The viewer who is not signed in. No account has this id."""


def host_of(uri: Uri) -> str:
    """The host (and port, if not the scheme's own) that a uri belongs to, in lower case."""
    return urlsplit(uri).netloc.rpartition("@")[2].lower()


URI_LIMIT = 2048
_URI = re.compile(
    r"https?://(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*|\[[0-9a-f:.]+\])"
    r"(?::[1-9][0-9]{0,4})?[/?#][!#-;=?-\[\]-_a-~]*"
)
_OWN_PORT = re.compile(r"(?:http://[^/?#]*:80|https://[^/?#]*:443)[/?#]")


def is_uri(text: str) -> bool:
    """
    Whether a peer may call something so: an http(s) address in its one ASCII spelling.

    The host is in lower case, without a dot at its end, a name before it or the scheme's own port: no other
    spelling of our own host, or of anybody's, gets past (attacks D13). `<`, `>`, `"` and backslashes are out.
    """
    return len(text) <= URI_LIMIT and _URI.fullmatch(text) is not None and _OWN_PORT.match(text) is None


def origin_of(uri: Uri) -> str:
    """Scheme and host of a uri: what is trusted to speak for all that it names."""
    scheme, _, rest = uri.partition("://")
    host = rest.partition("/")[0].partition("?")[0].partition("#")[0]
    return f"{scheme}://{host}"
