"""What those who run the server are shown: https://docs.joinmastodon.org/entities/"""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from martlet.mastodon.entities import Account, Role, Status
from martlet.mastodon.notification_entities import AccountWarning
from martlet.mastodon.server_entities import Rule


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


class BlockHistory(Struct, kw_only=True):
    """Part of an Admin::EmailDomainBlock. Whose tries they were is not kept: `accounts` is the number of `uses`."""

    day: str
    accounts: str
    uses: str


class EmailDomainBlock(Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Admin_EmailDomainBlock/"""

    id: str
    domain: str
    created_at: str
    history: list[BlockHistory]


class IpBlock(Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Admin_IpBlock/"""

    id: str
    ip: str
    severity: str
    comment: str
    created_at: str
    expires_at: str | None


class CanonicalEmailBlock(Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Admin_CanonicalEmailBlock/"""

    id: str
    canonical_email_hash: str


class UsernameBlock(Struct, kw_only=True):
    """An extension: a user name that is kept back, and others that contain it where `exact` is false."""

    id: str
    username: str
    exact: bool
    created_at: str


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


class Ip(Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Admin_Ip/"""

    ip: str
    used_at: str


class AdminAccount(Struct, kw_only=True):
    """
    https://docs.joinmastodon.org/entities/Admin_Account/

    Of accounts elsewhere nobody here knows e-mail, locale or role; they count as confirmed and approved.
    """

    id: str
    username: str
    domain: str | None
    created_at: str
    email: str | None
    ip: str | None
    ips: list[Ip]
    locale: str | None
    invite_request: str | None
    role: Role | None
    confirmed: bool
    approved: bool
    disabled: bool
    silenced: bool
    suspended: bool
    sensitized: bool
    account: Account
    created_by_application_id: str | UnsetType = UNSET
    invited_by_account_id: str | UnsetType = UNSET


class CarriedCopy(Struct, kw_only=True):
    """An extension: by which digest mirrors know a post, and who brought it: a mirror's address, or a file's digest."""

    status_id: str
    uri: str
    digest: str
    carrier: str


class AdminReport(Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Admin_Report/"""

    id: str
    action_taken: bool
    action_taken_at: str | None
    category: str
    comment: str
    forwarded: bool
    created_at: str
    updated_at: str
    account: AdminAccount
    target_account: AdminAccount
    assigned_account: AdminAccount | None
    action_taken_by_account: AdminAccount | None
    statuses: list[Status]
    collection_ids: list[str]
    """An extension."""
    copies: list[CarriedCopy]
    """An extension: of the posts those that a file or a mirror brought."""
    rules: list[Rule]


class ReportNote(Struct, kw_only=True):
    """An extension: what those who work on a report tell each other. No account: a command's."""

    id: str
    content: str
    created_at: str
    account: Account | None


class AuditEntry(Struct, kw_only=True):
    """An extension: what somebody who looks after the server did. No account: by a command."""

    id: str
    action: str
    created_at: str
    account: Account | None
    target_type: str
    target_id: str
    target_name: str
    report_id: str | None
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str
    undoes_id: str | None
    undone_by_id: str | None
    undoable: bool


class AdminAppeal(Struct, kw_only=True):
    """An extension: somebody asks to have a decision looked at again. `id` is the warning's."""

    id: str
    text: str
    state: str
    created_at: str
    warning: AccountWarning


class WarningPreset(Struct, kw_only=True):
    """An extension: a text for warnings, to be called by `warning_preset_id`."""

    id: str
    title: str
    text: str


class WebHook(Struct, kw_only=True):
    """An extension: a program that is told of what happens. `secret` is shown only where it is made."""

    id: str
    url: str
    events: list[str]
    template: str
    enabled: bool
    created_at: str
    failing_since: str | None
    failures: int
    disabled_at: str | None
    disabled_reason: str | None
    secret: str | UnsetType = UNSET


class WebHookDelivery(Struct, kw_only=True):
    """An extension: one thing that a web hook was told, or is to be. States: waiting, sent, failed, dropped."""

    id: str
    event: str
    object_id: str
    created_at: str
    state: str
    attempts: int
    status_code: int | None
    error: str | None
    finished_at: str | None


class HeldStatus(Struct, kw_only=True):
    """An extension: a post that waits for a moderator. `id` is the post's; `visibility` the one that it is meant to have."""

    id: str
    state: str
    reasons: list[str]
    visibility: str
    created_at: str
    status: Status | None


class SpamMark(Struct, kw_only=True):
    """An extension: a post by which spam is known again."""

    id: str
    status_id: str
    status_url: str
    has_text: bool
    pictures: int
    created_at: str
    expires_at: str
