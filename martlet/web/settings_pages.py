"""
The pages on which members settle how things are for them, as `pages` has the others.

Each posts to its own address unless its docstring says otherwise.
"""

from datetime import datetime
from typing import ClassVar, Literal

from msgspec import Struct

from martlet.web.cards import Audience, Face
from martlet.web.looks import Look
from martlet.web.wording import Problem, Sentence


class LookPage(Struct, frozen=True):
    """`/settings/look`. Fields: theme, text, pictures (kept in this browser); media, open_warnings, play_gifs (everywhere)."""

    template: ClassVar[str] = "settings/look.html"
    look: Look
    media: str
    opens_warnings: bool
    plays_gifs: bool


class DevicePage(Struct, frozen=True):
    """`/settings/device`: what is kept in this browser, and a button that has it forgotten."""

    template: ClassVar[str] = "settings/device.html"
    pages: int


class PushPage(Struct, frozen=True):
    """
    `/settings/push`: whether this browser is told of news while no page is open, and of which.

    Fields: each of `groups` by its name, policy, and what `static/push.js` fills in: endpoint, p256dh, auth. Off goes to
    `/settings/push/off`.
    """

    template: ClassVar[str] = "settings/push.html"
    key: str
    """The server's, as browsers want it (RFC 8292)."""
    is_on: bool
    groups: tuple[tuple[str, Sentence], ...]
    chosen: frozenset[str]
    policy: str = "all"
    problems: tuple[Problem, ...] = ()


class LanguagePage(Struct, frozen=True):
    """`/settings/language`. Field: language, of pages and letters."""

    template: ClassVar[str] = "settings/language.html"
    current: str


class EmailPage(Struct, frozen=True):
    """`/settings/email`. Fields: email, password. `waiting`: the new address, whose link was not opened yet."""

    template: ClassVar[str] = "settings/email.html"
    current: str
    waiting: str | None
    email: str = ""
    problems: tuple[Problem, ...] = ()


class UsualPage(Struct, frozen=True):
    """`/settings/posts`. Fields: audience, language, sensitive, quoting, answers, may_ask, ends, here_only."""

    template: ClassVar[str] = "settings/usual.html"
    audience: Audience
    language: str
    languages: tuple[tuple[str, str], ...]
    is_sensitive: bool
    quoting: str
    answers: str
    may_ask: bool
    ends: str
    """Seconds; empty: posts stay."""
    is_here_only: bool
    problems: tuple[Problem, ...] = ()


class OldPostsPage(Struct, frozen=True):
    """`/settings/old_posts`. Fields: age (seconds; empty: posts stay), each of `keeps` by its name, likes, boosts, sure."""

    template: ClassVar[str] = "settings/old_posts.html"
    age: str
    keeps: tuple[str, ...]
    likes: str = ""
    boosts: str = ""
    problems: tuple[Problem, ...] = ()


class ReachPage(Struct, frozen=True):
    """`/settings/reach`. Fields: locked, discoverable, indexable, noindex, hides_follows, attribution."""

    template: ClassVar[str] = "settings/reach.html"
    is_locked: bool
    is_discoverable: bool
    is_indexable: bool
    is_noindex: bool
    hides_follows: bool
    attribution: str
    """Hosts, one on each line."""
    has_letters: bool = False
    """Whether the server sends mail, so that posts can be read so."""
    problems: tuple[Problem, ...] = ()


class SubscriberRow(Struct, frozen=True):
    """`address` is shortened."""

    id: str
    address: str
    since: datetime


class SubscribersPage(Struct, frozen=True):
    """`/settings/subscribers`: who reads one's public posts by e-mail. Field: offered."""

    template: ClassVar[str] = "settings/subscribers.html"
    may_offer: bool
    is_offered: bool
    readers: tuple[SubscriberRow, ...] = ()
    newer: str | None = None
    older: str | None = None


class StrangersPage(Struct, frozen=True):
    """`/settings/strangers`: one field for each group of senders. `waiting` people wait for a decision."""

    template: ClassVar[str] = "settings/strangers.html"
    wishes: dict[str, str]
    """By the name of the group: accept, filter or drop."""
    waiting: int


class PersonRow(Struct, frozen=True):
    """Somebody in a list of one's own; `until`: how long it lasts, None: for good."""

    id: str
    face: Face
    until: datetime | None = None
    is_quiet: bool = False
    """Of somebody muted: their notifications are hidden, too."""


class OwnPeoplePage(Struct, frozen=True):
    """`/settings/followers`, `/settings/blocked`, `/settings/muted`, `/settings/endorsed`; the buttons go to `/act/person`."""

    template: ClassVar[str] = "settings/people.html"
    which: Literal["followers", "blocked", "muted", "endorsed"]
    people: tuple[PersonRow, ...]
    newer: str | None = None
    older: str | None = None


class BlockedServersPage(Struct, frozen=True):
    """`/settings/servers`. Field: host, of one to block."""

    template: ClassVar[str] = "settings/servers.html"
    hosts: tuple[str, ...]
    newer: str | None = None
    older: str | None = None
    typed: str = ""
    problems: tuple[Problem, ...] = ()


class BlockServerPage(Struct, frozen=True):
    """`/settings/servers/{host}/block` asks once more, and says what it costs."""

    template: ClassVar[str] = "settings/block_server.html"
    host: str
    followers: int
    following: int


class PasskeyCard(Struct, frozen=True):
    id: str
    name: str
    created_at: datetime
    used_at: datetime | None


class PasskeysPage(Struct, frozen=True):
    """`/settings/passkeys`. Fields of its form, which goes to `/settings/passkeys/new`: name, password."""

    template: ClassVar[str] = "settings/passkeys.html"
    passkeys: tuple[PasskeyCard, ...]
    name: str = ""
    problems: tuple[Problem, ...] = ()


class NewPasskeyPage(Struct, frozen=True):
    """
    The password was right: now the device makes it. Goes to `/settings/passkeys`; fields: name, token, credential.

    `options`: JSON for `static/passkeys.js`, without which there is no passkey.
    """

    template: ClassVar[str] = "settings/new_passkey.html"
    name: str
    token: str
    options: str


class AskPage(Struct, frozen=True):
    """Asks once more before something is done that cannot be taken back. Posts to its own address."""

    template: ClassVar[str] = "settings/ask.html"
    title: Sentence
    text: Sentence
    button: Sentence
    back: str
    menu: str
    """The entry of the menu that it belongs to."""


class DeviceKeyCard(Struct, frozen=True):
    """A browser's key. `state`: waits for the root key's signature, is in force, its revocation waits, or is revoked."""

    id: str
    name: str
    state: Literal["waiting", "good", "ending", "ended"]
    created_at: datetime
    public: str = ""


class RootKeyPage(Struct, frozen=True):
    """
    `/settings/root_key`. Fields: statement, password (only for the first one). Of the form that changes the server's
    keys: since (a day), password.

    `static/rootkey.js` makes the key and signs; no field of a form has the key.
    """

    template: ClassVar[str] = "settings/root_key.html"
    actor: str
    """What the network calls the account."""
    root: str
    """`did:key:…`; empty where there is none."""
    fingerprint: str
    page: str
    """The address of the page by which others compare it."""
    sequence: int
    signed_at: datetime | None
    is_due: bool
    """Something has changed that the root key has not signed."""
    conflict: int
    """Statements of one number that differ."""
    devices: tuple[DeviceKeyCard, ...]
    copy: str
    """The encrypted copy, as JSON; empty where there is none."""
    backup_at: datetime | None = None
    backup_size: str = ""
    adopted: str = ""
    """The old name of an account that was brought back from a backup."""
    is_adopted_signed: bool = False
    is_reading: bool = False
    typed: str = ""
    """A `did:key:…` for which the proposal is asked for without script."""
    last: str = ""
    """The statement that stands, as it was signed; empty where there is none."""
    today: str = ""
    """In UTC, as a field of a form has it."""
    asks_rotation: bool = False
    """Changing the server's keys was tried, and could not be done."""
    problems: tuple[Problem, ...] = ()
