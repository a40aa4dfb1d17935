"""Web hooks, which Mastodon has on its web pages: methods of our own, see docs/client-api-extensions.md."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from martlet.mastodon.admin_entities import WebHook as Entity
from martlet.mastodon.admin_entities import WebHookDelivery
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize.times import iso, iso_or_none
from martlet.model.roles import Permission
from martlet.model.web_hooks import HookDelivery, WebHook
from martlet.services import hooking
from martlet.services.hooking import HookWish
from martlet.storage import web_hooks
from martlet.storage.database import Reader, Writer

api = Api()

AT_ONCE, MOST = 40, 100
HOOKS = Permission.MANAGE_WEBHOOKS


class HookForm(Struct, frozen=True, kw_only=True):
    url: Annotated[str | None, Meta(description="Where it is told, https.")] = None
    events: Annotated[list[str] | None, Meta(description="Of what: `account.created` and so on.")] = None
    template: Annotated[
        str | None,
        Meta(description="The body in a form of your own, with `{{object.id}}` and the like in it."),
    ] = None

    def wish(self) -> HookWish:
        return HookWish(self.url, self.events, self.template)


def _entity(hook: WebHook, secret: str | UnsetType = UNSET) -> Entity:
    return Entity(
        id=str(hook.id),
        url=hook.url,
        events=[one.value for one in hook.wanted],
        template=hook.template,
        enabled=bool(hook.is_enabled),
        created_at=iso(hook.created_at),
        failing_since=iso_or_none(hook.failing_since),
        failures=hook.failures,
        disabled_at=iso_or_none(hook.stopped_at),
        disabled_reason=hook.stopped_for or None,
        secret=secret,
    )


def _delivery(one: HookDelivery) -> WebHookDelivery:
    return WebHookDelivery(
        id=str(one.id),
        event=one.event,
        object_id=str(one.about),
        created_at=iso(one.created_at),
        state=one.state,
        attempts=one.tries,
        status_code=one.status,
        error=one.error or None,
        finished_at=iso_or_none(one.finished_at),
    )


@api.get("/api/v1/admin/webhooks", scope="admin:read", returns=list[Entity], permission=HOOKS)
def index(db: Reader, call: Call[NoForm]) -> list[Entity]:
    """All of them, the oldest first."""
    del call
    return [_entity(one) for one in web_hooks.every(db)]


@api.post("/api/v1/admin/webhooks", scope="admin:write", form=HookForm, returns=Entity, permission=HOOKS)
def add(db: Writer, call: Call[HookForm]) -> Entity:
    """A further one. Its `secret`, with which bodies are signed, is shown this once."""
    hook, secret = hooking.add(db, call.actor(db), call.form.wish(), call.ground.secret, call.here)
    return _entity(hook, secret)


@api.get("/api/v1/admin/webhooks/{id}", scope="admin:read", returns=Entity, permission=HOOKS)
def show(db: Reader, call: Call[NoForm]) -> Entity:
    """One of them."""
    return _entity(hooking.get(db, call.id))


@api.put("/api/v1/admin/webhooks/{id}", scope="admin:write", form=HookForm, returns=Entity, permission=HOOKS)
def change(db: Writer, call: Call[HookForm]) -> Entity:
    """What is not said stays as it is."""
    return _entity(hooking.change(db, call.actor(db), call.id, call.form.wish(), call.here))


@api.delete("/api/v1/admin/webhooks/{id}", scope="admin:write", returns=dict[str, Any], permission=HOOKS)
def remove(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """For good."""
    hooking.remove(db, call.actor(db), call.id, call.here)
    return {}


@api.post("/api/v1/admin/webhooks/{id}/enable", scope="admin:write", returns=Entity, permission=HOOKS)
def enable(db: Writer, call: Call[NoForm]) -> Entity:
    """Tell it again, of what happens from now on."""
    return _entity(hooking.enable(db, call.actor(db), call.id, call.here))


@api.post("/api/v1/admin/webhooks/{id}/disable", scope="admin:write", returns=Entity, permission=HOOKS)
def disable(db: Writer, call: Call[NoForm]) -> Entity:
    """Tell it nothing more, nor what waits."""
    return _entity(hooking.disable(db, call.actor(db), call.id, call.here))


@api.post("/api/v1/admin/webhooks/{id}/rotate_secret", scope="admin:write", returns=Entity, permission=HOOKS)
def rotate(db: Writer, call: Call[NoForm]) -> Entity:
    """Sign with another secret from now on, which is shown this once."""
    hook, secret = hooking.rotate(db, call.actor(db), call.id, call.ground.secret, call.here)
    return _entity(hook, secret)


@api.get(
    "/api/v1/admin/webhooks/{id}/deliveries",
    scope="admin:read",
    form=PageForm,
    returns=list[WebHookDelivery],
    permission=HOOKS,
)
def deliveries(db: Reader, call: Call[PageForm]) -> list[WebHookDelivery]:
    """What it was told within two weeks, what it said, and what waits; the newest first."""
    page = call.form.page(AT_ONCE, MOST)
    found = hooking.results(db, call.id, page)
    if found:
        call.link(found[0].id, found[-1].id if len(found) == page.limit else None)
    return [_delivery(one) for one in found]
