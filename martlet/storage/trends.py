"""
Voices for hashtags, links and posts, and which of these trend.

A voice costs a row or two; what trends is worked out of the hottest few by a job
(`services/trending.py`), and a page reads the small part of `trend` that has a score.
"""

from dataclasses import dataclass

from martlet.model.ids import first_id_in
from martlet.model.names import AccountId, PostId
from martlet.model.trends import TrendKind, Voice, rank_after
from martlet.storage.database import Reader, Row, Writer
from martlet.storage.dialect import ONE_LOOK, among, lock_row, numbers

_SPEAKS = """author.limited_at IS NULL AND author.suspended_at IS NULL AND author.deletes_at IS NULL
             AND author.kind NOT IN ('service', 'application') AND author.created_at < :known_before
             AND author.id < :known_before_id"""
"""People, not programs, whom this server has known for some time and nobody has limited."""
_IS_SHOWN = """post.visibility = 4 AND post.is_local_only = 0 AND post.is_sensitive = 0 AND post.warning = '' AND post.boost_of_id IS NULL
               AND author.is_discoverable = 1"""


@dataclass(frozen=True, slots=True)
class Trend:
    """One row of `trend`. `is_allowed` is what was decided about it, or about its publisher; None: nothing."""

    kind: TrendKind
    subject_id: int
    score: float
    people: int
    hours: int
    usual: float
    language: str | None
    is_allowed: bool | None


_NAMES = tuple(Trend.__slots__)
_COLUMNS = ", ".join(f"trend.{name}" for name in _NAMES)


def _trend(row: Row) -> Trend:
    kind, subject, score, people, hours, usual, language, decided = row
    is_allowed = None if decided is None else bool(decided)
    return Trend(TrendKind(kind), subject, score, people, hours, usual, language, is_allowed)


# -- voices ----------------------------------------------------------------


def tags_of(db: Reader, post: PostId) -> list[int]:
    """The hashtags of a post that may make them trend, by the post and its author alone."""
    return _subjects(db, "post_tag.tag_id FROM post JOIN post_tag ON post_tag.post_id = post.id", post)


def card_of(db: Reader, post: PostId) -> list[int]:
    """The same for the card that a post shows."""
    return _subjects(db, "post_card.card_id FROM post JOIN post_card ON post_card.post_id = post.id", post)


def _subjects(db: Reader, what: str, post: PostId) -> list[int]:
    rows = db.rows(
        f"""
        SELECT {what} JOIN account AS author ON author.id = post.author_id
         WHERE post.id = :post AND {_IS_SHOWN} AND author.limited_at IS NULL
         ORDER BY 1
        """,
        post=post,
    )
    return [row[0] for row in rows]


def may_trend(db: Reader, post: PostId, by: AccountId) -> bool:
    """Whether a like or boost is a voice for a post: of a first post for all, by somebody else than its author."""
    return bool(
        db.value(
            f"""
            SELECT EXISTS (
                SELECT 1 FROM post JOIN account AS author ON author.id = post.author_id
                 WHERE post.id = :post AND {_IS_SHOWN} AND author.limited_at IS NULL AND post.reply_to_id IS NULL
                   AND post.author_id <> :by)
            """,
            post=post,
            by=by,
        )
    )


def speak(
    db: Writer, kind: TrendKind, subject: int, by: AccountId, post: PostId, at: int, since: int
) -> bool:
    """Note a voice; whether it is a new one. Who has spoken after `since` is heard already."""
    is_new = db.run(
        """
        INSERT INTO trend_voice (kind, subject_id, account_id, post_id, at)
        VALUES (:kind, :subject, :by, :post, :at)
        ON CONFLICT (kind, subject_id, account_id) DO UPDATE SET post_id = excluded.post_id, at = excluded.at
         WHERE trend_voice.at <= :since
        """,
        kind=int(kind),
        subject=subject,
        by=by,
        post=post,
        at=at,
        since=since,
    )
    if is_new:
        _heat(db, kind, subject, at)
    return bool(is_new)


def _heat(db: Writer, kind: TrendKind, subject: int, at: int) -> None:
    heat = db.value(
        f"SELECT heat FROM trend WHERE kind = :kind AND subject_id = :subject {lock_row(db.dialect)}",
        kind=int(kind),
        subject=subject,
    )
    db.run(
        """
        INSERT INTO trend (kind, subject_id, heat) VALUES (:kind, :subject, :heat)
        ON CONFLICT (kind, subject_id) DO UPDATE SET heat = excluded.heat
        """,
        kind=int(kind),
        subject=subject,
        heat=rank_after(heat, at, kind),
    )


def voices(
    db: Reader, kind: TrendKind, subject: int, since: int, known_before: int, limit: int
) -> list[Voice]:
    """
    The newest that still hold: the post stands, its author is in good standing and known since `known_before`.

    Of hashtags and links the post says so; of a post the like or boost.
    """
    holds = (
        f"""EXISTS (SELECT 1 FROM mark WHERE mark.account_id = voice.account_id AND mark.post_id = voice.post_id
                       AND (mark.liked_id IS NOT NULL OR mark.boost_id IS NOT NULL) {ONE_LOOK})"""
        if kind is TrendKind.POST
        else f"post.author_id = voice.account_id AND {_IS_SHOWN}"
    )
    rows = db.rows(
        f"""
        SELECT voice.at, author.host, post.language
          FROM (SELECT account_id, post_id, at FROM trend_voice
                 WHERE kind = :kind AND subject_id = :subject AND at > :since
                 ORDER BY at DESC LIMIT :limit) AS voice
          JOIN account AS author ON author.id = voice.account_id
          JOIN post ON post.id = voice.post_id
         WHERE {_SPEAKS} AND {holds}
         ORDER BY voice.at DESC
        """,
        kind=int(kind),
        subject=subject,
        since=since,
        known_before=known_before,
        known_before_id=first_id_in(known_before),
        limit=limit,
    )
    return [Voice(*row) for row in rows]


def forget_voices(db: Writer, before: int, limit: int) -> int:
    """Of people who spoke before a moment; how many went."""
    rows = db.rows(
        """
        SELECT kind, subject_id, account_id FROM trend_voice WHERE at < :before ORDER BY at LIMIT :limit
        """,
        before=before,
        limit=limit,
    )
    db.run_each(
        "DELETE FROM trend_voice WHERE kind = :kind AND subject_id = :subject AND account_id = :account",
        ({"kind": row[0], "subject": row[1], "account": row[2]} for row in rows),
    )
    return len(rows)


def forget_faded(db: Writer, kind: TrendKind, below: float, limit: int) -> int:
    """Subjects that nobody speaks for any more; how many went."""
    rows = db.rows(
        "SELECT subject_id FROM trend WHERE kind = :kind AND heat < :below ORDER BY heat LIMIT :limit",
        kind=int(kind),
        below=below,
        limit=limit,
    )
    db.run(
        f"DELETE FROM trend WHERE kind = :kind AND subject_id {among('ids')} AND heat < :below",
        kind=int(kind),
        ids=numbers([row[0] for row in rows]),
        below=below,
    )
    return len(rows)


# -- what trends -------------------------------------------------------------


def hottest(db: Reader, kind: TrendKind, limit: int) -> list[int]:
    rows = db.rows(
        "SELECT subject_id FROM trend WHERE kind = :kind ORDER BY heat DESC LIMIT :limit",
        kind=int(kind),
        limit=limit,
    )
    return [row[0] for row in rows]


def scored(db: Reader, kind: TrendKind) -> list[int]:
    """All that trend now."""
    rows = db.rows(
        "SELECT subject_id FROM trend WHERE kind = :kind AND score > 0 ORDER BY subject_id", kind=int(kind)
    )
    return [row[0] for row in rows]


def are_any(db: Reader) -> bool:
    """Whether anybody has spoken for anything lately."""
    return bool(db.value("SELECT EXISTS (SELECT 1 FROM trend WHERE kind >= 0)"))


def put(db: Writer, trend: Trend, publisher: int | None = None) -> None:
    """Write what was measured. A subject that has gone meanwhile stays away."""
    db.run(
        """
        UPDATE trend SET score = :score, people = :people, hours = :hours, usual = :usual, language = :language,
                         publisher_id = :publisher, is_allowed = :is_allowed
         WHERE kind = :kind AND subject_id = :subject
        """,
        kind=int(trend.kind),
        subject=trend.subject_id,
        score=trend.score,
        people=trend.people,
        hours=trend.hours,
        usual=trend.usual,
        language=trend.language,
        publisher=publisher,
        is_allowed=None if trend.is_allowed is None else int(trend.is_allowed),
    )


def find(db: Reader, kind: TrendKind, subject: int) -> Trend | None:
    row = db.row(
        f"SELECT {_COLUMNS} FROM trend WHERE kind = :kind AND subject_id = :subject AND score > 0",
        kind=int(kind),
        subject=subject,
    )
    return _trend(row) if row else None


def many(db: Reader, kind: TrendKind) -> list[Trend]:
    """All that trend, the highest score first, whatever was decided about them."""
    rows = db.rows(
        f"SELECT {_COLUMNS} FROM trend WHERE kind = :kind AND score > 0 ORDER BY score DESC, subject_id DESC",
        kind=int(kind),
    )
    return [_trend(row) for row in rows]


def usual_people(db: Reader, kind: TrendKind, subject: int, today: int, days: int) -> float:
    """How many people a day spoke for a hashtag or link, on average of the `days` before today."""
    if kind is TrendKind.POST:
        return 0.0
    table, column = ("tag_day", "tag_id") if kind is TrendKind.TAG else ("card_day", "card_id")
    found = db.value(
        f"SELECT sum(accounts) FROM {table} WHERE {column} = :subject AND day >= :first AND day < :today",
        subject=subject,
        first=today - days,
        today=today,
    )
    return int(found or 0) / days


def post_facts(db: Reader, post: PostId) -> tuple[AccountId, str | None] | None:
    """Author and language of a post that may trend still; else None."""
    row = db.row(
        f"""
        SELECT post.author_id, post.language FROM post JOIN account AS author ON author.id = post.author_id
         WHERE post.id = :post AND {_IS_SHOWN} AND author.limited_at IS NULL AND author.suspended_at IS NULL
           AND author.deletes_at IS NULL AND post.reply_to_id IS NULL
        """,
        post=post,
    )
    return None if row is None else (row[0], row[1])


def card_facts(db: Reader, card: int) -> tuple[str, str | None] | None:
    """Address and language of a card."""
    row = db.row("SELECT url, language FROM card WHERE id = :card", card=card)
    return None if row is None else (row[0], row[1])
