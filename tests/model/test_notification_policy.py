"""What becomes of notifications from strangers: the whole rule, case by case and as a whole."""

from itertools import product

import pytest

from martlet.model.notification_policy import FILTERABLE, Policy, Sender, Treatment, treatment
from martlet.model.notifications import NotificationKind as K

ACCEPT, FILTER, DROP = Treatment.ACCEPT, Treatment.FILTER, Treatment.DROP
FRIEND = Sender(
    is_permitted=False,
    is_staff=False,
    is_followed=True,
    is_settled_follower=True,
    is_new=False,
    is_limited=False,
    is_bot=False,
    is_unasked_in_private=False,
)
STRANGER = FRIEND._replace(is_followed=False, is_settled_follower=False)
OPEN = Policy(private_mentions=ACCEPT, limited_accounts=ACCEPT)


@pytest.mark.parametrize(
    ("group", "sender"),
    [
        ("not_following", FRIEND._replace(is_followed=False)),
        ("not_followers", FRIEND._replace(is_settled_follower=False)),
        ("new_accounts", STRANGER._replace(is_new=True)),
        ("private_mentions", STRANGER._replace(is_unasked_in_private=True)),
        ("limited_accounts", STRANGER._replace(is_limited=True)),
        ("bots", STRANGER._replace(is_bot=True)),
    ],
)
def test_each_group_has_its_own_switch(group: str, sender: Sender) -> None:
    for wanted in Treatment:
        policy = OPEN._replace(**{group: wanted})
        assert treatment(policy, K.MENTION, sender) == wanted
        assert treatment(policy, K.MENTION, FRIEND) == ACCEPT
        assert treatment(policy, K.MENTION, sender._replace(is_permitted=True)) == ACCEPT
        assert treatment(policy, K.MENTION, sender._replace(is_staff=True)) == ACCEPT
        assert treatment(policy, K.LIKE, sender._replace(is_staff=True)) == wanted


def test_at_first_only_private_and_limited_strangers_are_kept_aside() -> None:
    assert treatment(Policy(), K.MENTION, STRANGER._replace(is_new=True, is_bot=True)) == ACCEPT
    assert treatment(Policy(), K.MENTION, STRANGER._replace(is_unasked_in_private=True)) == FILTER
    assert treatment(Policy(), K.FOLLOW, STRANGER._replace(is_limited=True)) == FILTER


def test_over_all_senders_and_policies() -> None:
    """Following somebody leaves only the followers' switch; a stricter policy never tells more; some kinds are always told."""
    order = [ACCEPT, FILTER, DROP]
    senders = [Sender(*values) for values in product((False, True), repeat=len(Sender._fields))]
    policies = [Policy(*values) for values in product((ACCEPT, DROP), repeat=len(Policy._fields))]
    for sender, policy in product(senders, policies):
        became = treatment(policy, K.MENTION, sender)
        others = [treatment(Policy(*[FILTER if one == DROP else one for one in policy]), K.MENTION, sender)]
        others += [treatment(policy._replace(**{name: ACCEPT}), K.MENTION, sender) for name in policy._fields]
        assert all(order.index(one) <= order.index(became) for one in others)
        if sender.is_followed and sender.is_settled_follower:
            assert became == ACCEPT
        for kind in frozenset(K) - FILTERABLE:
            assert treatment(policy, kind, sender) == ACCEPT
