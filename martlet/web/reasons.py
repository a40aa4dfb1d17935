"""Why something is shown, in plain words: docs/guide/trends.md has the rules, `model.trends` and `services.suggesting` the facts."""

from martlet.model.trends import TrendKind
from martlet.services.suggesting import Source, Suggested
from martlet.storage.trends import Trend
from martlet.web.wording import Sentence, counted, sentence

_FEATURED = sentence("Those who look after this server suggest this account.")
_ALIKE = sentence("Shows the same hashtags as somebody you followed lately.")


def trend(found: Trend) -> Sentence:
    """`usual` is said in tenths below one, as whole numbers above."""
    usual = f"{found.usual:.0f}" if found.usual >= 1 or found.usual == 0 else f"{found.usual:.1f}"
    hours = found.hours
    match found.kind:
        case TrendKind.TAG:
            return counted(
                "One person wrote about it within {hours} h; usually: {usual}.",
                "{n} people wrote about it within {hours} h; usually: {usual}.",
                n=found.people,
                hours=hours,
                usual=usual,
            )
        case TrendKind.LINK:
            return counted(
                "One person shared it within {hours} h; usually: {usual}.",
                "{n} people shared it within {hours} h; usually: {usual}.",
                n=found.people,
                hours=hours,
                usual=usual,
            )
        case _:
            return counted(
                "One person liked or boosted it within {hours} h.",
                "{n} people liked or boosted it within {hours} h.",
                n=found.people,
                hours=hours,
            )


def suggestion(found: Suggested) -> tuple[Sentence, ...]:
    """One for each source, the weightiest first."""
    return tuple(_of_source(source, found.reasons.get(source, 0)) for source in found.sources)


def _of_source(source: Source, n: int) -> Sentence:
    match source:
        case "featured":
            return _FEATURED
        case "friends_of_friends":
            return counted(
                "One person you follow follows this account.",
                "{n} people you follow follow this account.",
                n=n,
            )
        case "similar_to_recently_followed":
            return _ALIKE
        case "most_followed":
            return counted(
                "One person here follows this account.", "{n} people here follow this account.", n=n
            )
        case _:
            return counted(
                "Its posts were liked or boosted once lately.",
                "Its posts were liked or boosted {n} times lately.",
                n=n,
            )
