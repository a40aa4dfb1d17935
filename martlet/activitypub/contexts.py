"""
What our words mean, for those who read documents as JSON-LD.

One list for posts and acts, so that a document inside another has the same
(roads D.3); all terms of other people's vocabularies are defined inline.
"""

from typing import Any

ACTIVITY_STREAMS = "https://www.w3.org/ns/activitystreams"
INTEGRITY = "https://w3id.org/security/data-integrity/v2"

DOCUMENT: list[Any] = [
    ACTIVITY_STREAMS,
    INTEGRITY,
    {
        "toot": "http://joinmastodon.org/ns#",
        "Emoji": "toot:Emoji",
        "blurhash": "toot:blurhash",
        "focalPoint": {"@container": "@list", "@id": "toot:focalPoint"},
        "votersCount": "toot:votersCount",
        "Hashtag": "as:Hashtag",
        "sensitive": "as:sensitive",
        "digestMultibase": {
            "@id": "https://w3id.org/security#digestMultibase",
            "@type": "https://w3id.org/security#multibase",
        },
        "quote": {"@id": "https://w3id.org/fep/044f#quote", "@type": "@id"},
        "quoteUri": "http://fedibird.com/ns#quoteUri",
        "misskey": "https://misskey-hub.net/ns#",
        "_misskey_reaction": "misskey:_misskey_reaction",
        "_misskey_quote": "misskey:_misskey_quote",
        "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
        "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
        "quoteAuthorization": {"@id": "https://w3id.org/fep/044f#quoteAuthorization", "@type": "@id"},
        "gts": "https://gotosocial.org/ns#",
        "interactingObject": {"@id": "gts:interactingObject", "@type": "@id"},
        "interactionTarget": {"@id": "gts:interactionTarget", "@type": "@id"},
        "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
        "canQuote": {"@id": "gts:canQuote", "@type": "@id"},
        "kmyblue": "http://kmy.blue/ns#",
        "limitedScope": "kmyblue:limitedScope",
        "canReply": {"@id": "gts:canReply", "@type": "@id"},
        "ReplyRequest": "gts:ReplyRequest",
        "ReplyAuthorization": "gts:ReplyAuthorization",
        "replyAuthorization": {"@id": "gts:replyAuthorization", "@type": "@id"},
        "approvedBy": {"@id": "gts:approvedBy", "@type": "@id"},
        "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
        "manualApproval": {"@id": "gts:manualApproval", "@type": "@id"},
    },
]

GATEWAYS = {"gateways": {"@id": "https://w3id.org/fep/ef61/gateways", "@type": "@id", "@container": "@list"}}
"""Stands after the others where an account can be read at mirrors (FEP-ef61)."""
SUSPENDED = {"suspended": "toot:suspended"}
"""Stands after the others where an actor is suspended."""

STATEMENT = {
    "fep": "https://w3id.org/fep#",
    "VerifiableIdentityStatement": "fep:VerifiableIdentityStatement",
    "subject": "fep:subject",
    "martlet": "urn:martlet:",
    "sequence": "martlet:sequence",
    "revoked": "martlet:revoked",
    "after": "martlet:after",
    **GATEWAYS,
    "formerly": {"@id": "martlet:formerly", "@type": "@id"},
}
"""Stands after the others where an actor has a root key (FEP-c390, with more properties)."""

ACTOR: list[Any] = [
    ACTIVITY_STREAMS,
    "https://w3id.org/security/v1",
    INTEGRITY,
    "https://www.w3.org/ns/cid/v1",
    {
        "toot": "http://joinmastodon.org/ns#",
        "schema": "http://schema.org#",
        "Emoji": "toot:Emoji",
        "featured": {"@id": "toot:featured", "@type": "@id"},
        "featuredTags": {"@id": "toot:featuredTags", "@type": "@id"},
        "discoverable": "toot:discoverable",
        "indexable": "toot:indexable",
        "attributionDomains": {"@id": "toot:attributionDomains", "@type": "@id"},
        "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
        "movedTo": {"@id": "as:movedTo", "@type": "@id"},
        "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
        "PropertyValue": "schema:PropertyValue",
        "value": "schema:value",
        "featuredCollections": {"@id": "https://w3id.org/fep/7aa9#featuredCollections", "@type": "@id"},
        "gts": "https://gotosocial.org/ns#",
        "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
        "canFeature": {"@id": "https://w3id.org/fep/7aa9#canFeature", "@type": "@id"},
        "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
        "manualApproval": {"@id": "gts:manualApproval", "@type": "@id"},
    },
]

CHECKPOINT: list[Any] = [
    ACTIVITY_STREAMS,
    INTEGRITY,
    {
        "martlet": "urn:martlet:",
        "LogCheckpoint": "martlet:LogCheckpoint",
        "sequence": "martlet:sequence",
        "months": {"@id": "martlet:months", "@container": "@list"},
        "month": "martlet:month",
        "digest": "martlet:digest",
    },
]

MIRROR: list[Any] = [
    ACTIVITY_STREAMS,
    INTEGRITY,
    {
        "martlet": "urn:martlet:",
        "MirrorGrant": "martlet:MirrorGrant",
        "scope": "martlet:scope",
        "since": "martlet:since",
        "maxBytes": "martlet:maxBytes",
        "until": "martlet:until",
        "push": "martlet:push",
    },
]

PACK: list[Any] = [
    ACTIVITY_STREAMS,
    {
        "toot": "http://joinmastodon.org/ns#",
        "discoverable": "toot:discoverable",
        "Hashtag": "as:Hashtag",
        "sensitive": "as:sensitive",
        "fep7aa9": "https://w3id.org/fep/7aa9#",
        "FeaturedCollection": "fep7aa9:FeaturedCollection",
        "FeaturedItem": "fep7aa9:FeaturedItem",
        "FeatureRequest": "fep7aa9:FeatureRequest",
        "FeatureAuthorization": "fep7aa9:FeatureAuthorization",
        "featuredObject": {"@id": "fep7aa9:featuredObject", "@type": "@id"},
        "featuredObjectType": "fep7aa9:featuredObjectType",
        "featureAuthorization": {"@id": "fep7aa9:featureAuthorization", "@type": "@id"},
        "topic": {"@id": "fep7aa9:topic", "@type": "@id"},
        "gts": "https://gotosocial.org/ns#",
        "interactingObject": {"@id": "gts:interactingObject", "@type": "@id"},
        "interactionTarget": {"@id": "gts:interactionTarget", "@type": "@id"},
    },
]
