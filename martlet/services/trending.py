"""
What trends here, and why (docs/guide/trends.md says it in plain words; the rule itself is `model/trends.py`).

Reactions note who speaks for what; nothing but posts for all, and likes and boosts of them, is looked at. A job
measures the hottest few subjects every five minutes, as long as there is anything to measure.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import partial

from martlet.model.events import PostLiked, PostPublished
from martlet.model.names import AccountId, PostId
from martlet.model.posts import Post
from martlet.model.server import Server
from martlet.model.trends import (
    HOUR_MS,
    WINDOW_HOURS,
    Measured,
    TrendKind,
    faded_rank,
    heard,
    main_language,
    measure,
)
from martlet.model.visibility import Visibility
from martlet.storage import attached, events, posts, trend_reviews, trends, users
from martlet.storage.database import Reader, Store, Writer
from martlet.storage.tags import DAY_MS
from martlet.storage.trends import Trend
from martlet.text import web_links

MEASURE = "measure_trends"
"""The job's name."""
PAUSE_MS = 5 * 60_000
KNOWN_MS = DAY_MS
"""Accounts that this server has known for less time have no voice."""
USUAL_DAYS = 7
"""What is usual is the average of so many days before today."""
LOOKED_AT = 150
"""Subjects of each kind that are measured: the hottest."""
VOICES = 1000
"""Voices for one subject that are counted at most, the newest."""
KEPT = 100
"""Subjects of each kind that trend at most."""
FORGOTTEN_AT_ONCE = 500
TREND_KINDS = (TrendKind.TAG, TrendKind.LINK, TrendKind.POST)


# -- voices ------------------------------------------------------------------


def of_post(db: Writer, event: PostPublished, here: Server) -> None:
    """Whoever writes a post for all speaks for its hashtags; whoever boosts one, for the boosted post."""
    is_meant = event.is_news and not (event.is_carried and here.carried_posts == "followers")
    post = posts.find_unfiltered(db, event.post) if is_meant and here.trends != "off" else None
    if post is None or post.visibility != Visibility.PUBLIC:
        return
    if post.boost_of_id is not None:
        _speak_for_post(db, post.boost_of_id, post.author_id, post.created_at, here)
    elif attached.has_tags(db, post.id):
        _speak_for(db, TrendKind.TAG, trends.tags_of(db, post.id), post, here)


def of_like(db: Writer, event: PostLiked, here: Server) -> None:
    if here.trends != "off":
        _speak_for_post(db, event.post, event.by, here.now_ms(), here)


def of_card(db: Writer, ids: Iterable[PostId], here: Server) -> None:
    """Posts have been given the card of what they link to."""
    if here.trends == "off":
        return
    for id in ids:
        post = posts.find_unfiltered(db, id)
        if post is not None:
            _speak_for(db, TrendKind.LINK, trends.card_of(db, id), post, here)


def _speak_for(db: Writer, kind: TrendKind, subjects: Iterable[int], post: Post, here: Server) -> None:
    at = min(post.created_at, here.now_ms())
    if not _is_heard(at, here):
        return
    for subject in subjects:
        trends.speak(db, kind, subject, post.author_id, post.id, at, _since(here))
        _measure_later(db, here)


def _speak_for_post(db: Writer, post: PostId, by: AccountId, at: int, here: Server) -> None:
    at = min(at, here.now_ms())
    if _is_heard(at, here) and trends.may_trend(db, post, by):
        trends.speak(db, TrendKind.POST, post, by, post, at, _since(here))
        _measure_later(db, here)


def _since(here: Server) -> int:
    return here.now_ms() - WINDOW_HOURS * HOUR_MS


def _is_heard(at: int, here: Server) -> bool:
    return at > _since(here)


def _measure_later(db: Writer, here: Server) -> None:
    """At the next full five minutes. The moment is part of the key: a job that is under way now does not know this."""
    due_at = (here.now_ms() // PAUSE_MS + 1) * PAUSE_MS
    events.add_job(db, MEASURE, "", due_at, key=f"{MEASURE}:{due_at}")


# -- the job -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """A subject as it was measured, with what has to be asked of it besides."""

    subject: int
    measured: Measured
    language: str | None
    author: AccountId | None = None
    host: str = ""


async def measure_all(store: Store, body: str, here: Server) -> None:
    """The job: measure what is hottest, and forget who has not spoken for a day."""
    del body
    for kind in TREND_KINDS:
        found = await store.reading_aside(_measured, kind, here)
        await store.writing(_record, kind, found, here)
    while await store.writing(_forget_some, here):
        pass
    if await store.reading(trends.are_any):
        await store.writing(partial(_measure_later, here=here))


def _measured(db: Reader, kind: TrendKind, here: Server) -> list[Found]:
    """All of one kind that trend, and those that did and do no more, the highest score first."""
    if here.trends == "off":
        return [Found(subject, Measured(0.0, 0, 0, 0.0), None) for subject in trends.scored(db, kind)]
    before = set(trends.scored(db, kind))
    subjects = dict.fromkeys([*trends.hottest(db, kind, LOOKED_AT), *sorted(before)])
    found = [_measure_one(db, kind, subject, here) for subject in subjects]
    found.sort(key=lambda one: (-one.measured.score, -one.subject))
    kept = _first_of_each_author(found) if kind is TrendKind.POST else found
    kept = [one for one in kept if one.measured.score > 0][:KEPT]
    gone = before - {one.subject for one in kept}
    return [*kept, *(Found(subject, Measured(0.0, 0, 0, 0.0), None) for subject in sorted(gone))]


def _measure_one(db: Reader, kind: TrendKind, subject: int, here: Server) -> Found:
    now = here.now_ms()
    author: AccountId | None = None
    language, host = None, ""
    if kind is TrendKind.POST:
        facts = trends.post_facts(db, PostId(subject))
        if facts is None:
            return Found(subject, Measured(0.0, 0, 0, 0.0), None)
        author, language = facts
    elif kind is TrendKind.LINK:
        card = trends.card_facts(db, subject)
        if card is None:
            return Found(subject, Measured(0.0, 0, 0, 0.0), None)
        host, language = web_links.publisher(card[0]), card[1]
    voices = trends.voices(db, kind, subject, _since(here), now - KNOWN_MS, VOICES)
    usual = trends.usual_people(db, kind, subject, now // DAY_MS, USUAL_DAYS)
    if language is None:
        language = main_language(heard(voices, here.trend_people))
    base = language.partition("-")[0] if language else None
    return Found(subject, measure(voices, usual, kind, here.trend_people, now), base, author, host)


def _first_of_each_author(found: Iterable[Found]) -> list[Found]:
    """Nobody takes up more than one place."""
    seen: set[AccountId | None] = set()
    kept = []
    for one in found:
        if one.author not in seen:
            seen.add(one.author)
            kept.append(one)
    return kept


def _record(db: Writer, kind: TrendKind, found: Collection[Found], here: Server) -> None:
    """Write down what was measured."""
    subjects = [one.subject for one in found]
    reviews = trend_reviews.of(db, kind, subjects)
    rules = trend_reviews.tag_rules(db, subjects) if kind is TrendKind.TAG else {}
    publishers = {
        one.host: trend_reviews.put_publisher(db, here.next_id(), one.host) for one in found if one.host
    }
    of_publishers = trend_reviews.of(db, TrendKind.PUBLISHER, publishers.values())
    for one in found:
        publisher = publishers.get(one.host)
        review = reviews.get(one.subject)
        is_allowed = review.is_allowed if review else None
        if is_allowed is None and publisher in of_publishers:
            is_allowed = of_publishers[publisher].is_allowed
        if one.subject in rules and not rules[one.subject].is_listed:
            is_allowed = False
        measured = one.measured
        trend = Trend(
            kind,
            one.subject,
            measured.score,
            measured.people,
            measured.hours,
            measured.usual,
            one.language,
            is_allowed,
        )
        trends.put(db, trend, publisher)


def _forget_some(db: Writer, here: Server) -> bool:
    """Returns whether there may be more."""
    now = here.now_ms()
    gone = [trends.forget_voices(db, _since(here), FORGOTTEN_AT_ONCE)]
    gone += [trends.forget_faded(db, kind, faded_rank(now, kind), FORGOTTEN_AT_ONCE) for kind in TREND_KINDS]
    return max(gone) == FORGOTTEN_AT_ONCE


# -- what is shown -----------------------------------------------------------


def shown(db: Reader, kind: TrendKind, viewer: AccountId, here: Server) -> list[Trend]:
    """
    What trends, as the viewer is shown it: what is in their languages first, then by score.

    Left out is what was rejected, and, where the server wants to look first, what was not looked at.
    """
    if here.trends == "off":
        return []
    wanted = languages_of(db, viewer, here)
    found = [one for one in trends.many(db, kind) if is_shown(one, here)]
    return sorted(found, key=lambda one: one.language is not None and one.language not in wanted)


def is_shown(trend: Trend, here: Server) -> bool:
    return trend.is_allowed is True or (trend.is_allowed is None and here.trends == "open")


def languages_of(db: Reader, viewer: AccountId, here: Server) -> frozenset[str]:
    """Which a viewer reads, without regions: that of their posts and of their pages; else the server's."""
    user = users.find(db, viewer) if viewer else None
    codes = [user.default_language or user.locale, user.locale] if user else here.languages
    return frozenset(code.partition("-")[0] for code in codes)
