"""What a document says it is."""

from martlet.activitypub.values import MOST_ITEMS, Thing, each

ACTORS = frozenset({"Person", "Service", "Group", "Organization", "Application"})
POSTS = frozenset({"Note", "Question", "Article", "Page", "Image", "Video", "Audio", "Event"})
NOTES = frozenset({"Note", "Question"})
REACTIONS = frozenset({"Like", "EmojiReact", "EmojiReaction"})
MEDIA = frozenset({"Document", "Image", "Video", "Audio"})
_VOCABULARIES = ("https://www.w3.org/ns/activitystreams#", "as:", "http://joinmastodon.org/ns#", "toot:")


def kind_of(thing: Thing) -> str:
    """Its `type`, without the name of a vocabulary before it; of several the first that we know."""
    said = thing.get("type")
    if isinstance(said, str):
        return _bare(said)
    named = [_bare(one) for one in each(said, MOST_ITEMS) if isinstance(one, str)]
    known = [one for one in named if one in ACTORS or one in POSTS]
    return (known or named or [""])[0]


def _bare(name: str) -> str:
    if ":" in name:
        for vocabulary in _VOCABULARIES:
            name = name.removeprefix(vocabulary)
    return name


def is_tombstone(thing: Thing) -> bool:
    return kind_of(thing) == "Tombstone"
