"""
What becomes of notifications from strangers: https://docs.joinmastodon.org/methods/notifications/#get-policy

The first version knows only whether they are accepted without further ado; some apps still speak it.
"""

from msgspec import Struct

from martlet.mastodon.notification_entities import (
    NotificationPolicy,
    NotificationPolicySummary,
    V1NotificationPolicy,
)
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.model.notification_policy import Policy, Treatment
from martlet.services import screening
from martlet.storage import notification_policies, notification_requests
from martlet.storage.database import Reader, Writer

api = Api()


class PolicyForm(Struct, frozen=True):
    """Each `accept`, `filter` or `drop`; what is left out stays as it is."""

    for_not_following: Treatment | None = None
    for_not_followers: Treatment | None = None
    for_new_accounts: Treatment | None = None
    for_private_mentions: Treatment | None = None
    for_limited_accounts: Treatment | None = None
    for_bots: Treatment | None = None

    def changed(self, policy: Policy) -> Policy:
        given = {name: getattr(self, f"for_{name}") for name in Policy._fields}
        return policy._replace(**{name: one for name, one in given.items() if one is not None})


class V1PolicyForm(Struct, frozen=True):
    """What is left out stays as it is."""

    filter_not_following: bool | None = None
    filter_not_followers: bool | None = None
    filter_new_accounts: bool | None = None
    filter_private_mentions: bool | None = None

    def changed(self, policy: Policy) -> Policy:
        given = {
            "not_following": self.filter_not_following,
            "not_followers": self.filter_not_followers,
            "new_accounts": self.filter_new_accounts,
            "private_mentions": self.filter_private_mentions,
        }
        return policy._replace(
            **{
                name: Treatment.FILTER if is_filtered else Treatment.ACCEPT
                for name, is_filtered in given.items()
                if is_filtered is not None
            }
        )


@api.get("/api/v2/notifications/policy", scope="read:notifications", returns=NotificationPolicy)
def show(db: Reader, call: Call[NoForm]) -> NotificationPolicy:
    """https://docs.joinmastodon.org/methods/notifications/#get-policy"""
    return _entity(notification_policies.find(db, call.account), _summary(db, call))


@api.patch(
    "/api/v2/notifications/policy",
    scope="write:notifications",
    form=PolicyForm,
    returns=NotificationPolicy,
)
def update(db: Writer, call: Call[PolicyForm]) -> NotificationPolicy:
    """https://docs.joinmastodon.org/methods/notifications/#update-the-filtering-policy-for-notifications"""
    policy = call.form.changed(notification_policies.find(db, call.account))
    screening.set_policy(db, call.account, policy)
    return _entity(policy, _summary(db, call))


@api.get("/api/v1/notifications/policy", scope="read:notifications", returns=V1NotificationPolicy)
def show_v1(db: Reader, call: Call[NoForm]) -> V1NotificationPolicy:
    """https://docs.joinmastodon.org/methods/notifications/#get-policy as it was in tests of Mastodon 4.3"""
    return _v1_entity(notification_policies.find(db, call.account), _summary(db, call))


@api.put(
    "/api/v1/notifications/policy",
    scope="write:notifications",
    form=V1PolicyForm,
    returns=V1NotificationPolicy,
)
def update_v1(db: Writer, call: Call[V1PolicyForm]) -> V1NotificationPolicy:
    """https://docs.joinmastodon.org/methods/notifications/#get-policy as it was in tests of Mastodon 4.3"""
    policy = call.form.changed(notification_policies.find(db, call.account))
    screening.set_policy(db, call.account, policy)
    return _v1_entity(policy, _summary(db, call))


def _summary(
    db: Reader, call: Call[NoForm] | Call[PolicyForm] | Call[V1PolicyForm]
) -> NotificationPolicySummary:
    found = notification_requests.summary(db, call.account, call.here.now_ms())
    return NotificationPolicySummary(
        pending_requests_count=found.requests, pending_notifications_count=found.notifications
    )


def _entity(policy: Policy, summary: NotificationPolicySummary) -> NotificationPolicy:
    return NotificationPolicy(
        **{f"for_{name}": str(treatment) for name, treatment in policy._asdict().items()}, summary=summary
    )


def _v1_entity(policy: Policy, summary: NotificationPolicySummary) -> V1NotificationPolicy:
    return V1NotificationPolicy(
        filter_not_following=policy.not_following != Treatment.ACCEPT,
        filter_not_followers=policy.not_followers != Treatment.ACCEPT,
        filter_new_accounts=policy.new_accounts != Treatment.ACCEPT,
        filter_private_mentions=policy.private_mentions != Treatment.ACCEPT,
        summary=summary,
    )
