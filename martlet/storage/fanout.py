"""
Which timelines a post belongs in.

`to_homes` and `to_lists` write one post into the timelines of some of its
author's followers, going through them by id; `recent` asks the other way
round, which of an author's last posts one reader's timeline would have got.
`to_tag_followers` and `recent_tagged` do so for people who follow a hashtag.
All hold the same rules:

- what is written for the reader: followers' posts for followers, posts for
  the people mentioned where the reader is one of them;
- boosts and languages as the reader set them for this author;
- an answer only where the reader knows the person answered, or is that person;
  an answer to what is not to be had here (`missing_parent`) nowhere;
- nothing that names or answers somebody the reader blocks or mutes;
- nothing in the home timeline by authors the reader has in an exclusive list;
- a boost not where the same post stood among the last `UNREPEATED` entries.

For the sake of a hashtag come public posts, no boosts, of authors who are not
limited, in any language, and whoever they answer.
"""

from collections.abc import Collection

from martlet.model.lists import List
from martlet.model.names import AccountId, ListId, PostId
from martlet.model.posts import Post
from martlet.model.visibility import Visibility
from martlet.storage import attached, remote_posts
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import ONE_LOOK, among, numbers

UNREPEATED = 40
_EARLIER_BOOSTS = 100
"""Of a post boosted very often, as many boosts are looked for in each timeline."""
WIDER_ON_POSTGRES = 5


def at_once(db: Reader, limit: int) -> int:
    """
    How many timelines are written in one transaction, where SQLite takes `limit`.

    On PostgreSQL nobody waits for another's writing, and a round of the runner costs as much as some hundred rows.
    """
    return limit * WIDER_ON_POSTGRES if db.dialect == "postgres" else limit


def to_homes(db: Writer, post: Post, after: AccountId, limit: int) -> AccountId | None:
    """
    Write a post into the kept home timelines of its author's next followers.

    Goes on after the follower `after`, at most `limit` of them; returns the
    last one looked at if there may be more, else None.
    """
    if _answers_something_missing(db, post):
        return None
    last, seen = db.rows(
        """
        SELECT max(follower_id), count(*)
          FROM (
            SELECT follower_id FROM follow
             WHERE followed_id = :author AND is_accepted = 1 AND follower_id > :after
             ORDER BY follower_id LIMIT :limit) AS some_followers
        """,
        author=post.author_id,
        after=after,
        limit=limit,
    )[0]
    if last is None:
        return None
    rules, named = _rules(db, post, "follow.follower_id", "follow.follower_id")
    if _is_in_lists(db, post.author_id) and _is_in_exclusive_lists(db, post.author_id):
        rules.append(
            """follow.follower_id NOT IN (
                   SELECT list.owner_id FROM list_member JOIN list ON list.id = list_member.list_id
                    WHERE list_member.account_id = :author AND list.is_exclusive = 1)"""
        )
    if post.reply_to_id is not None and post.reply_to_account_id != post.author_id:
        rules.append(f"(follow.follower_id = :answered OR {_knows('follow.follower_id')})")
    db.run(
        f"""
        INSERT INTO timeline_entry (timeline_id, post_id)
        SELECT follow.follower_id, :post
          FROM follow JOIN home ON home.account_id = follow.follower_id
         WHERE follow.followed_id = :author AND follow.is_accepted = 1
           AND follow.follower_id > :after AND follow.follower_id <= :last
           {_and(rules)}
        ON CONFLICT DO NOTHING
        """,
        post=post.id,
        author=post.author_id,
        language=f'"{post.language}"',
        answered=post.reply_to_account_id,
        after=after,
        last=last,
        **named,
    )
    return AccountId(last) if seen == limit else None


def to_lists(db: Writer, post: Post, after: ListId, limit: int) -> ListId | None:
    """The same for the lists that the author is in."""
    if post.visibility < Visibility.FOLLOWERS or not _is_in_lists(db, post.author_id):
        return None
    if _answers_something_missing(db, post):
        return None
    last, seen = db.rows(
        """
        SELECT max(list_id), count(*) FROM (
            SELECT list_id FROM list_member
             WHERE account_id = :author AND list_id > :after ORDER BY list_id LIMIT :limit) AS some_lists
        """,
        author=post.author_id,
        after=after,
        limit=limit,
    )[0]
    if last is None:
        return None
    rules, named = _rules(db, post, "list.id", "list.owner_id")
    if post.reply_to_id is not None and post.reply_to_account_id != post.author_id:
        rules.append(
            f"""(list.owner_id = :answered
                 OR (list.replies = 'followed' AND {_knows("list.owner_id")})
                 OR (list.replies = 'list' AND EXISTS (
                        SELECT 1 FROM list_member AS other
                         WHERE other.list_id = list.id AND other.account_id = :answered)))"""
        )
    db.run(
        f"""
        INSERT INTO timeline_entry (timeline_id, post_id)
        SELECT list.id, :post
          FROM list_member AS member
          JOIN list ON list.id = member.list_id
          JOIN home ON home.account_id = list.owner_id
          LEFT JOIN follow ON follow.follower_id = list.owner_id AND follow.followed_id = :author
                          AND follow.is_accepted = 1
         WHERE member.account_id = :author AND member.list_id > :after AND member.list_id <= :last
           AND (follow.follower_id IS NOT NULL OR list.owner_id = :author)
           {_and(rules)}
        ON CONFLICT DO NOTHING
        """,
        post=post.id,
        author=post.author_id,
        language=f'"{post.language}"',
        answered=post.reply_to_account_id,
        after=after,
        last=last,
        **named,
    )
    return ListId(last) if seen == limit else None


def to_tag_followers(db: Writer, post: Post, after: AccountId, limit: int) -> AccountId | None:
    """The same for the home timelines of those who follow one of the post's hashtags."""
    if post.visibility != Visibility.PUBLIC or post.boost_of_id is not None:
        return None
    if not attached.has_tags(db, post.id):
        return None
    readers = _tag_followers(db, post, after, limit)
    if not readers:
        return None
    last = readers[-1]
    db.run(
        f"""
        INSERT INTO timeline_entry (timeline_id, post_id)
        SELECT DISTINCT home.account_id, :post
          FROM post_tag
          JOIN followed_tag ON followed_tag.tag_id = post_tag.tag_id
          JOIN home ON home.account_id = followed_tag.account_id
          JOIN account AS author ON author.id = :author
         WHERE post_tag.post_id = :post AND author.limited_at IS NULL
           AND home.account_id > :after AND home.account_id <= :last AND home.account_id <> :author
           AND NOT EXISTS (SELECT 1 FROM hidden
                            WHERE hidden.viewer_id = home.account_id AND hidden.author_id {among("about")})
           AND NOT EXISTS (SELECT 1 FROM list_member JOIN list ON list.id = list_member.list_id
                            WHERE list_member.account_id = :author AND list.is_exclusive = 1
                              AND list.owner_id = home.account_id)
           AND NOT EXISTS (
               SELECT 1 FROM (SELECT entry.post_id FROM timeline_entry AS entry
                               WHERE entry.timeline_id = home.account_id
                               ORDER BY entry.post_id DESC LIMIT {UNREPEATED}) AS newest
                 JOIN post ON post.id = newest.post_id
                WHERE post.boost_of_id = :post)
        ON CONFLICT DO NOTHING
        """,
        post=post.id,
        author=post.author_id,
        about=numbers([post.author_id, *_about(db, post)]),
        after=after,
        last=last,
    )
    return last if len(readers) == limit else None


def _tag_followers(db: Reader, post: Post, after: AccountId, limit: int) -> list[AccountId]:
    """The next people who follow one of a post's hashtags, by id; as many of each hashtag are looked at."""
    tags = db.rows(
        f"""
        SELECT tag_id FROM post_tag
         WHERE post_id = :post AND EXISTS (SELECT 1 FROM followed_tag
                                            WHERE followed_tag.tag_id = post_tag.tag_id
                                              AND followed_tag.account_id > :after {ONE_LOOK})
        """,
        post=post.id,
        after=after,
    )
    found: set[AccountId] = set()
    for (tag,) in tags:
        rows = db.rows(
            """
            SELECT account_id FROM followed_tag
             WHERE tag_id = :tag AND account_id > :after ORDER BY account_id LIMIT :limit
            """,
            tag=tag,
            after=after,
            limit=limit,
        )
        found.update(row[0] for row in rows)
    return sorted(found)[:limit]


def _is_in_lists(db: Reader, author: AccountId) -> bool:
    return db.once("list_member", author, lambda: _read_is_in_lists(db, author))


def _read_is_in_lists(db: Reader, author: AccountId) -> bool:
    sql = "SELECT EXISTS (SELECT 1 FROM list_member WHERE account_id = :author)"
    return bool(db.value(sql, author=author))


def _is_in_exclusive_lists(db: Reader, author: AccountId) -> bool:
    sql = """
        SELECT EXISTS (SELECT 1 FROM list_member JOIN list ON list.id = list_member.list_id
                        WHERE list_member.account_id = :author AND list.is_exclusive = 1)"""
    return bool(db.value(sql, author=author))


def _answers_something_missing(db: Reader, post: Post) -> bool:
    """Whom it answers is not known here, so nobody can be said to know them."""
    is_like_a_first_post = not post.is_local and post.reply_to_id is None and post.boost_of_id is None
    return is_like_a_first_post and remote_posts.missing_parent(db, post.id) is not None


def _about(db: Reader, post: Post) -> list[AccountId]:
    """Whom a post names or answers, its author left out."""
    if post.visibility == Visibility.CIRCLE:  # who else is in it, nobody learns, not even by what is missing
        about = [one.account_id for one in attached.mentions(db, [post.id])[post.id]]
    else:
        about = list(attached.mentioned_ids(db, post.id))
    if post.reply_to_account_id is not None:
        about.append(post.reply_to_account_id)
    return [one for one in about if one != post.author_id]


def _rules(db: Reader, post: Post, timeline: str, reader: str) -> tuple[list[str], dict[str, str]]:
    """What homes and lists have in common; only the conditions that this post needs, and their own parameters."""
    rules = []
    named = {}
    if post.visibility < Visibility.FOLLOWERS:
        rules.append(
            f"EXISTS (SELECT 1 FROM mention WHERE mention.post_id = :post AND mention.account_id = {reader})"
        )
    if post.language is not None:
        # no LIKE: SQLite prepares a statement anew for each value that stands on the right of it
        rules.append(
            "(follow.languages IS NULL OR replace(follow.languages, :language, '') <> follow.languages)"
        )
    about = _about(db, post)
    if about:
        named["about"] = numbers(about)
        rules.append(
            f"""NOT EXISTS (SELECT 1 FROM hidden
                             WHERE hidden.viewer_id = {reader} AND hidden.author_id {among("about")})"""
        )
    if post.boost_of_id is not None:
        named["same"] = numbers(_same(db, post))
        rules.append("(follow.shows_boosts = 1 OR follow.shows_boosts IS NULL)")
        rules.append(
            f"""NOT EXISTS (
                SELECT 1 FROM timeline_entry AS entry
                 WHERE entry.timeline_id = {timeline} AND entry.post_id {among("same")}
                   AND (SELECT count(*) FROM (
                            SELECT 1 FROM timeline_entry AS newer
                             WHERE newer.timeline_id = {timeline} AND newer.post_id > entry.post_id
                             LIMIT {UNREPEATED}) AS some_newer) < {UNREPEATED})"""
        )
    return rules, named


def _same(db: Reader, boost: Post) -> list[PostId]:
    """What shows the same post as this boost: the boosted one, and its other boosts."""
    rows = db.rows(
        "SELECT id FROM post WHERE boost_of_id = :boosted AND id <> :boost ORDER BY id DESC LIMIT :limit",
        boosted=boost.boost_of_id,
        boost=boost.id,
        limit=_EARLIER_BOOSTS,
    )
    assert boost.boost_of_id is not None  # noqa: S101 - for the type checker; it is a boost
    return [boost.boost_of_id, *(row[0] for row in rows)]


def _knows(reader: str) -> str:
    return f"""EXISTS (SELECT 1 FROM follow AS known
                        WHERE known.follower_id = {reader} AND known.followed_id = :answered
                          AND known.is_accepted = 1)"""


def _and(rules: Collection[str]) -> str:
    return "".join(f" AND {rule}" for rule in rules)


# -- the other way round: what a reader's timeline would have got ---------


def followed(db: Reader, reader: AccountId) -> list[AccountId]:
    """Whom somebody follows, those in exclusive lists left out."""
    rows = db.rows(
        """
        SELECT followed_id FROM follow
         WHERE follower_id = :reader AND is_accepted = 1
           AND NOT EXISTS (SELECT 1 FROM list_member JOIN list ON list.id = list_member.list_id
                            WHERE list_member.account_id = follow.followed_id
                              AND list.owner_id = :reader AND list.is_exclusive = 1)
        """,
        reader=reader,
    )
    return [row[0] for row in rows]


def recent(
    db: Reader, reader: AccountId, author: AccountId, limit: int, into: List | None = None
) -> list[tuple[PostId, PostId | None]]:
    """
    An author's last posts that belong in a reader's home timeline, or in the list `into`.

    With each the post that it boosts. Repetitions are the caller's to leave out.
    """
    follow = db.row(
        """
        SELECT shows_boosts, languages FROM follow
         WHERE follower_id = :reader AND followed_id = :author AND is_accepted = 1
        """,
        reader=reader,
        author=author,
    )
    if follow is None and reader != author:
        return []
    shows_boosts, languages = follow or (1, None)
    rows = db.rows(
        f"""
        SELECT recent.id, recent.boost_of_id, recent.language
          FROM (SELECT post.id, post.boost_of_id, post.language, post.author_id, post.reply_to_id,
                       post.reply_to_account_id, post.is_local
                  FROM post
                 WHERE post.author_id = :author AND {_written_for_reader(into)}
                   AND (:boosts = 1 OR post.boost_of_id IS NULL)
                 ORDER BY post.id DESC LIMIT :limit) AS recent
         WHERE (recent.reply_to_id IS NULL OR recent.reply_to_account_id = recent.author_id
                OR recent.author_id = {":reader" if into is None else "0"}
                OR recent.reply_to_account_id = :reader OR {_answers_wanted(into)})
           AND (recent.is_local = 1 OR {remote_posts.misses_nothing("recent")})
           AND NOT EXISTS (SELECT 1 FROM hidden JOIN mention ON mention.account_id = hidden.author_id
                            WHERE hidden.viewer_id = :reader AND mention.post_id = recent.id
                              AND mention.is_silent = 0 AND mention.account_id <> recent.author_id)
           AND NOT EXISTS (SELECT 1 FROM hidden
                            WHERE hidden.viewer_id = :reader AND hidden.author_id = recent.reply_to_account_id
                              AND recent.reply_to_account_id <> recent.author_id)
        """,
        reader=reader,
        author=author,
        boosts=shows_boosts,
        limit=limit,
        list=into.id if into else 0,
    )
    return [
        (id, boosted) for id, boosted, language in rows
        if languages is None or language is None or f'"{language}"' in languages
    ]  # fmt: skip


def recent_tagged(db: Reader, reader: AccountId, tag: int, limit: int) -> list[tuple[PostId, PostId | None]]:
    """Of the last posts with a hashtag those that belong in a reader's home timeline for its sake."""
    rows = db.rows(
        f"""
        SELECT recent.id
          FROM (SELECT post.id, post.author_id, post.reply_to_account_id
                  FROM post_tag
                  JOIN post ON post.id = post_tag.post_id
                  JOIN account AS author ON author.id = post.author_id
                 WHERE post_tag.tag_id = :tag AND post.visibility = 4 AND author.limited_at IS NULL
                   AND {remote_posts.was_brought("post")}
                 ORDER BY post_tag.post_id DESC LIMIT :limit) AS recent
         WHERE NOT EXISTS (SELECT 1 FROM hidden
                            WHERE hidden.viewer_id = :reader
                              AND hidden.author_id IN (recent.author_id, recent.reply_to_account_id))
           AND NOT EXISTS (SELECT 1 FROM hidden JOIN mention ON mention.account_id = hidden.author_id
                            WHERE hidden.viewer_id = :reader AND mention.post_id = recent.id)
           AND NOT EXISTS (SELECT 1 FROM list_member JOIN list ON list.id = list_member.list_id
                            WHERE list_member.account_id = recent.author_id AND list.is_exclusive = 1
                              AND list.owner_id = :reader)
        """,
        reader=reader,
        tag=tag,
        limit=limit,
    )
    return [(row[0], None) for row in rows]


def _written_for_reader(into: List | None) -> str:
    if into is not None:
        return "post.visibility >= 2"
    return """(post.visibility >= 2 OR post.author_id = :reader
               OR EXISTS (SELECT 1 FROM mention WHERE mention.post_id = post.id AND mention.account_id = :reader))"""


def _answers_wanted(into: List | None) -> str:
    if into is None or into.replies == "followed":
        return """EXISTS (SELECT 1 FROM follow AS known
                           WHERE known.follower_id = :reader AND known.followed_id = recent.reply_to_account_id
                             AND known.is_accepted = 1)"""
    if into.replies == "list":
        return """EXISTS (SELECT 1 FROM list_member AS other
                           WHERE other.list_id = :list AND other.account_id = recent.reply_to_account_id)"""
    return "1 = 0"
