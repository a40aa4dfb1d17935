"""
What was decided about people, as they are told of it.

https://docs.joinmastodon.org/entities/AccountWarning/ and RelationshipSeveranceEvent
"""

from martlet.mastodon import notification_entities as entities
from martlet.mastodon.serialize import accounts as serialize
from martlet.mastodon.serialize.times import iso
from martlet.model.ids import moment_of
from martlet.model.sanctions import Measure, Strike
from martlet.model.server import Server, milliseconds
from martlet.storage import accounts, severances, strikes
from martlet.storage.database import Reader
from martlet.storage.severances import Severance

ACTIONS: dict[Measure, str] = {
    Measure.WARN: "none",
    Measure.MARK_POSTS: "mark_statuses_as_sensitive",
    Measure.DELETE_POSTS: "delete_statuses",
    Measure.SENSITIZE: "sensitive",
    Measure.LIMIT: "silence",
    Measure.FREEZE: "disable",
    Measure.SUSPEND: "suspend",
}


def entity(db: Reader, strike: Strike, here: Server) -> entities.AccountWarning:
    appeal = strikes.find_appeal(db, strike.id)
    return entities.AccountWarning(
        id=str(strike.id),
        action=ACTIONS[Measure(strike.measure)],
        text=strike.text,
        status_ids=[str(id) for id in strikes.posts_of(strike)] or None,
        target_account=serialize.entity(db, accounts.get(db, strike.account_id), here),
        appeal=None if appeal is None else entities.Appeal(text=appeal.text, state=appeal.state),
        created_at=iso(strike.created_at),
    )


def severance(db: Reader, one: Severance) -> entities.RelationshipSeveranceEvent:
    """`purged`: of those who were lost nobody is known here any more."""
    is_purged = bool(one.followers_count + one.following_count) and not severances.count_people(db, one.id)
    return entities.RelationshipSeveranceEvent(
        id=str(one.id),
        type=one.kind,
        purged=is_purged,
        target_name=one.target,
        followers_count=one.followers_count,
        following_count=one.following_count,
        created_at=iso(milliseconds(moment_of(one.id))),
    )
