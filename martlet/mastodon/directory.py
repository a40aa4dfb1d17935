"""People who want to be found: https://docs.joinmastodon.org/methods/directory/"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from martlet.mastodon import entities
from martlet.mastodon.accounts import LISTED, MOST_LISTED
from martlet.mastodon.routing import Api, Call
from martlet.model.errors import NotFound
from martlet.storage import directory
from martlet.storage.database import Reader

api = Api()


class DirectoryForm(Struct, frozen=True):
    offset: Annotated[
        int | None, Meta(description="How many to leave out; the directory ends after 2,000.")
    ] = None
    limit: Annotated[int | None, Meta(description="How many, at most.")] = None
    order: Annotated[
        Literal["active", "new"] | None, Meta(description="By their last post, or by when they came.")
    ] = None
    local: Annotated[bool | None, Meta(description="Only people here.")] = None


@api.get("/api/v1/directory", access="public", form=DirectoryForm, returns=list[entities.Account])
def index(db: Reader, call: Call[DirectoryForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/directory/#get. Somebody new stands in it some minutes later."""
    form = call.form
    if not call.here.disclosure.directory:
        raise NotFound
    found = directory.page(
        db,
        call.account,
        form.order or "active",
        call.here.now_ms(),
        offset=max(form.offset or 0, 0),
        limit=min(max(form.limit or LISTED, 1), MOST_LISTED),
        only_here=bool(form.local),
    )
    return call.pages.accounts.page(db, found)
