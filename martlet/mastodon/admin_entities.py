"""What those who run the server are shown: https://docs.joinmastodon.org/entities/"""

from msgspec import Struct


class DomainAllow(Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Admin_DomainAllow/"""

    id: str
    domain: str
    created_at: str


class DomainBlock(Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Admin_DomainBlock/"""

    id: str
    domain: str
    digest: str
    created_at: str
    severity: str
    reject_media: bool
    reject_reports: bool
    private_comment: str | None
    public_comment: str | None
    obfuscate: bool


class Announcement(Struct, kw_only=True):
    """A method of our own: docs/client-api-extensions.md."""

    id: str
    text: str
    content: str
    starts_at: str | None
    ends_at: str | None
    all_day: bool
    scheduled_at: str | None
    published: bool
    published_at: str | None
    created_at: str
    updated_at: str
