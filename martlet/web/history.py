"""What was changed in a post since it was first written."""

from collections.abc import Iterator, Sequence

import msgspec

from martlet.http.answer import Answer
from martlet.model.names import NOBODY
from martlet.model.server import moment
from martlet.services import editing
from martlet.storage import posts
from martlet.storage.database import Reader
from martlet.storage.edits import Edit
from martlet.text import sanitize
from martlet.text.changes import changes
from martlet.web import addresses, showing, threads
from martlet.web.cards import Html
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Sentence, sentence
from martlet.web.writing_pages import HistoryPage, Piece, Version

pages = Pages()

SHOWN = 11
"""Versions on the page beside the first: the last ones."""


class _File(msgspec.Struct, frozen=True):
    """As `services.editing` writes it."""

    id: str
    description: str


@pages.get(addresses.POST_HISTORY, access="anyone")
async def history(visit: Visit) -> Answer:
    """Raises `NotFound` alike for what is not there and what the reader may not see."""
    return visit.page(await visit.store.reading(_page, visit))


def _page(db: Reader, visit: Visit) -> HistoryPage:
    reader = visit.account if visit.is_for_member else NOBODY
    post = threads.named(db, visit, reader)
    found, left_out = editing.latest(db, post, SHOWN)
    shown = posts.get_shown(db, post.id, reader)
    (card,) = showing.cards(db, [shown], visit.here, reader=reader)
    return HistoryPage(card, tuple(_versions(found, left_out))[::-1], left_out=left_out)


def _versions(found: Sequence[Edit], left_out: int) -> Iterator[Version]:
    """Each is held against the one before it, where that is among them."""
    before: Edit | None = None
    for n, one in enumerate(found):
        if n == 1 and left_out:
            before = None
        pieces = None if before is None else changes(_words(before), _words(one))
        yield Version(
            written_at=moment(one.created_at),
            text_html=Html(one.html),
            pieces=tuple(Piece(kind, text) for kind, text in pieces or ()),
            warning=one.warning,
            told=() if before is None else tuple(_told(before, one)),
        )
        before = one


def _words(one: Edit) -> str:
    """As it was typed; of posts from elsewhere, as it reads."""
    return one.text or sanitize.plain(one.html)


def _told(before: Edit, after: Edit) -> Iterator[Sentence]:
    if before.warning != after.warning:
        if not after.warning:
            yield sentence("The warning was taken off: {text}", text=before.warning)
        elif not before.warning:
            yield sentence("A warning was put before it.")
        else:
            yield sentence("The warning was: {text}", text=before.warning)
    old, new = (msgspec.json.decode(one.media, type=list[_File]) for one in (before, after))
    if [one.id for one in old] != [one.id for one in new]:
        yield sentence("The pictures were changed.")
    elif [one.description for one in old] != [one.description for one in new]:
        yield sentence("What is said about the pictures was changed.")
    if before.poll != after.poll:
        yield sentence("The choices of the poll were changed.")
