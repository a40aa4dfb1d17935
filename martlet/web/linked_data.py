"""
What public pages say of themselves to machines: https://schema.org, as JSON-LD.

It stands in a `<script type="application/ld+json">`, which no browser runs and no Content-Security-Policy minds.
"""

from collections.abc import Mapping
from typing import Any

import minijinja
import msgspec

from martlet.web import addresses
from martlet.web.cards import Face, PostCard, Profile

HEADLINE = 110
PICTURES = 4


def of_person(person: Profile, server: str) -> str:
    """`server`: "https://…"."""
    own = addresses.whole(addresses.at(addresses.PROFILE, username=person.face.username), server)
    return _script(
        {
            "@context": "https://schema.org",
            "@type": "ProfilePage",
            "url": own,
            "dateCreated": person.joined_at.isoformat(),
            "mainEntity": {
                **_person(person.face, server),
                "url": own,
                "description": person.summary,
                "agentInteractionStatistic": _count("WriteAction", person.posts),
                "interactionStatistic": _count("FollowAction", person.followers),
            },
        }
    )


def of_post(post: PostCard, server: str) -> str:
    """Behind a warning, nothing but the warning; pictures that not everyone wants to see are left out."""
    address = addresses.whole(addresses.at(addresses.POST, username=post.author.username, id=post.id), server)
    told: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "SocialMediaPosting",
        "@id": address,
        "url": address,
        "mainEntityOfPage": address,
        "author": _person(post.author, server),
        "headline": post.preview[:HEADLINE] or post.author.name,
        "text": post.preview,
        "datePublished": post.published_at.isoformat(),
        "commentCount": post.answers,
        "interactionStatistic": [_count("LikeAction", post.likes), _count("ShareAction", post.boosts)],
    }
    if post.edited_at is not None:
        told["dateModified"] = post.edited_at.isoformat()
    if post.language:
        told["inLanguage"] = post.language
    if not post.warning and not post.is_sensitive:
        pictures = [one for one in post.pictures if one.kind == "picture"][:PICTURES]
        if pictures:
            told["image"] = [
                {
                    "@type": "ImageObject",
                    "url": _address(one.address, server),
                    "width": one.width,
                    "height": one.height,
                    "caption": one.description,
                }
                for one in pictures
            ]
        if post.card is not None:
            told["sharedContent"] = {"@type": "WebPage", "url": addresses.web_address(post.card.address)}
    return _script(told)


def _person(face: Face, server: str) -> dict[str, Any]:
    return {
        "@type": "Person",
        "name": face.name,
        "alternateName": face.handle,
        "url": _address(face.address, server),
        "image": _address(face.avatar, server),
    }


def _count(action: str, times: int) -> dict[str, Any]:
    return {
        "@type": "InteractionCounter",
        "interactionType": f"https://schema.org/{action}",
        "userInteractionCount": times,
    }


def _address(text: str, server: str) -> str:
    return addresses.whole(addresses.web_address(text), server)


_CLOSED = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


def _script(told: Mapping[str, Any]) -> str:
    """Without a letter that could end the element it stands in."""
    text = msgspec.json.encode(told).decode().translate(_CLOSED)
    return minijinja.safe(f'<script type="application/ld+json">{text}</script>')
