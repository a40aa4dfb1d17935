"""
Emoji chosen for a post, in the two forms that apps read.

`emoji_reactions` is Akkoma's and Fedibird's, `reactions` glitch-soc's; they say the same (decision 10).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from martlet.mastodon import entities
from martlet.model.names import AccountId, PostId
from martlet.model.reactions import Choice
from martlet.model.remote_media import FileForm, FileUse
from martlet.model.server import Server
from martlet.storage import reactions
from martlet.storage.database import Reader
from martlet.storage.reactions import Counted
from martlet.text.emoji import as_picture

NONE = b',"reactions":[],"emoji_reactions":[]'


class ReactionPiece(NamedTuple):
    """What everybody is shown of one emoji of a post, as JSON but for its end."""

    choice: Choice
    body: bytes


def pieces(db: Reader, posts: Sequence[PostId], here: Server) -> dict[PostId, tuple[ReactionPiece, ...]]:
    """Of those of the posts that have any."""
    return {
        id: tuple(ReactionPiece(one.choice, _body(one, here)) for one in counted)
        for id, counted in reactions.counts(db, posts).items()
    }


def _body(one: Counted, here: Server) -> bytes:
    shown = entity(one, here, is_own=False)
    return msgspec.json.encode(shown).removesuffix(b"false}")


def entity(one: Counted, here: Server, *, is_own: bool) -> entities.Reaction:
    """`me` stands last: see `_body`."""
    found = entities.Reaction(name=name(one.choice), count=one.times, me=is_own)
    if one.emoji_id is not None and one.file is not None:
        still = one.file_static or one.file
        found.url = here.file_url(FileUse.EMOJI, one.emoji_id, one.file)
        found.static_url = here.file_url(FileUse.EMOJI, one.emoji_id, still, FileForm.SMALL)
    return found


def name(choice: Choice) -> str:
    """The name of an emoji in the client API: what an app is shown, and sends to choose the same."""
    return choice.key if choice.is_custom else as_picture(choice.name)


def rendered(
    db: Reader, found: Mapping[PostId, tuple[ReactionPiece, ...]], viewer: AccountId
) -> dict[PostId, bytes]:
    """Attributes of posts as JSON that begins with a comma, with what the viewer chose."""
    own = reactions.own(db, found, viewer) if viewer else frozenset()
    result = {}
    for id, those in found.items():
        each = b",".join(one.body + (b"true}" if (id, one.choice) in own else b"false}") for one in those)
        result[id] = b',"reactions":[%b],"emoji_reactions":[%b]' % (each, each)
    return result
