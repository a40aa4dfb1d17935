"""Web Push: which apps and browsers are told of a notification, and what becomes of it."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Literal

import msgspec

from martlet.model.errors import NotFound
from martlet.model.events import Notified
from martlet.model.names import AccountId, NotificationId, TokenId
from martlet.model.notifications import Notification, NotificationKind
from martlet.model.server import Server
from martlet.services import entering
from martlet.services.ports import Ground
from martlet.signing import sealed
from martlet.signing.subscriptions import Encoding, Sender, Subscription
from martlet.storage import events, follows, notifications, push
from martlet.storage.database import Reader, Writer
from martlet.storage.push import PushSubscription
from martlet.text.urls import parse_url

PUSH = "push"
REFUSALS = 20
"""So many in a row, and the subscription is dead."""
STALE = 24 * 3_600_000

Became = Literal["delivered", "gone", "retry", "refused"]
Send = Callable[[Subscription, bytes, Sender], Awaitable[Became]]
"""Encrypts a payload and hands it to the push service; see `network.push`."""
Word = Callable[[Reader, Notification, str], bytes | None]
"""Puts a notification into the words of apps; the last argument is the app's token. None: it is no longer so."""
WordOfPages = Callable[[Reader, Notification], bytes | None]
"""The same in the words of our pages, for browsers."""


class PushService(Exception):
    """The push service asks us to come back later."""


class Wanted(msgspec.Struct, frozen=True):
    """One notification for one subscription."""

    subscription: int
    notification: NotificationId


@dataclass(frozen=True, slots=True)
class Pusher:
    """What `push` cannot do itself."""

    send: Send
    word: Word
    word_of_pages: WordOfPages


def token_context(account: AccountId) -> str:
    """What a subscription's token is encrypted for."""
    return f"push token of {account}"


def of_notification(db: Writer, event: Notified, here: Server) -> None:
    """A job for each app and browser that wants to be told of this."""
    told = notifications.find_unfiltered(db, event.notification)
    if told is None:
        return
    for subscription in push.of_account(db, told.account_id):
        if told.kind in subscription.kinds and _is_allowed(db, subscription, told.from_id):
            wanted = Wanted(subscription.id, told.id)
            key = f"{PUSH}:{subscription.id}:{told.id}"
            events.add_job(db, PUSH, msgspec.json.encode(wanted).decode(), here.now_ms(), key=key)


def _is_allowed(db: Writer, subscription: PushSubscription, sender: AccountId) -> bool:
    """What was chosen: from whom."""
    match subscription.policy:
        case "all":
            return True
        case "followed":
            there = follows.find(db, subscription.account_id, sender)
        case "follower":
            there = follows.find(db, sender, subscription.account_id)
        case _:
            return False
    return there is not None and bool(there.is_accepted)


async def push_one(ground: Ground, pusher: Pusher, body: str, here: Server) -> None:
    """The job. What was deleted before it is sent is not sent; what is a day late, neither."""
    wanted = msgspec.json.decode(body, type=Wanted)
    prepared = await ground.store.reading(_prepare, ground, pusher, wanted, here)
    if prepared is None:
        return
    subscription, payload = prepared
    contact = f"mailto:{here.contact_email}" if here.contact_email else here.url
    became = await pusher.send(subscription, payload, Sender(ground.vapid, contact))
    if became == "gone":
        await ground.store.writing(push.delete, wanted.subscription)
    elif became == "refused":
        await ground.store.writing(push.note_refused, wanted.subscription, REFUSALS)
    elif became == "retry":
        raise PushService(subscription.endpoint)
    else:
        await ground.store.writing(push.note_taken, wanted.subscription)


def _prepare(
    db: Reader, ground: Ground, pusher: Pusher, wanted: Wanted, here: Server
) -> tuple[Subscription, bytes] | None:
    row = push.find(db, wanted.subscription)
    told = notifications.find_unfiltered(db, wanted.notification)
    if row is None or told is None or told.created_at < here.now_ms() - STALE:
        return None
    if row.session_id is None:
        token = sealed.decrypt(ground.secret, row.token, token_context(row.account_id)).decode()
        payload = pusher.word(db, told, token)
    elif entering.still_open(db, [row.session_id], here):
        payload = pusher.word_of_pages(db, told)
    else:
        payload = None
    if payload is None:
        return None
    encoding = Encoding.STANDARD if row.is_standard else Encoding.DRAFT
    return Subscription.from_text(row.endpoint, row.p256dh, row.auth, encoding), payload


def subscribe(db: Writer, subscription: PushSubscription) -> None:
    """In place of the token's or session's earlier subscription. Raises `InvalidInput` for keys or an address that are none."""
    parse_url(subscription.endpoint)
    Subscription.from_text(subscription.endpoint, subscription.p256dh, subscription.auth, Encoding.STANDARD)
    push.put(db, subscription)


def alerts_of(kinds: Collection[NotificationKind]) -> str:
    """As they are kept."""
    return msgspec.json.encode(sorted(kinds)).decode()


def change(db: Writer, token: TokenId, kinds: Collection[NotificationKind], policy: str) -> PushSubscription:
    """Of what, and from whom, an app wants to be told. Raises `NotFound`."""
    push.change(db, token, alerts_of(kinds), policy)
    found = push.find_of_token(db, token)
    if found is None:
        raise NotFound
    return found


def unsubscribe(db: Writer, token: TokenId) -> None:
    push.delete_of_token(db, token)


def unsubscribe_browser(db: Writer, session: int) -> None:
    push.delete_of_session(db, session)
