"""What other servers may read of an account here: its outbox, what it has pinned, its hashtags, its follows."""

from collections.abc import Callable
from functools import partial
from urllib.parse import quote

from martlet.activitypub import build
from martlet.activitypub.things import Collection
from martlet.federation.answering import (
    account_here,
    document_answer,
    listing_answer,
    page_before,
    request_uri,
)
from martlet.http.answer import Answer
from martlet.http.request import Request
from martlet.http.routes import Params
from martlet.model.accounts import Account
from martlet.model.names import AccountId, PostId, Uri
from martlet.services import documenting
from martlet.services.ports import Ground
from martlet.storage import collections, featured_tags, posts
from martlet.storage.database import Reader, Writer

Find = Callable[[Reader], list[PostId]]
PAGE = 20
FOLLOWS = 80


class AccountCollections:
    """An endpoint for each of them."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def outbox(self, request: Request, params: Params) -> Answer:
        account = await self._ground.store.reading(account_here, params["username"])
        uri, before = f"{account.uri}/outbox", page_before(request)
        if before is None:
            return document_answer(build.collection(Collection(uri, account.posts_count, f"{uri}?page=true")))
        find = partial(collections.open_posts, author=account.id, before=before, limit=PAGE)
        ids, acts = await self._all_of(find, account, documenting.ready_act, documenting.fetched_act)
        onward = f"{uri}?page=true&before={ids[-1]}" if len(ids) == PAGE else ""
        return listing_answer(build.page(Collection(request_uri(request, uri), next=onward), uri), acts)

    async def featured(self, request: Request, params: Params) -> Answer:
        del request
        account = await self._ground.store.reading(account_here, params["username"])
        find = partial(collections.pinned, author=account.id)
        _, notes = await self._all_of(find, account, documenting.ready_post, documenting.fetched_post)
        return listing_answer(build.collection(Collection(f"{account.uri}/featured", len(notes))), notes)

    async def _all_of(
        self, find: Find, author: Account, ready: documenting.Ready, make: documenting.Make
    ) -> tuple[list[PostId], list[bytes]]:
        """Somebody's posts or acts; only where one is not kept yet they are made in a transaction that writes."""
        store, ground = self._ground.store, self._ground
        kept = await store.reading(_all_ready, find, author, ready, ground)
        return kept if kept is not None else await store.writing(_all_made, find, author, make, ground)

    async def featured_tags(self, request: Request, params: Params) -> Answer:
        del request
        account = await self._ground.store.reading(account_here, params["username"])
        found = await self._ground.store.reading(featured_tags.of_account, account.id)
        tags = [(one.shown, f"{account.url}/tagged/{quote(one.name, safe='')}") for one in found]
        return document_answer(build.hashtags(f"{account.uri}/featured_tags", tags))

    async def followers(self, request: Request, params: Params) -> Answer:
        return await self._follows(request, params, "followers", collections.followers)

    async def following(self, request: Request, params: Params) -> Answer:
        return await self._follows(request, params, "following", collections.following)

    async def _follows(
        self,
        request: Request,
        params: Params,
        name: str,
        read: Callable[[Reader, AccountId, int, int], list[tuple[int, Uri]]],
    ) -> Answer:
        """How many there are, and who, unless their owner hides that."""
        account = await self._ground.store.reading(account_here, params["username"])
        uri, before = f"{account.uri}/{name}", page_before(request)
        total = account.followers_count if name == "followers" else account.following_count
        if account.hides_follows:
            return document_answer(build.collection(Collection(uri, total)))
        if before is None:
            return document_answer(build.collection(Collection(uri, total, f"{uri}?page=true")))
        found = await self._ground.store.reading(read, account.id, before, FOLLOWS)
        onward = f"{uri}?page=true&before={found[-1][0]}" if len(found) == FOLLOWS else ""
        items = tuple(one for _, one in found)
        return document_answer(
            build.page(Collection(request_uri(request, uri), next=onward, items=items), uri)
        )


def _all_ready(
    db: Reader, find: Find, author: Account, ready: documenting.Ready, ground: Ground
) -> tuple[list[PostId], list[bytes]] | None:
    ids = find(db)
    found = {post.id: post for post in posts.many_unfiltered(db, ids)}
    bodies = []
    for id in ids:
        body = ready(db, found[id], author, ground.secret, ground.here)
        if body is None:
            return None
        bodies.append(body)
    return ids, bodies


def _all_made(
    db: Writer, find: Find, author: Account, make: documenting.Make, ground: Ground
) -> tuple[list[PostId], list[bytes]]:
    ids = find(db)
    found = {post.id: post for post in posts.many_unfiltered(db, ids)}
    return ids, [make(db, found[id], author, ground.secret, ground.here) for id in ids]
