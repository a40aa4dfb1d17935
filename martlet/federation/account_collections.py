"""What other servers may read of an account here: its outbox, what it has pinned, its hashtags, its follows."""

from collections.abc import Callable
from urllib.parse import quote

from martlet.activitypub import build
from martlet.activitypub.build import Document
from martlet.activitypub.things import Collection
from martlet.federation.answering import account_here, document_answer, page_before, request_uri
from martlet.http.answer import Answer
from martlet.http.request import Request
from martlet.http.routes import Params
from martlet.model.accounts import Account
from martlet.model.names import AccountId, Uri
from martlet.services import documenting
from martlet.services.ports import Ground
from martlet.signing import canonical_json
from martlet.storage import collections, featured_tags, posts
from martlet.storage.database import Reader, Writer

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
        items, last = await self._ground.store.writing(_acts, account, before, self._ground)
        onward = f"{uri}?page=true&before={last}" if last is not None else ""
        return document_answer(build.page(Collection(request_uri(request, uri), next=onward), uri, items))

    async def featured(self, request: Request, params: Params) -> Answer:
        del request
        account = await self._ground.store.reading(account_here, params["username"])
        notes = await self._ground.store.writing(_pinned, account, self._ground)
        document = build.collection(Collection(f"{account.uri}/featured", len(notes)))
        return document_answer({**document, "orderedItems": notes})

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


def _acts(db: Writer, account: Account, before: int, ground: Ground) -> tuple[list[Document], int | None]:
    """A page of what somebody has published, and the last post of it, if there may be more."""
    ids = collections.open_posts(db, account.id, before, PAGE)
    found = {post.id: post for post in posts.many_unfiltered(db, ids)}
    acts = []
    for id in ids:
        make = documenting.published if found[id].boost_of_id is None else documenting.boosted
        body = make(db, found[id], account, ground.secret, ground.here)
        acts.append(canonical_json.parse_object(body))
    return acts, ids[-1] if len(ids) == PAGE else None


def _pinned(db: Writer, account: Account, ground: Ground) -> list[Document]:
    ids = collections.pinned(db, account.id)
    found = {post.id: post for post in posts.many_unfiltered(db, ids)}
    return [
        canonical_json.parse_object(
            documenting.post_document(db, found[id], account, ground.secret, ground.here)
        )
        for id in ids
    ]
