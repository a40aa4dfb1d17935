"""The rule by which things trend."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from martlet.model.trends import (
    HALF_LIFE_HOURS,
    HOUR_MS,
    WINDOW_HOURS,
    TrendKind,
    Voice,
    faded_rank,
    heard,
    main_language,
    measure,
    rank_after,
    usual_heat,
)

NOW = 1_800_000_000_000
LEAST = 5
KINDS = st.sampled_from(sorted(HALF_LIFE_HOURS))
AGES = st.integers(0, 30 * HOUR_MS)
HOSTS = st.sampled_from(["", "", "a.example", "b.example", "c.example"])
VOICES = st.lists(st.builds(lambda age, host: Voice(NOW - age, host), AGES, HOSTS), max_size=40)
USUAL = st.floats(0, 500)


def score(voices: list[Voice], usual: float, kind: TrendKind, now: int = NOW) -> float:
    return measure(voices, usual, kind, LEAST, now).score


@given(VOICES, st.builds(lambda age, host: Voice(NOW - age, host), AGES, HOSTS), USUAL, KINDS)
def test_one_more_person_never_counts_against_it(
    voices: list[Voice], more: Voice, usual: float, kind: TrendKind
) -> None:
    assert score([*voices, more], usual, kind) >= score(voices, usual, kind)


@given(VOICES, USUAL, KINDS, st.lists(st.integers(0, 48 * HOUR_MS), min_size=2, max_size=5))
def test_it_fades(voices: list[Voice], usual: float, kind: TrendKind, later: list[int]) -> None:
    scores = [score(voices, usual, kind, NOW + age) for age in sorted(later)]
    assert all(after <= before for before, after in pairwise(scores))
    assert score(voices, usual, kind, NOW + WINDOW_HOURS * HOUR_MS) == 0


@given(VOICES, USUAL, USUAL, KINDS)
def test_what_is_more_usual_scores_less(
    voices: list[Voice], one: float, other: float, kind: TrendKind
) -> None:
    less, more = sorted((one, other))
    assert score(voices, more, kind) <= score(voices, less, kind)


@given(st.lists(st.builds(lambda age: Voice(NOW - age, "loud.example"), AGES), max_size=200), USUAL, KINDS)
def test_one_other_server_by_itself_makes_nothing_trend(
    voices: list[Voice], usual: float, kind: TrendKind
) -> None:
    assert score(voices, usual, kind) == 0
    assert len(heard(voices, LEAST)) <= LEAST - 1


@given(VOICES, USUAL, KINDS)
def test_too_few_people_make_nothing_trend(voices: list[Voice], usual: float, kind: TrendKind) -> None:
    assert score(voices[: LEAST - 1], usual, kind) == 0


def test_a_day_as_usual_does_not_trend() -> None:
    for kind in HALF_LIFE_HOURS:
        evenly = [Voice(NOW - (2 * n + 1) * HOUR_MS // 4, "") for n in range(48)]
        assert score(evenly, 55, kind) == 0
        assert score(evenly, 10, kind) > 0
        assert abs(usual_heat(48, HALF_LIFE_HOURS[kind]) - measured_heat(evenly, kind)) < 1


def measured_heat(voices: list[Voice], kind: TrendKind) -> float:
    return sum(float(2.0 ** ((one.at - NOW) / HOUR_MS / HALF_LIFE_HOURS[kind])) for one in voices)


def test_the_formula_of_the_guide() -> None:
    """docs/guide/trends.md: at 24 people a day, the usual heat of a hashtag is 4 / ln 2 × (1 - 1/64)."""
    usual = 4 / 0.6931471805599453 * (1 - 1 / 64)
    now, half = [Voice(NOW, "")] * 10, [Voice(NOW - 4 * HOUR_MS, "")] * 4
    assert abs(score([*now, *half], 24, TrendKind.TAG) - (12 - usual) ** 2 / usual) < 1e-9
    assert score([*now, *half], 0, TrendKind.TAG) == 144
    assert score([*now, *half], 2, TrendKind.TAG) == (12 - usual / 12) ** 2  # less than one is taken for one


def test_what_is_told_of_it() -> None:
    voices = [Voice(NOW - n * HOUR_MS // 6, "") for n in range(12)]
    measured = measure(voices, 12, TrendKind.TAG, LEAST, NOW)
    assert (measured.people, measured.hours, measured.usual) == (12, 2, 1.0)


@given(st.lists(st.integers(NOW - 24 * HOUR_MS, NOW), min_size=1, max_size=60), KINDS)
def test_the_rank_is_the_heat_at_any_time(moments: list[int], kind: TrendKind) -> None:
    rank = None
    for at in moments:
        before, rank = rank, rank_after(rank, at, kind)
        assert before is None or rank > before
    assert rank is not None
    heat = measured_heat([Voice(at, "") for at in moments], kind)
    assert abs(2 ** (rank - NOW / HOUR_MS / HALF_LIFE_HOURS[kind]) - heat) < 1e-6 * max(heat, 1)
    assert rank >= faded_rank(NOW, kind)


def test_the_language_most_of_them_speak() -> None:
    spoken = [Voice(NOW, "", code) for code in ("de", "de-AT", "en", None)]
    assert main_language(spoken[:3]) == "de"
    assert main_language(spoken) is None
    assert main_language([]) is None
