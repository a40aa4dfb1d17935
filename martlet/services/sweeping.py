"""What is over goes: counted attempts, codes that expired, sessions that nobody used for long."""

import asyncio
from datetime import timedelta
from functools import partial

from martlet.model import ids
from martlet.model.server import Server
from martlet.services import choosing, deleting, digesting, measuring, uploading
from martlet.services.ports import Ground
from martlet.storage import (
    attempts,
    carried,
    circuits,
    day_counts,
    events,
    gateways,
    holds,
    incoming,
    links,
    oauth,
    refused_follows,
    sessions,
    sign_up_blocks,
    spam_marks,
    subscribers,
    thread_fetches,
    translations,
    web_hooks,
)
from martlet.storage.database import Writer

SWEEP = "sweep"
DAY = 86_400_000
REFUSED_DAYS = 30
"""For so long a refused follow is remembered, in case the refusal is taken back."""
REPEATED_DAYS = 14
"""For so long it is remembered which acts have come from other servers."""
FETCHES_DAYS = 30
"""For so long it is remembered how a thread was last fetched."""
FAILED_LINK_DAYS, LINKS_AT_ONCE = 30, 1000
"""For so long it is remembered that a link's page had nothing for us; so many are forgotten a day."""
SCRATCH_DAYS = 7
"""For so long a film waits for somebody to have its job tried again."""
SESSION_DAYS = 90
"""A session that was not used for so long is over."""
COUNTS_AT_ONCE = 20_000
"""So many daily counts that are too old are forgotten a day."""
UNCONFIRMED_DAYS = 7
"""For so long an address that somebody wants letters at waits to be confirmed."""
HOOK_DAYS, TOLD_AT_ONCE = 14, 10_000
"""For so long it is listed what web hooks were told; so much is forgotten a day."""
ASIDE_DAYS, ASIDE_AT_ONCE = 90, 10_000
"""For so long what came in a file waits for its author's server to name the key; so much is forgotten a day."""
HELD_DAYS, HELD_AT_ONCE = 90, 1000
"""For so long posts from elsewhere wait for a moderator, or are kept once they are refused; so many go a day."""
GATEWAY_DAYS, GATEWAYS_AT_ONCE = 90, 10_000
"""For so long it is remembered which servers carry accounts that nobody here follows; so many are forgotten a day."""
TRANSLATION_DAYS, TRANSLATIONS, TRANSLATIONS_AT_ONCE = 30, 10_000, 1000
"""For so long translations are kept, so many at most; so many are forgotten a day, of the old and of those too many."""


def want(db: Writer, here: Server) -> None:
    """There will be something to sweep in a day."""
    events.add_job(db, SWEEP, "", here.now_ms() + DAY, key=SWEEP)


async def sweep(ground: Ground, body: str, here: Server) -> None:
    """The job. What a crash left half written among the files goes with it."""
    del body
    await ground.store.writing(partial(_sweep, here=here))
    while await ground.store.writing(uploading.sweep, here) >= uploading.SWEPT_AT_ONCE:
        pass
    for files in (ground.media, ground.cache, ground.mirrored):
        await asyncio.to_thread(files.sweep)
    await digesting.digest_older(ground)
    await asyncio.to_thread(ground.workshop.sweep, timedelta(days=SCRATCH_DAYS))


def _sweep(db: Writer, here: Server) -> None:
    now = here.now_ms()
    choosing.forget_picture(db, here)
    attempts.delete_before(db, now - DAY)
    oauth.delete_codes_before(db, now - DAY)
    sessions.delete_unused(db, now - SESSION_DAYS * DAY)
    incoming.forget_before(db, now - REPEATED_DAYS * DAY)
    refused_follows.forget_before(db, now - REFUSED_DAYS * DAY)
    thread_fetches.forget_before(db, ids.first_id_in(now - FETCHES_DAYS * DAY))
    translations.forget(db, now - TRANSLATION_DAYS * DAY, TRANSLATIONS, TRANSLATIONS_AT_ONCE)
    sign_up_blocks.drop_expired(db, now - DAY)
    spam_marks.drop_expired(db, now)
    holds.forget_mentions(db, now - DAY)
    for author, post in holds.of_others(db, ids.first_id_in(now - HELD_DAYS * DAY), HELD_AT_ONCE):
        deleting.delete(db, author, post, here, keeps_media=False)
    day_counts.forget(db, now // DAY - measuring.KEPT_DAYS, COUNTS_AT_ONCE)
    subscribers.forget_unconfirmed(db, now - UNCONFIRMED_DAYS * DAY)
    web_hooks.forget_before(db, now - HOOK_DAYS * DAY, TOLD_AT_ONCE)
    carried.forget_aside(db, now - ASIDE_DAYS * DAY, ASIDE_AT_ONCE)
    circuits.forget_old(db, now - DAY)
    gateways.forget_unfollowed(db, now - GATEWAY_DAYS * DAY, GATEWAYS_AT_ONCE)
    links.forget_failed(db, now - FAILED_LINK_DAYS * DAY, LINKS_AT_ONCE)
