"""Posts and drafts."""

from dataclasses import dataclass

import msgspec

from martlet.model.names import AccountId, AppId, CircleId, MediaId, PollId, PostId, Uri
from martlet.model.replying import ReplyPolicy
from martlet.model.visibility import Visibility


@dataclass(frozen=True, slots=True)
class PollDraft:
    options: tuple[str, ...]
    seconds: int
    is_multiple: bool = False
    hides_totals: bool = False


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed in a further language."""

    language: str
    text: str
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Variant:
    """A post in a further language. `text` as typed; empty where another server wrote it."""

    language: str
    text: str
    html: str
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed: everything a person may say about a post before it is one."""

    author: AccountId
    text: str
    visibility: Visibility | None = None
    """None: as the author prefers."""
    circle: CircleId | None = None
    """Whom it is written to; then `visibility` is not looked at."""
    reply_to: PostId | None = None
    warning: str = ""
    is_sensitive: bool | None = None
    language: str | None = None
    variants: tuple[Typed, ...] = ()
    """The same in further languages."""
    media: tuple[MediaId, ...] = ()
    poll: PollDraft | None = None
    quote_of: PostId | None = None
    quoting: str | None = None
    lifetime: int | None = None
    """Seconds after which it is deleted; 0: it stays. None: as the author prefers, unless `expires_at` says a moment."""
    expires_at: int | None = None
    """Milliseconds."""
    replying: ReplyPolicy | None = None
    """Who may answer; None: as the author prefers."""
    is_local_only: bool | None = None
    """None: as what it answers or quotes, else as the author prefers."""
    app: AppId | None = None
    idempotency_key: str = ""


@dataclass(frozen=True, slots=True)
class MediaChange:
    """What an edit says about media; None leaves it as it is. Focus from -1 to 1 each way."""

    id: MediaId
    description: str | None = None
    focus: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """What an author wants a post to be from now on: all of it, not what differs."""

    text: str
    warning: str = ""
    is_sensitive: bool = False
    language: str | None = None
    """None: as before."""
    variants: tuple[Typed, ...] | None = None
    """None: as before."""
    media: tuple[MediaId, ...] = ()
    media_changes: tuple[MediaChange, ...] = ()
    poll: PollDraft | None = None
    keeps_poll: bool = False
    """The poll stays as it is, whatever `poll` says."""
    quoting: str | None = None
    """None: as before."""


class Post(msgspec.Struct, frozen=True):
    """One row of `post`; a boost is a post whose `boost_of_id` names the boosted one. Moments in milliseconds."""

    id: PostId
    uri: Uri
    url: str
    author_id: AccountId
    visibility: Visibility
    thread_id: PostId
    is_local: int
    created_at: int
    boost_of_id: PostId | None = None
    reply_to_id: PostId | None = None
    reply_to_account_id: AccountId | None = None
    text: str = ""
    html: str = ""
    warning: str = ""
    is_sensitive: int = 0
    language: str | None = None
    has_media: int = 0
    poll_id: PollId | None = None
    quote_of_id: PostId | None = None
    quote_state: str | None = None
    quoting: str = "public"
    app_id: AppId | None = None
    edited_at: int | None = None
    replies_count: int = 0
    boosts_count: int = 0
    likes_count: int = 0
    quotes_count: int = 0
    version: int = 1
    is_local_only: int = 0
    """For people of this server only, whatever its visibility: it never leaves."""
    variants: int = 0
    """So many further languages it is in."""

    @property
    def is_open(self) -> bool:
        """Whether anyone anywhere may read it, signed in or not."""
        return self.visibility >= Visibility.UNLISTED and not self.is_local_only
