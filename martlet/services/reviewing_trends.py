"""
What those who run the server decide about trends: hashtags, links, posts, and the sites that links lead to.

A decision holds at once, and as long as nobody decides otherwise. One about a link or post counts before the one
about its site.
"""

from dataclasses import dataclass, replace

from martlet.model.errors import InvalidInput, NotFound
from martlet.model.names import PostId
from martlet.model.server import Server
from martlet.model.trends import TrendKind
from martlet.storage import cards, posts, tags, trend_reviews
from martlet.storage.database import Writer
from martlet.storage.trend_reviews import FREE, Review
from martlet.text.hashtags import hashtag_key


@dataclass(frozen=True, slots=True)
class TagChange:
    """What is decided about a hashtag; None leaves it as it is."""

    shown: str | None = None
    """How it is written: other capitals, no other word."""
    is_trendable: bool | None = None
    is_usable: bool | None = None
    is_listed: bool | None = None


def decide(db: Writer, kind: TrendKind, subject: int, here: Server, *, is_allowed: bool) -> None:
    """Let something trend, or never again. Raises `NotFound`."""
    if not _is_there(db, kind, subject):
        raise NotFound
    trend_reviews.put(db, kind, subject, Review(is_allowed, here.now_ms()))
    if kind is TrendKind.TAG and not trend_reviews.tag_rules(db, [subject]).get(subject, FREE).is_listed:
        is_allowed = False
    trend_reviews.apply(db, kind, subject, is_allowed=is_allowed)


def _is_there(db: Writer, kind: TrendKind, subject: int) -> bool:
    match kind:
        case TrendKind.TAG:
            return bool(tags.many(db, [subject]))
        case TrendKind.LINK:
            return bool(cards.many(db, [subject]))
        case TrendKind.POST:
            return posts.find_unfiltered(db, PostId(subject)) is not None
        case TrendKind.PUBLISHER:
            return trend_reviews.find_publisher(db, subject) is not None


def change_tag(db: Writer, tag: int, change: TagChange, here: Server) -> None:
    """Raises `NotFound`, or `InvalidInput` for another word than the hashtag."""
    known = tags.many(db, [tag]).get(tag)
    if known is None:
        raise NotFound
    if change.shown is not None:
        if hashtag_key(change.shown) != known.name:
            raise InvalidInput(
                "Validation failed: Display name does not match the previous name", "display_name"
            )
        tags.respell(db, tag, change.shown)
    rule = trend_reviews.tag_rules(db, [tag]).get(tag, FREE)
    if change.is_usable is not None:
        rule = replace(rule, is_usable=change.is_usable)
    if change.is_listed is not None:
        rule = replace(rule, is_listed=change.is_listed)
    trend_reviews.put_tag_rule(db, tag, rule)
    before = trend_reviews.of(db, TrendKind.TAG, [tag]).get(tag)
    is_allowed = change.is_trendable
    if is_allowed is None and before is not None:
        is_allowed = before.is_allowed
    trend_reviews.put(db, TrendKind.TAG, tag, Review(is_allowed, here.now_ms()))
    trend_reviews.apply(db, TrendKind.TAG, tag, is_allowed=is_allowed if rule.is_listed else False)
