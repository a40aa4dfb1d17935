"""
Knowing spam again: a moderator marks a post, and what strangers send that is like it waits for a moderator.

Kept are digests of the text's shape and of the pictures (`text/fingerprints.py`), no
words, and not for ever.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict

import msgspec

from martlet.model.audit import State, Target
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.holds import Fingerprint, SpamMark
from martlet.model.names import PostId
from martlet.model.posts import Post
from martlet.model.roles import Actor, Permission
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import auditing, permitting
from martlet.storage import holds, media, posts, spam_marks
from martlet.storage.database import Reader, Writer
from martlet.storage.media import Media
from martlet.text import fingerprints, sanitize

DAY = 86_400_000
LONGEST_DAYS = 3650
CANDIDATES = 50


def of_files(files: Iterable[Media]) -> list[str]:
    """What is known of pictures that hang on a post."""
    found = []
    for one in files:
        size = json.loads(one.meta).get("original", {})
        found.append(fingerprints.of_picture(one.blurhash, size.get("width", 0), size.get("height", 0)))
    return [one for one in found if one]


def fingerprint(html: str, pictures: Sequence[str]) -> Fingerprint:
    shaped = fingerprints.shape(sanitize.plain(html))
    return Fingerprint(fingerprints.digest(shaped), fingerprints.bands(shaped), tuple(sorted(set(pictures))))


def match(db: Reader, seen: Fingerprint, here: Server) -> int | None:
    """The mark that a post is like."""
    now = here.now_ms()
    found = spam_marks.with_text(db, seen.text, now) if seen.text else None
    if found is None and seen.pictures:
        found = spam_marks.with_picture(db, seen.pictures, now)
    if found is None and seen.bands is not None:
        for mark, bands in spam_marks.with_a_band(db, seen.bands, now, CANDIDATES):
            if fingerprints.are_near(bands, seen.bands):
                return mark
    return found


# -- deciding ------------------------------------------------------------


def mark(db: Writer, actor: Actor, post: PostId, seconds: int | None, here: Server) -> SpamMark:
    """
    From now on, what strangers send that is like this post waits; for so many seconds, or as the setting says.

    Raises `NotAllowed`, `NotFound` for a post that moderators do not see, and `InvalidInput`.
    """
    permitting.check_actor(actor, Permission.MANAGE_REPORTS)
    found = posts.find_unfiltered(db, post)
    if found is None or not _may_be_seen(db, found):
        raise NotFound
    life = (here.holds.spam_days or 90) * DAY if seconds is None else seconds * 1000
    if not 0 < life <= LONGEST_DAYS * DAY:
        raise InvalidInput("Validation failed: Expires in is invalid", "expires_in")
    seen = fingerprint(found.html, of_files(media.of_posts(db, [found.id])[found.id]))
    if seen.is_empty:
        raise InvalidInput("There is too little in this post by which it could be known again.")
    made = SpamMark(here.next_id(), found.id, found.url, seen, here.now_ms() + life)
    spam_marks.put(db, made)
    auditing.record(db, actor, "spam_mark.add", _target(made), {"is_there": False}, _state(made), here)
    return made


def _may_be_seen(db: Reader, post: Post) -> bool:
    """Moderators see what everybody may read, and what waits for them."""
    if post.boost_of_id is not None:
        return False
    return post.visibility >= Visibility.UNLISTED or holds.find(db, post.id) is not None


def get(db: Reader, id: int) -> SpamMark:
    """Raises `NotFound`."""
    found = spam_marks.find(db, id)
    if found is None:
        raise NotFound
    return found


def unmark(db: Writer, actor: Actor, id: int, here: Server) -> None:
    """Raises `NotAllowed` and `NotFound`."""
    permitting.check_actor(actor, Permission.MANAGE_REPORTS)
    found = get(db, id)
    spam_marks.delete(db, id)
    auditing.record(db, actor, "spam_mark.remove", _target(found), _state(found), {"is_there": False}, here)


def _target(mark: SpamMark) -> Target:
    return Target("spam_mark", mark.id, mark.url)


def _state(mark: SpamMark) -> State:
    return {"is_there": True, "mark": json.loads(json.dumps(asdict(mark)))}


def state(db: Reader, id: int) -> State:
    """What the audit log says of a mark, or of none."""
    found = spam_marks.find(db, id)
    return {"is_there": False} if found is None else _state(found)


def set_back(db: Writer, id: int, wanted: State) -> None:
    """What an undoing does."""
    if wanted["is_there"] is False:
        spam_marks.delete(db, id)
        return
    spam_marks.put(db, msgspec.convert(wanted["mark"], SpamMark))
