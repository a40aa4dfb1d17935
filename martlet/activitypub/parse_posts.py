"""
Documents of posts from other servers → `things.Writing`, tolerantly.

See `parse`, which reads the acts around them.
"""

from martlet.activitypub import parse_attachments, parse_tags
from martlet.activitypub.kinds import POSTS, kind_of
from martlet.activitypub.things import Poll, Writing
from martlet.activitypub.values import (
    HTML_LIMIT,
    MOST_ITEMS,
    MOST_OPTIONS,
    MOST_TAGS,
    Thing,
    address,
    each,
    flag,
    in_language,
    moment,
    needed_uri,
    number,
    recipients,
    things,
    uri,
)
from martlet.model.errors import MalformedDocument
from martlet.model.names import Uri


def writing(thing: Thing) -> Writing:
    """Raises `MalformedDocument`."""
    kind = kind_of(thing)
    if kind not in POSTS:
        raise MalformedDocument("The document is no post.")
    html, language = in_language(thing, "content", HTML_LIMIT)
    if not html and isinstance(thing.get("source"), dict):
        html = ""
    title, _ = in_language(thing, "name", HTML_LIMIT if kind == "Note" else 500)
    warning, _ = in_language(thing, "summary", 2_000)
    tags = list(things(thing.get("tag"), MOST_TAGS))
    poll = _poll(thing) if kind == "Question" else None
    reply_to = uri(thing.get("inReplyTo"))
    is_vote = kind == "Note" and bool(title) and not html and reply_to is not None
    return Writing(
        uri=needed_uri(thing, "id"),
        author=_author(thing),
        kind=kind.lower(),
        html=html,
        title="" if kind == "Note" else title,
        warning=warning if kind in ("Note", "Question") else "",
        is_sensitive=flag(thing.get("sensitive")),
        language=language,
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
        poll=poll,
        quote_of=_quote(thing),
        choice=title if is_vote else None,
    )


def _author(thing: Thing) -> Uri:
    """Of several (a group and a person, say) the person."""
    named = thing.get("attributedTo", thing.get("actor"))
    for one in each(named, MOST_ITEMS):
        if isinstance(one, dict) and one.get("type") == "Person":
            named = one
            break
    found = uri(named)
    if found is None:
        raise MalformedDocument("The document does not say who wrote it.")
    return found


def _quote(thing: Thing) -> Uri | None:
    for name in ("quote", "quoteUri", "quoteUrl", "_misskey_quote"):
        found = uri(thing.get(name))
        if found is not None:
            return found
    return None


def _poll(thing: Thing) -> Poll | None:
    is_multiple = "anyOf" in thing
    options = []
    for one in things(thing.get("anyOf") if is_multiple else thing.get("oneOf"), MOST_OPTIONS):
        title, _ = in_language(one, "name", 500)
        replies = one.get("replies")
        votes = number(replies.get("totalItems")) if isinstance(replies, dict) else 0
        if title:
            options.append((title, votes))
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
