"""Servers the caller blocks: https://docs.joinmastodon.org/methods/domain_blocks/"""

from typing import Annotated, Any

from msgspec import Meta, Struct

from martlet.mastodon import entities
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call
from martlet.services import blocking_servers
from martlet.storage import domain_blocks
from martlet.storage.database import Reader, Writer

api = Api()

AT_ONCE = 100
MOST = 200


class DomainForm(Struct, frozen=True):
    domain: Annotated[str, Meta(description="The server's domain.")] = ""


@api.get("/api/v1/domain_blocks", scope="read:blocks", form=PageForm, returns=list[str])
def show(db: Reader, call: Call[PageForm]) -> list[str]:
    """https://docs.joinmastodon.org/methods/domain_blocks/#get"""
    page = call.form.page(AT_ONCE, MOST)
    found = domain_blocks.page(db, call.account, page)
    if found:
        call.link(found[0][0], found[-1][0] if len(found) == page.limit else None)
    return [host for _, host in found]


@api.post("/api/v1/domain_blocks", scope="write:blocks", form=DomainForm, returns=dict[str, Any])
def block(db: Writer, call: Call[DomainForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/domain_blocks/#block"""
    blocking_servers.block(db, call.account, call.form.domain, call.here)
    return {}


@api.delete("/api/v1/domain_blocks", scope="write:blocks", form=DomainForm, returns=dict[str, Any])
def unblock(db: Writer, call: Call[DomainForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/domain_blocks/#unblock"""
    blocking_servers.unblock(db, call.account, call.form.domain)
    return {}


@api.get(
    "/api/v1/domain_blocks/preview",
    scope="read:follows",
    form=DomainForm,
    returns=entities.DomainBlockPreview,
)
def preview(db: Reader, call: Call[DomainForm]) -> entities.DomainBlockPreview:
    """What a block would sever, as Mastodon 4.3 tells its own apps; its documentation does not have it."""
    followers, following = blocking_servers.severed(db, call.account, call.form.domain)
    return entities.DomainBlockPreview(followers_count=followers, following_count=following)
