"""
Collections as other servers write them: whole or page after page, with bare names in them or whole things.

Tolerant like `parse`: what is no item is left out, and of a page with too many the first are taken.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from martlet.activitypub.kinds import kind_of
from martlet.activitypub.values import MOST_ITEMS, Thing, total, uri
from martlet.model.names import Uri

KINDS = frozenset({"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"})


@dataclass(frozen=True, slots=True)
class Listing:
    """A collection, or a page of one. `first` and `next`: what comes in it, or where it is."""

    uri: Uri | None = None
    total: int | None = None
    first: "Listing | Uri | None" = None
    next: Uri | None = None
    items: tuple[Thing | Uri, ...] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the document of a post says of others: who answers it, and where its thread is listed."""

    replies: Listing | Uri | None = None
    context: Uri | None = None


def listing(thing: Thing, depth: int = 1) -> Listing | None:
    """None where the document is no collection. An embedded `first` page is read, but nothing embedded in that."""
    if kind_of(thing) not in KINDS:
        return None
    items = thing.get("orderedItems", thing.get("items"))
    return Listing(
        uri(thing.get("id")),
        total(thing),
        _nested(thing.get("first"), depth),
        uri(thing.get("next")),
        tuple(_items(items)),
    )


def _nested(value: Any, depth: int) -> Listing | Uri | None:
    if isinstance(value, dict) and depth > 0:
        return listing(value, depth - 1) or uri(value)
    return uri(value)


def _items(value: Any) -> Iterator[Thing | Uri]:
    """The items that have an id; of a `Create` its object."""
    listed = value if isinstance(value, list) else [] if value is None else [value]
    for one in listed[:MOST_ITEMS]:
        thing = one.get("object") if isinstance(one, dict) and kind_of(one) == "Create" else one
        name = uri(thing) if isinstance(thing, str | dict) else None
        if name is not None:
            yield thing if isinstance(thing, dict) and "type" in thing else name


def surroundings(thing: Thing) -> Surroundings:
    """What a post's document says around the post. PeerTube calls the answers comments."""
    replies = thing.get("replies") or thing.get("comments")
    return Surroundings(_nested(replies, 2), uri(thing.get("context")))
