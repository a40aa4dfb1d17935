"""
Boosts that came in a file or were read at a mirror.

They take effect as those that are brought to the inbox. A boost names a post and does not say what is in it: where the post
is not here, its boosts wait for it, however it comes, and it is fetched by its name, a few times, from wherever that leads.
"""

from martlet.activitypub import parse
from martlet.activitypub.things import Boost
from martlet.model.events import PostPublished
from martlet.model.evidence import Evidence, IntegrityProof
from martlet.model.names import Uri
from martlet.model.server import Server
from martlet.services import intake
from martlet.signing import canonical_json
from martlet.storage import accounts, carried, events, remotes, uris, waiting_boosts
from martlet.storage.database import Writer

FETCH = "fetch_boosted"
AT_ONCE = 20
"""Posts fetched in one go."""
PAUSE = 300_000
"""Milliseconds between two goes."""
AT_ONE_POST = 500
"""Boosts of one post that waited for it and are taken when it comes."""
WAITS = 90 * 86_400_000
FORGOTTEN_AT_ONCE = 500


def take(db: Writer, act: Boost, evidence: Evidence, here: Server, *, is_news: bool) -> None:
    """Raises `EvidenceRejected`."""
    if uris.find_post(db, act.target) is not None:
        intake.keep_carried_boost(db, act, evidence, here, is_news=is_news)
        return
    booster = accounts.find_by_uri(db, act.actor)
    if booster is None or uris.find_tombstone(db, act.target) is not None:
        return
    if remotes.has_follower_here(db, booster.id):
        waiting_boosts.put(db, act.uri, act.target, here.now_ms())
        fetch_later(db, here.now_ms())


def of_publication(db: Writer, event: PostPublished, here: Server) -> None:
    """A post is here, by whatever road."""
    target = waiting_boosts.of_post(db, event.post)
    if target is not None:
        of_post(db, target, here)


def of_post(db: Writer, target: Uri, here: Server) -> None:
    """A post is here: what has waited for it takes effect."""
    for uri in waiting_boosts.of_target(db, target, AT_ONE_POST):
        waiting_boosts.delete(db, uri)
        kept, body = carried.find(db, uri), carried.find_body(db, uri)
        if kept is None or kept.kind != "boost" or body is None:
            continue  # it was taken back
        act = parse.act(canonical_json.parse_object(body))
        if isinstance(act, Boost) and act.target == target:
            intake.keep_carried_boost(db, act, IntegrityProof(act.actor), here, is_news=False)


def was_fetched(db: Writer, target: Uri, here: Server) -> None:
    """A post was asked for by its name; it may be here now."""
    if uris.find_post(db, target) is not None or uris.find_tombstone(db, target) is not None:
        of_post(db, target, here)
    else:
        waiting_boosts.tried(db, target)


def fetch_on(db: Writer, here: Server) -> None:
    """Go on later where posts are still to be fetched; what has waited for too long waits no more."""
    waiting_boosts.forget(db, here.now_ms() - WAITS, FORGOTTEN_AT_ONCE)
    if waiting_boosts.untried(db, 1):
        fetch_later(db, here.now_ms() + PAUSE)


def fetch_later(db: Writer, at: int) -> None:
    """One job for each `PAUSE`."""
    events.add_job(db, FETCH, "", at, key=f"{FETCH}:{at // PAUSE}")
