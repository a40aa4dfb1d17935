"""
Asking for a link's page: the job behind a preview.

At most four requests, in this order: the page, what its site tells of it (oEmbed),
its picture, and its author's account where it names one that is not known here. All go
through the one guarded client, handed in as `Fetch`; all is read and shrunk by the
confined workers.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

import msgspec

from martlet.media import webpages
from martlet.media.webpages import KeptPicture
from martlet.model.errors import MartletError, Unavailable
from martlet.model.names import AccountId
from martlet.model.server import Server
from martlet.services import caching, crediting, previewing
from martlet.services.ports import Ground
from martlet.storage import accounts, cards, links
from martlet.storage.cards import Card
from martlet.storage.database import Reader, Writer
from martlet.storage.links import Link
from martlet.text import web_links
from martlet.text.names import InvalidHandle, parse_handle
from martlet.text.previews.merging import Preview, merged
from martlet.text.previews.said import Said

log = logging.getLogger("martlet.previews")

MIB = 1 << 20
PAGE_BYTES = MIB
"""Of a longer page the beginning is read."""
OEMBED_BYTES = 128 * 1024
PICTURE_BYTES = 8 * MIB
HTML = ("text/html", "application/xhtml+xml")
OEMBED = ("application/json", "application/json+oembed", "text/json", "text/javascript")
TRIES = 3
FOR_NOW = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers by which a server says that it may have a better one later."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: the media types that will do, how many bytes, and whether more than that is cut off."""

    types: Sequence[str]
    max_bytes: int
    is_beginning_enough: bool = False


@dataclass(frozen=True, slots=True)
class Download:
    """What came, from `url`, where the redirects ended; `content_type` as the answer has it."""

    url: str
    content_type: str
    body: bytes


class NotFetched(MartletError):
    """`is_for_now`: the server may have an answer later."""

    code = "not_fetched"

    def __init__(self, message: str, *, is_for_now: bool) -> None:
        super().__init__(message)
        self.is_for_now = is_for_now


Fetch = Callable[[str, Wanted], Awaitable[Download]]
"""Asks for what is at an address. Raises `NotFetched`."""
Meet = Callable[[str], Awaitable[object]]
"""Have whoever goes by a handle be known here (`ports.Resolver.handle`)."""


@dataclass(frozen=True, slots=True)
class PreviewFetcher:
    ground: Ground
    fetch: Fetch
    meet: Meet

    async def preview(self, body: str, here: Server) -> None:
        """The job."""
        store = self.ground.store
        link = await store.writing(_begin, msgspec.json.decode(body, type=int))
        if link is None:
            return
        try:
            preview, creator = await self._preview_of(link)
        except MartletError as error:
            log.info("No preview of %s: %s", link.url[:200], error.message)
            is_for_now = isinstance(error, Unavailable) or (
                isinstance(error, NotFetched) and error.is_for_now
            )
            if is_for_now and link.failures + 1 < TRIES:
                await store.writing(previewing.ask_again, link, here)
                return
            await self._give_up(link, here)
            return
        if preview is None:
            await self._give_up(link, here)
            return
        author = await self._author(creator, preview.url)
        picture = await self._picture(preview.image)
        card = _card(preview, author, picture, here)
        if picture is None and preview.image:
            card = _with_picture_of(await store.reading(cards.find_at, card.url), card)
        await self._keep(link, card, picture, here)

    async def _preview_of(self, link: Link) -> tuple[Preview | None, str]:
        """And the handle of whom the page names as its author."""
        got = await self.fetch(link.url, Wanted(HTML, PAGE_BYTES, is_beginning_enough=True))
        url = web_links.normalised(got.url)
        page = await asyncio.to_thread(
            webpages.read_page, got.body, url, got.content_type, self.ground.workshop
        )
        said = await self._oembed(page.oembed) if page.oembed else Said()
        preview = merged(page, said)
        return preview, page.creator

    async def _oembed(self, url: str) -> Said:
        try:
            got = await self.fetch(url, Wanted(OEMBED, OEMBED_BYTES))
            return await asyncio.to_thread(webpages.read_oembed, got.body, got.url, self.ground.workshop)
        except MartletError as error:
            log.info("No oEmbed from %s: %s", url[:200], error.message)
            return Said()

    async def _picture(self, url: str) -> KeptPicture | None:
        """The page's picture, shrunk and kept; a preview goes without where there is none to be had."""
        if not url or not await caching.has_room_for_previews(self.ground):
            return None
        try:
            got = await self.fetch(url, Wanted(("image/*",), PICTURE_BYTES))
            return await asyncio.to_thread(
                webpages.keep_picture, got.body, self.ground.workshop, self.ground.media
            )
        except MartletError as error:
            log.info("No picture from %s: %s", url[:200], error.message)
            return None

    async def _author(self, handle: str, url: str) -> AccountId | None:
        if not handle:
            return None
        try:
            username, host = parse_handle(handle)
        except InvalidHandle:
            return None
        account = await self.ground.store.reading(_credited, username, host or "", url, self.ground.here)
        if account is None and not self.ground.here.is_here(host):
            await self.meet(handle)
            account = await self.ground.store.reading(_credited, username, host or "", url, self.ground.here)
        return account

    async def _keep(self, link: Link, card: Card, picture: KeptPicture | None, here: Server) -> None:
        store = self.ground.store
        try:
            id = await store.writing(previewing.came, link, card, here)
        except BaseException:
            if picture is not None:
                await asyncio.to_thread(self.ground.media.delete, picture.key)
            raise
        while await store.writing(previewing.attach_some, link, id, here):
            pass

    async def _give_up(self, link: Link, here: Server) -> None:
        store = self.ground.store
        await store.writing(previewing.failed, link, here)
        while await store.writing(previewing.dismiss_some, link):
            pass


def _begin(db: Writer, id: int) -> Link | None:
    """The link, if anybody still wants it: not when the posts were deleted before their turn came (attacks F11)."""
    link = links.find(db, id)
    if link is None:
        return None
    if link.card_id is None and not links.waiting(db, id, 1):
        links.delete(db, id)
        return None
    return link


def _credited(db: Reader, username: str, host: str, url: str, here: Server) -> AccountId | None:
    account = accounts.find_by_handle(db, username, "" if here.is_here(host) else host)
    return account.id if account is not None and crediting.may_be_named(account, url) else None


def _with_picture_of(before: Card | None, card: Card) -> Card:
    """The picture that there was, where the page still has one and it could not be had."""
    if before is None or not before.image:
        return card
    return replace(
        card,
        image=before.image,
        image_text=before.image_text,
        image_bytes=before.image_bytes,
        blurhash=before.blurhash,
        width=before.width,
        height=before.height,
    )


def _card(preview: Preview, author: AccountId | None, picture: KeptPicture | None, here: Server) -> Card:
    is_sized = bool(preview.width and preview.height)
    width, height = (
        (preview.width, preview.height) if is_sized or picture is None else (picture.width, picture.height)
    )
    return Card(
        id=here.next_id(),
        url=web_links.normalised(preview.url),
        title=preview.title,
        description=preview.description,
        created_at=here.now_ms(),
        kind=preview.kind,
        language=preview.language,
        author_name=preview.author_name,
        author_url=preview.author_url,
        author_id=author,
        provider_name=preview.provider_name,
        provider_url=preview.provider_url,
        image="" if picture is None else picture.key,
        image_text="" if picture is None else preview.image_text,
        image_bytes=0 if picture is None else picture.size,
        blurhash=None if picture is None else picture.blurhash,
        width=width,
        height=height,
        html=preview.html,
        embed_url=preview.embed_url,
        source_name=preview.source_name,
        source_url=preview.source_url,
        published_at=preview.published_at,
    )
