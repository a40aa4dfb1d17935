"""What is between the caller and other accounts: https://docs.joinmastodon.org/entities/Relationship/"""

import json
from collections.abc import Iterable

from martlet.mastodon import entities
from martlet.mastodon.serialize.times import iso_or_none
from martlet.model.names import AccountId
from martlet.model.server import Server
from martlet.storage import relations
from martlet.storage.database import Reader
from martlet.storage.relations import Relation


def many(
    db: Reader, viewer: AccountId, others: Iterable[AccountId], here: Server, *, with_gone: bool = True
) -> list[entities.Relationship]:
    """In the order asked for, each once; those who are not there are left out."""
    wanted = list(dict.fromkeys(others))
    found = relations.between(db, viewer, wanted, here.now_ms(), with_gone=with_gone)
    return [entity(found[id]) for id in wanted if id in found]


def one(db: Reader, viewer: AccountId, other: AccountId, here: Server) -> entities.Relationship:
    return many(db, viewer, [other], here)[0]


def entity(relation: Relation) -> entities.Relationship:
    return entities.Relationship(
        id=str(relation.account_id),
        following=relation.follows == 1,
        showing_reblogs=bool(relation.shows_boosts),
        notifying=bool(relation.notifies),
        languages=json.loads(relation.languages) if relation.languages else None,
        followed_by=relation.followed_by == 1,
        blocking=relation.block_id is not None,
        blocked_by=relation.blocked_by_id is not None,
        muting=relation.mute_id is not None,
        muting_notifications=bool(relation.hides_notifications),
        muting_expires_at=iso_or_none(relation.mute_expires_at),
        requested=relation.follows == 0,
        requested_by=relation.followed_by == 0,
        domain_blocking=relation.domain_block_id is not None,
        endorsed=relation.endorsement_id is not None,
        note=relation.note or "",
    )
