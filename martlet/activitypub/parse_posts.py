"""
Documents of posts from other servers → `things.Writing`, tolerantly.

See `parse`, which reads the acts around them.
"""

from typing import Any

from martlet.activitypub import parse_attachments, parse_quotes, parse_replies, parse_tags
from martlet.activitypub.kinds import NOTES, POSTS, kind_of
from martlet.activitypub.things import Occasion, Poll, Writing
from martlet.activitypub.values import (
    HTML_LIMIT,
    MOST_ITEMS,
    MOST_LANGUAGES,
    MOST_OPTIONS,
    Thing,
    address,
    each,
    first,
    flag,
    further_languages,
    in_language,
    language,
    media_type,
    moment,
    needed_uri,
    number,
    recipients,
    text,
    things,
    total,
    uri,
)
from martlet.model.errors import MalformedDocument
from martlet.model.names import Uri

PLAIN = ("text/plain", "text/markdown", "text/x.misskeymarkdown")
CIRCLES = ("Circle", "Mutual")
"""What kmyblue says of posts to people who are not named."""
TITLE_LIMIT = 500
PLACE_LIMIT = 500
PARTS_OF_ADDRESSES = ("streetAddress", "postalCode", "addressLocality", "addressRegion", "addressCountry")


def writing(thing: Thing, around: Thing | None = None) -> Writing:
    """A post; `around` is the act it came in. Raises `MalformedDocument`."""
    kind = kind_of(thing)
    if kind not in POSTS:
        raise MalformedDocument("The document is no post.")
    words, code, is_plain = _words(thing, language(thing, around))
    title, _ = in_language(thing, "name", HTML_LIMIT if kind == "Note" else TITLE_LIMIT, code)
    summary, _ = in_language(thing, "summary", 2_000, code)
    is_sensitive = _is_sensitive(thing)
    if kind not in NOTES and not is_sensitive:  # what it is about, and no warning of it
        words, summary = words or summary, ""
    tags = parse_tags.tags(thing)
    quote = parse_quotes.quote(thing, tags)
    reply_to = uri(thing.get("inReplyTo"))
    is_vote = kind == "Note" and bool(title) and not words and reply_to is not None
    return Writing(
        uri=needed_uri(thing, "id"),
        author=_author(thing),
        kind=kind.lower(),
        html=words,
        is_plain=is_plain,
        title="" if is_vote else title[:TITLE_LIMIT],
        warning=summary,
        is_sensitive=is_sensitive,
        language=code,
        variants=further_languages(thing, code, HTML_LIMIT, MOST_LANGUAGES) if kind in NOTES else (),
        url=address(thing.get("url")),
        created_at=moment(thing.get("published")),
        edited_at=moment(thing.get("updated")),
        reply_to=reply_to,
        to=recipients(thing.get("to")),
        cc=recipients(thing.get("cc")),
        mentions=parse_tags.mentions(tags),
        hashtags=parse_tags.hashtags(tags),
        emojis=parse_tags.emojis(tags),
        attachments=parse_attachments.attachments(thing, kind),
        links=parse_attachments.links(thing),
        poll=_poll(thing) if kind == "Question" else None,
        occasion=_occasion(thing) if kind == "Event" else None,
        quote_of=quote.quoted,
        authorization=quote.authorization,
        is_legacy_quote=quote.is_legacy,
        has_lost_quote=quote.is_lost,
        quoters=parse_quotes.quoters(thing.get("interactionPolicy")),
        repliers=parse_replies.repliers(thing.get("interactionPolicy")),
        reply_authorization=parse_replies.authorization(thing),
        choice=title if is_vote else None,
        likes_count=total(thing.get("likes")),
        boosts_count=total(thing.get("shares")),
        is_for_circle=text(thing.get("limitedScope")) in CIRCLES,
        is_local_only=flag(thing.get("localOnly")),
    )


def _words(thing: Thing, spoken: str | None) -> tuple[str, str | None, bool]:
    """The text, its language, and whether it is plain text. Without `content`, `source` is taken."""
    html, code = in_language(thing, "content", HTML_LIMIT, spoken)
    if html:
        return html, code, media_type(thing) in PLAIN
    source = first(thing.get("source"))
    if isinstance(source, dict) and media_type(source) in PLAIN:
        return text(source.get("content"), HTML_LIMIT), code, True
    typed = text(thing.get("_misskey_content"), HTML_LIMIT)
    return typed, code, bool(typed)


def _is_sensitive(thing: Thing) -> bool:
    """Whether the post or one of its attachments is marked `sensitive`."""
    attached = things(thing.get("attachment"), MOST_ITEMS)
    return flag(thing.get("sensitive")) or any(flag(one.get("sensitive")) for one in attached)


def _author(thing: Thing) -> Uri:
    """Whom `attributedTo` names; of several (a group and a person, say) the person."""
    named = thing.get("attributedTo", thing.get("actor"))
    if isinstance(named, list):
        named = next((one for one in things(named, MOST_ITEMS) if kind_of(one) == "Person"), named)
    found = uri(named)
    if found is None:
        raise MalformedDocument("The document does not say who wrote it.")
    return found


def _poll(thing: Thing) -> Poll | None:
    is_multiple = bool(thing.get("anyOf"))
    options = []
    for one in things(thing.get("anyOf") if is_multiple else thing.get("oneOf"), MOST_OPTIONS):
        title, _ = in_language(one, "name", 500)
        if title:
            options.append((title, total(one.get("replies")) or 0))
    if not options:
        return None
    closed, expires = moment(thing.get("closed")), moment(thing.get("endTime"))
    return Poll(
        tuple(options),
        is_multiple,
        closed if expires is None else expires,
        closed,
        number(thing.get("votersCount")),
    )


def _occasion(thing: Thing) -> Occasion:
    places = (_place(one) for one in each(thing.get("location"), MOST_ITEMS))
    return Occasion(
        text(thing.get("startTime"), 40) if moment(thing.get("startTime")) is not None else "",
        text(thing.get("endTime"), 40) if moment(thing.get("endTime")) is not None else "",
        text(thing.get("timezone"), 60),
        next((place for place in places if place), ""),
    )


def _place(value: Any) -> str:
    """A place in one line: its name and address, or where it is met in the network."""
    if not isinstance(value, dict):
        return text(value, PLACE_LIMIT)
    found = [text(value.get("name"))]
    where = first(value.get("address"))
    if isinstance(where, dict):
        found += [text(where.get(part)) for part in PARTS_OF_ADDRESSES]
    else:
        found.append(text(where))
    if not any(found):
        found.append(address(value.get("url")))
    return ", ".join(dict.fromkeys(part for part in found if part))[:PLACE_LIMIT]
