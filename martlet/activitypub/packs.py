"""
Accounts that somebody recommends (FEP-7aa9): documents of packs, their items, requests and consents.

Built strictly, read tolerantly, as in `build` and `parse`. In Mastodon 4.6 they are called collections.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from martlet.activitypub import contexts
from martlet.activitypub.addressing import PUBLIC, PUBLIC_NAMES
from martlet.activitypub.build import Document, time
from martlet.activitypub.kinds import kind_of
from martlet.activitypub.things import FeaturePolicySaid, PackSaid, RequestFeature
from martlet.activitypub.values import Thing, first, flag, in_language, needed_uri, recipients, text, uri
from martlet.model.errors import MalformedDocument
from martlet.model.names import Uri

LONGEST_NAME, LONGEST_DESCRIPTION, LONGEST_TAG = 256, 2048, 200


@dataclass(frozen=True, slots=True)
class Item:
    """Somebody in a pack, with the name of their consent."""

    uri: Uri
    account: Uri
    kind: str
    consent: str
    added_at: int


# -- written -------------------------------------------------------------


def pack(said: PackSaid, items: Sequence[Item], url: str, tag_url: str) -> Document:
    """`url` is its page, `tag_url` that of its hashtag."""
    described = {"summaryMap": {said.language: said.description}} if said.language else {}
    topic = {"type": "Hashtag", "name": f"#{said.tag}", "href": tag_url} if said.tag else None
    return {
        "@context": contexts.PACK,
        "id": said.uri,
        "type": "FeaturedCollection",
        "name": said.name,
        "summary": said.description,
        **described,
        "attributedTo": said.owner,
        "url": url,
        "sensitive": said.is_sensitive,
        "discoverable": said.is_discoverable,
        **({"topic": topic} if topic else {}),
        "totalItems": len(items),
        "orderedItems": [_item(one) for one in items],
        "published": time(said.created_at),
        "updated": time(said.updated_at),
    }


def item(one: Item) -> Document:
    return {"@context": contexts.PACK, **_item(one)}


def _item(one: Item) -> Document:
    return {
        "id": one.uri,
        "type": "FeaturedItem",
        "featuredObject": one.account,
        "featuredObjectType": one.kind.capitalize(),
        "featureAuthorization": one.consent,
        "published": time(one.added_at),
    }


def consent(uri: Uri, pack: Uri, account: Uri) -> Document:
    """Somebody agrees to be in a pack."""
    return {
        "@context": contexts.PACK,
        "id": uri,
        "type": "FeatureAuthorization",
        "attributedTo": account,
        "interactingObject": pack,
        "interactionTarget": account,
    }


def consent_withdrawn(uri: Uri, consent: Document, to: Sequence[str]) -> Document:
    return {
        "@context": contexts.PACK,
        "id": uri,
        "type": "Delete",
        "actor": consent["attributedTo"],
        "to": list(to),
        "object": consent,
    }


def request(act: RequestFeature) -> Document:
    return {
        "@context": contexts.PACK,
        "id": act.uri,
        "type": "FeatureRequest",
        "actor": act.actor,
        "object": act.target,
        "instrument": act.pack_uri,
        "to": [act.target],
    }


def changed(uri: Uri, actor: Uri, document: Document, to: Sequence[str]) -> Document:
    """A pack has another name or other members."""
    return {
        "@context": contexts.PACK,
        "id": uri,
        "type": "Update",
        "actor": actor,
        "to": list(to),
        "object": document,
    }


def policy(automatic: Sequence[str], account: Uri, followers: str) -> Document:
    """Who may put an account into packs; where nobody may, that is said by naming nobody but itself."""
    names = {"public": PUBLIC, "followers": followers}
    approved = [names[one] for one in automatic if one in names]
    return {"canFeature": {"automaticApproval": approved or [account], "manualApproval": []}}


# -- read ----------------------------------------------------------------


def said(thing: Thing) -> PackSaid:
    """A pack, without who is in it. Raises `MalformedDocument`."""
    if kind_of(thing) != "FeaturedCollection":
        raise MalformedDocument("The document is no featured collection.")
    name, _ = in_language(thing, "name", LONGEST_NAME)
    description, language = in_language(thing, "summary", LONGEST_DESCRIPTION)
    topic = first(thing.get("topic"))
    tag = text(topic.get("name"), LONGEST_TAG) if isinstance(topic, dict) else ""
    return PackSaid(
        uri=needed_uri(thing, "id"),
        owner=needed_uri(thing, "attributedTo"),
        name=name,
        description=description,
        language=language,
        tag=tag.lstrip("#＃"),
        is_sensitive=flag(thing.get("sensitive")),
        is_discoverable=thing.get("discoverable") is not False,
    )


def requested(document: Thing, name: Uri, actor: Uri) -> RequestFeature:
    """Raises `MalformedDocument`."""
    return RequestFeature(name, actor, needed_uri(document, "object"), needed_uri(document, "instrument"))


def policy_said(thing: Thing) -> FeaturePolicySaid | None:
    """Who may put an account into packs, from its document; None where it does not say."""
    policy = thing.get("interactionPolicy")
    featuring = policy.get("canFeature") if isinstance(policy, dict) else None
    if not isinstance(featuring, dict):
        return None
    own = {
        uri(thing.get("followers")) or "": "followers",
        uri(thing.get("following")) or "": "following",
        uri(thing.get("id")) or "": "",
    }
    return FeaturePolicySaid(
        _words(featuring.get("automaticApproval"), own), _words(featuring.get("manualApproval"), own)
    )


def _words(value: Any, own: dict[str, str]) -> tuple[str, ...]:
    """`public`, `followers`, `following`; what else is named is `other`, and the account itself goes without saying."""
    words = ("public" if one in PUBLIC_NAMES else own.get(one, "other") for one in recipients(value))
    return tuple(dict.fromkeys(word for word in words if word))
