"""What stands in a document's `tag`: people who are named, hashtags, custom emoji."""

from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from martlet.activitypub.kinds import kind_of
from martlet.activitypub.things import Emoji, Mention
from martlet.activitypub.values import MOST_TAGS, Thing, address, moment, text, things, uri

SHORTEST_SHORTCODE, LONGEST_SHORTCODE = 1, 128


def tags(thing: Thing) -> list[Thing]:
    """Raises `MalformedDocument` for more than anybody needs."""
    return things(thing.get("tag"), MOST_TAGS)


def mentions(tags: Iterable[Thing]) -> tuple[Mention, ...]:
    """Each person once."""
    found = {}
    for tag in tags:
        named = uri(tag.get("href"))
        if kind_of(tag) == "Mention" and named is not None and named not in found:
            found[named] = Mention(named, text(tag.get("name"), 500))
    return tuple(found.values())


def hashtags(tags: Iterable[Thing]) -> tuple[str, ...]:
    """Without their signs; one that has no name goes by the end of its address."""
    found = [_hashtag(tag) for tag in tags if kind_of(tag) == "Hashtag"]
    return tuple(dict.fromkeys([name for name in found if name]))


def _hashtag(tag: Thing) -> str:
    named = text(tag.get("name"), 300) or _end_of(address(tag.get("href")))
    return named.strip().lstrip("#＃")


def _end_of(address: str) -> str:
    try:
        return unquote(urlsplit(address).path.rstrip("/").rpartition("/")[2])
    except ValueError:
        return ""


def emojis(tags: Iterable[Thing]) -> tuple[Emoji, ...]:
    """Custom ones, each shortcode once."""
    found: dict[str, Emoji] = {}
    for tag in tags:
        shortcode, picture = text(tag.get("name"), 200).strip(":"), address(tag.get("icon"), ("image/",))
        if kind_of(tag) == "Emoji" and picture and is_shortcode(shortcode):
            named = Emoji(shortcode, picture, uri(tag.get("id")) or "", moment(tag.get("updated")))
            found.setdefault(shortcode, named)
    return tuple(found.values())


def is_shortcode(name: str) -> bool:
    is_long_enough = SHORTEST_SHORTCODE <= len(name) <= LONGEST_SHORTCODE
    return is_long_enough and name.isascii() and name.replace("_", "a").isalnum()
