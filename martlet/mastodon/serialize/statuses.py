"""
Pages of statuses, put together from bytes.

What everybody is shown comes ready (`pieces`); what is added here is what
differs from viewer to viewer: own marks, polls, filters, quotes.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from martlet.mastodon.serialize import polls, quotes
from martlet.mastodon.serialize.accounts import AccountBytes
from martlet.mastodon.serialize.pieces import Core, Pieces
from martlet.model.errors import NotFound
from martlet.model.filters import FilterContext
from martlet.model.names import PostId
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services.signing_in import Viewer
from martlet.storage import posts
from martlet.storage.database import Reader
from martlet.storage.posts import Shown

Extra = Callable[[PostId], bytes]
"""Further attributes of a post, as JSON that begins with a comma."""
Context = FilterContext
"""Where posts are shown, for the viewer's filters."""
Filtered = Callable[[Reader, Sequence[Shown], Viewer, Context | None], Mapping[PostId, bytes]]
"""Which filters of the viewer's match, as JSON lists of FilterResult by the id of the page's post; others match none."""

_TRUE, _FALSE, _NULL = b"true", b"false", b"null"
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
    _db: Reader, _found: Sequence[Shown], _viewer: Viewer, _context: Context | None
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
        def quoted(seen: Sequence[Shown]) -> list[bytes]:
            return self._all(db, seen, viewer, _no_extra, quotes.told(seen), context)

        embedded = quotes.embedded(db, found, viewer.account, self.here.now_ms(), quoted)
        return self._all(db, found, viewer, extra, embedded, context)

    def _all(
        self,
        db: Reader,
        found: Sequence[Shown],
        viewer: Viewer,
        extra: Extra,
        quotes_of: Mapping[PostId, bytes],
        context: Context | None,
    ) -> list[bytes]:
        if not found:
            return []
        pieces_of = self.pieces.of(db, _cores(found))
        polls_of = polls.rendered(db, found, viewer.account, self.here)
        marks = self._marks(db, found, viewer, context)
        approval = quotes.approvals(db, found, viewer.account)
        result = []
        for one in found:
            id, boosted = one.id, one.boosted_id
            if id not in pieces_of or (boosted or id) not in pieces_of:
                result.append(b"")
                continue
            tail = approval(one), marks(one), extra(boosted or id), b"}"
            if boosted is None:
                attached = _attached(polls_of.get(one.poll_id), quotes_of.get(id))
                parts: tuple[bytes, ...] = (pieces_of[id], b',"reblog":null', attached, *tail)
            else:
                attached = _attached(polls_of.get(one.boosted_poll_id), quotes_of.get(boosted))
                inner = (b',"reblog":', pieces_of[boosted], b',"reblog":null', attached, *tail)
                parts = (pieces_of[id], *inner, _NOTHING_ATTACHED, *tail)
            result.append(b"".join(parts))
        return result

    def _marks(
        self, db: Reader, found: Sequence[Shown], viewer: Viewer, context: Context | None
    ) -> Callable[[Shown], bytes]:
        """The viewer's own marks on each post; nothing for nobody."""
        account = viewer.account
        if not account:
            return lambda _: b""
        muted = self._muted_threads(db, found, viewer)
        filtered = self.filtered(db, found, viewer, context) if viewer.has_filters else {}
        own = {
            one.id
            for one in found
            if one.author_id == account and one.boosted_id is None and one.visibility > Visibility.MENTIONED
        }
        pinned = posts.pinned_by(db, account) if own else frozenset()

        def marks(one: Shown) -> bytes:
            is_muted = bool(muted) and (one.boosted_thread_id or one.thread_id) in muted
            flags = (
                one.liked_id is not None,
                one.boost_id is not None,
                is_muted,
                one.bookmarked_id is not None,
            )
            id = one.id
            if id not in own and id not in filtered:
                return _UNFILTERED[flags]
            marked = _MARKS[flags] + b',"filtered":' + filtered.get(id, b"[]")
            if id not in own:
                return marked
            return marked + (b',"pinned":true' if id in pinned else b',"pinned":false')

        return marks

    def _muted_threads(self, db: Reader, found: Sequence[Shown], viewer: Viewer) -> frozenset[PostId]:
        if not viewer.has_muted_threads:
            return frozenset()
        threads = {one.boosted_thread_id or one.thread_id for one in found}
        return posts.muted_threads(db, viewer.account, threads)


def _cores(found: Sequence[Shown]) -> dict[PostId, Core]:
    """What everybody is shown. A boost has its own versions, and the counts of what it boosts."""
    cores: dict[PostId, Core] = {}
    for one in found:
        if one.boosted_id is None:
            cores[one.id] = one[:8]
        else:
            cores[one.id] = one[:4] + one[12:16]
            cores[one.boosted_id] = one[8:16]  # type: ignore[assignment] # it boosts something, so none of them is None
    return cores


def _attached(poll: bytes | None, quote: bytes | None) -> bytes:
    if poll is None and quote is None:
        return _NOTHING_ATTACHED
    return b',"poll":%b,"quote":%b' % (poll or _NULL, quote or _NULL)


def _marked(liked: bytes, boosted: bytes, muted: bytes, bookmarked: bytes) -> bytes:
    return b',"favourited":%b,"reblogged":%b,"muted":%b,"bookmarked":%b' % (liked, boosted, muted, bookmarked)


_MARKS = {
    flags: _marked(*(_TRUE if flag else _FALSE for flag in flags))
    for flags in itertools.product((False, True), repeat=4)
}
_UNFILTERED = {flags: marks + b',"filtered":[]' for flags, marks in _MARKS.items()}
