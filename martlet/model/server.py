"""This server: its names, its limits, its clock and its ids. Handed in, never looked up."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from martlet.model import remote_media
from martlet.model.holds import HoldRules
from martlet.model.ids import IdMaker
from martlet.model.mirrors import Requests
from martlet.model.names import AlbumId, PostId, Uri
from martlet.model.remote_media import FileForm, FileUse

Registration = Literal["open", "approval", "invite", "closed"]
CarriedPosts = Literal["followers", "everybody"]
Federation = Literal["open", "allow-list"]
Audience = Literal["all", "users", "disabled"]
"""Who may see something: everybody, people here, nobody."""
Trends = Literal["open", "reviewed", "off"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of anything is taken in. Lengths are in characters, sizes in bytes."""

    post: int = 5000
    media_per_post: int = 100
    image_bytes: int = 16 * 1024 * 1024
    video_bytes: int = 99 * 1024 * 1024
    remote_media_bytes: int = 5000 * 1024 * 1024
    """Bytes of other servers' files that are kept at most."""
    poll_options: int = 20
    poll_option: int = 100
    poll_seconds_min: int = 300
    poll_seconds_max: int = 366 * 86400
    archive_bytes: int = 2048 * 1024 * 1024
    mirror_bytes: int = 500 * 1024 * 1024
    """Kept of one account that this server is a mirror of."""
    description: int = 1500
    display_name: int = 60
    note: int = 2000
    fields: int = 8
    field_name: int = 255
    field_value: int = 500
    pins: int = 10
    fan_out: int = 200
    """Timelines written in one transaction, in a few milliseconds; the rest follows in further ones."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What is told about the server and its peers, to whom."""

    domain_blocks: Audience = "disabled"
    reasons: Audience = "disabled"
    """Of those who may see the blocks."""
    peers: bool = True
    activity: bool = True
    directory: bool = True


@dataclass(slots=True)
class Choices:
    """
    What the owner chose while the server runs, in place of the settings; None or empty: as the settings say.

    Each process has them in memory and reads them anew every few seconds (`services/choosing.py`).
    """

    description: str | None = None
    contact_email: str | None = None
    registration: Registration | None = None
    public_preview: bool | None = None
    carried_posts: CarriedPosts | None = None
    thumbnail: str = ""
    """The media key of the picture that links to this server are shown with."""
    thumbnail_small: str = ""
    """Of the same at half its size."""
    thumbnail_blurhash: str = ""
    thumbnail_description: str = ""
    act_light: str = ""
    act_dark: str = ""
    """The colour of links and buttons, `#rrggbb`."""


@dataclass(frozen=True, slots=True)
class Server:
    """
    Everything a use case needs to know of the server it runs on.

    What is called `set_…` is as the settings say; the owner may have chosen otherwise since.
    """

    url: str
    host: str
    ids: IdMaker
    clock: Callable[[], datetime]
    version: str
    alternate_urls: tuple[str, ...] = ()
    """Under which it answers, too. What things are called does not depend on it."""
    onion: str = ""
    name: str = "Martlet"
    set_description: str = ""
    set_contact_email: str = ""
    source_url: str = ""
    languages: tuple[str, ...] = ("en",)
    set_registration: Registration = "invite"
    set_public_preview: bool = True
    minimum_age: int = 0
    """Years; 0: nobody who joins is asked when they were born."""
    comment_sites: tuple[str, ...] = ()
    """Hosts whose pages may have pages of this server in frames; empty: all."""
    sends_mail: bool = False
    federation: Federation = "open"
    """With which servers it speaks: all but those that are suspended, or only those that were allowed."""
    authorized_fetch: bool = False
    """Documents are given only to those who sign their request."""
    previews_links: bool = True
    deletion_grace_days: int = 30
    trends: Trends = "open"
    """Whether anything trends: all that nobody rejected, only what somebody has approved, nothing."""
    trend_people: int = 5
    """So many people have to speak for something before it trends."""
    featured_accounts: tuple[str, ...] = ()
    """Handles of accounts that are suggested to everybody."""
    mirror_requests: Requests = "ask"
    roads_seconds: int = 20
    """How often it is asked what other servers and mirrors have, while that is to be known soon."""
    set_carried_posts: CarriedPosts = "followers"
    limits: Limits = field(default_factory=Limits)
    holds: HoldRules = field(default_factory=HoldRules)
    disclosure: Disclosure = field(default_factory=Disclosure)
    proxy_key: bytes = field(default=b"", repr=False)
    """What makes addresses of other servers' files ours (`model.remote_media`)."""
    choices: Choices = field(default_factory=Choices, compare=False, repr=False)

    @property
    def description(self) -> str:
        chosen = self.choices.description
        return self.set_description if chosen is None else chosen

    @property
    def contact_email(self) -> str:
        chosen = self.choices.contact_email
        return self.set_contact_email if chosen is None else chosen

    @property
    def registration(self) -> Registration:
        return self.choices.registration or self.set_registration

    @property
    def public_preview(self) -> bool:
        chosen = self.choices.public_preview
        return self.set_public_preview if chosen is None else chosen

    @property
    def carried_posts(self) -> CarriedPosts:
        """Where posts stand that a file or a mirror has brought: with those who follow their authors, or in public timelines too."""
        return self.choices.carried_posts or self.set_carried_posts

    @property
    def thumbnail_url(self) -> str:
        key = self.choices.thumbnail
        return self.media_url(key) if key else f"{self.url}/static/thumbnail.png"

    @property
    def small_thumbnail_url(self) -> str:
        chosen = self.choices
        if not chosen.thumbnail:
            return f"{self.url}/static/thumbnail-600.png"
        return self.media_url(chosen.thumbnail_small or chosen.thumbnail)

    @property
    def urls(self) -> tuple[str, ...]:
        """All addresses under which it answers, its own first."""
        return (self.url, *self.alternate_urls, *([self.onion] if self.onion else []))

    def url_at(self, host: str) -> str:
        """The one of its addresses that a Host header means; its own where it means none of them."""
        return next((url for url in self.urls if url.partition("://")[2] == host.lower()), self.url)

    def now(self) -> datetime:
        return self.clock()

    def now_ms(self) -> int:
        """As `milliseconds` of `now`; written out because each request asks several times."""
        return int(self.clock().timestamp() * 1000)

    def next_id(self) -> int:
        return self.ids.next()

    def is_here(self, host: str | None) -> bool:
        """Whether a handle's host means this server; `host` in lower case, port included."""
        return host is None or host in ("", self.host)

    def account_uri(self, username: str) -> Uri:
        return Uri(f"{self.url}/users/{username}")

    def account_url(self, username: str) -> str:
        return f"{self.url}/@{username}"

    def post_uri(self, username: str, id: PostId) -> Uri:
        return Uri(f"{self.url}/users/{username}/posts/{id}")

    def post_url(self, username: str, id: PostId) -> str:
        return f"{self.url}/@{username}/{id}"

    def album_url(self, username: str, id: AlbumId) -> str:
        return f"{self.url}/@{username}/albums/{id}"

    def pack_uri(self, username: str, id: int) -> Uri:
        return Uri(f"{self.url}/users/{username}/packs/{id}")

    def pack_url(self, id: int) -> str:
        return f"{self.url}/packs/{id}"

    def pack_request_uri(self, username: str, id: int) -> Uri:
        return Uri(f"{self.url}/users/{username}/feature_requests/{id}")

    def pack_consent_uri(self, username: str, id: int) -> Uri:
        return Uri(f"{self.url}/users/{username}/feature_authorizations/{id}")

    def tag_url(self, name: str) -> str:
        return f"{self.url}/tags/{name}"

    def emoji_uri(self, shortcode: str) -> Uri:
        return Uri(f"{self.url}/emojis/{shortcode}")

    def media_url(self, key: str) -> str:
        """Where a file of our own is."""
        return f"{self.url}/media/{key}"

    def file_url(self, use: FileUse, id: int, key: str, form: FileForm = FileForm.ORIGINAL) -> str:
        """Where people are shown a file, ours or another server's; `id` is the row's that has the key."""
        if not remote_media.is_remote(key):
            return self.media_url(key)
        return self.url + remote_media.path(self.proxy_key, use, id, key, form)


def milliseconds(moment: datetime) -> int:
    """As the database keeps it."""
    return int(moment.timestamp() * 1000)


def moment(milliseconds: int) -> datetime:
    """From how the database keeps it."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
