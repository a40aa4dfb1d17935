"""
Documents from other servers → `things`, tolerantly: what we do not understand is left out, and what a
post cannot do without raises `MalformedDocument`.

Read as JSON, never as JSON-LD: contexts are not looked at, nothing is fetched or expanded. A document that means
something else to a JSON-LD processor than it says is worth to us what it says (attacks D6).
"""

import hashlib
import json
from functools import partial
from typing import Any

from martlet.activitypub import mirror_grants, packs, parse_quotes, parse_replies, parse_tags
from martlet.activitypub.kinds import ACTORS, POSTS, REACTIONS, is_tombstone, kind_of
from martlet.activitypub.parse_posts import writing
from martlet.activitypub.parse_quotes import authorization
from martlet.activitypub.parse_replies import reply_authorization
from martlet.activitypub.things import (
    Accept,
    Act,
    Add,
    Block,
    Boost,
    ChangeProfile,
    Collection,
    Delete,
    Flag,
    Follow,
    Forwarded,
    Like,
    Move,
    Offer,
    Other,
    Picture,
    Profile,
    ProfileField,
    Publish,
    Reject,
    Remove,
    RequestQuote,
    RequestReply,
    Revise,
    Undo,
)
from martlet.activitypub.values import (
    HTML_LIMIT,
    MOST_ALIASES,
    MOST_FIELDS,
    MOST_ITEMS,
    Thing,
    address,
    each,
    first,
    flag,
    in_language,
    largest,
    moment,
    needed_uri,
    number,
    recipients,
    text,
    things,
    uri,
    uris,
)
from martlet.model.errors import MalformedDocument
from martlet.model.names import Uri

__all__ = [
    "ACTORS",
    "POSTS",
    "REACTIONS",
    "act",
    "authorization",
    "collection",
    "is_tombstone",
    "kind_of",
    "profile",
    "reply_authorization",
    "writing",
]

FORWARDED = frozenset({"Create", "Update", "Delete", "Undo"}) | REACTIONS
"""Acts of its members that a group hands on and we look at."""
HEART, VARIANT = "\N{HEAVY BLACK HEART}", "\N{VARIATION SELECTOR-16}"
MOST_FLAGGED = 100
LONGEST_COMMENT = 5000
_LONGEST_USERNAME = 255


# -- acts ----------------------------------------------------------------


def act(document: Thing) -> Act:
    """Raises `MalformedDocument`."""
    actor, kind = needed_uri(document, "actor"), kind_of(document)
    name = needed_uri(document, "id") if document.get("id") else _nameless(document, actor)
    inner = first(document.get("object"))
    match kind:
        case "Create" | "Update":
            return _said(name, actor, kind, inner, document)
        case "Announce" if isinstance(inner, dict) and "object" in inner:
            return _forwarded(document, name, actor, inner)
        case "Delete":
            return Delete(name, actor, needed_uri(document, "object"))
        case "Accept" | "Reject":
            request = _request(inner)
            if kind == "Accept":
                return Accept(name, actor, request, uri(document.get("result")))
            return Reject(name, actor, request)
        case "QuoteRequest" | "ReplyRequest" | "FeatureRequest":
            ask = packs.requested if kind == "FeatureRequest" else partial(_post_request, kind=kind)
            return ask(document, name, actor)
        case "Add" | "Remove":
            put = needed_uri(document, "object"), needed_uri(document, "target")
            return Add(name, actor, *put) if kind == "Add" else Remove(name, actor, *put)
        case "Move" | "Flag" | "Offer":
            return _about_people(document, name, actor, kind)
        case "Undo":
            return Undo(name, actor, _undone(inner, actor))
    found = _simple(document, name, actor, kind)
    return Other(name, actor, kind[:64]) if found is None else found


def _about_people(document: Thing, name: Uri, actor: Uri, kind: str) -> Move | Flag | Offer | Other:
    if kind == "Offer":
        return mirror_grants.offered(document, name, actor)
    if kind == "Move":
        return _move(document, name, actor)
    about = uris(document.get("object"), MOST_FLAGGED)
    reason = text(document.get("content"), LONGEST_COMMENT) or text(document.get("summary"), LONGEST_COMMENT)
    return Flag(name, actor, about, reason)


def _move(document: Thing, name: Uri, actor: Uri) -> Move | Other:
    """A `Move` of the actor itself; that of another account is refused."""
    if needed_uri(document, "object") != actor:
        return Other(name, actor, "Move")
    return Move(name, actor, needed_uri(document, "target"))


def _nameless(document: Thing, actor: Uri) -> Uri:
    """The name of an act that came without an id, from its content: the same act always has the same name."""
    digest = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
    return Uri(f"{actor}#nameless-{digest}")


def _forwarded(document: Thing, name: Uri, actor: Uri, inner: Thing) -> Forwarded | Other:
    found = act(inner) if kind_of(inner) in FORWARDED else None
    if isinstance(found, Undo) and not (isinstance(found.act, Like) and found.act.actor == found.actor):
        found = None
    if not isinstance(found, Publish | Revise | Delete | Like | Undo):
        return Other(name, actor, f"Announce {kind_of(inner)}"[:64])
    to, cc = recipients(document.get("to")), recipients(document.get("cc"))
    return Forwarded(name, actor, found, to, cc, moment(document.get("published")))


def _said(name: Uri, actor: Uri, kind: str, inner: Any, around: Thing) -> Act:
    if isinstance(inner, dict) and kind_of(inner) in ACTORS:
        return ChangeProfile(name, actor, needed_uri(inner, "id"), flag(inner.get("suspended")))
    is_whole = isinstance(inner, dict) and kind_of(inner) in POSTS
    if isinstance(inner, dict) and not is_whole and "type" in inner:
        return Other(name, actor, f"{kind} {kind_of(inner)}"[:64])
    if is_whole and not inner.keys() & {"attributedTo", "actor"}:
        inner = {**inner, "attributedTo": actor}
    said = writing(inner, around) if is_whole else uri(inner)
    if said is None:
        raise MalformedDocument("The document does not say what it is about.")
    return Publish(name, actor, said) if kind == "Create" else Revise(name, actor, said)


def _simple(document: Thing, name: Uri, actor: Uri, kind: str) -> Boost | Like | Follow | Block | None:
    if kind == "Announce":
        return Boost(
            name,
            actor,
            needed_uri(document, "object"),
            recipients(document.get("to")),
            recipients(document.get("cc")),
            moment(document.get("published")),
        )
    if kind in REACTIONS:
        return _like(document, name, actor, kind)
    if kind == "Follow":
        return Follow(name, actor, needed_uri(document, "object"))
    if (
        kind == "Block" and document.get("target") is None
    ):  # who bans somebody from a place does not block them for themselves
        return Block(name, actor, needed_uri(document, "object"))
    return None


def _like(document: Thing, name: Uri, actor: Uri, kind: str) -> Like:
    """A like or an emoji reaction. A `Like` with a heart is a plain like, because that is how Misskey sends those."""
    chosen = text(document.get("_misskey_reaction")) or text(document.get("content"))
    chosen = chosen.strip()[: parse_tags.LONGEST_SHORTCODE + 2]
    if kind == "Like" and chosen.rstrip(VARIANT) == HEART:
        chosen = ""
    emojis = parse_tags.emojis(parse_tags.tags(document)) if chosen.startswith(":") else ()
    emoji = next((one for one in emojis if one.shortcode == shortcode_of(chosen)), None)
    return Like(name, actor, needed_uri(document, "object"), chosen, emoji)


def shortcode_of(reaction: str) -> str:
    """`:blobcat:` and Misskey's `:blobcat@.:` → `blobcat`."""
    return reaction.strip(":").partition("@")[0]


def _post_request(document: Thing, name: Uri, actor: Uri, kind: str) -> RequestQuote | RequestReply:
    post = first(document.get("instrument"))
    is_whole = isinstance(post, dict) and kind_of(post) in POSTS and "attributedTo" in post
    said = writing(post) if is_whole else needed_uri(document, "instrument")
    request = RequestQuote if kind == "QuoteRequest" else RequestReply
    return request(name, actor, needed_uri(document, "object"), said)


def _request(inner: Any) -> Follow | RequestQuote | RequestReply | Uri:
    if isinstance(inner, dict) and kind_of(inner) == "Follow":
        follower, followed = uri(inner.get("actor")), uri(inner.get("object"))
        if follower is not None and followed is not None:
            return Follow(uri(inner.get("id")) or Uri(""), follower, followed)
    if isinstance(inner, dict) and kind_of(inner) == "QuoteRequest":
        answered = parse_quotes.answered(inner)
        if answered is not None:
            return answered
    if isinstance(inner, dict) and kind_of(inner) == "ReplyRequest":
        request = parse_replies.answered(inner)
        if request is not None:
            return request
    named = uri(inner)
    if named is None:
        raise MalformedDocument("The document does not say what it answers.")
    return named


def _undone(inner: Any, actor: Uri) -> Boost | Like | Follow | Accept | Reject | Block | Uri:
    if isinstance(inner, dict) and "object" in inner:
        name, by = uri(inner.get("id")) or Uri(""), uri(inner.get("actor")) or actor
        if kind_of(inner) == "Accept":
            return Accept(name, by, _request(first(inner["object"])))
        if kind_of(inner) == "Reject":
            return Reject(name, by, _request(first(inner["object"])))
        done = _simple(inner, name, by, kind_of(inner))
        if done is not None:
            return done
    named = uri(inner)
    if named is None:
        raise MalformedDocument("The document does not say what it takes back.")
    return named


# -- accounts ------------------------------------------------------------


def profile(thing: Thing) -> Profile:
    """Raises `MalformedDocument`."""
    kind = kind_of(thing)
    username = text(thing.get("preferredUsername"), _LONGEST_USERNAME)
    if kind not in ACTORS or not username:
        raise MalformedDocument("The document is no account.")
    endpoints = thing.get("endpoints")
    html, _ = in_language(thing, "summary", HTML_LIMIT)
    name, _ = in_language(thing, "name", 2_000)
    return Profile(
        uri=needed_uri(thing, "id"),
        kind=kind.lower(),
        username=username,
        inbox=needed_uri(thing, "inbox"),
        url=address(thing.get("url")),
        name=name,
        html=html,
        shared_inbox=(uri(endpoints.get("sharedInbox")) or "") if isinstance(endpoints, dict) else "",
        outbox=uri(thing.get("outbox")) or "",
        followers=uri(thing.get("followers")) or "",
        following=uri(thing.get("following")) or "",
        featured=uri(thing.get("featured")) or "",
        featured_tags=uri(thing.get("featuredTags")) or "",
        is_locked=flag(thing.get("manuallyApprovesFollowers")),
        is_discoverable=flag(thing.get("discoverable")),
        is_indexable=flag(thing.get("indexable")),
        avatar=_picture(thing.get("icon")),
        header=_picture(thing.get("image")),
        fields=tuple(
            ProfileField(text(one.get("name"), 500), text(one.get("value"), 5_000))
            for one in things(thing.get("attachment"), MOST_ITEMS)
            if one.get("type") == "PropertyValue"
        )[:MOST_FIELDS],
        emojis=parse_tags.emojis(parse_tags.tags(thing)),
        aliases=uris(thing.get("alsoKnownAs"), MOST_ALIASES),
        attribution=tuple(
            filter(None, (text(one, 255) for one in each(thing.get("attributionDomains"), MOST_ITEMS)))
        ),
        moved_to=uri(thing.get("movedTo")),
        featured_packs=uri(thing.get("featuredCollections")) or "",
        gateways=tuple(
            filter(None, (text(one, _LONGEST_USERNAME) for one in each(thing.get("gateways"), MOST_ALIASES)))
        ),
        feature_policy=packs.policy_said(thing),
        is_suspended=flag(thing.get("suspended")),
        is_memorial=flag(thing.get("memorial")),
        created_at=moment(thing.get("published")),
    )


def _picture(value: Any) -> Picture | None:
    url = largest(value)
    if not url:
        return None
    value = first(value)
    described = (value.get("summary") or value.get("name")) if isinstance(value, dict) else ""
    return Picture(url, text(described, 2_000))


# -- collections ---------------------------------------------------------


def collection(thing: Thing) -> Collection:
    """Raises `MalformedDocument`."""
    if kind_of(thing) not in ("Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"):
        raise MalformedDocument("The document is no collection.")
    items = thing.get("orderedItems", thing.get("items"))
    total = thing.get("totalItems")
    return Collection(
        uri(thing.get("id")) or "",
        number(total) if isinstance(total, int) else None,
        uri(thing.get("first")) or "",
        uri(thing.get("next")) or "",
        tuple(found for one in each(items, MOST_ITEMS) if (found := uri(one)) is not None),
    )
