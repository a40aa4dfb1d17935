"""
What those who run the server decide about trends: hashtags, links, posts, and the sites that links lead to.

A decision holds at once, and as long as nobody decides otherwise. One about a link or post counts before the one
about its site.
"""

from dataclasses import dataclass, replace

from martlet.model.audit import State, Target
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.names import NOBODY, PostId
from martlet.model.roles import Actor, Permission
from martlet.model.server import Server
from martlet.model.trends import TrendKind
from martlet.services import auditing, keeping_reasons, permitting
from martlet.services.keeping_reasons import NO_REASON, Reason
from martlet.storage import cards, posts, tags, trend_reviews
from martlet.storage.database import Reader, Writer
from martlet.storage.trend_reviews import FREE, Review, TagRule
from martlet.text.hashtags import hashtag_key


@dataclass(frozen=True, slots=True)
class TagChange:
    """What is decided about a hashtag; None leaves it as it is."""

    shown: str | None = None
    """How it is written: other capitals, no other word."""
    is_trendable: bool | None = None
    is_usable: bool | None = None
    is_listed: bool | None = None


TARGETS = {
    "hashtag": TrendKind.TAG,
    "trend_link": TrendKind.LINK,
    "trend_post": TrendKind.POST,
    "trend_site": TrendKind.PUBLISHER,
}
"""What the audit log calls each kind of thing. The names are permanent."""


def decide(
    db: Writer,
    actor: Actor,
    kind: TrendKind,
    subject: int,
    here: Server,
    *,
    is_allowed: bool,
    reason: Reason = NO_REASON,
) -> None:
    """Let something trend, or never again. Raises `NotAllowed`, `NotFound`, `InvalidInput`."""
    permitting.check_actor(actor, Permission.MANAGE_TAXONOMIES)
    why = keeping_reasons.wording(db, reason)
    target = _target(db, kind, subject)
    before = state(db, target.kind, subject)
    _put(db, kind, subject, is_allowed, here)
    act = "trend.allow" if is_allowed else "trend.refuse"
    auditing.record(db, actor, act, target, before, state(db, target.kind, subject), here, reason=why)


def _put(db: Writer, kind: TrendKind, subject: int, is_allowed: bool | None, here: Server) -> None:  # noqa: FBT001 - the decision itself
    trend_reviews.put(db, kind, subject, Review(is_allowed, here.now_ms()))
    if kind is TrendKind.TAG and not trend_reviews.tag_rules(db, [subject]).get(subject, FREE).is_listed:
        is_allowed = False
    trend_reviews.apply(db, kind, subject, is_allowed=is_allowed)


def _target(db: Reader, kind: TrendKind, subject: int) -> Target:
    """Raises `NotFound`. Of posts only those are there that everybody may see: no others trend."""
    name: str | None = None
    match kind:
        case TrendKind.TAG:
            tag = tags.many(db, [subject]).get(subject)
            name = None if tag is None else f"#{tag.shown}"
        case TrendKind.LINK:
            card = cards.many(db, [subject]).get(subject)
            name = None if card is None else card.url
        case TrendKind.POST:
            post = posts.find(db, PostId(subject), viewer=NOBODY)
            name = None if post is None else post.url
        case TrendKind.PUBLISHER:
            site = trend_reviews.find_publisher(db, subject)
            name = None if site is None else site.host
    if name is None:
        raise NotFound
    return Target(next(word for word, one in TARGETS.items() if one is kind), subject, name)


def change_tag(db: Writer, actor: Actor, tag: int, change: TagChange, here: Server) -> None:
    """Raises `NotAllowed`, `NotFound`, or `InvalidInput` for another word than the hashtag."""
    permitting.check_actor(actor, Permission.MANAGE_TAXONOMIES)
    known = tags.many(db, [tag]).get(tag)
    if known is None:
        raise NotFound
    before = state(db, "hashtag", tag)
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
    is_allowed = change.is_trendable
    if is_allowed is None:
        reviewed = trend_reviews.of(db, TrendKind.TAG, [tag]).get(tag)
        is_allowed = None if reviewed is None else reviewed.is_allowed
    _put(db, TrendKind.TAG, tag, is_allowed, here)
    target = Target("hashtag", tag, f"#{known.shown}")
    auditing.record(db, actor, "hashtag.change", target, before, state(db, "hashtag", tag), here)


# -- taking back ---------------------------------------------------------


def state(db: Reader, target: str, subject: int) -> State:
    """What the audit log says of what was decided, by its own word for the kind of thing."""
    kind = TARGETS[target]
    reviewed = trend_reviews.of(db, kind, [subject]).get(subject)
    found: State = {"may_trend": None if reviewed is None else reviewed.is_allowed}
    if kind is TrendKind.TAG:
        known = tags.many(db, [subject]).get(subject)
        rule = trend_reviews.tag_rules(db, [subject]).get(subject, FREE)
        found |= {
            "shown": "" if known is None else known.shown,
            "is_usable": rule.is_usable,
            "is_listed": rule.is_listed,
        }
    return found


def set_back(db: Writer, target: str, subject: int, wanted: State, here: Server) -> None:
    """What an undoing does."""
    kind, may_trend = TARGETS[target], wanted["may_trend"]
    if kind is TrendKind.TAG:
        tags.respell(db, subject, str(wanted["shown"]))
        trend_reviews.put_tag_rule(db, subject, TagRule(bool(wanted["is_usable"]), bool(wanted["is_listed"])))
    _put(db, kind, subject, None if may_trend is None else bool(may_trend), here)
