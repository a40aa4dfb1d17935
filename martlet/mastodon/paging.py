"""Paging as Mastodon does it: max_id, since_id, min_id, limit."""

from typing import Annotated

from msgspec import Meta, Struct

from martlet.mastodon.routing import id_in
from martlet.model.errors import NotFound
from martlet.model.paging import LAST_ID, Page


class PageForm(Struct, frozen=True, kw_only=True):
    """Parameters of a paged list; forms with further ones derive from it."""

    max_id: Annotated[str | None, Meta(description="Only what is older than this id.")] = None
    since_id: Annotated[str | None, Meta(description="Only what is newer than this id, newest first.")] = None
    min_id: Annotated[str | None, Meta(description="What comes right after this id.")] = None
    limit: Annotated[int | None, Meta(description="How many, at most.")] = None

    def page(self, default: int = 20, most: int = 40) -> Page:
        before = _bound(self.max_id, LAST_ID)
        limit = min(max(self.limit or default, 1), most)
        if self.min_id:
            return Page(before, _bound(self.min_id, 0), limit, is_upward=True)
        return Page(before, _bound(self.since_id, 0), limit)


def _bound(text: str | None, otherwise: int) -> int:
    """An id that is none bounds nothing: clients send the oddest things here."""
    if not text:
        return otherwise
    try:
        return id_in(text)
    except NotFound:
        return otherwise
