"""Which decision about a server holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.model.moderation import OPEN, OWN, Decision, Policy, Severity, decide, domains_of

policies = st.builds(
    Policy,
    severity=st.sampled_from(Severity),
    is_allowed=st.booleans(),
    refuses_media=st.booleans(),
    refuses_reports=st.booleans(),
)
HOSTS = ("a.b.test", "b.test", "test")
decisions = st.builds(
    Decision, host=st.sampled_from(HOSTS), policy=policies, list_id=st.sampled_from((OWN, 1, 2))
)
ORDER = list(Severity)


@pytest.mark.parametrize(
    ("host", "domains"),
    [
        ("a.b.test", ["a.b.test", "b.test", "test"]),
        ("a.test:8443", ["a.test:8443", "a.test", "test"]),
        ("localhost:3000", ["localhost:3000", "localhost"]),
        ("[::1]:80", ["[::1]:80"]),
        ("127.0.0.1:3000", ["127.0.0.1:3000", "127.0.0.1"]),
    ],
)
def test_the_names_under_which_a_host_may_be_decided_about(host: str, domains: list[str]) -> None:
    assert domains_of(host) == domains


@given(st.lists(decisions.filter(lambda one: one.list_id == OWN), min_size=1), st.lists(decisions))
def test_the_operator_wins_over_lists_and_the_nearest_domain_over_those_above(
    own: list[Decision], others: list[Decision]
) -> None:
    lists = [one for one in others if one.list_id != OWN]
    own = list({one.host: one for one in own}.values())
    nearest = max(own, key=lambda one: len(one.host)).policy
    found = decide([*lists, *own])
    assert (found.severity, found.refuses_media, found.refuses_reports) == (
        nearest.severity,
        nearest.refuses_media,
        nearest.refuses_reports,
    )


@given(st.lists(decisions.filter(lambda one: one.list_id != OWN)))
def test_of_what_lists_say_the_strictest_holds(found: list[Decision]) -> None:
    policy = decide(found)
    assert all(ORDER.index(policy.severity) >= ORDER.index(one.policy.severity) for one in found)
    assert policy.refuses_media == any(one.policy.refuses_media for one in found)
    assert policy.refuses_reports == any(one.policy.refuses_reports for one in found)


@given(st.lists(decisions))
def test_what_is_suspended_is_never_allowed_by_the_domain_above(found: list[Decision]) -> None:
    own = [one for one in found if one.list_id == OWN]
    policy = decide(found)
    if policy.severity is Severity.SUSPEND and own:
        assert not policy.is_allowed
    if not found:
        assert policy == OPEN
