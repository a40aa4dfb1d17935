"""How much there was on each day: kept counts, and what can be read off indexes for a span of days."""

from collections.abc import Sequence

from martlet.model.ids import first_id_in
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers

DAY_MS = 86_400_000
DAY_OF_ID = DAY_MS << 16
"""An id divided by this is the day on which it was made."""
ACCOUNTS = 2000
"""Of a server so many accounts are looked at, the newest."""
POSTS = 5000
"""Of a hashtag so many posts, the newest."""
PEOPLE = 20_000

Days = dict[int, int]
"""Value by day, counted from 1970; days without are missing."""
Parts = list[tuple[str, int]]
"""Name and value, the largest first."""


def add(db: Writer, name: str, day: int, part: str = "", value: int = 1) -> None:
    db.run(
        """
        INSERT INTO day_count (name, part, day, value) VALUES (:name, :part, :day, :value)
        ON CONFLICT (name, day, part) DO UPDATE SET value = day_count.value + excluded.value
        """,
        name=name,
        part=part,
        day=day,
        value=value,
    )


def note_highest(db: Writer, name: str, day: int, value: int) -> None:
    """Of something that goes up and down, the most there was in a day."""
    db.run(
        """
        INSERT INTO day_count (name, part, day, value) VALUES (:name, '', :day, :value)
        ON CONFLICT (name, day, part) DO UPDATE SET value = excluded.value WHERE excluded.value > day_count.value
        """,
        name=name,
        day=day,
        value=value,
    )


def count_posts(db: Writer, after: int, last: int) -> None:
    """Count the posts with these ids: by server, by server and language, and as answers and boosts of ours."""
    rows = db.rows(
        """
        SELECT post.id / :day_of_id, author.host, coalesce(post.language, ''), count(*),
               sum(CASE WHEN coalesce(answered.is_local, boosted.is_local, 0) = 1 THEN 1 ELSE 0 END)
          FROM post JOIN account AS author ON author.id = post.author_id
          LEFT JOIN post AS answered ON answered.id = post.reply_to_id
          LEFT JOIN post AS boosted ON boosted.id = post.boost_of_id
         WHERE post.id > :after AND post.id <= :last
         GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        """,
        day_of_id=DAY_OF_ID,
        after=after,
        last=last,
    )
    for day, host, language, posts, interactions in rows:
        add(db, "posts", day, host, posts)
        if language:
            add(db, f"languages of {host}", day, language, posts)
        if interactions:
            add(db, "interactions", day, value=int(interactions))


def forget(db: Writer, before: int, limit: int) -> None:
    """What was counted before a day; so many at a time."""
    rows = db.rows(
        "SELECT name, part, day FROM day_count WHERE day < :before ORDER BY day LIMIT :limit",
        before=before,
        limit=limit,
    )
    db.run_each(
        "DELETE FROM day_count WHERE name = :name AND part = :part AND day = :day",
        ({"name": row[0], "part": row[1], "day": row[2]} for row in rows),
    )


def kept(db: Reader, name: str, first: int, last: int, part: str = "") -> Days:
    rows = db.rows(
        """
        SELECT day, value FROM day_count
         WHERE name = :name AND day >= :first AND day <= :last AND part = :part
        """,
        name=name,
        first=first,
        last=last,
        part=part,
    )
    return dict(rows)


def kept_parts(db: Reader, name: str, first: int, last: int, limit: int) -> Parts:
    rows = db.rows(
        """
        SELECT part, sum(value) FROM day_count
         WHERE name = :name AND day >= :first AND day <= :last AND part <> ''
         GROUP BY part ORDER BY 2 DESC, 1 LIMIT :limit
        """,
        name=name,
        first=first,
        last=last,
        limit=limit,
    )
    return [(row[0], int(row[1])) for row in rows]


# -- people ------------------------------------------------------------------


def people_since(db: Reader, moment: int) -> int:
    """Who was here since a moment."""
    return int(db.value("SELECT count(*) FROM users WHERE seen_at >= :moment", moment=moment))


def registered(db: Reader, first: int, last: int) -> list[tuple[int, int]]:
    """Of those who joined between two days, the day of that and of their last visit."""
    rows = db.rows(
        """
        SELECT id / :day_of_id, coalesce(seen_at, created_at) / :day FROM users
         WHERE id >= :first AND id < :last ORDER BY id DESC LIMIT :limit
        """,
        day_of_id=DAY_OF_ID,
        day=DAY_MS,
        first=first_id_in(first * DAY_MS),
        last=first_id_in((last + 1) * DAY_MS),
        limit=PEOPLE,
    )
    return [(row[0], row[1]) for row in rows]


def locales(db: Reader, since: int, limit: int) -> Parts:
    """Languages of the pages of those who were here since a moment."""
    return _parts(
        db,
        """
        SELECT locale, count(*) FROM (
            SELECT locale FROM users WHERE seen_at >= :since ORDER BY seen_at DESC LIMIT :people) AS lately
         GROUP BY locale ORDER BY 2 DESC, 1 LIMIT :limit
        """,
        since=since,
        people=PEOPLE,
        limit=limit,
    )


def apps(db: Reader, limit: int) -> Parts:
    """Apps by how many of the newest sign-ins are theirs."""
    return _parts(
        db,
        """
        SELECT app.name, count(*) FROM (
            SELECT app_id FROM token WHERE user_id IS NOT NULL ORDER BY id DESC LIMIT :people) AS lately
          JOIN app ON app.id = lately.app_id
         GROUP BY app.name ORDER BY 2 DESC, 1 LIMIT :limit
        """,
        people=PEOPLE,
        limit=limit,
    )


def _parts(db: Reader, sql: str, **parameters: object) -> Parts:
    return [(row[0], int(row[1])) for row in db.rows(sql, **parameters)]


# -- reports -----------------------------------------------------------------


def opened_reports(db: Reader, first: int, last: int, host: str | None = None) -> Days:
    """By day; of accounts of one server only, where one is named."""
    rows = db.rows(
        f"""
        SELECT report.id / :day_of_id, count(*) FROM report
          {"JOIN account ON account.id = report.about_id AND account.host = :host" if host is not None else ""}
         WHERE report.id >= :first AND report.id < :last GROUP BY 1
        """,
        day_of_id=DAY_OF_ID,
        first=first_id_in(first * DAY_MS),
        last=first_id_in((last + 1) * DAY_MS),
        **({} if host is None else {"host": host}),
    )
    return dict(rows)


def resolved_reports(db: Reader, first: int, last: int) -> Days:
    rows = db.rows(
        """
        SELECT resolved_at / :day, count(*) FROM report
         WHERE resolved_at IS NOT NULL AND resolved_at >= :first AND resolved_at < :last GROUP BY 1
        """,
        day=DAY_MS,
        first=first * DAY_MS,
        last=(last + 1) * DAY_MS,
    )
    return dict(rows)


# -- hashtags ----------------------------------------------------------------


def tag_uses(db: Reader, tag: int, first: int, last: int) -> tuple[Days, Days]:
    """Uses, and people, by day."""
    rows = db.rows(
        "SELECT day, uses, accounts FROM tag_day WHERE tag_id = :tag AND day >= :first AND day <= :last",
        tag=tag,
        first=first,
        last=last,
    )
    return {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows}


def tagged(db: Reader, tag: int, first: int, last: int) -> list[tuple[int, str, str]]:
    """Day, server and language of the newest public posts with a hashtag."""
    rows = db.rows(
        """
        SELECT post.id / :day_of_id, author.host, coalesce(post.language, '')
          FROM (SELECT post_id FROM post_tag
                 WHERE tag_id = :tag AND post_id >= :first AND post_id < :last
                 ORDER BY post_id DESC LIMIT :posts) AS newest
          JOIN post ON post.id = newest.post_id
          JOIN account AS author ON author.id = post.author_id
         WHERE post.visibility = 4 AND post.is_local_only = 0
        """,
        day_of_id=DAY_OF_ID,
        tag=tag,
        first=first_id_in(first * DAY_MS),
        last=first_id_in((last + 1) * DAY_MS),
        posts=POSTS,
    )
    return [(row[0], row[1], row[2]) for row in rows]


# -- other servers -----------------------------------------------------------


def of_host(db: Reader, host: str) -> Sequence[int]:
    """Accounts of another server, those that came to be known last."""
    rows = db.rows(
        "SELECT id FROM account WHERE host = :host AND host <> '' ORDER BY id DESC LIMIT :limit",
        host=host,
        limit=ACCOUNTS,
    )
    return [row[0] for row in rows]


def popular(db: Reader, host: str, limit: int) -> Parts:
    """Of these accounts those with most followers."""
    return _parts(
        db,
        f"""
        SELECT username, followers_count FROM account WHERE id {among("ids")}
         ORDER BY followers_count DESC, id LIMIT :limit
        """,
        ids=numbers(of_host(db, host)),
        limit=limit,
    )


def known_accounts(db: Reader, host: str, first: int, last: int) -> Days:
    """How many of them came to be known, by day."""
    return _by_day(of_host(db, host), first, last)


def followed(db: Reader, host: str, first: int, last: int) -> Days:
    """Follows of people here to people there, by day."""
    return _follows(db, host, first, last, "followed_id", "follower_id")


def following(db: Reader, host: str, first: int, last: int) -> Days:
    """Follows of people there to people here, by day."""
    return _follows(db, host, first, last, "follower_id", "followed_id")


def _follows(db: Reader, host: str, first: int, last: int, there: str, here: str) -> Days:
    rows = db.rows(
        f"""
        SELECT follow.id FROM follow JOIN account ON account.id = follow.{here}
         WHERE follow.{there} {among("ids")} AND follow.is_accepted = 1 AND account.host = ''
           AND follow.id >= :first AND follow.id < :last
        """,
        ids=numbers(of_host(db, host)),
        first=first_id_in(first * DAY_MS),
        last=first_id_in((last + 1) * DAY_MS),
    )
    return _by_day([row[0] for row in rows], first, last)


def media_bytes(db: Reader, host: str, first: int, last: int) -> Days:
    """Bytes of media that came from there, by day."""
    rows = db.rows(
        f"""
        SELECT media.id / :day_of_id, sum(media.bytes) FROM media
         WHERE media.owner_id {among("ids")} AND media.id >= :first AND media.id < :last GROUP BY 1
        """,
        day_of_id=DAY_OF_ID,
        ids=numbers(of_host(db, host)),
        first=first_id_in(first * DAY_MS),
        last=first_id_in((last + 1) * DAY_MS),
    )
    return {row[0]: int(row[1]) for row in rows}


def _by_day(ids: Sequence[int], first: int, last: int) -> Days:
    found: Days = {}
    for id in ids:
        day = id // DAY_OF_ID
        if first <= day <= last:
            found[day] = found.get(day, 0) + 1
    return found


# -- the database itself -----------------------------------------------------


def database_version(db: Reader) -> str:
    sql = "SHOW server_version" if db.dialect == "postgres" else "SELECT sqlite_version()"
    return str(db.value(sql)).partition(" ")[0]


def database_bytes(db: Reader) -> int:
    if db.dialect == "postgres":
        return int(db.value("SELECT pg_database_size(current_database())"))
    return int(db.value("PRAGMA page_count")) * int(db.value("PRAGMA page_size"))
