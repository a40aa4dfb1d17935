"""Quotes of one's posts: https://docs.joinmastodon.org/methods/statuses/#quotes"""

from martlet.mastodon import entities
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm, id_in
from martlet.model.errors import NotAllowed
from martlet.model.names import PostId
from martlet.services import quoting, reacting
from martlet.storage import posts, quotes
from martlet.storage.database import Reader, Writer

api = Api()


@api.get("/api/v1/statuses/{id}/quotes", scope="read:statuses", form=PageForm, returns=list[entities.Status])
def show(db: Reader, call: Call[PageForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/statuses/#quotes shows them to the author of the quoted post."""
    post = reacting.meant(db, PostId(call.id), call.account)
    if post.author_id != call.account:
        raise NotAllowed("This action is not allowed")
    found = quotes.of_post(db, post.id, call.account, call.form.page())
    if found:
        call.link(found[0].id, found[-1].id)
    return call.pages.page(db, found, call.viewer)


@api.post("/api/v1/statuses/{id}/quotes/{quoting_id}/revoke", scope="write:statuses", returns=entities.Status)
def revoke(db: Writer, call: Call[NoForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/statuses/#revoke_quote"""
    quote = PostId(id_in(call.params["quoting_id"]))
    quoting.revoke(db, call.account, PostId(call.id), quote)
    return call.pages.one(db, posts.get_shown(db, quote, call.account), call.viewer)
