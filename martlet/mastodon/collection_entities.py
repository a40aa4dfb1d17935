"""
Collections, of accounts that somebody recommends: https://docs.joinmastodon.org/entities/Collection/

Here inside they are called packs (docs/glossary.md).
"""

from msgspec import Struct


class ShallowTag(Struct, kw_only=True):
    name: str
    url: str


class CollectionItem(Struct, kw_only=True):
    id: str
    account_id: str | None
    state: str
    created_at: str


class Collection(Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Collection/"""

    id: str
    account_id: str
    uri: str
    url: str | None
    name: str
    description: str
    language: str | None
    local: bool
    sensitive: bool
    discoverable: bool
    tag: ShallowTag | None
    item_count: int
    items: list[CollectionItem]
    created_at: str
    updated_at: str


class WrappedCollection(Struct, kw_only=True):
    collection: Collection


class Collections(Struct, kw_only=True):
    collections: list[Collection]


class WrappedCollectionItem(Struct, kw_only=True):
    collection_item: CollectionItem
