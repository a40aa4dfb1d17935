"""
What an open page is told: that there are new posts in its list or conversation, and how much news there is.

One stream of events for each page, for as long as the browser's session lasts. Events are named `post` and
`gone` (a post's id), `waiting` (ids, at the beginning: what has come since the page was made) and `news` (a
number). Words come with the pages; when somebody wants to see the posts, the browser asks for the page anew.
"""

from collections.abc import Sequence
from typing import Final

from martlet.http.answer import Answer
from martlet.http.event_streams import EventBody
from martlet.model.broadcasts import Announcing, Signal
from martlet.model.errors import NotFound
from martlet.model.filters import FilterContext
from martlet.model.ids import id_from
from martlet.model.names import AccountId, ListId, PostId
from martlet.model.paging import LAST_ID, Page
from martlet.model.server import Server
from martlet.services.signing_in import Viewer
from martlet.storage import listings, lists, threads, timelines
from martlet.storage.conversations import Conversation
from martlet.storage.database import Reader
from martlet.storage.listings import Narrowing, Tags
from martlet.storage.notifications import Told
from martlet.storage.posts import Shown
from martlet.streaming.channels import Channel
from martlet.streaming.hub import Hub
from martlet.streaming.listeners import Change, Ending, Heard, Listener
from martlet.text.hashtags import hashtag_key, is_hashtag
from martlet.web import addresses, topics, unread
from martlet.web.feeds import Feeds
from martlet.web.visits import Pages, Visit

pages = Pages()

WAITING: Final = 40
"""Posts that have come meanwhile, of which is told at the beginning."""


@pages.get(addresses.LIVE, access="member")
async def live(visit: Visit) -> Answer:
    """
    `list`: home, local, or one of one's lists; `tag`: a hashtag; `link`: the address of a page that posts link to;
    `thread`: a post, below which answers are listened for;
    `since`: the newest post the page has.

    Raises `NotFound`, and `TooManyStreams`.
    """
    channel = await visit.store.reading(_channel, visit)
    await visit.hub.ready(str(visit.account))
    first = await visit.store.reading(_at_first, visit, channel)
    channels = [Channel("notifications", visit.account), *([channel] if channel is not None else [])]
    line = Line(
        Viewer(visit.account),
        PageVoice(visit.desk.feeds, visit.here),
        visit.signed_in.session.id,
        visit.hub,
        channels,
        first,
    )
    return line.answer()


def _channel(db: Reader, visit: Visit) -> Channel | None:
    """None for a page without a list. Raises `NotFound` for what is not one's own."""
    if "link" in visit.query:
        return Channel("link", topics.card_of(db, visit.query["link"]))
    asked, tag = visit.query.get("list", ""), visit.query.get("tag", "")
    if "thread" in visit.query:
        return Channel("answers", threads.get_place(db, _thread(visit), visit.account).post)
    if asked == "home":
        return Channel("home", visit.account)
    if asked == "local":
        return Channel("public", where="here")
    if asked:
        return Channel("list", lists.get(db, ListId(id_from(asked) or 0), visit.account).id)
    if not tag:
        return None
    if not is_hashtag(tag):
        raise NotFound
    return Channel("tag", tag=hashtag_key(tag))


def _thread(visit: Visit) -> PostId:
    return PostId(id_from(visit.query["thread"]) or 0)


def _at_first(db: Reader, visit: Visit, channel: Channel | None) -> bytes:
    news = unread.count(db, visit.account, visit.desk.feeds, visit.here.now_ms())
    since = id_from(visit.query.get("since", ""))
    if channel is None or since is None:
        return _event("news", news)
    feeds, context = visit.desk.feeds, _context(channel)
    ids = [
        one.id
        for one in _newer(db, visit, channel, since)
        if not feeds.is_hidden(db, one, visit.account, context)
    ]
    return _event("waiting", ",".join(map(str, ids))) + _event("news", news)


def _newer(db: Reader, visit: Visit, channel: Channel, since: int) -> list[Shown]:
    page, now, me = Page(LAST_ID, since, WAITING), visit.here.now_ms(), visit.account
    if channel.what == "public":
        return listings.public(db, me, page, now, Narrowing(where="here"))
    if channel.what == "tag":
        return listings.tagged(db, me, page, now, Tags([channel.tag]), Narrowing())
    if channel.what == "link":
        return listings.linking(db, me, page, now, channel.id)
    if channel.what == "answers":
        return threads.newer_below(db, threads.get_place(db, PostId(channel.id), me), since, WAITING, me, now)
    timeline = me if channel.what == "home" else ListId(channel.id)
    return timelines.written_ahead(db, timeline, me, page, now)


def _context(channel: Channel) -> FilterContext:
    if channel.what == "answers":
        return "thread"
    return "home" if channel.what in ("home", "list") else "public"


def _event(name: str, value: object) -> bytes:
    return f"event: {name}\ndata: {value}\n\n".encode()


class PageVoice:
    """See `streaming.listeners.Voice`."""

    def __init__(self, feeds: Feeds, here: Server) -> None:
        self._feeds, self._here = feeds, here

    def posts(self, db: Reader, change: Change, heard: Sequence[Heard]) -> list[bytes | None]:
        return [
            _event("post", one.shown.id)
            if change == "new"
            and not self._feeds.is_hidden(db, one.shown, one.viewer.account, _context(one.channel))
            else None
            for one in heard
        ]

    def gone(self, post: PostId) -> bytes:
        return _event("gone", post)

    def notification(self, db: Reader, told: Told, viewer: Viewer) -> bytes:
        del told
        return _event("news", unread.count(db, viewer.account, self._feeds, self._here.now_ms()))

    def conversation(self, db: Reader, conversation: Conversation, viewer: Viewer) -> None:
        """Whoever is written to hears of it as news."""

    def signal(self, db: Reader, signal: Signal | Announcing) -> None:
        """Nothing that an open page shows."""

    def forget(self, account: AccountId) -> None:
        """Filters are read each time."""


class Line(Listener):
    """See `http.event_streams.Source`."""

    __slots__ = ("_body", "_channels", "_hub")

    def __init__(
        self,
        viewer: Viewer,
        voice: PageVoice,
        session: int,
        hub: Hub,
        channels: Sequence[Channel],
        first: bytes,
    ) -> None:
        super().__init__(viewer, voice, str(viewer.account), session)
        self._hub, self._channels = hub, channels
        self._body = EventBody(self, first)

    def answer(self) -> Answer:
        return self._body.answer()

    # -- for the hub -----------------------------------------------------

    def tell(self, channel: Channel, message: bytes) -> None:
        del channel
        self._body.send(message)

    def end(self, why: Ending) -> None:
        """Browsers come back by themselves; whoever is barred is sent to sign in."""
        self._hub.leave(self)
        self._body.finish(comes_back=why != "barred")

    # -- for the connection ----------------------------------------------

    def opened(self) -> None:
        self._hub.enter(self)
        for channel in self._channels:
            self._hub.subscribe(self, channel)

    def stop(self) -> None:
        self.end("stopping")

    def closed(self) -> None:
        self._hub.leave(self)
