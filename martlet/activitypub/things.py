"""
What documents say, in our own words: plain frozen values, nothing looked up and nothing believed yet.

Moments are milliseconds since 1970. Texts in HTML are as they came: whoever
keeps them cleans them.
"""

from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from martlet.model.mirrors import Grant
from martlet.model.names import Uri


@dataclass(frozen=True, slots=True)
class Picture:
    url: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Emoji:
    """A custom one. `shortcode` without its colons; `updated_at` is when its picture changed last."""

    shortcode: str
    url: str
    uri: str = ""
    updated_at: int | None = None


@dataclass(frozen=True, slots=True)
class ProfileField:
    name: str
    html: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What an actor document says of an account, but for its keys (`signing.actor_keys`)."""

    uri: Uri
    kind: str
    """person, service, group, organization, application"""
    username: str
    inbox: Uri
    url: str = ""
    name: str = ""
    html: str = ""
    shared_inbox: str = ""
    outbox: str = ""
    followers: str = ""
    following: str = ""
    featured: str = ""
    featured_tags: str = ""
    is_locked: bool = False
    is_discoverable: bool = False
    is_indexable: bool = False
    avatar: Picture | None = None
    header: Picture | None = None
    fields: tuple[ProfileField, ...] = ()
    emojis: tuple[Emoji, ...] = ()
    aliases: tuple[Uri, ...] = ()
    attribution: tuple[str, ...] = ()
    """Hosts whose pages may name it as their author."""
    moved_to: Uri | None = None
    created_at: int | None = None
    featured_packs: str = ""
    gateways: tuple[str, ...] = ()
    """Addresses at which its signed documents can be had, by its own word."""
    feature_policy: "FeaturePolicySaid | None" = None
    is_suspended: bool = False
    """By its own server."""
    is_memorial: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody who is named. `name` as it stands in the text: `@ada@home.example`."""

    uri: Uri
    name: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture, film or sound. `focus` from -1 to 1 each way; `preview` is a picture of what is none."""

    url: str
    media_type: str = ""
    description: str = ""
    blurhash: str | None = None
    width: int = 0
    height: int = 0
    seconds: float | None = None
    focus: tuple[float, float] | None = None
    preview: str = ""
    digest: str = ""
    """`digestMultibase`, as the document has it."""


@dataclass(frozen=True, slots=True)
class Poll:
    """Options with their votes, as far as its server tells them."""

    options: tuple[tuple[str, int], ...]
    is_multiple: bool = False
    expires_at: int | None = None
    closed_at: int | None = None
    voters_count: int = 0


@dataclass(frozen=True, slots=True)
class Occasion:
    """When and where something takes place. Its moments are kept as they were written, with their own offset."""

    starts: str = ""
    ends: str = ""
    zone: str = ""
    """Name of a time zone."""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Quoters:
    """Who may quote a post (FEP-044f), or answer it: actors and collections, at once and after its author has looked."""

    automatic: tuple[str, ...] = ()
    manual: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Authorization:
    """An author's consent that one post quotes another (FEP-044f)."""

    uri: Uri
    author: Uri
    quote: Uri
    quoted: Uri


class Writing(msgspec.Struct, frozen=True):
    """A post as its server tells it."""

    uri: Uri
    author: Uri
    kind: str = "note"
    """note, question; read besides: article, page, image, video, audio, event"""
    html: str = ""
    is_plain: bool = False
    """`html` is plain text."""
    title: str = ""
    warning: str = ""
    is_sensitive: bool = False
    language: str | None = None
    variants: tuple[tuple[str, str, str], ...] = ()
    """Further languages, with the text and the warning in each."""
    url: str = ""
    created_at: int | None = None
    edited_at: int | None = None
    reply_to: Uri | None = None
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    mentions: tuple[Mention, ...] = ()
    hashtags: tuple[str, ...] = ()
    """Without their signs."""
    emojis: tuple[Emoji, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    links: tuple[str, ...] = ()
    """Web addresses that it is about, beside its words."""
    poll: Poll | None = None
    occasion: Occasion | None = None
    quote_of: Uri | None = None
    authorization: Uri | None = None
    """The consent of the quoted post's author, as it is called."""
    is_legacy_quote: bool = False
    """The quote was written in a form that knows no consent (`quoteUrl` and the like)."""
    has_lost_quote: bool = False
    """What it quoted is gone."""
    quoters: Quoters | None = None
    repliers: Quoters | None = None
    """Who may answer it; None where it does not say: everybody."""
    reply_authorization: Uri | None = None
    """The approval of the answered post's author, as it is called."""
    choice: str | None = None
    """A vote: the option chosen, said by a nameless post in answer to the poll."""
    likes_count: int | None = None
    boosts_count: int | None = None
    """Both counts as its server tells them, if it does."""
    is_for_circle: bool = False
    """It was written to some of its author's followers, whom it does not name."""
    is_local_only: bool = False
    """It was for people of its own server only: said in archives, where people take their own posts along."""


@dataclass(frozen=True, slots=True)
class Publish:
    """A new post: whole, or only what it is called."""

    uri: Uri
    actor: Uri
    post: Writing | Uri


@dataclass(frozen=True, slots=True)
class Revise:
    """A post has changed, its poll's counts perhaps."""

    uri: Uri
    actor: Uri
    post: Writing | Uri


@dataclass(frozen=True, slots=True)
class ChangeProfile:
    """`is_suspended`: it says that its server has suspended it, which may be all that can be had of it."""

    uri: Uri
    actor: Uri
    account: Uri
    is_suspended: bool = False


@dataclass(frozen=True, slots=True)
class Delete:
    """A post, or the account itself, is gone."""

    uri: Uri
    actor: Uri
    target: Uri


@dataclass(frozen=True, slots=True)
class Boost:
    uri: Uri
    actor: Uri
    target: Uri
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    created_at: int | None = None


@dataclass(frozen=True, slots=True)
class Like:
    """A like; with `reaction` an emoji was chosen for it: a character, or `:shortcode:` of the custom `emoji`."""

    uri: Uri
    actor: Uri
    target: Uri
    reaction: str = ""
    emoji: Emoji | None = None


@dataclass(frozen=True, slots=True)
class Forwarded:
    """
    A group hands on what somebody else did. Only a hint that it happened: what it says is to be asked of
    whoever did it.
    """

    uri: Uri
    actor: Uri
    act: "Publish | Revise | Delete | Like | Undo"
    """What is undone is a like of the same actor's."""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    created_at: int | None = None


@dataclass(frozen=True, slots=True)
class Follow:
    uri: Uri
    actor: Uri
    target: Uri


@dataclass(frozen=True, slots=True)
class RequestQuote:
    """May this post quote that of somebody else? The quote whole, or only what it is called."""

    uri: Uri
    actor: Uri
    target: Uri
    quote: Writing | Uri

    @property
    def quote_uri(self) -> Uri:
        return self.quote.uri if isinstance(self.quote, Writing) else self.quote


@dataclass(frozen=True, slots=True)
class RequestReply:
    """May this post answer that of somebody else? The answer whole, or only what it is called."""

    uri: Uri
    actor: Uri
    target: Uri
    reply: Writing | Uri

    @property
    def reply_uri(self) -> Uri:
        return self.reply.uri if isinstance(self.reply, Writing) else self.reply


@dataclass(frozen=True, slots=True)
class PackSaid:
    """What a document says of a pack, without who is in it. `description` is HTML of theirs, text of ours."""

    uri: Uri
    owner: Uri
    name: str
    description: str = ""
    language: str | None = None
    tag: str = ""
    is_sensitive: bool = False
    is_discoverable: bool = True
    created_at: int = 0
    updated_at: int = 0


@dataclass(frozen=True, slots=True)
class FeaturePolicySaid:
    """Who may put an account into packs, in words (`model.packs.FeaturePolicy`)."""

    automatic: tuple[str, ...] = ()
    manual: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RequestFeature:
    """May this account be put into a pack? The pack as it was fetched, or only what it is called."""

    uri: Uri
    actor: Uri
    target: Uri
    pack: PackSaid | Uri

    @property
    def pack_uri(self) -> Uri:
        return self.pack.uri if isinstance(self.pack, PackSaid) else self.pack


@dataclass(frozen=True, slots=True)
class Accept:
    """Yes to a request: the request itself, or what it was called; `result` is what follows from it."""

    uri: Uri
    actor: Uri
    request: Follow | RequestQuote | RequestReply | Uri
    result: Uri | None = None


@dataclass(frozen=True, slots=True)
class Reject:
    """No to a request, or a follower is sent away."""

    uri: Uri
    actor: Uri
    request: Follow | RequestQuote | RequestReply | Uri


@dataclass(frozen=True, slots=True)
class Block:
    uri: Uri
    actor: Uri
    target: Uri


@dataclass(frozen=True, slots=True)
class Move:
    """An account goes on as another one, `target`."""

    uri: Uri
    actor: Uri
    target: Uri


@dataclass(frozen=True, slots=True)
class Undo:
    """Something done before is taken back: the act itself, or what it was called."""

    uri: Uri
    actor: Uri
    act: "Boost | Like | Follow | Accept | Reject | Block | Uri"


@dataclass(frozen=True, slots=True)
class Add:
    """Something is put into a collection."""

    uri: Uri
    actor: Uri
    target: Uri
    collection: Uri


@dataclass(frozen=True, slots=True)
class Remove:
    """Something is taken out of a collection."""

    uri: Uri
    actor: Uri
    target: Uri
    collection: Uri


@dataclass(frozen=True, slots=True)
class Flag:
    """Accounts and posts that another server's moderators should look at. `comment` is plain text."""

    uri: Uri
    actor: Uri
    about: tuple[Uri, ...]
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """Somebody asks this server to be a mirror of theirs. `at`: when it was asked."""

    uri: Uri
    actor: Uri
    grant: Grant
    at: int


@dataclass(frozen=True, slots=True)
class Other:
    """An act that we know nothing to do about."""

    uri: Uri
    actor: Uri
    kind: str


Act: TypeAlias = (
    Publish
    | Revise
    | ChangeProfile
    | Delete
    | Boost
    | Forwarded
    | Like
    | Follow
    | RequestQuote
    | RequestReply
    | RequestFeature
    | Accept
    | Reject
    | Block
    | Move
    | Undo
    | Add
    | Remove
    | Flag
    | Offer
    | Other
)


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection or a page of one. Items are uris, or the `id` of what stands there whole."""

    uri: str
    total: int | None = None
    first: str = ""
    next: str = ""
    items: tuple[Uri, ...] = ()


@dataclass(frozen=True, slots=True)
class Month:
    """What a log holds of one month (`2026-11`). `digest`: of the sorted digests of its documents, one after the other."""

    month: str
    total: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What an account's log holds up to a sequence, by months."""

    uri: Uri
    author: Uri
    sequence: int
    created_at: int
    months: tuple[Month, ...]
