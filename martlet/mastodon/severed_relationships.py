"""Extensions: follows that ended because of a decision that was not about oneself."""

from martlet.mastodon.notification_entities import RelationshipSeveranceEvent, SeveredRelationship
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize import warnings
from martlet.services import severing
from martlet.storage import severances
from martlet.storage.database import Reader

api = Api()


@api.get(
    "/api/v1/severed_relationships",
    scope="read:follows",
    form=PageForm,
    returns=list[RelationshipSeveranceEvent],
)
def show(db: Reader, call: Call[PageForm]) -> list[RelationshipSeveranceEvent]:
    """An extension: what `severed_relationships` notifications told of, the newest first."""
    page = call.form.page()
    found = severances.of_account(db, call.account, page)
    if found:
        call.link(found[0].id, found[-1].id if len(found) == page.limit else None)
    return [warnings.severance(db, one) for one in found]


@api.get(
    "/api/v1/severed_relationships/{id}/following", scope="read:follows", returns=list[SeveredRelationship]
)
def following(db: Reader, call: Call[NoForm]) -> list[SeveredRelationship]:
    """An extension: whom one followed, those that are still known here."""
    return _people(db, call, are_followers=False)


@api.get(
    "/api/v1/severed_relationships/{id}/followers", scope="read:follows", returns=list[SeveredRelationship]
)
def followers(db: Reader, call: Call[NoForm]) -> list[SeveredRelationship]:
    """An extension: who followed, those that are still known here."""
    return _people(db, call, are_followers=True)


def _people(db: Reader, call: Call[NoForm], *, are_followers: bool) -> list[SeveredRelationship]:
    one = severing.get_own(db, call.id, call.account)
    return [
        SeveredRelationship(
            acct=each.handle,
            show_reblogs=bool(each.shows_boosts),
            notify=bool(each.notifies),
            languages=list(each.language_list),
        )
        for each in severances.people(db, one.id, are_followers=are_followers)
    ]
