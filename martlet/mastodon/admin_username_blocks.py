"""Extensions: user names that are kept back. Mastodon has them on its web pages only."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from martlet.mastodon.admin_entities import UsernameBlock
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize.times import iso
from martlet.model import sign_up_blocks as model
from martlet.model.ids import moment_of
from martlet.model.roles import Permission
from martlet.model.server import milliseconds
from martlet.services import blocking_sign_ups
from martlet.storage import sign_up_blocks
from martlet.storage.database import Reader, Writer

api = Api()

AT_ONCE, MOST = 100, 200
BLOCKS = Permission.MANAGE_BLOCKS


class WordForm(Struct, frozen=True, kw_only=True):
    username: Annotated[str, Meta(description="The name, or a part of names.")] = ""
    exact: Annotated[bool, Meta(description="Whether only this very name is meant.")] = True


def _entity(block: model.UsernameBlock) -> UsernameBlock:
    return UsernameBlock(
        id=str(block.id),
        username=block.word,
        exact=bool(block.is_exact),
        created_at=iso(milliseconds(moment_of(block.id))),
    )


@api.get(
    "/api/v1/admin/username_blocks",
    scope="admin:read",
    form=PageForm,
    returns=list[UsernameBlock],
    permission=BLOCKS,
)
def show(db: Reader, call: Call[PageForm]) -> list[UsernameBlock]:
    """An extension: the names that are kept back, the newest rule first."""
    page = call.form.page(AT_ONCE, MOST)
    found = sign_up_blocks.page(db, model.UsernameBlock, page)
    if found:
        call.link(found[0].id, found[-1].id if len(found) == page.limit else None)
    return [_entity(one) for one in found]


@api.get("/api/v1/admin/username_blocks/{id}", scope="admin:read", returns=UsernameBlock, permission=BLOCKS)
def show_one(db: Reader, call: Call[NoForm]) -> UsernameBlock:
    """An extension: one of them."""
    return _entity(blocking_sign_ups.get(db, model.UsernameBlock, call.id))


@api.post(
    "/api/v1/admin/username_blocks",
    scope="admin:write",
    form=WordForm,
    returns=UsernameBlock,
    permission=BLOCKS,
)
def block(db: Writer, call: Call[WordForm]) -> UsernameBlock:
    """An extension: keep a name back; whoever has it keeps it."""
    form = call.form
    wanted = blocking_sign_ups.username_rule(call.here.next_id(), form.username, is_exact=form.exact)
    return _entity(blocking_sign_ups.add(db, call.actor(db), wanted, call.here))


@api.delete(
    "/api/v1/admin/username_blocks/{id}",
    scope="admin:write",
    returns=dict[str, Any],
    permission=BLOCKS,
)
def unblock(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """An extension: the name may be chosen again."""
    blocking_sign_ups.remove(db, call.actor(db), model.UsernameBlock, call.id, call.here)
    return {}
