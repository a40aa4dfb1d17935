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
