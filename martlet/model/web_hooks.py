"""Web hooks: programs elsewhere that are told of what happens here."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from martlet.model.roles import Permission

State = Literal["waiting", "sent", "failed", "dropped"]


class HookEvent(StrEnum):
    """What a hook can be told of, by Mastodon's names; those of our own are at the end."""

    ACCOUNT_CREATED = "account.created"
    ACCOUNT_APPROVED = "account.approved"
    ACCOUNT_UPDATED = "account.updated"
    REPORT_CREATED = "report.created"
    REPORT_UPDATED = "report.updated"
    STATUS_CREATED = "status.created"
    STATUS_UPDATED = "status.updated"
    APPEAL_CREATED = "appeal.created"
    STATUS_HELD = "status.held"


NEEDED: dict[HookEvent, Permission] = {
    HookEvent.ACCOUNT_CREATED: Permission.MANAGE_USERS,
    HookEvent.ACCOUNT_APPROVED: Permission.MANAGE_USERS,
    HookEvent.ACCOUNT_UPDATED: Permission.MANAGE_USERS,
    HookEvent.REPORT_CREATED: Permission.MANAGE_REPORTS,
    HookEvent.REPORT_UPDATED: Permission.MANAGE_REPORTS,
    HookEvent.STATUS_CREATED: Permission.VIEW_DEVOPS,
    HookEvent.STATUS_UPDATED: Permission.VIEW_DEVOPS,
    HookEvent.APPEAL_CREATED: Permission.MANAGE_APPEALS,
    HookEvent.STATUS_HELD: Permission.MANAGE_REPORTS,
}
"""Nobody has a program told what they may not see themselves."""


@dataclass(frozen=True, slots=True)
class WebHook:
    """One row of `web_hook`, without what only its job needs."""

    id: int
    url: str
    events: str
    """JSON: list of `HookEvent`"""
    secret: bytes
    """Encrypted."""
    template: str
    is_enabled: int
    created_at: int
    failing_since: int | None
    failures: int
    stopped_at: int | None
    """The server itself disabled it, because of what `stopped_for` says."""
    stopped_for: str

    @property
    def wanted(self) -> tuple[HookEvent, ...]:
        return tuple(HookEvent(one) for one in json.loads(self.events))


@dataclass(frozen=True, slots=True)
class HookDelivery:
    """One row of `web_hook_delivery`: one thing that a hook is told."""

    id: int
    hook_id: int
    event: str
    about: int
    created_at: int
    state: State
    tries: int
    status: int | None
    error: str
    finished_at: int | None
