"""
Pages of statuses, put together from bytes.

What everybody is shown comes ready (`pieces`); what is added here is what
differs from viewer to viewer: own marks, polls, filters, quotes.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from martlet.mastodon.serialize import polls, quotes
from martlet.mastodon.serialize.accounts import AccountBytes
from martlet.mastodon.serialize.pieces import Piece, Pieces
from martlet.model.errors import NotFound
from martlet.model.filters import FilterContext
from martlet.model.names import AccountId, PostId
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services.signing_in import Viewer
from martlet.storage import posts
from martlet.storage.database import Reader
from martlet.storage.posts import BOOKMARKED, BOOSTED, LIKED, Detail, Shown

Extra = Callable[[PostId], bytes]
"""Further attributes of a post, as JSON that begins with a comma."""
Context = FilterContext
"""Where posts are shown, for the viewer's filters."""
Filtered = Callable[
    [Reader, Sequence[Shown], Mapping[PostId, Piece], Viewer, Context | None], Mapping[PostId, bytes]
]
"""Which filters of the viewer's match, as JSON lists of FilterResult by the id of the page's post; others match none."""

_NULL = b"null"
_NOTHING_ATTACHED = b',"poll":null,"quote":null'


def json_list(items: Sequence[bytes]) -> bytes:
    """
    The items that are not empty, as a JSON list.

    The brackets go onto the first and the last one: a long page is copied once, not three times.
    """
    parts = [item for item in items if item]
    if not parts:
        return b"[]"
    parts[0] = b"[" + parts[0]
    parts[-1] += b"]"
    return b",".join(parts)


def _no_extra(_: PostId) -> bytes:
    return b""


def _no_filters(
    _db: Reader,
    _found: Sequence[Shown],
    _pieces: Mapping[PostId, Piece],
    _viewer: Viewer,
    _context: Context | None,
) -> Mapping[PostId, bytes]:
    return {}


@dataclass(slots=True)
class StatusPages:
    """Serialises pages of statuses; one for each process."""

    here: Server
    accounts: AccountBytes
    pieces: Pieces
    filtered: Filtered = field(default=_no_filters, repr=False)
    """Asked only for viewers who have filters."""

    def page(
        self,
        db: Reader,
        found: Sequence[Shown],
        viewer: Viewer,
        extra: Extra = _no_extra,
        context: Context | None = None,
    ) -> bytes:
        """A JSON list. Filters for other contexts are left out; without a context all are told."""
        return json_list(self._each(db, found, viewer, extra, context))

    def each(
        self, db: Reader, found: Sequence[Shown], viewer: Viewer, context: Context | None = None
    ) -> list[bytes]:
        """The JSON of each post, in the same order; empty for one that was deleted since it was read."""
        return self._each(db, found, viewer, _no_extra, context)

    def one(self, db: Reader, shown: Shown, viewer: Viewer, extra: Extra = _no_extra) -> bytes:
        """A single JSON object. Raises `NotFound` for a post that was deleted since it was read."""
        body = self._each(db, [shown], viewer, extra, None)[0]
        if not body:
            raise NotFound
        return body

    def by_id(
        self, db: Reader, ids: Sequence[PostId], viewer: Viewer, context: Context | None = None
    ) -> dict[PostId, bytes]:
        """The JSON of those posts that the viewer may see."""
        found = posts.shown(db, set(ids), viewer.account)
        each = self._each(db, found, viewer, _no_extra, context)
        return {one.id: body for one, body in zip(found, each, strict=True) if body}

    def _each(
        self, db: Reader, found: Sequence[Shown], viewer: Viewer, extra: Extra, context: Context | None
    ) -> list[bytes]:
        pieces = self.pieces.of(db, found)
        quoting = [
            piece.detail
            for piece in pieces.values()
            if not piece.is_plain and piece.detail.quote_state is not None
        ]
        told: Mapping[PostId, bytes] = {}
        if quoting:
            seen = self._quoted(db, quotes.accepted(quoting), viewer, context)
            told = quotes.embedded(db, quoting, viewer.account, self.here.now_ms(), seen)
        return _all(found, pieces, self._around(db, found, pieces, told, viewer, context), extra)

    def _quoted(
        self, db: Reader, ids: Collection[PostId], viewer: Viewer, context: Context | None
    ) -> dict[PostId, quotes.Quoted]:
        """Those of the posts that the viewer may see."""
        found = posts.shown(db, ids, viewer.account)
        pieces = self.pieces.of(db, found)
        told = quotes.told([piece.detail for piece in pieces.values()])
        around = self._around(db, found, pieces, told, viewer, context)
        bodies = _all(found, pieces, around, _no_extra)
        return {
            one.id: quotes.Quoted(pieces[one.id].author_id, body)
            for one, body in zip(found, bodies, strict=True)
            if body
        }

    def _around(
        self,
        db: Reader,
        found: Sequence[Shown],
        pieces: Mapping[PostId, Piece],
        quotes_of: Mapping[PostId, bytes],
        viewer: Viewer,
        context: Context | None,
    ) -> "_Around":
        """What differs from viewer to viewer, asked for only as far as the page has it."""
        account = viewer.account
        odd = [piece for piece in pieces.values() if not piece.is_plain or piece.author_id == account]
        asked = [piece.poll for piece in odd if piece.poll is not None]
        is_own = account and any(
            piece.author_id == account and piece.detail.visibility > Visibility.MENTIONED for piece in odd
        )
        return _Around(
            account=account,
            quotes=quotes_of,
            polls=polls.rendered(db, asked, account, self.here) if asked else {},
            approval=quotes.approvals(db, [piece.detail for piece in odd], account),
            muted=_muted_threads(db, pieces, viewer),
            filtered=self.filtered(db, found, pieces, viewer, context) if viewer.has_filters else {},
            pinned=posts.pinned_by(db, account) if is_own else frozenset(),
        )


@dataclass(frozen=True, slots=True)
class _Around:
    """What a viewer's page adds to the pieces of posts."""

    account: AccountId
    quotes: Mapping[PostId, bytes]
    polls: Mapping[int | None, bytes]
    approval: Callable[[Detail], bytes]
    muted: frozenset[PostId]
    filtered: Mapping[PostId, bytes]
    pinned: frozenset[PostId]

    def post(self, one: Shown, piece: Piece, extra: bytes) -> bytes:
        detail = piece.detail
        return b"".join(
            (
                piece.head,
                b',"reblog":null',
                self._attached(detail),
                self.approval(detail),
                self._marks(one, detail),
                extra,
                b"}",
            )
        )

    def boost(self, one: Shown, piece: Piece, boosted: Piece, extra: bytes) -> bytes:
        """A boost has its own head, and all else of what it boosts."""
        detail = boosted.detail
        tail = self.approval(detail), self._marks(one, detail), extra, b"}"
        inner = boosted.head, b',"reblog":null', self._attached(detail), *tail
        return b"".join((piece.head, boosted.counts, b',"reblog":', *inner, _NOTHING_ATTACHED, *tail))

    def _attached(self, detail: Detail) -> bytes:
        poll, quote = self.polls.get(detail.poll_id), self.quotes.get(detail.id)
        if poll is None and quote is None:
            return _NOTHING_ATTACHED
        return b',"poll":%b,"quote":%b' % (poll or _NULL, quote or _NULL)

    def _marks(self, one: Shown, detail: Detail) -> bytes:
        """The viewer's own marks; nothing for nobody."""
        if not self.account:
            return b""
        marked = _MARKS[one.marks, detail.thread_id in self.muted] + self.filtered.get(one.id, b"[]")
        is_own = detail.author_id == self.account and detail.visibility > Visibility.MENTIONED
        if one.boosted_id is not None or not is_own:
            return marked
        return marked + (b',"pinned":true' if one.id in self.pinned else b',"pinned":false')


def _all(
    found: Sequence[Shown],
    pieces: Mapping[PostId, Piece],
    around: _Around,
    extra: Extra,
) -> list[bytes]:
    account, pinned = around.account, around.pinned
    is_quick = extra is _no_extra and not around.filtered and not around.muted
    ends, boost_ends = (_ENDS, _BOOST_ENDS) if account else (_ENDS_FOR_NOBODY, _BOOST_ENDS_FOR_NOBODY)
    result = []
    for one in found:
        piece, boosted_id = pieces.get(one.id), one.boosted_id
        if piece is None:
            result.append(b"")
        elif boosted_id is None:
            if is_quick and piece.is_plain and piece.author_id != account:
                result.append(piece.head + ends[one.marks])
            elif is_quick and piece.is_plain and piece.detail.visibility > Visibility.MENTIONED:
                result.append(piece.head + _OWN_ENDS[one.marks, one.id in pinned])
            else:
                result.append(around.post(one, piece, extra(one.id)))
        else:
            boosted = pieces.get(boosted_id)
            if boosted is None:
                result.append(b"")
            elif is_quick and boosted.is_plain and boosted.author_id != account:
                whole = piece.head, boosted.counts, b',"reblog":', boosted.head, boost_ends[one.marks]
                result.append(b"".join(whole))
            else:
                result.append(around.boost(one, piece, boosted, extra(boosted_id)))
    return result


def _muted_threads(db: Reader, pieces: Mapping[PostId, Piece], viewer: Viewer) -> frozenset[PostId]:
    if not viewer.has_muted_threads:
        return frozenset()
    return posts.muted_threads(db, viewer.account, {piece.detail.thread_id for piece in pieces.values()})


def _marked(marks: int, *, is_muted: bool) -> bytes:
    flags = (marks & LIKED, marks & BOOSTED, is_muted, marks & BOOKMARKED)
    told = tuple(b"true" if flag else b"false" for flag in flags)
    return b',"favourited":%b,"reblogged":%b,"muted":%b,"bookmarked":%b,"filtered":' % told


_MARKS = {
    (marks, is_muted): _marked(marks, is_muted=is_muted) for marks in range(8) for is_muted in (False, True)
}
_TAILS = [
    _NOTHING_ATTACHED + quotes.APPROVALS["public", True] + _MARKS[marks, False] + b"[]}" for marks in range(8)
]
"""How a plain post ends that somebody else wrote, by the viewer's marks."""
_TAIL_FOR_NOBODY = _NOTHING_ATTACHED + quotes.APPROVALS["public", False] + b"}"
_ENDS = [b',"reblog":null' + tail for tail in _TAILS]
_OWN_ENDS = {
    (marks, is_pinned): b'%b,"pinned":%b}' % (end[:-1], b"true" if is_pinned else b"false")
    for marks, end in enumerate(_ENDS)
    for is_pinned in (False, True)
}
"""The same of one's own, which could be pinned."""
_ENDS_FOR_NOBODY = [b',"reblog":null' + _TAIL_FOR_NOBODY]
_BOOST_ENDS = [end + tail for end, tail in zip(_ENDS, _TAILS, strict=True)]
_BOOST_ENDS_FOR_NOBODY = [_ENDS_FOR_NOBODY[0] + _TAIL_FOR_NOBODY]
