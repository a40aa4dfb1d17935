"""Single e-mail addresses in all their spellings: https://docs.joinmastodon.org/methods/admin/canonical_email_blocks/"""

from typing import Annotated, Any

from msgspec import Meta, Struct

from martlet.mastodon.admin_entities import CanonicalEmailBlock
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.model import sign_up_blocks as model
from martlet.model.roles import Permission
from martlet.services import blocking_sign_ups
from martlet.storage import sign_up_blocks
from martlet.storage.database import Reader, Writer

api = Api()

AT_ONCE, MOST = 100, 200
BLOCKS = Permission.MANAGE_BLOCKS
Email = Annotated[str, Meta(max_length=2000, description="The address; it is not kept.")]


class TestForm(Struct, frozen=True):
    email: Email = ""


class BlockForm(Struct, frozen=True, kw_only=True):
    email: Email = ""
    canonical_email_hash: Annotated[
        str, Meta(max_length=2000, description="The digest, where no address is given.")
    ] = ""


def _entity(block: model.CanonicalEmailBlock) -> CanonicalEmailBlock:
    return CanonicalEmailBlock(id=str(block.id), canonical_email_hash=block.digest)


@api.get(
    "/api/v1/admin/canonical_email_blocks",
    scope="admin:read:canonical_email_blocks",
    form=PageForm,
    returns=list[CanonicalEmailBlock],
    permission=BLOCKS,
)
def show(db: Reader, call: Call[PageForm]) -> list[CanonicalEmailBlock]:
    """https://docs.joinmastodon.org/methods/admin/canonical_email_blocks/#get"""
    page = call.form.page(AT_ONCE, MOST)
    found = sign_up_blocks.page(db, model.CanonicalEmailBlock, page)
    if found:
        call.link(found[0].id, found[-1].id if len(found) == page.limit else None)
    return [_entity(one) for one in found]


@api.get(
    "/api/v1/admin/canonical_email_blocks/{id}",
    scope="admin:read:canonical_email_blocks",
    returns=CanonicalEmailBlock,
    permission=BLOCKS,
)
def show_one(db: Reader, call: Call[NoForm]) -> CanonicalEmailBlock:
    """https://docs.joinmastodon.org/methods/admin/canonical_email_blocks/#get-one"""
    return _entity(blocking_sign_ups.get(db, model.CanonicalEmailBlock, call.id))


@api.post(
    "/api/v1/admin/canonical_email_blocks/test",
    scope="admin:read:canonical_email_blocks",
    form=TestForm,
    returns=list[CanonicalEmailBlock],
    permission=BLOCKS,
)
def test(db: Writer, call: Call[TestForm]) -> list[CanonicalEmailBlock]:
    """https://docs.joinmastodon.org/methods/admin/canonical_email_blocks/#test"""
    wanted = blocking_sign_ups.email_rule(0, call.form.email)
    found = sign_up_blocks.find_by_key(db, model.CanonicalEmailBlock, wanted.digest)
    return [] if found is None else [_entity(found)]


@api.post(
    "/api/v1/admin/canonical_email_blocks",
    scope="admin:write:canonical_email_blocks",
    form=BlockForm,
    returns=CanonicalEmailBlock,
    permission=BLOCKS,
)
def block(db: Writer, call: Call[BlockForm]) -> CanonicalEmailBlock:
    """https://docs.joinmastodon.org/methods/admin/canonical_email_blocks/#create"""
    form, id = call.form, call.here.next_id()
    if form.email or not form.canonical_email_hash:
        wanted = blocking_sign_ups.email_rule(id, form.email)
    else:
        wanted = blocking_sign_ups.digest_rule(id, form.canonical_email_hash)
    return _entity(blocking_sign_ups.add(db, call.actor(db), wanted, call.here))


@api.delete(
    "/api/v1/admin/canonical_email_blocks/{id}",
    scope="admin:write:canonical_email_blocks",
    returns=dict[str, Any],
    permission=BLOCKS,
)
def unblock(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/admin/canonical_email_blocks/#delete"""
    blocking_sign_ups.remove(db, call.actor(db), model.CanonicalEmailBlock, call.id, call.here)
    return {}
