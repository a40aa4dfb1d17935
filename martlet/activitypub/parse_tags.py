"""What stands in a document's `tag`: people who are named, hashtags, custom emoji."""

from martlet.activitypub.things import Emoji, Mention
from martlet.activitypub.values import Thing, address, text, uri

SHORTEST_SHORTCODE, LONGEST_SHORTCODE = 1, 128


def mentions(tags: list[Thing]) -> tuple[Mention, ...]:
    found = {}
    for tag in tags:
        named = uri(tag.get("href"))
        if tag.get("type") == "Mention" and named is not None and named not in found:
            found[named] = Mention(named, text(tag.get("name"), 500))
    return tuple(found.values())


def hashtags(tags: list[Thing]) -> tuple[str, ...]:
    found = (text(tag.get("name"), 300).lstrip("#") for tag in tags if tag.get("type") == "Hashtag")
    return tuple(dict.fromkeys(name for name in found if name))


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
