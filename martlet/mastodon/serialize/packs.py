"""Packs in Mastodon's form, which calls them collections: https://docs.joinmastodon.org/entities/Collection/"""

from collections.abc import Collection, Mapping, Sequence
from html import escape
from urllib.parse import quote

import msgspec

from martlet.mastodon import collection_entities as entities
from martlet.mastodon.serialize.times import iso
from martlet.model.names import AccountId, PostId
from martlet.model.packs import Pack, PackMember
from martlet.model.server import Server
from martlet.storage import packs
from martlet.storage.database import Reader
from martlet.text.hashtags import hashtag_key


def many(db: Reader, found: Sequence[Pack], viewer: AccountId, here: Server) -> list[entities.Collection]:
    """With those of their members whom the viewer is to see."""
    members = packs.members(db, [one.id for one in found], viewer, here.now_ms())
    return [_entity(one, [each.member for each in members.get(one.id, ())], here) for one in found]


def one(db: Reader, pack: Pack, viewer: AccountId, here: Server) -> entities.Collection:
    return many(db, [pack], viewer, here)[0]


def of_posts(
    db: Reader, linked: Mapping[PostId, Collection[int]], viewer: AccountId, here: Server
) -> dict[PostId, bytes]:
    """What posts tell of packs that they link to, as JSON lists: of those that the viewer may see."""
    found = packs.shown(db, {id for ids in linked.values() for id in ids}, viewer)
    told = {one.id: entity for one, entity in zip(found, many(db, found, viewer, here), strict=True)}
    return {post: msgspec.json.encode([told[id] for id in ids if id in told]) for post, ids in linked.items()}


def item(member: PackMember) -> entities.CollectionItem:
    """https://docs.joinmastodon.org/entities/CollectionItem/"""
    return entities.CollectionItem(
        id=str(member.id),
        account_id=str(member.account_id),
        state=str(member.state),
        created_at=iso(member.created_at),
    )


def _entity(pack: Pack, members: Sequence[PackMember], here: Server) -> entities.Collection:
    return entities.Collection(
        id=str(pack.id),
        account_id=str(pack.account_id),
        uri=pack.uri,
        url=pack.url or None,
        name=pack.name,
        description=escape(pack.description, quote=False),
        language=pack.language,
        local=pack.uri.startswith(here.url + "/"),
        sensitive=bool(pack.is_sensitive),
        discoverable=bool(pack.is_discoverable),
        tag=entities.ShallowTag(name=pack.tag, url=here.tag_url(quote(hashtag_key(pack.tag))))
        if pack.tag
        else None,
        item_count=len(members),
        items=[item(each) for each in members],
        created_at=iso(pack.created_at),
        updated_at=iso(pack.updated_at),
    )
