"""What those who run the server decided about hashtags, links, posts and the sites that links lead to."""

from collections.abc import Collection
from dataclasses import dataclass

from martlet.model.trends import TrendKind
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers


@dataclass(frozen=True, slots=True)
class Review:
    """`is_allowed` None: looked at, and left to the rule."""

    is_allowed: bool | None
    reviewed_at: int


@dataclass(frozen=True, slots=True)
class TagRule:
    is_usable: bool = True
    """May stand in new posts written here."""
    is_listed: bool = True
    """Is found by search, and may trend."""


FREE = TagRule()


@dataclass(frozen=True, slots=True)
class Publisher:
    id: int
    host: str


def of(db: Reader, kind: TrendKind, subjects: Collection[int]) -> dict[int, Review]:
    """By subject; others were not looked at."""
    if not subjects:
        return {}
    rows = db.rows(
        f"""
        SELECT subject_id, is_allowed, reviewed_at FROM trend_review
         WHERE kind = :kind AND subject_id {among("subjects")}
        """,
        kind=int(kind),
        subjects=numbers(subjects),
    )
    return {row[0]: Review(None if row[1] is None else bool(row[1]), row[2]) for row in rows}


def put(db: Writer, kind: TrendKind, subject: int, review: Review) -> None:
    db.run(
        """
        INSERT INTO trend_review (kind, subject_id, is_allowed, reviewed_at)
        VALUES (:kind, :subject, :is_allowed, :at)
        ON CONFLICT (kind, subject_id)
        DO UPDATE SET is_allowed = excluded.is_allowed, reviewed_at = excluded.reviewed_at
        """,
        kind=int(kind),
        subject=subject,
        is_allowed=None if review.is_allowed is None else int(review.is_allowed),
        at=review.reviewed_at,
    )


def apply(db: Writer, kind: TrendKind, subject: int, *, is_allowed: bool | None) -> None:
    """Have a decision hold for what trends now; about a publisher, for links that were not decided on themselves."""
    value = None if is_allowed is None else int(is_allowed)
    if kind is not TrendKind.PUBLISHER:
        db.run(
            "UPDATE trend SET is_allowed = :value WHERE kind = :kind AND subject_id = :subject",
            value=value,
            kind=int(kind),
            subject=subject,
        )
        return
    db.run(
        """
        UPDATE trend SET is_allowed = :value
         WHERE publisher_id = :subject AND NOT EXISTS (
             SELECT 1 FROM trend_review
              WHERE trend_review.kind = trend.kind AND trend_review.subject_id = trend.subject_id
                AND trend_review.is_allowed IS NOT NULL)
        """,
        value=value,
        subject=subject,
    )


# -- hashtags ----------------------------------------------------------------


def tag_rules(db: Reader, tags: Collection[int]) -> dict[int, TagRule]:
    """By hashtag; all others are free."""
    if not tags:
        return {}
    rows = db.rows(
        f"SELECT tag_id, is_usable, is_listed FROM tag_rule WHERE tag_id {among('tags')}", tags=numbers(tags)
    )
    return {row[0]: TagRule(bool(row[1]), bool(row[2])) for row in rows}


def put_tag_rule(db: Writer, tag: int, rule: TagRule) -> None:
    db.run(
        """
        INSERT INTO tag_rule (tag_id, is_usable, is_listed) VALUES (:tag, :is_usable, :is_listed)
        ON CONFLICT (tag_id) DO UPDATE SET is_usable = excluded.is_usable, is_listed = excluded.is_listed
        """,
        tag=tag,
        is_usable=int(rule.is_usable),
        is_listed=int(rule.is_listed),
    )


def unusable(db: Reader, names: Collection[str]) -> list[str]:
    """Of the folded names those that may stand in no new post, as they were first written."""
    if not db.value("SELECT EXISTS (SELECT 1 FROM tag_rule WHERE tag_id > 0 AND is_usable = 0)"):
        return []
    found = (
        db.value(
            """
            SELECT tag.shown FROM tag JOIN tag_rule ON tag_rule.tag_id = tag.id
             WHERE tag.name = :name AND tag_rule.is_usable = 0
            """,
            name=name,
        )
        for name in names
    )
    return [shown for shown in found if shown is not None]


# -- publishers --------------------------------------------------------------


def put_publisher(db: Writer, id: int, host: str) -> int:
    """The row of a host, a new one with this id if there was none."""
    db.run(
        "INSERT INTO publisher (id, host) VALUES (:id, :host) ON CONFLICT (host) DO NOTHING", id=id, host=host
    )
    return int(db.value("SELECT id FROM publisher WHERE host = :host", host=host))


def find_publisher(db: Reader, id: int) -> Publisher | None:
    row = db.row("SELECT id, host FROM publisher WHERE id = :id", id=id)
    return Publisher(*row) if row else None


def publishers(db: Reader, before: int, limit: int) -> list[Publisher]:
    """The last that came to be known first."""
    rows = db.rows(
        "SELECT id, host FROM publisher WHERE id < :before ORDER BY id DESC LIMIT :limit",
        before=before,
        limit=limit,
    )
    return [Publisher(*row) for row in rows]
