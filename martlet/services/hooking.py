"""
Web hooks: which programs are told of what happens here, and writing down what they are to be told.

How they are told is in `telling_hooks.py`.
"""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from martlet.model.audit import State, Target
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.events import (
    AccountApproved,
    AccountChanged,
    AccountRegistered,
    AccountReported,
    AppealMade,
    PostEdited,
    PostHeld,
    PostPublished,
    ReportChanged,
)
from martlet.model.paging import Page
from martlet.model.roles import Actor, Permission
from martlet.model.server import Server
from martlet.model.web_hooks import NEEDED, HookDelivery, HookEvent, WebHook
from martlet.services import auditing, hook_templates, permitting
from martlet.signing import sealed, tokens
from martlet.signing.server_keys import ServerSecret
from martlet.signing.tokens import Kind
from martlet.storage import accounts, events, posts, web_hooks
from martlet.storage.database import AlreadyThere, Reader, Writer
from martlet.text.urls import parse_url

TELL = "tell_hook"
MOST = 50
"""Hooks there can be."""
MOST_WAITING = 1000
"""Things that wait for one hook; what happens beyond is not told."""


@dataclass(frozen=True, slots=True)
class HookWish:
    """What is said of a hook; None: as it is."""

    url: str | None = None
    events: Collection[str] | None = None
    template: str | None = None


# -- hooks ---------------------------------------------------------------


def get(db: Reader, id: int) -> WebHook:
    """Raises `NotFound`."""
    found = web_hooks.find(db, id)
    if found is None:
        raise NotFound
    return found


def add(db: Writer, actor: Actor, wish: HookWish, secret: ServerSecret, here: Server) -> tuple[WebHook, str]:
    """The hook, and what signs its bodies: shown this once. Raises `NotAllowed` and `InvalidInput`."""
    permitting.check_actor(actor, Permission.MANAGE_WEBHOOKS)
    if len(web_hooks.every(db)) >= MOST:
        raise InvalidInput(f"There can be {MOST} web hooks.")
    id, key = here.next_id(), tokens.make(Kind.CLIENT_SECRET)
    hook = WebHook(
        id=id,
        url=_address(wish.url or "", here),
        events=_events(actor, wish.events or ()),
        secret=sealed.encrypt(secret, key.encode(), secret_context(id)),
        template=hook_templates.check(wish.template or ""),
        is_enabled=1,
        created_at=here.now_ms(),
        failing_since=None,
        failures=0,
        stopped_at=None,
        stopped_for="",
    )
    with _once_each(), db.part():
        web_hooks.insert(db, hook)
    auditing.record(db, actor, "web_hook.add", _target(hook), {"is_there": False}, _is_there(hook), here)
    return hook, key


def change(db: Writer, actor: Actor, id: int, wish: HookWish, here: Server) -> WebHook:
    """Raises `NotAllowed`, `NotFound` and `InvalidInput`."""
    permitting.check_actor(actor, Permission.MANAGE_WEBHOOKS)
    before = get(db, id)
    values: dict[str, object] = {}
    if wish.url is not None:
        values["url"] = _address(wish.url, here)
    if wish.events is not None:
        values["events"] = _events(actor, wish.events)
    if wish.template is not None:
        values["template"] = hook_templates.check(wish.template)
    if values:
        with _once_each(), db.part():
            web_hooks.update(db, id, **values)
        _record(db, actor, "web_hook.change", before, here)
    return get(db, id)


def enable(db: Writer, actor: Actor, id: int, here: Server) -> WebHook:
    """Tell it of what happens from now on; what went wrong before is forgotten. Raises `NotAllowed` and `NotFound`."""
    permitting.check_actor(actor, Permission.MANAGE_WEBHOOKS)
    before = get(db, id)
    _switch(db, id, is_enabled=True, here=here)
    _record(db, actor, "web_hook.enable", before, here)
    return get(db, id)


def disable(db: Writer, actor: Actor, id: int, here: Server) -> WebHook:
    """Tell it nothing more, nor what waits. Raises `NotAllowed` and `NotFound`."""
    permitting.check_actor(actor, Permission.MANAGE_WEBHOOKS)
    before = get(db, id)
    _switch(db, id, is_enabled=False, here=here)
    _record(db, actor, "web_hook.disable", before, here)
    return get(db, id)


def _switch(db: Writer, id: int, *, is_enabled: bool, here: Server) -> None:
    web_hooks.update(
        db,
        id,
        is_enabled=int(is_enabled),
        failing_since=None,
        failures=0,
        stopped_at=None,
        stopped_for="",
    )
    if not is_enabled:
        web_hooks.drop_waiting(db, id, here.now_ms())


def rotate(db: Writer, actor: Actor, id: int, secret: ServerSecret, here: Server) -> tuple[WebHook, str]:
    """Another secret in place of the one before, shown this once. Raises `NotAllowed` and `NotFound`."""
    permitting.check_actor(actor, Permission.MANAGE_WEBHOOKS)
    hook, key = get(db, id), tokens.make(Kind.CLIENT_SECRET)
    web_hooks.update(db, id, secret=sealed.encrypt(secret, key.encode(), secret_context(id)))
    auditing.record(db, actor, "web_hook.rotate_secret", _target(hook), {}, {}, here)
    return get(db, id), key


def remove(db: Writer, actor: Actor, id: int, here: Server) -> None:
    """For good: its secret is gone with it. Raises `NotAllowed` and `NotFound`."""
    permitting.check_actor(actor, Permission.MANAGE_WEBHOOKS)
    hook = get(db, id)
    web_hooks.delete(db, id)
    before = {**_is_there(hook), "has_secret": True}
    auditing.record(db, actor, "web_hook.remove", _target(hook), before, {"is_there": False}, here)


def results(db: Reader, id: int, page: Page) -> list[HookDelivery]:
    """What it was told lately, the newest first. Raises `NotFound`."""
    return web_hooks.deliveries(db, get(db, id).id, page)


def _address(url: str, here: Server) -> str:
    """Raises `InvalidInput`. What is sent there is not for everybody's eyes: only https, but for trials."""
    if not url.strip():
        raise InvalidInput("Validation failed: Url can't be blank", "url")
    found = parse_url(url.strip())
    if found.scheme != "https" and here.url.startswith("https://"):
        raise InvalidInput("Validation failed: Url has to begin with https://", "url")
    return str(found)


def _events(actor: Actor, wanted: Collection[str]) -> str:
    """Raises `InvalidInput`, and `NotAllowed` for what the actor may not see."""
    chosen = [one for one in HookEvent if one in set(wanted)]
    if not chosen or len(chosen) < len(set(wanted)):
        raise InvalidInput("Validation failed: Events are not all known, or none", "events")
    for one in chosen:
        permitting.check_actor(actor, NEEDED[one])
    return json.dumps([one.value for one in chosen])


@contextmanager
def _once_each() -> Iterator[None]:
    """Turns a second hook with one address into words."""
    try:
        yield
    except AlreadyThere:
        raise InvalidInput("Validation failed: Url has already been taken", "url") from None


def secret_context(id: int) -> str:
    """What a hook's secret is encrypted for."""
    return f"secret of web hook {id}"


def _target(hook: WebHook) -> Target:
    return Target("web_hook", hook.id, hook.url)


def _record(db: Writer, actor: Actor, act: str, before: WebHook, here: Server) -> None:
    was, is_now = _is_there(before), _is_there(get(db, before.id))
    if was != is_now:
        auditing.record(db, actor, act, _target(before), was, is_now, here)


def _is_there(hook: WebHook) -> State:
    return {
        "is_there": True,
        "url": hook.url,
        "events": json.loads(hook.events),
        "template": hook.template,
        "is_enabled": bool(hook.is_enabled),
    }


def state(db: Reader, id: int) -> State:
    """What the audit log says of a hook, or of none."""
    found = web_hooks.find(db, id)
    return {"is_there": False} if found is None else _is_there(found)


def set_back(db: Writer, actor: Actor, id: int, wanted: State, here: Server) -> None:
    """What an undoing does. Raises `NotAllowed` and `InvalidInput`."""
    if wanted["is_there"] is False:
        web_hooks.delete(db, id)
        return
    named = wanted["events"]
    wish = HookWish(str(wanted["url"]), named if isinstance(named, list) else (), str(wanted["template"]))
    url, chosen = _address(wish.url or "", here), _events(actor, wish.events or ())
    with _once_each(), db.part():
        web_hooks.update(db, id, url=url, events=chosen, template=wish.template)
    if bool(get(db, id).is_enabled) != wanted["is_enabled"]:
        _switch(db, id, is_enabled=bool(wanted["is_enabled"]), here=here)


# -- what happened -------------------------------------------------------


def of_newcomer(db: Writer, event: AccountRegistered, here: Server) -> None:
    _tell(db, HookEvent.ACCOUNT_CREATED, event.account, here)


def of_approval(db: Writer, event: AccountApproved, here: Server) -> None:
    _tell(db, HookEvent.ACCOUNT_APPROVED, event.account, here)


def of_change(db: Writer, event: AccountChanged, here: Server) -> None:
    """Of accounts here."""
    account = accounts.find(db, event.account)
    if account is not None and account.is_here and account.deleted_at is None:
        _tell(db, HookEvent.ACCOUNT_UPDATED, event.account, here)


def of_report(db: Writer, event: AccountReported, here: Server) -> None:
    _tell(db, HookEvent.REPORT_CREATED, event.report, here)


def of_report_change(db: Writer, event: ReportChanged, here: Server) -> None:
    _tell(db, HookEvent.REPORT_UPDATED, event.report, here)


def of_appeal(db: Writer, event: AppealMade, here: Server) -> None:
    _tell(db, HookEvent.APPEAL_CREATED, event.strike, here)


def of_post(db: Writer, event: PostPublished, here: Server) -> None:
    """Written here, and for everybody."""
    post = posts.find_unfiltered(db, event.post)
    if post is not None and post.is_local and post.is_open and post.boost_of_id is None:
        _tell(db, HookEvent.STATUS_CREATED, post.id, here)


def of_edit(db: Writer, event: PostEdited, here: Server) -> None:
    post = posts.find_unfiltered(db, event.post)
    if post is not None and post.is_local and post.is_open:
        _tell(db, HookEvent.STATUS_UPDATED, post.id, here)


def of_hold(db: Writer, event: PostHeld, here: Server) -> None:
    _tell(db, HookEvent.STATUS_HELD, event.post, here)


def _tell(db: Writer, event: HookEvent, about: int, here: Server) -> None:
    for hook in web_hooks.who_wants(db, event):
        if web_hooks.count_waiting(db, hook, MOST_WAITING) >= MOST_WAITING:
            continue
        web_hooks.insert_delivery(db, here.next_id(), hook, event, about, here.now_ms())
        if web_hooks.claim_sending(db, hook):
            events.add_job(db, TELL, str(hook), here.now_ms())
