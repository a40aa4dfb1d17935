"""
The part of a Status that is the same for everyone, as bytes without its braces.

It is encoded when a post is first shown and kept in the database with the
post's version; `FORMAT` goes into that version and grows whenever this module
writes something else than before.
"""

import json
import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec
from msgspec import structs

from martlet.mastodon import entities
from martlet.mastodon.serialize import accounts as account_entities
from martlet.mastodon.serialize import emojis
from martlet.mastodon.serialize.policies import policy_entity
from martlet.mastodon.serialize.times import iso, iso_or_none
from martlet.model.faults import FAULTS
from martlet.model.names import PostId
from martlet.model.posts import Post, Variant
from martlet.model.remote_media import FileForm, FileUse
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import abridging
from martlet.storage import (
    accounts,
    albums,
    attached,
    cards,
    expiries,
    holds,
    media,
    packs,
    posts,
    replies,
    variants,
)
from martlet.storage.database import Reader
from martlet.text import web_links

log = logging.getLogger("martlet.mastodon")

PLACEHOLDER = "<p>This post cannot be shown.</p>"
SEVERAL = b',"languages":['
"""Stands in the body of what is in several languages, and in no other: in a text its quotes are escaped."""
NOT_KEPT = 0
"""The version of what is no rendering: no post has it."""
TAGGED = b',"tagged_collections":['
"""Stands at the end of the body of what links to packs, with their ids, and in no other."""
LINKS = 50
"""Links of a post of which it is asked whether they lead to packs."""
FORMAT = 4
REVIEWS = {"held": "pending", "refused": "rejected"}
VISIBILITIES = {
    Visibility.PUBLIC: "public",
    Visibility.UNLISTED: "unlisted",
    Visibility.FOLLOWERS: "private",
    Visibility.CIRCLE: "private",
    Visibility.MENTIONED: "direct",
}


def version(post_version: int) -> int:
    """What a kept body's version has to be."""
    return post_version << 8 | FORMAT


def render(db: Reader, ids: Collection[PostId], here: Server) -> dict[PostId, tuple[int, bytes]]:
    """The bodies of posts, each with its version."""
    found = {post.id: post for post in posts.many_unfiltered(db, ids)}
    authors = accounts.many(db, {post.author_id for post in found.values()})
    files = media.of_posts(db, found)
    shown = albums.of_posts(db, [id for id, post in found.items() if post.is_local and files[id]])
    mentions, tags = attached.mentions(db, found), attached.tags(db, found)
    policies, ends = replies.policies(db, found), expiries.of_posts(db, found)
    requests = replies.states(db, [id for id, post in found.items() if post.reply_to_id is not None])
    waiting = holds.states(db, [id for id, post in found.items() if post.visibility == Visibility.CIRCLE])
    spoken = variants.of_posts(db, [id for id, post in found.items() if post.variants])
    cards_of, apps = _cards(db, found, here), attached.apps(db, found)
    packs_of = _packs(db, found)
    rendered: dict[PostId, tuple[int, bytes]] = {}
    for id, post in found.items():
        try:
            body = entities.StatusBody(
                **_words(
                    post, abridging.for_apps(post, authors[post.author_id], files[id], shown.get(id), here)
                ),
                interaction_policy=policy_entity(policies[id]) if id in policies else msgspec.UNSET,
                expires_at=iso(ends[id]) if id in ends else msgspec.UNSET,
                limited_scope=msgspec.UNSET if id in waiting else _scope(post, requests.get(id)),
                review=REVIEWS[waiting[id]] if id in waiting else msgspec.UNSET,
                reply_approval=_withheld(requests.get(id)),
                media_attachments=[attachment(one, here) for one in files[id]],
                mentions=[_mention(one) for one in mentions[id]],
                tags=[
                    entities.StatusTag(name=tag.name, url=here.tag_url(quote(tag.name))) for tag in tags[id]
                ],
                emojis=emojis.used_in(
                    db, _all_words(post, spoken.get(id, ())), authors[post.author_id].host, here
                ),
                card=cards_of.get(id),
                application=_application(post, apps),
                languages=_languages(post, spoken.get(id, ())),
            )
            rendered[id] = (
                version(post.version),
                msgspec.json.encode(body)[1:-1] + _tagged(packs_of.get(id, ())),
            )
        except FAULTS:
            log.exception("Post %d cannot be shown", id)
            rendered[id] = (NOT_KEPT, msgspec.json.encode(_in_its_place(post))[1:-1])
    return rendered


def _packs(db: Reader, found: Mapping[PostId, Post]) -> dict[PostId, list[int]]:
    """The packs that posts link to, of those that do."""
    links = {id: web_links.addresses(post.html, LINKS) for id, post in found.items() if "<a " in post.html}
    known = packs.with_urls(db, {url for urls in links.values() for url in urls})
    told = {id: [known[url] for url in urls if url in known] for id, urls in links.items()}
    return {id: ids for id, ids in told.items() if ids}


def _tagged(ids: Sequence[int]) -> bytes:
    return TAGGED + msgspec.json.encode(ids)[1:] if ids else b""


def apart(body: bytes) -> tuple[bytes, tuple[int, ...]]:
    """A body without the packs that it names, and those: what is shown of them differs from viewer to viewer."""
    words, _, ids = body.partition(TAGGED)
    return words, msgspec.json.decode(b"[" + ids, type=tuple[int, ...])


def _words(post: Post, html: str) -> dict[str, Any]:
    return {
        "id": str(post.id),
        "uri": post.uri,
        "url": post.url,
        "created_at": iso(post.created_at),
        "edited_at": iso_or_none(post.edited_at),
        "in_reply_to_id": _text(post.reply_to_id),
        "in_reply_to_account_id": _text(post.reply_to_account_id),
        "sensitive": bool(post.is_sensitive),
        "spoiler_text": post.warning,
        "visibility": VISIBILITIES[Visibility(post.visibility)],
        "language": post.language,
        "content": html,
        "local_only": True if post.is_local_only else msgspec.UNSET,
    }


def _languages(post: Post, further: Sequence[Variant]) -> list[str] | msgspec.UnsetType:
    if not further or not post.language:
        return msgspec.UNSET
    return [post.language, *(one.language for one in further)]


def _all_words(post: Post, further: Sequence[Variant]) -> str:
    return " ".join([post.html, post.warning, *(f"{one.html} {one.warning}" for one in further)])


def in_languages(db: Reader, bodies: Mapping[PostId, bytes], here: Server) -> dict[PostId, dict[str, bytes]]:
    """
    The bodies of posts that are in several languages, for each of the further ones.

    Only for those: `SEVERAL` stands in their bodies.
    """
    found = {post.id: post for post in posts.many_unfiltered(db, bodies)}
    spoken = variants.of_posts(db, found)
    authors = accounts.many(db, {post.author_id for post in found.values()})
    files, shown = media.of_posts(db, found), albums.of_posts(db, found)
    made: dict[PostId, dict[str, bytes]] = {}
    for id, post in found.items():
        body = msgspec.json.decode(b"{%b}" % bodies[id], type=entities.StatusBody)
        made[id] = {}
        for one in spoken.get(id, ()):
            other = structs.replace(post, html=one.html, language=one.language)
            words = abridging.for_apps(other, authors[post.author_id], files[id], shown.get(id), here)
            said = msgspec.structs.replace(
                body, content=words, language=one.language, spoiler_text=one.warning or body.spoiler_text
            )
            made[id][one.language] = msgspec.json.encode(said)[1:-1]
    return made


def _scope(post: Post, request: str | None) -> str | msgspec.UnsetType:
    is_to_circle = post.visibility == Visibility.CIRCLE and _withheld(request) is msgspec.UNSET
    return "circle" if is_to_circle else msgspec.UNSET


def _withheld(state: str | None) -> str | msgspec.UnsetType:
    return msgspec.UNSET if state in (None, "approved") else str(state)


def _in_its_place(post: Post) -> entities.StatusBody:
    """A post that cannot be shown. It says so in English: what is kept of a post is the same for everybody."""
    return entities.StatusBody(
        id=str(post.id),
        uri=str(post.uri),
        url=str(post.uri),
        created_at=iso(0),
        edited_at=None,
        in_reply_to_id=_text(post.reply_to_id),
        in_reply_to_account_id=_text(post.reply_to_account_id),
        sensitive=False,
        spoiler_text="",
        visibility="private",
        language=None,
        content=PLACEHOLDER,
        media_attachments=[],
        mentions=[],
        tags=[],
        emojis=[],
        card=None,
        application=None,
    )


def attachment(one: media.Media, here: Server) -> entities.MediaAttachment:
    """https://docs.joinmastodon.org/entities/MediaAttachment/"""
    if one.is_refused:
        return _refused(one)
    meta = json.loads(one.meta)
    if one.kind == "image":
        meta["focus"] = {"x": one.focus_x, "y": one.focus_y}
    is_ready = one.state == "ready"
    return entities.MediaAttachment(
        id=str(one.id),
        type=one.kind,
        url=here.file_url(FileUse.MEDIA, one.id, one.file) if is_ready and one.file else None,
        preview_url=preview_url(one, here) if is_ready and one.preview else None,
        remote_url=one.remote_url,
        preview_remote_url=None,
        text_url=None,
        meta=meta,
        description=one.description or None,
        blurhash=one.blurhash,
    )


def _refused(one: media.Media) -> entities.MediaAttachment:
    """Of a server whose media are not shown here: its words, and the address for those who want to go there."""
    return entities.MediaAttachment(
        id=str(one.id),
        type="unknown",
        url=None,
        preview_url=None,
        remote_url=one.remote_url,
        preview_remote_url=None,
        text_url=None,
        meta={},
        description=one.description or None,
        blurhash=None,
    )


def preview_url(one: media.Media, here: Server) -> str:
    use = FileUse.MEDIA if one.preview == one.file else FileUse.PREVIEW
    return here.file_url(use, one.id, one.preview, FileForm.SMALL)


def _text(id: int | None) -> str | None:
    return None if id is None else str(id)


def _mention(one: attached.Mention) -> entities.StatusMention:
    acct = f"{one.username}@{one.host}" if one.host else one.username
    return entities.StatusMention(id=str(one.account_id), username=one.username, url=one.url, acct=acct)


def _application(post: Post, apps: dict[PostId, tuple[str, str | None]]) -> entities.StatusApplication | None:
    app = apps.get(post.id)
    return entities.StatusApplication(name=app[0], website=app[1]) if app else None


def _cards(db: Reader, ids: Collection[PostId], here: Server) -> dict[PostId, entities.PreviewCard]:
    """
    What stands below the posts for their links.

    A page's author is shown as the account was when the post was rendered; that it may be named at all is kept
    up to date (`services.previewing`).
    """
    found = cards.of_posts(db, ids)
    shown = previews(db, found.values(), here)
    return {id: shown[card.id] for id, card in found.items() if card.id in shown}


def previews(db: Reader, found: Collection[cards.Card], here: Server) -> dict[int, entities.PreviewCard]:
    """By the card's id; those that cannot be shown are missing."""
    named = {card.author_id for card in found if card.author_id is not None}
    people = accounts.many(db, named).values() if named else ()
    entities_of = {one.id: one for one in account_entities.many(db, people, here)} if people else {}
    made = {card.id: _card_or_none(card, entities_of, here) for card in found}
    return {id: card for id, card in made.items() if card is not None}


def _card_or_none(
    card: cards.Card, people: Mapping[str, entities.Account], here: Server
) -> entities.PreviewCard | None:
    """None for one that cannot be shown: its post is, without it."""
    try:
        return _card(card, people.get(str(card.author_id)), here)
    except FAULTS:
        log.exception("Card %d cannot be shown", card.id)
        return None


def _card(card: cards.Card, author: entities.Account | None, here: Server) -> entities.PreviewCard:
    """
    https://docs.joinmastodon.org/entities/PreviewCard/

    What apps load as the photograph itself is our copy of it, so that its server does not learn who looks.
    """
    image = here.media_url(card.image) if card.image else None
    authors = (
        [
            entities.PreviewCardAuthor(
                name=card.author_name or (author.display_name or author.username if author else ""),
                url=card.author_url or (author.url if author else ""),
                account=author,
            )
        ]
        if card.author_name or author
        else []
    )
    return entities.PreviewCard(
        url=card.url,
        title=card.title,
        description=card.description,
        type=card.kind,
        authors=authors,
        author_name=card.author_name,
        author_url=card.author_url,
        provider_name=card.provider_name,
        provider_url=card.provider_url,
        html=card.html,
        width=card.width,
        height=card.height,
        image=image,
        image_description=card.image_text,
        embed_url=(image or "") if card.kind == "photo" else card.embed_url,
        blurhash=card.blurhash,
        language=card.language,
        published_at=iso_or_none(card.published_at),
        source=entities.PreviewCardSource(name=card.source_name, url=card.source_url)
        if card.source_name
        else None,
    )
