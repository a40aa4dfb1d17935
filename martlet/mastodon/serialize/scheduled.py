"""Scheduled posts in Mastodon's form: https://docs.joinmastodon.org/entities/ScheduledStatus/"""

from collections.abc import Sequence

from msgspec import UNSET

from martlet.mastodon import scheduled_entities
from martlet.mastodon.serialize.bodies import VISIBILITIES, attachment
from martlet.mastodon.serialize.times import iso
from martlet.model.names import AccountId
from martlet.model.posts import Draft, PollDraft
from martlet.model.server import Server
from martlet.services import scheduling
from martlet.storage import media
from martlet.storage.database import Reader
from martlet.storage.scheduled import Scheduled


def many(
    db: Reader, found: Sequence[Scheduled], owner: AccountId, here: Server
) -> list[scheduled_entities.ScheduledStatus]:
    drafts = [scheduling.draft_of(one) for one in found]
    files = media.many(db, [id for draft in drafts for id in draft.media], owner)
    return [
        scheduled_entities.ScheduledStatus(
            id=str(one.id),
            scheduled_at=iso(one.publish_at),
            params=_params(draft),
            media_attachments=[attachment(files[id], here) for id in draft.media if id in files],
        )
        for one, draft in zip(found, drafts, strict=True)
    ]


def _params(draft: Draft) -> scheduled_entities.ScheduledParams:
    return scheduled_entities.ScheduledParams(
        text=draft.text,
        poll=_poll(draft.poll) if draft.poll else None,
        media_ids=[str(id) for id in draft.media] or None,
        sensitive=draft.is_sensitive,
        spoiler_text=draft.warning or None,
        visibility=None if draft.visibility is None else VISIBILITIES[draft.visibility],
        in_reply_to_id=str(draft.reply_to) if draft.reply_to else None,
        language=draft.language,
        application_id=draft.app,
        scheduled_at=None,
        idempotency=None,
        quoted_status_id=str(draft.quote_of) if draft.quote_of else None,
        quote_approval_policy=draft.quoting,
        with_rate_limit=False,
        local_only=True if draft.is_local_only else UNSET,
        expires_in=draft.lifetime or UNSET,
        expires_at=UNSET if draft.expires_at is None else iso(draft.expires_at),
        content_map={one.language: one.text for one in draft.variants} or UNSET,
        circle_id=str(draft.circle) if draft.circle is not None else UNSET,
    )


def _poll(draft: PollDraft) -> scheduled_entities.ScheduledPoll:
    return scheduled_entities.ScheduledPoll(
        options=list(draft.options),
        expires_in=draft.seconds,
        multiple=draft.is_multiple,
        hide_totals=draft.hides_totals,
    )
