"""What documents say of who may answer a post (GoToSocial's `interactionPolicy`) → `things`. See `parse`."""

from typing import Any

from martlet.activitypub.kinds import kind_of
from martlet.activitypub.things import Authorization, Quoters, RequestReply
from martlet.activitypub.values import Thing, needed_uri, recipients, uri
from martlet.model.errors import MalformedDocument
from martlet.model.names import Uri


def repliers(policy: Any) -> Quoters | None:
    """Who may answer, also as GoToSocial said it before 0.20. None where it does not say: everybody."""
    replying = policy.get("canReply") if isinstance(policy, dict) else None
    if not isinstance(replying, dict) or not replying:
        return None
    automatic, manual = (
        tuple(dict.fromkeys((*recipients(replying.get(new)), *recipients(replying.get(old)))))
        for new, old in (("automaticApproval", "always"), ("manualApproval", "approvalRequired"))
    )
    return Quoters(automatic, manual)


def reply_authorization(thing: Thing) -> Authorization:
    """Raises `MalformedDocument`."""
    if kind_of(thing) not in ("ReplyAuthorization", "ReplyApproval"):
        raise MalformedDocument("The document is no approval of an answer.")
    return Authorization(
        needed_uri(thing, "id"),
        needed_uri(thing, "attributedTo"),
        needed_uri(thing, "interactingObject"),
        needed_uri(thing, "interactionTarget"),
    )


def authorization(thing: Thing) -> Uri | None:
    """The approval that an answer names; `approvedBy` before GoToSocial 0.21."""
    return uri(thing.get("replyAuthorization")) or uri(thing.get("approvedBy"))


def answered(inner: Thing) -> RequestReply | None:
    """The request that an answer repeats; None where it does not say all of it."""
    actor, target, reply = uri(inner.get("actor")), uri(inner.get("object")), uri(inner.get("instrument"))
    if actor is None or target is None or reply is None:
        return None
    return RequestReply(uri(inner.get("id")) or Uri(""), actor, target, reply)
