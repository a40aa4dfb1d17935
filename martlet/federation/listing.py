"""
Reading collections of other servers page by page, within a budget.

All pages are on the server of the document that the collection belongs to: what another server lists is no
business of this one. A page is asked for once, however often it is named.
"""

from collections.abc import AsyncIterator, Collection, Iterator
from dataclasses import dataclass

from martlet.activitypub import collections
from martlet.activitypub.collections import Listing
from martlet.activitypub.kinds import POSTS, kind_of
from martlet.activitypub.values import Thing
from martlet.federation.budget import Budget
from martlet.federation.fetching import Fetcher
from martlet.model.names import Uri, origin_of


@dataclass(frozen=True, slots=True)
class Page:
    """A page and where it was found."""

    listing: Listing
    at: Uri
    is_named: bool
    """It is called by where it was found: only then are whole things in it believed."""
    is_last: bool

    def posts(self) -> Iterator[tuple[Uri, Thing | None]]:
        """Names of posts, each with the post itself where its own server has it stand there whole (attacks D2)."""
        for item in self.listing.items:
            if isinstance(item, str):
                yield item, None
            elif kind_of(item) in POSTS:
                name = Uri(item["id"])
                is_believed = self.is_named and origin_of(name) == origin_of(self.at)
                yield name, item if is_believed else None


async def pages(
    start: Listing | Uri, at: Uri, budget: Budget, fetcher: Fetcher, most: int
) -> AsyncIterator[Page]:
    """
    A collection, or what stands in its place in the document `at`; at most so many pages are asked for.

    Raises what `Budget.listing` does.
    """
    home, seen, following, is_named = origin_of(at), set[Uri](), start, True
    while True:
        if isinstance(following, Listing):
            page = following
        else:
            if following in seen or len(seen) >= most or origin_of(following) != home:
                return
            seen.add(following)
            found = await budget.listing(fetcher, following)
            read = collections.listing(found.document)
            if read is None or origin_of(found.address) != home:
                return
            page, at, is_named = read, found.address, found.is_named
        onward = _after(page, seen)
        yield Page(page, at, is_named, is_last=onward is None)
        if onward is None:
            return
        following = onward


def _after(page: Listing, seen: Collection[Uri]) -> Listing | Uri | None:
    """Of a collection the first page, which may have to be asked for by the collection's name; else the next one."""
    onward = page.first or page.next
    if onward is None and not page.items and not seen and page.total != 0:
        return page.uri
    return onward
