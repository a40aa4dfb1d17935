"""Web Push subscriptions of apps: https://docs.joinmastodon.org/methods/push/"""

from typing import Any, Literal

import msgspec
from msgspec import Struct

from martlet.mastodon import notification_entities as entities
from martlet.mastodon.notification_entities import PushAlerts
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize.notifications import KINDS, TYPES
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.names import TokenId
from martlet.model.notifications import NotificationKind
from martlet.services import pushing
from martlet.signing import sealed
from martlet.storage import push
from martlet.storage.database import Reader, Writer
from martlet.storage.push import PushSubscription

api = Api()

ENDPOINT_LIMIT = 2048


class Keys(Struct, frozen=True):
    p256dh: str
    auth: str


class SubscriptionForm(Struct, frozen=True):
    endpoint: str
    keys: Keys
    standard: bool = False


class DataForm(Struct, frozen=True):
    alerts: PushAlerts = msgspec.field(default_factory=PushAlerts)
    policy: Literal["all", "followed", "follower", "none"] = "all"


class CreateForm(Struct, frozen=True):
    subscription: SubscriptionForm
    data: DataForm = msgspec.field(default_factory=DataForm)


class ChangeForm(Struct, frozen=True):
    data: DataForm = msgspec.field(default_factory=DataForm)
    policy: Literal["all", "followed", "follower", "none"] | None = None


@api.post("/api/v1/push/subscription", scope="push", form=CreateForm, returns=entities.WebPushSubscription)
def create(db: Writer, call: Call[CreateForm]) -> entities.WebPushSubscription:
    """https://docs.joinmastodon.org/methods/push/#create"""
    given, data = call.form.subscription, call.form.data
    if len(given.endpoint) > ENDPOINT_LIMIT:
        raise InvalidInput("Validation failed: Endpoint is too long", "subscription[endpoint]")
    row = PushSubscription(
        id=call.here.next_id(),
        token_id=_token(call),
        session_id=None,
        account_id=call.account,
        endpoint=given.endpoint,
        p256dh=given.keys.p256dh,
        auth=given.keys.auth,
        is_standard=int(given.standard),
        alerts=pushing.alerts_of(_kinds(data.alerts)),
        policy=data.policy,
        token=sealed.encrypt(call.ground.secret, call.bearer.encode(), pushing.token_context(call.account)),
        created_at=call.here.now_ms(),
    )
    pushing.subscribe(db, row)
    return _entity(row, call)


@api.get("/api/v1/push/subscription", scope="push", returns=entities.WebPushSubscription)
def show(db: Reader, call: Call[NoForm]) -> entities.WebPushSubscription:
    """https://docs.joinmastodon.org/methods/push/#get"""
    return _entity(_own(db, call), call)


@api.put("/api/v1/push/subscription", scope="push", form=ChangeForm, returns=entities.WebPushSubscription)
def change(db: Writer, call: Call[ChangeForm]) -> entities.WebPushSubscription:
    """https://docs.joinmastodon.org/methods/push/#update"""
    data = call.form.data
    changed = pushing.change(db, _token(call), _kinds(data.alerts), call.form.policy or data.policy)
    return _entity(changed, call)


@api.delete("/api/v1/push/subscription", scope="push")
def delete(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/push/#delete"""
    pushing.unsubscribe(db, _token(call))
    return {}


def _own(db: Reader, call: Call[Any]) -> PushSubscription:
    found = push.find_of_token(db, _token(call))
    if found is None:
        raise NotFound
    return found


def _token(call: Call[Any]) -> TokenId:
    token = call.viewer.token
    if token is None:
        raise NotFound
    return token


def _kinds(alerts: PushAlerts) -> list[NotificationKind]:
    wanted = msgspec.to_builtins(alerts)
    return sorted(KINDS[name] for name, is_wanted in wanted.items() if is_wanted)


def _entity(row: PushSubscription, call: Call[Any]) -> entities.WebPushSubscription:
    alerts = msgspec.convert({TYPES[kind]: True for kind in row.kinds}, PushAlerts)
    return entities.WebPushSubscription(
        id=str(row.id),
        endpoint=row.endpoint,
        standard=bool(row.is_standard),
        alerts=alerts,
        policy=row.policy,
        server_key=call.ground.vapid.public_text_for_apps,
    )
