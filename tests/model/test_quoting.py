"""Rules of quotes that need no database."""

from hypothesis import given
from hypothesis import strategies as st

from martlet.model import quoting
from martlet.model.quoting import Fact, QuotePolicy, State

facts = st.lists(st.sampled_from(Fact), max_size=8)
words = st.lists(st.sampled_from([quoting.EVERYBODY, quoting.FOLLOWERS, quoting.OTHERS]), unique=True).map(
    tuple
)
policies = st.builds(QuotePolicy, words, words)


def end_of(found: list[Fact]) -> State:
    state: State = "pending"
    for fact in found:
        state = quoting.after(state, fact)
    return state


@given(found=facts, data=st.data())
def test_any_order_ends_in_the_same_state(found: list[Fact], data: st.DataObject) -> None:
    """And what is learned twice is learned once."""
    other = data.draw(st.permutations([*found, *found]))
    assert end_of(other) == end_of(found)


@given(found=facts)
def test_only_a_consent_that_nothing_stands_against_is_shown(found: list[Fact]) -> None:
    assert (end_of(found) == "accepted") == (set(found) == {Fact.GIVEN})
    shown = quoting.shown(end_of(found), is_legacy=True)
    assert shown in {"accepted", None}
    assert quoting.shown(end_of(found), is_legacy=False) == end_of(found)


@given(policy=policies)
def test_a_policy_is_kept_as_a_word_or_a_few(policy: QuotePolicy) -> None:
    assert QuotePolicy.from_text(policy.text) == policy


@given(policy=policies)
def test_followers_may_not_less_than_others(policy: QuotePolicy) -> None:
    ranks = ["denied", "unknown", "manual", "automatic"]
    answers = [policy.answer_to(is_follower=is_follower) for is_follower in (False, True)]
    assert ranks.index(answers[0]) <= ranks.index(answers[1])
    assert (policy == QuotePolicy()) == (answers[1] == "denied")
