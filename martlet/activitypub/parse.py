"""
Documents from other servers → `things`, tolerantly: what we do not understand is left out, and what a
post cannot do without raises `MalformedDocument`.

Read as JSON, never as JSON-LD: contexts are not looked at, nothing is fetched or expanded. A document that means
something else to a JSON-LD processor than it says is worth to us what it says (attacks D6).
"""

from typing import Any

from martlet.activitypub.things import (
    Accept,
    Act,
    Attachment,
    Block,
    Boost,
    ChangeProfile,
    Collection,
    Delete,
    Emoji,
    Follow,
    Like,
    Mention,
    Other,
    Picture,
    Poll,
    Profile,
    ProfileField,
    Publish,
    Reject,
    Revise,
    Undo,
    Writing,
)
from martlet.activitypub.values import (
    HTML_LIMIT,
    MOST_ALIASES,
    MOST_ATTACHMENTS,
    MOST_FIELDS,
    MOST_ITEMS,
    MOST_OPTIONS,
    MOST_TAGS,
    Thing,
    address,
    each,
    first,
    flag,
    in_language,
    moment,
    needed_uri,
    number,
    recipients,
    seconds,
    text,
    things,
    uri,
    uris,
)
from martlet.model.errors import MalformedDocument
from martlet.model.names import Uri

ACTORS = frozenset({"Person", "Service", "Group", "Organization", "Application"})
POSTS = frozenset({"Note", "Question", "Article", "Page", "Image", "Video", "Audio", "Event"})
REACTIONS = frozenset({"Like", "EmojiReact", "EmojiReaction"})
MEDIA = frozenset({"Document", "Image", "Video", "Audio", "Link"})
SHORTEST_SHORTCODE, LONGEST_SHORTCODE = 1, 128
_LONGEST_USERNAME = 255


def kind_of(thing: Thing) -> str:
    """Its `type`; of several the first that we know."""
    named = [one for one in each(thing.get("type"), MOST_ITEMS) if isinstance(one, str)]
    known = [one for one in named if one in ACTORS or one in POSTS]
    return (known or named or [""])[0]


def is_tombstone(thing: Thing) -> bool:
    return kind_of(thing) == "Tombstone"


# -- acts ----------------------------------------------------------------


def act(document: Thing) -> Act:
    """Raises `MalformedDocument`."""
    name, actor, kind = needed_uri(document, "id"), needed_uri(document, "actor"), kind_of(document)
    inner = first(document.get("object"))
    match kind:
        case "Create" | "Update":
            return _said(name, actor, kind, inner)
        case "Delete":
            return Delete(name, actor, needed_uri(document, "object"))
        case "Accept" | "Reject":
            request = _request(inner)
            return Accept(name, actor, request) if kind == "Accept" else Reject(name, actor, request)
        case "Undo":
            return Undo(name, actor, _undone(inner, actor))
    found = _simple(document, name, actor, kind)
    return Other(name, actor, kind[:64]) if found is None else found


def _said(name: Uri, actor: Uri, kind: str, inner: Any) -> Act:
    if isinstance(inner, dict) and kind_of(inner) in ACTORS:
        return ChangeProfile(name, actor, needed_uri(inner, "id"))
    is_whole = isinstance(inner, dict) and kind_of(inner) in POSTS
    if isinstance(inner, dict) and not is_whole and "type" in inner:
        return Other(name, actor, f"{kind} {kind_of(inner)}"[:64])
    said = writing(inner) if is_whole else uri(inner)
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
        reaction = text(document.get("_misskey_reaction") or document.get("content"), LONGEST_SHORTCODE + 2)
        return Like(name, actor, needed_uri(document, "object"), reaction)
    if kind == "Follow":
        return Follow(name, actor, needed_uri(document, "object"))
    if kind == "Block":
        return Block(name, actor, needed_uri(document, "object"))
    return None


def _request(inner: Any) -> Follow | Uri:
    if isinstance(inner, dict) and kind_of(inner) == "Follow":
        follower, followed = uri(inner.get("actor")), uri(inner.get("object"))
        if follower is not None and followed is not None:
            return Follow(uri(inner.get("id")) or Uri(""), follower, followed)
    named = uri(inner)
    if named is None:
        raise MalformedDocument("The document does not say what it answers.")
    return named


def _undone(inner: Any, actor: Uri) -> Boost | Like | Follow | Block | Uri:
    if isinstance(inner, dict) and "object" in inner:
        done = _simple(
            inner, uri(inner.get("id")) or Uri(""), uri(inner.get("actor")) or actor, kind_of(inner)
        )
        if done is not None:
            return done
    named = uri(inner)
    if named is None:
        raise MalformedDocument("The document does not say what it takes back.")
    return named


# -- posts ---------------------------------------------------------------


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
        mentions=tuple(_mentions(tags)),
        hashtags=tuple(_hashtags(tags)),
        emojis=emojis(tags),
        attachments=tuple(_attachments(thing, kind)),
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


def _mentions(tags: list[Thing]) -> list[Mention]:
    found = {}
    for tag in tags:
        named = uri(tag.get("href"))
        if tag.get("type") == "Mention" and named is not None and named not in found:
            found[named] = Mention(named, text(tag.get("name"), 500))
    return list(found.values())


def _hashtags(tags: list[Thing]) -> list[str]:
    found = (text(tag.get("name"), 300).lstrip("#") for tag in tags if tag.get("type") == "Hashtag")
    return list(dict.fromkeys(name for name in found if name))


def emojis(tags: list[Thing]) -> tuple[Emoji, ...]:
    found: dict[str, Emoji] = {}
    for tag in tags:
        shortcode, picture = text(tag.get("name"), 200).strip(":"), address(tag.get("icon"), ("image/",))
        if tag.get("type") == "Emoji" and picture and _is_shortcode(shortcode):
            found.setdefault(shortcode, Emoji(shortcode, picture))
    return tuple(found.values())


def _is_shortcode(name: str) -> bool:
    is_long_enough = SHORTEST_SHORTCODE <= len(name) <= LONGEST_SHORTCODE
    return is_long_enough and name.isascii() and name.replace("_", "a").isalnum()


def _attachments(thing: Thing, kind: str) -> list[Attachment]:
    found = [
        made
        for one in things(thing.get("attachment"), MOST_ITEMS)
        if kind_of(one) in MEDIA and (made := _attachment(one)) is not None
    ]
    if kind in ("Video", "Audio", "Image") and not found:
        itself = _attachment({**thing, "summary": None})
        found = (
            [itself]
            if itself is not None and itself.media_type.startswith(("video/", "audio/", "image/"))
            else []
        )
    return found[:MOST_ATTACHMENTS]


def _attachment(thing: Thing) -> Attachment | None:
    wanted = ("image/", "video/", "audio/")
    url = address(thing.get("url") or thing.get("href"), wanted)
    if not url:
        return None
    media_type = text(thing.get("mediaType"), 100)
    for link in things(thing.get("url"), MOST_ITEMS):
        if not media_type and url in (link.get("href"), link.get("url")):
            media_type = text(link.get("mediaType"), 100)
    described, _ = in_language(thing, "name", 10_000)
    blurhash = text(thing.get("blurhash"), 200) or None
    return Attachment(
        url,
        media_type or {"Image": "image/", "Video": "video/", "Audio": "audio/"}.get(kind_of(thing), ""),
        described or text(thing.get("summary"), 10_000),
        blurhash if blurhash is None or blurhash.isascii() else None,
        number(thing.get("width"), 100_000),
        number(thing.get("height"), 100_000),
        seconds(thing.get("duration")),
        _focus(thing.get("focalPoint")),
    )


def _focus(value: Any) -> tuple[float, float] | None:
    if not isinstance(value, list) or len(value) != 2:  # noqa: PLR2004 - across and up
        return None
    across, up = value
    if not all(isinstance(one, int | float) and -1 <= one <= 1 for one in value):
        return None
    return float(across), float(up)


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
        emojis=emojis(list(things(thing.get("tag"), MOST_TAGS))),
        aliases=uris(thing.get("alsoKnownAs"), MOST_ALIASES),
        moved_to=uri(thing.get("movedTo")),
        created_at=moment(thing.get("published")),
    )


def _picture(value: Any) -> Picture | None:
    value = first(value)
    url = address(value, ("image/",))
    if not url:
        return None
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
