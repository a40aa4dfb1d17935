"""
A town in which everything that people look at is there by the thousand.

One of them, ada, has thousands of posts, followers, likes, notifications and
conversations; what is asked for a page of must still cost what the page shows.
"""

from dataclasses import dataclass

from martlet.storage import search_parts
from martlet.storage.database import Writer
from martlet.text import facets, terms
from tests.client import Api, Person

MANY = 3000
"""Of each thing."""
STEP = 1000 << 16
"""A second, in ids."""

_PEOPLE = """
    INSERT INTO account (id, username, username_folded, uri, url, created_at, is_indexable)
    SELECT :people + k, 'p' || k, 'p' || k, 'https://x.example/p' || k, 'https://x.example/@p' || k, 1, 1 FROM n
"""
_USERS = """
    INSERT INTO users (id, account_id, email, email_folded, password_hash, created_at, confirmed_at, approved_at, seen_at)
    SELECT :people + k, :people + k, 'p' || k, 'p' || k, '', 1, 1, 1, :now FROM n
"""
_HOMES = "INSERT INTO home (account_id, built_at) SELECT :people + k, 1 FROM n"
_FOLLOWERS = """
    INSERT INTO follow (follower_id, followed_id, id, is_accepted) SELECT :people + k, :ada, :start + k * :step, 1 FROM n
"""
_FOLLOWED = """
    INSERT INTO follow (follower_id, followed_id, id, is_accepted) SELECT :ada, :people + k, :start + k * :step, 1 FROM n
"""
_FOLLOWS_OF_ALL = """
    INSERT INTO follow (follower_id, followed_id, id, is_accepted)
    SELECT :people + n.k, :people + (n.k + other.k) % :many + 1, :start + n.k * :step, 1
      FROM n CROSS JOIN n AS other WHERE other.k <= 10
"""
_REQUESTS = """
    INSERT INTO follow (follower_id, followed_id, id, is_accepted) SELECT :people + k, :eve, :start + k * :step, 0 FROM n
"""
_POSTS = """
    INSERT INTO post (id, uri, url, author_id, visibility, thread_id, is_local, text, html, language, created_at)
    SELECT :start + k * :step, 'https://x.example/post/' || k, 'https://x.example/post/' || k, :ada,
           CASE k % 10 WHEN 5 THEN 2 ELSE 4 END,
           :start + k * :step, 1, 'river ' || k, '<p>river ' || k || '</p>', 'en', 1 FROM n
"""
_OLD_POST = """
    INSERT INTO post (id, uri, url, author_id, visibility, thread_id, is_local, text, html, created_at)
    VALUES (:old, 'https://x.example/old', 'https://x.example/old', :ada, 4, :old, 1, 'lake', '<p>lake</p>', 1)
"""
_BOOSTS = """
    INSERT INTO post (id, uri, url, author_id, visibility, thread_id, is_local, boost_of_id, created_at)
    SELECT :start + k * :step + 1, 'https://x.example/boost/' || k, '', :people + k, 4, :start + k * :step + 1, 1, :old, 1 FROM n
"""
_MARKS_OF_THE_OLD_ONE = """
    INSERT INTO mark (account_id, post_id, liked_id, bookmarked_id, boost_id)
    SELECT :people + k, :old, :start + k * :step + 2, :start + k * :step + 3, :start + k * :step + 1 FROM n
"""
_MARKS_OF_BOB = """
    INSERT INTO mark (account_id, post_id, liked_id, bookmarked_id)
    SELECT :bob, :start + k * :step, :start + k * :step + 2, :start + k * :step + 3 FROM n
"""
_MARKS_OF_ALL = """
    INSERT INTO mark (account_id, post_id, liked_id)
    SELECT :people + n.k, :start + liked.k * :step, :start + n.k * :step + 5
      FROM n CROSS JOIN n AS liked WHERE liked.k <= 10
"""
_TAGGED = "INSERT INTO post_tag (tag_id, post_id) SELECT t.id, :start + k * :step FROM n CROSS JOIN tag AS t WHERE t.id < 3"
_TAGS = "INSERT INTO tag (id, name, shown) SELECT k, 'tag' || k, 'tag' || k FROM n"
_TAG_DAYS = "INSERT INTO tag_day (tag_id, day, uses, accounts) SELECT k, :now / 86400000, k, k FROM n"
_ENTRIES = "INSERT INTO timeline_entry (timeline_id, post_id) SELECT {}, :start + k * :step FROM n"
_TOLD = """
    INSERT INTO notification (id, account_id, kind, from_id, post_id, group_key, created_at)
    SELECT :start + k * :step + 4, :ada, 'like', :people + k, :old, 'like-' || :old || '-' || (k / 8), 1 FROM n
"""
_KEPT_ASIDE = """
    INSERT INTO notification (id, account_id, kind, from_id, post_id, group_key, created_at, is_filtered)
    SELECT :start + k * :step + 6, :ada, 'mention', :people + k, :old, 'ungrouped-' || (:start + k * :step + 6), 1, 1 FROM n
"""
_ASKING = """
    INSERT INTO notification_request (id, account_id, from_id) SELECT :start + k * :step + 7, :ada, :people + k FROM n
"""
_CONVERSATIONS = """
    INSERT INTO conversation (id, account_id, thread_id, participants, last_post_id, is_unread)
    SELECT :start + k * :step, :ada, :start + k * :step, '[1]', :start + k * :step, 1 FROM n
"""
_LIST = "INSERT INTO list (id, owner_id, title) VALUES (:list, :ada, 'All')"
_FOLDER = "INSERT INTO bookmark_folder (id, account_id, name, emoji) VALUES (:list, :bob, 'Half', '')"
_IN_FOLDER = "UPDATE mark SET folder_id = :list WHERE account_id = :bob AND post_id % 2 = 0"
_MEMBERS = (
    "INSERT INTO list_member (list_id, account_id, id) SELECT :list, :people + k, :start + k * :step FROM n"
)
_BLOCKS = "INSERT INTO block (account_id, blocked_id, id) SELECT :eve, :people + k, :start + k * :step FROM n"
_MUTES = "INSERT INTO mute (account_id, muted_id, id) SELECT :eve, :people + k, :start + k * :step FROM n"
_HIDDEN = "INSERT INTO hidden (viewer_id, author_id, is_barred) SELECT :eve, :people + k, 0 FROM n"
_HIDDEN_FROM = "INSERT INTO hidden (viewer_id, author_id, is_barred) SELECT :people + k, :eve, 1 FROM n"
_LATER = "INSERT INTO job (name, body, run_at) SELECT 'sweep', '', :now + 9000000 FROM n"
_PARKED = "INSERT INTO job (name, body, run_at, parked_at) SELECT 'sweep', '', 1, k FROM n"
_POLL = "INSERT INTO poll (id, post_id, is_multiple, hides_totals) VALUES (:old, :old, 0, 0)"
_OPTIONS = "INSERT INTO poll_option (poll_id, position, title) SELECT :old, k, 'a' FROM n WHERE k < 3"
_VOTES = "INSERT INTO poll_vote (poll_id, account_id, position) SELECT :old, :people + k, 1 FROM n"
_HAS_POLL = "UPDATE post SET poll_id = :old WHERE id = :old"
_KEYS = (
    "INSERT INTO idempotency (account_id, key, post_id, created_at) SELECT :ada, 'k' || k, :old, :now FROM n"
)
_TRIES = "INSERT INTO attempt (name, window_at, tries) SELECT 'try ' || k, :now, 1 FROM n"

ALL = (
    *(
        _PEOPLE,
        _USERS,
        _HOMES,
        _FOLLOWERS,
        _FOLLOWED,
        _FOLLOWS_OF_ALL,
        _REQUESTS,
        _POSTS,
        _OLD_POST,
        _BOOSTS,
        _MARKS_OF_THE_OLD_ONE,
    ),
    *(
        _MARKS_OF_BOB,
        _MARKS_OF_ALL,
        _TAGS,
        _TAGGED,
        _TAG_DAYS,
        _ENTRIES.format(":ada"),
        _ENTRIES.format(":bob"),
        _TOLD,
        _KEPT_ASIDE,
        _ASKING,
        _CONVERSATIONS,
    ),
    *(
        _LIST,
        _ENTRIES.format(":list"),
        _MEMBERS,
        _FOLDER,
        _IN_FOLDER,
        _BLOCKS,
        _MUTES,
        _HIDDEN,
        _HIDDEN_FROM,
        _LATER,
        _PARKED,
    ),
    *(_POLL, _OPTIONS, _VOTES, _HAS_POLL, _KEYS, _TRIES),
)


@dataclass(frozen=True, slots=True)
class Town:
    """Bob likes and bookmarks all of ada's posts; eve blocks and mutes everybody but the two."""

    ada: Person
    bob: Person
    eve: Person
    list: int
    old: int
    """The post that everybody likes, boosts and votes on."""
    middle: int
    """Half of ada's posts are newer."""


def settled(api: Api) -> Town:
    here = api.built.ground.here
    start = (here.now_ms() << 16) - (MANY + 100) * STEP
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    town = Town(ada, bob, eve, list=start, old=start, middle=start + MANY // 2 * STEP)
    api.work()
    with api.built.ground.store.write() as db:
        for sql in ALL:
            _run(db, sql, town, start, here.now_ms())
        db.run("UPDATE account SET is_indexable = 1 WHERE id = :ada", ada=ada.id)
        _index(db, start)
    return town


def _run(db: Writer, sql: str, town: Town, start: int, now: int) -> None:
    values = {
        "ada": town.ada.id, "bob": town.bob.id, "eve": town.eve.id, "old": town.old, "list": town.list,
        "people": start - MANY * STEP, "start": start, "step": STEP, "now": now, "many": MANY,
    }  # fmt: skip
    for name, value in values.items():  # as numbers in the text: what is not there needs no type
        sql = sql.replace(f":{name}", str(value))
    numbers = (
        f"WITH RECURSIVE n (k) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT k + 1 FROM n WHERE k < {MANY})"
    )
    db.run(f"{numbers} {sql}" if "FROM n" in sql else sql)


def _index(db: Writer, start: int) -> None:
    """All of ada's posts, by one word."""
    words = ["river", terms.EVERY, facets.OPEN, facets.PUBLIC]
    names = ["bench"]
    if db.dialect == "postgres":
        as_text = terms.tsvector_literal(words, search_parts.mark_of(0))
        called = terms.tsvector_literal(names)
        kinds = "CAST(:words AS tsvector)"
    else:
        as_text, called, kinds = " ".join(words), " ".join(names), ":words"
        db.run("INSERT INTO post_search_word (word) VALUES ('river')")
    db.run(
        f"INSERT INTO post_search (rowid, words) SELECT id, {kinds} FROM post WHERE boost_of_id IS NULL",
        words=as_text,
    )
    db.run("DELETE FROM account_search")
    db.run(f"INSERT INTO account_search (rowid, words) SELECT id, {kinds} FROM account", words=called)
