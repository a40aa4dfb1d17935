"""Names that must not be mixed up. An id is ours, a uri is the network's, a url is for people."""

from typing import NewType
from urllib.parse import urlsplit

AccountId = NewType("AccountId", int)
UserId = NewType("UserId", int)
PostId = NewType("PostId", int)
MediaId = NewType("MediaId", int)
PollId = NewType("PollId", int)
ListId = NewType("ListId", int)
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
