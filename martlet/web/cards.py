"""
The things pages are made of: a server, a face, a profile, a post.

Plain values, filled by the routes and read by the templates. Whatever ends in
`_html` has been through the sanitiser and is the only thing a template may
print unescaped (held by a test); every other string is escaped where it is
printed, so it may hold anything. Addresses may be paths of this server or
`http(s)` addresses; all others are dropped when a page is rendered.
"""

from datetime import datetime
from typing import Literal, NewType

from msgspec import Struct

from martlet.web.wording import Sentence

Html = NewType("Html", str)
"""HTML made by the sanitiser of `martlet.text`, and by nothing else."""


class Emoji(Struct, frozen=True):
    """A custom emoji used in the text it stands beside; the shortcode comes without its colons."""

    shortcode: str
    address: str


class ServerCard(Struct, frozen=True):
    """Our server, as its visitors know it. `host` is what one types into an app (with its port, if any)."""

    name: str
    host: str
    address: str
    description: str
    version: str
    source: str
    contact_email: str | None = None
    look: str = ""
    """The address of a sheet with the colours that the owner chose."""
    picture: str = ""
    """What links to this server are shown with, where it is not Martlet's own."""


class Face(Struct, frozen=True):
    """Somebody in one line. `name` is never empty: without a display name it is the username."""

    name: str
    username: str
    host: str
    address: str
    avatar: str
    emoji: tuple[Emoji, ...] = ()

    @property
    def handle(self) -> str:
        return f"@{self.username}@{self.host}"


class AliasCard(Struct, frozen=True):
    """An account that may move here. `face` is None where it is not known any more."""

    id: str
    uri: str
    face: Face | None


class ArchiveCard(Struct, frozen=True):
    """An archive of one's posts. `address` is None while it is being made; `size` is said as people say it."""

    created_at: datetime
    posts: int
    address: str | None = None
    size: str = ""
    ends_at: datetime | None = None


class ExportCard(Struct, frozen=True):
    """A list that can be taken along."""

    name: Sentence
    count: int
    address: str


ImportState = Literal["asking", "working", "done", "refused"]


class AnnouncementCard(Struct, frozen=True):
    """What is announced to everybody here, and the moments or days of what it tells of."""

    id: str
    text_html: Html
    emoji: tuple[Emoji, ...] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    is_all_day: bool = False


class ImportCard(Struct, frozen=True):
    """
    Something brought from elsewhere; `total` counts its rows, `done` those that are worked off in one way or other,
    `pending` those that were not to be had so far and are tried again.
    """

    id: str
    name: Sentence
    state: ImportState
    created_at: datetime
    total: int
    done: int
    taken: int
    known: int
    failed: int
    is_overwrite: bool = False
    error: Sentence | None = None
    pending: int = 0


class FailureCard(Struct, frozen=True):
    """What could not be taken, and why."""

    text: str
    reason: Sentence


class Fact(Struct, frozen=True):
    """A row of a profile. `is_confirmed`: the linked page links back. `proof`: of one that names a key: good, unknown."""

    name: str
    value_html: Html
    is_confirmed: bool = False
    proof: str = ""


class Featured(Struct, frozen=True):
    """Something that somebody shows on their profile: a hashtag (without #) or a pack, and where it leads."""

    name: str
    address: str


class Profile(Struct, frozen=True):
    """`summary` is the note as plain text, for link previews."""

    face: Face
    header: str | None
    note_html: Html
    summary: str
    facts: tuple[Fact, ...]
    joined_at: datetime
    posts: int
    is_bot: bool = False
    is_locked: bool = False
    is_memorial: bool = False
    is_indexable: bool = True
    moved_to: Face | None = None
    followers: int = 0
    following: int = 0
    tags: tuple[Featured, ...] = ()
    packs: tuple[Featured, ...] = ()
    has_feed: bool = False
    """Whether others may read the posts with a feed reader."""
    has_letters: bool = False
    """Whether the posts can be had by e-mail."""


class Picture(Struct, frozen=True):
    """
    Something to look at or hear, or a file elsewhere that this server cannot show (`address` leads there).

    `width` and `height` are those of the preview, in pixels. `focus` is the
    point that must stay in sight when cropped: x and y from -1 to 1, y upwards.
    """

    kind: Literal["picture", "loop", "video", "sound", "file"]
    address: str
    preview: str
    description: str
    width: int
    height: int
    focus: tuple[float, float] = (0.0, 0.0)
    content_type: str = ""
    bytes: int = 0

    @property
    def focus_class(self) -> str:
        """The nearest of 5 x 5 places, as classes: a style attribute would need a hole in the CSP."""
        x, y = (min(max(part, -1.0), 1.0) for part in self.focus)
        return f"fx{round((x + 1) * 2)} fy{round((1 - y) * 2)}"

    @property
    def shape(self) -> str:
        """The nearest of some shapes, as a class: in a row, pictures of any shape are equally high."""
        return f"ar{min(max(round(8 * self.width / max(self.height, 1)), 4), 24)}"


class Choice(Struct, frozen=True):
    title: str
    votes: int
    percent: int


class Poll(Struct, frozen=True):
    choices: tuple[Choice, ...]
    voters: int
    ends_at: datetime | None
    is_over: bool
    id: str = ""
    is_multiple: bool = False
    is_open_to_reader: bool = False
    """Whether the reader may still vote in it."""
    own: tuple[int, ...] = ()
    """The choices that the reader has voted for, by their place."""


class LinkCard(Struct, frozen=True):
    """
    What the linked page says of itself; `host` is where it really is.

    `source` is where it has its report from: an agency, another paper.
    """

    address: str
    site: str
    host: str
    title: str
    description: str = ""
    author: str = ""
    published_at: datetime | None = None
    source: str = ""
    source_address: str = ""
    image: str | None = None
    image_description: str = ""


class Quote(Struct, frozen=True):
    """A quoted post, whose own quote is not shown; without `post`, `missing` says why."""

    post: "PostCard | None"
    missing: Literal["hidden", "waiting", "unwanted"] = "hidden"
    """Not for everyone or no longer there; its author was asked for consent; its author does not want it quoted."""


class AlbumLink(Struct, frozen=True):
    """The album that a post shows."""

    title: str
    address: str
    count: int


Audience = Literal["public", "unlisted", "private", "limited", "direct"]
"""Whom a post is for, in the client API's words; "limited": a circle."""


class Chosen(Struct, frozen=True):
    """An emoji that people chose for a post; a custom one as `:shortcode:`, with its picture in `emoji`."""

    text: str
    times: int
    emoji: tuple[Emoji, ...] = ()


class Spoken(Struct, frozen=True):
    """The words of a post in a further language."""

    language: str
    text_html: Html
    warning: str


class PostCard(Struct, frozen=True):
    """
    A post that the reader may see. `address` is its page here, `language` a BCP 47 tag.

    `summary` is its text without markup, for titles and link previews.
    """

    id: str
    author: Face
    address: str
    published_at: datetime
    language: str | None
    text_html: Html
    summary: str
    visibility: Audience = "public"
    is_here_only: bool = False
    """For people of this server only."""
    review: Literal["", "pending", "rejected"] = ""
    """It waits for a moderator, or was not let through: its author alone sees it."""
    further: tuple[Spoken, ...] = ()
    """The same in further languages; pages show it in theirs."""
    edited_at: datetime | None = None
    warning: str = ""
    is_sensitive: bool = False
    is_pinned: bool = False
    pictures: tuple[Picture, ...] = ()
    poll: Poll | None = None
    card: LinkCard | None = None
    quote: Quote | None = None
    emoji: tuple[Emoji, ...] = ()
    boosted_by: Face | None = None
    answers_to: Face | None = None
    answers: int = 0
    boosts: int = 0
    likes: int = 0
    chosen: tuple[Chosen, ...] = ()
    app: str | None = None
    album: AlbumLink | None = None
    """What its pictures are the first of."""
    is_broken: bool = False
    """Something in it cannot be shown, and so nothing is."""

    @property
    def preview(self) -> str:
        """What may be said of it elsewhere: behind a warning, the warning alone."""
        return self.warning or self.summary


class Preview(Struct, frozen=True):
    """A post in a line that leads to it: its words, or the warning they stand behind."""

    address: str
    words: str
    language: str | None = None


class FeedPost(Struct, frozen=True):
    """A post as somebody who is signed in is shown it, with what they did with it and may do."""

    post: PostCard
    is_liked: bool = False
    is_boosted: bool = False
    is_saved: bool = False
    is_own: bool = False
    is_boostable: bool = True
    filtered: str = ""
    """The name of the reader's filter that folds it."""


class Answered(Struct, frozen=True):
    """An answer in a conversation. Without `post` it is not for the reader; `gap` answers to it are not here."""

    post: str
    gap: int = 0


class Branch(Struct, frozen=True):
    """
    Answers that follow one another, with what forks off the last of them; see `model.conversations`.

    `size` counts what forks off, and `rest` what this page does not show of it: `address` leads there.
    """

    posts: tuple[Answered, ...]
    forks: "tuple[Branch, ...]" = ()
    size: int = 0
    rest: int = 0
    address: str = ""


class Rule(Struct, frozen=True):
    text: str
    hint: str = ""


class AppCard(Struct, frozen=True):
    name: str
    website: str | None = None


class SessionCard(Struct, frozen=True):
    """
    A place where somebody is signed in.

    `detail` says what we know of it in its own words ("Firefox on Linux", an
    app's website host); `from_address` is the network address last used from.
    """

    id: str
    kind: Literal["app", "browser"]
    name: str
    detail: str
    created_at: datetime
    used_at: datetime | None
    from_address: str | None
    is_current: bool = False
    is_personal: bool = False
    """A token that somebody made for a program of their own."""
    expires_at: datetime | None = None


class InvitationCard(Struct, frozen=True):
    """`address` is the link to hand on; `uses_left` is None where there is no limit."""

    id: str
    address: str
    created_at: datetime
    uses: int
    uses_left: int | None
    expires_at: datetime | None
    is_live: bool = True


class StrikeCard(Struct, frozen=True):
    """Something that was decided against somebody. `posts` is what they wrote that it is about, as plain text."""

    what: Sentence
    text: str
    decided_at: datetime
    address: str
    posts: tuple[str, ...] = ()
    is_overruled: bool = False
    appeal: str | None = None
    appeal_state: str | None = None
    """pending, approved, rejected"""
    appeals_until: datetime | None = None
    """None: no appeal is possible any more."""


class SeveranceCard(Struct, frozen=True):
    """Follows that ended because of a decision that was not about those who followed. The addresses are of lists."""

    target: str
    is_own: bool
    """Somebody blocked the server themselves."""
    ended_at: datetime
    followers: int
    following: int
    followers_address: str
    following_address: str
