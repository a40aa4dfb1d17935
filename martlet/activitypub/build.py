"""
`things` → the documents that other servers read, strictly: every attribute that somebody relies on, none
that is empty.

`@context` is a list of the whole document and of the post in it alike, so that
both can carry a proof of their own (`signing.proofs`).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias, assert_never

from martlet.activitypub import contexts
from martlet.activitypub.things import (
    Accept,
    Add,
    Attachment,
    Authorization,
    Block,
    Boost,
    Checkpoint,
    Collection,
    Delete,
    Emoji,
    Flag,
    Follow,
    Like,
    Move,
    Picture,
    Poll,
    Profile,
    Quoters,
    Reject,
    Remove,
    RequestQuote,
    RequestReply,
    Undo,
    Writing,
)
from martlet.model.continuity import Statement
from martlet.model.names import Uri

Document = dict[str, Any]

LINKED_DATA = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
QUOTE_RELATION = "https://misskey-hub.net/ns#_misskey_quote"
_TYPES = {"image": "Image", "video": "Video", "audio": "Audio"}


@dataclass(frozen=True, slots=True)
class Keys:
    """The public halves: PEM, and multibase; `name` is what the second is called behind the account's uri."""

    rsa: str
    ed25519: str
    name: str = ""


def time(milliseconds: int) -> str:
    """As all servers read it: UTC, whole seconds unless there are more."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + (
        f".{milliseconds % 1000:03}Z" if milliseconds % 1000 else "Z"
    )


def _kept(values: Document) -> Document:
    return {name: value for name, value in values.items() if value not in (None, "", [], ())}


# -- accounts ------------------------------------------------------------


def rsa_key_id(account: Uri) -> Uri:
    return Uri(f"{account}#main-key")


def ed25519_key_id(account: Uri, name: str = "") -> Uri:
    """`name`: of a key that came after the first."""
    return Uri(f"{account}{name or '#ed25519-key'}")


def profile(profile: Profile, keys: Keys) -> Document:
    uri = profile.uri
    return _kept(
        {
            "@context": [*contexts.ACTOR, contexts.GATEWAYS] if profile.gateways else contexts.ACTOR,
            "id": uri,
            "type": profile.kind.capitalize(),
            "preferredUsername": profile.username,
            "name": profile.name,
            "summary": profile.html,
            "url": profile.url,
            "inbox": profile.inbox,
            "outbox": profile.outbox,
            "followers": profile.followers,
            "following": profile.following,
            "featured": profile.featured,
            "featuredTags": profile.featured_tags,
            "endpoints": {"sharedInbox": profile.shared_inbox} if profile.shared_inbox else None,
            "manuallyApprovesFollowers": profile.is_locked,
            "discoverable": profile.is_discoverable,
            "indexable": profile.is_indexable,
            "published": None if profile.created_at is None else time(profile.created_at),
            "icon": _picture(profile.avatar),
            "image": _picture(profile.header),
            "attachment": [
                {"type": "PropertyValue", "name": one.name, "value": one.html} for one in profile.fields
            ],
            "tag": [_emoji(one) for one in profile.emojis],
            "alsoKnownAs": list(profile.aliases),
            "attributionDomains": list(profile.attribution),
            "movedTo": profile.moved_to,
            "featuredCollections": profile.featured_packs,
            "gateways": list(profile.gateways),
            "publicKey": {"id": rsa_key_id(uri), "owner": uri, "publicKeyPem": keys.rsa},
            "assertionMethod": [
                {
                    "id": ed25519_key_id(uri, keys.name),
                    "type": "Multikey",
                    "controller": uri,
                    "publicKeyMultibase": keys.ed25519,
                }
            ],
        }
    )


def stated(profile: Document, statement: Statement) -> Document:
    """The same with what the account's root key says, and with the keys of its devices."""
    uri = profile["id"]
    known = {one["id"] for one in profile["assertionMethod"]}
    more = [
        {"id": one.uri, "type": "Multikey", "controller": uri, "publicKeyMultibase": one.public}
        for one in statement.keys
        if one.uri not in known
    ]
    return profile | {
        "@context": [*profile["@context"], contexts.STATEMENT],
        "attachment": [*profile.get("attachment", ()), json.loads(statement.body)],
        "assertionMethod": [*profile["assertionMethod"], *more],
    }


def suspended(profile: Document) -> Document:
    """The same, of an account that its server shows to nobody, as Mastodon says it."""
    return profile | {"@context": [*contexts.ACTOR, contexts.SUSPENDED], "suspended": True}


def _picture(picture: Picture | None) -> Document | None:
    if picture is None:
        return None
    return _kept({"type": "Image", "url": picture.url, "summary": picture.description})


def _emoji(emoji: Emoji) -> Document:
    return _kept(
        {
            "id": emoji.uri,
            "type": "Emoji",
            "name": f":{emoji.shortcode}:",
            "updated": None if emoji.updated_at is None else time(emoji.updated_at),
            "icon": {"type": "Image", "url": emoji.url},
        }
    )


def _in_languages(post: Writing, own: str, others: Sequence[str]) -> Document | None:
    """A text by its languages, the post's own first."""
    said = {code: text for (code, *_), text in zip(post.variants, others, strict=True) if text}
    return {post.language: own, **said} if post.language else None


def emoji_document(emoji: Emoji) -> Document:
    """One of ours, for whoever asks by its `id`."""
    return {"@context": contexts.DOCUMENT, **_emoji(emoji)}


# -- posts ---------------------------------------------------------------


def writing(post: Writing, replies: str = "", tag_urls: Sequence[str] = ()) -> Document:
    """A note or a question; `tag_urls` are the pages of its hashtags, `replies` is a collection."""
    if post.choice is not None:
        return _vote(post)
    return _kept(
        {
            "@context": contexts.DOCUMENT,
            "id": post.uri,
            "type": post.kind.capitalize(),
            "attributedTo": post.author,
            "inReplyTo": post.reply_to,
            "content": post.html,
            "contentMap": _in_languages(post, post.html, [html for _, html, _ in post.variants]),
            "summary": post.warning,
            "summaryMap": _in_languages(post, post.warning, [warning for _, _, warning in post.variants])
            if any(warning for _, _, warning in post.variants)
            else None,
            "sensitive": post.is_sensitive,
            "url": post.url,
            "published": None if post.created_at is None else time(post.created_at),
            "updated": None if post.edited_at is None else time(post.edited_at),
            "attachment": [_attachment(one) for one in post.attachments],
            "tag": _tags(post, tag_urls),
            "replies": replies,
            "quote": {"type": "Tombstone"} if post.has_lost_quote else post.quote_of,
            "_misskey_quote": post.quote_of,
            "quoteUri": post.quote_of,
            "quoteAuthorization": post.authorization,
            "limitedScope": "Circle" if post.is_for_circle else None,
            "replyAuthorization": post.reply_authorization,
            "approvedBy": post.reply_authorization,
            "interactionPolicy": _policy(post),
            **(_poll(post.poll) if post.poll is not None else {}),
        }
    ) | {"to": list(post.to), "cc": list(post.cc)}


def _vote(post: Writing) -> Document:
    return {
        "@context": contexts.DOCUMENT,
        "id": post.uri,
        "type": "Note",
        "attributedTo": post.author,
        "to": list(post.to),
        "cc": list(post.cc),
        "inReplyTo": post.reply_to,
        "name": post.choice,
    }


def _tags(post: Writing, urls: Sequence[str]) -> list[Document]:
    hrefs = [*urls, *[""] * len(post.hashtags)]
    return [
        *({"type": "Mention", "href": one.uri, "name": one.name} for one in post.mentions),
        *(
            _kept({"type": "Hashtag", "href": href, "name": f"#{name}"})
            for name, href in zip(post.hashtags, hrefs, strict=False)
        ),
        *map(_emoji, post.emojis),
        *([] if post.quote_of is None else [_link_to_quoted(post.quote_of)]),
    ]


def _link_to_quoted(uri: Uri) -> Document:
    """The link in `tag` (FEP-e232), for software that does not know `quote`."""
    return {
        "type": "Link",
        "mediaType": LINKED_DATA,
        "rel": QUOTE_RELATION,
        "href": uri,
        "name": f"RE: {uri}",
    }


def _policy(post: Writing) -> Document | None:
    """Who may quote and answer the post, as far as it says."""
    said = {"canQuote": post.quoters, "canReply": post.repliers}
    return {name: _approvals(named) for name, named in said.items() if named is not None} or None


def _approvals(named: Quoters) -> Document:
    return _kept({"automaticApproval": list(named.automatic), "manualApproval": list(named.manual)})


def _attachment(one: Attachment) -> Document:
    return _kept(
        {
            "type": _TYPES.get(one.media_type.partition("/")[0], "Document"),
            "mediaType": one.media_type,
            "url": one.url,
            "digestMultibase": one.digest,
            "name": one.description,
            "blurhash": one.blurhash,
            "width": one.width or None,
            "height": one.height or None,
            "duration": None if one.seconds is None else f"PT{one.seconds:.3f}S",
            "icon": {"type": "Image", "url": one.preview} if one.preview else None,
            "focalPoint": None if one.focus is None else list(one.focus),
        }
    )


def _poll(poll: Poll) -> Document:
    options = [
        {"type": "Note", "name": title, "replies": {"type": "Collection", "totalItems": votes}}
        for title, votes in poll.options
    ]
    return {
        "anyOf" if poll.is_multiple else "oneOf": options,
        "endTime": None if poll.expires_at is None else time(poll.expires_at),
        "closed": None if poll.closed_at is None else time(poll.closed_at),
        "votersCount": poll.voters_count,
    }


def tombstone(uri: Uri, author: Uri, deleted_at: int) -> Document:
    return {
        "@context": contexts.DOCUMENT,
        "id": uri,
        "type": "Tombstone",
        "attributedTo": author,
        "deleted": time(deleted_at),
    }


def checkpoint(found: Checkpoint) -> Document:
    """What an account's log holds: how much of each month, and the digest of all of it."""
    return {
        "@context": contexts.CHECKPOINT,
        "id": found.uri,
        "type": "LogCheckpoint",
        "attributedTo": found.author,
        "published": time(found.created_at),
        "sequence": found.sequence,
        "totalItems": sum(one.total for one in found.months),
        "months": [
            {"month": one.month, "totalItems": one.total, "digest": one.digest.hex()} for one in found.months
        ],
    }


def authorization(found: Authorization) -> Document:
    """Consent to a quote; both posts only by their names, which is all that whoever asks may know."""
    return {
        "@context": contexts.DOCUMENT,
        "id": found.uri,
        "type": "QuoteAuthorization",
        "attributedTo": found.author,
        "interactingObject": found.quote,
        "interactionTarget": found.quoted,
    }


def reply_authorization(found: Authorization) -> Document:
    """Approval of an answer, likewise."""
    return {**authorization(found), "type": "ReplyAuthorization"}


# -- acts ----------------------------------------------------------------


def published(uri: Uri, post: Document) -> Document:
    """A new post, to those to whom it says it goes."""
    return _said("Create", uri, post, post.get("published"))


def revised(uri: Uri, post: Document) -> Document:
    return _said("Update", uri, post, post.get("updated"))


def _said(kind: str, uri: Uri, post: Document, at: str | None) -> Document:
    return _kept(
        {
            "@context": contexts.DOCUMENT,
            "id": uri,
            "type": kind,
            "actor": post["attributedTo"],
            "published": at,
            "object": post,
        }
    ) | {"to": post["to"], "cc": post["cc"]}


def profile_changed(uri: Uri, account: Document, to: Sequence[str]) -> Document:
    """The actor document inside keeps its own context, which an act's reader would miss."""
    return {
        "@context": account["@context"],
        "id": uri,
        "type": "Update",
        "actor": account["id"],
        "to": list(to),
        "object": account,
    }


def moved(act: Move, to: Sequence[str]) -> Document:
    return {
        "@context": contexts.DOCUMENT,
        "id": act.uri,
        "type": "Move",
        "actor": act.actor,
        "object": act.actor,
        "target": act.target,
        "to": list(to),
    }


def deleted(act: Delete, to: Sequence[str], tombstone: Document | None) -> Document:
    """Of a post with its tombstone, or of the account itself."""
    return {
        "@context": contexts.DOCUMENT,
        "id": act.uri,
        "type": "Delete",
        "actor": act.actor,
        "to": list(to),
        "object": act.target if tombstone is None else tombstone,
    }


def authorization_deleted(uri: Uri, authorization: Document, to: Sequence[str]) -> Document:
    """Consent to a quote is taken back."""
    return {
        "@context": contexts.DOCUMENT,
        "id": uri,
        "type": "Delete",
        "actor": authorization["attributedTo"],
        "to": list(to),
        "object": authorization,
    }


def quote_requested(act: RequestQuote, quote: Document) -> Document:
    """A `QuoteRequest` with the whole quote in it: whoever is asked for consent may want to read it first."""
    return {"@context": contexts.DOCUMENT, **_bare(act), "instrument": quote}


def reply_requested(act: RequestReply, reply: Document) -> Document:
    """A `ReplyRequest`, likewise."""
    return {"@context": contexts.DOCUMENT, **_bare(act), "instrument": reply}


def flag(act: Flag, to: Sequence[str]) -> Document:
    return {
        "@context": contexts.DOCUMENT,
        "id": act.uri,
        "type": "Flag",
        "actor": act.actor,
        "content": act.comment,
        "object": list(act.about),
        "to": list(to),
    }


Built: TypeAlias = (
    Boost | Like | Follow | RequestQuote | RequestReply | Accept | Reject | Block | Undo | Add | Remove
)


def act(act: Built) -> Document:
    return {"@context": contexts.DOCUMENT, **_bare(act)}


def _bare(act: Built) -> Document:
    match act:
        case Boost():
            return _kept(
                {
                    "id": act.uri,
                    "type": "Announce",
                    "actor": act.actor,
                    "object": act.target,
                    "to": list(act.to),
                    "cc": list(act.cc),
                    "published": None if act.created_at is None else time(act.created_at),
                }
            )
        case Like():
            return _kept(
                {
                    "id": act.uri,
                    "type": "Like",
                    "actor": act.actor,
                    "object": act.target,
                    "content": act.reaction,
                    "_misskey_reaction": act.reaction,
                    "tag": None if act.emoji is None else [_emoji(act.emoji)],
                }
            )
        case Follow():
            return {"id": act.uri, "type": "Follow", "actor": act.actor, "object": act.target}
        case Block():
            return {"id": act.uri, "type": "Block", "actor": act.actor, "object": act.target}
        case RequestQuote():
            return {
                "id": act.uri,
                "type": "QuoteRequest",
                "actor": act.actor,
                "object": act.target,
                "instrument": act.quote_uri,
            }
        case RequestReply():
            return {
                "id": act.uri,
                "type": "ReplyRequest",
                "actor": act.actor,
                "object": act.target,
                "instrument": act.reply_uri,
            }
        case Add() | Remove():
            return {
                "id": act.uri,
                "type": type(act).__name__,
                "actor": act.actor,
                "object": act.target,
                "target": act.collection,
            }
        case Accept() | Reject():
            inner, result = act.request, act.result if isinstance(act, Accept) else None
            return {
                "id": act.uri,
                "type": type(act).__name__,
                "actor": act.actor,
                "object": inner if isinstance(inner, str) else _bare(inner),
            } | ({} if result is None else {"result": result})
        case Undo():
            done = act.act
            return {
                "id": act.uri,
                "type": "Undo",
                "actor": act.actor,
                "object": done if isinstance(done, str) else _bare(done),
            }
        case _:
            assert_never(act)


# -- collections ---------------------------------------------------------


def collection(found: Collection) -> Document:
    """All of it, or only how many there are and where its first page is."""
    return _kept(
        {
            "@context": contexts.ACTIVITY_STREAMS,
            "id": found.uri,
            "type": "OrderedCollection",
            "first": found.first,
            "orderedItems": list(found.items),
        }
    ) | ({} if found.total is None else {"totalItems": found.total})


def hashtags(uri: str, found: Sequence[tuple[str, str]]) -> Document:
    """A collection of hashtags, each with its page, in no order."""
    return {
        "@context": contexts.DOCUMENT,
        "id": uri,
        "type": "Collection",
        "totalItems": len(found),
        "items": [{"type": "Hashtag", "href": href, "name": f"#{name}"} for name, href in found],
    }


def page(found: Collection, whole: str) -> Document:
    """A page of the collection `whole`."""
    return _kept(
        {
            "@context": contexts.DOCUMENT,
            "id": found.uri,
            "type": "OrderedCollectionPage",
            "partOf": whole,
            "next": found.next,
        }
    ) | {"orderedItems": list(found.items)}
