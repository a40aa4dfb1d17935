"""
Telling web hooks of what happened.

Each hook has one job at a time, which tells it one thing after the other, in
their order. A hook that does not answer is left alone for growing pauses; what
it was not told within three days it never is. After a week without success it
is disabled, and those who look after hooks are written to. A body is made when
it is sent, of how things are then, and signed with the hook's own secret.
"""

import hmac
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from martlet.model.events import MailWanted
from martlet.model.roles import Permission
from martlet.model.server import Server
from martlet.model.web_hooks import HookDelivery, WebHook
from martlet.services import hook_templates, hooking, letters
from martlet.services.hooking import TELL
from martlet.services.ports import Ground
from martlet.signing import sealed
from martlet.storage import events, logins, roles, web_hooks
from martlet.storage.database import Reader, Writer

log = logging.getLogger("martlet.hooks")

LONGEST = 1024 * 1024
SECONDS = 120
"""After so long a job makes room for others, and goes on later."""
FIRST_PAUSE, LONGEST_PAUSE = 30, 6 * 3600
TOLD_WITHIN = 3 * 86_400_000
STOPPED_AFTER = 7 * 86_400_000
_LATER = frozenset({408, 425, 429})
_FIRST_FAULT = 500

Word = Callable[[Reader, HookDelivery], bytes | None]
"""Puts what happened into the words of the client API: a JSON object. None: there is nothing to tell any more."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a hook said to what it was told. No status: it was not reached. `is_barred`: we do not call there."""

    status: int | None = None
    error: str = ""
    wait: timedelta | None = None
    is_barred: bool = False

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - HTTP's successes

    @property
    def is_for_now(self) -> bool:
        """Whether it may be another time."""
        return not self.is_barred and (
            self.status is None or self.status in _LATER or self.status >= _FIRST_FAULT
        )


Send = Callable[[str, bytes, dict[str, str]], Awaitable[Heard]]
"""Posts a body to an address."""


@dataclass(frozen=True, slots=True)
class HookTeller:
    """The job, with the two things that it cannot do itself."""

    ground: Ground
    send: Send
    word: Word

    async def tell(self, body: str, here: Server) -> None:
        """Tell a hook all that waits for it, one thing after the other."""
        hook, started = int(body), time.monotonic()
        try:
            while time.monotonic() - started < SECONDS:
                if not await self._tell_next(hook, here):
                    return
        except Exception:
            log.exception("Telling the web hook %d stumbled; it is tried again", hook)
            await self.ground.store.writing(_go_on, hook, here.now_ms() + FIRST_PAUSE * 1000)
            return
        await self.ground.store.writing(_go_on, hook, here.now_ms())

    async def _tell_next(self, hook: int, here: Server) -> bool:
        """Returns whether to go on at once."""
        store = self.ground.store
        prepared = await store.reading(self._prepared, hook)
        if prepared is None:
            return not await store.writing(_end, hook)
        delivery, url, body, headers = prepared
        if body is None:
            await store.writing(_drop, delivery, here.now_ms())
            return True
        heard = await self.send(url, body, headers)
        return await store.writing(_note, delivery, heard, here)

    def _prepared(
        self, db: Reader, hook: int
    ) -> tuple[HookDelivery, str, bytes | None, dict[str, str]] | None:
        found = web_hooks.find(db, hook)
        delivery = web_hooks.next_waiting(db, hook) if found is not None and found.is_enabled else None
        if found is None or delivery is None:
            return None
        body = self.word(db, delivery)
        if body is not None and found.template:
            body = hook_templates.fill(found.template, body)
        if body is None or len(body) > LONGEST:
            return delivery, found.url, None, {}
        key = sealed.decrypt(self.ground.secret, found.secret, hooking.secret_context(hook))
        headers = {"content-type": "application/json", "x-hub-signature": signature(key, body)}
        return delivery, found.url, body, headers


def signature(key: bytes, body: bytes) -> str:
    """As Mastodon signs: `sha256=` and HMAC-SHA-256 in hexadecimal digits."""
    return f"sha256={hmac.digest(key, body, 'sha256').hex()}"


def _end(db: Writer, hook: int) -> bool:
    """Nothing waits any more; False where something does by now."""
    web_hooks.end_sending(db, hook)
    found = web_hooks.find(db, hook)
    if found is None or not found.is_enabled or web_hooks.next_waiting(db, hook) is None:
        return True
    return not web_hooks.claim_sending(db, hook)


def _go_on(db: Writer, hook: int, at: int) -> None:
    events.add_job(db, TELL, str(hook), at)


def _drop(db: Writer, delivery: HookDelivery, now: int) -> None:
    """What it was about is gone, or too much for one body."""
    web_hooks.note(db, delivery.id, "dropped", None, "", now)


def _note(db: Writer, delivery: HookDelivery, heard: Heard, here: Server) -> bool:
    """Write down what a hook said; whether to go on at once."""
    now, hook = here.now_ms(), web_hooks.find(db, delivery.hook_id)
    if heard.is_taken:
        web_hooks.note(db, delivery.id, "sent", heard.status, "", now)
        if hook is not None and hook.failing_since is not None:
            web_hooks.update(db, hook.id, failing_since=None, failures=0)
        return True
    is_over = not heard.is_for_now or now - delivery.created_at > TOLD_WITHIN
    web_hooks.note(
        db,
        delivery.id,
        "failed" if is_over else "waiting",
        heard.status,
        heard.error[:500],
        now if is_over else None,
    )
    if hook is None:
        return True
    since = hook.failing_since or now
    web_hooks.update(db, hook.id, failing_since=since, failures=hook.failures + 1)
    if heard.is_barred or now - since > STOPPED_AFTER:
        _stop(db, hook, heard, here)
        return True
    if is_over:
        return True
    _go_on(db, hook.id, now + int(1000 * pause(hook.failures, heard.wait)))
    return False


def pause(failures: int, wait: timedelta | None = None) -> float:
    """Seconds: about 30 s, 1 min, 2 min … 6 hours, never the same for two hooks."""
    seconds = min(FIRST_PAUSE * 2.0 ** min(failures, 12), LONGEST_PAUSE)
    asked = wait.total_seconds() if wait is not None else 0.0
    return max(seconds * random.uniform(0.7, 1.3), asked)  # noqa: S311 - spreads retries


def _stop(db: Writer, hook: WebHook, heard: Heard, here: Server) -> None:
    """It is disabled, and those who can enable it again are written to."""
    why = heard.error or f"It answers with {heard.status}."
    log.warning("The web hook %d is disabled: %s", hook.id, why)
    web_hooks.update(db, hook.id, is_enabled=0, stopped_at=here.now_ms(), stopped_for=why[:500])
    web_hooks.drop_waiting(db, hook.id, here.now_ms())
    for account in roles.holders(db, Permission.MANAGE_WEBHOOKS):
        login = logins.find_of_account(db, account)
        if login is not None:
            db.emit(MailWanted(letters.HOOK_STOPPED, login.email, login.locale, login.user))
