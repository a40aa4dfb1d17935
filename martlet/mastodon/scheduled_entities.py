"""Posts that wait for their moment: https://docs.joinmastodon.org/entities/ScheduledStatus/"""

from msgspec import UNSET, Struct, UnsetType

from martlet.mastodon.entities import MediaAttachment


class ScheduledPoll(Struct, kw_only=True):
    options: list[str]
    expires_in: int
    multiple: bool
    hide_totals: bool


class ScheduledParams(Struct, kw_only=True):
    """
    What a post will be made of.

    `in_reply_to_id` is an integer in the documentation; a text here, as all ids
    are, because browsers would round the number.
    """

    text: str
    poll: ScheduledPoll | None
    media_ids: list[str] | None
    sensitive: bool | None
    spoiler_text: str | None
    visibility: str | None
    in_reply_to_id: str | None
    language: str | None
    application_id: int | None
    scheduled_at: None
    idempotency: None
    quoted_status_id: str | None
    quote_approval_policy: str | None
    with_rate_limit: bool
    local_only: bool | UnsetType = UNSET
    circle_id: str | UnsetType = UNSET
    content_map: dict[str, str] | UnsetType = UNSET
    expires_in: int | UnsetType = UNSET
    expires_at: str | UnsetType = UNSET


class ScheduledStatus(Struct, kw_only=True):
    """A post that is to be published later."""

    id: str
    scheduled_at: str
    params: ScheduledParams
    media_attachments: list[MediaAttachment]
