"""
Keeping the search index of posts, and the counts of hashtags.

A post is indexed by its words (text, warning, answers of its poll,
descriptions of its media) and by facets: its author, whom it names, what it
has, what it is in. So all that a query asks for is one expression, and only
the right to find a post is left to be asked (`storage.search`).
"""

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from martlet.model.events import (
    AccountChanged,
    AlbumPostRenewed,
    PostBookmarked,
    PostDeleted,
    PostEdited,
    PostImported,
    PostLiked,
    PostMarked,
    PostPublished,
)
from martlet.model.names import AccountId, PostId
from martlet.model.posts import Post
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import finding_accounts
from martlet.storage import accounts, attached, events, indexing, posts, search, search_merging, tags
from martlet.storage.account_search import Spelled
from martlet.storage.database import Reader, Store, Writer
from martlet.storage.indexing import Attachments
from martlet.storage.search_parts import ANY_PART
from martlet.storage.tags import DAY_MS
from martlet.text import facets, sanitize, terms
from martlet.text.query import Has
from martlet.text.terms import Facets

INDEX_ACCOUNT, MERGE = "index_account", "merge_search"
"""The jobs' names."""
MERGE_AFTER = 20_000
"""Milliseconds: where much is written, it is done for many posts at once."""
MERGE_SECONDS = 60
"""What is not merged by then is left to the next job."""
LONG_SECONDS = 0.01
REST = 20
"""So many times as long as a long step took, others write undisturbed: a word of a million posts is merged in one."""
BATCH = 200
"""Posts or accounts indexed in one transaction."""

Tell = Callable[[str, int, int], None]
"""Told of progress: what is being done, how much is done, how much there is."""

_KINDS = {"image": Has.IMAGE, "gifv": Has.VIDEO, "video": Has.VIDEO, "audio": Has.AUDIO}


def index_post(
    db: Writer, event: PostPublished | PostEdited | AlbumPostRenewed | PostImported | PostMarked, here: Server
) -> None:
    """Have a post found by what it says now. Boosts are not found: what they boost is."""
    if search_merging.is_due(event.post):
        _have_merged(db, here)
    post = posts.find_unfiltered(db, event.post)
    if post is None:
        return
    if post.boost_of_id is not None:
        _index(db, [post.boost_of_id])
    elif isinstance(event, PostPublished):  # it is in no index yet that it would have to be taken out of
        _put_if_findable(db, post, indexing.attachments(db, [post])[post.id])
    else:
        _index(db, [post.id])


def index_marked(db: Writer, event: PostLiked | PostBookmarked, here: Server) -> None:
    """Whoever marks a post may find it from now on."""
    del here
    if not indexing.is_indexed(db, event.post):
        _index(db, [event.post])


def forget_post(db: Writer, event: PostDeleted, here: Server) -> None:
    """For a deletion that came while the post was being indexed."""
    del here
    search.delete(db, event.post)


def count_tags(db: Writer, event: PostPublished, here: Server) -> None:
    """Hashtags of public posts are counted by the day."""
    del here
    if attached.has_tags(db, event.post):
        tags.count_use(db, event.post, (event.post >> 16) // DAY_MS)


def index_author(db: Writer, event: AccountChanged, here: Server) -> None:
    """Have an account's posts indexed anew, where it has changed who may find them."""
    account = accounts.find(db, event.account)
    if account is None:
        return
    by, is_open = (facets.by(account.id),), (facets.OPEN,)
    wrong = Facets((by, (facets.PUBLIC,)), is_open) if account.is_indexable else Facets((by, is_open))
    newest = indexing.newest_public(db, account.id) if account.is_indexable else None
    is_missing = newest is not None and not indexing.is_indexed(db, newest)
    if is_missing or search.has_match(db, spelled_query(db, wrong)):
        body = json.dumps([account.id, 0])
        events.add_job(db, INDEX_ACCOUNT, body, here.now_ms(), key=f"{INDEX_ACCOUNT} {account.id}")


def spelled_query(db: Reader, wanted: Facets) -> str:
    if db.dialect == "postgres":
        return terms.tsquery((), (), wanted, ANY_PART)
    return terms.fts5_match((), (), wanted)


async def index_account(store: Store, body: str, here: Server) -> None:
    """The job: index an account's posts anew, a batch at a time."""
    account, after = json.loads(body)
    last: PostId | None = PostId(after)
    while last is not None:
        last = await store.writing_aside(_index_own, AccountId(account), last, here)


def _index_own(db: Writer, author: AccountId, after: PostId, here: Server) -> PostId | None:
    """Returns the last post of the batch; None at the end."""
    ids = indexing.own_after(db, author, after, BATCH)
    _index(db, ids)
    _have_merged(db, here)
    return ids[-1] if ids else None


def _have_merged(db: Writer, here: Server) -> None:
    if db.dialect == "sqlite":  # PostgreSQL does it by itself
        events.add_job(db, MERGE, "", here.now_ms() + MERGE_AFTER, key=MERGE)


async def merge(store: Store, body: str, here: Server) -> None:
    """The job: keep the index quick to search, a little at a time. What is left is for the next one."""
    del body, here
    now = time.monotonic()
    until = now + MERGE_SECONDS
    while now < until and await store.writing_aside(search_merging.merge):
        took = time.monotonic() - now
        if took > LONG_SECONDS:
            await asyncio.sleep(REST * took)
        now = time.monotonic()


def rebuild(store: Store, tell: Tell) -> None:
    """
    Index all posts and accounts anew, a batch at a time.

    May be done while the server runs; until it is finished, less is found.
    """
    with store.write() as db:
        search.clear(db)
        people, written = indexing.how_many(db)
    _in_batches(store, _index_accounts, partial(tell, "accounts"), people)
    _in_batches(store, _index_posts, partial(tell, "posts"), written)


def merge_at_once(store: Store) -> None:
    """What the job does, where nobody waits."""
    is_more = True
    while is_more:
        with store.write() as db:
            is_more = search_merging.merge(db)


def _in_batches(
    store: Store, index: Callable[[Writer, int], Sequence[int]], tell: Callable[[int, int], None], total: int
) -> None:
    done, last = 0, 0
    tell(done, total)
    while True:
        with store.write() as db:
            ids = index(db, last)
        if not ids:
            return
        merge_at_once(store)  # not many at a time: others may be writing
        done, last = done + len(ids), ids[-1]
        tell(min(done, total), total)


def _index_accounts(db: Writer, after: int) -> Sequence[int]:
    ids = indexing.accounts_after(db, AccountId(after), BATCH)
    for id in ids:
        finding_accounts.index_account(db, id)
    return ids


def _index_posts(db: Writer, after: int) -> Sequence[int]:
    ids = indexing.posts_after(db, PostId(after), BATCH)
    _index(db, ids)
    return ids


def _index(db: Writer, ids: Sequence[PostId]) -> None:
    found = {post.id: post for post in posts.many_unfiltered(db, ids) if post.boost_of_id is None}
    attached = indexing.attachments(db, found.values())
    for id in ids:
        if id not in found or not _put_if_findable(db, found[id], attached[id]):
            search.delete(db, id)


def _put_if_findable(db: Writer, post: Post, attached: Attachments) -> bool:
    """False for what nobody here may find."""
    if attached.is_findable:
        words = tokens_of(post, attached)
        search.put(db, post.id, spelled(db, words), terms.words_of_dictionary(words))
    return attached.is_findable


def spelled(db: Reader, words: Sequence[str]) -> Spelled:
    """In the spelling of this database; the other's is left empty."""
    return (
        Spelled("", terms.tsvector_literal(words, ANY_PART))
        if db.dialect == "postgres"
        else Spelled(" ".join(words), "")
    )


def tokens_of(post: Post, attached: Attachments) -> list[str]:
    """All that a post is found by."""
    text = post.text or sanitize.plain(post.html)
    said = (text, post.warning, *attached.options, *(description for _, description in attached.media))
    words = terms.tokens("\n".join(one for one in said if one), post.language)
    for one in attached.variants:
        words += terms.tokens(f"{one.text or sanitize.plain(one.html)}\n{one.warning}", one.language)
    return [*words, *_facets(post, attached, text)]


def _facets(post: Post, attached: Attachments, text: str) -> Iterator[str]:
    yield facets.by(post.author_id)
    yield from map(facets.naming, attached.mentioned)
    if post.visibility == Visibility.PUBLIC:
        yield facets.PUBLIC
        if attached.is_by_open_author:
            yield facets.OPEN
    if post.reply_to_id is not None:
        yield facets.REPLY
    if post.is_sensitive:
        yield facets.SENSITIVE
    if post.language:
        spoken = {post.language, *(one.language for one in attached.variants)}
        yield from {facets.written_in(code) for one in spoken for code in (one, one.partition("-")[0])}
    kinds = {_KINDS[kind] for kind, _ in attached.media if kind in _KINDS}
    yield from map(facets.having, kinds | {Has.MEDIA} if kinds else kinds)
    if post.poll_id is not None:
        yield facets.having(Has.POLL)
    if attached.has_card or "http://" in text or "https://" in text:
        yield facets.having(Has.LINK)
