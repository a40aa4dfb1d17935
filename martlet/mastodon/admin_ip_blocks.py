"""Networks from which nobody joins, or nothing is answered: https://docs.joinmastodon.org/methods/admin/ip_blocks/"""

from dataclasses import replace
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from martlet.mastodon.admin_entities import IpBlock
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize.times import iso, iso_or_none
from martlet.model import sign_up_blocks as model
from martlet.model.ids import moment_of
from martlet.model.roles import Permission
from martlet.model.server import Server, milliseconds
from martlet.services import blocking_sign_ups
from martlet.storage import sign_up_blocks
from martlet.storage.database import Reader, Writer

api = Api()

AT_ONCE, MOST = 100, 200
BLOCKS = Permission.MANAGE_BLOCKS


class IpForm(Struct, frozen=True, kw_only=True):
    """Of a rule that is changed, what is left out stays as it is."""

    ip: Annotated[str | UnsetType, Meta(description="An address or a network, as `192.0.2.0/24`.")] = UNSET
    severity: Annotated[
        Literal["sign_up_requires_approval", "sign_up_block", "no_access"] | UnsetType,
        Meta(description="What holds for this network."),
    ] = UNSET
    comment: Annotated[str | UnsetType, Meta(description="Why, for those who run this server.")] = UNSET
    expires_in: Annotated[
        int | None | UnsetType, Meta(description="In how many seconds it ends; null: never.")
    ] = UNSET

    def rule(self, before: model.IpBlock, here: Server) -> model.IpBlock:
        """Raises `InvalidInput`."""
        wanted = blocking_sign_ups.ip_rule(
            before.id,
            before.network if self.ip is UNSET else self.ip,
            before.severity if self.severity is UNSET else self.severity,
            before.comment if self.comment is UNSET else self.comment,
        )
        if self.expires_in is not UNSET:
            return blocking_sign_ups.running_out(wanted, self.expires_in, here)
        return replace(wanted, expires_at=before.expires_at)


def _entity(block: model.IpBlock) -> IpBlock:
    return IpBlock(
        id=str(block.id),
        ip=block.network,
        severity=block.severity,
        comment=block.comment,
        created_at=iso(milliseconds(moment_of(block.id))),
        expires_at=iso_or_none(block.expires_at),
    )


@api.get(
    "/api/v1/admin/ip_blocks",
    scope="admin:read:ip_blocks",
    form=PageForm,
    returns=list[IpBlock],
    permission=BLOCKS,
)
def show(db: Reader, call: Call[PageForm]) -> list[IpBlock]:
    """https://docs.joinmastodon.org/methods/admin/ip_blocks/#get"""
    page = call.form.page(AT_ONCE, MOST)
    found = sign_up_blocks.page(db, model.IpBlock, page)
    if found:
        call.link(found[0].id, found[-1].id if len(found) == page.limit else None)
    return [_entity(one) for one in found]


@api.get("/api/v1/admin/ip_blocks/{id}", scope="admin:read:ip_blocks", returns=IpBlock, permission=BLOCKS)
def show_one(db: Reader, call: Call[NoForm]) -> IpBlock:
    """https://docs.joinmastodon.org/methods/admin/ip_blocks/#get-one"""
    return _entity(blocking_sign_ups.get(db, model.IpBlock, call.id))


@api.post(
    "/api/v1/admin/ip_blocks",
    scope="admin:write:ip_blocks",
    form=IpForm,
    returns=IpBlock,
    permission=BLOCKS,
)
def block(db: Writer, call: Call[IpForm]) -> IpBlock:
    """https://docs.joinmastodon.org/methods/admin/ip_blocks/#create"""
    wanted = call.form.rule(model.IpBlock(call.here.next_id(), "", ""), call.here)
    return _entity(blocking_sign_ups.add(db, call.actor(db), wanted, call.here, call.request.address))


@api.put(
    "/api/v1/admin/ip_blocks/{id}",
    scope="admin:write:ip_blocks",
    form=IpForm,
    returns=IpBlock,
    permission=BLOCKS,
)
def change(db: Writer, call: Call[IpForm]) -> IpBlock:
    """https://docs.joinmastodon.org/methods/admin/ip_blocks/#update"""
    wanted = call.form.rule(blocking_sign_ups.get(db, model.IpBlock, call.id), call.here)
    return _entity(blocking_sign_ups.change(db, call.actor(db), wanted, call.here, call.request.address))


@api.delete(
    "/api/v1/admin/ip_blocks/{id}",
    scope="admin:write:ip_blocks",
    returns=dict[str, Any],
    permission=BLOCKS,
)
def unblock(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/admin/ip_blocks/#delete"""
    blocking_sign_ups.remove(db, call.actor(db), model.IpBlock, call.id, call.here)
    return {}
