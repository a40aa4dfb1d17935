"""What trends, in Mastodon's form: https://docs.joinmastodon.org/methods/trends/"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from martlet.mastodon import entities, trend_entities
from martlet.mastodon.serialize import bodies, reasons
from martlet.mastodon.serialize import tags as serialize_tags
from martlet.mastodon.serialize.tags import DAY_SECONDS
from martlet.model.server import Server
from martlet.model.trends import TrendKind
from martlet.services import searching
from martlet.services.searching import HISTORY_DAYS
from martlet.services.signing_in import Viewer
from martlet.storage import cards, tags, trend_reviews
from martlet.storage.database import Reader
from martlet.storage.tags import DAY_MS, Use
from martlet.storage.trends import Trend


def reason(trend: Trend, language: str) -> trend_entities.TrendReason:
    return trend_entities.TrendReason(
        people=trend.people,
        hours=trend.hours,
        usual=trend.usual,
        score=round(trend.score, 3),
        text=reasons.of_trend(trend, language),
    )


def trending_tags(
    db: Reader, found: Sequence[Trend], viewer: Viewer, here: Server
) -> list[trend_entities.TrendingTag]:
    language = reasons.language_of(db, viewer.account, here)
    shown = plain_tags(db, [one.subject_id for one in found], viewer, here)
    return [
        trend_entities.TrendingTag(**msgspec.structs.asdict(tag), martlet=reason(trend, language))
        for trend in found
        if (tag := shown.get(trend.subject_id)) is not None
    ]


def plain_tags(db: Reader, ids: Sequence[int], viewer: Viewer, here: Server) -> dict[int, entities.Tag]:
    """Those that were used in public, by id."""
    known = tags.many(db, ids)
    ordered = [known[id] for id in ids if id in known]
    made = serialize_tags.many(db, searching.histories(db, ordered, here), viewer, here)
    return dict(zip((one.id for one in ordered), made, strict=True))


def admin_tags(db: Reader, ids: Sequence[int], viewer: Viewer, here: Server) -> list[trend_entities.AdminTag]:
    """https://docs.joinmastodon.org/entities/Tag/#admin"""
    shown = plain_tags(db, ids, viewer, here)
    reviews = trend_reviews.of(db, TrendKind.TAG, ids)
    rules = trend_reviews.tag_rules(db, ids)
    result = []
    for id, tag in shown.items():
        review, rule = reviews.get(id), rules.get(id, trend_reviews.FREE)
        is_allowed = review.is_allowed if review is not None else None
        result.append(
            trend_entities.AdminTag(
                **msgspec.structs.asdict(tag),
                trendable=here.trends == "open" if is_allowed is None else is_allowed,
                usable=rule.is_usable,
                listable=rule.is_listed,
                requires_review=review is None,
            )
        )
    return result


def trending_links(
    db: Reader, found: Sequence[Trend], viewer: Viewer, here: Server
) -> list[trend_entities.TrendsLink]:
    language = reasons.language_of(db, viewer.account, here)
    shown, histories = _cards(db, [one.subject_id for one in found], here)
    return [
        trend_entities.TrendsLink(
            **msgspec.structs.asdict(card),
            history=histories[trend.subject_id],
            martlet=reason(trend, language),
        )
        for trend in found
        if (card := shown.get(trend.subject_id)) is not None
    ]


def admin_links(db: Reader, ids: Sequence[int], here: Server) -> list[trend_entities.AdminTrendsLink]:
    shown, histories = _cards(db, ids, here)
    reviews = trend_reviews.of(db, TrendKind.LINK, ids)
    return [
        trend_entities.AdminTrendsLink(
            **msgspec.structs.asdict(shown[id]),
            id=str(id),
            history=histories[id],
            requires_review=id not in reviews,
        )
        for id in ids
        if id in shown
    ]


def _cards(
    db: Reader, ids: Sequence[int], here: Server
) -> tuple[dict[int, entities.PreviewCard], Mapping[int, list[entities.TagDay]]]:
    today = here.now_ms() // DAY_MS
    since = today - HISTORY_DAYS + 1
    uses = cards.history(db, ids, since)
    shown = bodies.previews(db, cards.many(db, ids).values(), here)
    return shown, {id: _history(uses[id], range(today, since - 1, -1)) for id in ids}


def _history(uses: Mapping[int, Use], days: Iterable[int]) -> list[entities.TagDay]:
    found = (uses.get(day, Use(day, 0, 0)) for day in days)
    return [
        entities.TagDay(day=str(use.day * DAY_SECONDS), uses=str(use.uses), accounts=str(use.accounts))
        for use in found
    ]
