"""
The door for other servers: its addresses, the inboxes, accounts and posts as documents, and who may read them.

Public and unlisted posts are open to all, or with `authorized_fetch` to all who
sign their request; what is for followers is given to servers on which somebody
follows the author, or is named, and who sign their request. Whoever comes with a
browser is sent to the page.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Literal, get_args
from urllib.parse import quote

from martlet.activitypub import build
from martlet.activitypub.build import Document
from martlet.activitypub.things import Collection
from martlet.federation import packs, post_collections
from martlet.federation.account_collections import AccountCollections
from martlet.federation.answering import (
    ACTIVITY,
    CACHED,
    VARY,
    GoneHere,
    account_here,
    document_answer,
    id_asked,
)
from martlet.federation.asking import Asking, KeyMayBeNewer, KeyOutOfReach, SignerSuspended
from martlet.federation.inbox import Inbox
from martlet.http.accepting import wants_document
from martlet.http.answer import NOSNIFF, PRIVATE, Answer, Header, json_answer, redirect
from martlet.http.application import MethodNotAllowed, UnknownHost
from martlet.http.request import BodyCutOff, BodyTooLarge, BodyTooSlow, Request
from martlet.http.routes import Endpoint, Params, Routes
from martlet.model.accounts import Account
from martlet.model.errors import (
    EvidenceRejected,
    MalformedDocument,
    MartletError,
    NotFound,
    TooMany,
    Unavailable,
)
from martlet.model.ids import id_from
from martlet.model.names import AccountId, PostId, Uri
from martlet.model.posts import Post
from martlet.model.reactions import Choice
from martlet.model.server import Server
from martlet.services import documenting, identities
from martlet.services.ports import Ground
from martlet.signing.http_signatures import SignatureRejected
from martlet.storage import (
    accounts,
    documents,
    peer_policies,
    posts,
    remotes,
    replies,
    uris,
)
from martlet.storage.database import Reader, Writer
from martlet.storage.keys import RemoteKey

Find = Callable[[Reader, Params, str], bytes | None]
"""A document that is kept ready, if it is; in one look, and None too where anything is decided about the server named."""
Around = Literal["replies", "context", "likes", "shares"]
"""Collections that every post has."""
_LONGEST_SHORTCODE = 128

STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (BodyTooLarge, 413),
    (BodyTooSlow, 408),
    (BodyCutOff, 400),
    (MalformedDocument, 400),
    (UnknownHost, 400),
    (MethodNotAllowed, 405),
    (SignerSuspended, 403),
    (KeyMayBeNewer, 429),
    (KeyOutOfReach, 503),
    (EvidenceRejected, 401),
    (NotFound, 404),
    (TooMany, 429),
    (Unavailable, 503),
)


class FederationDoor:
    """See `http.application.Door`."""

    prefixes: tuple[str, ...] = ("/users/", "/inbox", "/actor", "/emojis/")

    def __init__(self, ground: Ground, inbox: Inbox, asking: Asking) -> None:
        self._ground, self._inbox, self._asking = ground, inbox, asking
        self.routes = Routes[Endpoint]()
        add = self.routes.add
        add("POST", "/inbox", self._take)
        add("POST", "/actor/inbox", self._take)
        add("POST", "/users/{username}/inbox", self._take)
        add("GET", "/actor", self._server)
        add("GET", "/actor/outbox", self._server_outbox)
        add("GET", "/emojis/{shortcode}", self._emoji)
        read, lists = self._read, AccountCollections(ground)
        add("GET", "/users/{username}", self._or_page("/@{username}", read(self._account, _kept_account)))
        add(
            "GET",
            "/users/{username}/posts/{id}",
            self._or_page("/@{username}/{id}", read(self._post, _kept_post)),
        )
        add("GET", "/users/{username}/posts/{id}/activity", read(self._activity))
        add("GET", "/users/{username}/quote_authorizations/{id}", read(self._consent))
        add("GET", "/users/{username}/reply_authorizations/{id}", read(self._reply_consent))
        for name in get_args(Around):
            add("GET", f"/users/{{username}}/posts/{{id}}/{name}", read(self._around_post(name)))
        add("GET", "/users/{username}/outbox", read(lists.outbox))
        add("GET", "/users/{username}/featured", read(lists.featured))
        add("GET", "/users/{username}/featured_tags", read(lists.featured_tags))
        add("GET", "/users/{username}/packs", read(packs.endpoint(ground, packs.every)))
        add("GET", "/users/{username}/packs/{id}", read(packs.endpoint(ground, packs.one)))
        add("GET", "/users/{username}/packs/{id}/members/{item}", read(packs.endpoint(ground, packs.item)))
        add(
            "GET",
            "/users/{username}/feature_authorizations/{id}",
            read(packs.endpoint(ground, packs.consent)),
        )
        add("GET", "/users/{username}/followers", read(lists.followers))
        add("GET", "/users/{username}/following", read(lists.following))

    def failed(self, request: Request, error: Exception) -> Answer:
        del request
        if isinstance(error, GoneHere):
            return Answer(error.tombstone, 410, [ACTIVITY, NOSNIFF])
        status = next((status for kind, status in STATUSES if isinstance(error, kind)), 500)
        said = {"error": error.message if isinstance(error, MartletError) else "Something went wrong here."}
        more: tuple[Header, ...] = ()
        if isinstance(error, MethodNotAllowed):
            more = ((b"allow", ", ".join(error.methods).encode()),)
        elif isinstance(error, KeyMayBeNewer | KeyOutOfReach):
            said["code"] = error.code
            more = ((b"retry-after", str(error.retry_after).encode()),)
        elif isinstance(error, Unavailable):
            more = ((b"retry-after", b"30"),)
        elif isinstance(error, TooMany):
            more = ((b"retry-after", str(_seconds_until(error.retry_at, self._ground.here)).encode()),)
        return json_answer(said, status, more)

    # -- what comes in ---------------------------------------------------

    async def _take(self, request: Request, params: Params) -> Answer:
        if "username" in params:
            account = await self._ground.store.reading(account_here, params["username"])
            if account.is_gone:
                raise GoneHere
        return await self._inbox.take(request)

    # -- what is read ----------------------------------------------------

    def _or_page(self, page: str, endpoint: Endpoint) -> Endpoint:
        async def choose(request: Request, params: Params) -> Answer:
            if wants_document(request):
                return await endpoint(request, params)
            answer = redirect(page.format(**{name: quote(part, safe="") for name, part in params.items()}))
            answer.headers.append(VARY)
            return answer

        return choose

    def _read(self, endpoint: Endpoint, find_kept: Find | None = None) -> Endpoint:
        """
        What people here say, for servers that we speak with; what `find_kept` finds, without asking `endpoint`.

        With `authorized_fetch` they have to sign, and whom the person asked for
        blocks is told nothing. The server's own account stays open, so that
        others can look up the key with which we ask for theirs.
        """
        store, asking, here = self._ground.store, self._asking, self._ground.here

        async def open_to_all(request: Request, params: Params) -> Answer:
            sender = asking.host_of_signer(request)
            kept = None
            if find_kept is not None and here.federation == "open":
                kept = await store.reading_at_once(find_kept, params, sender)
            if kept is None:
                kept = await store.reading(_kept, sender, params, find_kept, here)
            if kept is not None:
                return Answer(kept, 200, [ACTIVITY, NOSNIFF, VARY, CACHED])
            return await endpoint(request, params)

        async def for_signers(request: Request, params: Params) -> Answer:
            key = await asking.reader(request)
            kept = await store.reading(_kept_for, key.account_id, params, find_kept)
            if kept is not None:
                return Answer(kept, 200, [ACTIVITY, NOSNIFF, VARY, PRIVATE])
            answer = await endpoint(request, params)
            others = [header for header in answer.headers if header[0] != CACHED[0]]
            answer.headers = [*others, PRIVATE]
            return answer

        return for_signers if self._ground.here.authorized_fetch else open_to_all

    async def _server(self, request: Request, params: Params) -> Answer:
        del request, params
        return await self._actor(identities.SERVER)

    async def _server_outbox(self, request: Request, params: Params) -> Answer:
        del request, params
        uri = f"{identities.server_uri(self._ground.here)}/outbox"
        return document_answer(build.collection(Collection(uri, 0)))

    async def _account(self, request: Request, params: Params) -> Answer:
        del request
        account = await self._ground.store.reading(account_here, params["username"])
        return await self._actor(account.id)

    async def _actor(self, id: AccountId) -> Answer:
        store = self._ground.store
        body = await store.reading(_find_actor, id)
        if body is None:
            keys = await identities.public_keys(self._ground, id)
            body = await store.writing(_make_actor, id, keys, self._ground)
        return Answer(body, 200, [ACTIVITY, NOSNIFF, VARY, CACHED])

    async def _post(self, request: Request, params: Params) -> Answer:
        return await self._of_post(request, params, documenting.ready_post, documenting.fetched_post)

    async def _emoji(self, request: Request, params: Params) -> Answer:
        """A custom emoji of ours, as `tag` calls it."""
        del request
        here = self._ground.here
        emoji = await self._ground.store.reading(
            documenting.emoji_of, Choice(params["shortcode"][:_LONGEST_SHORTCODE]), here
        )
        if emoji is None:
            raise NotFound
        return document_answer(build.emoji_document(emoji))

    async def _activity(self, request: Request, params: Params) -> Answer:
        return await self._of_post(request, params, documenting.ready_act, documenting.fetched_act)

    async def _of_post(
        self, request: Request, params: Params, ready: documenting.Ready, make: documenting.Make
    ) -> Answer:
        store, here = self._ground.store, self._ground.here
        try:
            post, author = await store.reading(_post, params)
        except NotFound:
            buried = await store.reading(_buried, params, here)
            if buried is None:
                raise
            uri, author, at = buried
            said = build.tombstone(uri, author.uri, at), author, self._ground.secret, here
            body = await store.reading(documenting.find_signed, *said)
            if body is None:
                body = await store.writing(documenting.signed, *said)
            raise GoneHere(body) from None
        is_open = post.is_open
        if not is_open:
            await self._check_reader(request, post)
        found = await store.reading(ready, post, author, self._ground.secret, here)
        if found is None:
            found = await store.writing(_made, make, post.id, author, self._ground)
        return Answer(found, 200, [ACTIVITY, NOSNIFF, VARY, CACHED if is_open else PRIVATE])

    async def _consent(self, request: Request, params: Params) -> Answer:
        """The consent of somebody here to a quote (FEP-044f); of a quote that is not for all only who signs is told."""
        store, ground = self._ground.store, self._ground
        quote, quoted, author = await store.reading(_consent, params)
        is_open = quote.is_open and quoted.is_open
        if not quoted.is_open:
            await self._check_reader(request, quoted)
        elif not is_open and quote.is_local:
            await self._check_reader(request, quote)
        elif not is_open:
            await self._signer(request)
        uri = documenting.authorization(quote, quoted, author).uri
        body = await store.reading(documents.find, uri, quote.version) if is_open else None
        if body is None:
            made = documenting.authorization_document
            body = await store.writing(made, quote, quoted, author, ground.secret, ground.here)
        return Answer(body, 200, [ACTIVITY, NOSNIFF, VARY, CACHED if is_open else PRIVATE])

    async def _reply_consent(self, request: Request, params: Params) -> Answer:
        """The approval of an answer to a post of somebody's here; where one is not for all only who signs is told."""
        store, ground = self._ground.store, self._ground
        reply, parent, author = await store.reading(_reply_consent, params)
        is_open = reply.is_open and parent.is_open
        if not parent.is_open:
            await self._check_reader(request, parent)
        elif not is_open and reply.is_local:
            await self._check_reader(request, reply)
        elif not is_open:
            await self._signer(request)
        made = documenting.reply_authorization_document
        body = await store.writing(made, reply, parent, author, ground.secret, ground.here)
        return Answer(body, 200, [ACTIVITY, NOSNIFF, VARY, CACHED if is_open else PRIVATE])

    async def _check_reader(self, request: Request, post: Post) -> None:
        """What is not for all is shown to those for whom it is. Raises `NotFound`, never saying why."""
        key = await self._signer(request)
        if not await self._ground.store.reading(remotes.may_read, key.account_id, post.id):
            raise NotFound

    async def _signer(self, request: Request) -> RemoteKey:
        """Who signed the request. Raises `NotFound`."""
        try:
            return await self._asking.reader(request)
        except SignatureRejected:
            raise NotFound from None

    def _around_post(self, name: Around) -> Endpoint:
        async def answer(request: Request, params: Params) -> Answer:
            after = id_asked(request, "after") or 0
            return document_answer(await self._ground.store.reading(_collection_of, params, name, after))

        return answer


def _seconds_until(at: datetime | None, here: Server) -> int:
    return 60 if at is None else max(1, int((at - here.now()).total_seconds()) + 1)


def _kept(db: Reader, sender: str, params: Params, find_kept: Find | None, here: Server) -> bytes | None:
    """
    What is open to all is not for servers that say who they are and are not spoken with: raises `SignerSuspended`.

    A signature that is good for nothing harms nobody here.
    """
    if sender and peer_policies.is_refused(db, sender, here):
        raise SignerSuspended
    return None if find_kept is None else find_kept(db, params, "")


def _kept_for(db: Reader, signer: AccountId, params: Params, find_kept: Find | None) -> bytes | None:
    """Raises `NotFound` where the person asked for blocks who asks."""
    if remotes.is_unwelcome(db, signer, params["username"]):
        raise NotFound
    return None if find_kept is None else find_kept(db, params, "")


def _kept_account(db: Reader, params: Params, reader: str) -> bytes | None:
    return documents.find_of_account(db, params["username"], reader)


def _kept_post(db: Reader, params: Params, reader: str) -> bytes | None:
    return documents.find_of_open_post(db, params["username"], _post_id(params["id"]), reader)


def _post_id(text: str) -> PostId:
    """0 for what can be no post's."""
    return PostId(id_from(text) or 0)


def _find_actor(db: Reader, id: AccountId) -> bytes | None:
    account = accounts.find(db, id)
    return None if account is None else documents.find(db, account.uri, account.version)


def _make_actor(db: Writer, id: AccountId, keys: build.Keys, ground: Ground) -> bytes:
    return documenting.profile_document(db, accounts.get(db, id), keys, ground.secret, ground.here)


def _post(db: Reader, params: Params) -> tuple[Post, Account]:
    """Raises `NotFound`."""
    author = account_here(db, params["username"])
    post = posts.find_unfiltered(db, _post_id(params["id"]))
    if post is None or post.author_id != author.id or not post.is_local:
        raise NotFound
    return post, author


def _consent(db: Reader, params: Params) -> tuple[Post, Post, Account]:
    """A quote, what it quotes, and whose post that is; with its author's consent. Raises `NotFound`."""
    author = account_here(db, params["username"])
    quote = posts.find_unfiltered(db, _post_id(params["id"]))
    if quote is None or quote.quote_state != "accepted" or quote.quote_of_id is None:
        raise NotFound
    quoted = posts.find_unfiltered(db, quote.quote_of_id)
    if quoted is None or not quoted.is_local or quoted.author_id != author.id:
        raise NotFound
    return quote, quoted, author


def _reply_consent(db: Reader, params: Params) -> tuple[Post, Post, Account]:
    """An answer, what it answers, and whose post that is; with its author's approval. Raises `NotFound`."""
    author = account_here(db, params["username"])
    reply = posts.find_unfiltered(db, _post_id(params["id"]))
    request = replies.find(db, reply.id) if reply is not None else None
    if reply is None or request is None or request.is_withheld or reply.reply_to_id is None:
        raise NotFound
    parent = posts.find_unfiltered(db, reply.reply_to_id)
    if parent is None or not parent.is_local or parent.author_id != author.id:
        raise NotFound
    return reply, parent, author


def _collection_of(db: Reader, params: Params, name: Around, after: int) -> Document:
    """Raises `NotFound`."""
    post, author = _post(db, params)
    match name:
        case "replies":
            return post_collections.replies(db, post, after)
        case "context":
            return post_collections.context(db, post, author, after)
        case "likes":
            return post_collections.likes(post)
        case "shares":
            return post_collections.shares(post)


def _buried(db: Reader, params: Params, here: Server) -> tuple[Uri, Account, int] | None:
    """The uri of a deleted post, its author, and when it was deleted; None where there was none."""
    author = account_here(db, params["username"])
    uri = here.post_uri(author.username, _post_id(params["id"]))
    found = uris.find_tombstone(db, uri)
    return None if found is None else (uri, author, found[1])


def _made(db: Writer, make: documenting.Make, id: PostId, author: Account, ground: Ground) -> bytes:
    """Raises `NotFound` for what was deleted since it was looked up: of that no document is kept."""
    post = posts.find_unfiltered(db, id)
    if post is None:
        raise NotFound
    return make(db, post, author, ground.secret, ground.here)
