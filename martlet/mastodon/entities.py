"""
Entities of the Mastodon API 4.6, attribute by attribute.

https://docs.joinmastodon.org/entities/. Ids are texts; moments are ISO 8601
in UTC with milliseconds. What is `UNSET` is left out of the JSON.
"""

from typing import Any

from msgspec import UNSET, Struct, UnsetType, field

from martlet.mastodon.bookmark_entities import StatusPleroma
from martlet.mastodon.collection_entities import Collection
from martlet.mastodon.policy_entities import InteractionPolicy


class CustomEmoji(Struct, kw_only=True):
    shortcode: str
    url: str
    static_url: str
    visible_in_picker: bool
    category: str | None = None


class Field(Struct, kw_only=True):
    """A row of a profile; `value` is HTML."""

    name: str
    value: str
    verified_at: str | None = None


class AccountRole(Struct, kw_only=True):
    id: str
    name: str
    color: str


class Role(Struct, kw_only=True):
    """One's own role; `permissions` is a bit mask as text."""

    id: str
    name: str
    color: str
    permissions: str
    highlighted: bool
    collection_limit: int


class Source(Struct, kw_only=True):
    """What a person set, for the form in which they change it."""

    note: str
    fields: list[Field]
    privacy: str
    sensitive: bool
    language: str
    follow_requests_count: int
    hide_collections: bool | None
    discoverable: bool | None
    indexable: bool
    attribution_domains: list[str]
    quote_policy: str
    local_only: bool
    expires_in: int | None


class FeatureApproval(Struct, kw_only=True):
    """
    Who may put an account into collections. `current_user` is exact where one account is asked for.

    In lists of accounts, which are the same for everybody, it is `unknown` where it depends on who asks.
    """

    automatic: list[str]
    manual: list[str]
    current_user: str


class Account(Struct, kw_only=True):
    id: str
    username: str
    acct: str
    display_name: str
    locked: bool
    bot: bool
    discoverable: bool | None
    indexable: bool
    group: bool
    created_at: str
    note: str
    url: str
    uri: str
    avatar: str
    avatar_static: str
    avatar_description: str
    header: str
    header_static: str
    header_description: str
    followers_count: int
    following_count: int
    statuses_count: int
    last_status_at: str | None
    hide_collections: bool | None
    noindex: bool
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    emojis: list[CustomEmoji]
    roles: list[AccountRole]
    fields: list[Field]
    feature_approval: FeatureApproval
    moved: Any = None
    email_subscriptions: bool | UnsetType = UNSET
    suspended: bool | UnsetType = UNSET
    limited: bool | UnsetType = UNSET
    memorial: bool | UnsetType = UNSET


class CredentialAccount(Account, kw_only=True):
    """The account of whoever asks."""

    source: Source
    role: Role


class MutedAccount(Account, kw_only=True):
    mute_expires_at: str | None


class Relationship(Struct, kw_only=True):
    """What is between the caller and an account."""

    id: str
    following: bool
    showing_reblogs: bool
    notifying: bool
    languages: list[str] | None
    followed_by: bool
    blocking: bool
    blocked_by: bool
    muting: bool
    muting_notifications: bool
    muting_expires_at: str | None
    requested: bool
    requested_by: bool
    domain_blocking: bool
    endorsed: bool
    note: str


class DomainBlockPreview(Struct, kw_only=True):
    """How many follows the block of a server would end."""

    followers_count: int
    following_count: int


class FamiliarFollowers(Struct, kw_only=True):
    """Who of those the caller follows follows an account."""

    id: str
    accounts: list[Account]


class FeaturedTag(Struct, kw_only=True):
    id: str
    name: str
    url: str
    statuses_count: str
    last_status_at: str | None


class Profile(Struct, kw_only=True):
    """The caller's own profile as it was typed (Mastodon 4.6); pictures are null where none was chosen."""

    id: str
    display_name: str
    note: str
    fields: list[Field]
    avatar: str | None
    avatar_static: str | None
    avatar_description: str
    header: str | None
    header_static: str | None
    header_description: str
    locked: bool
    bot: bool
    hide_collections: bool | None
    discoverable: bool | None
    indexable: bool
    show_media: bool
    show_media_replies: bool
    show_featured: bool
    attribution_domains: list[str]
    featured_tags: list[FeaturedTag]


class Report(Struct, kw_only=True):
    id: str
    action_taken: bool
    action_taken_at: str | None
    category: str
    comment: str
    forwarded: bool
    created_at: str
    status_ids: list[str] | None
    collection_ids: list[str] | None
    rule_ids: list[str] | None
    target_account: Account


class MediaAttachment(Struct, kw_only=True):
    id: str
    type: str
    url: str | None
    preview_url: str | None
    remote_url: str | None
    preview_remote_url: str | None
    text_url: str | None
    meta: dict[str, Any]
    description: str | None
    blurhash: str | None


class StatusMention(Struct, kw_only=True):
    id: str
    username: str
    url: str
    acct: str


class StatusTag(Struct, kw_only=True):
    name: str
    url: str


class TagDay(Struct, kw_only=True):
    """`day` is its first second since 1970."""

    day: str
    uses: str
    accounts: str


class Tag(Struct, kw_only=True):
    """A hashtag with its use in the last days, today first."""

    id: str
    name: str
    url: str
    history: list[TagDay]
    following: bool | UnsetType = UNSET
    featuring: bool | UnsetType = UNSET


class PreviewCardAuthor(Struct, kw_only=True):
    name: str
    url: str
    account: Any = None


class PreviewCardSource(Struct, kw_only=True):
    """Where a report comes from, as its page says: an agency, the paper that had it first. Not in Mastodon."""

    name: str
    url: str


class PreviewCard(Struct, kw_only=True):
    """`source` is our own addition."""

    url: str
    title: str
    description: str
    type: str
    authors: list[PreviewCardAuthor]
    author_name: str
    author_url: str
    provider_name: str
    provider_url: str
    html: str
    width: int
    height: int
    image: str | None
    image_description: str
    embed_url: str
    blurhash: str | None
    language: str | None
    published_at: str | None
    missing_attribution: bool = False
    source: PreviewCardSource | None = None


class PollOption(Struct, kw_only=True):
    title: str
    votes_count: int | None


class Poll(Struct, kw_only=True):
    id: str
    expires_at: str | None
    expired: bool
    multiple: bool
    votes_count: int
    voters_count: int | None
    options: list[PollOption]
    emojis: list[CustomEmoji]
    voted: bool | UnsetType = UNSET
    own_votes: list[int] | UnsetType = UNSET


class Reaction(Struct, kw_only=True):
    """An emoji that people chose for a post; a custom one has addresses, and another server's its host in its name."""

    name: str
    count: int
    url: str | UnsetType = UNSET
    static_url: str | UnsetType = UNSET
    me: bool


class ReactionOf(Reaction, kw_only=True):
    """The same with those who chose it, whoever did so last first."""

    accounts: list[Account]


class StatusApplication(Struct, kw_only=True):
    name: str
    website: str | None


class FilterKeyword(Struct, kw_only=True):
    id: str
    keyword: str
    whole_word: bool


class FilterStatus(Struct, kw_only=True):
    id: str
    status_id: str


class Filter(Struct, kw_only=True):
    id: str
    title: str
    context: list[str]
    expires_at: str | None
    filter_action: str
    keywords: list[FilterKeyword] | UnsetType = UNSET
    statuses: list[FilterStatus] | UnsetType = UNSET


class V1Filter(Struct, kw_only=True):
    """A filter of the first version: one keyword, `irreversible` where what it finds is hidden altogether."""

    id: str
    phrase: str
    context: list[str]
    whole_word: bool
    expires_at: str | None
    irreversible: bool


class FilterResult(Struct, kw_only=True):
    filter: Filter
    keyword_matches: list[str] | None
    status_matches: list[str] | None


class QuoteApproval(Struct, kw_only=True):
    automatic: list[str]
    manual: list[str]
    current_user: str


class Quote(Struct, kw_only=True):
    """A quoted post, or why it is not shown; a quote within a quote is told by id only."""

    state: str
    quoted_status: Any = UNSET
    quoted_status_id: str | None | UnsetType = UNSET


class StatusBody(Struct, kw_only=True):
    """The part of a Status that is the same for every viewer and does not change with counts."""

    id: str
    uri: str
    url: str
    created_at: str
    edited_at: str | None
    in_reply_to_id: str | None
    in_reply_to_account_id: str | None
    sensitive: bool
    spoiler_text: str
    visibility: str
    language: str | None
    content: str
    media_attachments: list[MediaAttachment]
    mentions: list[StatusMention]
    tags: list[StatusTag]
    emojis: list[CustomEmoji]
    card: PreviewCard | None
    application: StatusApplication | None
    local_only: bool | UnsetType = UNSET
    """An extension; left out where it is not true."""
    interaction_policy: InteractionPolicy | UnsetType = UNSET
    """An extension; left out where everybody may answer."""
    expires_at: str | UnsetType = UNSET
    """An extension: when it is deleted; left out of what stays."""
    limited_scope: str | UnsetType = UNSET
    """An extension: `circle`, of what was written to one; left out of everything else."""
    reply_approval: str | UnsetType = UNSET
    """An extension: `pending`, `rejected` or `revoked`; left out where the answer is there for all for whom it is."""
    review: str | UnsetType = UNSET
    """An extension: `pending` or `rejected`, of what waits for a moderator; left out of everything else."""
    languages: list[str] | UnsetType = UNSET
    """An extension: all languages it is in, its own first; left out of what is in one. `language` is the one shown."""


class Status(StatusBody, kw_only=True):
    """A whole Status. The server puts it together from bytes; this is what it must come out as."""

    account: Account
    replies_count: int
    reblogs_count: int
    favourites_count: int
    quotes_count: int
    reblog: "Status | None"
    poll: Poll | None
    quote: Quote | None
    reactions: list[Reaction]
    emoji_reactions: list[Reaction]
    quote_approval: QuoteApproval
    tagged_collections: list[Collection]
    favourited: bool | UnsetType = UNSET
    reblogged: bool | UnsetType = UNSET
    muted: bool | UnsetType = UNSET
    bookmarked: bool | UnsetType = UNSET
    pinned: bool | UnsetType = UNSET
    filtered: list[FilterResult] | UnsetType = UNSET
    pleroma: StatusPleroma | UnsetType = UNSET
    text: str | UnsetType = UNSET


class List(Struct, kw_only=True):
    id: str
    title: str
    replies_policy: str
    exclusive: bool


class Marker(Struct, kw_only=True):
    last_read_id: str
    version: int
    updated_at: str


class Context(Struct, kw_only=True):
    """The thread around a post: what it answers, oldest first, and what answers it, depth first."""

    ancestors: list[Status]
    descendants: list[Status]


class StatusSource(Struct, kw_only=True):
    """A post as it was typed."""

    id: str
    text: str
    spoiler_text: str
    content_map: dict[str, str] | UnsetType = UNSET
    """An extension: the text in further languages; left out where there are none."""
    spoiler_text_map: dict[str, str] | UnsetType = UNSET


class EditedOption(Struct, kw_only=True):
    title: str


class EditedPoll(Struct, kw_only=True):
    options: list[EditedOption]


class StatusEdit(Struct, kw_only=True):
    """A post as it stood after an edit, or when it was published."""

    content: str
    spoiler_text: str
    sensitive: bool
    created_at: str
    account: Account
    poll: EditedPoll | UnsetType = UNSET
    media_attachments: list[MediaAttachment]
    emojis: list[CustomEmoji]
    quote: Quote | None = None
    content_map: dict[str, str] | UnsetType = UNSET
    """An extension: its HTML in further languages; left out where there were none."""


class Markers(Struct, kw_only=True):
    home: Marker | UnsetType = UNSET
    notifications: Marker | UnsetType = UNSET


class Preferences(Struct, kw_only=True):
    visibility: str = field(name="posting:default:visibility")
    sensitive: bool = field(name="posting:default:sensitive")
    language: str | None = field(name="posting:default:language")
    quote_policy: str = field(name="posting:default:quote_policy")
    local_only: bool = field(name="posting:default:local_only")
    expires_in: int | None = field(name="posting:default:expires_in")
    expand_media: str = field(name="reading:expand:media")
    expand_spoilers: bool = field(name="reading:expand:spoilers")
    autoplay_gifs: bool = field(name="reading:autoplay:gifs")


class CredentialApplication(Struct, kw_only=True):
    id: str
    name: str
    website: str | None
    scopes: list[str]
    redirect_uris: list[str]
    redirect_uri: str
    client_id: str
    client_secret: str
    client_secret_expires_at: int
    vapid_key: str


class Application(Struct, kw_only=True):
    """An app as whoever holds one of its tokens is shown it."""

    id: str
    name: str
    website: str | None
    scopes: list[str]
    redirect_uris: list[str]
    redirect_uri: str
    vapid_key: str


class Token(Struct, kw_only=True):
    access_token: str
    token_type: str
    scope: str
    created_at: int


class Search(Struct, kw_only=True):
    """What was found, of each type."""

    accounts: list[Account]
    statuses: list[Status]
    hashtags: list[Tag]


class AsyncRefresh(Struct, kw_only=True):
    """Something that is fetched in the background: `running` or `finished`."""

    id: str
    status: str
    result_count: int | None


class AsyncRefreshAnswer(Struct, kw_only=True):
    async_refresh: AsyncRefresh


class CollectionWithAccounts(Struct, kw_only=True):
    accounts: list[Account]
    collection: Collection
