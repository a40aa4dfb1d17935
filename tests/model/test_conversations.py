"""Conversations: every post once, true numbers of what is left out, few levels, no end where there is none."""

from collections.abc import Iterable, Mapping, Sequence
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from martlet.model.conversations import DEEPEST, IN_BRANCH, ON_PAGE, Conversation, Run, conversation
from martlet.model.names import AccountId, PostId
from martlet.model.threads import Link

ROOT = PostId(1)


def links(answers: dict[int, int], authors: dict[int, int] | None = None) -> dict[PostId, Link]:
    """`answers`: what each post answers."""
    by = authors or {}
    found = {ROOT: Link(ROOT, None, AccountId(by.get(1, 1)), None)}
    for id, parent in answers.items():
        found[PostId(id)] = Link(
            PostId(id), PostId(parent), AccountId(by.get(id, id)), AccountId(by.get(parent, parent))
        )
    return found


def talk(thread: Mapping[PostId, Link], shown: Iterable[int], after: PostId | None = None) -> Conversation:
    return conversation(thread, ROOT, {PostId(id) for id in shown}, after)


def run(posts: Sequence[int], *forks: Run) -> Run:
    return Run(tuple(map(PostId, posts)), forks)


def every(runs: tuple[Run, ...]) -> list[PostId]:
    return [id for run in runs for id in (*run.posts, *every(run.forks))]


def missing(found: Conversation) -> int:
    def of(runs: tuple[Run, ...]) -> int:
        return sum(run.rest + of(run.forks) for run in runs)

    return found.rest + of(found.runs)


def depth(runs: tuple[Run, ...]) -> int:
    return 1 + max((depth(run.forks) for run in runs), default=0) if runs else 0


def test_a_talk_of_two_stands_without_steps_to_the_side() -> None:
    found = talk(links({2: 1, 3: 2, 4: 3, 5: 4}), {2, 3, 4, 5})
    assert found.runs == (run((2, 3, 4, 5)),)


def test_a_fork_is_a_step_and_an_author_who_goes_on_comes_first() -> None:
    thread = links({2: 1, 3: 2, 4: 2, 5: 1, 6: 4}, {1: 7, 5: 7, 2: 8, 4: 8})
    found = talk(thread, thread)
    assert found.runs == (run((5,)), run((2,), run((4, 6)), run((3,))))


def test_what_is_not_shown_stands_only_where_something_follows() -> None:
    found = talk(links({2: 1, 3: 2, 4: 1, 5: 4, 6: 1}), {3, 6})
    assert every(found.runs) == [2, 3, 6]


def test_below_the_last_level_is_counted() -> None:
    forking: dict[int, int] = {}
    for level in range(6):
        forking |= {2 + 2 * level: max(1, 2 * level), 3 + 2 * level: max(1, 2 * level)}
    thread = links(forking)
    found = talk(thread, set(forking))
    assert depth(found.runs) == DEEPEST
    assert len(every(found.runs)) + missing(found) == len(forking)


def test_a_hundred_answers_and_more_come_in_pages() -> None:
    thread = links(dict.fromkeys(range(2, 352), 1) | dict.fromkeys(range(352, 452), 2))
    found = talk(thread, thread)
    assert len(found.runs[0].forks) == IN_BRANCH - 1
    seen = every(found.runs)
    assert len(seen) == ON_PAGE
    while found.after is not None:
        found = talk(thread, thread, found.after)
        seen += every(found.runs)
    assert len(seen) == len(set(seen)) == 350 + IN_BRANCH - 1


def test_a_circle_ends() -> None:
    assert every(talk(links({2: 3, 3: 2, 4: 4}), {2, 3, 4}).runs) == []
    circle = {PostId(1): Link(ROOT, PostId(3), AccountId(1), None)} | {
        id: link for id, link in links({2: 1, 3: 2}).items() if id != 1
    }
    assert every(talk(circle, {2, 3}).runs) == [2, 3]


@given(st.lists(st.integers(0, 400), max_size=400), st.randoms(use_true_random=False))
def test_every_shown_post_is_there_or_counted(parents: list[int], random: Random) -> None:
    answers = {id + 2: 1 + parent % (id + 1) for id, parent in enumerate(parents)}
    thread = links(answers)
    shown = {id for id in answers if random.random() < 0.8}
    found = talk(thread, shown)
    there = every(found.runs)
    assert len(there) == len(set(there)) <= ON_PAGE
    assert sum(id in shown for id in there) + missing(found) == len(shown)
    assert depth(found.runs) <= DEEPEST
    assert all(answers[id] in (1, *there) for id in there)
