"""What a document says it is."""

from martlet.activitypub.values import MOST_ITEMS, Thing, each

ACTORS = frozenset({"Person", "Service", "Group", "Organization", "Application"})
POSTS = frozenset({"Note", "Question", "Article", "Page", "Image", "Video", "Audio", "Event"})
REACTIONS = frozenset({"Like", "EmojiReact", "EmojiReaction"})
MEDIA = frozenset({"Document", "Image", "Video", "Audio", "Link"})


def kind_of(thing: Thing) -> str:
    """Its `type`; of several the first that we know."""
    named = [one for one in each(thing.get("type"), MOST_ITEMS) if isinstance(one, str)]
    known = [one for one in named if one in ACTORS or one in POSTS]
    return (known or named or [""])[0]


def is_tombstone(thing: Thing) -> bool:
    return kind_of(thing) == "Tombstone"
