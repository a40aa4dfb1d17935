"""
What waits on a member's device until there is a line: its page, and what the server tells script that sends it.

Entries are kept and sent by `static/outbox.js`, in pages and in the service worker; they go through the same addresses as
the forms they were written in, with the header `Martlet-Outbox: 1`, and are answered in a few bytes.
"""

from collections.abc import Mapping

from martlet.http.answer import PRIVATE, Answer, json_answer
from martlet.model.names import MediaId, PostId
from martlet.services import unsealing
from martlet.signing import base64url, sealed_posts
from martlet.web import addresses, guarding, rendering
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem
from martlet.web.writing_pages import OutboxPage

pages = Pages()


@pages.get(addresses.OUTBOX, access="member")
async def outbox(visit: Visit) -> Answer:
    return visit.page(OutboxPage(str(visit.account)))


@pages.get(addresses.OUTBOX_TICKET, access="member")
async def ticket(visit: Visit) -> Answer:
    """Who is signed in now, and the token that forms of theirs show: what waits may have been written days ago."""
    csrf = guarding.form_token(visit.ground.secret, visit.seed, visit.here)
    return json_answer({"account": str(visit.account), "csrf": csrf}, headers=(PRIVATE,))


@pages.get(addresses.OUTBOX_ROADS, access="member")
async def roads(visit: Visit) -> Answer:
    """What a browser has to know before the way here is blocked, to leave posts at a mirror (`static/sealing.js`)."""
    found = await visit.store.reading(unsealing.roads, visit.account)
    said = {
        "account": str(visit.account),
        "actor": found.actor,
        "mirrors": found.mirrors,
        "recipient": sealed_posts.recipient_of(visit.ground.secret),
        "devices": [
            {"id": one.name, "public": base64url.encode(one.public), "number": one.last}
            for one in found.devices
        ],
    }
    return json_answer(said, headers=(PRIVATE,))


def done(post: PostId | None = None) -> Answer:
    """`post`: what it has become, for what waits as an answer to it."""
    return Answer(b"", 204, [PRIVATE] if post is None else [PRIVATE, (b"martlet-post", str(post).encode())])


def taken(id: MediaId) -> Answer:
    """A file was uploaded."""
    return json_answer({"id": str(id)}, headers=(PRIVATE,))


def refused(
    visit: Visit,
    problems: tuple[Problem, ...],
    status: int,
    fields: Mapping[str, str] | None = None,
    now: Mapping[str, str] | None = None,
) -> Answer:
    """
    `fields`: what the entry says the next time, so that its author was asked once. `now`: the `text` and `warning` that
    stand there, where somebody was faster.
    """
    reasons = " ".join(rendering.plainly(one.sentence, visit.language) for one in problems)
    return json_answer({"reason": reasons, "fields": fields or {}, "now": now}, status, (PRIVATE,))
