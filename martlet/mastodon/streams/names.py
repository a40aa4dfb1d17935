"""
The names of streams, and what is heard there.

What is asked of a token, and whose lists and public pages may be listened to,
is the same as for the pages themselves.
"""

from typing import NamedTuple

from martlet.http.forms import Malformed
from martlet.model import scopes
from martlet.model.errors import InvalidInput, NotAllowed, NotFound, NotSignedIn
from martlet.model.names import ListId
from martlet.model.server import Server
from martlet.services.signing_in import Viewer
from martlet.storage import lists
from martlet.storage.database import Reader
from martlet.streaming.channels import Channel, Where
from martlet.text.hashtags import hashtag_key

PUBLIC: dict[str, tuple[Where, bool]] = {
    "public": ("all", False),
    "public:media": ("all", True),
    "public:local": ("here", False),
    "public:local:media": ("here", True),
    "public:remote": ("elsewhere", False),
    "public:remote:media": ("elsewhere", True),
}
TAGGED: dict[str, Where] = {"hashtag": "all", "hashtag:local": "here"}
TAG_LENGTH = 256
SCOPES = {"user:notification": "read:notifications"}
"""All others ask for `read:statuses`."""


class BadStream(Malformed):
    """A wish that cannot be understood."""

    code = "bad_stream"


class NoSuchStream(NotFound):
    code = "no_such_stream"

    def __init__(self) -> None:
        super().__init__("Unknown stream type")


class NotYourList(NotSignedIn):
    """Somebody else's, or none: that is not told. As Mastodon answers it."""

    code = "not_your_list"

    def __init__(self) -> None:
        super().__init__("Not authorized to stream this list")


class Wish(NamedTuple):
    """A stream by its name, as a client has written it."""

    stream: str
    tag: str = ""
    list: str = ""

    @property
    def name(self) -> tuple[str, ...]:
        """What each event is told to belong to."""
        if self.stream == "list":
            return self.stream, self.list
        return (self.stream, self.tag) if self.stream in TAGGED else (self.stream,)

    @property
    def key(self) -> tuple[str, str]:
        """The same for all spellings of one stream."""
        if self.stream == "list":
            return self.stream, self.list
        return self.stream, hashtag_key(self.tag) if self.stream in TAGGED else ""


def channels(db: Reader, wish: Wish, viewer: Viewer, here: Server) -> list[Channel]:
    """
    What is heard at a stream.

    Raises `NoSuchStream`, `BadStream`, `NotYourList`, `NotSignedIn`,
    `NotAllowed`, and `InvalidInput` for tokens without a person.
    """
    if wish.stream in PUBLIC or wish.stream in TAGGED:
        _check(viewer, wish.stream, is_open=here.public_preview)
        return [_public(wish)]
    if wish.stream not in ("user", "user:notification", "list", "direct"):
        raise NoSuchStream
    _check(viewer, wish.stream, is_open=False)
    account = viewer.account
    notifications = Channel("notifications", account)
    if wish.stream == "user:notification":
        return [notifications]
    if wish.stream == "direct":
        return [Channel("conversations", account)]
    if wish.stream == "list":
        return [Channel("list", _list(db, wish.list, viewer))]
    found = [Channel("home", account), Channel("news", account)]
    return [*found, notifications] if _covers(viewer, "read:notifications") else found


def _public(wish: Wish) -> Channel:
    if wish.stream in PUBLIC:
        where, only_media = PUBLIC[wish.stream]
        return Channel("public", where=where, only_media=only_media)
    tag = hashtag_key(wish.tag[:TAG_LENGTH])
    if not tag:
        raise BadStream("Missing tag name parameter")
    return Channel("tag", tag=tag, where=TAGGED[wish.stream])


def _list(db: Reader, id: str, viewer: Viewer) -> ListId:
    if not id:
        raise BadStream("Missing list name parameter")
    if not (id.isascii() and id.isdigit() and len(id) < 20):  # noqa: PLR2004 - digits of 2**63, nearly
        raise NotYourList
    try:
        return lists.get(db, ListId(min(int(id), 2**63 - 1)), viewer.account).id
    except NotFound:
        raise NotYourList from None


def _check(viewer: Viewer, stream: str, *, is_open: bool) -> None:
    if viewer.token is None:
        if not is_open:
            raise NotSignedIn("The access token is invalid")
        return
    if not _covers(viewer, SCOPES.get(stream, "read:statuses")):
        raise NotAllowed("This action is outside the authorized scopes")
    if not viewer.account and not is_open:
        raise InvalidInput("This method requires an authenticated user")


def _covers(viewer: Viewer, scope: str) -> bool:
    return scopes.covers(scopes.parse(viewer.scopes), scope)
