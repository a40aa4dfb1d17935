"""
What the owner of an archive boosted, liked and saved: posts that are looked up in the background, once the archive's own are taken.

    marks         boosts were set aside while posts were taken; likes and saved posts become rows as well
    rows          each is looked up and taken, in the way of lists (`importing`)

As with everything of an archive nobody is told, neither people nor other servers: a boost stands in the profile
at its time, a like counts here. What came before, or was taken back here, does not come again.
"""

import asyncio
from pathlib import Path
from typing import Any

import msgspec

from martlet.activitypub import addressing, values
from martlet.activitypub.parse import kind_of
from martlet.archives import sorting
from martlet.model.errors import InvalidInput, NotAllowed, NotFound
from martlet.model.names import AccountId, PostId, Uri
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import reacting
from martlet.services.import_rows import Outcome
from martlet.services.ports import Ground
from martlet.storage import bulk_imports, posts, uris
from martlet.storage.bulk_imports import BulkImport, ImportRow
from martlet.storage.database import Writer

LOADED = 1000
FIRST_BOOST = 1_000_000
"""Rows before it are posts that could not be taken."""
FIRST_MARK = 1 << 40


class Mark(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a row says. `of`: the post's uri. `called`, `at` (milliseconds) and `audience` are a boost's own."""

    of: str
    kind: str
    called: str = ""
    at: int = 0
    audience: int = 0


# -- into rows -----------------------------------------------------------


def boost_in(act: dict[str, Any], owner: Uri, followers: str) -> Mark | None:
    """A boost as an outbox has it; None for anything else."""
    post, name = values.uri(act.get("object")), values.uri(act.get("id"))
    if kind_of(act) != "Announce" or post is None or name is None:
        return None
    if owner and values.uri(act.get("actor")) != owner:
        return None
    to, cc = values.recipients(act.get("to")), values.recipients(act.get("cc"))
    audience = max(addressing.visibility(to, cc, followers), Visibility.FOLLOWERS)
    return Mark(post, "boost", name, values.moment(act.get("published")) or 0, int(audience))


def set_aside(db: Writer, id: int, at: int, mark: Mark) -> None:
    """A boost waits until all posts are taken: it may be of one of them. `at`: its place in the file."""
    bulk_imports.put_rows(db, id, [_row(FIRST_BOOST + at, mark)])


def _row(position: int, mark: Mark) -> ImportRow:
    return ImportRow(position, "waiting", mark.of, msgspec.json.encode(mark).decode())


async def load_some(ground: Ground, one: BulkImport, folder: Path) -> bool:
    """The next likes and saved posts as rows; returns whether there may be more."""
    found = await asyncio.to_thread(sorting.some_marks, folder / sorting.MARKS, one.position, LOADED)
    if not found:
        return False
    await ground.store.writing(_load, one, found)
    return True


def _load(db: Writer, one: BulkImport, found: list[tuple[str, str, int]]) -> None:
    now = bulk_imports.lock(db, one.id)
    if now is None or (now.state, now.stage, now.position) != ("working", one.stage, one.position):
        return
    bulk_imports.put_rows(
        db, one.id, [_row(FIRST_MARK + behind, Mark(uri, kind)) for kind, uri, behind in found]
    )
    bulk_imports.update(db, one.id, position=found[-1][2])


# -- taken ---------------------------------------------------------------


def take(db: Writer, one: BulkImport, body: str, uri: str | None, here: Server) -> Outcome:
    """Mark a post, with the rights of the archive's owner. `uri`: under which it was found elsewhere."""
    mark = msgspec.json.decode(body, type=Mark)
    try:
        with db.part():
            return _take(db, one.account_id, mark, Uri(uri or mark.of), here)
    except NotFound:
        return Outcome.ABSENT
    except NotAllowed:
        return Outcome.REFUSED
    except InvalidInput:
        return Outcome.FULL


def _take(db: Writer, account: AccountId, mark: Mark, uri: Uri, here: Server) -> Outcome:
    id = bulk_imports.imported_post(db, account, Uri(mark.of))
    found = uris.find_post(db, uri) if id is None else posts.find_unfiltered(db, id)
    if found is None:
        return Outcome.ABSENT
    match mark.kind:
        case "boost":
            return _boost(db, account, mark, found.id, here)
        case "like":
            is_new = reacting.like_silently(db, account, found.id, here)
        case _:
            is_new = not bulk_imports.is_bookmarked(db, account, found.id)
            reacting.bookmark(db, account, found.id, here)
    return Outcome.TAKEN if is_new else Outcome.KNOWN


def _boost(db: Writer, account: AccountId, mark: Mark, id: PostId, here: Server) -> Outcome:
    """What the boost was called is remembered, so that it stays away once it is taken back."""
    if bulk_imports.imported_post(db, account, Uri(mark.called)) is not None:
        return Outcome.KNOWN
    post = reacting.meant(db, id, account)
    if posts.find_boost(db, post.id, account) is not None:
        return Outcome.KNOWN
    boost = reacting.boost_silently(db, account, post, Visibility(mark.audience), mark.at, here)
    bulk_imports.note_post(db, account, Uri(mark.called), boost)
    return Outcome.TAKEN
