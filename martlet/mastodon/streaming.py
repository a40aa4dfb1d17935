"""
Streams: https://docs.joinmastodon.org/methods/streaming/

Each address answers with server-sent events, and with a WebSocket where one is
asked for; a WebSocket may subscribe to further streams (`streams/sockets.py`).
Because browsers can send no headers with either, a token may stand in the query
as `access_token`, or be the protocol that a WebSocket asks for: here, and
nowhere else.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import Meta, Struct

from martlet.http import forms, websocket
from martlet.http.answer import NOSNIFF, TEXT, Answer
from martlet.http.limits import network_of
from martlet.http.request import Request
from martlet.mastodon.routing import Api, Call, NoForm, sent_token
from martlet.mastodon.streams import names
from martlet.mastodon.streams.events import EventStream
from martlet.mastodon.streams.names import NoSuchStream, Wish
from martlet.mastodon.streams.sockets import Socket
from martlet.services import timelines as service
from martlet.services.signing_in import Viewer
from martlet.storage import timelines
from martlet.streaming.channels import Channel
from martlet.streaming.hub import MOST_OF_ACCOUNT, MOST_OF_ADDRESS

api = Api()

EVENTS = "text/event-stream"


def token_of(request: Request) -> str | None:
    """From the header, the query, or the protocols of a WebSocket."""
    sent = sent_token(request)
    if sent is not None:
        return sent
    given = forms.from_query(request.query).get("access_token")
    if isinstance(given, str):
        return given
    return next(iter(websocket.offered(request)), None) if websocket.is_asked_for(request) else None


class StreamForm(Struct, frozen=True, kw_only=True):
    access_token: Annotated[
        str | None, Meta(description="A token, for those who cannot send it in a header.")
    ] = None


class PublicForm(StreamForm, frozen=True, kw_only=True):
    only_media: Annotated[bool, Meta(description="Only posts that have pictures, films or sounds.")] = False


class TagForm(StreamForm, frozen=True, kw_only=True):
    tag: Annotated[str, Meta(description="A hashtag, without its sign.")] = ""


class ListForm(StreamForm, frozen=True, kw_only=True):
    list: Annotated[str, Meta(description="One of your lists.")] = ""


class AnyForm(StreamForm, frozen=True, kw_only=True):
    stream: Annotated[str, Meta(description="The stream's name; a WebSocket can subscribe later.")] = ""
    tag: str = ""
    list: str = ""


@api.get("/api/v1/streaming/health", content="text/plain")
async def health(call: Call[NoForm]) -> Answer:
    """https://docs.joinmastodon.org/methods/streaming/#health"""
    del call
    return Answer(b"OK", headers=[TEXT, NOSNIFF])


@api.get("/api/v1/streaming", access="public", form=AnyForm, content=EVENTS, token_of=token_of)
async def stream(call: Call[AnyForm]) -> Answer:
    """https://docs.joinmastodon.org/methods/streaming/#websocket, or the events of one stream."""
    form = call.form
    if form.stream:
        return await _answer(call, Wish(form.stream, form.tag, form.list))
    if not websocket.is_asked_for(call.request):
        raise NoSuchStream
    return await _answer(call, None)


@api.get("/api/v1/streaming/user", scope="read:statuses", form=StreamForm, content=EVENTS, token_of=token_of)
async def user(call: Call[StreamForm]) -> Answer:
    """https://docs.joinmastodon.org/methods/streaming/#user"""
    return await _answer(call, Wish("user"))


@api.get(
    "/api/v1/streaming/user/notification",
    scope="read:notifications",
    form=StreamForm,
    content=EVENTS,
    token_of=token_of,
)
async def user_notification(call: Call[StreamForm]) -> Answer:
    """https://docs.joinmastodon.org/methods/streaming/#notification"""
    return await _answer(call, Wish("user:notification"))


@api.get(
    "/api/v1/streaming/public",
    scope="read:statuses",
    access="public",
    form=PublicForm,
    content=EVENTS,
    token_of=token_of,
)
async def public(call: Call[PublicForm]) -> Answer:
    """https://docs.joinmastodon.org/methods/streaming/#public"""
    return await _answer(call, Wish("public:media" if call.form.only_media else "public"))


@api.get(
    "/api/v1/streaming/public/local",
    scope="read:statuses",
    access="public",
    form=PublicForm,
    content=EVENTS,
    token_of=token_of,
)
async def public_local(call: Call[PublicForm]) -> Answer:
    """https://docs.joinmastodon.org/methods/streaming/#public-local"""
    return await _answer(call, Wish("public:local:media" if call.form.only_media else "public:local"))


@api.get(
    "/api/v1/streaming/public/remote",
    scope="read:statuses",
    access="public",
    form=PublicForm,
    content=EVENTS,
    token_of=token_of,
)
async def public_remote(call: Call[PublicForm]) -> Answer:
    """https://docs.joinmastodon.org/methods/streaming/#public-remote"""
    return await _answer(call, Wish("public:remote:media" if call.form.only_media else "public:remote"))


@api.get(
    "/api/v1/streaming/hashtag",
    scope="read:statuses",
    access="public",
    form=TagForm,
    content=EVENTS,
    token_of=token_of,
)
async def hashtag(call: Call[TagForm]) -> Answer:
    """https://docs.joinmastodon.org/methods/streaming/#hashtag"""
    return await _answer(call, Wish("hashtag", tag=call.form.tag))


@api.get(
    "/api/v1/streaming/hashtag/local",
    scope="read:statuses",
    access="public",
    form=TagForm,
    content=EVENTS,
    token_of=token_of,
)
async def hashtag_local(call: Call[TagForm]) -> Answer:
    """https://docs.joinmastodon.org/methods/streaming/#hashtag-local"""
    return await _answer(call, Wish("hashtag:local", tag=call.form.tag))


@api.get("/api/v1/streaming/list", scope="read:statuses", form=ListForm, content=EVENTS, token_of=token_of)
async def list_stream(call: Call[ListForm]) -> Answer:
    """https://docs.joinmastodon.org/methods/streaming/#list"""
    return await _answer(call, Wish("list", list=call.form.list))


@api.get(
    "/api/v1/streaming/direct", scope="read:statuses", form=StreamForm, content=EVENTS, token_of=token_of
)
async def direct(call: Call[StreamForm]) -> Answer:
    """https://docs.joinmastodon.org/methods/streaming/#direct"""
    return await _answer(call, Wish("direct"))


async def _answer(call: Call[Any], wish: Wish | None) -> Answer:
    """A stream; of a WebSocket, `wish` is what it is subscribed to at first."""
    hub, voice = call.streams.hub, call.streams.voice
    viewer, who, most = call.viewer, str(call.account), MOST_OF_ACCOUNT
    if not viewer.account:
        who, most = f"from {network_of(call.request.address)}", MOST_OF_ADDRESS

    async def open(wish: Wish, viewer: Viewer) -> Sequence[Channel]:
        return await _opened(call, wish, viewer)

    if websocket.is_asked_for(call.request):
        answer = websocket.accepting(call.request, Socket(viewer, voice, who, hub, open, wish))
        await hub.ready(who, most)
        return answer
    if wish is None:
        raise NoSuchStream
    channels = await open(wish, viewer)
    await hub.ready(who, most)
    return EventStream(viewer, voice, who, hub, channels).answer()


async def _opened(call: Call[Any], wish: Wish, viewer: Viewer) -> Sequence[Channel]:
    """What is heard at a stream, with the timelines filled that it goes by. Raises what `names.channels` does."""
    found = await call.store.reading(names.channels, wish, viewer, call.here)
    if any(channel.what in ("home", "list") for channel in found) and not await call.store.reading(
        timelines.has_home, viewer.account
    ):
        await service.rebuild(call.store, viewer.account, call.here)
    return found
