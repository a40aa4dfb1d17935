"""
Servers that are limited or suspended: https://docs.joinmastodon.org/methods/admin/domain_blocks/

What was decided by hand, here or on the command line; block lists that are
subscribed to are not shown.
"""

import hashlib
from dataclasses import replace
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from martlet.mastodon.admin_entities import DomainBlock
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize.times import iso
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.ids import moment_of
from martlet.model.moderation import Decision, Policy, Severity
from martlet.model.roles import Permission
from martlet.model.server import milliseconds
from martlet.services import restricting
from martlet.storage import peer_policies
from martlet.storage.database import Reader, Writer
from martlet.storage.peer_policies import Numbered
from martlet.text.cleaning import one_line

api = Api()

AT_ONCE = 100
MOST = 200
_SEVERITIES = {"silence": Severity.LIMIT, "suspend": Severity.SUSPEND, "noop": Severity.NONE}
_NAMES = {severity: name for name, severity in _SEVERITIES.items()}


class ChangeForm(Struct, frozen=True, kw_only=True):
    """What is left out stays as it is; of a new block, as the documentation says."""

    severity: Annotated[
        Literal["silence", "suspend", "noop"] | UnsetType,
        Meta(description="Limits the domain, suspends it, or does neither."),
    ] = UNSET
    reject_media: Annotated[bool | UnsetType, Meta(description="Show none of its media.")] = UNSET
    reject_reports: Annotated[bool | UnsetType, Meta(description="Take no reports from it.")] = UNSET
    private_comment: Annotated[str | UnsetType, Meta(description="Why, for those who run this server.")] = (
        UNSET
    )
    public_comment: Annotated[str | UnsetType, Meta(description="Why, for everybody.")] = UNSET
    obfuscate: Annotated[bool | UnsetType, Meta(description="Show its name in part only.")] = UNSET

    def change(self, before: Decision) -> Decision:
        policy = before.policy
        severity = _SEVERITIES[self.severity] if self.severity is not UNSET else policy.severity
        changed = Policy(
            severity,
            policy.is_allowed and severity is not Severity.SUSPEND,
            policy.refuses_media if self.reject_media is UNSET else self.reject_media,
            policy.refuses_reports if self.reject_reports is UNSET else self.reject_reports,
        )
        return replace(
            before,
            policy=changed,
            comment=before.comment if self.public_comment is UNSET else _comment(self.public_comment),
            note=before.note if self.private_comment is UNSET else _comment(self.private_comment),
            is_obfuscated=before.is_obfuscated if self.obfuscate is UNSET else self.obfuscate,
        )


class BlockForm(ChangeForm, frozen=True, kw_only=True):
    domain: Annotated[str, Meta(description="The domain; it stands for those below it.")] = ""


def _comment(text: str) -> str:
    return one_line(text)[: restricting.COMMENT]


def host_in(text: str) -> str:
    """Raises `InvalidInput`."""
    if not text.strip():
        raise InvalidInput("Validation failed: Domain can't be blank", "domain")
    return restricting.host_in(text)


def _entity(found: Numbered) -> DomainBlock:
    decision = found.decision
    return DomainBlock(
        id=str(found.id),
        domain=decision.host,
        digest=hashlib.sha256(decision.host.encode()).hexdigest(),
        created_at=iso(milliseconds(moment_of(found.id))),
        severity=_NAMES[decision.policy.severity],
        reject_media=decision.policy.refuses_media,
        reject_reports=decision.policy.refuses_reports,
        private_comment=decision.note or None,
        public_comment=decision.comment or None,
        obfuscate=decision.is_obfuscated,
    )


def _is_block(decision: Decision) -> bool:
    return decision.policy.is_restriction or not decision.policy.is_allowed


def _get(db: Reader, id: int) -> Numbered:
    """Raises `NotFound`, also for a server that is only allowed."""
    found = restricting.numbered(db, id)
    if not _is_block(found.decision):
        raise NotFound
    return found


@api.get(
    "/api/v1/admin/domain_blocks",
    scope="admin:read:domain_blocks",
    form=PageForm,
    returns=list[DomainBlock],
    permission=Permission.MANAGE_FEDERATION,
)
def show(db: Reader, call: Call[PageForm]) -> list[DomainBlock]:
    """https://docs.joinmastodon.org/methods/admin/domain_blocks/#get"""
    page = call.form.page(AT_ONCE, MOST)
    found = peer_policies.page_of_own(db, "restrictions", page)
    if found:
        call.link(found[0].id, found[-1].id if len(found) == page.limit else None)
    return [_entity(one) for one in found]


@api.get(
    "/api/v1/admin/domain_blocks/{id}",
    scope="admin:read:domain_blocks",
    returns=DomainBlock,
    permission=Permission.MANAGE_FEDERATION,
)
def show_one(db: Reader, call: Call[NoForm]) -> DomainBlock:
    """https://docs.joinmastodon.org/methods/admin/domain_blocks/#get-one"""
    return _entity(_get(db, call.id))


@api.post(
    "/api/v1/admin/domain_blocks",
    scope="admin:write:domain_blocks",
    form=BlockForm,
    returns=DomainBlock,
    permission=Permission.MANAGE_FEDERATION,
)
def block(db: Writer, call: Call[BlockForm]) -> DomainBlock:
    """https://docs.joinmastodon.org/methods/admin/domain_blocks/#create"""
    before = peer_policies.find_own(db, host_in(call.form.domain))
    if before is not None and _is_block(before):
        raise InvalidInput("Validation failed: Domain has already been taken", "domain")
    wanted = before or Decision(host_in(call.form.domain), Policy())
    limited = replace(wanted, policy=replace(wanted.policy, severity=Severity.LIMIT))
    return _entity(restricting.decided(db, call.form.change(limited), call.here, call.actor(db)))


@api.put(
    "/api/v1/admin/domain_blocks/{id}",
    scope="admin:write:domain_blocks",
    form=ChangeForm,
    returns=DomainBlock,
    permission=Permission.MANAGE_FEDERATION,
)
def change(db: Writer, call: Call[ChangeForm]) -> DomainBlock:
    """https://docs.joinmastodon.org/methods/admin/domain_blocks/#update"""
    return _entity(
        restricting.decided(db, call.form.change(_get(db, call.id).decision), call.here, call.actor(db))
    )


@api.delete(
    "/api/v1/admin/domain_blocks/{id}",
    scope="admin:write:domain_blocks",
    returns=dict[str, Any],
    permission=Permission.MANAGE_FEDERATION,
)
def unblock(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/admin/domain_blocks/#delete"""
    restricting.lift(db, _get(db, call.id).id, call.here, call.actor(db))
    return {}
