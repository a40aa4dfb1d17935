"""
Filling profiles: an account's words, its counts and its last posts, as its own server has them.

    the account, anew if it is old → how many posts, followers and followed → the newest of its posts
      → what it has pinned → the home timelines of those who have begun to follow it

Bounded like the fetching of threads (`crawling.py`): so many posts, pages, requests, seconds.
"""

import logging
from dataclasses import dataclass, field

import msgspec

from martlet.activitypub.values import Thing, total
from martlet.federation import listing
from martlet.federation.budget import Budget, Spent
from martlet.federation.crawling import Read, quoted
from martlet.federation.featured import Featured
from martlet.federation.resolving import NetworkResolver
from martlet.model import ids
from martlet.model.accounts import Account
from martlet.model.errors import MartletError
from martlet.model.events import Followed
from martlet.model.names import AccountId, Uri
from martlet.model.server import Server
from martlet.services import gathering, timelines
from martlet.services.gathering import Totals
from martlet.services.ports import Ground
from martlet.storage import accounts, remotes
from martlet.storage.database import Reader
from martlet.storage.remotes import Remote

log = logging.getLogger("martlet.federation")

POSTS = 40
"""The newest of an account's posts that are brought."""
ACTS = 200
"""Entries of its list that are looked at for them: there are boosts and answers among them."""
PAGES = 10
REQUESTS = 80
SECONDS = 90.0
FOLLOWERS = 200
"""People whose home timelines are filled at a time."""


@dataclass(slots=True)
class Filler:
    ground: Ground
    resolver: NetworkResolver

    async def fill_profile(self, body: str, here: Server) -> None:
        """The job."""
        id = msgspec.json.decode(body, type=AccountId)
        found = await self.ground.store.reading(_account, id)
        if found is None:
            return
        account, before = found
        await self._renew(account, before, here)
        found = await self.ground.store.reading(_account, id)
        if found is None:
            return
        filling = _Filling(self.ground, self.resolver, *found)
        totals = await filling.run()
        await Featured(self.resolver).fetch(id, here)
        await self.ground.store.writing(gathering.finish_profile, id, totals, here)
        await self._fill_homes(id, before.filled_at)

    async def _renew(self, account: Account, remote: Remote, here: Server) -> None:
        if here.now_ms() - remote.fetched_at < gathering.RENEWED:
            return
        try:
            await self.resolver.account(account.uri, anew=True)
        except MartletError as error:
            log.info("%s was not had anew: %s", account.uri[:200], error.message)

    async def _fill_homes(self, account: AccountId, since: int | None) -> None:
        """Put the posts into the home timelines of those who followed since `since`; others got them when they came."""
        store, after = self.ground.store, ids.first_id_in(since or 0)
        for follower in await store.reading(remotes.new_followers_here, account, after, FOLLOWERS):
            event = Followed(follower, account)
            await store.writing(timelines.begin_following, event, self.ground.here)


@dataclass(slots=True)
class _Filling:
    ground: Ground
    resolver: NetworkResolver
    account: Account
    remote: Remote
    budget: Budget = field(default_factory=lambda: Budget(REQUESTS, REQUESTS, SECONDS))
    reads: list[Read] = field(default_factory=list)

    async def run(self) -> Totals:
        posts = await self._quietly_list()
        totals = Totals(
            posts, await self._total(self.remote.followers), await self._total(self.remote.following)
        )
        for read in sorted(self.reads, key=lambda one: one.said.created_at or 0):
            try:
                await self._keep(read)
            except MartletError as error:
                log.info("%s was not kept: %s", read.said.uri[:200], error.message)
        return totals

    async def _keep(self, read: Read) -> None:
        verified = await quoted(read.said, self.budget, self.resolver)
        await self.ground.store.writing(
            gathering.keep_own,
            read.said,
            read.evidence,
            verified,
            read.around,
            self.account,
            self.ground.here,
        )

    async def _total(self, address: str) -> int | None:
        if not address:
            return None
        try:
            found = await self.budget.listing(self.resolver.fetcher, Uri(address))
        except MartletError:
            return None
        return total(found.document)

    async def _quietly_list(self) -> int | None:
        """Read the account's posts from the newest on; returns how many there are, if its server says so."""
        total, looked_at, outbox = None, 0, Uri(self.remote.outbox)
        if not outbox:
            return None
        try:
            async for page in listing.pages(outbox, outbox, self.budget, self.resolver.fetcher, PAGES):
                total = page.listing.total if total is None else total
                looked_at += len(page.listing.items)
                await self._read_posts(page)
                if looked_at >= ACTS or len(self.reads) >= POSTS:
                    break
        except MartletError as error:
            log.info("No more of %s was had: %s", outbox[:200], error.message)
        return total

    async def _read_posts(self, page: listing.Page) -> None:
        """Raises `Spent`."""
        for name, thing in page.posts():
            if len(self.reads) >= POSTS:
                return
            try:
                read = await self._read(name, thing, page.at)
            except Spent:
                raise
            except MartletError:
                continue
            if read.said.author == self.account.uri:
                self.reads.append(read)

    async def _read(self, name: Uri, thing: Thing | None, at: Uri) -> Read:
        """Raises `MalformedDocument` for what is no post, and what fetching raises."""
        if thing is not None:
            return Read.of(thing, at, 0)
        found = await self.budget.document(self.resolver.fetcher, name)
        return Read.of(found.document, found.address, 0)


def _account(db: Reader, id: AccountId) -> tuple[Account, Remote] | None:
    account, remote = accounts.find(db, id), remotes.find(db, id)
    if account is None or remote is None or account.is_here or account.is_gone:
        return None
    return account, remote
