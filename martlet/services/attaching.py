"""Putting pictures, films and sounds to posts."""

from collections.abc import Sequence

from martlet.model.errors import InvalidInput
from martlet.model.names import AccountId, MediaId, PostId, ScheduledId
from martlet.model.server import Server
from martlet.storage import media
from martlet.storage.database import Reader, Writer
from martlet.storage.media import Media

ALONE = frozenset({"video", "audio"})
"""Kinds that stand alone in a post. A `gifv` counts as a film too."""


class CannotAttach(InvalidInput):
    code = "cannot_attach"


def checked(
    db: Reader, ids: Sequence[MediaId], owner: AccountId, here: Server, post: PostId | None = None
) -> list[Media]:
    """
    The media, if the owner may show them with a post (`post`: one that is there already).

    Raises `CannotAttach`: not the owner's, shown elsewhere, not ready, too many, or of kinds that do not go together.
    """
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > here.limits.media_per_post:
        raise CannotAttach(f"Cannot attach more than {here.limits.media_per_post} files")
    known = media.many(db, wanted, owner)
    missing = [id for id in wanted if id not in known or not _is_free(known[id], post)]
    if missing:
        raise CannotAttach(
            f"Media {', '.join(map(str, missing))} not found or already attached to another post"
        )
    found = [known[id] for id in wanted]
    if any(one.state == "failed" for one in found):
        raise CannotAttach("A file could not be processed and cannot be attached")
    if any(one.state != "ready" for one in found):
        raise CannotAttach("Cannot attach files that have not finished processing. Try again in a moment!")
    if len(found) > 1 and any(one.kind in ALONE for one in found):
        raise CannotAttach("Cannot attach a video or a sound to a post together with other files")
    return found


def _is_free(one: Media, post: PostId | None) -> bool:
    return one.post_id in (None, post) and one.scheduled_id is None and one.album_id is None


def attach(db: Writer, found: Sequence[Media], post: PostId) -> None:
    """Raises `CannotAttach` where another post was faster."""
    for position, one in enumerate(found):
        if not media.attach(db, one.id, post, position):
            raise CannotAttach(f"Media {one.id} not found or already attached to another post")


def hold(db: Writer, found: Sequence[Media], scheduled: ScheduledId) -> None:
    """Keep media for a post that is yet to be published. Raises `CannotAttach` where another post was faster."""
    for one in found:
        if not media.hold(db, one.id, scheduled):
            raise CannotAttach(f"Media {one.id} not found or already attached to another post")
