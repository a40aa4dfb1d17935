"""
Fetching the rest of a thread: what stands above the post that somebody opened, and all that answers it.

    the opened post, the thread's first one, the newest of the others
      → its document: new words and counts, the lists of its answers and of its thread (FEP-7888)
      → what is listed and not known yet, before what is known and was not asked about lately

Everything is counted (attacks E11): documents, requests in all and of each server, pages, names, steps down, and
time. A list may name anything; only what answers a post of the thread is kept.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial

import msgspec

from martlet.activitypub import collections, parse
from martlet.activitypub.collections import Listing, Surroundings
from martlet.activitypub.things import Writing
from martlet.activitypub.values import Thing
from martlet.federation import listing
from martlet.federation.budget import Budget, Spent
from martlet.federation.resolving import NetworkResolver
from martlet.model import fetching
from martlet.model.errors import MartletError
from martlet.model.evidence import Evidence, FetchedFrom
from martlet.model.names import PostId, Uri, host_of
from martlet.model.server import Server
from martlet.services import gathering
from martlet.services.consenting import Verified
from martlet.services.gathering import ThreadErrand
from martlet.services.ports import Ground
from martlet.storage import accounts, posts, remote_posts, thread_fetches, uris
from martlet.storage.database import Reader, Writer
from martlet.storage.remote_posts import Seen
from martlet.storage.thread_fetches import ThreadFetch

log = logging.getLogger("martlet.federation")

POSTS = 500
"""Documents of posts that are fetched for one thread at a time."""
REQUESTS = 1_000
PER_HOST = 400
SECONDS = 150.0
AT_ONCE = 4
UP = 40
DEPTH = 100
NAMES = 2_000
"""Names of posts that are looked at."""
PAGES = 200
PAGES_OF_ONE = 50
CONTEXTS = 2
WAITING = 100
"""Posts that are held back until what they answer has come."""
A_QUOTE = 4
"""Requests that a quote costs: what is quoted, its author, the consent."""
NEW_ACCOUNT = 3
"""Requests that an author costs who is not known yet."""


@dataclass(frozen=True, slots=True)
class Read:
    """A post's document, read; `depth`: steps from where the fetch began."""

    said: Writing
    evidence: Evidence
    around: Surroundings
    depth: int

    @classmethod
    def of(cls, document: Thing, address: Uri, depth: int) -> "Read":
        """Raises `MalformedDocument`."""
        around = collections.surroundings(document)
        return cls(parse.writing(document), FetchedFrom(address), around, depth)


async def quoted(said: Writing, budget: Budget, resolver: NetworkResolver) -> Verified | None:
    """The consent to a post's quote, if one was found; None as well where the budget is used up."""
    if said.quote_of is None:
        return None
    try:
        budget.spend(host_of(said.quote_of), A_QUOTE)
    except Spent:
        return None
    return await resolver.quote(said)


@dataclass(slots=True)
class Crawler:
    """Makes one `_Crawl` for each job."""

    ground: Ground
    resolver: NetworkResolver

    async def fetch_thread(self, body: str, here: Server) -> None:
        """The job."""
        errand = msgspec.json.decode(body, type=ThreadErrand)
        begun = await self.ground.store.reading(_begin, errand)
        if begun is None:
            return
        fetch, start = begun
        crawl = _Crawl(self.ground, self.resolver, fetch)
        try:
            await crawl.run(start)
        finally:
            await self.ground.store.writing(
                thread_fetches.finish, fetch.id, crawl.budget.silent, crawl.total, here.now_ms()
            )


@dataclass(slots=True)
class _Crawl:
    ground: Ground
    resolver: NetworkResolver
    fetch: ThreadFetch
    budget: Budget = field(default_factory=lambda: Budget(REQUESTS, PER_HOST, SECONDS))
    total: int | None = None
    """Posts of the thread, as a list of it says."""
    documents: int = 0
    pages: int = 0
    _new: deque[Callable[[], Awaitable[None]]] = field(default_factory=deque)
    _known: deque[Callable[[], Awaitable[None]]] = field(default_factory=deque)
    """What is asked about anew once nothing is left that is new."""
    _names: set[Uri] = field(default_factory=set)
    _above: set[Uri] = field(default_factory=set)
    _contexts: set[Uri] = field(default_factory=set)
    _waiting: dict[Uri, list[Read]] = field(default_factory=dict)
    _authors: dict[Uri, asyncio.Lock] = field(default_factory=dict)
    _has_tried_again: bool = False

    async def run(self, start: "_Start") -> None:
        for missing in start.missing:
            self._ask_above(missing, 1)
        for one in start.posts:
            self._names.add(one.uri)
            self._known.append(partial(self._visit, one.uri, 0))
        under_way: set[asyncio.Task[None]] = set()
        try:
            while True:
                while len(under_way) < AT_ONCE and not self.budget.is_spent and (self._new or self._known):
                    step = (self._new or self._known).popleft()
                    under_way.add(asyncio.ensure_future(self._quietly(step)))
                if not under_way and not self._try_again():
                    return
                if not under_way:
                    continue
                _, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in under_way:
                task.cancel()

    def _try_again(self) -> bool:
        """Keep the waiting posts once more at the end: a parent may have come while its answer was being put aside."""
        waiting = [read for reads in self._waiting.values() for read in reads]
        self._waiting.clear()
        if self.budget.is_spent or self._has_tried_again or not waiting:
            return False
        self._has_tried_again = True
        self._new.extend(partial(self._keep, read) for read in waiting)
        return True

    async def _quietly(self, step: Callable[[], Awaitable[None]]) -> None:
        try:
            await step()
        except Spent:
            return
        except MartletError as error:
            log.info("Nothing came of a part of a thread: %s", error.message)
        except Exception:
            log.exception("A part of a thread could not be read")

    # -- one post --------------------------------------------------------

    async def _visit(self, name: Uri, depth: int) -> None:
        if self.documents >= POSTS:
            return
        self.documents += 1
        found = await self.budget.document(self.resolver.fetcher, name)
        self._names.add(found.address)
        await self._keep(Read.of(found.document, found.address, depth))

    async def _keep(self, read: Read) -> None:
        said = read.said
        await self._know(said.author)
        verified = await quoted(said, self.budget, self.resolver)
        kept = await self.ground.store.writing(self._record, read, verified)
        if kept == "waits" and said.reply_to is not None:
            self._hold_back(read, said.reply_to)
        elif isinstance(kept, int):
            await self._go_on(read, kept)

    async def _know(self, author: Uri) -> None:
        """Fetch a post's author if unknown; once, however many of their posts come together."""
        async with self._authors.setdefault(author, asyncio.Lock()):
            if not await self.ground.store.reading(_is_author_known, author):
                self.budget.spend(host_of(author), NEW_ACCOUNT)
                await self.resolver.account(author, is_counted=True)  # within the budget of the thread

    def _record(self, db: Writer, read: Read, verified: Verified | None) -> gathering.Kept:
        is_asked_for = read.said.uri in self._above
        here = self.ground.here
        return gathering.keep(
            db,
            read.said,
            read.evidence,
            verified,
            read.around,
            self.fetch.id,
            here,
            is_asked_for=is_asked_for,
        )

    def _hold_back(self, read: Read, parent: Uri) -> None:
        if sum(map(len, self._waiting.values())) < WAITING:
            self._waiting.setdefault(parent, []).append(read)
            self._ask([parent], read.depth + 1)

    async def _go_on(self, read: Read, post: PostId) -> None:
        """What to fetch after a post was kept: its parent, the answers that waited for it, its thread, its list of answers."""
        said, around = read.said, read.around
        missing = await self.ground.store.reading(remote_posts.missing_parent, post)
        if missing is not None:
            self._ask_above(missing, read.depth + 1)
        for waiting in self._waiting.pop(said.uri, ()):
            self._new.appendleft(partial(self._keep, waiting))
        if around.context is not None and around.context not in self._contexts:
            self._read_context(around.context, read.depth)
        if around.replies is not None:
            self._new.append(partial(self._read_replies, around.replies, said.uri, post, read.depth))

    # -- lists -----------------------------------------------------------

    def _read_context(self, context: Uri, depth: int) -> None:
        if len(self._contexts) < CONTEXTS and host_of(context) != self.ground.here.host:
            self._contexts.add(context)
            self._new.appendleft(partial(self._list_context, context, depth))

    async def _list_context(self, context: Uri, depth: int) -> None:
        total = await self._list(context, context, depth)
        if total is not None:
            self.total = max(self.total or 0, min(total, remote_posts.HIGHEST_COUNT))

    async def _read_replies(self, replies: Listing | Uri, of: Uri, post: PostId, depth: int) -> None:
        total = await self._list(replies, of, depth)
        if total is not None:
            await self.ground.store.writing(remote_posts.count_replies, post, total)

    async def _list(self, start: Listing | Uri, at: Uri, depth: int) -> int | None:
        """Fetch the posts that a list names; returns how many there are, if it says so or was read to its end."""
        total, counted = None, 0
        if self.pages >= PAGES:
            return None
        async for page in listing.pages(start, at, self.budget, self.resolver.fetcher, PAGES_OF_ONE):
            self.pages += 1
            total = page.listing.total if total is None else total
            counted += len(page.listing.items)
            await self._ask_new(dict(page.posts()), page.at, depth + 1)
            if page.is_last:
                return counted if total is None else total
            if self.pages >= PAGES:
                break
        return total

    async def _ask_new(self, listed: Mapping[Uri, Thing | None], at: Uri, depth: int) -> None:
        fresh = [name for name in listed if self._is_to_be_asked(name, depth)]
        known = await self.ground.store.reading(_known, fresh)
        now = self.ground.here.now_ms()
        for name in fresh:
            self._names.add(name)
            seen, thing = known.get(name), listed[name]
            if name not in known:
                self._new.append(
                    partial(self._visit, name, depth)
                    if thing is None
                    else partial(self._keep_whole, thing, at, depth)
                )
            elif seen is not None and fetching.is_due(seen.visited_at, seen.created_at, now):
                self._known.append(partial(self._visit, name, depth))

    async def _keep_whole(self, thing: Thing, at: Uri, depth: int) -> None:
        if self.documents < POSTS:
            self.documents += 1
            await self._keep(Read.of(thing, at, depth))

    # -- what to ask for -------------------------------------------------

    def _is_to_be_asked(self, name: Uri, depth: int) -> bool:
        return (
            name not in self._names
            and host_of(name) != self.ground.here.host
            and depth <= DEPTH
            and len(self._names) < NAMES
        )

    def _ask(self, names: Collection[Uri], depth: int) -> None:
        for name in names:
            if self._is_to_be_asked(name, depth):
                self._names.add(name)
                self._new.appendleft(partial(self._visit, name, depth))

    def _ask_above(self, name: Uri, depth: int) -> None:
        """Ask for the parent of a post: it belongs to the thread, whatever it answers itself."""
        if len(self._above) < UP:
            self._above.add(name)
            self._ask([name], depth)


@dataclass(frozen=True, slots=True)
class _Start:
    missing: tuple[Uri, ...]
    posts: tuple[Seen, ...]


def _begin(db: Reader, errand: ThreadErrand) -> tuple[ThreadFetch, _Start] | None:
    """Where a fetch begins: the opened post, the first one, the newest; none where the thread is gone."""
    opened = posts.find_unfiltered(db, errand.post)
    fetch = thread_fetches.find(db, errand.fetch)
    if opened is None:
        return None
    if fetch is None:
        fetch = thread_fetches.last(db, opened.thread_id)
    if fetch is None or fetch.finished_at is not None:
        return None
    due = [
        one
        for one in remote_posts.of_thread(db, opened.thread_id, POSTS)
        if one.visited_at is None
        or one.visited_at >= fetch.started_at
        or fetching.is_due(one.visited_at, one.created_at, fetch.started_at)
        or one.id in (errand.post, opened.thread_id)
    ]
    due.sort(key=lambda one: one.id != errand.post)
    above = (remote_posts.missing_parent(db, id) for id in {opened.thread_id, opened.id})
    return fetch, _Start(tuple(one for one in above if one is not None), tuple(due))


def _is_author_known(db: Reader, uri: Uri) -> bool:
    return accounts.find_by_uri(db, uri) is not None


def _known(db: Reader, names: Collection[Uri]) -> dict[Uri, Seen | None]:
    """Those of the posts that are known, and those that were deleted: these are not asked for."""
    found: dict[Uri, Seen | None] = {}
    for name in names:
        seen = remote_posts.find(db, name)
        if seen is not None:
            found[name] = seen
        elif uris.find_tombstone(db, name) is not None:
            found[name] = None
    return found
