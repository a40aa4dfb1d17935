"""E-mail domains with which nobody joins: https://docs.joinmastodon.org/methods/admin/email_domain_blocks/"""

from typing import Annotated, Any

from msgspec import Meta, Struct

from martlet.mastodon.admin_entities import BlockHistory, EmailDomainBlock
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize.times import iso
from martlet.model import sign_up_blocks as model
from martlet.model.ids import moment_of
from martlet.model.roles import Permission
from martlet.model.server import Server, milliseconds
from martlet.services import blocking_sign_ups, screening_sign_ups
from martlet.storage import day_counts, sign_up_blocks
from martlet.storage.database import Reader, Writer

api = Api()

AT_ONCE, MOST = 100, 200
DAYS = 7
BLOCKS = Permission.MANAGE_BLOCKS


class DomainForm(Struct, frozen=True):
    domain: Annotated[str, Meta(description="The domain; it stands for those below it.")] = ""


def _entity(db: Reader, block: model.EmailDomainBlock, here: Server) -> EmailDomainBlock:
    today = here.now_ms() // day_counts.DAY_MS
    uses = day_counts.kept(db, screening_sign_ups.ATTEMPTS, today - DAYS + 1, today, block.domain)
    return EmailDomainBlock(
        id=str(block.id),
        domain=block.domain,
        created_at=iso(milliseconds(moment_of(block.id))),
        history=[
            BlockHistory(day=str(day * 86_400), accounts=str(uses.get(day, 0)), uses=str(uses.get(day, 0)))
            for day in range(today, today - DAYS, -1)
        ],
    )


@api.get(
    "/api/v1/admin/email_domain_blocks",
    scope="admin:read:email_domain_blocks",
    form=PageForm,
    returns=list[EmailDomainBlock],
    permission=BLOCKS,
)
def show(db: Reader, call: Call[PageForm]) -> list[EmailDomainBlock]:
    """https://docs.joinmastodon.org/methods/admin/email_domain_blocks/#get"""
    page = call.form.page(AT_ONCE, MOST)
    found = sign_up_blocks.page(db, model.EmailDomainBlock, page)
    if found:
        call.link(found[0].id, found[-1].id if len(found) == page.limit else None)
    return [_entity(db, one, call.here) for one in found]


@api.get(
    "/api/v1/admin/email_domain_blocks/{id}",
    scope="admin:read:email_domain_blocks",
    returns=EmailDomainBlock,
    permission=BLOCKS,
)
def show_one(db: Reader, call: Call[NoForm]) -> EmailDomainBlock:
    """https://docs.joinmastodon.org/methods/admin/email_domain_blocks/#get-one"""
    return _entity(db, blocking_sign_ups.get(db, model.EmailDomainBlock, call.id), call.here)


@api.post(
    "/api/v1/admin/email_domain_blocks",
    scope="admin:write:email_domain_blocks",
    form=DomainForm,
    returns=EmailDomainBlock,
    permission=BLOCKS,
)
def block(db: Writer, call: Call[DomainForm]) -> EmailDomainBlock:
    """https://docs.joinmastodon.org/methods/admin/email_domain_blocks/#create"""
    made = blocking_sign_ups.email_domain_rule(call.here.next_id(), call.form.domain)
    return _entity(db, blocking_sign_ups.add(db, call.actor(db), made, call.here), call.here)


@api.delete(
    "/api/v1/admin/email_domain_blocks/{id}",
    scope="admin:write:email_domain_blocks",
    returns=dict[str, Any],
    permission=BLOCKS,
)
def unblock(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/admin/email_domain_blocks/#delete"""
    blocking_sign_ups.remove(db, call.actor(db), model.EmailDomainBlock, call.id, call.here)
    return {}
