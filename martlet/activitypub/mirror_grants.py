"""
Offers to a mirror: `Offer` with a `MirrorGrant`, which says what the mirror may keep (roads D.6).

    {"type": "Offer", "actor": …, "published": …, "object": {"type": "MirrorGrant", "actor": …, "scope": "public",
     "since": …, "maxBytes": …, "until": …, "push": …}}
"""

from typing import Any

from martlet.activitypub import contexts
from martlet.activitypub.build import Document, time
from martlet.activitypub.kinds import kind_of
from martlet.activitypub.things import Offer, Other
from martlet.activitypub.values import Thing, first, moment, number, uri
from martlet.model.mirrors import Grant
from martlet.model.names import Uri


def offered(document: Thing, name: Uri, actor: Uri) -> Offer | Other:
    """An offer of an account for itself; any other is nothing to us."""
    inner: Any = first(document.get("object"))
    at = moment(document.get("published"))
    if not isinstance(inner, dict) or kind_of(inner) != "MirrorGrant" or at is None:
        return Other(name, actor, "Offer")
    most, until = inner.get("maxBytes"), moment(inner.get("until"))
    if uri(inner.get("actor")) != actor or inner.get("scope") != "public" or until is None:
        return Other(name, actor, "Offer")
    grant = Grant(
        actor,
        moment(inner.get("since")) or 0,
        number(most) if isinstance(most, int) else 0,
        until,
        inner.get("push") is True,
    )
    return Offer(name, actor, grant, at)


def offer(act: Offer, to: Uri) -> Document:
    grant = act.grant
    return {
        "@context": contexts.MIRROR,
        "id": act.uri,
        "type": "Offer",
        "actor": act.actor,
        "published": time(act.at),
        "to": [to],
        "object": {
            "type": "MirrorGrant",
            "actor": grant.actor,
            "scope": "public",
            "since": time(grant.since_at),
            "maxBytes": grant.max_bytes,
            "until": time(grant.until_at),
            "push": grant.may_push,
        },
    }
