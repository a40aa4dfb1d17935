"""
Pages of statuses, put together from bytes.

What everybody is shown comes ready (`pieces`); what is added here is what
differs from viewer to viewer: own marks, polls, filters, quotes.
"""

import math
import re
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from martlet.mastodon.serialize import packs, polls, quotes, reactions
from martlet.mastodon.serialize.accounts import AccountBytes
from martlet.mastodon.serialize.pieces import Piece, Pieces
from martlet.mastodon.serialize.ready import ForAuthor, Ready, ReadyForOne, ReadyNotifications, ReadyPosts
from martlet.model.errors import NotFound
from martlet.model.names import AccountId, PostId
from martlet.model.quoting import EVERYBODY
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import varying
from martlet.services.signing_in import Viewer
from martlet.storage import posts
from martlet.storage.database import Reader, Writer
from martlet.storage.notifications import ToldBefore
from martlet.storage.posts import BOOKMARKED, BOOSTED, LIKED, Detail, Shown

Extra = Callable[[PostId], bytes]
"""Further attributes of a post, as JSON that begins with a comma."""
"""Where posts are shown, for the viewer's filters."""
Filtered = Callable[[Reader, Sequence[Shown], Mapping[PostId, Piece], Viewer], Mapping[PostId, bytes]]
"""Which filters of the viewer's match, as JSON lists of FilterResult by the id of the page's post; others match none."""

Parts = tuple[bytes, ...]
"""A JSON object in parts, to be joined once with all others of its page; empty where there is nothing to show."""

_NULL, _COMMA, _END = b"null", b",", b"}"
_NO_PACKS = b',"tagged_collections":[]'
_NOTHING_ATTACHED = b',"poll":null,"quote":null' + reactions.NONE + _NO_PACKS


def json_list(items: Iterable[Parts]) -> bytes:
    """The items that are not empty, as a JSON list: however long a page is, its bytes are copied once."""
    parts: list[bytes] = []
    for item in items:
        if item:
            parts.append(_COMMA)
            parts += item
    if not parts:
        return b"[]"
    parts[0] = b"["
    parts.append(b"]")
    return b"".join(parts)


def no_extra(_: PostId) -> bytes:
    """A post has no further attributes: pages without any come ready."""
    return b""


def _no_filters(
    _db: Reader,
    _found: Sequence[Shown],
    _pieces: Mapping[PostId, Piece],
    _viewer: Viewer,
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
    told: ToldBefore = field(default_factory=ToldBefore, repr=False)
    """The notifications that pages have shown."""
    notifications: ReadyNotifications = field(default_factory=ReadyNotifications, repr=False)
    _ready: ReadyPosts[Shown, Ready] = field(default_factory=ReadyPosts)
    _ready_for_nobody: ReadyPosts[Shown, Ready] = field(default_factory=ReadyPosts)
    _ready_for_one: ReadyPosts[tuple[Shown, AccountId], ReadyForOne] = field(default_factory=ReadyPosts)

    def page(
        self,
        db: Reader,
        found: Sequence[Shown],
        viewer: Viewer,
        extra: Extra = no_extra,
    ) -> bytes:
        """A JSON list. Filters of all contexts are told: apps heed those of the place where they show it."""
        return json_list(self._each(db, found, viewer, extra))

    def each(self, db: Reader, found: Sequence[Shown], viewer: Viewer) -> list[Parts]:
        """The JSON of each post, in the same order; empty for one that was deleted since it was read."""
        return self._each(db, found, viewer, no_extra)

    def one(self, db: Reader, shown: Shown, viewer: Viewer, extra: Extra = no_extra) -> bytes:
        """A single JSON object. Raises `NotFound` for a post that was deleted since it was read."""
        parts = self._each(db, [shown], viewer, extra)[0]
        if not parts:
            raise NotFound
        return b"".join(parts)

    def by_id(self, db: Reader, ids: Sequence[PostId], viewer: Viewer) -> dict[PostId, bytes]:
        """The JSON of those posts that the viewer may see."""
        found = posts.shown(db, set(ids), viewer.account)
        each = self._each(db, found, viewer, no_extra)
        return {one.id: b"".join(parts) for one, parts in zip(found, each, strict=True) if parts}

    def ready_until(self, one: Shown, account: AccountId) -> float:
        """Until which moment nothing decides how this viewer is shown a post but what stands in `one`; 0: something does."""
        kept = self._ready.kept.get(one)
        if kept is not None:
            return 0 if kept.author_id == account and kept.for_author == "other" else math.inf
        with_poll = self._ready_for_one.kept.get((one, account))
        return 0 if with_poll is None else with_poll.until

    def _each(self, db: Reader, found: Sequence[Shown], viewer: Viewer, extra: Extra) -> list[Parts]:
        if extra is not no_extra or viewer.has_filters or viewer.has_muted_threads:
            return self._made(db, found, viewer, extra, None, Pinned(db, viewer.account))
        account = viewer.account
        ready = self._ready if account else self._ready_for_nobody
        get, pinned = ready.kept.get, Pinned(db, account)
        result: list[Parts] = []
        missing: list[tuple[int, Shown]] = []
        for one in found:
            kept = get(one)
            if kept is None:
                missing.append((len(result), one))
                result.append(())
                continue
            author, for_author, body = kept
            if author != account or for_author == "same":
                result.append((body, _END))
            elif for_author == "pinnable":
                result.append((body, PINNED if one.id in pinned else NOT_PINNED))
            else:
                missing.append((len(result), one))
                result.append(())
        if missing:
            missing = self._polls_ready(result, missing, account, pinned)
        if missing:
            made = self._made(db, [one for _, one in missing], viewer, extra, ready, pinned)
            for (place, _), parts in zip(missing, made, strict=True):
                result[place] = parts
        return result

    def _polls_ready(
        self,
        result: list[Parts],
        missing: list[tuple[int, Shown]],
        account: AccountId,
        pinned: Container[PostId],
    ) -> list[tuple[int, Shown]]:
        """Put the viewer's own at their places; what is missing then."""
        get, now = self._ready_for_one.kept.get, self.here.now_ms()
        left = []
        for place, one in missing:
            kept = get((one, account))
            if kept is None or kept.until <= now or kept.is_pinned not in (None, one.id in pinned):
                left.append((place, one))
            else:
                result[place] = (kept.body,)
        return left

    def _made(
        self,
        db: Reader,
        found: Sequence[Shown],
        viewer: Viewer,
        extra: Extra,
        ready: ReadyPosts[Shown, Ready] | None,
        pinned: Container[PostId],
    ) -> list[Parts]:
        """Put together from pieces; kept in `ready` where that may be shown again. `pinned`: by the viewer."""
        now = self.here.now_ms()  # before polls are looked at: one that ends meanwhile is not kept as it was
        pieces = self.pieces.of(db, found)
        may_keep = ready is not None and not isinstance(db, Writer)  # what is written may still be taken back
        if ready is not None and may_keep:
            _keep(found, pieces, ready, _ENDS if viewer.account else _ENDS_FOR_NOBODY)
        quoting = [
            piece.detail
            for piece in pieces.values()
            if not piece.is_plain and piece.detail.quote_state is not None
        ]
        told: Mapping[PostId, bytes] = {}
        if quoting:
            seen = self._quoted(db, quotes.accepted(quoting), viewer)
            told = quotes.embedded(db, quoting, viewer.account, now, seen)
        made = _all(found, pieces, self._around(db, found, pieces, told, viewer, pinned), extra)
        if may_keep:
            _keep_polls(found, pieces, made, self._ready_for_one, viewer.account, pinned, now)
        return made

    def _quoted(self, db: Reader, ids: Collection[PostId], viewer: Viewer) -> dict[PostId, quotes.Quoted]:
        """Those of the posts that the viewer may see."""
        found = posts.shown(db, ids, viewer.account)
        pieces = self.pieces.of(db, found)
        told = quotes.told([piece.detail for piece in pieces.values()])
        around = self._around(db, found, pieces, told, viewer, Pinned(db, viewer.account))
        bodies = _all(found, pieces, around, no_extra)
        return {
            one.id: quotes.Quoted(pieces[one.id].author_id, b"".join(parts))
            for one, parts in zip(found, bodies, strict=True)
            if parts
        }

    def _around(
        self,
        db: Reader,
        found: Sequence[Shown],
        pieces: Mapping[PostId, Piece],
        quotes_of: Mapping[PostId, bytes],
        viewer: Viewer,
        pinned: Container[PostId],
    ) -> "_Around":
        """What differs from viewer to viewer, asked for only as far as the page has it."""
        account = viewer.account
        odd = [piece for piece in pieces.values() if not piece.is_plain or piece.author_id == account]
        asked = [piece.poll for piece in odd if piece.poll is not None]
        chosen = {piece.detail.id: piece.reactions for piece in odd if piece.reactions}
        linked = {piece.detail.id: piece.packs for piece in odd if piece.packs}
        return _Around(
            account=account,
            quotes=quotes_of,
            polls=polls.rendered(db, asked, account, self.here) if asked else {},
            reactions=reactions.rendered(db, chosen, account) if chosen else {},
            packs=packs.of_posts(db, linked, account, self.here) if linked else {},
            approval=quotes.approvals(db, [piece.detail for piece in odd], account),
            muted=_muted_threads(db, pieces, viewer),
            filtered=self.filtered(db, found, pieces, viewer) if viewer.has_filters else {},
            pinned=pinned,
            languages=varying.wishes(db, account, viewer.accepts)
            if any(piece.heads for piece in odd)
            else (),
        )


class Pinned:
    """What the viewer pinned, asked for once, when it has to be known."""

    __slots__ = ("_account", "_db", "_found")

    def __init__(self, db: Reader, account: AccountId) -> None:
        self._db, self._account = db, account
        self._found: frozenset[PostId] | None = None

    def __contains__(self, id: object) -> bool:
        if self._found is None:
            self._found = posts.pinned_by(self._db, self._account)
        return id in self._found


@dataclass(frozen=True, slots=True)
class _Around:
    """What a viewer's page adds to the pieces of posts."""

    account: AccountId
    quotes: Mapping[PostId, bytes]
    polls: Mapping[int | None, bytes]
    reactions: Mapping[PostId, bytes]
    packs: Mapping[PostId, bytes]
    approval: Callable[[Detail], bytes]
    muted: frozenset[PostId]
    filtered: Mapping[PostId, bytes]
    pinned: Container[PostId]
    languages: Sequence[str]
    """What the viewer wants to read; asked for only where something is in several languages."""

    def _head(self, piece: Piece) -> bytes:
        """The post in the language that is the dearest to the viewer."""
        if not piece.heads:
            return piece.head
        own = _LANGUAGE.search(piece.head)
        chosen = varying.chosen(own[1].decode() if own else None, [*piece.heads], self.languages)
        return piece.head if chosen is None else piece.heads[chosen]

    def post(self, one: Shown, piece: Piece, extra: bytes) -> Parts:
        detail = piece.detail
        tail = self.approval(detail), self._marks(one, detail), extra, _END
        return (self._head(piece), b',"reblog":null', self._attached(detail), *tail)

    def boost(self, one: Shown, piece: Piece, boosted: Piece, extra: bytes) -> Parts:
        """A boost has its own head, and all else of what it boosts."""
        detail = boosted.detail
        tail = self.approval(detail), self._marks(one, detail), extra, _END
        inner = self._head(boosted), b',"reblog":null', self._attached(detail), *tail
        return (piece.head, boosted.counts, b',"reblog":', *inner, _NOTHING_ATTACHED, *tail)

    def _attached(self, detail: Detail) -> bytes:
        poll, quote = self.polls.get(detail.poll_id), self.quotes.get(detail.id)
        chosen, linked = self.reactions.get(detail.id), self.packs.get(detail.id)
        if poll is None and quote is None and chosen is None and linked is None:
            return _NOTHING_ATTACHED
        told = _NO_PACKS if linked is None else b',"tagged_collections":' + linked
        return b',"poll":%b,"quote":%b%b%b' % (poll or _NULL, quote or _NULL, chosen or reactions.NONE, told)

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
) -> list[Parts]:
    result: list[Parts] = []
    for one in found:
        piece, boosted_id = pieces.get(one.id), one.boosted_id
        if piece is None:
            result.append(())
        elif boosted_id is None:
            result.append(around.post(one, piece, extra(one.id)))
        else:
            boosted = pieces.get(boosted_id)
            result.append(() if boosted is None else around.boost(one, piece, boosted, extra(boosted_id)))
    return result


def _keep(
    found: Sequence[Shown],
    pieces: Mapping[PostId, Piece],
    ready: ReadyPosts[Shown, Ready],
    ends: Mapping[str, "_Ends"],
) -> None:
    """Those posts that look the same to everybody who made the same marks on them."""
    for one in found:
        piece = pieces.get(one.id)
        boosted = None if one.boosted_id is None else pieces.get(one.boosted_id)
        if piece is None or not piece.is_lasting:
            continue
        if one.boosted_id is None:
            if piece.is_plain:
                detail = piece.detail
                body = piece.head + ends[detail.quoting].post[one.marks]
                for_author: ForAuthor = "pinnable" if _is_quotable(detail) else "other"
                ready.keep(one, Ready(piece.author_id, for_author, body))
        elif boosted is not None and boosted.is_plain and boosted.is_lasting:
            end = ends[boosted.detail.quoting].boost[one.marks]
            parts = piece.head, boosted.counts, b',"reblog":', boosted.head, end
            for_author = "same" if _is_quotable(boosted.detail) else "other"
            ready.keep(one, Ready(boosted.author_id, for_author, b"".join(parts)))


def _keep_polls(
    found: Sequence[Shown],
    pieces: Mapping[PostId, Piece],
    made: Sequence[Parts],
    ready: ReadyPosts[tuple[Shown, AccountId], ReadyForOne],
    viewer: AccountId,
    pinned: Container[PostId],
    now: int,
) -> None:
    """Those posts that differ from viewer to viewer in nothing but what they voted and pinned. A poll that is over stays over."""
    for one, parts in zip(found, made, strict=True):
        outer, inner = pieces.get(one.id), pieces.get(one.boosted_id or one.id)
        if outer is None or inner is None or not (outer.is_lasting and inner.is_lasting):
            continue
        poll, is_own = inner.poll, inner.author_id == viewer
        if poll is None or not inner.is_plain_but_for_poll or (is_own and not _is_quotable(inner.detail)):
            continue
        until = math.inf if poll.expires_at is None or poll.expires_at <= now else poll.expires_at
        is_pinned = one.id in pinned if is_own and one.boosted_id is None else None
        ready.keep((one, viewer), ReadyForOne(until, is_pinned, b"".join(parts)))


def _is_quotable(detail: Detail) -> bool:
    """Everybody may quote it, so that its author is told nothing else than others."""
    return detail.quoting == EVERYBODY and detail.visibility > Visibility.MENTIONED


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
_LANGUAGE = re.compile(rb'"languages":\["([^"]*)"')
"""A post's own language, of one that is in several."""
PINNED, NOT_PINNED = b',"pinned":true}', b',"pinned":false}'


class _Ends(NamedTuple):
    """How plain posts, and boosts of them, end that somebody else wrote, by the viewer's marks; but for the brace."""

    post: Sequence[bytes]
    boost: Sequence[bytes]


def _ends(tails: Sequence[bytes]) -> _Ends:
    ends = [b',"reblog":null' + tail for tail in tails]
    return _Ends(ends, [end + _END + tail for end, tail in zip(ends, tails, strict=True)])


_ENDS = {
    quoting: _ends([_NOTHING_ATTACHED + approval + _MARKS[marks, False] + b"[]" for marks in range(8)])
    for quoting, approval in quotes.SAME_FOR_ALL.items()
}
"""By who may quote the post."""
_ENDS_FOR_NOBODY = {
    quoting: _ends([_NOTHING_ATTACHED + approval]) for quoting, approval in quotes.SAME_FOR_NOBODY.items()
}
