"""
The rows of an invented crowd, table by table, as publishing, following and liking would have left them.

`parts` are to be put in their order: each later one knows what the earlier ones had to tell about.
"""

import hashlib
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from bench.bulk import Bulk, Row
from bench.crowd import SEED, Crowd, usual_people
from bench.town import Person
from bench.words import WORDS
from bench.writing import Writer
from martlet.model.ids import IdMaker
from martlet.model.names import AccountId, PollId, PostId, Uri
from martlet.model.posts import Post
from martlet.model.server import Server, milliseconds
from martlet.model.visibility import Visibility
from martlet.services import indexing
from martlet.storage import search_parts
from martlet.storage.dialect import Dialect
from martlet.storage.indexing import Attachments
from martlet.text import terms

LATEST_FOLLOWS = 20
AGE = timedelta(days=730)
BATCH = 10_000
SCOPES = "read write follow"


class Rows:
    """The rows of a crowd, table by table."""

    def __init__(self, crowd: Crowd, base_url: str, dialect: Dialect) -> None:
        self.crowd = crowd
        self._dialect = dialect
        self._now = milliseconds(datetime.now(UTC))
        self._start = self._now - AGE // timedelta(milliseconds=1)
        self._step = (self._now - self._start) / crowd.size.posts
        self.here = Server(
            url=base_url,
            host=base_url.partition("://")[2],
            ids=IdMaker(0, lambda: self._now),
            clock=lambda: datetime.now(UTC),
            version="bench",
        )
        self._base_url = base_url
        self._words: set[str] = set()
        self._told: list[tuple[int, int, str, int, int | None]] = []
        """Notifications: when, to whom, of what kind, from whom, about which post."""

    def parts(self) -> list[tuple[str, Callable[[Bulk], None]]]:
        return [
            ("accounts", self._accounts),
            ("follows", self._follows),
            ("posts", self._posts),
            ("likes", self._marks),
            ("home timelines", self._homes),
            ("notifications", self._notifications),
        ]

    def post_id(self, post: int) -> PostId:
        return PostId(self._moment(post) << 16)

    def account_id(self, number: int) -> int:
        return (self._start - (self.crowd.size.people - number) * 1000) << 16

    def _moment(self, post: int) -> int:
        return self._start + int(post * self._step)

    def _accounts(self, bulk: Bulk) -> None:
        crowd, here = self.crowd, self.here
        following = [0] * crowd.size.people
        for followers in crowd.followers:
            for follower in followers:
                following[follower] += 1
        written = [0] * crowd.size.people
        last = [0] * crowd.size.people
        for post, author in enumerate(crowd.author):
            written[author] += 1
            last[author] = post
        rng = random.Random(SEED)

        def account(number: int) -> Row:
            name = username(number)
            return (
                *(self.account_id(number), name, name, here.account_uri(name), here.account_url(name)),
                rng.choice(("Bench User", "Jörg Müller", "王小明", "山田さくら")) + f" {number}",
                f"<p>{' '.join(rng.choices(WORDS, k=20))}</p>",
                *(1, int(is_indexable(number)), self.account_id(number) >> 16),
                *(written[number], len(crowd.followers[number]), following[number]),
                self._moment(last[number]),
            )

        everyone = range(crowd.size.people)
        columns = "id, username, username_folded, uri, url, display_name, note_html, is_discoverable, is_indexable, created_at"
        counts = "posts_count, followers_count, following_count, last_post_at"
        bulk.put("account", f"{columns}, {counts}", map(account, everyone))
        bulk.put(
            "users",
            "id, account_id, email, email_folded, password_hash, created_at, confirmed_at, approved_at",
            (
                (id, id, email, email, "", id >> 16, id >> 16, id >> 16)
                for id, email in ((self.account_id(one), f"{username(one)}@example.org") for one in everyone)
            ),
        )
        bulk.put("home", "account_id, built_at", ((self.account_id(one), self._start) for one in everyone))
        self._tokens(bulk)

    def _tokens(self, bulk: Bulk) -> None:
        columns = "id, client_id, secret_digest, name, redirect_uris, scopes, created_at"
        bulk.put("app", columns, [(1, "bench", b"", "bench", "[]", SCOPES, self._start)])
        bulk.put(
            "token",
            "id, digest, app_id, user_id, account_id, scopes, created_at",
            (
                (id, hashlib.sha256(token(one).encode()).digest(), 1, id, id, SCOPES, self._now)
                for id, one in (
                    (self.account_id(one), one)
                    for one in {0, self.crowd.size.people - 1, *usual_people(self.crowd)}
                )
            ),
        )

    def _follows(self, bulk: Bulk) -> None:
        crowd = self.crowd
        followed_by: list[list[int]] = [[] for _ in range(crowd.size.people)]
        for followed, followers in enumerate(crowd.followers):
            for follower in followers:
                followed_by[follower].append(followed)
            for position, follower in enumerate(followers[-LATEST_FOLLOWS:]):
                moment = self._start + position * 1000 + followed
                self._tell(moment, followed, "follow", follower, None)
        moment = self._start
        bulk.put(
            "follow",
            "follower_id, followed_id, id, is_accepted",
            (
                (self.account_id(one), self.account_id(other), (moment + position) << 16 | one % 1024, 1)
                for one, all_followed in enumerate(followed_by)
                for position, other in enumerate(all_followed)
            ),
        )

    def _posts(self, bulk: Bulk) -> None:
        rng = random.Random(SEED)
        writer = Writer(rng, self._base_url)
        tags: dict[str, int] = {}
        posts = iter(range(self.crowd.size.posts))
        while batch := list(islice(posts, BATCH)):
            made = _Batch()
            for post in batch:
                self._post(post, writer, rng, tags, made)
            for (table, columns), rows in made.tables.items():
                bulk.put(table, columns, rows)
        bulk.put("tag", "id, name, shown", ((id, name, name) for name, id in tags.items()))
        if self._dialect == "sqlite":
            bulk.put("post_search_word", "word", ((word,) for word in sorted(self._words)))
        else:
            parts = range(1, (self.crowd.size.posts - 1) // search_parts.PART + 1)
            marks = ((self.post_id(one * search_parts.PART), search_parts.mark_of(one)) for one in parts)
            bulk.put("post_search_part", "first_id, mark", marks)

    def _post(
        self, post: int, writer: Writer, rng: random.Random, tags: dict[str, int], made: "_Batch"
    ) -> None:
        crowd, id, moment = self.crowd, self.post_id(post), self._moment(post)
        author, boost_of, reply_to = crowd.author[post], crowd.boost_of[post], crowd.reply_to[post]
        common = (
            *(id, self.here.post_uri(username(author), id), self.here.post_url(username(author), id)),
            *(self.account_id(author), crowd.visibility[post], self.post_id(crowd.thread[post]), 1, moment),
        )
        if boost_of >= 0:
            made.add("post", f"{_COMMON}, boost_of_id", (*common, self.post_id(boost_of)))
            self._tell(moment, crowd.author[boost_of], "boost", author, boost_of)
            return
        mentioned = {crowd.author[reply_to]} if reply_to >= 0 else set()
        if rng.random() < 0.1:
            mentioned.add(rng.randrange(crowd.size.people))
        words = writer.post([username(one) for one in mentioned])
        warning = f"Content warning: {rng.choice(WORDS)}" if rng.random() < 0.1 else ""
        has_poll = rng.random() < 0.03
        options = rng.sample(WORDS, 3) if has_poll else []
        made.add(
            "post",
            f"{_COMMON}, reply_to_id, reply_to_account_id, text, html, warning, is_sensitive, language, poll_id,"
            " replies_count, boosts_count, likes_count",
            (
                *common,
                *(
                    (self.post_id(reply_to), self.account_id(crowd.author[reply_to]))
                    if reply_to >= 0
                    else _NONE
                ),
                *(words.text, words.html, warning, int(bool(warning)), words.language),
                id if has_poll else None,
                *(crowd.replies[post], crowd.boosts[post], crowd.liked[post]),
            ),
        )
        indexed = Post(
            *(
                id,
                Uri(""),
                "",
                AccountId(self.account_id(author)),
                Visibility(crowd.visibility[post]),
                id,
                1,
                moment,
            ),
            reply_to_id=self.post_id(reply_to) if reply_to >= 0 else None,
            text=words.text,
            warning=warning,
            is_sensitive=int(bool(warning)),
            language=words.language,
            poll_id=PollId(id) if has_poll else None,
        )
        named = [AccountId(self.account_id(one)) for one in mentioned]
        attached = Attachments(is_indexable(author), mentioned=named, options=options)
        words_found = indexing.tokens_of(indexed, attached)
        made.add("post_search", "rowid, words", (id, self._terms(words_found, post // search_parts.PART)))
        for one in mentioned:
            made.add("mention", "post_id, account_id", (id, self.account_id(one)))
            self._tell(moment, one, "mention", author, post)
        for tag in words.tags:
            made.add("post_tag", "tag_id, post_id", (tags.setdefault(tag, len(tags) + 1), id))
        if has_poll:
            made.add(
                "poll",
                "id, post_id, expires_at, is_multiple, hides_totals",
                (id, id, moment + 86_400_000, 0, 0),
            )
            for position, title in enumerate(options):
                made.add("poll_option", "poll_id, position, title", (id, position, title))

    def _terms(self, tokens: list[str], part: int) -> str:
        if self._dialect == "postgres":
            return terms.tsvector_literal(tokens, search_parts.mark_of(part))
        self._words |= terms.words_of_dictionary(tokens)
        return " ".join(tokens)

    def _marks(self, bulk: Bulk) -> None:
        bulk.put("mark", "account_id, post_id, liked_id, boost_id", self._marks_in_order())

    def _marks_in_order(self) -> Iterator[Row]:
        crowd = self.crowd
        for one, liked in enumerate(crowd.likes):
            boosted = crowd.boosted[one]
            for post in sorted({*liked, *boosted}):
                liked_at = None
                if post in liked:
                    liked_at = self._moment(post) + 1000 + one
                    self._tell(liked_at, crowd.author[post], "like", one, post)
                boost = self.post_id(boosted[post]) if post in boosted else None
                yield self.account_id(one), self.post_id(post), liked_at and liked_at << 16, boost

    def _homes(self, bulk: Bulk) -> None:
        bulk.put(
            "timeline_entry",
            "timeline_id, post_id",
            (
                (self.account_id(one), self.post_id(post))
                for one, entries in enumerate(self.crowd.home)
                for post in entries
            ),
        )

    def _tell(self, moment: int, to: int, kind: str, by: int, about: int | None) -> None:
        if to != by:
            self._told.append((moment, to, kind, by, about))

    def _notifications(self, bulk: Bulk) -> None:
        def rows() -> Iterator[Row]:
            last = 0
            for moment, to, kind, by, about in sorted(self._told, key=lambda told: told[0]):
                last = max(last + 1, moment << 16)
                post = None if about is None else self.post_id(about)
                group = f"{kind}-{post or 'all'}"
                yield last, self.account_id(to), kind, self.account_id(by), post, group, moment

        columns = "id, account_id, kind, from_id, post_id, group_key, created_at"
        bulk.put("notification", columns, rows())

    def person(self, number: int) -> Person:
        return Person(token(number), str(self.account_id(number)), username(number))


def is_indexable(number: int) -> bool:
    """Seven of ten people let everyone find their public posts."""
    return number % 10 < 7


class _Batch:
    """Rows that wait to be put, by table and columns."""

    def __init__(self) -> None:
        self.tables: dict[tuple[str, str], list[Row]] = {}

    def add(self, table: str, columns: str, row: Row) -> None:
        self.tables.setdefault((table, columns), []).append(row)


_COMMON = "id, uri, url, author_id, visibility, thread_id, is_local, created_at"
_NONE: tuple[Any, Any] = (None, None)


def username(number: int) -> str:
    return f"user{number:06}"


def token(number: int) -> str:
    return f"a token for {number}"
