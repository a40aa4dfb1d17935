"""Servers that are spoken with whatever lists say: https://docs.joinmastodon.org/methods/admin/domain_allows/"""

from dataclasses import replace
from typing import Annotated, Any

from msgspec import Meta, Struct

from martlet.mastodon.admin_domain_blocks import AT_ONCE, MOST, host_in
from martlet.mastodon.admin_entities import DomainAllow
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize.times import iso
from martlet.model.errors import NotFound
from martlet.model.ids import moment_of
from martlet.model.moderation import Policy
from martlet.model.roles import Permission
from martlet.model.server import milliseconds
from martlet.services import restricting
from martlet.storage import peer_policies
from martlet.storage.database import Reader, Writer
from martlet.storage.peer_policies import Numbered

api = Api()


class AllowForm(Struct, frozen=True):
    domain: Annotated[str, Meta(description="The domain to be spoken with.")] = ""


def _entity(found: Numbered) -> DomainAllow:
    return DomainAllow(
        id=str(found.id), domain=found.decision.host, created_at=iso(milliseconds(moment_of(found.id)))
    )


@api.get(
    "/api/v1/admin/domain_allows",
    scope="admin:read:domain_allows",
    form=PageForm,
    returns=list[DomainAllow],
    permission=Permission.MANAGE_FEDERATION,
)
def show(db: Reader, call: Call[PageForm]) -> list[DomainAllow]:
    """https://docs.joinmastodon.org/methods/admin/domain_allows/#get"""
    page = call.form.page(AT_ONCE, MOST)
    found = peer_policies.page_of_own(db, "allowances", page)
    if found:
        call.link(found[0].id, found[-1].id if len(found) == page.limit else None)
    return [_entity(one) for one in found]


@api.get(
    "/api/v1/admin/domain_allows/{id}",
    scope="admin:read:domain_allows",
    returns=DomainAllow,
    permission=Permission.MANAGE_FEDERATION,
)
def show_one(db: Reader, call: Call[NoForm]) -> DomainAllow:
    """https://docs.joinmastodon.org/methods/admin/domain_allows/#get-one"""
    found = restricting.numbered(db, call.id)
    if not found.decision.policy.is_allowed:
        raise NotFound
    return _entity(found)


@api.post(
    "/api/v1/admin/domain_allows",
    scope="admin:write:domain_allows",
    form=AllowForm,
    returns=DomainAllow,
    permission=Permission.MANAGE_FEDERATION,
)
def allow(db: Writer, call: Call[AllowForm]) -> DomainAllow:
    """https://docs.joinmastodon.org/methods/admin/domain_allows/#create"""
    before = restricting.own(db, host_in(call.form.domain))
    return _entity(
        restricting.decided(db, replace(before, policy=Policy(is_allowed=True)), call.here, call.actor(db))
    )


@api.delete(
    "/api/v1/admin/domain_allows/{id}",
    scope="admin:write:domain_allows",
    returns=dict[str, Any],
    permission=Permission.MANAGE_FEDERATION,
)
def disallow(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/admin/domain_allows/#delete"""
    restricting.disallow(db, call.id, call.here, call.actor(db))
    return {}
