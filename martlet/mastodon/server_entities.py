"""
Entities that tell of the server itself.

https://docs.joinmastodon.org/entities/Instance/ and V1_Instance, with the
attributes that Mastodon 4.5 sends beyond what is documented.
"""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from martlet.mastodon.entities import Account, CustomEmoji, Reaction, StatusMention, StatusTag


class Rule(Struct, kw_only=True):
    id: str
    text: str
    hint: str
    translations: dict[str, Any]


class ThumbnailVersions(Struct, kw_only=True, rename={"one": "@1x", "two": "@2x"}):
    one: str
    two: str


class Thumbnail(Struct, kw_only=True):
    url: str
    blurhash: str | None
    versions: ThumbnailVersions
    description: str


class Icon(Struct, kw_only=True):
    src: str
    size: str


class UsersUsage(Struct, kw_only=True):
    active_month: int


class Usage(Struct, kw_only=True):
    users: UsersUsage


class UrlsConfiguration(Struct, kw_only=True):
    streaming: str
    status: str | None
    about: str
    privacy_policy: str | None
    terms_of_service: str | None


class VapidConfiguration(Struct, kw_only=True):
    public_key: str


class AccountsConfiguration(Struct, kw_only=True):
    max_featured_tags: int
    max_pinned_statuses: int
    max_profile_fields: int
    profile_field_name_limit: int
    profile_field_value_limit: int
    max_display_name_length: int
    max_note_length: int
    max_avatar_description_length: int
    max_header_description_length: int


class StatusesConfiguration(Struct, kw_only=True):
    max_characters: int
    max_media_attachments: int
    characters_reserved_per_url: int


class MediaConfiguration(Struct, kw_only=True):
    description_limit: int
    supported_mime_types: list[str]
    image_size_limit: int
    image_matrix_limit: int
    video_size_limit: int
    video_frame_rate_limit: int
    video_matrix_limit: int


class PollsConfiguration(Struct, kw_only=True):
    max_options: int
    max_characters_per_option: int
    min_expiration: int
    max_expiration: int


class TranslationConfiguration(Struct, kw_only=True):
    enabled: bool


class FeedAccess(Struct, kw_only=True):
    local: str
    remote: str


class TimelinesAccess(Struct, kw_only=True):
    live_feeds: FeedAccess
    hashtag_feeds: FeedAccess
    trending_link_feeds: FeedAccess


class V1Configuration(Struct, kw_only=True):
    accounts: AccountsConfiguration
    statuses: StatusesConfiguration
    media_attachments: MediaConfiguration
    polls: PollsConfiguration


class Configuration(V1Configuration, kw_only=True):
    urls: UrlsConfiguration
    vapid: VapidConfiguration
    translation: TranslationConfiguration
    timelines_access: TimelinesAccess
    limited_federation: bool
    extensions: list[str]
    """What this server can beyond Mastodon: docs/client-api-extensions.md."""


class Registrations(Struct, kw_only=True):
    enabled: bool
    approval_required: bool
    reason_required: bool
    message: str | None
    min_age: int | None
    url: str | None


class Contact(Struct, kw_only=True):
    email: str
    account: Account | None


class Instance(Struct, kw_only=True):
    domain: str
    title: str
    version: str
    source_url: str
    description: str
    wrapstodon: str | None
    """The year of which annual reports can be had; none are made here."""
    usage: Usage
    thumbnail: Thumbnail
    icon: list[Icon]
    languages: list[str]
    configuration: Configuration
    registrations: Registrations
    api_versions: dict[str, int]
    contact: Contact
    rules: list[Rule]


class V1Urls(Struct, kw_only=True):
    streaming_api: str


class V1Stats(Struct, kw_only=True):
    user_count: int
    status_count: int
    domain_count: int


class V1Instance(Struct, kw_only=True):
    uri: str
    title: str
    short_description: str
    description: str
    email: str
    version: str
    urls: V1Urls
    stats: V1Stats
    thumbnail: str | None
    languages: list[str]
    registrations: bool
    approval_required: bool
    invites_enabled: bool
    configuration: V1Configuration
    contact_account: Account | None
    rules: list[Rule]


class ExtendedDescription(Struct, kw_only=True):
    """`content` is HTML; where nothing is written, it is empty and has no moment."""

    updated_at: str | None
    content: str


class PrivacyPolicy(Struct, kw_only=True):
    updated_at: str
    content: str


class TermsOfService(Struct, kw_only=True):
    """Dates are days: `2026-12-01`."""

    effective_date: str
    effective: bool
    content: str
    succeeded_by: str | None


class WeeklyActivity(Struct, kw_only=True):
    """All of them numbers in texts; `week` in seconds since 1970."""

    week: str
    statuses: str
    logins: str
    registrations: str


class DomainBlock(Struct, kw_only=True):
    domain: str
    digest: str
    severity: str
    comment: str | UnsetType = UNSET


class Language(Struct, kw_only=True):
    code: str
    name: str


class OEmbed(Struct, kw_only=True):
    """https://oembed.com/, of the type rich."""

    type: str
    version: str
    title: str
    author_name: str
    author_url: str
    provider_name: str
    provider_url: str
    cache_age: int
    html: str
    width: int
    height: int | None


class AnnouncementStatus(Struct, kw_only=True):
    id: str
    url: str


class Announcement(Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Announcement/"""

    id: str
    content: str
    starts_at: str | None
    ends_at: str | None
    all_day: bool
    published_at: str
    updated_at: str
    read: bool | UnsetType = UNSET
    mentions: list[StatusMention]
    statuses: list[AnnouncementStatus]
    tags: list[StatusTag]
    emojis: list[CustomEmoji]
    reactions: list[Reaction]
